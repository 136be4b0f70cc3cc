#include "app/accounts.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "domain/email.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestPassword = 1024;  // bytes
constexpr std::size_t kLongestName = 255;       // characters
// In place of a hash: no password has it.
constexpr std::string_view kNoPassword = "!";

Status registration_closed() {
  return Status(Code::permission_denied, "registration_closed",
                {"L'inscription est fermée : demandez à un administrateur.",
                 "Registration is closed: ask an administrator."});
}

Status invalid_credentials() {
  return Status(Code::unauthenticated, "invalid_credentials",
                {"Adresse e-mail ou mot de passe incorrect.", "Wrong e-mail address or password."});
}

}  // namespace

std::optional<FieldError> password_fault(const PasswordHasher& passwords, std::string_view password,
                                         std::string_view email, std::string field) {
  if (count_characters(password) < Accounts::kShortestPassword)
    return FieldError{std::move(field),
                      {fmt::format("Au moins {} caractères.", Accounts::kShortestPassword),
                       fmt::format("At least {} characters.", Accounts::kShortestPassword)}};
  if (password.size() > kLongestPassword)
    return FieldError{std::move(field),
                      {"Ce mot de passe est trop long.", "This password is too long."}};
  const std::string folded = fold_case(password);
  const std::string address = fold_case(email);
  const std::string local = address.substr(0, address.find('@'));
  const bool is_address = !address.empty() && (folded == address || folded == local);
  if (is_address || passwords.is_common(password))
    return FieldError{
        std::move(field),
        {"Ce mot de passe est trop facile à deviner.", "This password is too easy to guess."}};
  return std::nullopt;
}

Result<UserRole> Accounts::role_of_newcomer(const std::string& email) {
  if (sign_up_ == SignUp::open) return UserRole::admin;
  MONITORA_ASSIGN(const std::optional<UserRole> invited, parts_.members.invited_role(email));
  if (invited) return *invited;
  MONITORA_ASSIGN(const std::vector<User> everybody, parts_.users.list());
  if (everybody.empty()) return UserRole::admin;
  return Status(Code::permission_denied, "invitation_required",
                {"L'inscription se fait sur invitation : demandez à un administrateur.",
                 "Sign-up is by invitation: ask an administrator."});
}

Result<User> Accounts::make(const NewAccount& account,
                            const std::function<Result<UserRole>(const std::string&)>& role) {
  std::vector<FieldError> errors;
  const std::optional<std::string> email = normalize_email(account.email);
  if (!email)
    errors.push_back(
        {"email", {"Cette adresse e-mail n'est pas valide.", "This e-mail address is not valid."}});
  if (auto fault = password_fault(parts_.passwords, account.password, account.email, "password"))
    errors.push_back(*std::move(fault));
  if (!errors.empty()) return Status::invalid(std::move(errors));

  NewUser user;
  user.email = *email;
  user.full_name = std::string(trim(account.full_name));
  MONITORA_ASSIGN(user.role, role(*email));
  MONITORA_ASSIGN(user.password_hash, parts_.passwords.hash(account.password));
  return parts_.users.create(user);
}

Result<SignIn> Accounts::sign_up(const NewAccount& account, const Client& client) {
  if (sign_up_ == SignUp::closed) return registration_closed();
  MONITORA_ASSIGN(const User user,
                  make(account, [&](const std::string& email) { return role_of_newcomer(email); }));
  record(parts_.audit, {user.id, client.ip_address}, "user.register", {}, user.id.to_string());
  return parts_.sessions.start(user, client);
}

Result<User> Accounts::create(const NewAccount& account, UserRole role, const Actor& actor) {
  MONITORA_ASSIGN(User user,
                  make(account, [&](const std::string&) -> Result<UserRole> { return role; }));
  record(parts_.audit, actor, "user.create", {}, user.id.to_string());
  return user;
}

