#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "big/pipeline/stable_diffusion.h"
#include "big/registry/target_model.h"
#include "big/training/training_state.h"

namespace big {

struct FinetuneOptions;
struct Run;

/// Where the checkpoints of an unfinished run are, under models_dir: cache/checkpoints/<scope>/<identifier>,
/// each a folder checkpoint-<updates>: a complete model with the trainer's state beside it.
std::filesystem::path checkpoints_folder(TargetModel target,
                                         const std::string& user,
                                         const std::string& identifier);
/// The checkpoints in `folder` (absolute), fewest updates first.
std::vector<std::filesystem::path> checkpoints_in(const std::filesystem::path& folder);
/// Deletes those of a subject; with no identifier, of everything in the scope.
void remove_checkpoints(const std::filesystem::path& models_dir,
                        TargetModel target,
                        const std::string& user,
                        const std::string& identifier) noexcept;
/// Deletes what killed runs left half-written.
void clean_checkpoints(const std::filesystem::path& models_dir);

/// A checkpoint to go on from, and what it says of its run (run_settings).
struct ResumePoint {
  std::filesystem::path folder;
  StoredTrainingState stored;
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
