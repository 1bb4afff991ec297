"""A run that was stopped and gone on with ends as the one that was not, to the bit: every optimiser, every way to stop."""

import json
import signal
import subprocess
import time

from tools import QUICK, check, hashes, leftovers, main, make_photos

STEPS, EVERY = 6, 2
PRIVATE = ("users/anna/sks/unet/diffusion_pytorch_model.safetensors", "users/anna/sks/text_encoder/model.safetensors")
# What stops a run: the moment at which it kills itself (the third training step is the first that counts), or a signal.
STOPS = {
    "adamw": ["training:6", "checkpoint", "staged_folder.before_rename:2", signal.SIGINT, signal.SIGTERM],
    "adamw8bit": ["training:7", signal.SIGINT],
    "adafactor": ["training:6", signal.SIGTERM],
    "prodigy": ["checkpoint:2", signal.SIGINT],
    "lion": ["training:7", signal.SIGTERM],
    "sgd": ["checkpoint", signal.SIGINT],
}
RATES = {"prodigy": 1, "sgd": 0.01}


def command(photos, optimizer):
    return [photos, "--category", "cat", "--optimizer", optimizer, "--learning_rate", RATES.get(optimizer, 1e-4),
            "--train_text_encoder", "--lr_scheduler", "cosine", "--lr_warmup_steps", 2, "--noise_offset", 0.05,
            "--max_train_steps", STEPS, "--checkpointing_steps", EVERY, "--seed", 3, *QUICK]


def start_and_stop(tools, arguments, how):
    """Returns when the run is dead."""
    if isinstance(how, str):
        tools.finish(tools.start("finetune", *arguments, fail_point=how), expected=-9)
        return
    process = tools.start("finetune", *arguments)
    wait_for_checkpoint(tools, process)
    process.send_signal(how)
    out, err = process.communicate(timeout=300)
    if process.returncode == 0:  # it was faster: nothing to go on with
        raise TooFast
    check(process.returncode == 128 + how, f"exit {process.returncode}\n{out}\n{err}")
    message = json.loads(out)["error"]["message"]
    check("--resume latest" in message, message)


class TooFast(Exception):
    """The run ended before it could be stopped."""


def wait_for_checkpoint(tools, process):
    while not list(tools.models.glob("cache/checkpoints/private/anna/sks/checkpoint-*")):
        if process.poll() is not None:
            return
        time.sleep(0.02)


def test(tools, folder):
    """Every optimiser stopped and gone on with."""
    photos = make_photos(folder / "photos")
    for optimizer, stops in STOPS.items():
        arguments = command(photos, optimizer)
        whole = tools.run("finetune", *arguments)
        expected = {path: digest for path, digest in hashes(tools.models).items() if path in PRIVATE}
        check(len(expected) == 2, f"{optimizer}: {sorted(hashes(tools.models))}")
        for how in stops:
            tools.run("finetune", "--remove", "sks", "--yes")
            try:
                start_and_stop(tools, arguments, how)
            except TooFast:
                print(f"{optimizer}, {how}: too fast to be stopped", flush=True)
                continue
            check_checkpoint_draws(tools, folder)
            resumed = tools.run("finetune", *arguments[:-len(QUICK) - 2], *QUICK, "--resume", "latest")
            found = {path: digest for path, digest in hashes(tools.models).items() if path in PRIVATE}
            check(found == expected, f"{optimizer}, stopped at {how}: other weights")
            check(resumed["final_loss"] == whole["final_loss"], f"{optimizer}, {how}: other losses")
            check(not list(tools.models.glob("cache/checkpoints/private/anna/*")), "checkpoints are left")
            check(not leftovers(tools.models), f"left behind: {leftovers(tools.models)}")
            print(f"{optimizer}, {how}: equal", flush=True)
        tools.run("finetune", "--remove", "sks", "--yes")
    other_settings(tools, photos)
    full_disk(tools, photos)


def check_checkpoint_draws(tools, folder):
    """generate takes the newest checkpoint as it is."""
    newest = max(tools.models.glob("cache/checkpoints/private/anna/sks/checkpoint-*"))
    picture = tools.draw("a sks cat", "--target_model", "pretrained", "--pretrained_model", newest)
    check(len(picture) > 500, f"{newest} does not draw")


def other_settings(tools, photos):
    """What differs is named, and a run with the wrong seed does not pass for the right one."""
    arguments = command(photos, "lion")
    start_and_stop(tools, arguments, "checkpoint")
    refused = tools.run("finetune", *arguments, "--resume", "latest", "--lr_power", 2, expected=2)
    check("--lr_power was 1.0, is 2.0" in refused["error"]["message"], refused)
    extra = make_photos(photos.parent / "more", count=1, colour=(10, 200, 10)) / "photo-0.png"
    extra.rename(photos / "photo-9.png")
    refused = tools.run("finetune", *arguments, "--resume", "latest", expected=2)
    check("'photo-9.png' is new" in refused["error"]["message"], refused)
    (photos / "photo-9.png").unlink()
    tools.run("finetune", *arguments, "--resume", "latest")
    tools.run("finetune", "--remove", "sks", "--yes")


def full_disk(tools, photos):
    """A disk that runs full costs what came after the last checkpoint."""
    arguments = command(photos, "sgd")
    start_and_stop(tools, arguments, "checkpoint")
    kept = hashes(tools.models / "cache" / "checkpoints")
    failed = tools.run("finetune", *arguments, "--resume", "latest", largest_file=2_000_000, expected=6)
    check("checkpoint-2 is kept" in failed["error"]["message"], failed)
    check(hashes(tools.models / "cache" / "checkpoints") == kept, "the last checkpoint is changed")
    tools.run("finetune", *arguments, "--resume", "latest")
    print("a full disk: ok", flush=True)


if __name__ == "__main__":
    main(test)
