// /api/auth/…: what each request answers and what it leaves behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.h"
#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kPassword = TestServer::kPassword;

Reply login(TestServer& server, const std::string& email, const std::string& password,
            const std::string& address = "192.0.2.1") {
  return server.call("POST", "/api/auth/login",
                     {.body = boost::json::serialize(
                          boost::json::object{{"email", email}, {"password", password}}),
                      .address = address});
}
Reply refresh(TestServer& server, const std::string& token) {
  return server.send("POST", "/api/auth/refresh", "", {{"refresh_token", token}});
}
int me(TestServer& server, const std::string& token) {
  return server.call("GET", "/api/auth/me", {.token = token}).status;
}

TEST(Register, SignsInAtOnce) {
  TestServer server;
  const Reply reply = server.send("POST", "/api/auth/register", "",
                                  {{"email", " Jeanne@Exemple.fr "},
                                   {"password", kPassword},
                                   {"full_name", "Jeanne Dupont 🌻"}});
  ASSERT_EQ(reply.status, 201) << reply.body;
  const auto body = reply.json().as_object();
  EXPECT_EQ(body.at("token_type"), "bearer");
  EXPECT_EQ(body.at("expires_in"), 86400);
  EXPECT_EQ(body.at("user").at("email"), "Jeanne@Exemple.fr");
  EXPECT_EQ(body.at("user").at("full_name"), "Jeanne Dupont 🌻");
  EXPECT_EQ(body.at("user").at("role"), "admin");
  EXPECT_THAT(reply.body, Not(HasSubstr("argon2")));
  EXPECT_THAT(reply.body, Not(HasSubstr("password")));
  EXPECT_EQ(me(server, reply.text("access_token")), 200);
  EXPECT_THAT(reply.header("set-cookie"), HasSubstr("HttpOnly; SameSite=Strict"));
  EXPECT_THAT(reply.header("set-cookie"), HasSubstr("Path=/api/auth;"));
  EXPECT_THAT(reply.header("set-cookie"), HasSubstr("Secure"));
}

TEST(Register, RefusesTakenEmailsWhateverTheirCase) {
  TestServer server;
  server.person("jeanne");
  const Reply reply = server.send("POST", "/api/auth/register", "",
                                  {{"email", "JEANNE@exemple.fr"}, {"password", kPassword}});
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.code(), "email_taken");
  EXPECT_EQ(server.rows("SELECT count(*) FROM app_users"), 1);
}

TEST(Register, RefusesWeakPasswordsAndBadEmails) {
  TestServer server;
  for (const char* weak :
       {"", "court", "123456789", "password123", "azertyuiop", "weak@exemple.fr", "aaaaaaaaaaaa"}) {
    const Reply reply = server.send("POST", "/api/auth/register", "",
                                    {{"email", "weak@exemple.fr"}, {"password", weak}});
    EXPECT_EQ(reply.status, 422) << weak;
    EXPECT_THAT(reply.wrong_fields(), ElementsAre("password")) << weak;
  }
  const Reply both =
      server.send("POST", "/api/auth/register", "", {{"email", "nobody"}, {"password", "x"}});
  EXPECT_THAT(both.wrong_fields(), ElementsAre("email", "password"));
  EXPECT_EQ(server.rows("SELECT count(*) FROM app_users"), 0);
}

TEST(Register, ClosedIsClosedToAll) {
  TestServer server(SignUp::closed);
  const Reply reply = server.send("POST", "/api/auth/register", "",
                                  {{"email", "a@exemple.fr"}, {"password", kPassword}});
  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.code(), "registration_closed");
}

