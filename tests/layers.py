#!/usr/bin/env python3
"""Holds the layer rule: a folder includes itself and strictly lower levels, and the lower half knows no torch.

Usage: layers.py ROOT. Prints each include that breaks the rule as file:line and ends with 1 if there is one.
"""

import re
import sys
from pathlib import Path

LEVELS = {
    "core": 0,
    "modules": 1,
    "tokenizers": 2, "imaging": 2, "registry": 2, "prompts": 2,
    "weights": 2, "networks": 2, "diffusion": 2,
    "pipeline": 3,
    "training": 4,
    "personalization": 5,
}
TORCH_FREE = {"core", "tokenizers", "imaging", "registry", "prompts"}
TORCH_HEADER = re.compile(r"(torch|ATen|c10|caffe2)/")
LOG_SOURCE = "src/core/log.cpp"  # spdlog's fmt and torch's do not compile together
TORCH_FREE_TOOL = "tools/list_identifiers.cpp"  # links big_base alone
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def folder_of(path):
    """The library folder that a file belongs to; None for tools."""
    parts = path.parts
    if parts[0] == "include":
        return parts[2] if len(parts) > 3 else None
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def problem_of(root, path, quote, header):
    """Why this file must not include this header, or None."""
    folder = folder_of(path)
    name = path.as_posix()
    torch_free = folder in TORCH_FREE or name == TORCH_FREE_TOOL
    if torch_free and TORCH_HEADER.match(header):
        return "a torch-free file sees torch"
    if header.startswith("spdlog/") and name != LOG_SOURCE:
        return f"spdlog is seen by {LOG_SOURCE} alone"
    if header.startswith("big/"):
        other = header.split("/")[1]
        if other not in LEVELS:
            return f"folder {other} has no level"
        if not (root / "include" / header).is_file():
            return "there is no such header"
        if torch_free and other not in TORCH_FREE:
            return f"a torch-free file sees {other}"
        if folder and other != folder and LEVELS[other] >= LEVELS[folder]:
            return f"{folder} (level {LEVELS[folder]}) sees {other} (level {LEVELS[other]})"
        return None
    if quote == '"' and folder:
        if path.parts[0] == "include":
            return "a public header includes public headers only, by their full name"
        if not (root / path.parent / header).is_file() or ".." in Path(header).parts:
            return "a private header belongs to the folder that includes it"
    return None


def problems(root):
    found = []
    files = [f for top in ("include", "src", "tools") for f in sorted((root / top).rglob("*"))]
    for file in files:
        if file.suffix not in (".h", ".cpp"):
            continue
        path = file.relative_to(root)
        folder = folder_of(path)
        if folder and folder not in LEVELS:
            found.append(f"{path}:1: folder {folder} has no level in tests/layers.py")
            continue
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            problem = match and problem_of(root, path, *match.groups())
            if problem:
                found.append(f"{path}:{number}: {line.strip()}: {problem}")
    return found


if __name__ == "__main__":
    broken = problems(Path(sys.argv[1]))
    print("\n".join(broken) if broken else "Every include keeps to its layer.")
    sys.exit(1 if broken else 0)
