#include "big/registry/registry.h"

#include <gtest/gtest.h>

#include <fstream>

#include "big/core/error.h"
#include "big/core/fail_point.h"
#include "big/core/read_file.h"
#include "big/core/text.h"
#include "registry/subject_maker.h"
#include "support/child_process.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

std::string text_of(const TempDir& dir) { return read_file(dir.path() / "registry.json", 1 << 20); }

void write(const TempDir& dir, const std::string& text) {
  std::ofstream(dir.path() / "registry.json") << text;
}

std::string mistake(const TempDir& dir) {
  return error_of<InputError>([&] { read_registry(dir.path()); });
}

TEST(Registry, AnAbsentFileIsEmptyAndReadingWritesNothing) {
  const TempDir dir;
  EXPECT_TRUE(read_registry(dir.path()).subjects.empty());
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(Registry, EverythingWrittenIsReadBack) {
  const TempDir dir;
  const Subject written = make_subject("sks", "ann", TargetModel::kPrivate);
  update_registry(dir.path(), [&](Registry& r) {
    r.subjects.push_back(written);
    r.metamodels["meta"] = {"000003", "starter", "ab12"};
    r.metamodels["private_meta/ann"] = {"000001", "starter", "ab12"};
    r.retired.push_back("meta/old");
  });
  const Registry read = read_registry(dir.path());
  ASSERT_EQ(read.subjects.size(), 1u);
  const Subject& s = read.subjects[0];
  EXPECT_EQ(std::tie(s.identifier, s.category, s.user, s.target, s.base_name, s.base_hash, s.model_path,
                     s.photos, s.steps, s.date, s.seed),
            std::tie(written.identifier, written.category, written.user, written.target, written.base_name,
                     written.base_hash, written.model_path, written.photos, written.steps, written.date,
                     written.seed));
  EXPECT_TRUE(s.extra.empty());
  EXPECT_EQ(read.metamodels.at("meta").version, "000003");
  EXPECT_EQ(read.metamodels.at("private_meta/ann").base_hash, "ab12");
  EXPECT_EQ(read.retired, std::vector<std::string>{"meta/old"});
}

TEST(Registry, KeysOfNewerProgramsAreKept) {
  const TempDir dir;
  write(dir, R"({"schema_version": 1, "colour": "red", "metamodels": {"meta": {"version": "1", "gate": [1]}},
    "subjects": [{"identifier": "sks", "category": "dog", "user": "ann", "target_model": "meta", "score": 0.5}]})");
  update_registry(dir.path(), [](Registry& r) { r.subjects[0].steps = 7; });
  const Json after = Json::parse(text_of(dir));
  EXPECT_EQ(after["colour"], "red");
  EXPECT_EQ(after["subjects"][0]["score"], 0.5);
  EXPECT_EQ(after["subjects"][0]["steps"], 7);
  EXPECT_EQ(after["metamodels"]["meta"]["gate"], Json::array({1}));
}

TEST(Registry, SubjectsAreSeenInTheirScope) {
  Registry registry;
  registry.subjects = {
      make_subject("a", "ann", TargetModel::kPrivate), make_subject("b", "bob", TargetModel::kPrivate),
      make_subject("c", "bob", TargetModel::kMeta), make_subject("d", "ann", TargetModel::kPrivateMeta)};
  EXPECT_EQ(registry.visible(TargetModel::kPrivate, "ann").size(), 1u);
  EXPECT_EQ(registry.categories(TargetModel::kMeta, "ann"),
            (std::map<std::string, std::string>{{"c", "dog"}}));
  EXPECT_TRUE(registry.find(TargetModel::kPrivate, "bob", "b"));
  EXPECT_FALSE(registry.find(TargetModel::kPrivate, "ann", "b"));
  EXPECT_FALSE(registry.find(TargetModel::kPrivateMeta, "bob", "d"));
  EXPECT_TRUE(registry.visible(TargetModel::kPretrained, "ann").empty());
}

TEST(Registry, ScopesAreNamed) {
  EXPECT_EQ(identifier_scope(TargetModel::kPrivate, "ann"), "private/ann");
  EXPECT_EQ(identifier_scope(TargetModel::kPrivateMeta, "ann"), "private_meta/ann");
  EXPECT_EQ(identifier_scope(TargetModel::kMeta, "ann"), "meta");
  EXPECT_THROW(identifier_scope(TargetModel::kPretrained, "ann"), UsageError);
}

