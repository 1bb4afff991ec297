// A whole model into one file with the web UIs' names.
#include <torch/types.h>

#include <array>

#include "big/core/error.h"
#include "big/core/text.h"
#include "model_writing.h"
#include "single_file_layout.h"
#include "single_file_metadata.h"

namespace big {
namespace {

/// An attention's query, key and value, which become one tensor.
using Thirds = std::array<const StoredTensor*, 3>;

TensorSource joined(const std::string& name,
                    const Thirds& thirds,
                    const std::string& where,
                    std::optional<torch::ScalarType> dtype) {
  for (const auto* third : thirds) {
    if (third == nullptr || thirds[0] == nullptr || third->shape() != thirds[0]->shape())
      throw InputError(concat(where, ": the three projections that make '", name, "' are not of one shape"));
  }
  TensorSource source = source_of(name, *thirds[0], dtype);
  source.shape[0] *= static_cast<int64_t>(thirds.size());
  source.load = [thirds] {
    return torch::cat({thirds[0]->tensor(), thirds[1]->tensor(), thirds[2]->tensor()});
  };
  return source;
}

void add_part(const StoredModel& model,
              const PartLayout& layout,
              std::optional<torch::ScalarType> dtype,
              std::vector<TensorSource>& sources) {
  const auto part = model.parts.find(layout.part);
  if (part == model.parts.end()) throw InputError(concat(model.where, ": has no ", layout.part));
  std::map<std::string, Thirds> thirds;
  for (const auto& [name, tensor] : part->second) {
    const auto single = layout.names.to_single_file(name);
    if (!single)
      throw InputError(
          concat(model.where, ": '", name, "' of the ", layout.part, " has no name in a single file"));
    const std::string full = layout.prefix + single->name;
    TensorSource source = source_of(full, tensor, dtype);
    switch (single->form) {
      case TensorForm::kSame:
        break;
      case TensorForm::kTransposed:
        std::swap(source.shape.at(0), source.shape.at(1));
        source.load = [&held = tensor] { return held.tensor().t(); };
        break;
      case TensorForm::kConvolution1x1:
        source.shape.resize(4, 1);
        source.load = [&held = tensor, shape = source.shape] { return held.tensor().reshape(shape); };
        break;
      case TensorForm::kQuery:
      case TensorForm::kKey:
      case TensorForm::kValue:
        thirds[full][static_cast<size_t>(single->form) - static_cast<size_t>(TensorForm::kQuery)] = &tensor;
        continue;
    }
    sources.push_back(std::move(source));
  }
  for (const auto& [name, three] : thirds) sources.push_back(joined(name, three, model.where, dtype));
}

}  // namespace

void write_single_file(const StoredModel& model,
                       const std::filesystem::path& path,
                       const WriteModelOptions& options) {
  std::vector<TensorSource> sources;
  for (const auto& layout : layouts_to_write(model.configs, model.where))
    add_part(model, layout, options.dtype, sources);
  if (options.extra == ExtraTensors::kKeep) add_extra(model, sources);
  WriteProgress progress(options.progress);
  progress.count(sources);
  auto metadata = single_file_metadata(model);
  metadata.insert(options.metadata.begin(), options.metadata.end());
  write_safetensors_from(path, std::move(sources), metadata);
}

}  // namespace big
