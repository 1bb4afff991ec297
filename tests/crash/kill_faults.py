"""The checks of kill.py can fail: a finetune that is wrong on purpose is found out, each kind by its own message."""

import os
import shutil

from kill import State, check_after_kill
from tools import Failed, Tools, check, main

# Shell lines that stand before the real finetune where a fail point is armed, and what the check must say of them.
FAULTS = {
    "a file that was there is changed": (
        'sed -i "s/$/ /" "$BIG_MODELS_DIR/users/anna/sks/unet/config.json"',
        "is changed or gone",
    ),
    "the subject is lost from the registry": (
        'sed -i "s/sks/skt/" "$BIG_MODELS_DIR/registry.json"',
        "listed",
    ),
    "a model is left behind unregistered": (
        'cp -r "$BIG_MODELS_DIR/users/anna/sks" "$BIG_MODELS_DIR/users/anna/lost"',
        "not registered and still there",
    ),
    "the run is not killed where it should be": ("unset BIG_FAIL_POINT", "expected -9"),
    "the subject is listed although the run died": (
        '(unset BIG_FAIL_POINT; "$real" "$@" >/dev/null 2>&1); kill -9 $$',
        "listed",
    ),
}


def with_fault(tools, folder, line):
    """The same tools, finetune behind a script that does `line` first where it is to be killed."""
    folder.mkdir()
    for tool in ("generate", "list_identifiers"):
        os.symlink(tools.bin / tool, folder / tool)
    script = folder / "finetune"
    script.write_text(f'#!/bin/bash\nreal={tools.bin}/finetune\nif [[ -n $BIG_FAIL_POINT ]]; then\n{line}\nfi\nexec "$real" "$@"\n')
    script.chmod(0o755)
    return Tools(folder, tools.source, tools.models)


def one_kill(state):
    """What kill.py does for one phase."""
    state.restore()
    state.tools.finish(state.start("private", "training"), expected=-9)
    check(not state.taught_anew("private"), "wrongly listed")
    check_after_kill(state, "private", "planted fault")


def test(tools, folder):
    """A right finetune passes; each wrong one is found out."""
    state = State(tools, folder)
    one_kill(state)
    for number, (fault, (line, message)) in enumerate(FAULTS.items()):
        state.tools = with_fault(tools, folder / f"faulty-{number}", line)
        try:
            one_kill(state)
        except Failed as found:
            check(message in str(found), f"{fault}: found by another check: {found}")
            print(f"{fault}: found ({str(found).splitlines()[0]})", flush=True)
        else:
            raise Failed(f"{fault}: not found")
        shutil.rmtree(tools.models, ignore_errors=True)


if __name__ == "__main__":
    main(test)
