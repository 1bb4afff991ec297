#include "draw_addons.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "big/core/error.h"
#include "big/core/link_loop.h"
#include "big/core/text.h"
#include "big/tokenizers/added_words.h"

namespace big {
namespace fs = std::filesystem;
namespace {

/// Of files that hold tensors; names may leave them out.
constexpr std::array kEndings = {".safetensors", ".pt", ".bin"};

/// A folder of add-ons in models_dir and in the project's models.
struct Shelf {
  std::string flag, folder;
  std::vector<fs::path> places;

  Shelf(std::string flag_name, const std::string& folder_name, const DrawOptions& options)
      : flag(std::move(flag_name)),
        folder(folder_name),
        places({options.models_dir / folder_name, options.project_models / folder_name}) {}

  /// The file or folder that `name` means, or nothing.
  std::optional<fs::path> find(const std::string& name) const {
    if (name.empty()) return std::nullopt;
    std::vector<fs::path> candidates;
    const auto add = [&](const fs::path& path) {
      candidates.push_back(path);
      for (const char* ending : kEndings) candidates.emplace_back(path.string() + ending);
    };
    // A path means itself first, a name what is on the shelf.
    const bool is_path = name.find('/') != std::string::npos;
    if (is_path) add(name);
    for (const auto& place : places) add(place / name);
    if (!is_path) add(name);
    std::error_code ignored;
    for (const auto& path : candidates) {
      if (fs::exists(path, ignored)) return path;
    }
    return std::nullopt;
  }

  /// What lies there, by name.
  std::set<fs::path> contents() const {
    std::set<fs::path> found;
    for (const auto& place : places) {
      std::error_code error;
      for (auto it = fs::directory_iterator(place, error); !error && it != fs::directory_iterator();
           it.increment(error)) {
        if (!it->path().filename().string().starts_with('.')) found.insert(it->path());
      }
    }
    return found;
  }

  [[noreturn]] void refuse(const std::string& name) const {
    refuse_link_loop(name);
    for (const auto& place : places) refuse_link_loop(place / name);
    std::set<std::string> names;
    for (const auto& path : contents()) names.insert(path.stem().string());
    const std::vector<std::string> all(names.begin(), names.end());
    const std::string near = nearest(name, all);
    throw InputError(concat(flag, " ", name, ": there is no such file",
                            near.empty() ? "" : concat(", did you mean '", near, "'?"), "; in ",
                            places.front().string(), ": ", all.empty() ? "nothing" : join(all, ", "),
                            "; or pass a path"));
  }
};

LoraChoice find_lora(const Shelf& shelf, LoraWish wish) {
  const auto path = shelf.find(wish.name);
  if (!path) shelf.refuse(wish.name);
  // Pictures name it without path and ending, as the web UIs do.
  const auto trimmed = path->has_filename() ? *path : path->parent_path();
  wish.name = fs::is_directory(trimmed) ? trimmed.filename().string() : trimmed.stem().string();
  return {*path, wish};
}

/// "FILE" or "FILE:word".
EmbeddingChoice find_embedding(const Shelf& shelf, const std::string& text) {
  if (const auto path = shelf.find(text)) return {*path, ""};
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) shelf.refuse(text);
  const auto path = shelf.find(text.substr(0, colon));
  if (!path) shelf.refuse(text.substr(0, colon));
  return {*path, text.substr(colon + 1)};
}

bool is_embedding_file(const fs::path& path) {
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](auto* ending) { return path.extension() == ending; });
}

}  // namespace

std::vector<LoraChoice> find_loras(const DrawOptions& options, const std::vector<LoraWish>& tags) {
  const Shelf shelf("--lora", "loras", options);
  std::vector<LoraChoice> found;
  for (const auto& text : options.loras) {
    // A file whose own name ends like a weight ("style:2") means itself.
    found.push_back(find_lora(shelf, shelf.find(text) ? LoraWish{.name = text} : parse_lora_wish(text)));
  }
  for (const auto& tag : tags) found.push_back(find_lora(shelf, tag));
  return found;
}

std::vector<EmbeddingChoice> find_embeddings(const DrawOptions& options,
                                             const std::vector<std::string>& prompts) {
  const Shelf shelf("--embedding", "embeddings", options);
  std::vector<EmbeddingChoice> found;
  std::set<std::string> names;
  for (const auto& text : options.embeddings) {
    found.push_back(find_embedding(shelf, text));
    names.insert(found.back().name.empty() ? found.back().file.stem().string() : found.back().name);
  }
  for (const auto& path : shelf.contents()) {
    const std::string name = path.stem().string();
    const bool named =
        std::ranges::any_of(prompts, [&](const auto& prompt) { return contains_word(prompt, name); });
    if (named && is_embedding_file(path) && names.insert(name).second) found.push_back({path, name});
  }
  return found;
}

}  // namespace big
