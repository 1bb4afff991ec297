#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace big {

/// sha256 over the UNet's weight files of a diffusers folder. Computed once: models_dir/cache/hashes.json
/// keeps it by path, size and time of change. A cache that cannot be read or written costs time, nothing
/// else. Throws InputError where the folder has no UNet weights.
std::string unet_hash(const std::filesystem::path& model_folder, const std::filesystem::path& models_dir);

/// The same over a VAE by itself, a file or a folder with its config, as --vae takes them.
std::string vae_hash(const std::filesystem::path& vae, const std::filesystem::path& models_dir);

/// The same over any files, for single-file models.
std::string hash_of_files(const std::vector<std::filesystem::path>& files,
                          const std::filesystem::path& models_dir);

}  // namespace big
