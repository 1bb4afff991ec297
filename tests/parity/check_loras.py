"""LoRA files written by the C++ side, read by diffusers and peft: every key is taken, and the merged weights are right.

BUILD/saved_loras/<case>/ holds kohya.safetensors, diffusers.safetensors and peft/ (tests/pipeline/lora_parity_test.cpp);
BUILD/references/sd1/lora_merged.safetensors the weights that they must come to (tests/parity/lora.py).
"""

import copy
import json
import logging

import torch
from diffusers import StableDiffusionPipeline
from peft import PeftModel
from safetensors import safe_open

# case -> name in the references, and the forms that the libraries can read whole: diffusers drops kohya's magnitudes
# and knows no middle (our other forms have it multiplied in).
CASES = {
    "diffusers": ("plain", ("kohya", "diffusers", "peft")),
    "dora": ("dora", ("diffusers", "peft")),
    "locon": ("locon", ("diffusers", "peft")),
}
TOLERANCE = 1e-5  # of the largest, fp32


class Complaints(logging.Handler):
    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


def listening(work):
    """work(), or an AssertionError with what the libraries said meanwhile: they only warn of keys they cannot place."""
    complaints = Complaints()
    loggers = [logging.getLogger(name) for name in ("diffusers", "transformers", "peft")]
    for logger in loggers:
        logger.addHandler(complaints)
    try:
        result = work()
    finally:
        for logger in loggers:
            logger.removeHandler(complaints)
    # A LoRA without keys for a part is no fault.
    said = [text for text in complaints.texts if "No LoRA keys associated" not in text]
    assert not said, "loading was not silent:\n" + "\n".join(said)
    return result


def merged_by_diffusers(model_dir, file):
    pipe = StableDiffusionPipeline.from_pretrained(model_dir, local_files_only=True)
    listening(lambda: pipe.load_lora_weights(file.parent, weight_name=file.name))
    pipe.fuse_lora()
    pipe.unload_lora_weights()
    return {"unet": pipe.unet.state_dict(), "text_encoder": pipe.text_encoder.state_dict()}


def merged_by_peft(pipe, folder):
    parts = {"unet": pipe.unet, "text_encoder": pipe.text_encoder}
    homes = {part: folder / part for part in parts if (folder / part).is_dir()} or {"unet": folder}
    states = {}
    for part, home in homes.items():
        model = listening(lambda: PeftModel.from_pretrained(copy.deepcopy(parts[part]), home))
        with safe_open(home / "adapter_model.safetensors", "pt") as file:
            in_file = set(file.keys())
        wanted = {name.replace(".default", "").replace("vector.weight", "vector")
                  for name in model.state_dict() if ".lora_" in name}
        assert in_file == wanted, f"{home}: {sorted(in_file ^ wanted)[:5]}"
        states[part] = model.merge_and_unload().state_dict()
    return states


def compare(states, reference, case, where):
    expected = [key for key in reference.keys() if key.startswith(case + "|")]
    assert expected, f"no references for {case}"
    worst = 0.0
    for key in expected:
        part, path = key.split("|")[1].split(".", 1)
        theirs = states[part][path + ".weight"].double()
        ours = reference.get_tensor(key)
        worst = max(worst, ((theirs - ours).abs().max() / ours.abs().max()).item())
    assert worst <= TOLERANCE, f"{where}: weights differ by {worst}"
    print(f"{where}: every key taken, {len(expected)} merged weights within {worst:.1e}")


def check(build):
    references = build / "references" / "sd1"
    pipe = StableDiffusionPipeline.from_pretrained(references / "model", local_files_only=True)
    with safe_open(references / "lora_merged.safetensors", "pt") as reference:
        for name, (case, forms) in CASES.items():
            folder = build / "saved_loras" / name
            for form in forms:
                if form == "peft":
                    states = merged_by_peft(pipe, folder / "peft")
                else:
                    states = merged_by_diffusers(references / "model", folder / f"{form}.safetensors")
                compare(states, reference, case, f"{name} as {form}")
    with safe_open(build / "saved_loras" / "diffusers" / "kohya.safetensors", "pt") as file:
        metadata = file.metadata()
    assert metadata["ss_network_dim"] == "4" and metadata["ss_network_alpha"] == "6", metadata
    assert metadata["modelspec.trigger_phrase"] == "sks dog", metadata
    assert json.loads(metadata["ss_network_args"]) == {}, metadata
