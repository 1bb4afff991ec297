#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "big/registry/registry.h"

namespace big {

/// The version folders (absolute) of a metamodel whose run taught a subject that `whose` names.
std::vector<std::filesystem::path> versions_that_taught(const std::filesystem::path& models_dir,
                                                        TargetModel target,
                                                        const std::string& user,
                                                        const std::function<bool(const Subject&)>& whose);

/// Takes what shows the subjects that `whose` names out of a metamodel's versions: report, log and pictures of the runs
/// that taught them (a report holds their photos), and their rows in the versions' notes, so that no rollback brings
/// them back. The weights stay. The caller holds the metamodel's writer lock. Throws MachineError; done again it goes
/// on where it stopped.
void erase_version_traces(const std::filesystem::path& models_dir,
                          TargetModel target,
                          const std::string& user,
                          const std::function<bool(const Subject&)>& whose);

}  // namespace big
