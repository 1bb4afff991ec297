#include "big/personalization/picture_record.h"

#include "big/core/error.h"
#include "big/core/excerpt.h"
#include "big/core/text.h"
#include "big/imaging/picture_file.h"
#include "big/imaging/read_image.h"
#include "foreign_settings.h"

namespace big {
namespace {

constexpr size_t kLongestKeyword = 60;

std::vector<PromptStyle> read_recorded_styles(const Json& list, const std::string& where) {
  if (!list.is_array()) throw InputError(concat(where, " is ", type_name(list), ", expected a list"));
  std::vector<PromptStyle> styles;
  for (const Json& element : list) {
    const JsonView style(element, where);
    styles.push_back({style.get<std::string>("name"), style.get<std::string>("prompt"),
                      style.get<std::string>("negative_prompt")});
  }
  return styles;
}

/// Our own. Pictures of earlier builds hold no settings: then the web UIs' text has them.
void translate_own(PictureRecord& record, const PngText& text, const std::string& where) {
  const Json own = parse_json(text.at(kOwnTextKeyword), concat(where, ": the text '", kOwnTextKeyword, "'"));
  const JsonView view(own, where);
  if (view.has("settings") && own["settings"].is_object() && !own["settings"].empty()) {
    record.settings = OrderedJson::parse(text.at(kOwnTextKeyword)).at("settings");
  } else {
    if (text.count("parameters") == 0) throw InputError(where + ": says nothing of its settings");
    translate_infotext(record, text.at("parameters"), where);
    record.settings["prompt"] = view.get<std::string>("prompt");
    record.settings["target_model"] = view.get<std::string>("target_model");
    record.settings["identifier"] = own.value("identifier", Json());
    if (record.settings["target_model"] != "pretrained") record.model.clear();
  }
  if (view.has("styles")) record.styles = read_recorded_styles(own["styles"], where + ": 'styles'");
  record.writer = "BIG " + view.get<std::string>("version", "");
}

[[noreturn]] void refuse(const PngText& text, const std::string& where) {
  std::vector<std::string> keywords;
  for (const auto& [keyword, value] : text) keywords.push_back(excerpt(keyword, kLongestKeyword));
  const bool comfy = text.count("workflow") != 0 ||
                     (text.count("prompt") != 0 && text.at("prompt").starts_with("{"));
  throw InputError(concat(
      where, ": ",
      comfy ? "is a picture of ComfyUI, which keeps a graph and no settings; it cannot be drawn again here"
      : keywords.empty()
          ? "holds no text that says how it was made (was it saved anew by another program?)"
          : concat("holds no text of this program, a web UI or kohya's scripts, but: ", join(keywords, ", "))));
}

}  // namespace

PictureRecord read_picture_record(const std::filesystem::path& path) {
  const std::string where = path.string();
  const PngText text = read_picture_text(path);
  PictureRecord record;
  if (text.count(kOwnTextKeyword) != 0) {
    translate_own(record, text, where);
  } else if (text.count("parameters") != 0) {
    translate_infotext(record, text.at("parameters"), where);
  } else if (is_kohya(text)) {
    translate_kohya(record, text, read_image(path), where);
  } else {
    refuse(text, where);
  }
  return record;
}

}  // namespace big
