#include "photo_captions.h"

#include <algorithm>
#include <sstream>

#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/read_file.h"
#include "big/core/text.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kLargestCaption = 64 << 10, kLargestMetadata = 64 << 20;
constexpr const char* kMetadata = "metadata.jsonl";

/// Runs of white space become one space.
std::string one_line(const std::string& text, const std::string& where) {
  if (!is_valid_utf8(text)) throw InputError(where + ": the caption is no UTF-8 text");
  std::istringstream words(text);
  std::vector<std::string> found;
  for (std::string word; words >> word;) found.push_back(word);
  return join(found, " ");
}

void read_metadata(const fs::path& file, std::map<std::string, std::string>& captions) {
  std::istringstream lines(read_file(file, kLargestMetadata));
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string where = concat(file.string(), ':', ++number);
    if (one_line(line, where).empty()) continue;
    const Json json = parse_json(line, where);
    const JsonView view(json, where);
    captions[view.get<std::string>("file_name")] = one_line(view.get<std::string>("text", ""), where);
  }
}

}  // namespace

std::map<std::string, std::string> read_captions(const fs::path& folder) {
  std::map<std::string, std::string> captions;
  if (fs::exists(folder / kMetadata)) read_metadata(folder / kMetadata, captions);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& photo = entry.path();
    const fs::path text = photo.parent_path() / (photo.stem().string() + ".txt");
    if (photo.extension() == ".txt" || !fs::is_regular_file(text)) continue;
    const std::string caption = one_line(read_file(text, kLargestCaption), text.string());
    if (!caption.empty()) captions[photo.filename().string()] = caption;
  }
  return captions;
}

}  // namespace big
