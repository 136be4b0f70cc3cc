// monitora user create | list | disable | reset-password: accounts, where there is no console yet.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>

#include "app/accounts.h"
#include "apps/commands.h"
#include "apps/database.h"
#include "apps/terminal.h"
#include "auth/passwords.h"
#include "domain/email.h"

namespace monitora::apps {
namespace {

namespace json = boost::json;

// From MONITORA_PASSWORD or MONITORA_PASSWORD_FILE, else asked for; never from the command line.
Result<std::string> new_password_hash(const std::string& email) {
  MONITORA_ASSIGN(const std::optional<std::string> given,
                  config::command_secret("PASSWORD", config::process_environment()));
  std::string password = given.value_or("");
  if (!given) {
    MONITORA_ASSIGN(password, prompt({"Mot de passe :", "Password:"}, true, "MONITORA_PASSWORD"));
    MONITORA_ASSIGN(const std::string again,
                    prompt({"Encore une fois :", "Once more:"}, true, "MONITORA_PASSWORD"));
    if (again != password)
      return Status::invalid("password",
                             {"Les deux ne sont pas les mêmes.", "The two are not the same."});
  }
  auth::Passwords passwords;
  if (std::optional<FieldError> fault = password_fault(passwords, password, email, "password"))
    return Status::invalid({*std::move(fault)});
  return passwords.hash(password);
}

Result<User> find(Database& database, const std::string& email) {
  MONITORA_ASSIGN(const std::optional<User> user, database.users->find_by_email(email));
  if (!user)
    return Status(Code::not_found, "user_not_found",
                  {fmt::format("Il n'y a pas de compte {}.", email),
                   fmt::format("There is no account {}.", email)});
  return *user;
}

json::object to_json(const User& user) {
  return {{"id", user.id.to_string()},   {"email", user.email},
          {"full_name", user.full_name}, {"role", to_string(user.role)},
          {"is_active", user.is_active}, {"created_at", format_time(user.created_at)}};
}

Status create(const CommandLine& line, Database& database, const std::string& email,
              const std::string& role) {
  NewUser user;
  const std::optional<std::string> address = normalize_email(email);
  if (!address)
    return Status::invalid("email", {"Adresse e-mail attendue, par exemple nom@exemple.fr.",
                                     "Expected an e-mail address, such as name@example.com."});
  user.email = *address;
  user.role = parse_user_role(role).value_or(UserRole::admin);
  MONITORA_ASSIGN(user.password_hash, new_password_hash(user.email));
  MONITORA_ASSIGN(const User created, database.users->create(user));
  if (line.json)
    fmt::print("{}\n", json::serialize(to_json(created)));
  else
    fmt::print("{}\n", in_language({fmt::format("Compte créé : {} ({})", email, role),
                                    fmt::format("Account created: {} ({})", email, role)}));
  return {};
}

Status list(const CommandLine& line, Database& database) {
  MONITORA_ASSIGN(const std::vector<User> users, database.users->list());
  json::array rows;
  for (const User& user : users) {
    rows.push_back(to_json(user));
    if (!line.json)
      fmt::print("{}  {:<8}  {:<10}  {}\n", user.id.to_string(), to_string(user.role),
                 in_language(user.is_active ? Sentence{"actif", "active"}
                                            : Sentence{"désactivé", "disabled"}),
                 user.email);
  }
  if (line.json) fmt::print("{}\n", json::serialize(rows));
  return {};
}

}  // namespace

void add_user(CLI::App& app, CommandLine& line) {
  CLI::App* user = app.add_subcommand("user", "Les comptes / Accounts");
  user->require_subcommand(1);
  const auto email = std::make_shared<std::string>();
  const auto role = std::make_shared<std::string>("admin");
  const auto run = [&line](const std::function<Status(Database&)>& command) {
    const auto work = [&]() -> Status {
      MONITORA_ASSIGN(const config::Settings settings, load_settings(line.settings));
      const SystemClock clock;
      MONITORA_ASSIGN(Database database, open_database(settings, clock));
      return command(database);
    };
    const Status status = work();
    if (!status.ok()) line.exit_code = fail(status);
  };
  const auto add = [&](const char* name, const char* help) {
    CLI::App* sub = user->add_subcommand(name, help);
    sub->add_option("--email,-e", *email, "E-mail")->required();
    return sub;
  };
  CLI::App* make = add("create", "Crée un compte / Creates an account");
  make->add_option("--role,-r", *role, "admin, lecteur")
      ->check(CLI::IsMember({"admin", "lecteur"}));
  make->callback([&line, run, email, role] {
    run([&](Database& d) { return create(line, d, *email, *role); });
  });
  user->add_subcommand("list", "Liste les comptes / Lists accounts")->callback([&line, run] {
    run([&](Database& d) { return list(line, d); });
  });
  add("disable", "Désactive un compte / Disables an account")->callback([run, email] {
    run([&](Database& d) -> Status {
      MONITORA_ASSIGN(const User found, find(d, *email));
      return d.users->set_active(found.id, false);
    });
  });
  add("reset-password", "Change un mot de passe / Changes a password")->callback([run, email] {
    run([&](Database& d) -> Status {
      MONITORA_ASSIGN(const User found, find(d, *email));
      MONITORA_ASSIGN(const std::string hash, new_password_hash(found.email));
      return d.users->change_password(found.id, hash, "", std::nullopt);
    });
  });
}

}  // namespace monitora::apps
