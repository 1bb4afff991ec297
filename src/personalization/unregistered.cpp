#include "unregistered.h"

#include "big/core/atomic_file.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kNote = ".unregistered";

}  // namespace

void mark_unregistered(const fs::path& folder) {
  write_file_atomically(folder / kNote,
                        "Not in registry.json: the next run of finetune deletes this folder.\n");
}

void unmark_unregistered(const fs::path& folder) noexcept {
  std::error_code ignored;
  fs::remove(folder / kNote, ignored);
}

bool is_marked_unregistered(const fs::path& folder) {
  std::error_code ignored;
  return fs::exists(folder / kNote, ignored);
}

bool is_unregistered_note(const fs::path& file) { return file.filename() == kNote; }

}  // namespace big
