#include "conditioning.h"

#include <torch/types.h>

#include <algorithm>

#include "big/core/log.h"
#include "big/core/text.h"
#include "prompt_encoder.h"
#include "wording.h"

namespace big {
namespace {

void warn_of_cut_words(const StableDiffusion& model, const std::string& name, const std::string& text) {
  const auto& tokenizer = model.tokenizer ? *model.tokenizer : *model.tokenizer_2;
  const auto cut = tokenizer.encode_padded(text).cut;
  if (cut.empty()) return;
  log_warning(concat("the ", name, " is longer than the model's window of ", tokenizer.max_length(),
                     " tokens; what is cut: ", join(cut, " "), " (--prompt_syntax ", kWebUiSyntax,
                     " cuts nothing)"));
}

TextEmbeddings zeros_like(const TextEmbeddings& text) {
  return {torch::zeros_like(text.context),
          text.pooled.defined() ? torch::zeros_like(text.pooled) : text.pooled};
}

/// The wish's sizes; what it leaves open is the picture's own.
SizeConditions completed(SizeConditions sizes, int64_t height, int64_t width) {
  if (sizes.original_height == 0) sizes.original_height = height;
  if (sizes.original_width == 0) sizes.original_width = width;
  if (sizes.target_height == 0) sizes.target_height = height;
  if (sizes.target_width == 0) sizes.target_width = width;
  return sizes;
}

/// Encodes wordings, all to the same number of tokens.
class ConditionMaker {
 public:
  ConditionMaker(StableDiffusion& model, const GenerateOptions& options, const SizeConditions& sizes)
      : model_(model), options_(options), sizes_(sizes), encoder_(model, options) {}

  /// The sides of guidance, the unwanted one where it is asked for.
  enum class Sides { kWanted, kBoth };

  std::vector<StepConditions> make(const std::vector<Wording>& wordings, Sides sides) {
    const bool has_text = !options_.negative_prompt.empty() || !model_.force_zeros_for_empty_prompt;
    for (const Wording& wording : wordings) {
      for (const ComposedText& part : wording.wanted) measure(part.text);
      if (sides == Sides::kBoth && has_text) measure(wording.unwanted);
    }
    std::vector<StepConditions> moments;
    for (const Wording& wording : wordings) {
      StepConditions& moment = moments.emplace_back();
      for (const auto& [text, weight] : wording.wanted)
        moment.wanted.push_back({encoded(text), time_ids(model_, sizes_, options_.aesthetic_score), weight});
      if (sides == Sides::kWanted) continue;
      moment.unwanted.text = has_text ? encoded(wording.unwanted) : zeros_like(moment.wanted.front().text);
      moment.unwanted.time_ids = time_ids(model_, sizes_, options_.negative_aesthetic_score);
    }
    return moments;
  }

 private:
  void measure(const std::string& text) {
    tokens_ = std::max(tokens_, encoder_.encode(text).context.size(1));
  }
  TextEmbeddings encoded(const std::string& text) { return encoder_.filled(encoder_.encode(text), tokens_); }

  StableDiffusion& model_;
  const GenerateOptions& options_;
  SizeConditions sizes_;
  PromptEncoder encoder_;
  int64_t tokens_ = 0;  ///< of the longest text
};

/// The distinct ones, and which of them each step has.
std::vector<Wording> distinct(const std::vector<Wording>& of_steps, std::vector<size_t>& index_of_step) {
  std::vector<Wording> all;
  for (const Wording& wording : of_steps) {
    const auto known = std::ranges::find(all, wording);
    index_of_step.push_back(static_cast<size_t>(known - all.begin()));
    if (known == all.end()) all.push_back(wording);
  }
  return all;
}

}  // namespace

size_t Conditioning::moment_at(int64_t step) const {
  return moment_of_step.at(std::min(static_cast<size_t>(step), moment_of_step.size() - 1));
}

Conditioning make_conditioning(StableDiffusion& model, const GenerateOptions& options, const EncodedPass& pass) {
  Conditioning conditioning;
  const auto wordings = distinct(wordings_of_steps(options, pass.earlier_steps), conditioning.moment_of_step);
  // A network that is told the scale was distilled from guided pictures and is not guided once more.
  const bool is_told = model.unet->config.time_cond_proj_dim > 0;
  const bool pulls = options.guidance_scale > 1 && !is_told;
  conditioning.told_scale = options.guidance_scale;
  // Texts are composed by their differences from the negative prompt, in a run without guidance too.
  conditioning.guidance_scale = pulls ? options.guidance_scale : 1;
  conditioning.guidance_rescale = options.guidance_rescale;
  const bool both = pulls || wordings.front().is_composed();
  if (!reads_prompt_syntax(options)) {
    warn_of_cut_words(model, "prompt", options.prompt);
    if (both) warn_of_cut_words(model, "negative prompt", options.negative_prompt);
  }
  using Sides = ConditionMaker::Sides;
  ConditionMaker maker(model, options, completed(options.sizes, pass.size.height, pass.size.width));
  conditioning.moments = maker.make(wordings, both ? Sides::kBoth : Sides::kWanted);
  return conditioning;
}

}  // namespace big
