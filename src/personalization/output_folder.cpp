#include "output_folder.h"

#include <system_error>

#include "big/core/error.h"
#include "big/core/text.h"

namespace big {
namespace {

constexpr size_t kMaxPromptBytes = 200;

/// UTF-8's first byte of the control characters U+0080 ... U+009F; the second byte is below 0xA0.
constexpr unsigned char kC1Lead = 0xc2;

}  // namespace

std::string prompt_folder_name(const std::string& prompt) {
  std::string name;
  for (size_t i = 0; i < prompt.size(); ++i) {
    const auto byte = static_cast<unsigned char>(prompt[i]);
    if (prompt[i] == ',') continue;
    if (byte == kC1Lead && i + 1 < prompt.size() && static_cast<unsigned char>(prompt[i + 1]) < 0xa0) {
      name += '_';
      ++i;
    } else if (prompt[i] == ' ') {
      name += '-';
    } else if (prompt[i] == '/' || byte < 0x20 || byte == 0x7f) {
      name += '_';
    } else {
      name += prompt[i];
    }
  }
  return utf8_prefix(name, kMaxPromptBytes);
}

std::filesystem::path make_output_folder(const std::filesystem::path& parent,
                                         const std::string& prompt,
                                         int64_t unix_time) {
  std::error_code error;
  std::filesystem::create_directories(parent, error);
  const std::string name = prompt_folder_name(prompt) + "-" + std::to_string(unix_time);
  for (int n = 1; !error; ++n) {
    const auto folder = parent / (n == 1 ? name : name + "-" + std::to_string(n));
    // false without an error: somebody has it already.
    if (std::filesystem::create_directory(folder, error)) return folder;
  }
  throw MachineError(parent.string() + ": cannot make a folder for the pictures: " + error.message() +
                     " (--output_dir names another place)");
}

}  // namespace big
