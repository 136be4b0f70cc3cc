#include "http/routes.h"

#include "http/handlers.h"

namespace monitora::http {
namespace {

using enum Method;
using enum Access;
using Function = Result<Response> (*)(const Services&, const Request&);

struct Row {
  Method method;
  const char* pattern;
  Access access;
  Function handler;
  Runs runs = Runs::worker;
  bool multipart = false;
  std::string_view rate_limit = {};
  bool own_accounts = false;  // not while another system signs people in
};

constexpr bool kMultipart = true;
constexpr bool kOwnAccounts = true;

constexpr Row kRoutes[] = {
    {get, "/health", open, get_health, Runs::light},
    {get, "/ready", open, get_ready},
    {get, "/metrics", open, get_metrics, Runs::light},
    {get, "/api/openapi.json", open, get_openapi, Runs::light},
    {get, "/api/site", open, get_site, Runs::light},

    {post, "/api/auth/register", open, register_account, Runs::worker, false, {}, kOwnAccounts},
    {post, "/api/auth/login", open, login, Runs::worker, false, "login", kOwnAccounts},
    {post, "/api/auth/refresh", open, refresh, Runs::worker, false, {}, kOwnAccounts},
    {post, "/api/auth/logout", signed_in, logout, Runs::worker, false, {}, kOwnAccounts},
    {get, "/api/auth/me", signed_in, get_me},
    {patch, "/api/auth/me", signed_in, patch_me},
    {post,
     "/api/auth/change-password",
     signed_in,
     change_password,
     Runs::worker,
     false,
     {},
     kOwnAccounts},
    {get, "/api/auth/sessions", signed_in, list_sessions, Runs::worker, false, {}, kOwnAccounts},
    {del,
     "/api/auth/sessions/{id}",
     signed_in,
     delete_session,
     Runs::worker,
     false,
     {},
     kOwnAccounts},

    {get, "/api/workspaces", signed_in, list_workspaces},
    {post, "/api/workspaces", global_admin, create_workspace},
    {get, "/api/workspaces/{wid}", workspace_reader, get_workspace},
    {patch, "/api/workspaces/{wid}", workspace_admin, patch_workspace},
    {del, "/api/workspaces/{wid}", workspace_admin, delete_workspace},
    {get, "/api/workspaces/{wid}/rag-config", workspace_reader, get_rag_config},
    {patch, "/api/workspaces/{wid}/rag-config", workspace_admin, patch_rag_config},
    {get, "/api/workspaces/{wid}/widget-config", workspace_reader, get_widget_config},
    {patch, "/api/workspaces/{wid}/widget-config", workspace_admin, patch_widget_config},
    {get, "/api/workspaces/{wid}/widget-sites", workspace_reader, list_widget_sites},
    {post, "/api/workspaces/{wid}/identity-secret", workspace_admin, create_identity_secret},
    {get, "/api/workspaces/{wid}/members", workspace_admin, list_members},
    {post, "/api/workspaces/{wid}/members", workspace_admin, invite_member},
    {patch, "/api/workspaces/{wid}/members/{user_id}", workspace_admin, patch_member},
    {del, "/api/workspaces/{wid}/members/{user_id}", workspace_admin, delete_member},
    {get, "/api/workspaces/{wid}/api-keys", workspace_admin, list_api_keys},
    {post, "/api/workspaces/{wid}/api-keys", workspace_admin, create_api_key},
    {del, "/api/workspaces/{wid}/api-keys/{key_id}", workspace_admin, delete_api_key},

    {get, "/api/documents/workspace/{wid}", workspace_reader, list_documents},
    {post, "/api/documents/workspace/{wid}/upload", workspace_admin, upload_document, Runs::worker,
     kMultipart},
    {post, "/api/documents/workspace/{wid}/upload-multiple", workspace_admin, upload_documents,
     Runs::worker, kMultipart},
    {post, "/api/documents/workspace/{wid}/reindex-all", workspace_admin, reindex_documents},
    // A document's own id says nothing of its workspace: these look up the role with it.
    {get, "/api/documents/{id}", signed_in, get_document},
    {get, "/api/documents/{id}/content", signed_in, get_document_content},
    {get, "/api/documents/{id}/chunks", signed_in, list_chunks},
    {del, "/api/documents/{id}", signed_in, delete_document},
    {post, "/api/documents/{id}/reindex", signed_in, reindex_document},
};

Result<Response> signed_in_elsewhere(const Services&, const Request&) {
  return Status(Code::permission_denied, "use_supabase",
                {"Les comptes de ce serveur sont ceux de Supabase : connectez-vous avec Supabase, "
                 "puis envoyez ici son jeton d'accès (Authorization: Bearer …).",
                 "This server's accounts are Supabase's: sign in with Supabase, then send its "
                 "access token here (Authorization: Bearer …)."});
}

}  // namespace

void add_routes(Router& router, const Services& services) {
  for (const Row& row : kRoutes) {
    const bool elsewhere = row.own_accounts && services.external_sign_ins != nullptr;
    router.add({.method = row.method,
                .pattern = row.pattern,
                .access = elsewhere ? Access::open : row.access,
                .handler = [&services, handler = elsewhere ? signed_in_elsewhere : row.handler](
                               const Request& request) { return handler(services, request); },
                .runs = row.runs,
                .multipart = row.multipart,
                .rate_limit = row.rate_limit});
  }
}

}  // namespace monitora::http
