#include "prompt_chunks.h"

#include <algorithm>
#include <iterator>

namespace big {
namespace {

/// Of a window's pieces, the share at its end in which a comma may part it: the web UIs' 20 of CLIP's 75.
constexpr size_t kNearEnd = 20, kOfPieces = 75;

/// Fills windows one after the other.
class ChunkWriter {
 public:
  explicit ChunkWriter(const Tokenizer& tokenizer)
      : tokenizer_(tokenizer), room_(static_cast<size_t>(std::max<int64_t>(tokenizer.max_length() - 2, 0))) {
    const auto comma = tokenizer.encode(",");
    if (!comma.empty()) comma_ = comma.back();  // SentencePiece puts its mark of a word's beginning before it
  }

  void add(const std::vector<int64_t>& ids, double weight) {
    if (room_ == 0) return;  // a window of its two markers alone
    for (size_t at = 0; at < ids.size();) {
      size_t together = std::min(tokenizer_.ids_of_word(ids[at]), ids.size() - at);
      if (together > room_) together = 1;
      while (pieces_.size() + together > room_) make_room(ids[at]);
      for (size_t i = 0; i < together; ++i) pieces_.push_back({ids[at + i], weight});
      at += together;
    }
  }

  /// Ends a window, full or not.
  void end_chunk() {
    PromptChunk chunk;
    const auto put = [&chunk](int64_t id, double weight) {
      chunk.ids.push_back(id);
      chunk.weights.push_back(weight);
    };
    put(tokenizer_.bos_id(), 1);
    for (const Piece& piece : pieces_) put(piece.id, piece.weight);
    put(tokenizer_.eos_id(), 1);
    while (chunk.ids.size() < room_ + 2) put(tokenizer_.pad_id(), 1);
    chunks_.push_back(std::move(chunk));
    pieces_.clear();
  }

  std::vector<PromptChunk> finish() {
    if (!pieces_.empty() || chunks_.empty()) end_chunk();
    return std::move(chunks_);
  }

 private:
  struct Piece {
    int64_t id;
    double weight;
  };

  /// Ends the window before a piece that no longer fits.
  void make_room(int64_t next) {
    std::vector<Piece> moved;
    const auto last_comma = std::ranges::find(pieces_.rbegin(), pieces_.rend(), comma_, &Piece::id);
    const auto behind = static_cast<size_t>(last_comma - pieces_.rbegin());
    const bool is_full = pieces_.size() == room_;
    if (is_full && next != comma_ && last_comma != pieces_.rend() && behind < room_ * kNearEnd / kOfPieces) {
      moved.assign(last_comma.base(), pieces_.end());
      pieces_.erase(last_comma.base(), pieces_.end());
    }
    end_chunk();
    pieces_ = std::move(moved);
  }

  const Tokenizer& tokenizer_;
  size_t room_;  ///< pieces of a window
  int64_t comma_ = -1;
  std::vector<Piece> pieces_;  ///< of the window that is being filled
  std::vector<PromptChunk> chunks_;
};

}  // namespace

std::vector<PromptChunk> prompt_chunks(const Tokenizer& tokenizer,
                                       const std::vector<WeightedSection>& sections) {
  ChunkWriter writer(tokenizer);
  for (size_t i = 0; i < sections.size(); ++i) {
    if (i > 0) writer.end_chunk();
    std::vector<std::string> texts;
    for (const WeightedText& text : sections[i]) texts.push_back(text.text);
    if (texts.empty()) continue;
    const auto ids = tokenizer.encode_pieces(texts);
    for (size_t n = 0; n < texts.size(); ++n) writer.add(ids[n], sections[i][n].weight);
  }
  return writer.finish();
}

}  // namespace big
