// AUTH_MODE=supabase: people come with Supabase's access tokens; our accounts stand behind them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/jwt.h"
#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

constexpr const char* kMarie = "0e984725-c51c-4bf4-9960-e1c80e27aba0";
constexpr const char* kPaul = "7b0c3b8e-2f5c-4a52-93a1-1f6d9f1e2a10";

class Supabase : public ::testing::Test {
 protected:
  explicit Supabase(SignUp sign_up = SignUp::open)
      : server(sign_up, TestServer::SignedInBy::supabase) {}

  std::string token(const std::string& id, const std::string& email) {
    auth::JwtClaims claims;
    claims.texts = {{"sub", id},
                    {"email", email},
                    {"aud", "authenticated"},
                    {"role", "authenticated"},
                    {"iss", std::string(TestServer::kSupabase) + "/auth/v1"}};
    claims.issued_at = server.clock().now();
    claims.expires_at = server.clock().now() + std::chrono::hours(1);
    return *auth::sign_jwt(claims, TestServer::kSupabaseSecret);
  }

  TestServer server;
};

TEST_F(Supabase, TheFirstSightMakesTheAccount) {
  const std::string marie = token(kMarie, "Marie@exemple.fr");
  const Reply me = server.call("GET", "/api/auth/me", {.token = marie});
  ASSERT_EQ(me.status, 200) << me.body;
  EXPECT_EQ(me.text("id"), kMarie);
  EXPECT_EQ(me.text("role"), "admin");
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.token = marie}).status, 200);
  EXPECT_EQ(server.rows("SELECT count(*) FROM app_users"), 1);
  EXPECT_EQ(server.rows("SELECT count(*) FROM profiles"), 1);
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE action = 'user.adopt'"), 1);

  const Person person{kMarie, "marie@exemple.fr", marie, ""};
  const std::string workspace = server.workspace(person);
  server.document(person, workspace);
  EXPECT_EQ(
      server.call("GET", "/api/workspaces/" + workspace, {.token = token(kPaul, "paul@exemple.fr")})
          .status,
      404);
}

TEST_F(Supabase, AnInvitedColleagueFindsTheWorkspace) {
  const Person marie{kMarie, "marie@exemple.fr", token(kMarie, "marie@exemple.fr"), ""};
  const std::string workspace = server.workspace(marie);
  server.invite(marie, workspace, "paul@exemple.fr", "lecteur");
  const std::string paul = token(kPaul, "paul@exemple.fr");
  EXPECT_EQ(server.call("GET", "/api/workspaces/" + workspace, {.token = paul}).status, 200);
  EXPECT_EQ(server.call("DELETE", "/api/workspaces/" + workspace, {.token = paul}).status, 403);
}

TEST_F(Supabase, TokensEndAndAccountsAreDisabled) {
  const std::string marie = token(kMarie, "marie@exemple.fr");
  ASSERT_EQ(server.call("GET", "/api/auth/me", {.token = marie}).status, 200);
  server.execute("UPDATE app_users SET is_active = '0'");
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.token = marie}).code(), "invalid_token");
  server.execute("UPDATE app_users SET is_active = '1'");
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.token = marie}).status, 200);
  server.clock().time += std::chrono::minutes(61);
  const Reply late = server.call("GET", "/api/auth/me", {.token = marie});
  EXPECT_EQ(late.status, 401);
  EXPECT_EQ(late.code(), "invalid_token");
  EXPECT_EQ(server.call("GET", "/api/auth/me").code(), "not_signed_in");
}

TEST_F(Supabase, AChangedEmailIsTakenOver) {
  ASSERT_EQ(server.call("GET", "/api/auth/me", {.token = token(kMarie, "marie@exemple.fr")}).status,
            200);
  ASSERT_EQ(server.call("GET", "/api/auth/me", {.token = token(kPaul, "paul@exemple.fr")}).status,
            200);
  const std::string moved = token(kMarie, "marie@ailleurs.fr");
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.token = moved}).text("email"),
            "marie@ailleurs.fr");
  // An address that somebody else has here stays theirs; the person is not locked out.
  const Reply taken =
      server.call("GET", "/api/auth/me", {.token = token(kMarie, "PAUL@exemple.fr")});
  EXPECT_EQ(taken.status, 200);
  EXPECT_EQ(taken.text("email"), "marie@ailleurs.fr");
}

