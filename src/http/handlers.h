// The handlers that routes.cc names: decode → validate → use case → reply. Each runs after its
// guard, so request.principal holds what its Access promises.
#pragma once

#include "app/actor.h"
#include "http/request.h"
#include "http/response.h"
#include "http/services.h"
#include "ports/user_store.h"

namespace monitora::http {

inline Actor actor_of(const Request& request) {
  return {request.principal.user->id, request.remote_address};
}
inline Client client_of(const Request& request) {
  return {request.remote_address, std::string(request.header("user-agent"))};
}

// handlers_accounts.cc
Result<Response> register_account(const Services& services, const Request& request);
Result<Response> login(const Services& services, const Request& request);
Result<Response> refresh(const Services& services, const Request& request);
Result<Response> logout(const Services& services, const Request& request);
Result<Response> get_me(const Services& services, const Request& request);
Result<Response> patch_me(const Services& services, const Request& request);
Result<Response> change_password(const Services& services, const Request& request);
Result<Response> list_sessions(const Services& services, const Request& request);
Result<Response> delete_session(const Services& services, const Request& request);

// handlers_workspaces.cc
Result<Response> list_workspaces(const Services& services, const Request& request);
Result<Response> create_workspace(const Services& services, const Request& request);
Result<Response> get_workspace(const Services& services, const Request& request);
Result<Response> patch_workspace(const Services& services, const Request& request);
Result<Response> delete_workspace(const Services& services, const Request& request);
Result<Response> get_rag_config(const Services& services, const Request& request);
Result<Response> patch_rag_config(const Services& services, const Request& request);
Result<Response> get_widget_config(const Services& services, const Request& request);
Result<Response> patch_widget_config(const Services& services, const Request& request);
Result<Response> list_widget_sites(const Services& services, const Request& request);
Result<Response> create_identity_secret(const Services& services, const Request& request);

// handlers_members.cc
Result<Response> list_members(const Services& services, const Request& request);
Result<Response> invite_member(const Services& services, const Request& request);
Result<Response> patch_member(const Services& services, const Request& request);
Result<Response> delete_member(const Services& services, const Request& request);

// handlers_api_keys.cc
Result<Response> list_api_keys(const Services& services, const Request& request);
Result<Response> create_api_key(const Services& services, const Request& request);
Result<Response> delete_api_key(const Services& services, const Request& request);

// handlers_documents.cc
Result<Response> list_documents(const Services& services, const Request& request);
Result<Response> upload_document(const Services& services, const Request& request);
Result<Response> upload_documents(const Services& services, const Request& request);
Result<Response> get_document(const Services& services, const Request& request);
Result<Response> get_document_content(const Services& services, const Request& request);
Result<Response> list_chunks(const Services& services, const Request& request);
Result<Response> delete_document(const Services& services, const Request& request);
Result<Response> reindex_document(const Services& services, const Request& request);
Result<Response> reindex_documents(const Services& services, const Request& request);

// handlers_system.cc
Result<Response> get_health(const Services& services, const Request& request);
Result<Response> get_ready(const Services& services, const Request& request);
Result<Response> get_metrics(const Services& services, const Request& request);
// What pages before signing in have to know.
Result<Response> get_site(const Services& services, const Request& request);
Result<Response> get_openapi(const Services& services, const Request& request);

}  // namespace monitora::http
