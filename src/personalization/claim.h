#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "big/core/file_lock.h"
#include "big/core/json.h"
#include "big/personalization/finetune.h"
#include "big/registry/registry.h"

namespace big {

/// What to do while another run holds a lock.
enum class WhenBusy { kWait, kRefuse };

/// The lock of whoever writes a model: one per subject for private, one per metamodel.
std::filesystem::path writer_lock_file(const std::filesystem::path& models_dir,
                                       TargetModel target,
                                       const std::string& user,
                                       const std::string& identifier);
/// Takes it, waiting with a message that names `what`, or BusyError with kRefuse.
FileLock lock_writer(const std::filesystem::path& lock_file, const std::string& what, WhenBusy when_busy);

/// Where a subject's registry row keeps Claim::choice.
inline constexpr const char* kChoiceKey = "identifier_choice";

/// What a run holds while it lives: its identifier, and the right to write its model.
struct Claim {
  std::string identifier;
  bool replaces = false;  ///< teaches a registered subject anew
  std::optional<IdentifierReservation> reservation;
  std::optional<FileLock> writer;
  OrderedJson choice;   ///< why the program chose the identifier (IdentifierSuggestion::json); null: a person did
  std::string warning;  ///< of an identifier that is not one piece; or empty
};
/// Takes options.identifier, or the best free one of rank_identifiers() of `base` (a folder, or a single file read with
/// `source`). Throws UsageError for one that is
/// taken or retired, BusyError with no_wait.
Claim claim_identifier(const FinetuneOptions& options,
                       const std::filesystem::path& base,
                       const ModelSource& source = {});

}  // namespace big
