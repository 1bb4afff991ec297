"""How fast we are, beside diffusers on the same model in the same run.

    .deps/peers/bin/python tests/bench/run.py [--build build] [--model models/starter] [--smoke] [--json FILE]

Measures, in alternating runs on the same threads: the start of list_identifiers; from the start of generate's process
to its first UNet call; an update of the training loop. Prints a table; --json writes every number. With --smoke a few
seconds that only show that everything runs. Exits 1 where a limit of ours is broken (not with --smoke: it says so).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIST_LIMIT, FIRST_CALL_LIMIT = 0.050, 1.0  # seconds

# What the tools set for themselves (tools/cli/wait_policy.h), for both sides.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")


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


def run_steps(command, skip):
    """Seconds of each training update without the first `skip`, which warm up."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.strip().splitlines()[-1])[skip:]


class Bench:
    def __init__(self, options):
        self.bin, self.model, self.smoke = options.build / "bin", options.model, options.smoke
        self.threads, self.batch = options.threads, 2
        self.rounds = 1 if options.smoke else options.rounds
        self.steps, self.skip = (3, 1) if options.smoke else (23, 3)
        self.peer = [sys.executable, ROOT / "tests" / "bench" / "peer.py"]

    def list_identifiers(self):
        with tempfile.TemporaryDirectory() as models:
            command = [self.bin / "list_identifiers", "--models_dir", models]
            return {"ours": [run_to_end(command) for _ in range(3 if self.smoke else 30)]}

    def first_unet_call(self):
        with tempfile.TemporaryDirectory() as out:
            ours = [self.bin / "generate", "--prompt", "a cat", "--target_model", "pretrained"]
            ours += ["--pretrained_model", self.model, "--output_dir", out, "--models_dir", out]
            ours += ["--num_images", "1", "--num_inference_steps", "2", "--threads", str(self.threads)]
            ours += ["--log_level", "debug"]
            theirs = [*self.peer, "first_call", self.model, str(self.threads)]
            return self.alternate(
                ours=lambda: [run_to_line(ours, "first UNet call")],
                diffusers=lambda: [run_to_line(theirs, "first UNet call")],
            )

    def training(self):
        numbers = [self.model, str(self.steps), str(self.batch), str(self.threads)]
        return self.alternate(
            ours=lambda: run_steps([self.bin / "train_bench", *numbers], self.skip),
            **{
                "diffusers, cached": lambda: run_steps([*self.peer, "train", *numbers], self.skip),
                "diffusers, as the script": lambda: run_steps([*self.peer, "script", *numbers], self.skip),
            },
        )

    def alternate(self, **sides):
        seconds = {name: [] for name in sides}
        for _ in range(self.rounds):
            for name, measure in sides.items():
                seconds[name] += measure()
        return seconds


def summarise(seconds):
    ours = statistics.median(seconds["ours"])
    return {
        name: {
            "min": min(values),
            "median": statistics.median(values),
            "runs": len(values),
            "ratio_to_ours": statistics.median(values) / ours,
        }
        for name, values in seconds.items()
    }


def table(results):
    lines = ["| what | who | min s | median s | a second | times ours |", "| --- | --- | --- | --- | --- | --- |"]
    for what, sides in results.items():
        for who, s in sides.items():
            rate, ratio = 1 / s["median"], s["ratio_to_ours"]
            lines.append(f"| {what} | {who} | {s['min']:.4f} | {s['median']:.4f} | {rate:.2f} | {ratio:.2f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, default=ROOT / "build", help="a Release build")
    parser.add_argument("--model", type=Path, default=ROOT / "models" / "starter")
    parser.add_argument("--threads", type=int, default=max(1, len(os.sched_getaffinity(0))))
    parser.add_argument("--rounds", type=int, default=5, help="alternating runs of each side")
    parser.add_argument("--smoke", action="store_true", help="one short run of each, no limits")
    parser.add_argument("--json", type=Path, help="write every number here")
    options = parser.parse_args()
    options.build, options.model = options.build.resolve(), options.model.resolve()

    bench = Bench(options)
    measured = {
        "list_identifiers, start to end": bench.list_identifiers(),
        "generate, start to first UNet call": bench.first_unet_call(),
        "training, one update of 2 + 2 pictures": bench.training(),
    }
    results = {what: summarise(seconds) for what, seconds in measured.items()}
    print(f"{options.model.name}, {options.threads} threads, load {os.getloadavg()[0]:.1f}\n")
    print(table(results))
    if options.json:
        about = {"threads": options.threads, "model": options.model.name, "load": os.getloadavg()}
        options.json.write_text(json.dumps({"about": about, "results": results, "seconds": measured}, indent=1))

    medians = [sides["ours"]["median"] for sides in results.values()]
    slow = [
        f"{what} took {median:.3f} s, the limit is {limit} s"
        for what, median, limit in zip(results, medians, (LIST_LIMIT, FIRST_CALL_LIMIT))
        if median > limit
    ]
    print("\n".join(["", *slow]) if slow else "\nwithin the limits")
    return 1 if slow and not options.smoke else 0


if __name__ == "__main__":
    sys.exit(main())
