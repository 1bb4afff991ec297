#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/core/progress.h"
#include "big/imaging/image.h"
#include "big/personalization/finetune.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/text_to_image.h"
#include "claim.h"

namespace big {

/// Everything that makes a class picture: equal recipes share one folder of pictures, whoever asks.
struct ClassImageRecipe {
  std::string base_name, base_hash, prompt, sampler, schedule_type;
  std::string vae_hash;         ///< of a VAE in place of the base's own; empty: its own
  int64_t size = 0, steps = 0;  ///< pixels a side, denoising steps
  double guidance = 0;
  uint64_t base_seed = 0;  ///< picture n has seed base_seed + n
  Json manifest() const;
};
/// The recipe of "a {category}" drawn by `base` (read with `source` where it is a single file): guidance and scheduler as options say, else as the base's
/// big.json, else 7.5 and the scheduler of its folder.
ClassImageRecipe class_image_recipe(const BaseModel& base,
                                    const ModelSource& source,
                                    const std::string& category,
                                    const FinetuneOptions& options);

/// models_dir/cache/class_images/<key>, the key being a hash over the recipe.
std::filesystem::path class_image_folder(const std::filesystem::path& models_dir,
                                         const ClassImageRecipe& recipe);
std::filesystem::path class_image_file(const std::filesystem::path& folder, int64_t n);

/// Black, or of one colour: nothing can be learned from it.
bool is_constant(const Image& image);
/// Which of the pictures 0 ... count-1 are not there, cannot be read, have another size or are constant.
std::vector<int64_t> missing_class_images(const std::filesystem::path& folder,
                                          const ClassImageRecipe& recipe,
                                          int64_t count);

/// How to draw one class picture: hand over picture n drawn with `seed`, or many at once as generate() does.
GenerateOptions class_image_request(const ClassImageRecipe& recipe, uint64_t seed, int64_t count);

struct ClassImageCount {
  int64_t reused = 0, drawn = 0;
};
/// Draws what is missing of pictures 0 ... count-1, each written when it is finished, under a lock per
/// recipe, so that two runs do not draw the same. A constant picture is drawn again with other seeds;
/// InputError where none helps. Throws BusyError with kRefuse while another run draws them.
ClassImageCount draw_class_images(StableDiffusion& base,
                                  const std::filesystem::path& models_dir,
                                  const ClassImageRecipe& recipe,
                                  int64_t count,
                                  WhenBusy when_busy,
                                  const ProgressFn& progress = {});

}  // namespace big
