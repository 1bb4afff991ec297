#include "big/personalization/draw.h"

#include <chrono>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/contact_sheet.h"
#include "draw_session.h"

namespace big {
namespace {

void announce(const DrawOptions& options, const DrawPlan& plan, const std::filesystem::path& directory) {
  for (const std::string& hint : plan.hints) log_warning("hint: " + hint);
  const GenerateOptions& wish = options.generate;
  const std::string from =
      wish.start.init_image.empty() ? "" : concat(" from ", wish.start.init_image.string());
  log_info(concat("drawing ", wish.num_images, wish.num_images == 1 ? " picture" : " pictures", " of \"",
                  plan.prompt_used, "\"", from, " with ", to_string(options.target), " (", plan.model_name, "), ",
                  wish.num_inference_steps, " steps, seed ", wish.seed, ", into ", directory.string()));
}

}  // namespace

DrawResult draw(const DrawOptions& options, const DrawPlan& plan, const ProgressFn& progress) {
  check_options(options.generate);
  const auto start = std::chrono::steady_clock::now();
  const DrawFolder folder(options, plan);
  announce(options, plan, folder.path());
  Gallery gallery(folder.path(), picture_encoding(options));
  DrawSession session(options, plan);
  try {
    session.draw(options, plan, gallery, progress);
  } catch (const Interrupted& stopped) {
    throw_stopped(stopped, gallery, options.generate.num_images);
  }
  gallery.add_grid(contact_sheet(gallery.pictures()));
  DrawResult result = gallery.result();
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return result;
}

}  // namespace big
