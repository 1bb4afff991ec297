#pragma once

#include <filesystem>

namespace big {

/// A published folder carries this note until the registry names it (and again before it is taken out of the
/// registry). Only what carries it is ever deleted for not being registered: a lost registry costs no model.
void mark_unregistered(const std::filesystem::path& folder);
void unmark_unregistered(const std::filesystem::path& folder) noexcept;
bool is_marked_unregistered(const std::filesystem::path& folder);
/// Whether `file` is such a note.
bool is_unregistered_note(const std::filesystem::path& file);

}  // namespace big
