"""kill -9 in every phase of finetune and at random moments: what was there stays, and the next commands work."""

import json
import os
import random
import shutil
import subprocess
import time

from tools import QUICK, check, hashes, leftovers, main, make_photos

# Places where a run kills itself; the number is the pass. The third training step is the first that counts (two are
# for the plan), photos:2 is after a metamodel's photos are kept, registry:2 just after the registry's write.
PUBLISHING = ["saving", "rename", "registry", "registry:2"]
PHASES = {
    "private": ["photos", "class_pictures", "training", "training:3", *PUBLISHING],
    "meta": ["class_pictures", "training:3", "photos:2", *PUBLISHING],
    "private --identifier sks --overwrite": PUBLISHING,
    "meta --identifier sks --overwrite": ["photos:2", *PUBLISHING],
}
RANDOM_KILLS = 20
HASHES = "cache/hashes.json"


class State:
    """A models folder with one private subject and a metamodel of one, to be copied for every kill."""

    def __init__(self, tools, folder):
        self.tools = tools
        self.folder = folder
        self.photos = make_photos(folder / "photos")
        self.others = make_photos(folder / "others", colour=(30, 120, 220))
        self.pristine = folder / "pristine"
        for target in ("private", "meta"):
            tools.finetune(self.photos, "--target_model", target, "--identifier", "sks")
        self.pictures = {target: self.draw(target) for target in ("private", "meta")}
        os.rename(tools.models, self.pristine)
        self.files = hashes(self.pristine)
        self.restore()

    def draw(self, target):
        """One picture of sks."""
        return self.tools.draw("a sks", "--target_model", target)

    def restore(self):
        """The folder as it was; hard links, since no tool may ever write into a file that is there."""
        shutil.rmtree(self.tools.models, ignore_errors=True)
        shutil.copytree(self.pristine, self.tools.models, copy_function=os.link)

    def start(self, target, fail_point=""):
        """The run to be killed: another category, so that there are class pictures to draw."""
        return self.tools.start("finetune", self.others, "--category", "dog", "--max_train_steps", 4, *QUICK,
                                "--target_model", *target.split(), fail_point=fail_point)

    def taught_anew(self, target):
        """The killed run reached the registry: sks is a dog now, or there is another subject."""
        listed = self.tools.run("list_identifiers")[target.split()[0]]
        return listed != {"sks": "cat"}


def check_hashes(state, where):
    """The cache of hashes is whole and has lost nothing; choosing an identifier adds the text encoder's."""
    before, now = (json.loads((folder / HASHES).read_text()) for folder in (state.pristine, state.tools.models))
    check(all(now.get(file) == entry for file, entry in before.items()), f"{where}: {HASHES} lost an entry")


def check_after_kill(state, target, where):
    """The next command of each tool works, and nothing that was there is changed."""
    kind = target.split()[0]
    changed = state.taught_anew(target)
    files = hashes(state.tools.models)
    for path, digest in state.files.items():
        may_go = path in ("registry.json", HASHES) or (changed and "overwrite" in target)
        check(may_go or files.get(path) == digest, f"{where}: {path} is changed or gone")
    check_hashes(state, where)
    if changed:
        check(len(state.draw(kind)) > 500, f"{where}: the new model does not draw")
    else:
        check(state.draw(kind) == state.pictures[kind], f"{where}: {kind} draws another picture of sks")
    result = state.tools.finetune(state.others, "--target_model", kind)
    listed = state.tools.run("list_identifiers")[kind]
    check(listed.get(result["identifier"]) == "cat", f"{where}: {result['identifier']} is not listed")
    check("sks" in listed, f"{where}: sks is lost")
    check_tidy(state, where)


def check_tidy(state, where):
    """The next finetune cleaned what the killed one left."""
    models = state.tools.models
    check(not leftovers(models), f"{where}: left behind: {leftovers(models)}")
    named = {row["model_path"] for row in state.tools.registry()["subjects"]}
    for folder in (models / "users" / "anna").iterdir():
        check(f"users/anna/{folder.name}" in named, f"{where}: {folder.name} is not registered and still there")
    versions = sorted(path.name for path in (models / "metamodel" / "versions").iterdir())
    check(len(versions) <= 3, f"{where}: versions {versions}")


def check_removal(state, target, moment):
    """--remove killed before the registry's write: the subject is still there, and can be removed then."""
    tools = state.tools
    state.restore()
    removal = ["--remove", "sks", "--yes", "--target_model", target]
    tools.finish(tools.start("finetune", *removal, fail_point=f"write_file.before_rename:{moment}"), expected=-9)
    check(not state.taught_anew(target), f"{target}: removed too early")
    check(state.draw(target) == state.pictures[target], f"{target}: another picture of sks after a killed removal")
    tools.run("finetune", *removal)
    check(tools.run("list_identifiers")[target] == {}, f"{target}: sks is still listed")
    check(not list(tools.models.glob("users/anna/sks*")) or target == "meta", "the removed model is still there")
    check(not list(tools.models.glob("metamodel/photos/sks*")) or target == "private", "kept photos are still there")
    state.tools.finetune(state.others, "--target_model", target)
    check_tidy(state, f"{target}, removal")


def check_rollback(state, moment):
    """--rollback killed around the registry's write: the metamodel is what it was or what it was to be."""
    tools = state.tools
    state.restore()
    tools.finetune(state.others, "--target_model", "meta")
    rollback = ["--rollback", "1", "--yes", "--target_model", "meta"]
    tools.finish(tools.start("finetune", *rollback, fail_point=f"registry:{moment}"), expected=-9)
    known = tools.run("list_identifiers")["meta"]
    check(len(known) == (2 if moment == 1 else 1), f"rollback {moment}: {known}")
    check(len(state.draw("meta")) > 500, f"rollback {moment}: the metamodel does not draw")
    tools.run("finetune", *rollback)
    check(state.draw("meta") == state.pictures["meta"], f"rollback {moment}: another picture of sks")
    state.tools.finetune(state.others, "--target_model", "meta")
    check_tidy(state, f"rollback {moment}")


def test(tools, folder):
    """Kills in every phase, then at random moments."""
    state = State(tools, folder)
    for target in ("private", "meta"):
        for moment in (1, 2):
            check_removal(state, target, moment)
    for moment in (1, 2):
        check_rollback(state, moment)
    print("removal and rollback: ok", flush=True)
    for target, phases in PHASES.items():
        for phase in phases:
            state.restore()
            tools.finish(state.start(target, phase), expected=-9)
            check(state.taught_anew(target) == (phase == "registry:2"), f"{target}, {phase}: wrongly listed")
            check_after_kill(state, target, f"{target}, killed at {phase}")
            print(f"{target}, {phase}: ok", flush=True)

    state.restore()
    begin = time.monotonic()
    tools.finish(state.start("private"))
    seconds = time.monotonic() - begin
    moments = random.Random(4)
    for number in range(RANDOM_KILLS):
        state.restore()
        target = list(PHASES)[number % len(PHASES)]
        moment = moments.uniform(0.02, 1.0) * seconds
        process = state.start(target)
        try:
            process.wait(moment)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        check(process.returncode in (0, -9), f"{target}: exit {process.returncode}")
        check_after_kill(state, target, f"{target}, killed after {moment:.2f} s")
    print(f"{RANDOM_KILLS} random moments of {seconds:.1f} s: ok")


if __name__ == "__main__":
    main(test)
