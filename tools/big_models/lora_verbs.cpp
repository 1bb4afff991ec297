#include "lora_verbs.h"

#include <iomanip>
#include <sstream>

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "big/pipeline/convert_model.h"
#include "big/pipeline/extract_lora.h"
#include "big/pipeline/merge_loras.h"
#include "big/weights/lora_writer.h"

namespace big {
namespace fs = std::filesystem;
namespace {

StableDiffusion load(const fs::path& path, const fs::path& clip_vocabulary) {
  LoadOptions options;
  options.source.clip_vocabulary = clip_vocabulary;
  return load_model(path, options);
}

std::string percent(double share) {
  std::ostringstream out;
  out << std::fixed << std::setprecision(1) << 100 * share << " %";
  return out.str();
}

/// kohya's name of the family that the networks' shapes tell.
std::string base_version(const UNet2DConditionConfig& unet) {
  constexpr int64_t kSd2TextWidth = 1024;
  if (unet.addition_time_embed_dim > 0) return "sdxl_base_v1-0";
  return unet.cross_attention_dim.front() == kSd2TextWidth ? "sd_v2" : "sd_v1";
}

/// A diffusers folder of `base`: itself, or one made below `scratch`.
fs::path folder_of(const fs::path& base, const fs::path& scratch, const fs::path& clip_vocabulary) {
  if (!is_single_file(base)) return base;
  save_as_folder(open_model(base), base, scratch / "base", clip_vocabulary);
  return scratch / "base";
}

}  // namespace

VerbResult extract(const ExtractWish& wish, const ProgressFn& progress) {
  const auto base = load(wish.base, wish.clip_vocabulary), tuned = load(wish.tuned, wish.clip_vocabulary);
  const ExtractedLora extracted = extract_lora(base, tuned, wish.rank, progress);
  const LoraTargets targets = lora_targets(base);
  LoraDescription description;
  description.title = wish.out.stem().string();
  description.base_model = base_version(base.unet->config);
  description.base_name = wish.base.filename().string();
  description.resolution = base.native_size();
  write_lora(wish.out, extracted.lora, LoraFormat::kKohya, targets, lora_metadata(extracted.lora, description));
  verify_lora(wish.out, extracted.lora, LoraFormat::kKohya, targets);

  VerbResult result;
  result.text = concat("Wrote ", wish.out.string(), ": ", extracted.lora.modules.size(), " layers of rank ",
                       wish.rank, " or less\n");
  result.json = {{"out", wish.out.string()}, {"rank", wish.rank}, {"layers", extracted.lora.modules.size()}};
  ChangeKept all;
  for (const auto& [part, kept] : extracted.parts) {
    all.change += kept.change;
    all.lost += kept.lost;
    result.text += concat("  ", part, ": error ", percent(kept.relative_error()), " of the change\n");
    result.json["errors"][part] = kept.relative_error();
  }
  result.text += concat("  all: error ", percent(all.relative_error()), " of the change\n");
  result.json["error"] = all.relative_error();
  return result;
}

VerbResult merge(const MergeWish& wish, const ProgressFn& progress) {
  std::vector<LoraChoice> loras;
  for (const auto& text : wish.loras) {
    const LoraWish parsed = fs::exists(text) ? LoraWish{.name = text} : parse_lora_wish(text);
    if (!fs::exists(parsed.name)) throw InputError(concat(parsed.name, ": there is no such LoRA"));
    loras.push_back({parsed.name, parsed});
  }
  const StagedFolder scratch(concat(wish.out.string(), ".merging"));  // never committed: gone at the end
  const fs::path base = folder_of(wish.base, scratch.path(), wish.clip_vocabulary);
  if (wish.out.extension() == ".safetensors") {
    save_merged(base, loras, scratch.path() / "merged");
    WriteModelOptions options;
    options.progress = progress;
    save_as_single_file(open_model(scratch.path() / "merged"), scratch.path() / "merged", wish.out, options);
  } else {
    StagedFolder staged(wish.out);
    save_merged(base, loras, staged.path());
    staged.commit();
  }
  VerbResult result;
  result.text = concat("Wrote ", wish.out.string(), "\n");
  result.json = {{"out", wish.out.string()}, {"loras", wish.loras}};
  return result;
}

}  // namespace big
