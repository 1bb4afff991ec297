#pragma once

#include <filesystem>
#include <map>
#include <string>

namespace big {

/// What a model's folder holds besides whole networks and belongs on top of them: a LoRA, and the vectors of
/// new words. The networks are then hard links to the base's, so that the folder is complete and small.
struct FolderAdapters {
  std::filesystem::path lora;                               ///< in diffusers' form; empty: none
  std::map<std::string, std::filesystem::path> embeddings;  ///< word -> file
  bool empty() const { return lora.empty() && embeddings.empty(); }
};

/// Reads `folder/adapters.json`; nothing where there is none. Paths come out absolute. Throws InputError for a
/// damaged one, a path that leaves the folder, and a file that is not there.
FolderAdapters read_folder_adapters(const std::filesystem::path& folder);

/// Writes `folder/adapters.json`; paths as they are below `folder`.
void write_folder_adapters(const std::filesystem::path& folder, const FolderAdapters& adapters);

}  // namespace big
