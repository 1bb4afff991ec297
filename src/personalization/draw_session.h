#pragma once

#include <functional>
#include <string>
#include <vector>

#include "big/core/error.h"
#include "big/personalization/draw.h"
#include "gallery.h"
#include "picture_metadata.h"

namespace big {

/// All that a loaded model is made from: drawings of one key can share a session.
std::string model_key(const PlannedDrawing& drawing);

/// Finds out before a model is loaded what cannot be drawn. Throws as check_options, drawing_size and
/// choose_sampler, MachineError where the machine cannot hold a model and what is asked of it.
void check_drawings(const std::vector<PlannedDrawing>& drawings);

/// A loaded model with its LoRAs and embeddings on it, that draws one wish after another.
class DrawSession {
 public:
  explicit DrawSession(const PlannedDrawing& drawing);
  /// Draws the pictures of a wish of this model's key to the end of the gallery.
  void draw(const PlannedDrawing& drawing, Gallery& gallery, const ProgressFn& progress);

 private:
  StableDiffusion model_;
  PictureContext context_;
};

/// A new folder for the run's pictures, which goes again where none was finished.
class DrawFolder {
 public:
  explicit DrawFolder(const PlannedDrawing& drawing);
  ~DrawFolder();
  DrawFolder(const DrawFolder&) = delete;
  DrawFolder& operator=(const DrawFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// How many pictures a stopped run had finished.
struct Finished {
  size_t pictures = 0;
  int64_t wanted = 0;
  std::filesystem::path directory;
};
/// "stopped: 1 of 3 pictures were finished, they are in ...", with the signal of `stopped`.
[[noreturn]] void throw_stopped(const Interrupted& stopped, const Finished& finished);

}  // namespace big