TEST_F(Supabase, ANewcomerWithSomebodysEmailIsRefused) {
  ASSERT_EQ(server.call("GET", "/api/auth/me", {.token = token(kMarie, "marie@exemple.fr")}).status,
            200);
  const Reply other =
      server.call("GET", "/api/auth/me", {.token = token(kPaul, "marie@exemple.fr")});
  EXPECT_EQ(other.status, 409);
  EXPECT_EQ(other.code(), "email_taken");
  EXPECT_EQ(server.rows("SELECT count(*) FROM app_users"), 1);
}

TEST_F(Supabase, OurOwnSignInSaysWhereToGo) {
  const std::string marie = token(kMarie, "marie@exemple.fr");
  const std::pair<const char*, std::string> routes[] = {
      {"POST", "/api/auth/register"},
      {"POST", "/api/auth/login"},
      {"POST", "/api/auth/refresh"},
      {"POST", "/api/auth/logout"},
      {"POST", "/api/auth/change-password"},
      {"GET", "/api/auth/sessions"},
      {"DELETE", "/api/auth/sessions/" + std::string(kMarie)}};
  for (const auto& [method, path] : routes)
    for (const std::string& with : {std::string(), marie}) {
      const Reply reply = server.call(method, path, {.token = with, .body = "{}"});
      EXPECT_EQ(reply.status, 403) << path;
      EXPECT_EQ(reply.code(), "use_supabase") << path;
      EXPECT_THAT(reply.text("detail"), ::testing::HasSubstr("sign in with Supabase")) << path;
    }
  const Reply renamed = server.send("PATCH", "/api/auth/me", marie, {{"full_name", "Marie"}});
  EXPECT_EQ(renamed.text("full_name"), "Marie");
}

TEST_F(Supabase, KeysGoOnWorking) {
  const Person marie{kMarie, "marie@exemple.fr", token(kMarie, "marie@exemple.fr"), ""};
  const std::string key = server.api_key(marie, server.workspace(marie));
  EXPECT_EQ(server.call("GET", "/v1/models", {.token = key}).status, 200);
}

class SupabaseByInvitation : public Supabase {
 protected:
  SupabaseByInvitation() : Supabase(SignUp::invited) {}
};

TEST_F(SupabaseByInvitation, OnlyTheFirstAndTheInvitedCome) {
  const Person marie{kMarie, "marie@exemple.fr", token(kMarie, "marie@exemple.fr"), ""};
  const std::string workspace = server.workspace(marie);
  const std::string paul = token(kPaul, "paul@exemple.fr");
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.token = paul}).code(), "invitation_required");
  server.invite(marie, workspace, "paul@exemple.fr", "lecteur");
  const Reply me = server.call("GET", "/api/auth/me", {.token = paul});
  EXPECT_EQ(me.status, 200) << me.body;
  EXPECT_EQ(me.text("role"), "lecteur");
}

class SupabaseClosed : public Supabase {
 protected:
  SupabaseClosed() : Supabase(SignUp::closed) {}
};

TEST_F(SupabaseClosed, NobodyNewComes) {
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.token = token(kMarie, "marie@exemple.fr")}).code(),
            "registration_closed");
  EXPECT_EQ(server.rows("SELECT count(*) FROM app_users"), 0);
}

TEST(OwnAccounts, SupabaseTokensAreNobodys) {
  TestServer server;
  auth::JwtClaims claims;
  claims.texts = {{"sub", kMarie},
                  {"email", "marie@exemple.fr"},
                  {"aud", "authenticated"},
                  {"role", "authenticated"}};
  claims.expires_at = server.clock().now() + std::chrono::hours(1);
  const std::string token = *auth::sign_jwt(claims, TestServer::kSupabaseSecret);
  EXPECT_EQ(server.call("GET", "/api/auth/me", {.token = token}).code(), "invalid_token");
}

}  // namespace
}  // namespace monitora::scenarios
