#include "big/weights/state_dict.h"

#include <torch/types.h>

#include <set>

#include "load_problems.h"
#include "safetensors_writer.h"
#include "tensor_names.h"

namespace big {
namespace {

/// Gives `target` the stored values. Where nothing has to be converted it takes the file's memory itself:
/// loading then costs no copy, pages arrive when they are first read, and training in place writes to private
/// copies of them.
void assign(torch::Tensor& target, const torch::Tensor& source) {
  if (source.scalar_type() == target.scalar_type() && target.device().is_cpu() &&
      source.sizes() == target.sizes()) {
    target.set_data(source);
  } else {
    target.copy_(source.view(target.sizes()));
  }
}

/// True where an old file holds a linear layer as a 1x1 convolution.
bool is_same_as_convolution(const std::string& name, c10::IntArrayRef stored, c10::IntArrayRef expected) {
  return is_attention_projection(name) && expected.size() == 2 && stored.size() == 4 && stored[2] == 1 &&
         stored[3] == 1 && stored.slice(0, 2) == expected;
}

}  // namespace

NamedTensors state_dict(const Module& module) { return module.named_parameters(); }

namespace {

/// Which stored tensor fills which of the module's. Throws InputError unless all fit.
using LoadPlan = std::vector<std::pair<torch::Tensor, const StoredTensor*>>;
LoadPlan plan_loading(const Module& module,
                      const StoredTensors& stored,
                      const std::string& where) {
  LoadProblems problems;
  LoadPlan plan;
  std::set<std::string> unused;
  for (const auto& [name, tensor] : stored) unused.insert(name);

  for (const auto& [name, tensor] : state_dict(module)) {
    auto found = stored.end();
    for (const auto& alias : accepted_names(name)) {
      if ((found = stored.find(alias)) != stored.end()) break;
    }
    if (found == stored.end()) {
      problems.missing(name);
      continue;
    }
    unused.erase(found->first);
    const auto shape = found->second.shape();
    if (shape != tensor.sizes() && !is_same_as_convolution(name, shape, tensor.sizes())) {
      problems.misshapen(found->first, shape, tensor.sizes());
    }
    plan.emplace_back(tensor, &found->second);
  }
  for (const auto& name : unused) {
    if (!is_ignored_name(name)) problems.surplus(name);
  }
  problems.throw_if_any(where);
  return plan;
}

}  // namespace

void check_state_dict(const Module& module,
                      const StoredTensors& stored,
                      const std::string& where) {
  plan_loading(module, stored, where);
}

void load_state_dict(Module& module, const StoredTensors& stored, const std::string& where) {
  const torch::NoGradGuard no_grad;
  // Planned before anything is written: a module is filled whole or not at all.
  for (auto& [tensor, source] : plan_loading(module, stored, where)) assign(tensor, source->tensor());
}

void load_state_dict(Module& module, const TensorFile& file) {
  load_state_dict(module, stored_tensors(file), file.path().string());
}

StoredPart open_weights(const std::filesystem::path& folder, const std::string& stem) {
  StoredPart part;
  const auto paths = weight_files(folder, stem);
  for (const auto& path : paths) {
    part.files.push_back(std::make_shared<SafetensorsFile>(path));
    part.tensors.merge(stored_tensors(*part.files.back()));
  }
  part.where = paths.size() == 1 ? paths.front().string() : (folder / stem).string();
  return part;
}

void load_weights(Module& module, const std::filesystem::path& folder, const std::string& stem) {
  const auto part = open_weights(folder, stem);
  load_state_dict(module, part.tensors, part.where);
}

void save_weights(const Module& module,
                  const std::filesystem::path& file,
                  torch::ScalarType dtype) {
  write_safetensors_as(file, state_dict(module), dtype, {{"format", "pt"}});
}

}  // namespace big
