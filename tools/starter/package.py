"""Puts the trained parts together as a diffusers folder: `StableDiffusionPipeline.from_pretrained(OUT)` opens it.

    python package.py --unet RUN/unet --text_encoder RUN/text_encoder --vae VAE --spiece spiece.model \
        --identifiers identifiers.json --out ../../models/starter
"""

import argparse
import json
from pathlib import Path

import diffusers
import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextModel

from tokenizer_files import write_tokenizer

# What a scheduler's config says of the training; the rest belongs to the sampler that a person chooses.
SCHEDULER = dict(
    num_train_timesteps=1000,
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    trained_betas=None,
    prediction_type="v_prediction",
    rescale_betas_zero_snr=True,
    timestep_spacing="trailing",
    set_alpha_to_one=True,
    steps_offset=1,  # unused by trailing spacing; diffusers' pipeline asks for it
    clip_sample=False,
    clip_sample_range=1.0,
    thresholding=False,
    dynamic_thresholding_ratio=0.995,
    sample_max_value=1.0,
)


def write_json(path: Path, content: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2) + "\n")


def clean_config(model) -> dict:
    """A diffusers model's configuration without the place where it came from."""
    config = json.loads(model.to_json_string())
    config.pop("_name_or_path", None)
    return config


def text_config(model: CLIPTextModel) -> dict:
    """The text model's configuration, without what transformers keeps for other tasks."""
    config = model.config.to_dict()
    for key in ("_name_or_path", "id2label", "label2id", "problem_type", "chunk_size_feed_forward", "return_dict"):
        config.pop(key, None)
    for key in ("is_encoder_decoder", "output_attentions", "output_hidden_states"):
        config.pop(key, None)
    # transformers opens a model in the type that stands here, diffusers in float32: they must agree.
    return dict(config, dtype="float32", architectures=["CLIPTextModel"])


def save_half(model: torch.nn.Module, path: Path, prefix: str = "") -> None:
    """Saves the weights in fp16, readable by all."""
    save_file({prefix + key: value.half().contiguous() for key, value in model.state_dict().items()}, path, {"format": "pt"})
    path.chmod(0o644)


def package(arguments: argparse.Namespace) -> None:
    """Writes every part in fp16, the scheduler, the tokenizer and the index."""
    out: Path = arguments.out
    unet = UNet2DConditionModel.from_pretrained(arguments.unet)
    vae = AutoencoderKL.from_pretrained(arguments.vae)
    text_encoder = CLIPTextModel.from_pretrained(arguments.text_encoder)

    for name, model in (("unet", unet), ("vae", vae)):
        write_json(out / name / "config.json", clean_config(model))
        save_half(model, out / name / "diffusion_pytorch_model.safetensors")
    write_json(out / "text_encoder" / "config.json", text_config(text_encoder))
    # Stable Diffusion's files name the text model's tensors with this prefix; transformers 5 writes them without it
    # and reads both.
    prefix = "" if any(key.startswith("text_model.") for key in text_encoder.state_dict()) else "text_model."
    save_half(text_encoder, out / "text_encoder" / "model.safetensors", prefix)

    write_json(
        out / "scheduler" / "scheduler_config.json",
        {"_class_name": "DDIMScheduler", "_diffusers_version": diffusers.__version__, **SCHEDULER},
    )
    write_tokenizer(arguments.spiece, arguments.identifiers, out / "tokenizer")
    write_json(
        out / "model_index.json",
        {
            "_class_name": "StableDiffusionPipeline",
            "_diffusers_version": diffusers.__version__,
            "feature_extractor": [None, None],
            "image_encoder": [None, None],
            "requires_safety_checker": False,
            "safety_checker": [None, None],
            "scheduler": ["diffusers", "DDIMScheduler"],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "PreTrainedTokenizerFast"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        },
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("unet", "text_encoder", "vae", "spiece", "identifiers", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    package(parser.parse_args())


if __name__ == "__main__":
    main()
