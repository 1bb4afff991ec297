#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "big/core/json.h"
#include "big/core/progress.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/text_to_image.h"
#include "big/pipeline/textual_inversion.h"
#include "big/prompts/styles.h"
#include "big/registry/target_model.h"

namespace big {

/// A person's wish: draw this with what has been taught.
struct DrawOptions {
  GenerateOptions generate;  ///< prompt as typed
  TargetModel target = TargetModel::kPrivate;
  std::string identifier;  ///< private: the subject; empty: the one that the prompt names
  std::string user;
  std::filesystem::path models_dir, project_models;
  std::string pretrained_model = "starter";  ///< for target pretrained
  std::vector<std::string> loras;            ///< FILE[:weight] as typed; tags in the prompt come on top
  std::filesystem::path styles;              ///< the web UIs' styles.csv; empty: that of models_dir
  std::vector<std::string> style;            ///< names in it, put on the prompts one after the other
  std::vector<PromptStyle> known_styles;     ///< of a picture that is drawn again: they beat the file's
  bool lora_ignore_unmatched = false;        ///< keys that name no layer are a warning, no error
  std::vector<std::string> embeddings;       ///< FILE[:word] as typed; those the prompt names come on top
  std::filesystem::path output_dir = "generated_images";
  std::string format = "png";  ///< of the pictures' files: png | jpeg | webp
  int64_t quality = 95;        ///< 1 to 100, of JPEG and WebP (PictureEncoding)
  ModelSource source;  ///< clip_vocabulary is found in project_models
  std::string device = "auto", dtype = "auto";
  std::string program_version;  ///< written into the pictures
  /// Settings by the names of flags, null where left to the model: kept in each picture (with its own seed),
  /// so that it can be made again.
  OrderedJson settings = OrderedJson::object();
};

/// What a wish comes to, found out before any weight is read.
struct DrawPlan {
  std::filesystem::path model_folder;  ///< a complete diffusers folder, or a single file
  std::string model_name;   ///< base's name, private subject's identifier, or the metamodel's folder word
  std::string folder_word;  ///< identifier | metamodel | private_metamodel | pretrained
  std::string base_hash;
  std::string prompt_used;    ///< with styles and categories put in and LoRA tags taken out
  std::string negative_used;  ///< with styles put in
  std::vector<PromptStyle> styles;  ///< those, in their order
  std::vector<std::string>
      identifiers;  ///< known ones in the prompt (private: the subject first, named or not)
  std::vector<std::string> categories;      ///< of identifiers, in their order
  /// What the model's folder holds on top of its networks: applied first, as trained.
  std::vector<LoraChoice> own_loras;
  std::vector<EmbeddingChoice> own_embeddings;
  std::vector<LoraChoice> loras;            ///< of flags, then of the prompt
  std::vector<EmbeddingChoice> embeddings;  ///< of flags, then those that the prompts name
  std::vector<std::string> hints;           ///< what the person may have meant otherwise
};

/// A wish with its plan, one of several.
struct PlannedDrawing {
  DrawOptions options;
  DrawPlan plan;
  std::string where = {};  ///< names it in errors ("prompts.txt:3"); empty: as if there were no other
};

struct DrawnImage {
  std::filesystem::path path;
  uint64_t seed = 0;
};

struct DrawResult {
  std::filesystem::path directory, grid;
  std::vector<DrawnImage> images;
  double seconds = 0;
  std::vector<std::filesystem::path> further_grids = {};  ///< of a grid with a third axis
};

/// Finds model, subject and prompt. Throws UsageError for an unknown identifier, a private prompt that names
/// none or two subjects, and a metamodel before anything was taught (each with the list of what there is);
/// InputError for a missing base model, LoRA or embedding.
DrawPlan plan_drawing(const DrawOptions& options);

/// Draws into a new folder below output_dir: each picture is written when it is finished, the grid at the
/// end; says what it will draw first, in the log. With previews, preview-<i>.png shows picture i on its way and
/// goes when the picture is there. A stopped run keeps its finished pictures, and the previews of others.
/// Progress counts denoising steps.
DrawResult draw(const DrawOptions& options, const DrawPlan& plan, const ProgressFn& progress = {});

/// Draws one wish after the other, each into a folder of its own as draw() does. Those that ask for one model
/// are drawn together, so that it is loaded once; results stand in the wishes' order. All are checked before
/// the first is drawn. Progress counts the steps of all.
std::vector<DrawResult> draw_list(const std::vector<PlannedDrawing>& drawings, const ProgressFn& progress = {});

}  // namespace big
