#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "big/core/progress.h"
#include "big/personalization/estimate.h"
#include "big/registry/registry.h"

namespace big {

/// A person's wish: measure what a metamodel knows now.
struct CheckOptions {
  TargetModel target = TargetModel::kMeta;
  std::string user;
  std::filesystem::path models_dir, project_models;
  std::string device = "auto", dtype = "auto";
  int64_t pictures = 4;        ///< drawn of each subject
  int64_t class_pictures = 6;  ///< measured of each class
  uint64_t seed = 0;           ///< of noise and pictures: equal ones make two checks comparable
};

/// What the measurements say of a subject, each by its 95 % interval.
enum class Known {
  kYes,        ///< its own word explains its photos better than any other
  kUnsure,     ///< the interval holds both answers
  kMistaken,   ///< another word explains them better
  kNo,         ///< its word says nothing
  kUnmeasured  ///< no photos are kept of it
};
std::string to_string(Known known);

/// One subject of the metamodel.
struct CheckedSubject {
  Subject subject;  ///< as registered: who added it, when
  Known known = Known::kUnmeasured;
  /// How much worse words that know nothing of it explain its photos, as a ratio (SubjectMeasure); 1: not known.
  Estimate identity = {1, 1, 1};
  /// By which part the nearest other word in its place explains them worse than its own; below 0: better.
  Estimate margin;
  std::string nearest;  ///< that word, an identifier of the same category; "": one that was never taught
};

/// By which part the class pictures' error under their own prompt is above the base's; nothing where the base is not
/// there.
struct CheckedClass {
  std::string category;
  std::optional<Estimate> drift;
};

struct CheckReport {
  TargetModel target = TargetModel::kMeta;
  std::string user, version;
  std::vector<CheckedSubject> subjects;  ///< in the order they were learned
  std::vector<CheckedClass> classes;
  std::filesystem::path page;  ///< the HTML page
  double seconds = 0;
};

/// Measures every subject of a metamodel's current version and the drift of its classes, draws each subject, and
/// writes one HTML page into the metamodel's folder: its kept photos beside what the model draws now. Changes nothing
/// of the model; class pictures that are missing are drawn into the cache. Throws UsageError for a target model that
/// is no metamodel or was taught nothing, InputError for damaged files, Interrupted.
CheckReport check_metamodel(const CheckOptions& options, const ProgressFn& progress = {});

}  // namespace big
