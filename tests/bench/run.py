"""How fast we are, beside diffusers on the same model in the same run.

    tests/bench/run [--family starter|sd1|sd2|sdxl] [--what unet,vae,text,start,memory,picture,train,train_lora,list]
                    [--tuned] [--side N] [--rounds N] [--threads N] [--json FILE] [--smoke]

Each side is a process of its own on the same cores; runs alternate, after one that is not counted. Families but the
starter are models of the real size with random weights, made once in build/full_size (2 GB; SDXL 7 GB). The peer runs as
its documentation shows it; --tuned adds one with channels_last and an allocator that gives nothing back to the system.
"diffusers again" is the peer against itself: what differs by less than that is noise. --smoke is a few seconds that only
show that everything runs. Exits 1 where a limit of ours is broken (not with --smoke: it says so).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from worker import Worker, alternate, summarise

ROOT = Path(__file__).resolve().parents[2]
FULL_SIZE = {"sd1": "sd15", "sd2": "sd21", "sdxl": "sdxl"}
SIDES = {"starter": 64, "sd1": 512, "sd2": 512, "sdxl": 1024}
EVERYTHING = ("list", "start", "text", "unet", "vae", "picture", "train", "train_lora", "memory")
# Pictures of one size through the VAE, the UNet at batch 2 (guidance): a family's other numbers follow from these.
DEFAULTS = {"starter": ("list", "start", "picture", "train"), "sd1": ("start", "text", "unet", "vae", "memory"),
            "sd2": ("unet",), "sdxl": ("unet",)}
SMOKE = ("list", "start", "unet", "train_lora")
LIMITS = {"list": 0.050, "start": 1.0}  # seconds, on the starter
# glibc's allocator as people tune it: no memory mapped and unmapped for every large tensor.
TUNED_MALLOC = {"MALLOC_MMAP_THRESHOLD_": str(1 << 40), "MALLOC_TRIM_THRESHOLD_": str(1 << 40), "MALLOC_TOP_PAD_": str(1 << 28)}


def run_to_end(command):
    """Seconds from the process's start to its end."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def run_to_line(command, text):
    """Seconds from the process's start until it writes a line with `text`; the process is then stopped."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    said = []
    for line in process.stdout:
        said.append(line)
        if text in line:
            seconds = time.perf_counter() - start
            process.kill()
            process.wait()
            return seconds
    raise SystemExit(f"{' '.join(map(str, command))} never said '{text}':\n{''.join(said[-20:])}")


class Bench:
    def __init__(self, options):
        self.options, self.model = options, options.model
        self.bin = options.build / "bin"
        self.side = options.side or SIDES[options.family]
        self.rounds = 1 if options.smoke else options.rounds
        self.peer_command = [sys.executable, "-B", ROOT / "tests" / "bench" / "peer.py"]
        # Three copies in fp32 beside each other, where they fit.
        stored = sum(file.stat().st_size for file in self.model.rglob("*.safetensors"))
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        self.together = 10 * stored < free

    def ours(self, what, batch, dtype="fp32"):
        numbers = [str(number) for number in (self.side, batch, self.options.threads)]
        return lambda: Worker([self.bin / "bench_worker", what, self.model, *numbers, dtype], self.options.threads)

    def theirs(self, what, batch, tuned=False):
        numbers = [str(number) for number in (self.side, batch, self.options.threads)]
        command = [*self.peer_command, what, self.model, *numbers, *(["--tuned"] if tuned else [])]
        return lambda: Worker(command, self.options.threads, TUNED_MALLOC if tuned else None)

    def beside(self, what, batch=1, **more):
        """Seconds of one piece of work on every side."""
        sides = {"BIG": self.ours(what, batch), "diffusers": self.theirs(what, batch)}
        if self.options.tuned:
            sides["diffusers, tuned"] = self.theirs(what, batch, tuned=True)
        sides |= {name: self.theirs(other, batch) for name, other in more.items()}
        if not self.options.smoke:
            sides["diffusers again"] = self.theirs(what, batch)
        return alternate(sides, self.rounds, self.together)

    def list(self):
        with tempfile.TemporaryDirectory() as models:
            command = [self.bin / "list_identifiers", "--models_dir", models]
            return {"list_identifiers, start to end": {"BIG": [run_to_end(command) for _ in range(6 * self.rounds)]}}

    def start(self):
        with tempfile.TemporaryDirectory() as out:
            ours = [self.bin / "generate", "--prompt", "a cat", "--target_model", "pretrained", "--pretrained_model", self.model,
                    "--output_dir", out, "--models_dir", out, "--num_images", "1", "--num_inference_steps", "2",
                    "--threads", str(self.options.threads), "--log_level", "debug"]
            theirs = [*self.peer_command, "first_call", self.model, str(self.options.threads)]
            seconds = {"BIG": [], "diffusers": []}
            for _ in range(self.rounds):
                seconds["BIG"].append(run_to_line(ours, "first UNet call"))
                seconds["diffusers"].append(run_to_line(theirs, "first UNet call"))
            return {"process start to first UNet call": seconds}

    def text(self):
        return {"text encoding, 2 prompts": self.beside("text")}

    def unet(self):
        return {"guided UNet step": self.beside("unet")}

    def vae(self):
        return {"VAE decode": self.beside("vae_decode"), "VAE encode": self.beside("vae_encode")}

    def picture(self):
        count = 10 if self.options.family == "starter" and not self.options.smoke else 1
        return {f"{count} pictures of 25 steps": self.beside("picture", count)}

    def train(self):
        batch = 2 if self.options.family == "starter" else 1
        name = f"training update, {batch} + {batch} pictures"
        return {name: self.beside("train", batch, **{"diffusers, as its script": "train_script"})}

    def train_lora(self):
        return {"LoRA training update, 1 + 1 pictures": self.beside("train_lora")}

    def memory(self):
        """Peak resident bytes of a process that drew: mapped weights count."""
        peaks = {}
        for name, start in {"BIG, fp32": self.ours("unet", 1), "BIG, fp16": self.ours("unet", 1, "fp16"),
                            "diffusers": self.theirs("unet", 1)}.items():
            with start() as worker:
                peaks[name] = [worker.peak_bytes() / 2**30]
        return {"peak memory of a guided UNet step, GiB": peaks}


def table(results):
    lines = ["| what | who | min | median | BIG / it |", "| --- | --- | --- | --- | --- |"]
    for what, sides in results.items():
        for who, s in sides.items():
            lines.append(f"| {what} | {who} | {s['min']:.4g} | {s['median']:.4g} | {s['ours_to_it']:.2f} |")
    return "\n".join(lines)


def settings(options, bench):
    """What a person needs to judge the numbers."""
    import diffusers
    import torch

    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    cpu = next((line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line), "?")
    return {"family": options.family, "side": bench.side, "threads": options.threads, "rounds": bench.rounds, "cpu": cpu,
            "system": platform.platform(), "load": os.getloadavg()[0], "torch": torch.__version__,
            "diffusers": diffusers.__version__, "commit": commit, "date": date.today().isoformat(),
            "command": " ".join(sys.argv[1:])}


def model_of(options):
    """The folder of the family's model, made first where it is one of the real size."""
    if options.model:
        return options.model.resolve()
    if options.family == "starter":
        return ROOT / "models" / "starter"
    folder = options.build / "full_size" / FULL_SIZE[options.family]
    if not folder.exists():
        print(f"making {folder} with random weights", flush=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Behind the libraries: files of ours have names of theirs (tokenizers.py).
        code = ("import pathlib, sys; sys.path.append(sys.argv[1]); from full_size_models import make_model; "
                "make_model(sys.argv[2], pathlib.Path(sys.argv[3]))")
        subprocess.run([sys.executable, "-B", "-c", code, ROOT / "tests" / "parity", FULL_SIZE[options.family], folder], check=True)
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", choices=SIDES, default="starter")
    parser.add_argument("--what", help=f"some of {','.join(EVERYTHING)}; without: what suits the family")
    parser.add_argument("--against", choices=("diffusers",), default="diffusers")
    parser.add_argument("--tuned", action="store_true")
    parser.add_argument("--side", type=int, help="of the pictures in pixels; without: the family's own (SD 2: 512)")
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="a Release build")
    parser.add_argument("--model", type=Path, help="another folder of that family")
    parser.add_argument("--threads", type=int, default=max(1, len(os.sched_getaffinity(0))))
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs of each side")
    parser.add_argument("--smoke", action="store_true", help="one short run of each, no limits")
    parser.add_argument("--json", type=Path, help="write every number here")
    options = parser.parse_args()
    options.build = options.build.resolve()
    wanted = options.what.split(",") if options.what else SMOKE if options.smoke else DEFAULTS[options.family]
    unknown = [what for what in wanted if what not in EVERYTHING]
    if unknown:
        parser.error(f"--what {','.join(unknown)}: expected some of {','.join(EVERYTHING)}")

    options.model = model_of(options)
    bench = Bench(options)
    about = settings(options, bench)
    print("\n".join(f"{key}: {value}" for key, value in about.items()), flush=True)
    if not bench.together:
        print("the model does not fit into memory several times: sides run one after the other in each round")
    results, seconds, slow = {}, {}, []
    for what in wanted:
        for name, values in getattr(bench, what)().items():
            seconds[name] = values
            results[name] = summarise(values, next(iter(values)))
            print("\n" + table({name: results[name]}), flush=True)
            median, limit = next(iter(results[name].values()))["median"], LIMITS.get(what)
            if limit and options.family == "starter" and median > limit:
                slow.append(f"{name} took {median:.3f} s, the limit is {limit} s")
    print("\n" + table(results))
    if options.json:
        options.json.write_text(json.dumps({"about": about, "results": results, "seconds": seconds}, indent=1) + "\n")
    print("\n".join(["", *slow]) if slow else "\nwithin the limits")
    return 1 if slow and not options.smoke else 0


if __name__ == "__main__":
    sys.exit(main())
