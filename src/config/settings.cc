#include "config/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>

#include "base/text.h"
#include "config/settings_table.h"
#include "config/toml_file.h"

extern char** environ;  // NOLINT

namespace monitora::config {
namespace {

constexpr std::string_view kPrefix = "MONITORA_";
// Names of the environment that are no settings: passwords of one command, and what the scripts and
// the tests are told (MONITORA_TEST_…).
constexpr std::string_view kOthers[] = {
    "PASSWORD", "SOURCE_PASSWORD", "TARGET_PASSWORD", "SOURCE_KEY", "DEPS", "BIN"};
constexpr std::string_view kTestPrefix = "TEST_";

const Setting* find(std::string_view name) {
  for (const Setting& setting : table())
    if (setting.name == name) return &setting;
  return nullptr;
}

Status bad(std::string_view name, const Sentence& where, const Sentence& why) {
  return Status(Code::invalid_argument, "bad_setting",
                {fmt::format("{} ({}) : {}.", name, where.fr, why.fr),
                 fmt::format("{} ({}): {}.", name, where.en, why.en)});
}

Status assign_from(const Setting& setting, std::string_view name, std::string_view text,
                   const Sentence& where, Settings& into) {
  const Status status = assign(setting, text, into);
  if (status.ok()) return {};
  return bad(name, where,
             {"valeur attendue : " + status.sentence().fr, "expected " + status.sentence().en});
}

// The setting was given as an option: whoever typed it used the program wrongly.
Status assign_option(const Setting& setting, std::string_view text, Settings& into) {
  const Status status =
      assign_from(setting, setting.name, text, {"ligne de commande", "command line"}, into);
  if (status.ok()) return {};
  return Status(Code::invalid_argument, "bad_option", status.sentence(), status.detail());
}

// The content of the file that NAME_FILE names, without its final line break.
Result<std::string> read_secret_file(std::string_view name, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file && !file.eof())
    return bad(name, {"environnement", "environment"},
               {"le fichier ne peut pas être lu", "the file cannot be read"});
  if (text.empty())
    return bad(
        name, {"environnement", "environment"},
        {"le fichier est vide ou ne peut pas être lu", "the file is empty or cannot be read"});
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  return text;
}

Status apply_environment(const Values& environment, Settings& into) {
  for (const Setting& setting : table()) {
    const Sentence where = {"environnement", "environment"};
    // The prefixed spelling is the more deliberate one and wins.
    for (const std::string& name :
         {std::string(setting.name), std::string(kPrefix).append(setting.name)}) {
      if (const auto found = environment.find(name); found != environment.end())
        MONITORA_TRY(assign_from(setting, name, found->second, where, into));
      if (!setting.secret) continue;
      const std::string file_name = name + "_FILE";
      const auto file = environment.find(file_name);
      if (file == environment.end() || file->second.empty()) continue;
      MONITORA_ASSIGN(const std::string secret, read_secret_file(file_name, file->second));
      MONITORA_TRY(assign_from(setting, file_name, secret, where, into));
    }
  }
  return {};
}

Status refuse_unknown(const Values& environment) {
  for (const auto& [name, value] : environment) {
    if (!std::string_view(name).starts_with(kPrefix)) continue;
    std::string_view rest = std::string_view(name).substr(kPrefix.size());
    if (find(rest) != nullptr) continue;
    if (rest.ends_with("_FILE")) rest.remove_suffix(5);
    const Setting* secret = find(rest);
    if (secret != nullptr && secret->secret) continue;
    if (rest.starts_with(kTestPrefix)) continue;
    if (std::find(std::begin(kOthers), std::end(kOthers), rest) != std::end(kOthers)) continue;
    return bad(name, {"environnement", "environment"},
               {"ce réglage n'existe pas ; « monitora serve --help-settings » les montre",
                "there is no such setting; “monitora serve --help-settings” lists them"});
  }
  return {};
}

Status apply_file(const std::filesystem::path& path, Settings& into) {
  MONITORA_ASSIGN(const std::vector<FileValue> values, read_toml(path));
  for (const FileValue& value : values) {
    const Sentence where = {fmt::format("monitora.toml, ligne {}", value.line),
                            fmt::format("monitora.toml, line {}", value.line)};
    std::string name = value.name;  // listen or LISTEN
    std::transform(name.begin(), name.end(), name.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    const Setting* setting = find(name);
    if (setting == nullptr || name == "DATA_DIR")
      return bad(value.name, where,
                 {"ce réglage n'existe pas ici ; « monitora serve --help-settings » les montre",
                  "there is no such setting here; “monitora serve --help-settings” lists them"});
    MONITORA_TRY(assign_from(*setting, value.name, value.text, where, into));
  }
  return {};
}

// Percent-encodes what may not stand in a URL's user or database name.
std::string url_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string default_database(const Settings& settings) {
  if (settings.mssql_host.empty()) return "sqlite:" + (settings.data_dir / "monitora.db").string();
  const std::string user = settings.mssql_user.empty() ? "" : url_encode(settings.mssql_user) + "@";
  return fmt::format("sqlserver://{}{}:{}/{}", user, url_encode(settings.mssql_host),
                     settings.mssql_port, url_encode(settings.mssql_database));
}

// What is right only beside other settings.
Status check_together(const Settings& settings) {
  const auto missing = [](std::string_view name, const Sentence& why) {
    return Status(Code::invalid_argument, "bad_setting",
                  {fmt::format("{} : {}.", name, why.fr), fmt::format("{}: {}.", name, why.en)});
  };
  if (settings.uses_supabase_accounts() && settings.supabase_jwt_secret.empty())
    return missing("SUPABASE_JWT_SECRET",
                   {"AUTH_MODE=supabase l'exige (Supabase : Project Settings, API, JWT Secret)",
                    "AUTH_MODE=supabase needs it (Supabase: Project Settings, API, JWT Secret)"});
  if (!settings.database_read_url.empty() &&
      !(settings.uses_postgres() && settings.database_read_url.starts_with("postgres")))
    return missing("DATABASE_READ_URL",
                   {"un réplica de lecture se donne ainsi pour PostgreSQL seulement",
                    "a secondary for reads is given like this for PostgreSQL only"});
  if (!settings.smtp_url.empty() && settings.smtp_from.find('@') == std::string::npos)
    return missing("SMTP_FROM", {"SMTP_URL l'exige : l'adresse d'expédition des courriels",
                                 "SMTP_URL needs it: the address that mail is sent from"});
  if (settings.storage_mode == "pgvector" && !settings.uses_postgres())
    return missing("STORAGE_MODE",
                   {"pgvector demande une base PostgreSQL (DATABASE_URL=postgresql://…)",
                    "pgvector needs a PostgreSQL database (DATABASE_URL=postgresql://…)"});
  return {};
}

}  // namespace

std::string without_password(std::string url) {
  const std::size_t start = url.find("://");
  if (start == std::string::npos) return url;
  // The last one: a password that should have been written with %XX is hidden too.
  const std::size_t at = url.rfind('@');
  const std::size_t colon = url.find(':', start + 3);
  if (at != std::string::npos && colon < at) url.replace(colon + 1, at - colon - 1, "***");
  return url.substr(0, url.find('?'));
}

Result<std::optional<std::string>> command_secret(std::string_view name,
                                                  const Values& environment) {
  const std::string variable = std::string(kPrefix).append(name);
  if (const auto found = environment.find(variable); found != environment.end())
    return std::optional(found->second);
  const std::string file_name = variable + "_FILE";
  const auto file = environment.find(file_name);
  if (file == environment.end() || file->second.empty()) return std::optional<std::string>();
  MONITORA_ASSIGN(std::string secret, read_secret_file(file_name, file->second));
  return std::optional(std::move(secret));
}

Values process_environment() {
  Values all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line = *entry;
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos)
      all.emplace(line.substr(0, equals), line.substr(equals + 1));
  }
  return all;
}

