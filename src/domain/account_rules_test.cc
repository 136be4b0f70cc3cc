#include "domain/account_rules.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

TEST(Email, IsStoredTrimmedOrRefusedByName) {
  EXPECT_EQ(*read_email(" a@b.fr "), "a@b.fr");
  EXPECT_EQ(read_email("a@b").status().fields()[0].field, "email");
}

TEST(Password, IsLongEnoughAndUncommon) {
  EXPECT_TRUE(check_password("éééééééééé", false).ok());  // ten characters, not ten bytes
  EXPECT_FALSE(check_password("ééééé", false).ok());
  EXPECT_FALSE(check_password("motdepasse123", true).ok());
  EXPECT_EQ(check_password("x", false, "new_password").fields()[0].field, "new_password");
}

}  // namespace
}  // namespace monitora
