#include "big/personalization/draw.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>

#include "big/core/error.h"
#include "big/core/error_place.h"
#include "big/core/log.h"
#include "big/core/text.h"
#include "big/imaging/contact_sheet.h"
#include "draw_session.h"
#include "whole_progress.h"

namespace big {
namespace {

using Clock = std::chrono::steady_clock;

void announce(const PlannedDrawing& drawing, const std::filesystem::path& directory) {
  const DrawPlan& plan = drawing.plan;
  for (const std::string& hint : plan.hints) log_warning("hint: " + hint);
  const GenerateOptions& wish = drawing.options.generate;
  const std::string from =
      wish.start.init_image.empty() ? "" : concat(" from ", wish.start.init_image.string());
  log_info(concat("drawing ", wish.num_images, wish.num_images == 1 ? " picture" : " pictures", " of \"",
                  plan.prompt_used, "\"", from, " with ", to_string(drawing.options.target), " (", plan.model_name,
                  "), ", wish.num_inference_steps, " steps, seed ", wish.seed, ", into ", directory.string()));
}

/// Indices of the drawings of each model; models and drawings in the order in which they were asked for.
std::vector<std::vector<size_t>> grouped_by_model(const std::vector<PlannedDrawing>& drawings) {
  std::vector<std::vector<size_t>> groups;
  std::map<std::string, size_t> group_of;
  for (size_t i = 0; i < drawings.size(); ++i) {
    const auto [known, is_new] = group_of.emplace(model_key(drawings[i]), groups.size());
    if (is_new) groups.emplace_back();
    groups[known->second].push_back(i);
  }
  return groups;
}

/// Where pictures of several folders are: the folders that those were made in.
std::filesystem::path directory_of(const std::vector<PlannedDrawing>& drawings, const Gallery& last) {
  return drawings.size() == 1 ? last.directory() : drawings.front().options.output_dir;
}

/// Draws a list model by model.
class ListDrawing {
 public:
  ListDrawing(const std::vector<PlannedDrawing>& drawings, const ProgressFn& progress)
      : drawings_(drawings), whole_(drawings, progress), results_(drawings.size()) {
    for (const PlannedDrawing& drawing : drawings) wanted_ += drawing.options.generate.num_images;
  }

  std::vector<DrawResult> run() {
    for (const auto& group : grouped_by_model(drawings_)) {
      std::optional<DrawSession> session;  // loaded once the first drawing's folder is there
      for (const size_t i : group) results_[i] = draw_one(session, drawings_[i]);
    }
    return std::move(results_);
  }

 private:
  DrawResult draw_one(std::optional<DrawSession>& session, const PlannedDrawing& drawing) {
    const auto start = Clock::now();
    const DrawFolder folder(drawing);
    announce(drawing, folder.path());
    Gallery gallery(folder.path(), picture_encoding(drawing.options));
    try {
      at_place(drawing.where, [&] {
        if (!session) session.emplace(drawing);
        session->draw(drawing, gallery, whole_.of_next());
      });
    } catch (const Interrupted& stopped) {
      throw_stopped(stopped, {finished_ + gallery.size(), wanted_, directory_of(drawings_, gallery)});
    }
    whole_.is_done(drawing);
    finished_ += gallery.size();
    gallery.add_grid(contact_sheet(gallery.pictures()));
    DrawResult result = gallery.result();
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return result;
  }

  const std::vector<PlannedDrawing>& drawings_;
  WholeProgress whole_;
  std::vector<DrawResult> results_;
  size_t finished_ = 0;
  int64_t wanted_ = 0;
};

}  // namespace

DrawResult draw(const DrawOptions& options, const DrawPlan& plan, const ProgressFn& progress) {
  return draw_list({{options, plan}}, progress).front();
}

std::vector<DrawResult> draw_list(const std::vector<PlannedDrawing>& drawings, const ProgressFn& progress) {
  check_drawings(drawings);
  return ListDrawing(drawings, progress).run();
}

}  // namespace big
