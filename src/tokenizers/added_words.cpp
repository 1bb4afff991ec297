#include "big/tokenizers/added_words.h"

#include <algorithm>

#include "big/core/text.h"
#include "unicode.h"

namespace big {
namespace {

/// Letters and digits of any script.
bool continues_word(int32_t code_point) { return is_letter(code_point) || is_number(code_point); }

bool starts_with_letter(std::string_view text) {
  const auto points = code_points(text.substr(0, 4));
  return !points.empty() && continues_word(points.front());
}

bool ends_with_letter(std::string_view text) {
  size_t start = text.size();
  while (start > 0 && (static_cast<unsigned char>(text[--start]) & 0xC0) == 0x80) {
  }
  const auto points = code_points(text.substr(start));
  return !points.empty() && continues_word(points.front());
}

/// `lower_text` at `at` is the word, whole. Both in lower case.
bool word_is_at(std::string_view lower_text, size_t at, std::string_view lower_word) {
  if (lower_word.empty() || lower_text.compare(at, lower_word.size(), lower_word) != 0) return false;
  const auto before = lower_text.substr(0, at), after = lower_text.substr(at + lower_word.size());
  return !(starts_with_letter(lower_word) && ends_with_letter(before)) &&
         !(ends_with_letter(lower_word) && starts_with_letter(after));
}

class TokenizerWithWords final : public Tokenizer {
 public:
  TokenizerWithWords(std::shared_ptr<const Tokenizer> base, std::vector<AddedWord> words)
      : base_(std::move(base)), words_(std::move(words)) {
    for (auto& word : words_) lower_.push_back(ascii_lower(word.text));
  }

  std::vector<int64_t> encode(std::string_view text) const override {
    const std::string lower = ascii_lower(text);
    std::vector<int64_t> ids;
    const auto append = [&ids](const std::vector<int64_t>& more) {
      ids.insert(ids.end(), more.begin(), more.end());
    };
    size_t plain = 0;
    for (size_t at = 0; at < text.size();) {
      const auto* word = longest_at(lower, at);
      if (!word) {
        ++at;
        continue;
      }
      append(encode_plain(text.substr(plain, at - plain)));
      append(word->ids);
      plain = at += word->text.size();
    }
    append(plain == 0 ? base_->encode(text) : encode_plain(text.substr(plain)));
    return ids;
  }

  std::string decode(const std::vector<int64_t>& ids) const override {
    std::vector<std::string> texts;
    std::vector<int64_t> plain;
    const auto flush = [&] {
      if (!plain.empty()) texts.push_back(base_->decode(plain));
      plain.clear();
    };
    for (const int64_t id : ids) {
      const auto* word = word_of(id);
      if (!word) {
        plain.push_back(id);
      } else if (id == word->ids.front()) {  // the others of its ids say nothing new
        flush();
        texts.push_back(word->text);
      }
    }
    flush();
    return join(texts, " ");
  }

  std::string piece(int64_t id) const override {
    const auto* word = word_of(id);
    return word ? word->text : base_->piece(id);
  }

  int64_t vocab_size() const override {
    int64_t size = base_->vocab_size();
    for (const auto& word : words_) {
      for (const int64_t id : word.ids) size = std::max(size, id + 1);
    }
    return size;
  }
  int64_t bos_id() const override { return base_->bos_id(); }
  int64_t eos_id() const override { return base_->eos_id(); }
  int64_t pad_id() const override { return base_->pad_id(); }
  int64_t unknown_id() const override { return base_->unknown_id(); }
  size_t ids_of_word(int64_t first_id) const override {
    const auto* word = word_of(first_id);
    return word && word->ids.front() == first_id ? word->ids.size() : 1;
  }
  int64_t max_length() const override { return base_->max_length(); }

 private:
  /// Text beside a word. The spaces that part them are no text: some vocabularies have a piece for a lone one.
  std::vector<int64_t> encode_plain(std::string_view text) const {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text.empty() ? std::vector<int64_t>() : base_->encode(text);
  }

  const AddedWord* longest_at(std::string_view lower, size_t at) const {
    const AddedWord* best = nullptr;
    for (size_t i = 0; i < words_.size(); ++i) {
      const bool longer = !best || words_[i].text.size() > best->text.size();
      if (longer && word_is_at(lower, at, lower_[i])) best = &words_[i];
    }
    return best;
  }

  const AddedWord* word_of(int64_t id) const {
    const auto has = [id](const AddedWord& word) { return std::ranges::count(word.ids, id) > 0; };
    const auto found = std::ranges::find_if(words_, has);
    return found == words_.end() ? nullptr : &*found;
  }

  std::shared_ptr<const Tokenizer> base_;
  std::vector<AddedWord> words_;
  std::vector<std::string> lower_;
};

}  // namespace

bool contains_word(std::string_view text, std::string_view word) {
  const std::string lower_text = ascii_lower(text), lower_word = ascii_lower(word);
  for (size_t at = lower_text.find(lower_word); at != std::string::npos;
       at = lower_text.find(lower_word, at + 1)) {
    if (word_is_at(lower_text, at, lower_word)) return true;
    if (lower_word.empty()) return false;
  }
  return false;
}

std::shared_ptr<const Tokenizer> with_added_words(std::shared_ptr<const Tokenizer> base,
                                                  std::vector<AddedWord> words) {
  return std::make_shared<TokenizerWithWords>(std::move(base), std::move(words));
}

}  // namespace big
