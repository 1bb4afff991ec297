#include "big/core/json.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "big/core/error.h"
#include "big/core/text.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

std::string mistake_in(const std::string& text) {
  return error_of<InputError>([&] { parse_json(text, "x.json"); });
}

bool starts_with(const std::string& text, const std::string& start) { return text.rfind(start, 0) == 0; }

TEST(ParseJson, NamesLineAndColumnOfTheFirstMistake) {
  EXPECT_TRUE(starts_with(mistake_in("{\"a\": 1,\n \"b\": x}"), "x.json: line 2, column 7: "))
      << mistake_in("{\"a\": 1,\n \"b\": x}");
  EXPECT_TRUE(starts_with(mistake_in("{\"a\": 1,\n\n\"b\" 2}\n"), "x.json: line 3, column 5: "));
  EXPECT_TRUE(starts_with(mistake_in(""), "x.json: line 1, column 1: "));
  const std::string pointer = mistake_in("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n");
  EXPECT_NE(pointer.find("the file is a Git LFS pointer"), std::string::npos) << pointer;
  EXPECT_TRUE(starts_with(mistake_in("[1,\n2\n"), "x.json: line 2, column 2: ")) << mistake_in("[1,\n2\n");
  EXPECT_TRUE(starts_with(mistake_in("[1,\n 1e999 ]"), "x.json: line 2, column 7: "))
      << mistake_in("[1,\n 1e999 ]");
}

TEST(ParseJson, SaysWhatWasExpectedWithoutRepeatingTheFile) {
  EXPECT_NE(mistake_in("[1 2]").find("expected ']'"), std::string::npos) << mistake_in("[1 2]");
  const std::string message = mistake_in("[\"" + std::string(100000, 'a') + "\n\"]");
  EXPECT_LT(message.size(), 400u);
}

TEST(ParseJson, ErrorsAboutBrokenTextAreThemselvesText) {
  const std::string message = mistake_in("[\"\xFF\xFE\"]");
  EXPECT_TRUE(starts_with(message, "x.json: line 1, column 3: ")) << message;
  EXPECT_TRUE(is_valid_utf8(message));
}

TEST(ParseJson, SixtyFourLevelsAreReadAndMoreRefusedWithTheirPlace) {
  const auto nested = [](int levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_NO_THROW(parse_json(nested(64), "x.json"));
  EXPECT_TRUE(starts_with(mistake_in(nested(65)), "x.json: line 1, column 65: nested deeper than 64 levels"))
      << mistake_in(nested(65));
  EXPECT_NE(mistake_in(std::string(5'000'000, '[')).find("nested deeper"), std::string::npos);
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_NE(mistake_in(objects).find("nested deeper"), std::string::npos);
}

TEST(ReadJson, ReadsWhatIsThere) {
  const TempDir dir;
  std::ofstream(dir.path() / "a.json") << R"({"dog": "犬", "n": [1, 2]})";
  const Json read = read_json(dir.path() / "a.json");
  EXPECT_EQ(read["dog"], "犬");
  EXPECT_EQ(read["n"][1], 2);
}

TEST(ReadJson, RefusesWhatIsNoReadableFile) {
  const TempDir dir;
  const auto mistake = [&](const char* name) {
    return error_of<InputError>([&] { read_json(dir.path() / name); });
  };
  EXPECT_NE(mistake("none.json").find("no such file"), std::string::npos);
  std::filesystem::create_directory(dir.path() / "folder");
  EXPECT_NE(mistake("folder").find("no regular file"), std::string::npos);
  ASSERT_EQ(mkfifo((dir.path() / "pipe").c_str(), 0600), 0);
  EXPECT_NE(mistake("pipe").find("no regular file"), std::string::npos);
}

TEST(ReadJson, RefusesAHugeFileBeforeReadingIt) {
  const TempDir dir;
  std::ofstream(dir.path() / "huge.json") << "[";
  std::filesystem::resize_file(dir.path() / "huge.json", uint64_t{1} << 40);  // sparse
  const std::string message = error_of<InputError>([&] { read_json(dir.path() / "huge.json"); });
  EXPECT_NE(message.find("1.0 TiB, expected at most 64.0 MiB"), std::string::npos) << message;
}

TEST(JsonView, GivesValuesAndFallbacks) {
  const Json object =
      Json::parse(R"({"n": 3, "whole": 8.0, "x": 0.5, "s": "a", "no": null, "list": [1, 2]})");
  const JsonView view(object, "c.json");
  EXPECT_EQ(view.get<int>("n"), 3);
  EXPECT_EQ(view.get<int64_t>("whole"), 8);
  EXPECT_EQ(view.get<double>("n"), 3.0);
  EXPECT_EQ(view.get<std::string>("s", "b"), "a");
  EXPECT_EQ(view.get<std::vector<int64_t>>("list"), (std::vector<int64_t>{1, 2}));
  EXPECT_FALSE(view.has("no"));
  EXPECT_EQ(view.get<int>("no", 7), 7);
  EXPECT_EQ(view.get<int>("absent", 7), 7);
}

TEST(JsonView, ErrorsNameFileAndKey) {
  const Json object = Json::parse(R"({"s": "a", "x": 1.5, "t": true, "list": [1, "b"]})");
  const JsonView view(object, "c.json");
  EXPECT_EQ(error_of<InputError>([&] { view.get<int>("absent"); }), "c.json: 'absent' is missing");
  EXPECT_EQ(error_of<InputError>([&] { view.get<int>("s"); }),
            "c.json: 's' is a string, expected a whole number");
  EXPECT_EQ(error_of<InputError>([&] { view.get<int>("x"); }), "c.json: 'x' is 1.5, expected a whole number");
  EXPECT_EQ(error_of<InputError>([&] { view.get<double>("t"); }), "c.json: 't' is true, expected a number");
  EXPECT_EQ(error_of<InputError>([&] { view.get<bool>("x"); }), "c.json: 'x' is 1.5, expected true or false");
  EXPECT_EQ(error_of<InputError>([&] { view.get<std::vector<int>>("list"); }),
            "c.json: 'list' is a list, expected a list, each element a whole number");
  const Json list = Json::array();
  EXPECT_EQ(error_of<InputError>([&] { JsonView(list, "c.json"); }), "c.json: is a list, expected an object");
}

TEST(JsonView, NumbersThatDoNotFitAreRefusedNotWrapped) {
  const Json object =
      Json::parse(R"({"minus": -1, "big": 3000000000, "huge": 18446744073709551615, "e": 1e300})");
  const JsonView view(object, "c.json");
  EXPECT_THROW(view.get<uint64_t>("minus"), InputError);
  EXPECT_THROW(view.get<int>("big"), InputError);
  EXPECT_EQ(view.get<int64_t>("big"), 3000000000);
  EXPECT_THROW(view.get<int64_t>("huge"), InputError);
  EXPECT_EQ(view.get<uint64_t>("huge"), 18446744073709551615u);
  EXPECT_THROW(view.get<int64_t>("e"), InputError);
}

}  // namespace
}  // namespace big
