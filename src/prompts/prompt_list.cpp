#include "big/prompts/prompt_list.h"

#include <sstream>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "scan.h"

namespace big {
namespace {

constexpr uint64_t kMaxBytes = 16 << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

std::vector<ListedPrompt> read_prompt_list(const std::filesystem::path& file) {
  std::string bytes = read_file(file, kMaxBytes);
  if (bytes.starts_with(kByteOrderMark)) bytes.erase(0, kByteOrderMark.size());
  std::vector<ListedPrompt> prompts;
  std::istringstream lines(bytes);
  std::string line;
  for (int64_t number = 1; std::getline(lines, line); ++number) {
    const auto text = trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    if (!is_valid_utf8(text)) {
      throw InputError(concat(file.string(), ":", number, ": is not valid UTF-8, expected a prompt a line"));
    }
    prompts.push_back({number, std::string(text)});
  }
  if (prompts.empty()) throw InputError(file.string() + ": holds no prompt, expected one a line");
  return prompts;
}

}  // namespace big
