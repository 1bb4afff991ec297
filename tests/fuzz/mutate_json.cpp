#include <array>
#include <cmath>

#include "mutate.h"

namespace big::fuzz {
namespace {

constexpr size_t kMostJsonChanges = 4;
constexpr size_t kMostJsonRepeats = 300;
constexpr size_t kLongText = 20'000;

/// Stands in a document where hostile_dump() puts text that no document can hold.
const std::string kMark = "@hostile@";

std::string nested(size_t depth, const std::string& open) {
  std::string text;
  for (size_t i = 0; i < depth; ++i) text += open;
  return text;
}

std::string impossible_text(Random& random) {
  const std::array<std::string, 12> texts = {"NaN",
                                             "-Infinity",
                                             "1e999",
                                             "1180591620717411303424",
                                             "-1180591620717411303424",
                                             "1e-999",
                                             R"({"a":1,"a":2})",
                                             "\"\\ud800\"",
                                             "\"\xff\xfe\"",
                                             nested(70, "[") + nested(70, "]"),
                                             nested(30'000, "["),
                                             nested(5'000, "{\"a\":")};
  return random.pick(texts);
}

Json hostile_value(Random& random) {
  const uint64_t number = hostile_number(random);
  switch (random.below(14)) {
    case 0:
      return nullptr;
    case 1:
      return random.one_in(2);
    case 2:
      return number;
    case 3:
      return -static_cast<int64_t>(number >> 1) - 1;
    case 4:
      return static_cast<double>(number) * (random.one_in(2) ? 1.5 : -0.001);
    case 5:
      return random.one_in(2) ? 1.7e308 : 4.9e-324;
    case 6:
      return "";
    case 7:
      return std::string("a\0b\x1b[31m\n", 9);
    case 8:
      return std::string(random.below(kLongText), 'x');
    case 9:
      return "../../../etc/passwd";
    case 10:
      return Json::array();
    case 11:
      return Json::object();
    case 12:
      return Json::array({Json::array({1}), "two", nullptr});
    default:
      return kMark;
  }
}

void collect(Json& node, std::vector<Json*>& nodes) {
  nodes.push_back(&node);
  if (!node.is_structured()) return;
  for (auto& child : node) collect(child, nodes);
}

void change_number(Json& node, Random& random) {
  const double value = node.get<double>();
  const std::array<double, 6> near = {value + 1, value - 1, -value, value * 2, value / 2, std::floor(value)};
  const double other = random.pick(near);
  if (node.is_number_integer() && std::abs(other) < 1e15 && other == std::floor(other)) {
    node = static_cast<int64_t>(other);
  } else {
    node = other;
  }
}

void change_text(Json& node, Random& random) {
  auto text = node.get<std::string>();
  const std::array<std::string, 6> pieces = {" ", "/", "é", "\t", "0", "</w>"};
  const size_t at = random.below(text.size() + 1);
  if (random.one_in(2)) text = text.substr(0, at);
  node = text.insert(std::min(at, text.size()), random.pick(pieces));
  // Cut within a character it is no JSON any more.
  if (!Json::accept(node.dump(-1, ' ', false, Json::error_handler_t::replace))) node = "";
}

void change_object(Json& node, Random& random) {
  if (node.empty()) return;
  auto child = node.begin();
  std::advance(child, static_cast<std::ptrdiff_t>(random.below(node.size())));
  const Json value = child.value();
  const std::string key = child.key();
  if (!random.one_in(3)) node.erase(child);
  if (!random.one_in(3)) node[random.one_in(2) ? key + "x" : key.substr(0, key.size() / 2)] = value;
}

void change_array(Json& node, Random& random) {
  if (node.empty()) {
    node.push_back(hostile_value(random));
    return;
  }
  const size_t at = random.below(node.size());
  const Json value = node[at];
  if (random.one_in(2)) node.erase(at);
  size_t copies = random.below(3);
  if (random.one_in(20)) copies = random.below(kMostJsonRepeats);
  for (size_t i = 0; i < copies; ++i) node.push_back(value);
}

}  // namespace

void change_json(Json& document, const std::vector<Json>& donors, Random& random) {
  std::vector<Json*> nodes;
  collect(document, nodes);
  Json& node = *random.pick(nodes);
  const size_t kind = random.below(10);
  if (kind == 0) {
    const Json inner = node;
    node = random.one_in(2) ? Json::array({inner}) : Json({{"content", inner}});
  } else if (kind == 1 && !donors.empty()) {
    Json donor = random.pick(donors);
    std::vector<Json*> parts;
    collect(donor, parts);
    node = Json(*random.pick(parts));
  } else if (kind <= 4 || node.is_null() || node.is_boolean()) {
    node = hostile_value(random);
  } else if (node.is_number()) {
    change_number(node, random);
  } else if (node.is_string()) {
    change_text(node, random);
  } else if (node.is_array()) {
    change_array(node, random);
  } else {
    change_object(node, random);
  }
}

std::string hostile_dump(const Json& document, Random& random) {
  std::string text = document.dump(random.one_in(2) ? 2 : -1, ' ', false, Json::error_handler_t::replace);
  const std::string mark = "\"" + kMark + "\"";
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    const std::string impossible = impossible_text(random);
    text.replace(at, mark.size(), impossible);
    at += impossible.size();
  }
  return text;
}

std::string mutate_json(const std::vector<std::string>& seeds, Random& random) {
  if (random.one_in(6)) return mutate_bytes(seeds, random);
  Json document = Json::parse(random.pick(seeds), nullptr, false);
  if (document.is_discarded()) return mutate_bytes(seeds, random);
  const std::vector<Json> donors = {Json::parse(random.pick(seeds), nullptr, false)};
  for (size_t changes = 1 + random.below(kMostJsonChanges); changes > 0; --changes) {
    change_json(document, donors[0].is_discarded() ? std::vector<Json>() : donors, random);
  }
  std::string text = hostile_dump(document, random);
  if (random.one_in(8)) change_bytes(text, seeds, random);
  return text;
}

}  // namespace big::fuzz
