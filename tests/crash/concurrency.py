"""Eight real finetunes at once, by different users and by the same user."""

import time
from collections import Counter

from tools import QUICK, check, hashes, leftovers, main, make_photos

# user, target model
RUNS = [("anna", "private"), ("anna", "private"), ("anna", "private"), ("bert", "private"), ("bert", "private"),
        ("anna", "meta"), ("bert", "meta"), ("anna", "private_meta")]


def scope(user, target):
    """Where identifiers must differ."""
    return target if target == "meta" else f"{target}/{user}"


def check_results(results):
    """Distinct identifiers in each scope, and no class picture drawn twice."""
    taught = [(scope(user, target), result["identifier"]) for (user, target), result in zip(RUNS, results)]
    twice = [key for key, count in Counter(taught).items() if count > 1]
    check(not twice, f"given twice: {twice}")
    drawn = sum(result["class_images"]["drawn"] for result in results)
    check(drawn == 2, f"{drawn} class pictures were drawn, expected 2 for all runs together")


def check_registry(tools, results):
    """Every subject is listed, with the rest of the folder tidy."""
    listed = tools.run("list_identifiers", "--all_users")
    for (user, target), result in zip(RUNS, results):
        where = listed["meta"] if target == "meta" else listed["users"][user][target]
        check(where.get(result["identifier"]) == "cat", f"{user} {target} {result['identifier']} is not listed: {listed}")
    count = len(listed["meta"]) + sum(len(words) for user in listed["users"].values() for words in user.values())
    check(count == len(RUNS), f"{count} subjects listed, expected {len(RUNS)}")
    check(not leftovers(tools.models), f"left behind: {leftovers(tools.models)}")


def check_pictures(tools, results):
    """Each published model draws."""
    for (user, target), result in zip(RUNS, results):
        prompt = f"a {result['identifier']}"
        check(len(tools.draw(prompt, "--target_model", target, user=user)) > 500, f"{prompt} of {target} is no picture")


def test(tools, folder):
    """Eight finetunes at once."""
    photos = make_photos(folder / "photos")
    processes = [tools.start("finetune", photos, "--category", "cat", "--max_train_steps", 20, *QUICK,
                             "--target_model", target, user=user) for user, target in RUNS]
    results = [tools.finish(process) for process in processes]
    check_results(results)
    check_registry(tools, results)
    check_pictures(tools, results)

    # Two at one metamodel, of which one does not wait.
    before = hashes(tools.models / "metamodel")
    first = tools.start("finetune", photos, "--category", "cat", "--max_train_steps", 100000, *QUICK, "--target_model", "meta")
    try:
        while not (tools.models / "locks" / "writer-meta.lock").exists():
            check(first.poll() is None, "the first run ended early")
            time.sleep(0.05)
        refused = tools.finetune(photos, "--target_model", "meta", "--no_wait", user="bert", expected=4)
        check(refused["error"]["kind"] == "busy", f"{refused}")
    finally:
        first.kill()
        first.communicate()
    check(hashes(tools.models / "metamodel") == before, "the metamodel changed")
    print(f"{len(RUNS)} runs at once: ok")


if __name__ == "__main__":
    main(test)
