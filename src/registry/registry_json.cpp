#include "registry_json.h"

#include <set>

#include "big/core/error.h"
#include "big/core/text.h"
#include "big/registry/names.h"

namespace big {
namespace {

constexpr int kSchemaVersion = 1;

Json without(Json object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) object.erase(key);
  return object;
}

/// The value at `key`, which must be of the kind that `expected` says; an empty one where it is absent.
const Json& container(const JsonView& view, const std::string& key, const Json& empty, const char* expected) {
  if (!view.has(key)) return empty;
  const Json& value = view.raw(key);
  if (value.type() != empty.type()) {
    throw InputError(concat(view.where(), ": '", key, "' is ", type_name(value), ", expected ", expected));
  }
  return value;
}

/// Runs a check of names; what it refuses is the file's fault here, not the command line's.
template <class Check>
auto checked(const std::string& where, const Check& check) {
  try {
    return check();
  } catch (const UsageError& e) {
    throw InputError(concat(where, ": ", e.what()));
  }
}

void validate_model_path(const std::string& path, const std::string& where) {
  const std::filesystem::path relative(path);
  bool leaves = relative.is_absolute() || path.find('\0') != std::string::npos;
  for (const auto& part : relative) leaves = leaves || part == "..";
  if (leaves) {
    throw InputError(
        concat(where, ": 'model_path' is '", printable(path), "', expected one inside the models folder"));
  }
}

}  // namespace

Subject subject_from_json(const Json& object, const std::string& where) {
  const JsonView view(object, where);
  Subject subject;
  subject.identifier = view.get<std::string>("identifier");
  subject.category = view.get<std::string>("category");
  subject.user = view.get<std::string>("user");
  checked(where, [&] {
    validate_identifier(subject.identifier);
    validate_category(subject.category);
    validate_user(subject.user);
    subject.target = parse_target_model(view.get<std::string>("target_model"));
    identifier_scope(subject.target, subject.user);
  });
  subject.base_name = view.get<std::string>("base_name", "");
  subject.base_hash = view.get<std::string>("base_hash", "");
  subject.model_path = view.get<std::string>("model_path", "");
  validate_model_path(subject.model_path, where);
  subject.photos = view.get<int64_t>("photos", 0);
  subject.steps = view.get<int64_t>("steps", 0);
  subject.date = view.get<std::string>("date", "");
  subject.seed = view.get<uint64_t>("seed", 0);
  subject.extra = without(object, {"identifier", "category", "user", "target_model", "base_name", "base_hash",
                                   "model_path", "photos", "steps", "date", "seed"});
  return subject;
}

OrderedJson subject_to_json(const Subject& subject) {
  OrderedJson object = {
      {"identifier", subject.identifier},
      {"category", subject.category},
      {"user", subject.user},
      {"target_model", to_string(subject.target)},
      {"base_name", subject.base_name},
      {"base_hash", subject.base_hash},
      {"model_path", subject.model_path},
      {"photos", subject.photos},
      {"steps", subject.steps},
      {"date", subject.date},
      {"seed", subject.seed},
  };
  for (const auto& [key, value] : subject.extra.items()) object.emplace(key, value);
  return object;
}

namespace {

MetamodelState metamodel_from_json(const std::string& key, const Json& object, const std::string& where) {
  constexpr std::string_view kPrivate = "private_meta/";
  checked(where, [&] {
    if (key != "meta")
      validate_user(key.rfind(kPrivate, 0) == 0 ? key.substr(kPrivate.size()) : std::string());
  });
  const JsonView view(object, where);
  MetamodelState state;
  state.version = view.get<std::string>("version", "");
  if (state.version.find_first_of(std::string("/\0", 2)) != std::string::npos || state.version == "." ||
      state.version == "..") {
    throw InputError(
        concat(where, ": 'version' is '", printable(state.version), "', expected the name of a folder"));
  }
  state.base_name = view.get<std::string>("base_name", "");
  state.base_hash = view.get<std::string>("base_hash", "");
  state.extra = without(object, {"version", "base_name", "base_hash"});
  return state;
}

OrderedJson metamodel_to_json(const MetamodelState& state) {
  OrderedJson object = {
      {"version", state.version}, {"base_name", state.base_name}, {"base_hash", state.base_hash}};
  for (const auto& [key, value] : state.extra.items()) object.emplace(key, value);
  return object;
}

void refuse_doubles(const Registry& registry, const std::string& where) {
  std::set<std::string> seen;
  for (const Subject& subject : registry.subjects) {
    const std::string key = identifier_scope(subject.target, subject.user) + "/" + subject.identifier;
    if (!seen.insert(key).second) throw InputError(concat(where, ": '", key, "' is listed twice"));
  }
}

}  // namespace

Registry registry_from_json(const Json& document, const std::string& where) {
  const JsonView view(document, where);
  const auto schema = view.get<int64_t>("schema_version");
  if (schema != kSchemaVersion) {
    throw InputError(concat(where, ": 'schema_version' is ", schema, ", expected ", kSchemaVersion,
                            "; a newer version of this program wrote it, use that one"));
  }
  Registry registry;
  const Json no_list = Json::array();
  const Json no_object = Json::object();
  for (const Json& element : container(view, "subjects", no_list, "a list of objects")) {
    registry.subjects.push_back(
        subject_from_json(element, concat(where, ": subjects[", registry.subjects.size(), "]")));
  }
  refuse_doubles(registry, where);
  for (const auto& [key, element] : container(view, "metamodels", no_object, "an object").items()) {
    const std::string place = concat(where, ": metamodels['", printable(key), "']");
    registry.metamodels[key] = metamodel_from_json(key, element, place);
  }
  registry.retired = view.get<std::vector<std::string>>("retired", {});
  registry.extra = without(document, {"schema_version", "subjects", "metamodels", "retired"});
  return registry;
}

OrderedJson registry_to_json(const Registry& registry) {
  OrderedJson document = {{"schema_version", kSchemaVersion}};
  document["subjects"] = OrderedJson::array();
  for (const Subject& subject : registry.subjects) document["subjects"].push_back(subject_to_json(subject));
  document["metamodels"] = OrderedJson::object();
  for (const auto& [key, state] : registry.metamodels) document["metamodels"][key] = metamodel_to_json(state);
  document["retired"] = registry.retired;
  for (const auto& [key, value] : registry.extra.items()) document.emplace(key, value);
  return document;
}

}  // namespace big
