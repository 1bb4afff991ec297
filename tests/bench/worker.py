"""Both sides of a measurement, each a process that does one piece of work for every line it is sent."""

import os
import statistics
import subprocess
import tempfile

# What the tools set for themselves (tools/cli/wait_policy.cpp), for both sides.
os.environ.setdefault("GOMP_SPINCOUNT", "2000")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


class Worker:
    """A process that says "ready" when it is warm and then answers each line with the seconds its work took."""

    def __init__(self, command, threads, environment=None):
        self.command = [str(word) for word in command]
        cores = sorted(os.sched_getaffinity(0))[:threads]
        self.complaints = tempfile.TemporaryFile("w+")  # the peer's bars and notices; shown where it fails
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.complaints, text=True,
            env=dict(os.environ, **environment or {}), preexec_fn=lambda: os.sched_setaffinity(0, cores))
        self.hear("ready")

    def hear(self, expected=None):
        for line in self.process.stdout:
            if expected is None or line.strip() == expected:
                return line.strip()
        status = self.process.wait()
        self.complaints.seek(0)
        raise SystemExit(f"{' '.join(self.command)} ended (exit {status}):\n{self.complaints.read()[-2000:]}")

    def seconds(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return float(self.hear())

    def peak_bytes(self):
        """Most memory held at once so far, mapped files included."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.complaints.close()


def alternate(sides, rounds, together=True):
    """{name: [seconds]}: a round measures every side once. `sides` maps names to functions that start a Worker;
    `together`: all stay in memory at once, else one after the other, each warmed up for every round."""
    seconds = {name: [] for name in sides}
    if not together:
        for _ in range(rounds):
            for name, start in sides.items():
                with start() as worker:
                    seconds[name].append(worker.seconds())
        return seconds
    workers = {name: start() for name, start in sides.items()}
    try:
        for _ in range(rounds):
            for name, worker in workers.items():
                seconds[name].append(worker.seconds())
    finally:
        for worker in workers.values():
            worker.__exit__()
    return seconds


def summarise(values, ours="BIG"):
    """{name: min, median, runs, and ours as a part of it}."""
    best = statistics.median(values[ours])
    return {name: {"min": min(numbers), "median": statistics.median(numbers), "runs": len(numbers),
                   "ours_to_it": best / statistics.median(numbers)} for name, numbers in values.items()}
