#pragma once

#include "big/core/error.h"
#include "big/personalization/draw.h"
#include "gallery.h"
#include "picture_metadata.h"

namespace big {

/// A loaded model with its LoRAs and embeddings on it, that draws one wish after another.
class DrawSession {
 public:
  /// Throws MachineError where the machine cannot hold the model and what `options` asks of it.
  DrawSession(const DrawOptions& options, const DrawPlan& plan);
  /// Draws the pictures of `options`, which ask for this model, to the end of the gallery.
  void draw(const DrawOptions& options, const DrawPlan& plan, Gallery& gallery, const ProgressFn& progress);

 private:
  StableDiffusion model_;
  PictureContext context_;
};

/// A new folder for the run's pictures, which goes again where none was finished.
class DrawFolder {
 public:
  explicit DrawFolder(const DrawOptions& options, const DrawPlan& plan);
  ~DrawFolder();
  DrawFolder(const DrawFolder&) = delete;
  DrawFolder& operator=(const DrawFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// "stopped: 1 of 3 pictures were finished, they are in ...", with the signal of `stopped`.
[[noreturn]] void throw_stopped(const Interrupted& stopped, const Gallery& gallery, int64_t wanted);

}  // namespace big
