"""Runs the three tools on a models folder of its own, for tests that kill them or run many at once."""

import argparse
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw

# A real run in a second or two: the starter's own size, a step or some, few class pictures.
QUICK = ["--gate", "off", "--train_batch_size", "1", "--gradient_accumulation_steps", "1", "--num_class_images", "2", "--threads", "1"]


class Failed(Exception):
    """What a test found wrong."""


def check(condition, message):
    """An assertion that python -O does not remove."""
    if not condition:
        raise Failed(message)


class Tools:
    """The tools' executables and one models folder."""

    def __init__(self, bin_dir, source_dir, models_dir):
        self.bin = Path(bin_dir).resolve()
        self.source = Path(source_dir).resolve()
        self.models = Path(models_dir)

    def start(self, tool, *args, user="anna", fail_point="", largest_file=None):
        """Starts a tool; its output is collected by finish(). No file may grow beyond largest_file bytes."""
        environment = dict(os.environ, BIG_FAIL_POINT=fail_point, BIG_MODELS_DIR=str(self.models))
        if not fail_point:
            del environment["BIG_FAIL_POINT"]
        command = [str(self.bin / tool), *map(str, args), "--user", user, "--json"]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
                                cwd=self.models.parent, preexec_fn=lambda: limit_files(largest_file))

    def finish(self, process, expected=0):
        """Waits, checks the exit status, and returns the JSON (None for a killed tool)."""
        out, err = process.communicate(timeout=600)
        check(process.returncode == expected,
              f"{' '.join(process.args)}: exit {process.returncode}, expected {expected}\n{out}\n{err}")
        return json.loads(out) if expected >= 0 else None

    def run(self, tool, *args, expected=0, **options):
        """start() and finish()."""
        return self.finish(self.start(tool, *args, **options), expected)

    def finetune(self, photos, *args, category="cat", steps=1, **options):
        """One quick finetune."""
        return self.run("finetune", photos, "--category", category, "--max_train_steps", steps, *QUICK, *args, **options)

    def draw(self, prompt, *args, **options):
        """The bytes of one quick picture."""
        out = self.models.parent / "drawn"
        result = self.run("generate", "--prompt", prompt, "--num_images", 1, "--num_inference_steps", 1, "--seed", 5,
                          "--threads", 1, "--output_dir", out, *args, **options)
        picture = Path(result["images"][0]["path"])
        check(picture.is_file(), f"{picture} is not there")
        return (self.models.parent / picture).read_bytes()

    def registry(self):
        """registry.json, which must be whole."""
        file = self.models / "registry.json"
        return json.loads(file.read_text()) if file.exists() else {}


def limit_files(largest):
    """In the child: writes beyond the limit fail, as on a full disk, and do not end the process."""
    if largest is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))


def make_photos(folder, count=3, colour=(200, 40, 60)):
    """Drawn photos of one thing, 64 pixels."""
    folder.mkdir(parents=True)
    for i in range(count):
        image = Image.new("RGB", (64, 64), (235, 235, 220))
        ImageDraw.Draw(image).ellipse((10 + i, 12, 50 + i, 56), fill=colour, outline=(20, 20, 20), width=3)
        image.save(folder / f"photo-{i}.png")
    return folder


def hashes(folder):
    """Relative path -> sha256 of every file below `folder`."""
    return {str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(folder.rglob("*")) if file.is_file()}


def leftovers(models):
    """What a tidy models folder does not hold."""
    return [str(path) for path in models.rglob("*") if ".partial-" in path.name or path.name == ".unregistered"]


def main(test):
    """Runs test(tools, folder) in a folder of its own; exit 1 with the reason where it fails."""
    parser = argparse.ArgumentParser(description=test.__doc__)
    parser.add_argument("--bin", required=True, help="folder of the executables")
    parser.add_argument("--source", required=True, help="root of the project")
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="big-crash-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        (folder / "models").mkdir()
        test(Tools(arguments.bin, arguments.source, folder / "models"), folder)
    except Failed as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
