#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace big {

enum class PartWeights { kKeep, kReplace };

/// Makes `to` a part's folder like `from`: small JSON files copied, everything else hard links (copies where
/// the file system does not link), weights in one precision and with the plain name. kReplace leaves the
/// weights to the caller. Throws MachineError.
void take_part(const std::filesystem::path& from, const std::filesystem::path& to, PartWeights weights);

/// The files beside the parts that belong to a model: model_index.json, big.json, a single file's further
/// tensors. Makes `to`.
void take_index(const std::filesystem::path& from, const std::filesystem::path& to);

/// The parts a model_index.json names: its keys whose value is [library, class], both there. Throws
/// InputError.
std::vector<std::string> part_names(const std::filesystem::path& folder);

}  // namespace big
