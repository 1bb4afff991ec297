#!/usr/bin/env python3
"""coverage.py [--inputs N]: how many lines of each reader the fuzzers' inputs reach.

Builds, runs fuzz_base_coverage and fuzz_torch_coverage with N inputs a reader and prints a table (gcov with g++,
llvm-cov with Clang). Ends with 1 where a reader's file is reached in less than 85 of 100 lines, and where an input
reaches a file that the table does not list. --half base|torch measures one of the two (what both
hold may be low then), --no_build what is there, --no_run what was counted last.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build-coverage"
PROGRAMS = {"base": (BUILD, "fuzz_base_coverage"), "torch": (ROOT / "build", "fuzz_torch_coverage")}
LEAST = 85

# Reader's file -> part of the names of its reading functions, where it holds others too ("" takes all).
READERS = {
    "src/core/file_kind.cpp": "",
    "src/core/json.cpp": "",
    "src/core/read_file.cpp": "",
    "src/diffusion/noise_schedule_config.cpp": "",
    "src/imaging/decode.cpp": "",
    "src/imaging/decode_bmp.cpp": "",
    "src/imaging/decode_jpeg.cpp": "",
    "src/imaging/decode_png.cpp": "",
    "src/imaging/decode_webp.cpp": "",
    "src/imaging/exif_text.cpp": "read_exif_text|from_utf16|utf8|without_padding|comment_text|bytes_of",
    "src/imaging/orientation.cpp": "",
    "src/imaging/png.cpp": "read_png_text|from_latin1",
    "src/imaging/png_reader.cpp": "",
    "src/networks/autoencoder_kl_config.cpp": "",
    "src/networks/clip_text_config.cpp": "",
    "src/networks/config_reader.cpp": "",
    "src/networks/unet_2d_condition_config.cpp": "",
    "src/personalization/infotext.cpp": "",
    "src/pipeline/model_folder.cpp": "",
    "src/pipeline/network_size.cpp": "",
    "src/pipeline/textual_inversion.cpp": "find_vectors|::rows(",
    "src/registry/prompt_template.cpp": "expand_identifiers|category_follows",
    "src/registry/registry_json.cpp": "",
    "src/registry/word_characters.cpp": "",
    "src/tokenizers/byte_pairs.cpp": "",
    "src/tokenizers/clip_files.cpp": "",
    "src/tokenizers/clip_tokenizer.cpp": "",
    "src/tokenizers/clip_words.cpp": "",
    "src/tokenizers/protobuf.cpp": "",
    "src/tokenizers/sentencepiece_rules.cpp": "",
    "src/tokenizers/sentencepiece_tokenizer.cpp": "",
    "src/tokenizers/special_tokens.cpp": "",
    "src/tokenizers/tokenizer.cpp": "",
    "src/weights/checkpoint_contents.cpp": "",
    "src/weights/checkpoint_dtype.cpp": "",
    "src/weights/checkpoint_file.cpp": "",
    "src/weights/load_problems.cpp": "",
    "src/weights/lora_assembler.cpp": "",
    "src/weights/lora_keys.cpp": "",
    "src/weights/lora_lycoris.cpp": "",
    "src/weights/lora_names.cpp": "",
    "src/weights/lora_problems.cpp": "",
    "src/weights/lora_reader.cpp": "",
    "src/weights/lora_source.cpp": "",
    "src/weights/mapped_file.cpp": "",
    "src/weights/name_table.cpp": "to_diffusers|add|accept",
    "src/weights/pickle_calls.cpp": "",
    "src/weights/pickle_machine.cpp": "",
    "src/weights/pickle_opcodes.cpp": "",
    "src/weights/safetensors_dtype.cpp": "find_dtype(std::basic_string_view|dtype_names",
    "src/weights/safetensors_file.cpp": "",
    "src/weights/safetensors_header.cpp": "",
    "src/weights/sgm_names.cpp": "",
    "src/weights/single_file.cpp": "",
    "src/weights/single_file_configs.cpp": "",
    "src/weights/single_file_family.cpp": "",
    "src/weights/single_file_layout.cpp": "in_file|picture_layouts|text_layout|clip_names|has_prefix",
    "src/weights/single_file_metadata.cpp": "configs_in_metadata",
    "src/weights/single_file_names.cpp": "",
    "src/weights/state_dict.cpp": "assign|is_same_as|plan_loading|load_state_dict|open_weights",
    "src/weights/stored_model.cpp": "read_|parts_of|add_part|config_file|is_network",
    "src/weights/stored_tensor.cpp": "",
    "src/weights/tensor_file.cpp": "",
    "src/weights/tensor_names.cpp": "",
    "src/weights/vae_file.cpp": "",
    "src/weights/weight_files.cpp": "",
    "src/weights/zip_directory.cpp": "",
    "tools/big_models/lora_facts.cpp": "",
    "tools/cli/config_file.cpp": "",
    "tools/cli/option_value.cpp": "Option::read|refuse|shown|check_range",
}

# What readers use and what takes nothing from a file: said here, so that a new reader cannot go unmeasured.
HELPERS = {
    "src/core/duration.cpp", "src/core/log.cpp", "src/core/text.cpp", "src/registry/names.cpp", "src/registry/registry.cpp",
    "src/registry/target_model.cpp", "src/tokenizers/unicode.cpp", "src/weights/listing.cpp", "src/weights/stored_size.cpp",
    "tools/cli/option.cpp", "tools/cli/option_table.cpp",
}


def run(*command, **options):
    return subprocess.run([str(part) for part in command], check=True, cwd=ROOT, **options)


def build(half):
    """The torch-free readers in a build of their own, the others as one more program of the default build."""
    if half == "base":
        run("cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DBIG_COVERAGE=ON", "-DBIG_TORCH_FREE_ONLY=ON")
    else:
        run("cmake", "--preset", "default")
    folder, program = PROGRAMS[half]
    run("cmake", "--build", folder, "--target", program)


def fuzz(half, inputs):
    folder, program = PROGRAMS[half]
    for counts in (*folder.rglob("*.gcda"), profile(half)):
        counts.unlink(missing_ok=True)
    environment = dict(os.environ, BIG_TEST_SOURCE_DIR=str(ROOT), LLVM_PROFILE_FILE=str(profile(half)))
    run(folder / "bin" / program, "all", "--inputs", inputs, "--findings", BUILD / "findings", env=environment)


def profile(half):
    """Where a program that Clang built leaves its counts."""
    return PROGRAMS[half][0] / f"fuzz_{half}.profraw"


def counted_lines(halves):
    """File -> line -> times it ran, over all programs that hold it; and what ran that stands in no table."""
    lines = defaultdict(lambda: defaultdict(int))
    unlisted = set()
    for half in halves:
        for name, function, ran, counts in llvm_lines(half) if profile(half).exists() else gcov_lines(half):
            if name not in READERS:
                if ran and name not in HELPERS:
                    unlisted.add(name)
            elif any(word in function for word in READERS[name].split("|")):
                for line, count in counts:
                    lines[name][line] += count
    return lines, sorted(unlisted)


def our_file(path):
    """A source of the program's, relative to the project; None for tests and libraries."""
    path = Path(path).resolve()
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else ""
    return name if name.startswith(("src/", "tools/")) and name.endswith(".cpp") else None


