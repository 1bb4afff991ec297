#include "big/pipeline/textual_inversion.h"

#include <torch/types.h>

#include <algorithm>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/sha256.h"
#include "big/core/text.h"
#include "big/tokenizers/added_words.h"
#include "big/weights/same_bits.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kWebUiVectors = "emb_params";
constexpr const char* kWebUiPickle = "string_to_param.";
constexpr const char* kFirstEncoder = "clip_l";
constexpr const char* kSecondEncoder = "clip_g";
constexpr const char* kTokenEmbedding = "text_model.embeddings.token_embedding.weight";

/// [D] or [n,D] -> [n,D], checked.
torch::Tensor rows(const std::string& name, const torch::Tensor& tensor, const std::string& where) {
  if (!tensor.is_floating_point() || tensor.dim() < 1 || tensor.dim() > 2 || tensor.numel() == 0) {
    throw InputError(concat(where, ": '", name, "' is ", tensor.scalar_type(), " ", tensor.sizes(),
                            ", expected floating-point vectors [n,width]"));
  }
  if (!tensor.to(torch::kFloat64).isfinite().all().item<bool>()) {
    throw InputError(concat(where, ": '", name, "' holds numbers that are not finite"));
  }
  return tensor.dim() == 1 ? tensor.unsqueeze(0) : tensor;
}

NamedTensors read_tensors(const fs::path& path) {
  if (!fs::exists(path)) throw InputError(concat(path.string(), ": there is no such embedding"));
  const auto file = open_tensor_file(path);
  NamedTensors tensors;
  for (const auto& [name, entry] : file->entries()) tensors.emplace_back(name, file->tensor(name));
  return tensors;
}

/// A text encoder of the model, and where a file has vectors for it.
struct Encoder {
  std::shared_ptr<const Tokenizer>* tokenizer;
  torch::Tensor table;  ///< of its token vectors [V,D]
  torch::Tensor TextualInversion::*vectors;
  std::string name;  ///< of the vectors in SDXL's files
  std::vector<AddedWord> words = {};
};

std::vector<Encoder> encoders_of(StableDiffusion& model) {
  const auto table = [](ClipTextModel& encoder) { return encoder->parameter(kTokenEmbedding); };
  std::vector<Encoder> encoders;
  if (model.text_encoder) {
    encoders.push_back(
        {&model.tokenizer, table(model.text_encoder), &TextualInversion::first, kFirstEncoder});
  }
  if (model.text_encoder_2) {
    encoders.push_back(
        {&model.tokenizer_2, table(model.text_encoder_2), &TextualInversion::second, kSecondEncoder});
  }
  return encoders;
}

/// Adds the vectors behind the table's last row; returns the ids they got.
std::vector<int64_t> add_rows(torch::Tensor table, const torch::Tensor& vectors) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < vectors.size(0); ++i) ids.push_back(table.size(0) + i);
  table.set_data(torch::cat({table.detach(), vectors.to(table.options())}));
  return ids;
}

/// Throws InputError where the vectors are not those of this model's text encoders.
void check_fits(const TextualInversion& found,
                const std::vector<Encoder>& encoders,
                const std::string& where) {
  if (found.second.defined() && encoders.back().vectors != &TextualInversion::second) {
    throw InputError(where + ": an embedding for SDXL, the model has one text encoder");
  }
  for (const auto& encoder : encoders) {
    const auto& vectors = found.*encoder.vectors;
    if (!vectors.defined()) {
      throw InputError(concat(where, ": has no '", encoder.name, "' for one of the model's text encoders ",
                              "(an embedding for SD 1 or 2, the model is SDXL?)"));
    }
    if (vectors.size(1) != encoder.table.size(1)) {
      throw InputError(concat(where, ": its vectors have width ", vectors.size(1), ", expected ",
                              encoder.table.size(1),
                              " as the model's text encoder (an embedding for another family of models?)"));
    }
  }
}

std::string name_of(const EmbeddingChoice& choice, const TextualInversion& found) {
  if (!choice.name.empty()) return choice.name;
  return found.token.empty() ? choice.file.stem().string() : found.token;
}

}  // namespace

