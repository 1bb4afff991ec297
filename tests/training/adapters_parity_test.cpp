// LoRA, textual inversion and pivotal training against peft and transformers (tests/parity/adapters.py).
#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>

#include "big/core/text.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/textual_inversion.h"
#include "support/temp_dir.h"
#include "training/reference_run.h"

namespace big {
namespace {

namespace fs = std::filesystem;

fs::path reference_file(const std::string& family, const std::string& name) {
  return reference_folder(family) / ("adapters_" + name + ".safetensors");
}

/// "unet.<path>.down" -> tensor.
std::map<std::string, torch::Tensor> tensors_of(const Lora& lora) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& module : lora.modules) {
    const std::string name = module.part + "." + module.path + ".";
    tensors[name + "down"] = module.down;
    tensors[name + "up"] = module.up;
    if (module.magnitude.defined()) tensors[name + "magnitude"] = module.magnitude;
  }
  return tensors;
}

/// The vectors that the new word begins with, looked up here once more.
torch::Tensor first_vectors(ClipTextModel& encoder, const Tokenizer& tokenizer, const WordOptions& word) {
  const auto ids = tokenizer.encode(word.initializer);
  std::vector<torch::Tensor> rows;
  for (int64_t i = 0; i < word.num_vectors; ++i)
    rows.push_back(encoder->token_table()[ids[static_cast<size_t>(i) % ids.size()]].clone());
  return torch::stack(rows);
}

/// What a run of ours does otherwise than it was told; nothing by default.
using Mistake = std::function<void(TrainOptions&)>;
void none(TrainOptions&) {}

OurRun repeat_adapters(const std::string& family, const std::string& name, const Mistake& mistake = none) {
  const ReferenceRun reference(reference_file(family, name));
  auto model = load_model(reference_folder(family) / "model", {torch::kCPU, reference.dtype()});
  TrainOptions options = reference.options();
  const bool has_adapters = teaches_adapters(parse_train_method(options.method));
  if (has_adapters) options.lora.init = reference_file(family, name + "_lora");
  mistake(options);
  std::map<std::string, torch::Tensor> before;
  if (has_adapters) {
    before = tensors_of(read_lora(options.lora.init, lora_targets(model), UnmatchedKeys::kRefuse));
  }
  const bool has_word = teaches_word(parse_train_method(options.method));
  if (has_word) {
    before["text_encoder.word"] = first_vectors(model.text_encoder, *model.tokenizer, options.word);
    if (model.text_encoder_2)
      before["text_encoder_2.word"] = first_vectors(model.text_encoder_2, *model.tokenizer_2, options.word);
  }

  OurRun ours;
  ours.losses = train(model, reference.data(), options, {}, reference.hooks()).losses;
  auto after = tensors_of(attached_lora(model));
  if (has_word) {
    const auto word = attached_word(model, options.word.word);
    after["text_encoder.word"] = word.first;
    if (word.second.defined()) after["text_encoder_2.word"] = word.second;
  }
  for (const auto& [key, tensor] : after) ours.updates[key] = (tensor - before.at(key)).view_as(before.at(key));
  return ours;
}

/// The reference's tensors have peft's shapes: matrices and filters as ours, magnitudes flat.
std::vector<std::string> differences_of_adapters(const OurRun& ours, const std::string& family, const std::string& name) {
  const ReferenceRun reference(reference_file(family, name));
  OurRun shaped = ours;
  for (const auto& [key, expected] : reference.updates()) {
    const auto found = shaped.updates.find(key);
    if (found != shaped.updates.end() && found->second.numel() == expected.numel())
      found->second = found->second.reshape(expected.sizes());
  }
  return differences(shaped, reference);
}

using FamilyAndCase = std::pair<std::string, std::string>;
class AdapterParity : public testing::TestWithParam<FamilyAndCase> {};

TEST_P(AdapterParity, TwentyStepsEqualPeft) {
  const auto& [family, name] = GetParam();
  const auto found = differences_of_adapters(repeat_adapters(family, name), family, name);
  EXPECT_TRUE(found.empty()) << found.size() << " differences:\n" << join(found, "\n").substr(0, 2000);
}

INSTANTIATE_TEST_SUITE_P(Cases,
                         AdapterParity,
                         testing::Values(FamilyAndCase{"sd1", "lora"},
                                         FamilyAndCase{"sd1", "lora_text"},
                                         FamilyAndCase{"sd1", "lora_begin"},
                                         FamilyAndCase{"sd1", "locon"},
                                         FamilyAndCase{"sd1", "dora"},
                                         FamilyAndCase{"sd1", "distilled"},
                                         FamilyAndCase{"sd1", "word"},
                                         FamilyAndCase{"sd1", "pivotal"},
                                         FamilyAndCase{"sd2", "lora_text"},
                                         FamilyAndCase{"sd2", "word"},
                                         FamilyAndCase{"starter", "lora_text"},
                                         FamilyAndCase{"starter", "word"},
                                         FamilyAndCase{"sdxl", "lora_text"},
                                         FamilyAndCase{"sdxl", "dora"},
                                         FamilyAndCase{"sdxl", "word"},
                                         FamilyAndCase{"sdxl", "pivotal"}),
                         [](const auto& test) { return test.param.first + "_" + test.param.second; });

/// Begins with other adapters: tensors whose names end so are larger by half.
Mistake larger(const std::string& ending, const fs::path& folder) {
  return [=](TrainOptions& options) {
    const SafetensorsFile file(options.lora.init);
    NamedTensors tensors;
    for (const auto& [name, entry] : file.entries())
      tensors.emplace_back(name, file.tensor(name) * (name.ends_with(ending) ? 1.5 : 1.0));
    options.lora.init = folder / (ending + ".safetensors");
    write_safetensors(options.lora.init, tensors);
  };
}

TEST(AdapterComparison, RejectsARunOfOursWithAnyMistake) {
  const TempDir folder;
  const std::vector<std::pair<std::string, Mistake>> mistakes = {
      {"lora", larger("alpha", folder.path())},
      {"lora", [](TrainOptions& options) { options.adam_weight_decay = 0; }},
      {"lora_text", [](TrainOptions& options) { options.text_encoder_lr = -1; }},
      {"lora_text", [](TrainOptions& options) { options.text_encoder_stop = 1; }},
      {"dora", larger("lora_magnitude_vector", folder.path())},
      {"word", [](TrainOptions& options) { options.word.initializer = "a large dog"; }},
      {"pivotal", [](TrainOptions& options) { options.word.learning_rate = -1; }}};
  for (size_t i = 0; i < mistakes.size(); ++i) {
    const auto& [name, mistake] = mistakes[i];
    const auto found = differences_of_adapters(repeat_adapters("sd1", name, mistake), "sd1", name);
    EXPECT_FALSE(found.empty()) << "mistake " << i << ", " << name;
  }
}

/// A mistake that no option of ours can make: the teacher learns along.
TEST(AdapterComparison, RejectsAReferenceWithATaughtTeacher) {
  const auto ours = repeat_adapters("sd1", "distilled");
  EXPECT_FALSE(differences_of_adapters(ours, "sd1", "fault_taught_teacher").empty());
}

}  // namespace
}  // namespace big
