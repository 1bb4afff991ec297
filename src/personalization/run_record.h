#pragma once

#include <filesystem>
#include <string>

namespace big {

struct Run;
struct TrainResult;

/// What a person types to repeat the run: the same weights in the same place, with equal threads on the same machine.
std::string repeating_command(const Run& run);

/// Writes `folder`/run.json: the command that repeats the run, its settings with a hash of every photo, the base and
/// its hash, versions, machine, times and the loss of each update. Throws MachineError.
void write_run_record(const Run& run, const TrainResult& trained, const std::filesystem::path& folder);

}  // namespace big
