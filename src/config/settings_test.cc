#include "config/settings.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "base/crypto.h"
#include "config/sql_server_address.h"

namespace monitora::config {
namespace {

namespace fs = std::filesystem;

class SettingsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() / ("settings-" + random_token(9));
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }
  void write(const std::string& name, const std::string& content) {
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }
  Result<Settings> load_here(Values environment, Values command_line = {}) {
    environment.emplace("DATA_DIR", directory_.string());
    return load(command_line, environment);
  }
  std::string refusal(Values environment) {
    const auto settings = load_here(std::move(environment));
    return settings.ok() ? "accepted" : settings.status().sentence().en;
  }
  fs::path directory_;
};

TEST_F(SettingsTest, DefaultsNeedNothing) {
  const auto settings = load({}, {});
  ASSERT_TRUE(settings.ok()) << settings.status().to_string();
  EXPECT_EQ(settings->data_dir, "monitora-data");
  EXPECT_EQ(settings->database_url, "sqlite:monitora-data/monitora.db");
  EXPECT_EQ(settings->listen_host, "127.0.0.1");
  EXPECT_EQ(settings->listen_port, 8001);
  EXPECT_EQ(settings->jwt_expiry_hours, 24);
  EXPECT_EQ(settings->registration, Registration::open);
  EXPECT_TRUE(settings->jwt_secret.empty());
}

