#include "big/registry/target_model.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "support/error_of.h"

namespace big {
namespace {

TEST(TargetModel, NamesAreReadAndWrittenAlike) {
  for (const char* name : {"pretrained", "private", "private_meta", "meta"}) {
    EXPECT_EQ(to_string(parse_target_model(name)), name);
  }
  EXPECT_TRUE(is_metamodel(parse_target_model("meta")));
  EXPECT_FALSE(is_metamodel(parse_target_model("private")));
}

TEST(TargetModel, AWrongNameIsToldTheNearest) {
  EXPECT_EQ(error_of<UsageError>([] { parse_target_model("Privat"); }),
            "target model 'Privat' is unknown, expected one of pretrained, private, private_meta, meta; did "
            "you mean "
            "'private'?");
  EXPECT_EQ(error_of<UsageError>([] { parse_target_model(""); }).find("did you mean"), std::string::npos);
}

}  // namespace
}  // namespace big
