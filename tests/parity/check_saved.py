"""check_saved.py BUILD: models taught and saved by the C++ side open in diffusers and draw the same pictures; its LoRA
files (check_loras.py), adapters and words (check_adapters.py) too.

BUILD/saved/<name>/ holds model/ and drawn.safetensors (the pictures, and how they were asked for), made by
tests/training/saved_models_test.cpp. Loading must be silent: no missing, unexpected or misshapen tensor, no warning.
"""

import json
import logging
import sys
import warnings
from pathlib import Path

# Files beside this one (tokenizers.py) must not hide the packages of the same name.
sys.path.append(sys.path.pop(0))

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from safetensors import safe_open
from transformers import CLIPTextModel, CLIPTextModelWithProjection

import check_adapters
import check_loras

EXPECTED = {"sd1", "sd2", "starter", "sdxl", "sd1_half"}
# Classes by name, not DiffusionPipeline: what importing them says is not about the model.
PIPELINES = {kind.__name__: kind for kind in (StableDiffusionPipeline, StableDiffusionXLPipeline)}
NETWORKS = {
    "unet": UNet2DConditionModel,
    "vae": AutoencoderKL,
    "text_encoder": CLIPTextModel,
    "text_encoder_2": CLIPTextModelWithProjection,
}


class Messages(logging.Handler):
    """Collects what the libraries log."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


def kind_of(folder):
    return PIPELINES[json.loads((folder / "model_index.json").read_text(encoding="utf-8"))["_class_name"]]


def open_silently(folder):
    """The pipeline, or an AssertionError with everything that was said while it was loaded."""
    messages = Messages()
    loggers = [logging.getLogger(name) for name in ("diffusers", "transformers")]
    for logger in loggers:
        logger.addHandler(messages)
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            pipe = kind_of(folder).from_pretrained(folder, dtype=torch.float32, local_files_only=True)
            for part, kind in NETWORKS.items():
                if part == "text_encoder_2" and not hasattr(pipe, part):
                    continue
                _, info = kind.from_pretrained(folder / part, output_loading_info=True)
                complaints = {key: value for key, value in info.items() if value}
                assert not complaints, f"{folder / part}: {complaints}"
    finally:
        for logger in loggers:
            logger.removeHandler(messages)
    said = messages.texts + [f"{w.category.__name__}: {w.message}" for w in caught]
    assert not said, f"{folder}: loading was not silent:\n" + "\n".join(said)
    return pipe


def draw(pipe, request, count):
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config)
    pictures = pipe(
        request["prompt"],
        negative_prompt=request["negative_prompt"],
        num_inference_steps=request["num_inference_steps"],
        guidance_scale=request["guidance_scale"],
        num_images_per_prompt=count,
        generator=[torch.Generator().manual_seed(request["seed"] + i) for i in range(count)],
        output_type="np",
    ).images
    return (pictures * 255).round().astype(np.uint8)


def check(folder):
    pipe = open_silently(folder / "model")
    with safe_open(folder / "drawn.safetensors", "numpy") as file:
        request = json.loads(file.metadata()["request"])
        ours = np.stack([file.get_tensor(str(i)) for i in range(len(file.keys()))])
    theirs = draw(pipe, request, len(ours))
    assert ours.shape == theirs.shape, f"{folder.name}: pictures are {ours.shape}, diffusers' {theirs.shape}"
    assert ours.std() > 5, f"{folder.name}: our pictures are flat"
    off = np.abs(ours.astype(int) - theirs.astype(int)).max()
    print(f"{folder.name}: opens silently; largest difference of {len(ours)} pictures {off}/255")
    assert off <= 1, f"{folder.name}: pictures differ by {off}/255"


def main(build):
    torch.set_num_threads(1)  # as fast for models this small, and many times faster beside busy jobs
    folders = {path.name: path for path in (Path(build) / "saved").iterdir() if (path / "model").is_dir()}
    assert set(folders) == EXPECTED, f"saved models are {sorted(folders)}, expected {sorted(EXPECTED)}"
    for name in sorted(folders):
        check(folders[name])
    check_loras.check(Path(build))
    check_adapters.check(Path(build), open_silently, draw)


if __name__ == "__main__":
    main(sys.argv[1])
