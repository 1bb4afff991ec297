#pragma once

#include <filesystem>
#include <string>

#include "big/pipeline/stable_diffusion.h"
#include "big/training/training_state.h"

namespace big {

struct FinetuneOptions;
struct Run;

/// A checkpoint to go on from, and what it says of its run.
struct ResumePoint {
  std::filesystem::path folder;
  int64_t step = 0;  ///< updates done
  Json settings;     ///< run_settings
};
/// The one that options.resume names: a path (a checkpoint, or a folder of some), or "latest" of the target
/// model, of options.identifier if that is given; running ones are passed over. Throws UsageError where there
/// is none.
ResumePoint find_resume_point(const FinetuneOptions& options);

/// The checkpoints that one run writes while it lives.
class Checkpoints {
 public:
  explicit Checkpoints(const Run& run);
  /// Writes one by rename and deletes the oldest beyond options.checkpoints_total_limit.
  void write(const StableDiffusion& model, const TrainingState& state);
  /// The newest of this run, what it went on from included; empty: none.
  const std::filesystem::path& last() const { return last_; }
  /// What to say when the run ends early: "; checkpoint-50 is kept: ..." or "".
  std::string note() const;

 private:
  void delete_old() const;

  const Run& run_;
  std::filesystem::path folder_, last_;
  bool fresh_;  ///< what an earlier run left here is still to be replaced
};

}  // namespace big
