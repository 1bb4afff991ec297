#include "start_metadata.h"

#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/imaging/read_image.h"
#include "typed_number.h"

namespace big {
namespace {

std::string hash_of_picture(const std::filesystem::path& file) {
  if (file.empty()) return "";
  read_image(file);
  return sha256_of_files({file});
}

std::string hires_parameters(const HiresOptions& hires) {
  std::string text = ", Hires upscale: " + typed_number(hires.scale);
  if (hires.steps > 0) text += concat(", Hires steps: ", hires.steps);
  return text + ", Hires upscaler: " + (hires.upscaler == "latent" ? "Latent" : "Lanczos");
}

std::string mask_parameters(const StartOptions& start) {
  std::string text;
  if (start.mask_blur > 0) text += ", Mask blur: " + typed_number(start.mask_blur);
  if (start.inpaint_masked_only)
    text += concat(", Inpaint area: Only masked, Masked area padding: ", start.mask_padding);
  return text;
}

}  // namespace

StartHashes hash_start(const StartOptions& options) {
  return {hash_of_picture(options.init_image), hash_of_picture(options.mask)};
}

std::string start_parameters(const GenerateOptions& options) {
  const auto& start = options.start;
  const auto& hires = options.hires;
  const bool starts = !start.init_image.empty(), enlarges = hires.scale > 1;
  if (!starts && !enlarges) return "";
  // The web UIs know one strength: the second pass's where the first begins from noise.
  std::string text = ", Denoising strength: " + typed_number(starts ? start.strength : hires.strength);
  if (enlarges) text += hires_parameters(hires);
  if (starts && enlarges) text += ", Hires denoising strength: " + typed_number(hires.strength);
  if (!start.mask.empty()) text += mask_parameters(start);
  return text;
}

void add_start(OrderedJson& text, const GenerateOptions& options, const StartHashes& hashes) {
  const auto& start = options.start;
  if (!hashes.init_image.empty())
    text["init_image"] = {{"hash", hashes.init_image}, {"strength", start.strength}};
  if (!hashes.mask.empty()) {
    text["mask"] = {{"hash", hashes.mask},
                    {"blur", start.mask_blur},
                    {"masked_only", start.inpaint_masked_only},
                    {"padding", start.mask_padding}};
  }
  const auto& hires = options.hires;
  if (hires.scale > 1) {
    text["hires"] = {{"scale", hires.scale},
                     {"strength", hires.strength},
                     {"steps", hires.steps},
                     {"upscaler", hires.upscaler}};
  }
}

}  // namespace big
