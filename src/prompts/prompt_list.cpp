#include "big/prompts/prompt_list.h"

#include <sstream>

#include "big/core/error.h"
#include "big/core/text.h"
#include "scan.h"

namespace big {
std::vector<ListedPrompt> read_prompt_list(const std::filesystem::path& file) {
  std::vector<ListedPrompt> prompts;
  std::istringstream lines(read_text_file(file));
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
