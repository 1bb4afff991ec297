"""LoRA files written by the C++ side, read by diffusers and peft: every key is taken, and the merged weights are right.

BUILD/saved_loras/<case>/ holds kohya.safetensors, diffusers.safetensors and peft/ (tests/pipeline/lora_parity_test.cpp);
BUILD/references/sd1/lora_merged.safetensors the weights that they must come to (tests/parity/lora.py).
"""

import copy
import json
import logging
import warnings

import torch
from diffusers import StableDiffusionPipeline
from peft import PeftModel
from safetensors import safe_open
from safetensors.torch import load_file, save_file

# case -> name in the references, and the forms that the libraries can read, with the parts that come out right:
# diffusers drops kohya's magnitudes and knows no middle (our other forms have it multiplied in); transformers 5.24 passes
# over a text encoder's magnitudes, also of diffusers' own files, and says so.
BOTH = ("unet", "text_encoder")
CASES = {
    "diffusers": ("plain", {"kohya": BOTH, "diffusers": BOTH, "peft": BOTH}),
    "dora": ("dora", {"diffusers": ("unet",), "peft": BOTH}),
    "locon": ("locon", {"diffusers": ("unet",), "peft": ("unet",)}),
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
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = work()
    finally:
        for logger in loggers:
            logger.removeHandler(complaints)
    # A LoRA without keys for a part is no fault of ours, nor what transformers says of magnitudes alone.
    said = [text for text in complaints.texts if "No LoRA keys associated" not in text]
    said = [text for text in said if "lora_A" in text or "lora_B" in text or "lora_magnitude_vector" not in text]
    said += [str(w.message) for w in caught if "adapter keys" in str(w.message)]  # peft's, of missing ones
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


def largest_difference(states, reference, case, parts):
    expected = [key for key in reference.keys() if key.startswith(tuple(f"{case}|{part}." for part in parts))]
    assert expected, f"no references for {case}"
    worst = 0.0
    for key in expected:
        part, path = key.split("|")[1].split(".", 1)
        theirs = states[part][path + ".weight"].double()
        ours = reference.get_tensor(key)
        worst = max(worst, ((theirs - ours).abs().max() / ours.abs().max()).item())
    return worst, len(expected)


def compare(states, reference, case, parts, where):
    worst, count = largest_difference(states, reference, case, parts)
    assert worst <= TOLERANCE, f"{where}: weights differ by {worst}"
    print(f"{where}: every key taken, {count} merged weights within {worst:.1e}")


def check_faults_are_seen(model_dir, file, reference):
    """Another weight of the same LoRA differs, and a key too many is complained of."""
    states = merged_by_diffusers(model_dir, file)
    assert largest_difference(states, reference, "weighted", BOTH)[0] > 100 * TOLERANCE
    damaged = file.with_name("damaged.safetensors")
    tensors = load_file(file)
    tensors["unet.nowhere.lora.down.weight"] = torch.ones(2, 2)
    save_file(tensors, damaged)
    try:
        merged_by_diffusers(model_dir, damaged)
    except AssertionError:
        return
    finally:
        damaged.unlink()
    raise AssertionError("a key that diffusers cannot place was not noticed")


def check(build):
    references = build / "references" / "sd1"
    pipe = StableDiffusionPipeline.from_pretrained(references / "model", local_files_only=True)
    with safe_open(references / "lora_merged.safetensors", "pt") as reference:
        for name, (case, forms) in CASES.items():
            folder = build / "saved_loras" / name
            for form, parts in forms.items():
                if form == "peft":
                    states = merged_by_peft(pipe, folder / "peft")
                else:
                    states = merged_by_diffusers(references / "model", folder / f"{form}.safetensors")
                compare(states, reference, case, parts, f"{name} as {form}")
        plain = build / "saved_loras" / "diffusers"
        check_faults_are_seen(references / "model", plain / "diffusers.safetensors", reference)
    with safe_open(plain / "kohya.safetensors", "pt") as file:
        metadata = file.metadata()
    assert metadata["ss_network_dim"] == "4" and metadata["ss_network_alpha"] == "6", metadata
    assert metadata["modelspec.trigger_phrase"] == "sks dog", metadata
    assert json.loads(metadata["ss_network_args"]) == {}, metadata