TEST(Register, ByInvitationTheFirstIsAdminAndOthersGetTheirInvitationsRole) {
  TestServer server(SignUp::invited);
  const Person first = server.person("first");
  const std::string workspace = server.workspace(first);
  const auto attempt = [&](const char* email) {
    return server.send("POST", "/api/auth/register", "",
                       {{"email", email}, {"password", kPassword}});
  };
  EXPECT_EQ(attempt("stranger@exemple.fr").code(), "invitation_required");
  server.invite(first, workspace, "reader@exemple.fr", "lecteur");
  server.invite(first, workspace, "chief@exemple.fr", "admin");
  EXPECT_EQ(attempt("READER@exemple.fr").json().at("user").at("role"), "lecteur");
  EXPECT_EQ(attempt("chief@exemple.fr").json().at("user").at("role"), "admin");
}

TEST(Login, OneAnswerForEveryFailure) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const Person disabled = server.person("disabled");
  server.execute("UPDATE app_users SET is_active = '0' WHERE email = 'disabled@exemple.fr'");
  const Person locked = server.person("locked");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(login(server, locked.email, "wrong", "192.0.2.9").status, 401);
  const std::pair<std::string, std::string> failures[] = {
      {jeanne.email, "wrong"},      {"nobody@exemple.fr", kPassword},
      {"not an e-mail", kPassword}, {disabled.email, kPassword},
      {locked.email, kPassword},    {jeanne.email, std::string(1024, 'x')}};
  for (const auto& [email, password] : failures) {
    const Reply reply = login(server, email, password);
    EXPECT_EQ(reply.status, 401) << email;
    EXPECT_EQ(reply.code(), "invalid_credentials") << email;
    EXPECT_EQ(reply.text("detail"), "Wrong e-mail address or password.") << email;
    EXPECT_EQ(reply.header("set-cookie"), "") << email;
  }
  EXPECT_EQ(login(server, "JEANNE@exemple.fr", kPassword).status, 200)
      << "one failure does not lock";
}

TEST(Login, LocksForFifteenMinutesAtTheFifthFailure) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  for (int i = 0; i < 4; ++i) (void)login(server, jeanne.email, "wrong");
  EXPECT_EQ(login(server, jeanne.email, kPassword).status, 200)
      << "four do not lock, success resets";
  for (int i = 0; i < 5; ++i) (void)login(server, jeanne.email, "wrong");
  EXPECT_EQ(login(server, jeanne.email, kPassword).status, 401);
  EXPECT_EQ(me(server, jeanne.access_token), 200) << "who is signed in stays";
  server.clock().time += std::chrono::minutes(16);
  EXPECT_EQ(login(server, jeanne.email, kPassword).status, 200);
}

TEST(Login, IsLimitedByAddress) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(login(server, "nobody@exemple.fr", "wrong", "192.0.2.7").status, 401);
  const Reply over = login(server, jeanne.email, kPassword, "192.0.2.7");
  EXPECT_EQ(over.status, 429);
  EXPECT_NE(over.header("retry-after"), "");
  EXPECT_EQ(login(server, jeanne.email, kPassword, "192.0.2.8").status, 200)
      << "nobody else is affected";
  for (int i = 0; i < 20; ++i)
    (void)login(server, "nobody@exemple.fr", "wrong", "2001:db8:1:2::" + std::to_string(i + 1));
  EXPECT_EQ(login(server, jeanne.email, kPassword, "2001:db8:1:2:ffff::1").status, 429)
      << "one line has a whole /64";
  EXPECT_EQ(login(server, jeanne.email, kPassword, "2001:db8:1:3::1").status, 200);
}

TEST(Login, ReplacesOlderHashes) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const std::string hash = sha256_hex(std::string("salt") + kPassword + "salt");
  server.execute("UPDATE app_users SET password_hash = '" + hash + "', password_salt = 'salt'");
  EXPECT_EQ(login(server, jeanne.email, "wrong").status, 401);
  EXPECT_EQ(login(server, jeanne.email, kPassword).status, 200);
  EXPECT_EQ(server.rows("SELECT count(*) FROM app_users WHERE password_hash LIKE '$argon2id$%'"),
            1);
  EXPECT_EQ(login(server, jeanne.email, kPassword).status, 200);
  EXPECT_EQ(me(server, jeanne.access_token), 200) << "sessions stay";
}

