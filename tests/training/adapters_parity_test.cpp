// LoRA, textual inversion and pivotal training against peft and transformers (tests/parity/adapters.py).
#include <gtest/gtest.h>
#include <torch/types.h>

#include "big/core/text.h"
#include "big/pipeline/lora.h"
#include "big/pipeline/textual_inversion.h"
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

OurRun repeat_adapters(const std::string& family, const std::string& name) {
  const ReferenceRun reference(reference_file(family, name));
  auto model = load_model(reference_folder(family) / "model", {torch::kCPU, reference.dtype()});
  TrainOptions options = reference.options();
  std::map<std::string, torch::Tensor> before;
  if (teaches_adapters(parse_train_method(options.method))) {
    options.lora.init = reference_file(family, name + "_lora");
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

TEST(AdapterComparison, RejectsEveryFaultPlantedInTheReference) {
  const std::map<std::string, std::vector<std::string>> faults = {
      {"lora", {"alpha", "decay"}},        {"lora_text", {"one_rate", "no_stop"}},
      {"dora", {"no_magnitudes"}},         {"distilled", {"taught_teacher"}},
      {"word", {"other_beginning"}},       {"pivotal", {"word_rate"}}};
  for (const auto& [name, mistakes] : faults) {
    const auto ours = repeat_adapters("sd1", name);
    ASSERT_TRUE(differences_of_adapters(ours, "sd1", name).empty()) << name;
    for (const auto& mistake : mistakes)
      EXPECT_FALSE(differences_of_adapters(ours, "sd1", "fault_" + mistake).empty()) << mistake;
  }
}

}  // namespace
}  // namespace big
