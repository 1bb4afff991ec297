#pragma once

#include <filesystem>
#include <string>

#include "big/core/json.h"

namespace big {

struct Run;
struct TrainResult;

/// What a person types to repeat the run: the same weights in the same place, with equal threads on the same machine.
std::string repeating_command(const Run& run);

/// What there is to say of a run before it ends: command, versions, machine, base, settings with a hash of every photo,
/// photo_findings, held_out.
OrderedJson about_run(const Run& run);

/// Writes `folder`/run.json: the command that repeats the run, its settings with a hash of every photo, the base and
/// its hash, versions, machine, times and the loss of each update. Throws MachineError.
void write_run_record(const Run& run, const TrainResult& trained, const std::filesystem::path& folder);

}  // namespace big