TEST(Refresh, RotatesAndNoticesReuse) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const Reply second_device = login(server, jeanne.email, kPassword);
  const Reply next = refresh(server, jeanne.refresh_token);
  ASSERT_EQ(next.status, 200) << next.body;
  EXPECT_NE(next.text("refresh_token"), jeanne.refresh_token);
  EXPECT_EQ(me(server, next.text("access_token")), 200);
  EXPECT_EQ(me(server, jeanne.access_token), 401) << "the token before ends with its session";

  const Reply reused = refresh(server, jeanne.refresh_token);
  EXPECT_EQ(reused.status, 401);
  EXPECT_EQ(me(server, next.text("access_token")), 401)
      << "a thief and the owner cannot be told apart";
  EXPECT_EQ(refresh(server, next.text("refresh_token")).status, 401);
  EXPECT_EQ(me(server, second_device.text("access_token")), 200)
      << "another sign-in is another family";
}

TEST(Refresh, EndsWithTime) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  server.clock().time += std::chrono::hours(25);
  EXPECT_EQ(me(server, jeanne.access_token), 401);
  const Reply next = refresh(server, jeanne.refresh_token);
  EXPECT_EQ(next.status, 200);
  server.clock().time += std::chrono::hours(24 * 31);
  EXPECT_EQ(refresh(server, next.text("refresh_token")).status, 401);
}

TEST(Refresh, ByCookieOnlyFromOurOwnPages) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const std::pair<std::string, std::string> cookie = {
      "cookie", "a=b; monitora_refresh=" + jeanne.refresh_token};
  const std::vector<std::pair<std::string, std::string>> foreign[] = {
      {cookie, {"origin", "https://evil.example"}},
      {cookie, {"origin", "null"}},
      {cookie, {"origin", "https://chat.host.example.evil.example"}},
      {cookie, {"sec-fetch-site", "cross-site"}},
      {cookie, {"sec-fetch-site", "same-site"}}};
  for (const auto& headers : foreign) {
    const Reply reply = server.call("POST", "/api/auth/refresh", {.headers = headers});
    EXPECT_EQ(reply.status, 403) << headers[1].second;
    EXPECT_EQ(reply.header("set-cookie"), "");
  }
  const Reply own = server.call(
      "POST", "/api/auth/refresh",
      {.headers = {
           cookie, {"origin", "https://chat.host.example"}, {"sec-fetch-site", "same-origin"}}});
  EXPECT_EQ(own.status, 200) << own.body;
  EXPECT_EQ(server.call("POST", "/api/auth/refresh").status, 422) << "neither body nor cookie";
}

TEST(Logout, EndsBothTokensAtOnce) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const Reply reply = server.call("POST", "/api/auth/logout", {.token = jeanne.access_token});
  EXPECT_EQ(reply.status, 204);
  EXPECT_THAT(reply.header("set-cookie"), HasSubstr("Max-Age=0"));
  EXPECT_EQ(me(server, jeanne.access_token), 401);
  EXPECT_EQ(refresh(server, jeanne.refresh_token).status, 401);
}

TEST(Me, ChangesByThePatchRules) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const auto patch = [&](boost::json::value body) {
    return server.send("PATCH", "/api/auth/me", jeanne.access_token, body);
  };
  EXPECT_EQ(patch({{"full_name", "Jeanne"}}).text("full_name"), "Jeanne");
  EXPECT_EQ(patch(boost::json::object()).text("full_name"), "Jeanne") << "absent is left alone";
  EXPECT_TRUE(patch({{"full_name", nullptr}}).json().at("full_name").is_null()) << "null clears";
  EXPECT_THAT(patch({{"role", "admin"}}).wrong_fields(), ElementsAre("role"));
  EXPECT_THAT(patch({{"full_name", 3}, {"x", 1}}).wrong_fields(), ElementsAre("full_name", "x"));
}

