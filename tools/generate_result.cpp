#include "generate_result.h"

#include "big/core/text.h"

namespace big {
namespace {

/// The pictures of the JSON result; with a grid's axes, what each stands for.
OrderedJson images_json(const DrawOptions& options, const DrawResult& result, const std::vector<GridAxis>& axes) {
  OrderedJson images = OrderedJson::array();
  for (size_t i = 0; i < result.images.size(); ++i) {
    images.push_back({{"path", result.images[i].path.string()}, {"seed", result.images[i].seed}});
    if (!axes.empty())
      images.back()["settings"] = cell_values(axes, i / static_cast<size_t>(options.generate.num_images));
  }
  return images;
}

}  // namespace

OrderedJson result_json(const PlannedDrawing& drawing, const DrawResult& result, const std::vector<GridAxis>& axes) {
  const auto& [options, plan, where] = drawing;
  OrderedJson json = {{"directory", result.directory.string()},
                      {"grid", result.grid.string()},
                      {"images", images_json(options, result, axes)},
                      {"prompt", options.generate.prompt},
                      {"prompt_used", plan.prompt_used},
                      {"identifiers", plan.identifiers},
                      {"target_model", to_string(options.target)},
                      {"seconds", result.seconds}};
  for (const auto& grid : result.further_grids) json["further_grids"].push_back(grid.string());
  return json;
}

std::string result_text(const DrawResult& result) {
  std::string text;
  for (const DrawnImage& image : result.images)
    text += concat(image.path.string(), "  (seed ", image.seed, ")\n");
  text += result.grid.string() + "\n";
  for (const auto& grid : result.further_grids) text += grid.string() + "\n";
  return text;
}

}  // namespace big
