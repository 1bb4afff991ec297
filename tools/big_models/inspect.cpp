#include "inspect.h"

#include <torch/types.h>

#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/text.h"
#include "big/pipeline/convert_model.h"
#include "lora_facts.h"
#include "model_hashes.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// As the flags call them; torch's names for the rest.
std::string dtype_word(torch::ScalarType dtype) {
  switch (dtype) {
    case torch::kFloat32:
      return "fp32";
    case torch::kFloat16:
      return "fp16";
    case torch::kBFloat16:
      return "bf16";
    default:
      return ascii_lower(c10::toString(dtype));
  }
}

OrderedJson tensors_json(const StoredTensors& tensors) {
  int64_t parameters = 0;
  uint64_t bytes = 0;
  std::map<std::string, int64_t> dtypes;
  for (const auto& [name, tensor] : tensors) {
    const int64_t values = c10::multiply_integers(tensor.shape());
    parameters += values;
    bytes += static_cast<uint64_t>(values) * c10::elementSize(tensor.dtype());
    ++dtypes[dtype_word(tensor.dtype())];
  }
  return {{"tensors", tensors.size()}, {"parameters", parameters}, {"bytes", bytes}, {"dtypes", dtypes}};
}

OrderedJson names_json(const StoredTensors& tensors) {
  OrderedJson names = OrderedJson::array();
  for (const auto& [name, tensor] : tensors) names.push_back(name);
  return names;
}

void add_model(const StoredModel& model, OrderedJson& facts) {
  facts["kind"] = "model";
  if (!model.family.empty()) facts["family"] = model.family;
  facts["title"] = model.family.empty()
                       ? model.configs.at("model_index").value("_class_name", Json("a diffusers model"))
                       : Json(family_named(model.family).title);
  if (const auto scheduler = model.configs.find("scheduler"); scheduler != model.configs.end())
    facts["prediction_type"] = scheduler->second.value("prediction_type", Json("epsilon"));
  facts["parts"] = OrderedJson::object();
  for (const auto& [part, tensors] : model.parts) facts["parts"][part] = tensors_json(tensors);
  facts["extra"] = names_json(model.extra);
}

OrderedJson lora_json(const LoraFacts& lora) {
  OrderedJson ranks = OrderedJson::object(), alphas = OrderedJson::object();
  for (const auto& [rank, modules] : lora.ranks) ranks[std::to_string(rank)] = modules;
  for (const auto& [alpha, modules] : lora.alphas) alphas[concat(alpha)] = modules;
  return {{"naming", lora.naming}, {"modules", lora.modules}, {"ranks", ranks}, {"alphas", alphas}};
}

void add_file(const fs::path& path, OrderedJson& facts) {
  const auto file = open_tensor_file(path);
  const std::string kind = kind_of_file(file->entries());
  if (const auto lora = lora_facts(*file)) {
    facts["kind"] = "lora";
    facts["lora"] = lora_json(*lora);
    facts["parts"] = {{"lora", tensors_json(stored_tensors(*file))}};
  } else if (!kind.empty()) {
    facts["kind"] = kind;
    facts["parts"] = {{"tensors", tensors_json(stored_tensors(*file))}};
  } else {
    add_model(read_single_file(path), facts);
  }
  facts["hashes"] = hashes_json(path);
  if (const auto words = trigger_words(file->metadata()); !words.empty()) facts["trigger_words"] = words;
  facts["metadata"] = file->metadata();
}

std::string parts_text(const OrderedJson& parts) {
  std::string text;
  for (const auto& [part, facts] : parts.items()) {
    std::vector<std::string> dtypes;
    for (const auto& [dtype, count] : facts["dtypes"].items())
      dtypes.push_back(concat(dtype, " x", count.get<int64_t>()));
    text += concat("  ", part, ": ", facts["tensors"].get<int64_t>(), " tensors, ",
                   facts["parameters"].get<int64_t>(), " parameters, ",
                   format_bytes(facts["bytes"].get<uint64_t>()), " (", join(dtypes, ", "), ")\n");
  }
  return text;
}

std::string counts_text(const OrderedJson& counts) {
  std::vector<std::string> parts;
  for (const auto& [value, modules] : counts.items())
    parts.push_back(concat(value, " x", modules.get<int64_t>()));
  return parts.empty() ? "none" : join(parts, ", ");
}

/// Long values (training's whole history, pictures) are cut: --json has them.
std::string metadata_text(const OrderedJson& metadata) {
  constexpr size_t kShown = 100;
  std::string text;
  for (const auto& [key, value] : metadata.items()) {
    const std::string word = value.get<std::string>();
    text += concat("  ", printable(key), ": ", printable(utf8_prefix(word, kShown)),
                   word.size() > kShown ? " ..." : "", "\n");
  }
  return text;
}

}  // namespace

OrderedJson inspect_model(const fs::path& path) {
  OrderedJson facts = {{"path", path.string()}};
  if (is_single_file(path)) {
    add_file(path, facts);
  } else {
    add_model(open_model(path), facts);
  }
  return facts;
}

std::string inspect_text(const OrderedJson& facts) {
  const auto word = [&](const char* key) { return facts.value(key, ""); };
  std::string text = concat(word("path"), ": ", facts.contains("title") ? word("title") : word("kind"));
  if (facts.contains("prediction_type")) text += concat(", ", word("prediction_type"));
  text += "\n";
  if (facts.contains("parts")) text += parts_text(facts["parts"]);
  if (facts.contains("extra") && !facts["extra"].empty())
    text += concat("  besides: ", facts["extra"].size(), " tensors that no part needs\n");
  if (facts.contains("lora"))
    text +=
        concat("  LoRA (", facts["lora"]["naming"].get<std::string>(),
               "): ", facts["lora"]["modules"].get<int64_t>(), " modules; rank ",
               counts_text(facts["lora"]["ranks"]), "; alpha ", counts_text(facts["lora"]["alphas"]), "\n");
  if (facts.contains("trigger_words"))
    text += concat("Trigger words: ",
                   printable(join(facts["trigger_words"].get<std::vector<std::string>>(), ", ")), "\n");
  if (facts.contains("hashes")) {
    for (const auto& [kind, hash] : facts["hashes"].items())
      text += concat("  ", kind, ": ", hash.get<std::string>(), "\n");
  }
  if (facts.contains("metadata") && !facts["metadata"].empty())
    text += "Metadata:\n" + metadata_text(facts["metadata"]);
  return text;
}

}  // namespace big