Result<User> Accounts::adopt(const ExternalIdentity& identity, const Client& client) {
  if (sign_up_ == SignUp::closed) return registration_closed();
  NewUser wanted;
  wanted.id = identity.user;
  wanted.email = identity.email;
  wanted.full_name = std::string(character_prefix(trim(identity.full_name), kLongestName));
  wanted.password_hash = kNoPassword;
  MONITORA_ASSIGN(wanted.role, role_of_newcomer(identity.email));
  const Result<User> made = parts_.users.create(wanted);
  // Two requests of one person at once: the other was first.
  if (made.status().key() == "id_taken") return parts_.users.find(identity.user);
  MONITORA_TRY(made.status());
  record(parts_.audit, {made->id, client.ip_address}, "user.adopt", {}, made->id.to_string());
  return *made;
}

Result<SignIn> Accounts::sign_in(std::string_view email, std::string_view password,
                                 const Client& client) {
  std::optional<Credentials> credentials;
  if (const std::optional<std::string> address = normalize_email(email)) {
    MONITORA_ASSIGN(credentials, parts_.users.credentials(*address, client));
  }
  MONITORA_ASSIGN(const PasswordHasher::Verdict verdict,
                  parts_.passwords.verify(credentials, password));
  if (!verdict.matches) {
    // One write either way, so that the time does not tell the two apart.
    if (credentials)
      MONITORA_TRY(parts_.users.record_login(credentials->user.id, false, client));
    else
      record(parts_.audit, {UserId(), client.ip_address}, "user.login_failed");
    return invalid_credentials();
  }
  const UserId user = credentials->user.id;
  if (verdict.needs_upgrade) upgrade(user, password);
  MONITORA_TRY(parts_.users.record_login(user, true, client));
  MONITORA_ASSIGN(const User signed_in, parts_.users.find(user));
  record(parts_.audit, {user, client.ip_address}, "user.login", {}, user.to_string());
  return parts_.sessions.start(signed_in, client);
}

void Accounts::upgrade(const UserId& user, std::string_view password) {
  const Result<std::string> hash = parts_.passwords.hash(password);
  const Status status = hash.ok() ? parts_.users.upgrade_hash(user, *hash) : hash.status();
  if (!status.ok()) log::warning("a password hash stays in its older form: {}", status.to_string());
}

Result<User> Accounts::rename(const UserId& user, const std::string& full_name) {
  MONITORA_TRY(parts_.users.set_full_name(user, std::string(trim(full_name))));
  return parts_.users.find(user);
}

Status Accounts::change_password(const Actor& actor, const SessionId& keep,
                                 std::string_view old_password, std::string_view new_password,
                                 const Client& client) {
  MONITORA_ASSIGN(const std::optional<Credentials> credentials,
                  parts_.users.credentials(actor.user));
  if (!credentials ||
      (credentials->locked_until && *credentials->locked_until > parts_.clock.now()))
    return Status(Code::rate_limited, "account_locked",
                  {"Trop d'essais. Réessayez dans quelques minutes.",
                   "Too many attempts. Try again in a few minutes."})
        .with_retry_after(60);
  if (auto fault =
          password_fault(parts_.passwords, new_password, credentials->user.email, "new_password"))
    return Status::invalid({*std::move(fault)});
  MONITORA_ASSIGN(const PasswordHasher::Verdict verdict,
                  parts_.passwords.verify(credentials, old_password));
  if (!verdict.matches) {
    MONITORA_TRY(parts_.users.record_login(actor.user, false, client));
    return Status::invalid("old_password", {"Ce n'est pas votre mot de passe actuel.",
                                            "This is not your current password."});
  }
  MONITORA_ASSIGN(const std::string hash, parts_.passwords.hash(new_password));
  MONITORA_TRY(parts_.users.change_password(actor.user, hash, "", keep));
  record(parts_.audit, actor, "user.change_password", {}, actor.user.to_string());
  return {};
}

}  // namespace monitora
