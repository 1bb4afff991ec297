"""make_references.py FAMILY OUT: everything that the tests of one model family compare with, made by diffusers.

Writes OUT/FAMILY/model/ (a tiny random model as a diffusers folder) and lets each module beside this file that is
named in MODULES add its own OUT/FAMILY/*.safetensors by make(ctx). One process a family: importing takes longest.
Families that show one thing each come along with another (families.COMPANIONS), by COMPANION_MODULES alone.
"""

import importlib
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

# Files beside this one (tokenizers.py) must not hide the packages of the same name.
sys.path.append(sys.path.pop(0))

import torch
from diffusers import DiffusionPipeline

import families

MODULES = ("networks", "samplers", "unet_samplers", "pictures", "start_pictures", "tiled_vae", "prompts", "training",
           "optimizers", "adapters", "real_configs", "single_files", "lora")
COMPANION_MODULES = ("networks", "pictures", "start_pictures", "single_files")


@dataclass
class Context:
    family: str
    out: Path  # OUT/FAMILY
    pipe: DiffusionPipeline  # fp32, eval; whoever changes it puts it back or copies it first
    model_dir: Path  # OUT/FAMILY/model


def make(family, out, modules):
    folder = Path(out) / family
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pipe = families.make_pipeline(family)
    families.save_pipeline(pipe, folder / "model")
    context = Context(family, folder, pipe, folder / "model")
    for name in modules:
        torch.manual_seed(0)
        importlib.import_module(name).make(context)


def main(family, out):
    torch.set_num_threads(1)  # as fast for models this small, and many times faster beside busy jobs
    make(family, out, MODULES)
    for companion in families.COMPANIONS.get(family, ()):
        make(companion, out, COMPANION_MODULES)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in families.FAMILIES:
        sys.exit(f"usage: make_references.py {'|'.join(families.FAMILIES)} OUT")
    main(sys.argv[1], sys.argv[2])
