#include "big/registry/names.h"

#include <gtest/gtest.h>

#include "big/core/error.h"
#include "big/core/text.h"
#include "support/error_of.h"

namespace big {
namespace {

TEST(Names, GoodUsersPass) {
  for (const std::string& user : {std::string("ann"), std::string("a.b_c-9"), std::string(64, 'x')}) {
    EXPECT_NO_THROW(validate_user(user)) << user;
  }
}

TEST(Names, UsersThatCouldLeaveTheFolderAreRefused) {
  for (const std::string& user :
       {std::string(), std::string(".."), std::string(".hidden"), std::string("-rf"), std::string("a/b"),
        std::string("a b"), std::string("é"), std::string("a\0b", 3), std::string("a\n"),
        std::string(65, 'x')}) {
    EXPECT_THROW(validate_user(user), UsageError) << user;
  }
}

TEST(Names, CategoriesOfAnyScriptPass) {
  for (const char* category : {"dog", "oil painting", "t-shirt", "chien mélangé", "狗", "собака", "कुत्ता",
                               "หมา", "كلب", "me\u0301lange\u0301", "R2D2"}) {
    EXPECT_NO_THROW(validate_category(category)) << category;
  }
  EXPECT_NO_THROW(validate_category(std::string(60, 'x')));
}

TEST(Names, CategoriesWithOtherCharactersAreRefusedByTheCharacter) {
  for (const std::string& category :
       {std::string(), std::string(" dog"), std::string("dog "), std::string("-dog"), std::string("a,b"),
        std::string("a/b"), std::string("dog\n"), std::string("🐕"), std::string("a_b"),
        std::string("(dog:1.2)"), std::string(61, 'x'), std::string("\xFF"), std::string("\u0301x"),
        std::string("a \u0301")}) {
    EXPECT_THROW(validate_category(category), UsageError) << category;
  }
  EXPECT_NE(
      error_of<UsageError>([] { validate_category("a,b"); }).find("category 'a,b' has ','; allowed: letters"),
      std::string::npos);
  EXPECT_TRUE(is_valid_utf8(error_of<UsageError>([] { validate_category("a\xFF\x1B"); })));
}

TEST(Names, IdentifiersAreOneWord) {
  for (const char* good : {"sks", "SKS9", "été", "旺财", "9"})
    EXPECT_NO_THROW(validate_identifier(good)) << good;
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("a-b"), std::string("a_b"),
                                 std::string("../x"), std::string("🐕"), std::string("a🐕"),
                                 std::string(33, 'x'), std::string("\xC3"), std::string("\u0301")}) {
    EXPECT_THROW(validate_identifier(bad), UsageError) << bad;
  }
}

}  // namespace
}  // namespace big