TextualInversion find_vectors(const NamedTensors& tensors, const std::string& where) {
  TextualInversion found;
  for (const auto& [name, tensor] : tensors) {
    if (name == kWebUiVectors || name == kFirstEncoder || name.starts_with(kWebUiPickle)) {
      found.first = rows(name, tensor, where);
    } else if (name == kSecondEncoder) {
      found.second = rows(name, tensor, where);
    }
  }
  if (!found.first.defined() && !found.second.defined() && tensors.size() == 1) {
    const auto& [token, tensor] = tensors.front();
    found.first = rows(token, tensor, where);
    found.token = token;
  }
  if (!found.first.defined() && !found.second.defined()) {
    std::vector<std::string> names;
    for (size_t i = 0; i < std::min<size_t>(tensors.size(), 10); ++i) names.push_back(tensors[i].first);
    throw InputError(concat(where, ": no embedding in it; expected emb_params, clip_l with clip_g, or one ",
                            "tensor named by its token; found ", tensors.size(),
                            " tensors: ", join(names, ", ")));
  }
  if (found.first.defined() && found.second.defined() && found.first.size(0) != found.second.size(0)) {
    throw InputError(concat(where, ": clip_l has ", found.first.size(0), " vectors, clip_g ",
                            found.second.size(0), ", expected as many"));
  }
  return found;
}

std::vector<AppliedEmbedding> apply_embeddings(StableDiffusion& model,
                                               const std::vector<EmbeddingChoice>& embeddings) {
  if (embeddings.empty()) return {};
  const torch::NoGradGuard no_grad;
  auto encoders = encoders_of(model);
  std::vector<TextualInversion> files;
  std::vector<AppliedEmbedding> applied;
  for (const auto& choice : embeddings) {
    const std::string where = choice.file.string();
    files.push_back(find_vectors(read_tensors(choice.file), where));
    check_fits(files.back(), encoders, where);
    const std::string name = name_of(choice, files.back());
    if (std::ranges::find(applied, name, &AppliedEmbedding::name) != applied.end()) {
      throw UsageError(concat("two embeddings are called '", name, "'; name one: --embedding FILE:NAME"));
    }
    applied.push_back({name, sha256_of_files({choice.file}), files.back().count()});
  }
  for (size_t i = 0; i < applied.size(); ++i) {
    for (auto& encoder : encoders) {
      encoder.words.push_back({applied[i].name, add_rows(encoder.table, files[i].*encoder.vectors)});
    }
    log_info(concat("embedding '", applied[i].name, "' from ", embeddings[i].file.string(), ": ",
                    applied[i].vectors, applied[i].vectors == 1 ? " vector" : " vectors"));
  }
  for (auto& encoder : encoders) *encoder.tokenizer = with_added_words(*encoder.tokenizer, encoder.words);
  return applied;
}

TextualInversion attached_word(const StableDiffusion& model, const std::string& token) {
  TextualInversion word;
  word.token = token;
  if (model.text_encoder) word.first = model.text_encoder->added_tokens().detach();
  if (model.text_encoder_2) word.second = model.text_encoder_2->added_tokens().detach();
  return word;
}

void write_embedding(const fs::path& path,
                     const TextualInversion& embedding,
                     const std::map<std::string, std::string>& metadata) {
  const torch::NoGradGuard no_grad;
  const auto plain = [](const torch::Tensor& vectors) { return vectors.to(torch::kCPU, torch::kFloat32); };
  NamedTensors tensors;
  if (embedding.second.defined()) {
    if (embedding.first.defined()) tensors.emplace_back(kFirstEncoder, plain(embedding.first));
    tensors.emplace_back(kSecondEncoder, plain(embedding.second));
  } else {
    tensors.emplace_back(embedding.token, plain(embedding.first));
  }
  write_safetensors(path, tensors, metadata);
  const auto file = open_tensor_file(path);
  for (const auto& [name, tensor] : tensors) {
    if (!file->has(name) || !same_bits(file->tensor(name), tensor))
      throw MachineError(concat(path.string(), ": read back, '", name, "' is not what was written"));
  }
}

}  // namespace big
