#include <gtest/gtest.h>

#include "big/core/error.h"
#include "cli/option_table.h"
#include "cli/run_tool.h"
#include "support/error_of.h"
#include "support/temp_dir.h"

namespace big {
namespace {

/// A table that reads configuration files of a folder of its own.
struct Reader {
  TempDir dir;
  std::string prompt, base = "starter";
  std::filesystem::path photos;
  int64_t steps = 1;
  double rate = 0;
  bool fast = false, wipe = false;
  OptionTable table{{"sample", "", "", {}}};
  std::filesystem::path file = dir.path() / "sub/my.toml";

  Reader() {
    table.add("G", "prompt", "", &prompt);
    table.add("G", "base", "", &base).name_or_path();
    table.add("G", "photos", "", &photos);
    table.add("G", "steps", "", &steps).range(1, 10);
    table.add("G", "rate", "", &rate);
    table.add("G", "fast", "", &fast);
    table.add("G", "wipe", "", &wipe).flag_only();
  }
  void read(const std::string& text) {
    write_file(file, text);
    table.read_config(file);
  }
  template <class E>
  std::string error(const std::string& text) {
    return error_of<E>([&] { read(text); });
  }
  std::string at(int line, const std::string& rest) const {
    return file.string() + ":" + std::to_string(line) + ": " + rest;
  }
};

TEST(ConfigFile, ValuesOfEveryKindReachTheirFields) {
  Reader r;
  r.read("# mine\nprompt = \"a sks\"\nsteps = 7\nrate = 2\nfast = true\n");
  EXPECT_EQ(r.prompt, "a sks");
  EXPECT_EQ(r.steps, 7);
  EXPECT_DOUBLE_EQ(r.rate, 2);
  EXPECT_TRUE(r.fast);
}

TEST(ConfigFile, PathsAreRelativeToTheFile) {
  Reader r;
  r.read("photos = 'dog photos'\nbase = '../weights/sd'\n");
  EXPECT_EQ(r.photos, r.file.parent_path() / "dog photos");
  EXPECT_EQ(r.base, (r.file.parent_path() / "../weights/sd").string());
  Reader named;
  named.read("base = 'starter'\nphotos = '/abs'\n");
  EXPECT_EQ(named.base, "starter");
  EXPECT_EQ(named.photos, "/abs");
}

TEST(ConfigFile, UnknownKeysNameTheNearest) {
  Reader r;
  EXPECT_EQ(r.error<UsageError>("fast = true\nstep = 3\n"),
            r.at(2, "'step' is no key of sample; did you mean 'steps'?"));
  EXPECT_EQ(r.error<UsageError>("[section]\nsteps = 3\n"),
            r.at(1, "'section' is no key of sample; see sample --help"));
}

TEST(ConfigFile, ActionsCannotStandInAFile) {
  Reader r;
  EXPECT_EQ(r.error<UsageError>("wipe = true"), r.at(1, "'wipe' is a flag only, it cannot stand in a file"));
  EXPECT_FALSE(r.wipe);
}

TEST(ConfigFile, WrongValuesNameLineAndKey) {
  Reader r;
  EXPECT_EQ(r.error<InputError>("steps = 11"),
            r.at(1, "'steps': '11' is out of range, expected a whole number from 1 to 10"));
  EXPECT_EQ(r.error<InputError>("steps = 'three'"),
            r.at(1, "'steps': 'three' is not a whole number from 1 to 10"));
  EXPECT_EQ(r.error<InputError>("\nfast = 1"), r.at(2, "'fast': '1' is neither true nor false"));
  EXPECT_EQ(r.error<InputError>("prompt = 3"), r.at(1, "'prompt': '3' is not text (put it between quotes)"));
  EXPECT_EQ(r.error<InputError>("prompt = [1]"),
            r.at(1, "'prompt': 'an array' is not text (put it between quotes)"));
  EXPECT_EQ(r.error<InputError>("photos = \"a\\u0000b\""),
            r.at(1, "'photos': the value holds a NUL character"));
}

TEST(ConfigFile, BrokenTomlTellsLineAndColumn) {
  Reader r;
  const auto message = r.error<InputError>("steps = 3\nfast = yes\n");
  EXPECT_EQ(message.find(r.file.string() + ":2:"), 0u) << message;
  EXPECT_EQ(r.error<InputError>("steps = 3\nsteps = 4").find(r.file.string() + ":2:"), 0u);
}

TEST(ConfigFile, MissingAndOversizedFilesAreRefused) {
  Reader r;
  EXPECT_EQ(error_of<InputError>([&] { r.table.read_config(r.dir.path() / "no.toml"); }),
            (r.dir.path() / "no.toml").string() + ": no such configuration file");
  EXPECT_NE(r.error<InputError>(std::string(2 << 20, '#')).find("is over 1 MiB"), std::string::npos);
  EXPECT_NE(
      error_of<InputError>([&] { r.table.read_config(r.dir.path()); }).find("no such configuration file"),
      std::string::npos);
}

// tests/fuzz breaks configuration files in every other way.
TEST(ConfigFile, NoLengthExhaustsTheReader) {
  std::string dotted = "a";
  for (int i = 0; i < 200000; ++i) dotted += ".a";
  const std::vector<std::string> texts = {std::string(100000, '['),
                                          "a=" + std::string(100000, '{'),
                                          "a." + std::string(50000, '.'),
                                          dotted + " = 1",
                                          "[" + dotted + "]",
                                          dotted.substr(0, 8000) + " = 1"};
  for (const std::string& text : texts) {
    Reader r;
    try {
      r.read(text);
      ADD_FAILURE() << text.substr(0, 20) << " was read";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(r.file.string()), std::string::npos) << error.what();
    }
  }
}

/// The tables [[picture]] of a file.
struct TablesReader : Reader {
  std::vector<ConfigTable> tables(const std::string& text) {
    write_file(file, text);
    return read_config_tables(file, "picture");
  }
  std::string tables_error(const std::string& text) {
    return error_of<InputError>([&] { tables(text); });
  }
};

TEST(ConfigTables, EachIsReadByATableOfItsOwn) {
  TablesReader r;
  const auto tables = r.tables("[[picture]]\nprompt = 'a'\n\n[[picture]]\nsteps = 7\nphotos = 'p'\n");
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[1].where, r.file.string() + ":4");
  r.table.read_table(tables[0]);
  EXPECT_EQ(r.prompt, "a");
  EXPECT_EQ(r.steps, 1);
  r.table.read_table(tables[1]);
  EXPECT_EQ(r.steps, 7);
  EXPECT_EQ(r.photos, r.file.parent_path() / "p");
}

TEST(ConfigTables, MistakesAreToldWithTheirLine) {
  TablesReader r;
  const std::string expected = ", expected a table [[picture]] for each";
  EXPECT_EQ(r.tables_error("steps = 3\n[[picture]]\n"), r.at(1, "found 'steps'" + expected));
  EXPECT_EQ(r.tables_error("picture = 3\n"), r.file.string() + ": holds no picture" + expected);
  EXPECT_EQ(r.tables_error("\npicture = [3]\n"), r.at(2, "found another value" + expected));
  EXPECT_EQ(r.tables_error(""), r.file.string() + ": holds no picture" + expected);
  const auto tables = r.tables("[[picture]]\nsteps = 3\nstep = 4\n");
  EXPECT_NE(error_of<UsageError>([&] {
              r.table.read_table(tables[0]);
            }).find(r.at(3, "'step' is no key of sample; did you mean 'steps'?")),
            std::string::npos);
  const auto wrong = r.tables("[[picture]]\n\nsteps = 'x'\n");
  EXPECT_NE(error_of<InputError>([&] { r.table.read_table(wrong[0]); }).find(r.at(3, "'steps': 'x' is not")),
            std::string::npos);
}

}  // namespace
}  // namespace big