TEST_F(SettingsTest, CommandLineBeatsEnvironmentBeatsFileBeatsDefault) {
  write("monitora.toml",
        "listen = \"0.0.0.0:1\"\nMAX_UPLOAD_MB = 3\nregistration = \"closed\"\n"
        "trusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n");
  const auto settings =
      load_here({{"LISTEN", "0.0.0.0:2"}, {"MAX_UPLOAD_MB", "4"}}, {{"LISTEN", "[::1]:3"}});
  ASSERT_TRUE(settings.ok()) << settings.status().sentence().en;
  EXPECT_EQ(settings->listen_host, "::1");
  EXPECT_EQ(settings->listen_port, 3);
  EXPECT_EQ(settings->max_upload_mb, 4);
  EXPECT_EQ(settings->registration, Registration::closed);
  EXPECT_EQ(settings->trusted_proxies, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
}

TEST_F(SettingsTest, PrefixedNamesAndSecretFiles) {
  write("secret", "0123456789abcdef0123456789abcdef\n");
  const auto settings = load_here({{"LOG_LEVEL", "debug"},
                                   {"MONITORA_LOG_LEVEL", "error"},
                                   {"JWT_SECRET_FILE", (directory_ / "secret").string()},
                                   {"MONITORA_TEST_SQLSERVER", "for the tests"},
                                   {"MONITORA_PASSWORD", "read by a command, not here"}});
  ASSERT_TRUE(settings.ok()) << settings.status().sentence().en;
  EXPECT_EQ(settings->log_level, "error");
  EXPECT_EQ(settings->jwt_secret, "0123456789abcdef0123456789abcdef");
}

TEST_F(SettingsTest, SqlServerByTheNamesOfThePlan) {
  const auto settings = load_here(
      {{"MSSQL_HOST", "sql.example"}, {"MSSQL_USER", "sa@corp"}, {"MSSQL_DATABASE", "chat"}});
  ASSERT_TRUE(settings.ok());
  EXPECT_EQ(settings->database_url, "sqlserver://sa%40corp@sql.example:1433/chat");
  EXPECT_FALSE(settings->uses_sqlite());
}

TEST_F(SettingsTest, SqlServerAddressFromUrlAndSettings) {
  const auto plain = load_here({{"MSSQL_HOST", "sql.example\\EXPRESS"},
                                {"MSSQL_USER", "monitora"},
                                {"MSSQL_PASSWORD", "p;Driver=x}"},
                                {"MSSQL_TRUST_SERVER_CERTIFICATE", "yes"}});
  ASSERT_TRUE(plain.ok()) << plain.status().sentence().en;
  auto address = sql_server_address(*plain);
  ASSERT_TRUE(address.ok()) << address.status().sentence().en;
  EXPECT_EQ(address->host, "sql.example\\EXPRESS");
  EXPECT_EQ(address->port, 1433);
  EXPECT_EQ(address->user, "monitora");
  EXPECT_EQ(address->password, "p;Driver=x}");
  EXPECT_EQ(address->encrypt, "yes");
  EXPECT_TRUE(address->trust_server_certificate);
  EXPECT_FALSE(address->read_only_intent);

  const auto url = load_here(
      {{"DATABASE_URL",
        "sqlserver://sa:p%40%3Ass@[::1]:1434/chat?driver=FreeTDS&encrypt=no&read_only_intent=yes"},
       {"MSSQL_USER", "another"},
       {"MSSQL_TRUST_SERVER_CERTIFICATE", "yes"}});
  ASSERT_TRUE(url.ok()) << url.status().sentence().en;
  address = sql_server_address(*url);
  ASSERT_TRUE(address.ok());
  EXPECT_EQ(address->host, "::1");
  EXPECT_EQ(address->port, 1434);
  EXPECT_EQ(address->database, "chat");
  EXPECT_EQ(address->user, "sa");
  EXPECT_EQ(address->password, "p@:ss");
  EXPECT_EQ(address->driver, "FreeTDS");
  EXPECT_EQ(address->encrypt, "no");
  EXPECT_TRUE(address->trust_server_certificate);
  EXPECT_TRUE(address->read_only_intent);

  const auto passwordless =
      load_here({{"DATABASE_URL", "sqlserver://sa@h/db"}, {"DATABASE_PASSWORD", "from elsewhere"}});
  EXPECT_EQ(sql_server_address(*passwordless)->password, "from elsewhere");
}

TEST_F(SettingsTest, ADatabaseUrlThatIsNotUnderstoodIsRefused) {
  for (const char* url :
       {"sqlserver://", "sqlserver:///db", "sqlserver://h:0/db", "sqlserver://h:x/db",
        "sqlserver://h/a/b", "sqlserver://h/db?encrypt=maybe", "sqlserver://h/db?server=elsewhere",
        "sqlserver://h/db?driver=", "sqlserver://h/db#x", "sqlserver://u:a b@h/db",
        "sqlite:", "postgresql://", "mysql://h/db"})
    EXPECT_NE(refusal({{"DATABASE_URL", url}}), "accepted") << url;
  for (const char* url :
       {"postgresql://u@h/db?sslmode=verify-full", "postgres://h1:5432,h2:5433/db",
        "postgresql:///db?host=/run/postgresql", "sqlserver://h", "sqlserver://h/"})
    EXPECT_EQ(refusal({{"DATABASE_URL", url}}), "accepted") << url;
}

TEST_F(SettingsTest, ModesNeedWhatTheyStandOn) {
  EXPECT_EQ(refusal({{"AUTH_MODE", "supabase"}}),
            "SUPABASE_JWT_SECRET: AUTH_MODE=supabase needs it (Supabase: Project Settings, API, "
            "JWT Secret).");
  EXPECT_EQ(refusal({{"AUTH_MODE", "supabase"},
                     {"SUPABASE_URL", "https://abc.supabase.co/"},
                     {"SUPABASE_JWT_SECRET", std::string(32, 's')}}),
            "accepted");
  EXPECT_EQ(refusal({{"DATABASE_READ_URL", "postgresql://h/db"}}),
            "DATABASE_READ_URL: a secondary for reads is given like this for PostgreSQL only.");
  EXPECT_EQ(refusal({{"STORAGE_MODE", "pgvector"}}),
            "STORAGE_MODE: pgvector needs a PostgreSQL database (DATABASE_URL=postgresql://…).");
  EXPECT_EQ(refusal({{"STORAGE_MODE", "pgvector"}, {"DATABASE_URL", "postgresql://h/db"}}),
            "accepted");
}

TEST_F(SettingsTest, OneClearSentenceForEachMistake) {
  EXPECT_EQ(refusal({{"MONITORA_LISTENN", "x"}}),
            "MONITORA_LISTENN (environment): there is no such setting; “monitora serve "
            "--help-settings” lists them.");
  EXPECT_EQ(refusal({{"MAX_UPLOAD_MB", "0"}}),
            "MAX_UPLOAD_MB (environment): expected a whole number from 1 to 1024.");
  EXPECT_EQ(refusal({{"MAX_UPLOAD_MB", "3x"}}),
            "MAX_UPLOAD_MB (environment): expected a whole number from 1 to 1024.");
  EXPECT_EQ(refusal({{"REGISTRATION", "maybe"}}),
            "REGISTRATION (environment): expected one of open, invite, closed.");
  EXPECT_EQ(refusal({{"LISTEN", "8001"}}),
            "LISTEN (environment): expected host:port, for example 127.0.0.1:8001 or [::1]:8001.");
  EXPECT_EQ(refusal({{"TRUSTED_PROXIES", "10.0.0.0/33"}}),
            "TRUSTED_PROXIES (environment): expected comma-separated addresses or CIDRs.");
  EXPECT_EQ(
      refusal({{"PUBLIC_URL", "ftp://example.com"}}),
      "PUBLIC_URL (environment): expected an http:// or https:// address without user or query.");
  EXPECT_EQ(refusal({{"DATABASE_URL", "mysql://x/y"}}),
            "DATABASE_URL (environment): expected sqlite:PATH, sqlserver://user@host:port/db or "
            "postgresql://… (a password's special characters are written %XX).");
  write("monitora.toml", "\nlistten = \"x\"\n");
  EXPECT_EQ(refusal({}),
            "listten (monitora.toml, line 2): there is no such setting here; “monitora serve "
            "--help-settings” lists them.");
  write("monitora.toml", "listen = \n");
  EXPECT_EQ(refusal({}), "monitora.toml, line 1: this is not TOML (name = \"value\").");
}

TEST_F(SettingsTest, SecretsAreNeverPrinted) {
  const auto settings = load_here({{"DATABASE_URL", "sqlserver://sa:Hidden1@h:1/db?driver=Hidden2"},
                                   {"LLM_API_KEY", "Hidden3"},
                                   {"JWT_SECRET", "Hidden4-0123456789abcdef0123456789"}});
  ASSERT_TRUE(settings.ok()) << settings.status().sentence().en;
  std::string all;
  for (const auto& [name, value] : describe(*settings)) all += name + "=" + value + "\n";
  EXPECT_EQ(all.find("Hidden"), std::string::npos) << all;
  EXPECT_NE(all.find("sqlserver://sa:***@h:1/db"), std::string::npos) << all;
  const auto careless =
      load_here({{"DATABASE_URL", "postgresql://u:Hidden/8?@h/db?password=Hidden9"}});
  for (const auto& [name, value] : describe(*careless))
    EXPECT_EQ(value.find("Hidden"), std::string::npos) << value;
  for (const Values& wrong :
       {Values{{"JWT_SECRET", "Hidden-too-short"}}, Values{{"ENCRYPTION_KEY", "Hidden"}},
        Values{{"DATABASE_URL", "Hidden://u:Hidden@h"}}})
    EXPECT_EQ(refusal(wrong).find("Hidden"), std::string::npos) << refusal(wrong);
  write("monitora.toml", "jwt_secret = Hidden\n");
  EXPECT_EQ(refusal({}).find("Hidden"), std::string::npos);
}

TEST_F(SettingsTest, EverySettingIsInTheHelp) {
  const auto settings = load_here({});
  for (const auto& [name, value] : describe(*settings)) {
    EXPECT_NE(help("fr").find(name), std::string::npos);
    EXPECT_NE(help("en").find(name), std::string::npos);
  }
}

TEST_F(SettingsTest, SecretsAreMadeOnceAndKeptPrivate) {
  auto first = load_here({});
  auto second = load_here({});
  ASSERT_TRUE(prepare_secrets(*first).ok());
  ASSERT_TRUE(prepare_secrets(*second).ok());
  EXPECT_GE(first->jwt_secret.size(), 32u);
  EXPECT_EQ(from_base64(first->encryption_key)->size(), 32u);
  EXPECT_EQ(first->jwt_secret, second->jwt_secret);
  EXPECT_EQ(first->encryption_key, second->encryption_key);
  struct stat about {};
  ASSERT_EQ(::stat((directory_ / "secrets" / "JWT_SECRET").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);
  for (const auto& entry : fs::directory_iterator(directory_ / "secrets"))
    EXPECT_TRUE(entry.path().extension().empty()) << "a draft was left: " << entry.path();
}

TEST_F(SettingsTest, ProcessesThatStartAtOnceAgree) {
  std::vector<Settings> all(8, *load_here({}));
  {
    std::vector<std::jthread> threads;
    for (Settings& each : all)
      threads.emplace_back([&each] { EXPECT_TRUE(prepare_secrets(each).ok()); });
  }
  for (const Settings& each : all) EXPECT_EQ(each.jwt_secret, all[0].jwt_secret);
}

TEST_F(SettingsTest, ASecretThatOthersCanReadIsRefused) {
  auto settings = load_here({});
  ASSERT_TRUE(prepare_secrets(*settings).ok());
  fs::permissions(directory_ / "secrets" / "JWT_SECRET", fs::perms::group_read,
                  fs::perm_options::add);
  auto again = load_here({});
  EXPECT_EQ(prepare_secrets(*again).key(), "secret_not_private");
}

TEST_F(SettingsTest, ADamagedSecretStopsTheStartAndIsNotReplaced) {
  auto settings = load_here({});
  ASSERT_TRUE(prepare_secrets(*settings).ok());
  const fs::path path = directory_ / "secrets" / "ENCRYPTION_KEY";
  std::ofstream(path) << "half";
  auto again = load_here({});
  EXPECT_EQ(prepare_secrets(*again).key(), "bad_setting");
  std::string kept;
  std::ifstream(path) >> kept;
  EXPECT_EQ(kept, "half");
}

TEST_F(SettingsTest, ASharedDatabaseNeedsConfiguredSecrets) {
  auto settings = load_here({{"DATABASE_URL", "postgresql://db/monitora"}});
  const Status status = prepare_secrets(*settings);
  EXPECT_EQ(status.key(), "secret_missing");
  EXPECT_NE(status.sentence().en.find("JWT_SECRET"), std::string::npos);
  EXPECT_FALSE(fs::exists(directory_ / "secrets"));
}

}  // namespace
}  // namespace monitora::config