Result<Settings> load(const Values& command_line, const Values& environment) {
  Settings settings;
  MONITORA_TRY(refuse_unknown(environment));
  for (const Setting& setting : table()) MONITORA_TRY(assign(setting, "", settings));

  // Where the file is must be known before it is read: DATA_DIR from everything but the file.
  Settings first = settings;
  MONITORA_TRY(apply_environment(environment, first));
  if (const auto found = command_line.find("DATA_DIR"); found != command_line.end())
    first.data_dir = found->second;

  MONITORA_TRY(apply_file(first.data_dir / "monitora.toml", settings));
  MONITORA_TRY(apply_environment(environment, settings));
  for (const auto& [name, value] : command_line) {
    const Setting* setting = find(name);
    if (setting == nullptr)
      return bad(name, {"ligne de commande", "command line"},
                 {"ce réglage n'existe pas", "there is no such setting"});
    MONITORA_TRY(assign_option(*setting, value, settings));
  }
  if (settings.database_url.empty()) settings.database_url = default_database(settings);
  MONITORA_TRY(check_together(settings));
  return settings;
}

std::string help(std::string_view language) {
  const bool french = language != "en";
  std::string out = french
                        ? "Réglages (ligne de commande, puis environnement, puis monitora.toml) :\n"
                        : "Settings (command line, then environment, then monitora.toml):\n";
  for (const Setting& setting : table()) {
    out += fmt::format("\n  {}", setting.name);
    if (setting.secret)
      out += fmt::format(" (secret{} {}_FILE)", french ? " ; ou" : "; or", setting.name);
    if (!setting.fallback.empty())
      out += fmt::format(" [{} {}]", french ? "défaut :" : "default:", setting.fallback);
    if (std::holds_alternative<int Settings::*>(setting.member))
      out += fmt::format(" {}–{}", setting.least, setting.most);
    if (!setting.choices.empty()) out += fmt::format(" ({})", fmt::join(setting.choices, ", "));
    out += fmt::format("\n      {}\n", french ? setting.help.fr : setting.help.en);
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> describe(const Settings& settings) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Setting& setting : table()) {
    std::string text = text_of(setting, settings);
    if (setting.form == Form::database)
      text = without_password(std::move(text));
    else if (setting.secret)
      text = text.empty() ? "(not set)" : "(set)";
    out.emplace_back(setting.name, std::move(text));
  }
  return out;
}

}  // namespace monitora::config
