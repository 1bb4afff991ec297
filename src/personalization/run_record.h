#pragma once

#include <filesystem>

namespace big {

struct Run;
struct TrainResult;

/// Writes `folder`/run.json: the command that repeats the run, its settings with a hash of every photo, the base and
/// its hash, versions, machine, times and the loss of each update. Throws MachineError.
void write_run_record(const Run& run, const TrainResult& trained, const std::filesystem::path& folder);

}  // namespace big
