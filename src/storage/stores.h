// Every store on SQL, made from a pool. The pool and the clock outlive the stores. The stores are
// thread-safe, hold no rows of their own and write the same plain SQL for every database.
#pragma once

#include <memory>

#include "base/clock.h"
#include "ports/conversation_store.h"
#include "ports/curated_store.h"
#include "ports/document_store.h"
#include "ports/external_database_store.h"
#include "ports/insights_store.h"
#include "ports/job_store.h"
#include "ports/prepared_question_store.h"
#include "ports/rate_limits.h"
#include "ports/topic_store.h"
#include "ports/user_store.h"
#include "ports/webhook_store.h"
#include "ports/widget_site_store.h"
#include "ports/workspace_store.h"
#include "sql/pool.h"

namespace monitora::storage {

class WebhookOutbox;

std::unique_ptr<UserStore> make_user_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<SessionStore> make_session_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<WorkspaceStore> make_workspace_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<MemberStore> make_member_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<ApiKeyStore> make_api_key_store(sql::Pool& pool, const Clock& clock);

std::unique_ptr<DocumentStore> make_document_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<ChunkSource> make_chunk_source(sql::Pool& pool);
// Webhooks hear of what happens through `outbox`; none hears where it is null.
std::unique_ptr<ConversationStore> make_conversation_store(sql::Pool& pool, const Clock& clock,
                                                           const WebhookOutbox* outbox = nullptr);
std::unique_ptr<WebhookStore> make_webhook_store(sql::Pool& pool, const Clock& clock,
                                                 WebhookOutbox& outbox);
std::unique_ptr<InsightsStore> make_insights_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<TopicStore> make_topic_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<CacheStore> make_cache_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<CuratedStore> make_curated_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<PreparedQuestionStore> make_prepared_question_store(sql::Pool& pool,
                                                                    const Clock& clock);
std::unique_ptr<ExternalDatabaseStore> make_external_database_store(sql::Pool& pool,
                                                                    const Clock& clock);
std::unique_ptr<WidgetSiteStore> make_widget_site_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<JobStore> make_job_store(sql::Pool& pool, const Clock& clock);
std::unique_ptr<ChangeLog> make_change_log(sql::Pool& pool);
std::unique_ptr<SharedCounts> make_shared_counts(sql::Pool& pool);
std::unique_ptr<AuditLog> make_audit_log(sql::Pool& pool, const Clock& clock);

}  // namespace monitora::storage
