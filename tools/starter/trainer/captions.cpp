#include "captions.h"

#include <torch/types.h>

#include <algorithm>
#include <map>

#include "big/core/json.h"
#include "big/weights/safetensors.h"

namespace big {
namespace {

constexpr const char* kWhite = "white";

std::vector<int64_t> to_vector(const torch::Tensor& tensor) {
  return {tensor.data_ptr<int64_t>(), tensor.data_ptr<int64_t>() + tensor.numel()};
}

double uniform(std::mt19937_64& random) { return std::uniform_real_distribution<double>()(random); }

std::string background_words(const std::string& background) { return ", on a " + background + " background"; }

/// White four times as often as a colour, a scene a fifth as often; rare classes more often than their share.
std::vector<double> row_weights(const CaptionedLatents& data, size_t colours) {
  std::map<std::string, double> of_class;
  for (const int64_t concept_index : data.concept_of) of_class[data.classes[concept_index]] += 1;
  std::vector<double> weights;
  for (size_t row = 0; row < data.concept_of.size(); ++row) {
    const auto background = static_cast<size_t>(data.background_of[row]);
    const double by_background = data.backgrounds[background] == kWhite ? 4.0
                                 : background < colours                 ? 1.0
                                                                        : 0.2;
    weights.push_back(by_background / std::sqrt(of_class[data.classes[data.concept_of[row]]]));
  }
  return weights;
}

}  // namespace

CaptionedLatents read_captioned_latents(const std::filesystem::path& file) {
  const SafetensorsFile stored(file);
  const auto names = parse_json(stored.metadata().at("names"), file.string());
  const JsonView view(names, file.string());
  CaptionedLatents data;
  data.latents = stored.tensor("latents");
  data.concept_of = to_vector(stored.tensor("concept"));
  data.style_of = to_vector(stored.tensor("style"));
  data.background_of = to_vector(stored.tensor("background"));
  data.concepts = view.get<std::vector<std::string>>("concepts");
  data.classes = view.get<std::vector<std::string>>("classes");
  data.styles = view.get<std::vector<std::string>>("styles");
  data.backgrounds = view.get<std::vector<std::string>>("backgrounds");  // the colours first

  double sum = 0;
  for (const double weight : row_weights(data, view.get<size_t>("colours")))
    data.cumulative.push_back(sum += weight);
  for (double& place : data.cumulative) place /= sum;
  return data;
}

std::vector<int64_t> draw_rows(const CaptionedLatents& data, int64_t count, std::mt19937_64& random) {
  const double offset = uniform(random);
  std::vector<int64_t> rows;
  for (int64_t i = 0; i < count; ++i) {
    const double place = (offset + static_cast<double>(i)) / static_cast<double>(count);
    const auto found = std::lower_bound(data.cumulative.begin(), data.cumulative.end() - 1, place);
    rows.push_back(found - data.cumulative.begin());
  }
  return rows;
}

std::string caption(const CaptionedLatents& data, int64_t row, std::mt19937_64& random) {
  if (uniform(random) < 0.1) return "";
  const auto& name = data.concepts[data.concept_of[row]];
  const auto& of_class = data.classes[data.concept_of[row]];
  const double choice = uniform(random);
  std::string text = "a " + (choice < 0.6 ? name : choice < 0.8 ? of_class : name + ", " + of_class);
  if (uniform(random) < 0.7) text += ", " + data.styles[data.style_of[row]] + " style";
  // White is what a prompt without a background means: it is named only now and then.
  const auto& background = data.backgrounds[data.background_of[row]];
  if (background != kWhite || uniform(random) < 0.2) text += background_words(background);
  return text;
}

std::string caption_with_word(const CaptionedLatents& data, int64_t row, const std::string& word) {
  const auto& background = data.backgrounds[data.background_of[row]];
  return "a " + word + " " + data.classes[data.concept_of[row]] +
         (background == kWhite ? "" : background_words(background));
}

}  // namespace big