def gcov_lines(half):
    for counts in sorted(PROGRAMS[half][0].rglob("*.gcda")):
        report = run("gcov", "--json-format", "--stdout", "--demangled-names", counts, capture_output=True, text=True).stdout
        for document in map(json.loads, filter(None, report.splitlines())):
            for entry in document["files"]:
                name = our_file(Path(document["current_working_directory"]) / entry["file"])
                if name is None:
                    continue
                for function in entry["functions"]:
                    within = range(function["start_line"], function["end_line"] + 1)
                    yield name, function["demangled_name"], function["execution_count"] > 0, [
                        (line["line_number"], line["count"]) for line in entry["lines"] if line["line_number"] in within]


def llvm_tool(name):
    """The newest: those of the plain name may be too old for the compiler's counts."""
    return next(filter(None, map(shutil.which, (*(f"{name}-{version}" for version in range(30, 13, -1)), name))))


def llvm_lines(half):
    """A line counts as the innermost region of code that begins or stands on it."""
    folder, program = PROGRAMS[half]
    merged = profile(half).with_suffix(".profdata")
    run(llvm_tool("llvm-profdata"), "merge", "-sparse", profile(half), "-o", merged)
    report = run(llvm_tool("llvm-cov"), "export", folder / "bin" / program, f"-instr-profile={merged}", capture_output=True).stdout
    functions = json.loads(report)["data"][0]["functions"]
    names = run("c++filt", input="\n".join(f["name"].rpartition(":")[2] for f in functions), capture_output=True, text=True).stdout
    for function, demangled in zip(functions, names.splitlines()):
        name = our_file(function["filenames"][0])
        if name is None:
            continue
        counts = {}
        for first, _, last, _, count, file, _, kind in function["regions"]:
            if file == 0 and kind == 0:
                counts.update(dict.fromkeys(range(first, last + 1), count))
        text = (ROOT / name).read_text().splitlines()
        yield name, demangled, function["count"] > 0, [
            (line, count) for line, count in counts.items() if is_code(text[line - 1])]


def is_code(line):
    return line.strip(" {}();") != "" and not line.strip().startswith("//")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=20000)
    parser.add_argument("--half", choices=PROGRAMS)
    parser.add_argument("--no_build", action="store_true")
    parser.add_argument("--no_run", action="store_true")
    options = parser.parse_args()
    halves = [options.half] if options.half else list(PROGRAMS)
    for half in halves:
        if not (options.no_build or options.no_run):
            build(half)
        if not options.no_run:
            fuzz(half, options.inputs)
    lines, unlisted = counted_lines(halves)
    low = []
    print(f"{'file':46} {'lines':>6} {'reached':>8}   not reached")
    for file in READERS:
        counts = lines.get(file, {})
        if options.half and not counts:
            continue
        reached = sum(count > 0 for count in counts.values())
        share = 100 * reached / len(counts) if counts else 0
        missed = [number for number, count in sorted(counts.items()) if count == 0]
        shown = ", ".join(map(str, missed[:12])) + (" ..." if len(missed) > 12 else "")
        print(f"{file:46} {len(counts):6} {share:7.1f}%   {shown}")
        if share < LEAST:
            low.append(file)
    if low:
        print(f"under {LEAST} %: " + ", ".join(low))
    if unlisted:
        print("reached by inputs, but neither among READERS nor HELPERS of coverage.py: " + ", ".join(unlisted))
    return 1 if low or unlisted else 0


if __name__ == "__main__":
    sys.exit(main())
