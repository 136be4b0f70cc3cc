#include "domain/email.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

TEST(Email, Judged) {
  for (const char* good : {"a@b.fr", "Jeanne.Dupont+test@example.co.uk", "o'neil@example.com",
                           "élodie@exämple.fr", "a_b-c@x-y.example"})
    EXPECT_EQ(normalize_email(good), good);
  EXPECT_EQ(normalize_email("  a@b.fr\n"), "a@b.fr");
  for (const char* bad : {"",
                          "a",
                          "a@",
                          "@b.fr",
                          "a@b",
                          "a@@b.fr",
                          "a b@c.fr",
                          "a@b..fr",
                          "a@.b.fr",
                          "a@b.fr.",
                          "a@-b.fr",
                          ".a@b.fr",
                          "a.@b.fr",
                          "a..b@c.fr",
                          "<a@b.fr>",
                          "a@b.fr, c@d.fr",
                          "a@b.fr\nBcc: x@y.fr",
                          "a@[1.2.3.4]",
                          "a\x01@b.fr",
                          "a@b_c.fr",
                          "\xff@b.fr"})
    EXPECT_FALSE(normalize_email(bad)) << bad;
  EXPECT_FALSE(normalize_email(std::string(65, 'a') + "@b.fr"));
  EXPECT_FALSE(normalize_email("a@" + std::string(250, 'b') + ".fr"));
}

}  // namespace
}  // namespace monitora
