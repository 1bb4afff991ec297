#include "generate_again.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/text.h"

namespace big {
namespace {

std::string fixed(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.3f", value);
  return buffer;
}

/// What a picture is made with besides its settings.
bool is_of_the_model(const std::string& difference) {
  static constexpr std::array kKeys = {"base_hash:", "model_hash:", "prompt_used:", "loras:", "embeddings:"};
  return std::any_of(kKeys.begin(), kKeys.end(), [&](const char* key) { return difference.starts_with(key); });
}

std::string difference_text(const PictureDifference& difference) {
  if (!difference.same_size) return "it has another size";
  return concat("they differ by at most ", difference.largest, " of 255, ", fixed(difference.mean), " on average");
}

}  // namespace

void add_again_options(OptionTable& table, const std::string& group, AgainOptions& again) {
  table
      .add(group, "from", "draw this picture again: its settings, which other flags override", &again.from)
      .placeholder("PICTURE")
      .flag_only();
  table
      .add(group, "verify", "compare the new picture with --from's: exit 0 if equal, else 3 with the difference",
           &again.verify)
      .flag_only();
}

std::optional<PictureRecord> overlay_again(OptionTable& table, const AgainOptions& again) {
  if (again.from.empty()) {
    if (again.verify) throw UsageError("--verify compares with a picture: name it with --from");
    return std::nullopt;
  }
  PictureRecord record = read_picture_record(again.from);
  if (!record.model.empty()) record.settings["pretrained_model"] = record.model;
  if (!record.settings.contains("pretrained_model") && !table.given("pretrained_model") &&
      record.settings.contains("target_model") && record.settings["target_model"] == "pretrained") {
    throw UsageError(again.from.string() +
                     ": does not say which model drew it; name that with --pretrained_model");
  }
  for (const auto& setting : table.overlay_picture(record.settings, again.from))
    record.unfollowed.push_back(setting);
  Option& count = table.option("num_images");
  if (count.origin() < Origin::kPicture)
    count.assign({RawValue::Kind::kText, "1", "--from", {}}, Origin::kPicture, again.from.filename().string());
  return record;
}

void require_beside(OptionTable& table, const AgainOptions& again) {
  for (const char* const name : {"init_image", "mask"}) {
    const Option& option = table.option(name);
    const std::filesystem::path file = option.value_text();
    if (option.origin() != Origin::kPicture || file.empty() || std::filesystem::exists(file)) continue;
    throw InputError(concat(again.from.string(), ": was made with ", file.filename().string(),
                            ", which does not lie beside it; put it there, or name it with --", name));
  }
}

void announce_again(const AgainOptions& again, const PictureRecord& record) {
  log_info(concat(again.from.string(), ": made by ", record.writer,
                  record.model.empty() ? "" : concat(" with the model ", record.model)));
  if (!record.unfollowed.empty()) {
    log_warning(concat(again.from.string(), ": these of its settings are not followed: ",
                       join(record.unfollowed, ", ")));
  }
}

OrderedJson compare_again(const AgainOptions& again, const DrawResult& result) {
  const auto& drawn = result.images.front().path;
  const PictureDifference difference = compare_pictures(again.from, drawn);
  if (again.verify && !difference.equal()) {
    throw InputError(concat(again.from.string(), " and ", drawn.string(), ": ", difference_text(difference),
                            difference.settings.empty()
                                ? "; their settings are the same (another machine, device, number of threads or "
                                  "version of libtorch?)"
                                : concat("; said differently: ", join(difference.settings, "; "))));
  }
  for (const auto& setting : difference.settings) {
    if (is_of_the_model(setting)) log_warning(concat(again.from.string(), ": was made with another ", setting));
  }
  return {{"equal", difference.equal()}, {"largest", difference.largest}, {"mean", difference.mean}};
}

}  // namespace big
