#pragma once

#include <filesystem>
#include <string>

namespace big {

/// Where models are, and how that was decided.
struct ModelsLocation {
  std::filesystem::path models_dir, project_models;
  std::string source;  ///< "BIG_MODELS_DIR", "./models", "the project's models"
};

/// True for a folder that holds a registry or a base model (a sub-folder with model_index.json).
bool holds_models(const std::filesystem::path& folder);

/// The models that came with the program: beside the executable's build or installation (../../models,
/// ../share/big/models), else the source tree it was built from.
std::filesystem::path find_project_models(const std::filesystem::path& executable);

/// The models folder while nobody named one: BIG_MODELS_DIR, else ./models if it holds_models(), else the
/// project's. Throws InputError where BIG_MODELS_DIR names no folder.
ModelsLocation locate_models();

/// The login name of the person who runs the program.
std::string login_name();

}  // namespace big