TEST(Registry, DamageIsNamedByItsPlaceAndNeverOverwritten) {
  const std::string subject =
      R"("identifier": "sks", "category": "dog", "user": "ann", "target_model": "meta")";
  const auto with = [](const std::string& body) { return R"({"schema_version": 1, )" + body + "}"; };
  const std::vector<std::pair<std::string, std::string>> damages = {
      {"{\"schema_version\": 1,\n \"subjects\": [}", "line 2, column 15: "},
      {"", "line 1, column 1: "},
      {std::string(100000, '['), "nested deeper than 64 levels"},
      {"[]", "is a list, expected an object"},
      {"{}", "'schema_version' is missing"},
      {R"({"schema_version": 2})",
       "'schema_version' is 2, expected 1; a newer version of this program wrote it"},
      {R"({"schema_version": "1"})", "'schema_version' is a string"},
      {with(R"("subjects": {})"), "'subjects' is an object, expected a list of objects"},
      {with(R"("subjects": [7])"), "subjects[0]: is 7, expected an object"},
      {with(R"("subjects": [{}])"), "subjects[0]: 'identifier' is missing"},
      {with("\"subjects\": [{" + subject + R"(, "photos": "5"}])"), "subjects[0]: 'photos' is a string"},
      {with("\"subjects\": [{" + subject + R"(, "seed": -1}])"), "subjects[0]: 'seed' is -1"},
      {with("\"subjects\": [{" + subject + R"(, "model_path": "../../etc"}])"), "inside the models folder"},
      {with("\"subjects\": [{" + subject + R"(, "model_path": "/etc"}])"), "inside the models folder"},
      {with("\"subjects\": [{" + subject + "}, {" + subject + "}]"), "'meta/sks' is listed twice"},
      {with(
           R"("subjects": [{"identifier": "../x", "category": "dog", "user": "ann", "target_model": "meta"}])"),
       "subjects[0]: identifier '../x' has '.'"},
      {with(R"("subjects": [{"identifier": "x", "category": "dog", "user": "..", "target_model": "meta"}])"),
       "user '..'"},
      {with(
           R"("subjects": [{"identifier": "x", "category": "dog", "user": "a", "target_model": "pretrained"}])"),
       "'pretrained' knows no identifiers"},
      {with(R"("metamodels": [])"), "'metamodels' is a list, expected an object"},
      {with(R"("metamodels": {"meta": {"version": "../1"}})"), "metamodels['meta']: 'version' is '../1'"},
      {with(R"("metamodels": {"private_meta/..": {}})"), "user '..'"},
      {with(R"("retired": [1])"), "'retired' is a list, expected a list, each element a string"},
  };
  for (const auto& [text, expected] : damages) {
    const TempDir dir;
    write(dir, text);
    const std::string found = mistake(dir);
    EXPECT_NE(found.find(expected), std::string::npos) << found << "\nexpected: " << expected;
    EXPECT_NE(found.find("registry.json"), std::string::npos) << found;
    EXPECT_THROW(update_registry(dir.path(), [](Registry&) {}), InputError);
    EXPECT_EQ(text_of(dir), text);
  }
}

TEST(Registry, AFailedChangeLeavesTheFileAsItWas) {
  const TempDir dir;
  update_registry(dir.path(), [](Registry& r) { r.retired.push_back("meta/a"); });
  const std::string before = text_of(dir);
  EXPECT_THROW(update_registry(dir.path(),
                               [](Registry& r) {
                                 r.retired.clear();
                                 throw BusyError("no");
                               }),
               BusyError);
  EXPECT_THROW(update_registry(dir.path(), [](Registry& r) { r.subjects.emplace_back(); }), InputError);
  EXPECT_EQ(text_of(dir), before);
}

TEST(Registry, EightProcessesAtOnceLoseNothing) {
  const TempDir dir;
  constexpr int kEach = 12;
  std::vector<ChildProcess> children;
  for (int process = 0; process < 8; ++process) {
    children.emplace_back([&dir, process] {
      for (int i = 0; i < kEach; ++i) {
        const std::string id = concat("p", process, "n", i);
        update_registry(dir.path(), [&](Registry& r) {
          r.subjects.push_back(make_subject(id, "ann", TargetModel::kMeta));
        });
        if (!read_registry(dir.path()).find(TargetModel::kMeta, "bob", id)) return 1;
      }
      return 0;
    });
  }
  for (ChildProcess& child : children) EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(read_registry(dir.path()).categories(TargetModel::kMeta, "ann").size(), 8u * kEach);
}

TEST(Registry, AKilledWriterLeavesTheOldOneAndNoLock) {
  const TempDir dir;
  update_registry(dir.path(), [](Registry& r) { r.retired.push_back("meta/a"); });
  const std::string before = text_of(dir);
  ChildProcess child([&] {
    arm_fail_point("write_file.before_rename");
    update_registry(dir.path(), [](Registry& r) { r.retired.push_back("meta/b"); });
    return 0;
  });
  EXPECT_EQ(child.wait(), -SIGKILL);
  EXPECT_EQ(text_of(dir), before);
  update_registry(dir.path(), [](Registry& r) { r.retired.push_back("meta/c"); });
  EXPECT_EQ(read_registry(dir.path()).retired, (std::vector<std::string>{"meta/a", "meta/c"}));
}

}  // namespace
}  // namespace big
