// /api/workspaces/{wid}/members
#include <boost/json.hpp>

#include "app/members.h"
#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

json::object member_json(const Member& member) {
  const bool waits = member.user_id.is_nil();
  return {{"user_id", waits ? json::value() : json::value(member.user_id.to_string())},
          {"email", member.email},
          {"full_name", member.full_name.empty() ? json::value() : json::value(member.full_name)},
          {"role", to_string(member.role)},
          {"is_owner", member.is_owner},
          {"status", waits ? "invited" : "active"},
          {"invited_at", format_time(member.invited_at)}};
}

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}
Result<UserId> user_of(const Request& request) {
  return path_id<UserId>(request, "user_id", "member_not_found");
}

}  // namespace

Result<Response> list_members(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const std::vector<Member> members, services.members.list(workspace));
  std::vector<KeyedItem> items;
  for (const Member& member : members)  // the owner, then members, then invitations
    items.push_back({(member.is_owner           ? "0"
                      : member.user_id.is_nil() ? "2"
                                                : "1") +
                         key_of(member.invited_at) + member.email,
                     member_json(member)});
  MONITORA_ASSIGN(const json::object page, page_of(request, std::move(items)));
  return Response::json(200, page);
}

Result<Response> invite_member(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string email = fields.required_text("email", 255);
  const UserRole role = fields.required_role("role");
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const Member member,
                  services.members.invite(actor_of(request), workspace, email, role));
  return Response::json(201, member_json(member));
}

Result<Response> patch_member(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const UserRole role = fields.required_role("role");
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const UserId user, user_of(request));
  MONITORA_ASSIGN(const Member member,
                  services.members.set_role(actor_of(request), workspace, user, role));
  return Response::json(200, member_json(member));
}

Result<Response> delete_member(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  // An invitation that waits has no user: its e-mail names it.
  const std::string& named = request.params.at("user_id");
  if (named.find('@') != std::string::npos) {
    MONITORA_TRY(services.members.withdraw(actor_of(request), workspace, named));
    return Response::no_content();
  }
  MONITORA_ASSIGN(const UserId user, user_of(request));
  MONITORA_TRY(services.members.remove(actor_of(request), workspace, user));
  return Response::no_content();
}

}  // namespace monitora::http
