#include "app/members.h"

#include <fmt/format.h>

#include "domain/email.h"

namespace monitora {
namespace {

std::string role_detail(UserRole role) {
  return fmt::format(R"({{"role":"{}"}})", to_string(role));
}

}  // namespace

Result<Member> Members::invite(const Actor& actor, const WorkspaceId& workspace,
                               std::string_view email, UserRole role) {
  const std::optional<std::string> address = normalize_email(email);
  if (!address)
    return Status::invalid(
        "email", {"Cette adresse e-mail n'est pas valide.", "This e-mail address is not valid."});
  MONITORA_ASSIGN(Member member, members_.invite(workspace, *address, role));
  record(audit_, actor, "member.invite", workspace,
         member.user_id.is_nil() ? "" : member.user_id.to_string(), role_detail(role));
  return member;
}

Result<Member> Members::set_role(const Actor& actor, const WorkspaceId& workspace,
                                 const UserId& user, UserRole role) {
  MONITORA_ASSIGN(Member member, members_.set_role(workspace, user, role));
  record(audit_, actor, "member.role", workspace, user.to_string(), role_detail(role));
  return member;
}

Status Members::remove(const Actor& actor, const WorkspaceId& workspace, const UserId& user) {
  MONITORA_TRY(members_.remove(workspace, user));
  record(audit_, actor, "member.remove", workspace, user.to_string());
  return {};
}

Status Members::withdraw(const Actor& actor, const WorkspaceId& workspace, std::string_view email) {
  const std::optional<std::string> address = normalize_email(email);
  if (!address) return Status::not_found("member_not_found");
  MONITORA_TRY(members_.withdraw(workspace, *address));
  record(audit_, actor, "member.withdraw", workspace, *address);
  return {};
}

}  // namespace monitora
