#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace big {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Reads a JSON file. Throws InputError naming the file, line and column of the first mistake; limits size
/// (64 MiB) and nesting (64 levels), so that no file can hang or exhaust the program.
Json read_json(const std::filesystem::path& path);

/// Reads JSON from memory; `where` names it in errors.
Json parse_json(const std::string& text, const std::string& where);

/// A typed look at one JSON object whose errors name file and key: JsonView(j, "unet/config.json").get<int>("layers", 2).
class JsonView {
 public:
  JsonView(const Json& object, std::string where);
  bool has(const std::string& key) const;  ///< false for null too
  /// The value, or InputError "where: 'key' is missing" / "'key' is a string, expected a number".
  template <class T>
  T get(const std::string& key) const {
    if (!has(key)) missing(key);
    return convert<T>(key);
  }
  /// The value, or `fallback` where the key is absent or null.
  template <class T>
  T get(const std::string& key, T fallback) const {
    return has(key) ? convert<T>(key) : fallback;
  }
  const Json& raw(const std::string& key) const { return object_.at(key); }
  const std::string& where() const { return where_; }

 private:
  template <class T>
  T convert(const std::string& key) const {
    try {
      return object_.at(key).get<T>();
    } catch (const nlohmann::json::exception&) {
      wrong_type(key);
    }
  }
  [[noreturn]] void missing(const std::string& key) const;
  [[noreturn]] void wrong_type(const std::string& key) const;
  const Json& object_;
  std::string where_;
};

}  // namespace big
