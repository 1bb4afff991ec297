"""A model of full size with random weights: how fast it is there, how much memory it takes, and diffusers' picture.

    full_size.py sd15|sdxl [--build build] [--models build/full_size] [--side 256] [--steps 2] [--keep]

Makes the model once in fp16 (2 GB, SDXL 7 GB; --keep leaves it there), draws with `generate` and with diffusers in
fp32 and compares. Prints seconds from the start of the process until the model is loaded (files in the system's cache,
best of three) and until the UNet is first called, and the peak of memory (VmHWM; "own" without the mapped files).
Exits 1 where the pictures differ by more than one of 255.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests" / "parity"))

# The guidance is said to both: diffusers has another default for SDXL.
PROMPT, SEED, GUIDANCE = "a photo of a cat, in the snow", 7, 7.5
# What the tools set for themselves (tools/cli/wait_policy.cpp), for both sides.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def status_of(process, key):
    for line in Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"/proc says no {key}")


def processor_seconds(process):
    """Of all threads so far: on a busy machine the clock says more about the others."""
    user, system = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def generate(options, model, out, dtype, *how_to_tell):
    return [options.build / "bin" / "generate", "--prompt", PROMPT, "--target_model", "pretrained", "--pretrained_model", model,
            "--models_dir", options.models, "--output_dir", out, "--seed", SEED, "--guidance_scale", GUIDANCE, "--num_images", 1, "--num_inference_steps",
            options.steps, "--height", options.side, "--width", options.side, "--dtype", dtype, *how_to_tell]


def run(command):
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def time_loading(command):
    """Seconds until the model is loaded and until the first call, and what is held then."""
    start = time.perf_counter()
    process, seconds = run(command), {}
    for line in process.stdout:
        for text in ("model loaded", "first UNet call"):
            if text in line:
                seconds[text] = time.perf_counter() - start
        if "first UNet call" in seconds:
            held = {key: status_of(process, key) for key in ("VmHWM", "RssAnon")}
            held["processor"] = processor_seconds(process)
            process.kill()
            process.wait()
            return seconds, held
    raise SystemExit(f"generate never called the UNet (exit {process.wait()})")


def draw(command):
    """The picture's path, seconds and peak memory of the whole run."""
    start = time.perf_counter()
    process = run([*command, "--json", "--quiet"])
    result = json.loads(process.stdout.read().strip().splitlines()[-1])
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(result)
    return result["images"][0]["path"], time.perf_counter() - start, usage.ru_maxrss * 1024


def peer(model, side, steps, out):
    """diffusers' side, in a process of its own: its memory must be gone when ours is measured."""
    import torch
    from diffusers import DiffusionPipeline

    start = time.perf_counter()
    pipe = DiffusionPipeline.from_pretrained(model, dtype=torch.float32)
    loaded = time.perf_counter() - start
    pipe.set_progress_bar_config(disable=True)
    picture = pipe(PROMPT, height=side, width=side, num_inference_steps=steps, guidance_scale=GUIDANCE, generator=torch.Generator().manual_seed(SEED)).images[0]
    picture.save(out)
    print(json.dumps({"loaded": loaded, "seconds": time.perf_counter() - start}))


def difference(ours, theirs):
    """The largest of 255, and how much the picture itself varies (a grey one would show nothing)."""
    import numpy
    from PIL import Image

    a, b = (numpy.asarray(Image.open(path).convert("RGB"), dtype=int) for path in (ours, theirs))
    # What a comparison of one colour with itself would pass over.
    assert abs(a - numpy.roll(b, 1, axis=0)).max() > 1 and abs(255 - a - b).max() > 1, "the comparison sees no difference"
    return abs(a - b).max(), b.std()


def gib(count):
    return f"{count / 2**30:.2f} GiB"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", choices=("sd15", "sdxl"))
    parser.add_argument("--build", type=Path, default=ROOT / "build")
    parser.add_argument("--models", type=Path)
    parser.add_argument("--side", type=int, default=256)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the model where it was made")
    options = parser.parse_args()
    options.models = (options.models or options.build / "full_size").resolve()
    folder = options.models / options.model
    options.models.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        subprocess.run([sys.executable, "-B", __file__, "--make", options.model, folder], check=True)

    with tempfile.TemporaryDirectory() as out:
        for file in folder.rglob("*.safetensors"):  # into the system's cache
            with file.open("rb", buffering=0) as bytes_of_file:
                while bytes_of_file.read(1 << 24):
                    pass
        for dtype in ("fp32", "bf16", "fp16"):
            runs = [time_loading(generate(options, folder, out, dtype, "--log_level", "debug")) for _ in range(3)]
            loaded = min(seconds["model loaded"] for seconds, _ in runs)
            called = min(seconds["first UNet call"] for seconds, _ in runs)
            held = runs[-1][1]
            print(f"{options.model} stored fp16, computed {dtype}: loaded after {loaded:.2f} s, first UNet call after {called:.2f} s; "
                  f"{held['processor']:.2f} s of processor time, peak until then {gib(held['VmHWM'])}, own memory {gib(held['RssAnon'])}", flush=True)
        ours, seconds, peak = draw(generate(options, folder, out, "fp32"))
        print(f"{options.side} px, {options.steps} steps, fp32: {seconds:.1f} s, peak {gib(peak)}", flush=True)
        theirs = Path(out) / "peer.png"
        command = [sys.executable, "-B", __file__, "--peer", folder, options.side, options.steps, theirs]
        process = run(command)
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        if status != 0:
            raise SystemExit(said)
        peer_said = json.loads(said.strip().splitlines()[-1])
        print(f"diffusers: loaded in {peer_said['loaded']:.1f} s (imports not counted), {peer_said['seconds']:.1f} s, "
              f"peak {gib(usage.ru_maxrss * 1024)}", flush=True)
        most, spread = difference(ours, theirs)
    if not options.keep:
        shutil.rmtree(folder)
    print(f"largest difference of the pictures: {most} of 255 (their standard deviation: {spread:.1f})")
    return 0 if most <= 1 and spread > 1 else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        from full_size_models import make_model

        make_model(sys.argv[2], Path(sys.argv[3]))
    elif sys.argv[1:2] == ["--peer"]:
        peer(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
    else:
        sys.exit(main())
