#include "big/weights/state_dict.h"

#include <torch/torch.h>

#include <unordered_map>

#include "load_problems.h"
#include "safetensors_writer.h"
#include "tensor_names.h"

namespace big {
namespace {

/// The tensors of one or several files by name.
using Stored = std::unordered_map<std::string, const SafetensorsFile*>;

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

void load_stored(torch::nn::Module& module, const Stored& stored, const std::string& where) {
  const torch::NoGradGuard no_grad;
  LoadProblems problems;
  std::vector<std::pair<torch::Tensor, std::pair<const SafetensorsFile*, std::string>>> plan;
  std::unordered_map<std::string, const SafetensorsFile*> unused(stored);

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
    const auto& shape = found->second->entries().at(found->first).shape;
    if (shape != tensor.sizes() && !is_same_as_convolution(name, shape, tensor.sizes())) {
      problems.misshapen(found->first, shape, tensor.sizes());
    }
    plan.push_back({tensor, {found->second, found->first}});
  }
  for (const auto& [name, file] : unused) {
    if (!is_ignored_name(name)) problems.surplus(name);
  }
  problems.throw_if_any(where);  // before anything is written: a module is filled whole or not at all

  for (auto& [tensor, source] : plan) assign(tensor, source.first->tensor(source.second));
}

}  // namespace

NamedTensors state_dict(const torch::nn::Module& module) {
  NamedTensors tensors;
  for (const auto& item : module.named_parameters()) tensors.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) tensors.emplace_back(item.key(), item.value());
  return tensors;
}

void load_state_dict(torch::nn::Module& module, const SafetensorsFile& file) {
  Stored stored;
  for (const auto& [name, entry] : file.entries()) stored.emplace(name, &file);
  load_stored(module, stored, file.path().string());
}

void load_weights(torch::nn::Module& module, const std::filesystem::path& folder, const std::string& stem) {
  const auto paths = weight_files(folder, stem);
  std::vector<SafetensorsFile> files;
  for (const auto& path : paths) files.emplace_back(path);
  Stored stored;
  for (const auto& file : files) {
    for (const auto& [name, entry] : file.entries()) stored.emplace(name, &file);
  }
  load_stored(module, stored, files.size() == 1 ? paths.front().string() : (folder / stem).string());
}

void save_weights(const torch::nn::Module& module,
                  const std::filesystem::path& file,
                  torch::ScalarType dtype) {
  write_safetensors_as(file, state_dict(module), dtype, {{"format", "pt"}});
}

}  // namespace big
