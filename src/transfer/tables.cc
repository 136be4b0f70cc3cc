#include "transfer/tables.h"

#include <algorithm>

namespace monitora::transfer {
namespace {

using enum Kind;
constexpr bool kRequired = true;

constexpr Column kAppUsers[] = {
    {"id", uuid, kRequired},
    {"email", text, kRequired, 255},
    {"password_hash", text, kRequired, 500},
    {"password_salt", text, kRequired, 255},
    {"full_name", text, false, 255},
    {"role", text, false, 50},
    {"is_active", boolean},
    {"email_verified", boolean},
    {"created_at", time},
    {"last_login_at", time},
    {"failed_login_attempts", integer, false, 4},
    {"locked_until", time},
};
constexpr Column kAppSessions[] = {
    {"id", uuid, kRequired},
    {"user_id", uuid, kRequired},
    {"token_hash", text, kRequired, 500},
    {"refresh_token_hash", text, false, 500},
    {"family_id", uuid},
    {"expires_at", time, kRequired},
    {"refresh_expires_at", time},
    {"created_at", time},
    {"last_used_at", time},
    {"revoked_at", time},
    {"ip_address", text, false, 50},
    {"user_agent", text, false, 500},
};
constexpr Column kProfiles[] = {
    {"id", uuid, kRequired}, {"email", text, false, 255}, {"full_name", text, false, 255},
    {"avatar_url", text},    {"created_at", time},        {"updated_at", time},
};
constexpr Column kWorkspaces[] = {
    {"id", uuid, kRequired},
    {"user_id", uuid, kRequired},
    {"name", text, kRequired, 255},
    {"description", text},
    {"domain", text},
    {"api_key", text, false, 64},
    {"allowed_domains", json},
    {"rag_config", json},
    {"widget_config", json},
    {"identity_secret_encrypted", text},
    {"identity_secret_previous_encrypted", text},
    {"identity_secret_previous_expires_at", time},
    {"is_active", boolean},
    {"created_at", time},
    {"updated_at", time},
};
constexpr Column kWorkspaceMembers[] = {
    {"workspace_id", uuid, kRequired},
    {"user_id", uuid, kRequired},
    {"role", text, kRequired, 50},
    {"invited_at", time, kRequired},
};
constexpr Column kWorkspaceInvitations[] = {
    {"workspace_id", uuid, kRequired},
    {"email", text, kRequired, 255},
    {"role", text, kRequired, 50},
    {"invited_at", time, kRequired},
};
constexpr Column kApiKeys[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"name", text, kRequired, 255},
    {"key_prefix", text, kRequired, 64},
    {"key_hash", text, kRequired, 64},
    {"created_at", time, kRequired},
    {"last_used_at", time},
    {"expires_at", time},
    {"revoked_at", time},
};
constexpr Column kWorkspaceDatabases[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"db_type", text, false, 50},
    {"db_host", text, kRequired, 255},
    {"db_name", text, kRequired, 255},
    {"db_user", text, kRequired, 255},
    {"db_password_encrypted", text, kRequired, 500},
    {"db_port", integer, false, 4},
    {"schema_type", text, false, 50},
    {"allowed_tables", json},
    {"is_enabled", boolean},
    {"last_test_status", text, false, 50},
    {"last_test_at", time},
    {"created_at", time},
    {"updated_at", time},
};
constexpr Column kDocuments[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"filename", text, kRequired, 255},
    {"file_path", text},
    {"storage_path", text},
    {"file_size", integer, false, 8},
    {"mime_type", text, false, 255},
    {"content_sha256", text, false, 64},
    {"status", text, false, 50},
    {"chunk_count", integer, false, 4},
    {"error_message", text},
    {"created_at", time},
    {"indexed_at", time},
};
constexpr Column kDocumentContents[] = {
    {"document_id", uuid, kRequired},
    {"content", bytes, kRequired},
};
constexpr Column kDocumentChunks[] = {
    {"id", uuid, kRequired},
    {"document_id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"content", text, kRequired},
    {"metadata", json},
    {"chunk_index", integer, kRequired, 4},
    {"embedding_id", text, false, 255},
    {"embedding", vector},
    {"embedding_model", text, false, 100},
    {"created_at", time},
};
constexpr Column kConversations[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"visitor_id", text, false, 255},
    {"title", text},
    {"channel", text, kRequired, 20},
    {"started_at", time},
    {"last_message_at", time},
    {"ended_at", time},
    {"messages_count", integer, false, 4},
    {"satisfaction", integer, false, 4},
};
constexpr Column kMessages[] = {
    {"id", uuid, kRequired},
    {"conversation_id", uuid, kRequired},
    {"role", text, kRequired, 20},
    {"content", text, kRequired},
    {"sources", json},
    {"rag_score", real},
    {"feedback", integer, false, 2},
    {"is_resolved", boolean},
    {"is_complete", boolean, kRequired},
    {"cached", boolean, kRequired},
    {"response_time_ms", integer, false, 4},
    {"ttfb_ms", integer, false, 4},
    {"tokens_used", integer, false, 4},
    {"model", text, false, 255},
    {"metadata", json},
    {"created_at", time},
};
constexpr Column kAnalyticsDaily[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"date", date, kRequired},
    {"conversations_count", integer, false, 4},
    {"messages_count", integer, false, 4},
    {"unique_visitors", integer, false, 4},
    {"avg_response_time_ms", real},
    {"satisfaction_rate", real},
};
constexpr Column kInsightsCache[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"satisfaction_rate", real},
    {"avg_rag_score", real},
    {"avg_messages_per_conversation", real},
    {"low_confidence_count", integer, false, 4},
    {"total_conversations", integer, false, 4},
    {"total_messages", integer, false, 4},
    {"calculated_at", time},
};
constexpr Column kMessageTopics[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"topic_name", text, kRequired, 255},
    {"message_count", integer, false, 4},
    {"sample_questions", json},
    {"last_updated", time},
};
constexpr Column kResponseCache[] = {
    {"id", uuid, kRequired},
    {"workspace_id", uuid, kRequired},
    {"question_hash", text, kRequired, 64},
    {"question", text, kRequired},
    {"question_embedding", vector},
    {"embedding_model", text, false, 100},
    {"response", text, kRequired},
    {"sources", json},
    {"similarity_score", real},
    {"rag_score", real},
    {"hit_count", integer, false, 4},
    {"created_at", time},
    {"expires_at", time},
    {"context_version", text, false, 255},
};
constexpr Column kAuditLog[] = {
    {"id", integer, kRequired, 8},    {"at", time, kRequired}, {"actor", text, kRequired, 255},
    {"action", text, kRequired, 100}, {"workspace_id", uuid},  {"target", text},
    {"ip_address", text, false, 50},  {"detail", json},
};

constexpr Table kTables[] = {
    {"app_users", kAppUsers},
    {"app_sessions", kAppSessions},
    {"profiles", kProfiles},
    {"workspaces", kWorkspaces},
    {"workspace_members", kWorkspaceMembers, 2},
    {"workspace_invitations", kWorkspaceInvitations, 2},
    {"api_keys", kApiKeys},
    {"workspace_databases", kWorkspaceDatabases},
    {"documents", kDocuments},
    {"document_contents", kDocumentContents},
    {"document_chunks", kDocumentChunks},
    {"conversations", kConversations},
    {"messages", kMessages},
    {"analytics_daily", kAnalyticsDaily},
    {"insights_cache", kInsightsCache},
    {"message_topics", kMessageTopics},
    {"response_cache", kResponseCache},
    {"audit_log", kAuditLog},
};

}  // namespace

std::span<const Table> tables() {
  return kTables;
}

const Table* find_table(std::string_view name) {
  const auto* found = std::ranges::find(kTables, name, &Table::name);
  return found == std::end(kTables) ? nullptr : found;
}

}  // namespace monitora::transfer
