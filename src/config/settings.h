// The settings of the program: one declared table (settings_table.cc), read from the command line,
// the environment and monitora.toml in the data directory, in this order of precedence, else the
// default. Each name may be written with or without the prefix MONITORA_ in the environment;
// secrets may come from a file named by NAME_FILE.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.h"

namespace monitora::config {

enum class Registration { open, invite, closed };

// Plain values, checked. Read-only after the start, so any thread may read them.
struct Settings {
  // Where things are
  std::filesystem::path data_dir;
  std::string database_url;       // never empty after load(); may hold a password: do not print
  std::string database_password;  // where the URL leaves it out
  int database_pool_size = 0;     // connections to a database server
  int database_wait_seconds = 0;  // for a server that is away when this one starts
  std::string database_read_url;  // of a PostgreSQL secondary; may be empty or hold a password
  std::string listen_host;
  int listen_port = 0;
  std::string public_url;  // without a final slash; empty: what the request's Host says

  // SQL Server, by the names of the migration plan
  std::string mssql_host;
  int mssql_port = 0;
  std::string mssql_database;
  std::string mssql_user;
  std::string mssql_password;
  std::string mssql_driver;                    // empty: the first that is installed
  std::string mssql_encrypt;                   // yes, no or strict
  std::string mssql_trust_server_certificate;  // yes or no
  std::string mssql_server_certificate;        // path; may be empty
  std::string mssql_read_only_intent;          // yes or no
  std::string mssql_multi_subnet_failover;     // yes or no

  // The installation that is moved, during the transition
  std::string supabase_url;  // empty: the issuer of tokens is not compared
  std::string supabase_jwt_secret;

  // Modes
  std::string storage_mode;
  std::string auth_mode;
  Registration registration = Registration::open;
  std::string landing;  // page or sign-in: what / shows to who is not signed in

  // Secrets and sessions
  std::string jwt_secret;      // empty until prepare_secrets()
  std::string encryption_key;  // base64 of 32 bytes, empty until prepare_secrets()
  int jwt_expiry_hours = 0;
  std::string metrics_token;

  // Network
  std::vector<std::string> trusted_proxies;        // addresses or CIDRs
  std::vector<std::string> allowed_private_hosts;  // names, addresses or CIDRs

  // Models
  std::string llm_base_url;
  std::string llm_api_key;
  std::string llm_model;
  std::string embedding_model;

  // Mail
  std::string smtp_url;  // "": none is sent
  std::string smtp_user;
  std::string smtp_password;
  std::string smtp_from;

  // Limits
  int rate_limit_address = 0;    // visitors' messages a minute by address
  int rate_limit_visitor = 0;    // … by visitor
  int rate_limit_workspace = 0;  // … by workspace
  int rate_limit_login = 0;      // logins a minute by address
  int rate_limit_key = 0;        // requests a minute by API key
  int max_upload_mb = 0;

  // Logging
  std::string log_level;
  std::string log_format;

  bool uses_sqlite() const { return database_url.starts_with("sqlite:"); }
  bool uses_sql_server() const { return database_url.starts_with("sqlserver:"); }
  bool uses_postgres() const { return database_url.starts_with("postgres"); }
  bool uses_supabase_accounts() const { return auth_mode == "supabase"; }
};

using Values = std::map<std::string, std::string, std::less<>>;  // name → text

// The process' environment as a map.
Values process_environment();

// A secret of one command that is no setting, from MONITORA_<name> or MONITORA_<name>_FILE; nothing
// when neither is there. invalid_argument `bad_setting` for a file that cannot be read.
Result<std::optional<std::string>> command_secret(std::string_view name, const Values& environment);

// A database's URL as it may be shown: its password as ***, without its parameters.
std::string without_password(std::string url);

// `command_line` holds setting names (without prefix) and values. Errors: invalid_argument
// `bad_setting`, of the command line `bad_option`, with one sentence that names the setting, where
// it was found and what is expected; a secret's value is never in it. Reads files, creates nothing.
Result<Settings> load(const Values& command_line, const Values& environment);

// Makes the data directory (mode 0700) and, for SQLite, the missing JWT_SECRET and ENCRYPTION_KEY,
// kept in DATA_DIR/secrets with mode 0600 and found again at the next start, by several processes
// that start at once too. For a database that several nodes share both must be configured:
// invalid_argument `secret_missing`. A kept secret that others may read is refused:
// `secret_not_private`.
Status prepare_secrets(Settings& settings);

// The table as text for people, "fr" or "en".
std::string help(std::string_view language);

// Each setting with its effective value, secrets as "(set)" or "(not set)", passwords in URLs as
// "***"; for `monitora doctor`.
std::vector<std::pair<std::string, std::string>> describe(const Settings& settings);

}  // namespace monitora::config
