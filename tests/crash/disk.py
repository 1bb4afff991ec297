"""A disk that runs full while the model is saved: a clear error, the state before kept, nothing left behind."""

from tools import check, hashes, leftovers, main, make_photos

# Far more than a picture or the registry, far less than the starter's UNet.
LIMIT = 2_000_000
# A cache that grows with every model drawn from.
HASHES = "cache/hashes.json"


def test(tools, folder):
    """Runs that cannot write their model, for every target model."""
    photos = make_photos(folder / "photos")
    for target in ("private", "meta", "private_meta"):
        tools.finetune(photos, "--target_model", target, "--identifier", "sks")
    before = hashes(tools.models)

    for target in ("private", "meta", "private_meta"):
        failed = tools.finetune(photos, "--target_model", target, largest_file=LIMIT, expected=6)
        check(failed["error"]["kind"] == "machine", f"{target}: {failed}")
        check("diffusion_pytorch_model.safetensors" in failed["error"]["message"], f"{target}: {failed}")
        after = hashes(tools.models)
        changed = [path for path, digest in before.items() if after.get(path) != digest and path != HASHES]
        check(not changed, f"{target}: changed: {changed}")
        check(not [path for path in leftovers(tools.models) if ".partial-" in path],
              f"{target}: left behind: {leftovers(tools.models)}")
        check(len(tools.draw("a sks", "--target_model", target)) > 500, f"{target}: sks does not draw")

    # With room again the same runs work, and nothing of the failed ones is left.
    for target in ("private", "meta", "private_meta"):
        tools.finetune(photos, "--target_model", target)
    check(not leftovers(tools.models), f"left behind: {leftovers(tools.models)}")
    print("a full disk: ok")


if __name__ == "__main__":
    main(test)