TEST(ChangePassword, EndsEveryOtherSession) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const Reply phone = login(server, jeanne.email, kPassword);
  const auto change = [&](const char* before, const char* after) {
    return server.send("POST", "/api/auth/change-password", jeanne.access_token,
                       {{"old_password", before}, {"new_password", after}});
  };
  EXPECT_THAT(change("wrong", "Neige-sur-le-toit-43").wrong_fields(), ElementsAre("old_password"));
  EXPECT_THAT(change(kPassword, "password123").wrong_fields(), ElementsAre("new_password"));
  EXPECT_EQ(change(kPassword, "Neige-sur-le-toit-43").status, 204);
  EXPECT_EQ(me(server, jeanne.access_token), 200) << "this one stays";
  EXPECT_EQ(me(server, phone.text("access_token")), 401);
  EXPECT_EQ(refresh(server, phone.text("refresh_token")).status, 401);
  EXPECT_EQ(login(server, jeanne.email, kPassword).status, 401);
  EXPECT_EQ(login(server, jeanne.email, "Neige-sur-le-toit-43").status, 200);
}

TEST(ChangePassword, GuessingTheOldOneLocks) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const auto guess = [&](const char* before) {
    return server.send("POST", "/api/auth/change-password", jeanne.access_token,
                       {{"old_password", before}, {"new_password", "Neige-sur-le-toit-43"}});
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(guess("wrong").status, 422);
  EXPECT_EQ(guess(kPassword).status, 429);
}

TEST(SessionList, ShowsDevicesAndEndsThem) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  const Person other = server.person("other");
  const Reply phone = server.call("POST", "/api/auth/login",
                                  {.body = boost::json::serialize(boost::json::object{
                                       {"email", jeanne.email}, {"password", kPassword}}),
                                   .headers = {{"user-agent", "Phone/1.0"}},
                                   .address = "192.0.2.44"});
  const Reply list = server.call("GET", "/api/auth/sessions", {.token = jeanne.access_token});
  ASSERT_EQ(list.status, 200);
  const auto items = list.json().at("items").as_array();
  ASSERT_EQ(items.size(), 2u) << "only one's own";
  std::string phone_id;
  int current = 0;
  for (const auto& item : items) {
    current += item.at("current").as_bool();
    if (item.at("user_agent") == "Phone/1.0") {
      phone_id = item.at("id").as_string();
      EXPECT_EQ(item.at("ip_address"), "192.0.2.44");
      EXPECT_FALSE(item.at("current").as_bool());
    }
  }
  EXPECT_EQ(current, 1);
  EXPECT_THAT(list.body, Not(HasSubstr("hash")));
  EXPECT_EQ(
      server.call("DELETE", "/api/auth/sessions/" + phone_id, {.token = other.access_token}).status,
      404);
  EXPECT_EQ(server.call("DELETE", "/api/auth/sessions/" + phone_id, {.token = jeanne.access_token})
                .status,
            204);
  EXPECT_EQ(server.call("DELETE", "/api/auth/sessions/" + phone_id, {.token = jeanne.access_token})
                .status,
            404);
  EXPECT_EQ(me(server, phone.text("access_token")), 401);
  EXPECT_EQ(me(server, jeanne.access_token), 200);
}

TEST(Audit, RemembersWhoDidWhat) {
  TestServer server;
  const Person jeanne = server.person("jeanne");
  (void)login(server, jeanne.email, kPassword);
  (void)login(server, "nobody@exemple.fr", "wrong");
  const auto count = [&](const std::string& action) {
    return server.rows("SELECT count(*) FROM audit_log WHERE action = '" + action + "'");
  };
  EXPECT_EQ(count("user.register"), 1);
  EXPECT_EQ(count("user.login"), 1);
  EXPECT_EQ(count("user.login_failed"), 1);
  EXPECT_EQ(server.rows("SELECT count(*) FROM audit_log WHERE CAST(detail AS varchar(4000)) LIKE "
                        "'%nobody%' OR target LIKE '%nobody%'"),
            0);
}

}  // namespace
}  // namespace monitora::scenarios
