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
constexpr int64_t kMostRepeats = 1000;
constexpr const char* kMetadata = "metadata.jsonl";

/// Runs of white space become one space.
std::string one_line(const std::string& text, const std::string& where) {
  if (!is_valid_utf8(text)) throw InputError(where + ": the caption is no UTF-8 text");
  std::istringstream words(text);
  std::vector<std::string> found;
  for (std::string word; words >> word;) found.push_back(word);
  return join(found, " ");
}

int64_t repeats_of(const JsonView& line) {
  const auto repeats = line.get<int64_t>("repeats", 1);
  if (repeats >= 1 && repeats <= kMostRepeats) return repeats;
  throw InputError(concat(line.where(), ": 'repeats' is ", repeats, ", expected 1 to ", kMostRepeats));
}

void read_metadata(const fs::path& file, std::map<std::string, PhotoNote>& notes) {
  std::istringstream lines(read_file(file, kLargestMetadata));
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string where = concat(file.string(), ':', ++number);
    if (one_line(line, where).empty()) continue;
    const Json json = parse_json(line, where);
    const JsonView view(json, where);
    notes[view.get<std::string>("file_name")] = {one_line(view.get<std::string>("text", ""), where),
                                                 repeats_of(view)};
  }
}

}  // namespace

std::map<std::string, PhotoNote> read_photo_notes(const fs::path& folder) {
  std::map<std::string, PhotoNote> notes;
  if (fs::exists(folder / kMetadata)) read_metadata(folder / kMetadata, notes);
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& photo = entry.path();
    const fs::path text = photo.parent_path() / (photo.stem().string() + ".txt");
    if (photo.extension() == ".txt" || !fs::is_regular_file(text)) continue;
    const std::string caption = one_line(read_file(text, kLargestCaption), text.string());
    if (!caption.empty()) notes[photo.filename().string()].caption = caption;
  }
  return notes;
}

}  // namespace big
