// Everything that `monitora serve` runs, in the order in which it is made; it ends in the reverse.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "app/accounts.h"
#include "app/api_keys.h"
#include "app/change_follower.h"
#include "app/chat.h"
#include "app/conversations.h"
#include "app/curated_answers.h"
#include "app/data_answers.h"
#include "app/database_questions.h"
#include "app/documents.h"
#include "app/external_databases.h"
#include "app/external_sign_ins.h"
#include "app/handovers.h"
#include "app/members.h"
#include "app/order_tracking.h"
#include "app/sessions.h"
#include "app/statistics.h"
#include "app/topics.h"
#include "app/weak_answers.h"
#include "app/webhook_delivery.h"
#include "app/widget_sites.h"
#include "app/workspaces.h"
#include "apps/database.h"
#include "apps/engine.h"
#include "apps/models.h"
#include "apps/webhook_sender.h"
#include "auth/passwords.h"
#include "auth/rate_limiter.h"
#include "auth/secret_box.h"
#include "auth/shared_rate_limiter.h"
#include "auth/supabase_tokens.h"
#include "auth/tokens.h"
#include "http/guards.h"
#include "http/hub.h"
#include "http/live_events.h"
#include "http/metrics.h"
#include "http/server.h"
#include "http/services.h"
#include "jobs/runner.h"
#include "net/smtp_client.h"
#include "net/worker_pool.h"
#include "ports/cached_questions.h"
#include "ports/executor.h"

namespace monitora::apps {

class ServerParts {
 public:
  // Opens the database (waits for its server, until `stop`), loads the models, starts jobs and
  // maintenance. Not yet listening.
  static Result<std::unique_ptr<ServerParts>> make(config::Settings settings,
                                                   const std::stop_token& stop);
  ~ServerParts();

  Status listen();  // from its return requests are answered
  std::string url() const;
  void stop();  // requests under way end first

  Database& database() { return database_; }
  Documents& documents() { return *documents_; }

 private:
  explicit ServerParts(config::Settings settings);
  Status prepare(const std::stop_token& stop);
  Status make_use_cases();
  Status make_outbound();  // webhooks and external databases
  void make_chat();
  void prepare_routing();  // in the background, where some workspace has a database
  Status make_server();
  Status embed_again();  // what another model embedded before
  void maintain(const std::stop_token& stop);
  void index_words(const std::stop_token& stop);  // what was said since, for searches
  Status clean_up();  // what nobody needs any more; a job, so one node does it at a time

  // Work that was accepted is finished even when the queue is full.
  class PoolExecutor final : public Executor {
   public:
    explicit PoolExecutor(net::WorkerPool& pool) : pool_(pool) {}
    Status post(std::function<void()> work) override { return pool_.post(std::move(work)); }
    void must_post(std::function<void()> work) override { pool_.post_next_step(std::move(work)); }

   private:
    net::WorkerPool& pool_;
  };

  const config::Settings settings_;
  const std::string node_;  // this process among those of its database
  SystemClock clock_;
  std::unique_ptr<DataDirectoryLock> lock_;
  Database database_;
  Models models_;
  Engine engine_;
  std::unique_ptr<net::WorkerPool> workers_;
  std::unique_ptr<PoolExecutor> executor_;

  auth::Passwords passwords_;
  std::unique_ptr<RateLimits> limiter_;
  auth::SharedRateLimiter* shared_limiter_ = nullptr;  // the same, where nodes share a database
  std::unique_ptr<auth::AccessTokens> access_tokens_;
  std::unique_ptr<auth::ConversationTokens> conversation_tokens_;
  auth::CustomerTokens customer_tokens_{clock_};
  std::unique_ptr<auth::SealedSecrets> secrets_;
  std::unique_ptr<auth::SupabaseTokens> supabase_tokens_;  // AUTH_MODE=supabase

  std::unique_ptr<Sessions> sessions_;
  std::unique_ptr<Accounts> accounts_;
  std::unique_ptr<ExternalSignIns> external_sign_ins_;
  std::unique_ptr<Workspaces> workspaces_;
  std::unique_ptr<Members> members_;
  std::unique_ptr<ApiKeys> api_keys_;
  std::unique_ptr<Documents> documents_;
  std::unique_ptr<Conversations> conversations_;
  std::unique_ptr<WidgetSites> widget_sites_;
  std::unique_ptr<Statistics> statistics_;
  std::unique_ptr<Topics> topics_;
  std::unique_ptr<WeakAnswers> weak_answers_;
  std::unique_ptr<CuratedAnswers> curated_;
  std::unique_ptr<net::SmtpClient> smtp_;  // none without a mail server
  std::unique_ptr<Handovers> handovers_;
  std::unique_ptr<ExternalData> external_data_;
  std::unique_ptr<ExternalDatabases> external_databases_;
  std::unique_ptr<GuardedSender> webhook_sender_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<WebhookDeliveries> webhook_deliveries_;
  std::unique_ptr<CachedQuestions> cached_questions_;
  std::unique_ptr<OrderTracking> order_tracking_;
  std::unique_ptr<PreparedQuestions> prepared_questions_;
  std::unique_ptr<DatabaseQuestions> database_questions_;
  std::unique_ptr<DataAnswers> data_answers_;
  std::unique_ptr<ChatService> chat_;
  std::unique_ptr<ChangeFollower> changes_;  // the event bus, too
  std::unique_ptr<jobs::Runner> runner_;
  std::unique_ptr<jobs::Runner> statistics_runner_;
  std::unique_ptr<jobs::Runner> webhook_runner_;  // of its own: receivers may be slow

  http::Metrics metrics_;
  std::unique_ptr<http::Services> services_;
  std::unique_ptr<http::Guards> guards_;
  std::unique_ptr<http::LiveEvents> live_events_;
  std::unique_ptr<http::Hub> hub_;
  std::unique_ptr<http::Server> server_;
  std::jthread following_;
  std::jthread maintenance_;
};

}  // namespace monitora::apps
