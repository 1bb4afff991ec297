#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <vector>

namespace big {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Reads a JSON file. Throws InputError naming the file, line and column of the first mistake; limits size
/// (64 MiB) and nesting (64 levels), so that no file can hang or exhaust the program.
Json read_json(const std::filesystem::path& path);

/// Reads JSON from memory; `where` names it in errors.
Json parse_json(const std::string& text, const std::string& where);

/// The English name of a value's type for messages: "a string", "an object", "null".
std::string type_name(const Json& value);

namespace json_detail {

/// A whole number (8 and 8.0, never true) between the bounds.
bool is_integer_within(const Json& value, int64_t lowest, uint64_t highest);

template <class T>
struct VectorElement : std::false_type {};
template <class T>
struct VectorElement<std::vector<T>> : std::true_type {
  using type = T;
};

/// nlohmann turns true into 1, 1.5 into 1 and -1 into a huge unsigned: what does not hold exactly is refused
/// here.
template <class T>
bool holds(const Json& value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value.is_boolean();
  } else if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    return is_integer_within(value, static_cast<int64_t>(Limits::min()),
                             static_cast<uint64_t>(Limits::max()));
  } else if constexpr (std::is_floating_point_v<T>) {
    return value.is_number();
  } else if constexpr (VectorElement<T>::value) {
    if (!value.is_array()) return false;
    for (const Json& element : value) {
      if (!holds<typename VectorElement<T>::type>(element)) return false;
    }
    return true;
  } else {
    return true;  // strings and the like: nlohmann checks them
  }
}

template <class T>
std::string expected_name() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_integral_v<T>) {
    return std::is_unsigned_v<T> ? "a whole number that is not negative" : "a whole number";
  }
  if constexpr (std::is_floating_point_v<T>) return "a number";
  if constexpr (std::is_same_v<T, std::string>) return "a string";
  if constexpr (VectorElement<T>::value) {
    return "a list, each element " + expected_name<typename VectorElement<T>::type>();
  }
  return "another type";
}

}  // namespace json_detail

/// A typed look at one JSON object whose errors name file and key: JsonView(j,
/// "unet/config.json").get<int>("layers", 2). Refers to `object`, which must outlive it.
class JsonView {
 public:
  /// Throws InputError where `object` is none.
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
    const Json& value = object_.at(key);
    if (!json_detail::holds<T>(value)) wrong_type(key, json_detail::expected_name<T>());
    try {
      return value.get<T>();
    } catch (const nlohmann::json::exception&) {
      wrong_type(key, json_detail::expected_name<T>());
    }
  }
  [[noreturn]] void missing(const std::string& key) const;
  [[noreturn]] void wrong_type(const std::string& key, const std::string& expected) const;
  const Json& object_;
  std::string where_;
};

}  // namespace big
