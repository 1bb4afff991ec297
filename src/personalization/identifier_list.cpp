#include "identifier_list.h"

#include <map>
#include <sstream>

#include "big/core/error.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "big/registry/names.h"
#include "identifier_pool.h"

namespace big {
namespace {

/// Some ten thousand words: more is no list of identifiers.
constexpr uint64_t kMostBytes = 1 << 20;

void check_word(const std::string& word, const std::string& where, const Tokenizer& tokenizer) {
  try {
    validate_identifier(word);
  } catch (const UsageError& error) {
    throw InputError(concat(where, ": ", error.what()));
  }
  if (!tokenizer.is_one_token(word))
    throw InputError(concat(where, ": ", piece_warning(word, tokenizer),
                            "; take it out, or pass it by itself with --identifier"));
}

}  // namespace

std::vector<ListedIdentifier> read_identifier_list(const std::filesystem::path& file, const Tokenizer& tokenizer) {
  std::istringstream text(read_file(file, kMostBytes));
  std::vector<ListedIdentifier> found;
  std::map<std::string, int64_t> lines;
  std::string line;
  for (int64_t number = 1; std::getline(text, line); ++number) {
    const std::string word(trimmed(std::string_view(line).substr(0, line.find('#'))));
    if (word.empty()) continue;
    const std::string where = concat(file.string(), " line ", number);
    check_word(word, where, tokenizer);
    const auto [first, is_new] = lines.emplace(word, number);
    if (!is_new) throw InputError(concat(where, ": '", word, "' stands in line ", first->second, " already"));
    found.push_back({word, number});
  }
  if (found.empty())
    throw InputError(concat(file.string(), ": no identifier in it, expected one a line (after # a comment)"));
  return found;
}

}  // namespace big
