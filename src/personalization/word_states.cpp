#include "word_states.h"

#include <map>
#include <sstream>

#include "base_hash.h"
#include "big/core/duration.h"
#include "big/core/error.h"
#include "big/core/log.h"
#include "big/core/memory.h"
#include "big/core/text.h"
#include "big/pipeline/text_states.h"
#include "big/weights/safetensors.h"
#include "big/weights/state_dict.h"
#include "cost.h"

namespace big {
namespace fs = std::filesystem;
namespace {

using States = std::map<std::string, torch::Tensor>;  // word -> [D]

/// Tells text encoders apart; a single file is one by all that it holds.
std::string encoder_hash(const fs::path& base, const fs::path& models_dir) {
  if (!fs::is_directory(base)) return hash_of_files({base}, models_dir);
  const bool first = fs::is_directory(base / "text_encoder");
  return hash_of_files(weight_files(base / (first ? "text_encoder" : "text_encoder_2"), "model"), models_dir);
}

States read_states(const fs::path& file) {
  if (!fs::exists(file)) return {};
  try {
    const SafetensorsFile stored(file);
    // A copy: the file is about to be written anew.
    const auto rows = stored.tensor("states").to(torch::kFloat32).clone();
    std::istringstream words(stored.metadata().at("words"));
    States states;
    std::string word;
    for (int64_t i = 0; i < rows.size(0) && words >> word; ++i) states[word] = rows[i];
    return states;
  } catch (const std::exception& error) {
    log_debug(concat(file.string(), ": measuring its words again: ", error.what()));
    return {};
  }
}

void write_states(const fs::path& file, const States& states) {
  std::vector<std::string> words;
  std::vector<torch::Tensor> rows;
  for (const auto& [word, state] : states) {
    words.push_back(word);
    rows.push_back(state);
  }
  try {
    fs::create_directories(file.parent_path());
    write_safetensors(file, {{"states", torch::stack(rows)}}, {{"words", join(words, " ")}});
  } catch (const std::exception& error) {
    // A models folder that may only be read still works, it measures again each time.
    log_debug(concat("what the model knows of words is not kept: ", error.what()));
  }
}

void refuse_a_huge_encoder(const fs::path& base, const ModelSource& source) {
  const uint64_t bytes = model_size(base, source).text_bytes, free = available_memory_bytes();
  if (bytes <= free) return;
  throw MachineError(concat("memory: choosing an identifier runs the text encoder of ", base.string(), ", ",
                            format_bytes(bytes), "; ", format_bytes(free),
                            " are free; close other programs, or name one with --identifier"));
}

}  // namespace

torch::Tensor word_states(const fs::path& base,
                          const ModelSource& source,
                          const std::vector<std::string>& words,
                          const fs::path& models_dir) {
  refuse_a_huge_encoder(base, source);
  const fs::path file =
      models_dir / "cache" / "identifiers" / (encoder_hash(base, models_dir).substr(0, 16) + ".safetensors");
  States states = read_states(file);
  std::vector<std::string> missing, texts;
  for (const auto& word : words) {
    if (states.contains(word)) continue;
    missing.push_back(word);
    texts.push_back("a " + word);
  }
  if (!missing.empty()) {
    const auto measured = text_end_states(base, source, texts);
    for (size_t i = 0; i < missing.size(); ++i) states[missing[i]] = measured[static_cast<int64_t>(i)];
    write_states(file, states);
  }
  std::vector<torch::Tensor> rows;
  for (const auto& word : words) rows.push_back(states.at(word));
  return rows.empty() ? torch::Tensor() : torch::stack(rows);
}

}  // namespace big
