#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "big/core/json.h"
#include "big/personalization/draw.h"
#include "big/personalization/picture_record.h"
#include "cli/option_table.h"

namespace big {

/// Drawing a picture once more.
struct AgainOptions {
  std::filesystem::path from;  ///< empty: something new is drawn
  bool verify = false;         ///< compare the new picture with `from`
};

/// Declares them.
void add_again_options(OptionTable& table, const std::string& group, AgainOptions& again);

/// Reads the settings of `from` into the table, above the configuration file; one picture is drawn unless a
/// flag says more. Nothing where `from` is empty. Throws UsageError where the picture does not name its model
/// and no flag does, InputError where it says nothing of its settings.
std::optional<PictureRecord> overlay_again(OptionTable& table, const AgainOptions& again);

/// A picture keeps the names alone of the files that it began from. Throws InputError where one that no flag
/// names does not lie beside it.
void require_beside(OptionTable& table, const AgainOptions& again);

/// Says in the log who made the picture, and which of its settings are not followed.
void announce_again(const AgainOptions& again, const PictureRecord& record);

/// Compares the first picture drawn with `from`: warns where models differ; with `verify` returns what to
/// report, and throws InputError with the difference where the pixels are not equal.
OrderedJson compare_again(const AgainOptions& again, const DrawResult& result);

}  // namespace big
