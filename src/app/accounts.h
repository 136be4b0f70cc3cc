// Sign-up, sign-in and one's own account.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "app/sessions.h"
#include "ports/workspace_store.h"

namespace monitora {

enum class SignUp { open, invited, closed };  // who may make an account

struct AccountParts {
  UserStore& users;
  MemberStore& members;
  PasswordHasher& passwords;
  Sessions& sessions;
  AuditLog& audit;
  const Clock& clock;
};

// Thread-safe. The parts outlive it.
class Accounts {
 public:
  static constexpr std::size_t kShortestPassword = 10;  // characters

  Accounts(AccountParts parts, SignUp sign_up) : parts_(parts), sign_up_(sign_up) {}

  struct NewAccount {
    std::string email;
    std::string password;
    std::string full_name;  // may be empty
  };
  // Makes the account and signs it in. invalid fields (e-mail, weak password), conflict
  // `email_taken`, permission_denied `registration_closed` or `invitation_required`. With
  // SignUp::invited the first account needs no invitation and others get the role of theirs.
  Result<SignIn> sign_up(const NewAccount& account, const Client& client);
  // An account made by an operator, whatever SignUp says; not signed in.
  Result<User> create(const NewAccount& account, UserRole role, const Actor& actor);

  // The account of somebody whom another system signs in, made at first sight with that system's id
  // and no password of ours; the rules of sign_up() decide who may come and as what. conflict
  // `email_taken` when another account has the e-mail.
  Result<User> adopt(const ExternalIdentity& identity, const Client& client);

  // unauthenticated `invalid_credentials`: the same sentence and the same work for an unknown
  // e-mail, a wrong password, a disabled and a locked account. Older hashes are replaced on the
  // way.
  Result<SignIn> sign_in(std::string_view email, std::string_view password, const Client& client);

  Result<User> rename(const UserId& user, const std::string& full_name);
  // Ends every session but `keep`. invalid fields (`old_password`, `new_password`); wrong old
  // passwords count as failed sign-ins: rate_limited `account_locked` once they have locked the
  // account.
  Status change_password(const Actor& actor, const SessionId& keep, std::string_view old_password,
                         std::string_view new_password, const Client& client);

 private:
  Result<UserRole> role_of_newcomer(const std::string& email);
  Result<User> make(const NewAccount& account,
                    const std::function<Result<UserRole>(const std::string& email)>& role);
  void upgrade(const UserId& user, std::string_view password);

  AccountParts parts_;
  const SignUp sign_up_;
};

// The fault of a password that somebody wants to use, as an error of `field`; nothing when it will
// do.
std::optional<FieldError> password_fault(const PasswordHasher& passwords, std::string_view password,
                                         std::string_view email, std::string field);

}  // namespace monitora
