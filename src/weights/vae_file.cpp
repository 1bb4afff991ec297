#include "big/weights/vae_file.h"

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/weights/state_dict.h"
#include "big/weights/stored_model.h"
#include "single_file_names.h"
#include "tensor_names.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "first_stage_model.";

StoredVae read_vae_folder(const fs::path& given) {
  const fs::path folder = fs::exists(given / "vae" / "config.json") ? given / "vae" : given;
  const fs::path config = folder / "config.json";
  if (!fs::exists(config))
    throw InputError(
        concat(given.string(), ": holds no VAE; expected config.json and its weights, or vae/ with them"));
  auto stored = open_weights(folder, weight_stem_of("vae"));
  return {read_json(config), config.string(), std::move(stored.tensors), std::move(stored.files),
          stored.where};
}

}  // namespace

StoredVae read_vae(const fs::path& path, const Json& config) {
  if (fs::is_directory(path)) return read_vae_folder(path);
  const auto file = open_tensor_file(path);
  const bool whole_model = [&] {
    const auto found = file->entries().lower_bound(std::string(kPrefix));
    return found != file->entries().end() && found->first.starts_with(kPrefix);
  }();
  const auto table = vae_names(config, path.string());
  StoredVae vae{config, path.string(), {}, {file}, path.string()};
  for (const auto& [name, entry] : file->entries()) {
    if (whole_model && !name.starts_with(kPrefix)) continue;
    const std::string own = whole_model ? name.substr(kPrefix.size()) : name;
    if (own.starts_with("loss.")) continue;  // the discriminator it was trained against
    const auto mapped = table.to_diffusers(own);
    for (const auto& [ours, form] : mapped) vae.tensors[ours] = {file.get(), name, form};
    if (mapped.empty()) vae.tensors[usual_name(own, "vae")] = {file.get(), name, TensorForm::kSame};
  }
  return vae;
}

}  // namespace big
