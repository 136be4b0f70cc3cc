#include "domain/account_rules.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

TEST(Email, IsCheckedForItsShape) {
  for (const char* good : {"a@b.fr", "prénom.nom+x@sous.exemple.com", "A@B.C"})
    EXPECT_TRUE(check_email(good).ok()) << good;
  for (const char* bad : {"", "a", "a@b", "@b.fr", "a@.fr", "a@b.", "a b@c.fr", "a@b@c.fr",
                          "a@b.fr\n", "<a@b.fr>", "a@b.fr,c@d.fr"})
    EXPECT_FALSE(check_email(bad).ok()) << bad;
  EXPECT_FALSE(check_email(std::string(260, 'a') + "@b.fr").ok());
}

TEST(Password, IsLongEnoughAndUncommon) {
  EXPECT_TRUE(check_password("éééééééééé", false).ok());  // ten characters, not ten bytes
  EXPECT_FALSE(check_password("ééééé", false).ok());
  EXPECT_FALSE(check_password("motdepasse123", true).ok());
  EXPECT_EQ(check_password("x", false, "new_password").fields()[0].field, "new_password");
}

}  // namespace
}  // namespace monitora
