#include "big/weights/single_file_family.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

using Entries = std::map<std::string, TensorFile::Entry>;

constexpr const char* kFirst = "model.diffusion_model.input_blocks.0.0.weight";
// Every family has attention at this place; its keys are as wide as the text embeddings.
constexpr const char* kContext =
    "model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight";

/// One row of the table: the family of a UNet with so many input channels and so wide a text.
struct Row {
  int64_t context, channels;
  SingleFileFamily family;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> kRows = {
      {768, 4, {"sd1", "Stable Diffusion 1", "stable-diffusion-v1"}},
      {768, 9, {"sd1_inpaint", "Stable Diffusion 1 inpainting", "stable-diffusion-v1-inpainting"}},
      {1024, 4, {"sd2", "Stable Diffusion 2 (v-prediction, 768 px)", "stable-diffusion-v2-768-v"}},
      {1024, 9, {"sd2_inpaint", "Stable Diffusion 2 inpainting", "stable-diffusion-v2-inpainting"}},
      {2048, 4, {"sdxl", "SDXL base", "stable-diffusion-xl-v1-base"}},
      {2048, 9, {"sdxl_inpaint", "SDXL inpainting", "stable-diffusion-xl-v1-inpainting"}},
      {1280, 4, {"sdxl_refiner", "SDXL refiner", "stable-diffusion-xl-v1-refiner"}},
      // Not told by its tensors: what a file, a flag or a table of steps says makes it of "sd2".
      {0, 0, {"sd2_base", "Stable Diffusion 2 base (512 px)", "stable-diffusion-v2-512"}},
  };
  return kRows;
}

/// Parts of names by which other things are known.
struct Sign {
  const char* part;
  const char* kind;
};
constexpr std::array kSigns = {
    Sign{"lora_up", "a LoRA"},
    Sign{"lora_A", "a LoRA"},
    Sign{".lora.up", "a LoRA"},
    Sign{"lora_linear_layer", "a LoRA"},
    Sign{"hada_w1_a", "a LyCORIS file"},
    Sign{"lokr_w1", "a LyCORIS file"},
    Sign{"string_to_param", "a textual-inversion embedding"},
    Sign{"emb_params", "a textual-inversion embedding"},
    Sign{"control_model.", "a ControlNet"},
    Sign{"controlnet_cond_embedding", "a ControlNet"},
    Sign{"joint_blocks.", "Stable Diffusion 3"},
    Sign{"double_blocks.", "FLUX"},
    Sign{"motion_modules.", "an AnimateDiff motion module"},
};

int64_t size_of(const Entries& entries, const char* name, size_t dimension) {
  const auto found = entries.find(name);
  if (found == entries.end() || found->second.shape.size() <= dimension) return -1;
  return found->second.shape[dimension];
}

bool any_starts_with(const Entries& entries, const std::string& prefix) {
  const auto found = entries.lower_bound(prefix);
  return found != entries.end() && found->first.starts_with(prefix);
}

}  // namespace

std::string kind_of_file(const Entries& entries) {
  for (const Sign& sign : kSigns)
    for (const auto& [name, entry] : entries)
      if (name.find(sign.part) != std::string::npos) return sign.kind;
  if (any_starts_with(entries, "model.diffusion_model.")) return "";
  if (entries.count("encoder.conv_in.weight") != 0 || any_starts_with(entries, "first_stage_model."))
    return "a VAE alone";
  if (entries.count("conv_in.weight") != 0) return "a diffusers UNet alone";
  if (any_starts_with(entries, "text_model.")) return "a text encoder alone";
  return "";
}

const SingleFileFamily& family_of(const Entries& entries, const std::string& where) {
  const int64_t channels = size_of(entries, kFirst, 1), context = size_of(entries, kContext, 1);
  const auto found = std::find_if(rows().begin(), rows().end(), [&](const Row& row) {
    return row.channels == channels && row.context == context;
  });
  if (found != rows().end()) return found->family;
  std::vector<std::string> titles;
  for (const Row& row : rows()) titles.push_back(row.family.title);
  const std::string kind = kind_of_file(entries);
  const std::string seen = !kind.empty() ? concat("this is ", kind)
                           : channels > 0
                               ? concat("its UNet takes ", channels, " channels and texts of width ", context)
                               : concat("it has no '", kFirst, "'");
  throw InputError(concat(where, ": is no Stable Diffusion in a single file that is known here: ", seen,
                          "; known are ", join(titles, ", ")));
}

const SingleFileFamily& family_named(const std::string& name) {
  for (const Row& row : rows())
    if (row.family.name == name) return row.family;
  throw std::out_of_range("no family of single files is called " + name);
}

}  // namespace big
