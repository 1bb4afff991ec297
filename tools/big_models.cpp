// big_models: look into model files, convert and check them; LoRAs out of models and into them.
#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/personalization/models_dir.h"
#include "big/pipeline/convert_model.h"
#include "big/pipeline/device.h"
#include "big/pipeline/folder_adapters.h"
#include "big/pipeline/verify_model.h"
#include "big/pipeline/write_cost.h"
#include "big_models/inspect.h"
#include "big_models/lora_verbs.h"
#include "big_models/model_location.h"
#include "cli/common_options.h"
#include "cli/output.h"
#include "cli/progress_bar.h"
#include "cli/run_guarded.h"

namespace big {
namespace {

namespace fs = std::filesystem;

const ToolText kText = {
    "big_models",
    "look into model files, convert and check them; take LoRAs out of models, put them into models",
    "big_models inspect|convert|verify|extract|merge MODEL [PATH...] [options]",
    {"big_models inspect model.safetensors", "big_models convert model.ckpt sd15 --to diffusers",
     "big_models convert models/users/anna/sks sks.safetensors --to single_file --dtype fp16",
     "big_models verify model.safetensors", "big_models extract starter models/users/anna/sks sks.safetensors --rank 32",
     "big_models merge sd15 ink.safetensors:0.8 sks.safetensors merged"}};

struct BigModelsArguments {
  CommonOptions common;
  std::string verb, model, to = "diffusers", dtype = "auto";
  fs::path out;
  std::vector<std::string> more;
  int64_t rank = 32;
  std::string prediction_type;
  bool keep_extra = false, ema = false;
};

void add_options(OptionTable& table, BigModelsArguments& given) {
  const char* const kWhat = "What to do";
  table.add(kWhat, "verb", "what to do with the model", &given.verb)
      .positional("VERB")
      .placeholder("VERB")
      .choices({"inspect", "convert", "verify", "extract", "merge"})
      .personal()
      .required();
  table
      .add(kWhat, "model",
           "a .safetensors, .ckpt or diffusers folder: a path, or a name in the models folders", &given.model)
      .positional("MODEL")
      .placeholder("MODEL")
      .name_or_path()
      .personal()
      .required();
  table.add(kWhat, "out", "convert: the folder or .safetensors to write, which is not there yet", &given.out)
      .positional("OUT")
      .placeholder("PATH")
      .personal();
  table
      .add(kWhat, "more", "extract takes BASE TUNED OUT, merge takes BASE LORA[:weight]... OUT", &given.more)
      .positional("MORE")
      .placeholder("PATH")
      .name_or_path()
      .personal();
  const char* const kHow = "How to convert";
  table.add(kHow, "to", "what to write", &given.to)
      .choices({"diffusers", "single_file"})
      .placeholder("KIND")
      .personal();
  table.add(kHow, "dtype", "its floating-point numbers; auto as they are stored", &given.dtype)
      .choices({"auto", "fp32", "fp16", "bf16"})
      .placeholder("TYPE")
      .personal();
  table.add(kHow, "keep_extra", "keep the tensors that diffusers has no place for", &given.keep_extra)
      .personal();
  table.add(kHow, "rank", "extract: width of the LoRA", &given.rank).range(1, 4096).personal();
  table.add(kHow, "ema", "take the UNet's moving average (model_ema.*) of a checkpoint", &given.ema)
      .personal();
  table
      .add(kHow, "prediction_type", "what a single file's UNet gives, where it does not say (SD 2)",
           &given.prediction_type)
      .choices({"epsilon", "v_prediction"})
      .placeholder("TYPE")
      .personal()
      .unset("as the file says");
}

/// "10 tensors: a, b, ...": never more than a line or two.
std::string names_of(const StoredTensors& tensors) {
  constexpr size_t kShown = 10;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : tensors)
    if (names.size() < kShown) names.push_back(name);
  const size_t rest = tensors.size() - names.size();
  return concat(join(names, ", "), rest > 0 ? concat(" and ", rest, " more") : "");
}

void require_free(const fs::path& out) {
  if (fs::exists(out))
    throw UsageError(concat("--out ", out.string(), ": is there already; name another place"));
}

void convert(const BigModelsArguments& given, const fs::path& from) {
  if (given.out.empty()) throw UsageError("say where to write: big_models convert MODEL OUT");
  require_free(given.out);
  if (!read_folder_adapters(from).empty())
    throw UsageError(concat(from.string(), ": its networks are its base's, what was taught stands beside them ",
                            "(adapters.json): big_models merge puts a LoRA into them"));
  const StoredModel model = open_model(
      from, {given.prediction_type, given.ema ? UNetWeights::kMovingAverage : UNetWeights::kTrained});
  if (!model.doubt.empty()) log_warning(model.doubt);
  WriteModelOptions options;
  if (given.dtype != "auto") options.dtype = parse_dtype(given.dtype, torch::kCPU);
  if (given.keep_extra) options.extra = ExtraTensors::kKeep;
  refuse_writing_beyond_machine(write_cost(model, options), given.out);
  verify_names(model);
  {
    ProgressBar bar(given.common.quiet);
    options.progress = bar.callback();
    if (given.to == "single_file") {
      save_as_single_file(model, from, given.out, options);
    } else {
      StagedFolder staged(given.out);
      save_as_folder(model, from, staged.path(), clip_vocabulary_folder(given.common.project_models),
                     options);
      staged.commit();
    }
  }
  OrderedJson dropped = OrderedJson::array();
  if (!given.keep_extra)
    for (const auto& [name, tensor] : model.extra) dropped.push_back(name);
  const std::string lost =
      dropped.empty() ? "" : concat("Left out (--keep_extra keeps them): ", names_of(model.extra), "\n");
  print_result(given.common.json, concat("Wrote ", given.out.string(), "\n", lost),
               {{"out", given.out.string()}, {"to", given.to}, {"dropped", dropped}});
}

void verify(const BigModelsArguments& given, const fs::path& path) {
  StoredTensors all;
  std::string what = "a whole model";
  std::shared_ptr<const TensorFile> file;
  StoredModel model;
  if (is_single_file(path)) file = open_tensor_file(path);
  const std::string kind = file ? kind_of_file(file->entries()) : "";
  if (kind.empty()) {
    model = open_model(
        path, {given.prediction_type, given.ema ? UNetWeights::kMovingAverage : UNetWeights::kTrained});
    verify_names(model);
    for (const auto& [part, tensors] : model.parts)
      for (const auto& [name, tensor] : tensors) all.emplace(part + "/" + name, tensor);
  } else {
    what = kind + ", whose names were not checked";
    all = stored_tensors(*file);
  }
  {
    ProgressBar bar(given.common.quiet);
    verify_finite(all, path.string(), bar.callback());
  }
  print_result(given.common.json,
               concat(path.string(), ": ", what, "; all ", all.size(), " tensors are there and finite\n"),
               {{"path", path.string()},
                {"ok", true},
                {"kind", kind.empty() ? "model" : kind},
                {"tensors", all.size()}});
}

/// Of what follows MODEL the last is what to write.
void take_or_put_lora(const BigModelsArguments& given, const fs::path& base) {
  const bool takes = given.verb == "extract";
  std::vector<std::string> paths = given.more;
  if (!given.out.empty()) paths.insert(paths.begin(), given.out.string());
  if (paths.size() < 2 || (takes && paths.size() > 2))
    throw UsageError(takes ? "big_models extract takes BASE TUNED OUT" : "big_models merge takes BASE LORA... OUT");
  const fs::path out = paths.back();
  paths.pop_back();
  require_free(out);
  const auto vocabulary = clip_vocabulary_folder(given.common.project_models);
  VerbResult result;
  {
    ProgressBar bar(given.common.quiet);
    result = takes ? extract({base, locate_model(paths.front(), given.common), out, vocabulary, given.rank},
                             bar.callback())
                   : merge({base, out, vocabulary, paths}, bar.callback());
  }
  print_result(given.common.json, result.text, result.json);
}

void run(const std::vector<std::string>& arguments) {
  BigModelsArguments given;
  OptionTable table(kText);
  add_options(table, given);
  add_common_options(table, given.common);
  if (!read_options(table, given.common, arguments)) return;
  if (answer_print_config(table, given.common)) return;
  table.require("verb", "say what to do: " + kText.usage);
  table.require("model", "say with which model: " + kText.usage);
  const bool has_own_paths = given.verb == "extract" || given.verb == "merge";
  if (!has_own_paths && !given.more.empty())
    throw UsageError(concat("big_models ", given.verb, ": '", given.more.front(), "' is one path too many"));
  if (given.verb != "convert" && !has_own_paths && !given.out.empty())
    throw UsageError(
        concat("big_models ", given.verb, " writes nothing: leave '", given.out.string(), "' away"));
  const fs::path path = locate_model(given.model, given.common);
  if (given.verb == "convert") return convert(given, path);
  if (has_own_paths) return take_or_put_lora(given, path);
  if (given.verb == "verify") return verify(given, path);
  const OrderedJson facts = inspect_model(path);
  print_result(given.common.json, inspect_text(facts), facts);
}

}  // namespace
}  // namespace big

int main(int argc, char** argv) {
  big::leave(big::run_guarded(argc, argv, big::run));
}
