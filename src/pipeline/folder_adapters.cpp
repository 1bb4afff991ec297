#include "big/pipeline/folder_adapters.h"

#include "big/core/atomic_file.h"
#include "big/core/error.h"
#include "big/core/json.h"
#include "big/core/text.h"

namespace big {
namespace fs = std::filesystem;
namespace {

constexpr const char* kFile = "adapters.json";

fs::path inside(const fs::path& folder, const std::string& name, const std::string& where) {
  const fs::path relative(name);
  bool leaves = name.empty() || relative.is_absolute() || name.find('\0') != std::string::npos;
  for (const auto& part : relative) leaves = leaves || part == "..";
  if (leaves) throw InputError(concat(where, ": '", printable(name), "', expected a file in this folder"));
  std::error_code ignored;
  if (!fs::exists(folder / relative, ignored))
    throw InputError(concat((folder / relative).string(), ": is missing; ", where, " names it"));
  return folder / relative;
}

}  // namespace

FolderAdapters read_folder_adapters(const fs::path& folder) {
  FolderAdapters adapters;
  const fs::path file = folder / kFile;
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return adapters;
  const Json json = read_json(file);
  const JsonView view(json, file.string());
  if (view.has("lora")) adapters.lora = inside(folder, view.get<std::string>("lora"), file.string());
  if (!view.has("embeddings")) return adapters;
  const Json& words = view.raw("embeddings");
  if (!words.is_object())
    throw InputError(concat(file.string(), ": 'embeddings' is ", type_name(words), ", expected an object"));
  const JsonView files(words, file.string());
  for (const auto& [word, path] : words.items())
    adapters.embeddings[word] = inside(folder, files.get<std::string>(word), file.string());
  return adapters;
}

void write_folder_adapters(const fs::path& folder, const FolderAdapters& adapters) {
  const auto relative = [&](const fs::path& path) { return path.lexically_relative(folder).generic_string(); };
  OrderedJson json = OrderedJson::object();
  if (!adapters.lora.empty()) json["lora"] = relative(adapters.lora);
  for (const auto& [word, path] : adapters.embeddings) json["embeddings"][word] = relative(path);
  write_file_atomically(folder / kFile, json.dump(2) + "\n");
}

}  // namespace big
