#include "apps/server_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>

#include "apps/handover_jobs.h"
#include "apps/index_jobs.h"
#include "apps/job_payload.h"
#include "base/log.h"
#include "external/external_data.h"
#include "http/handlers_answers.h"
#include "http/handlers_cache.h"
#include "http/handlers_chat.h"
#include "http/handlers_conversations.h"
#include "http/handlers_external.h"
#include "http/handlers_handover.h"
#include "http/handlers_hub.h"
#include "http/handlers_insights.h"
#include "http/handlers_mcp.h"
#include "http/handlers_openai.h"
#include "http/handlers_orders.h"
#include "http/handlers_pages.h"
#include "http/handlers_prepared_questions.h"
#include "http/handlers_visitor_events.h"
#include "http/handlers_webhooks.h"
#include "http/routes.h"
#include "retrieval/cached_question_index.h"
#include "storage/search_index.h"
#include "transfer/load.h"

namespace monitora::apps {
namespace {

constexpr std::size_t kWorkers = 8;    // threads for requests that block
constexpr std::size_t kWaiting = 256;  // requests that may wait for one of them
constexpr std::chrono::seconds kStep{1};
constexpr std::chrono::seconds kSave{30};
constexpr std::chrono::seconds kIndexWords{5};
constexpr int kIndexedAtOnce = 50;  // conversations: some milliseconds of a writer
constexpr std::string_view kCleanUp = "clean_up";
constexpr std::chrono::hours kCleanEvery{1};
constexpr std::chrono::minutes kAskToClean{10};
constexpr std::chrono::days kKeepFinishedJobs{7};
constexpr std::chrono::days kKeepDeliveries{30};
constexpr int kWebhookThreads = 4;  // each waits for one receiver
constexpr std::string_view kAllTopics = "refresh_all_topics";
constexpr std::chrono::hours kTopicsEvery{1};
constexpr std::string_view kRecount = "recount_figures";
constexpr std::chrono::hours kNightEnds{4};  // UTC; the recount is asked for from midnight on
constexpr std::chrono::hours kRecountEvery{20};

std::string name_of(config::Registration registration) {
  switch (registration) {
    case config::Registration::open:
      return "open";
    case config::Registration::invite:
      return "invite";
    case config::Registration::closed:
      break;
  }
  return "closed";
}

SignUp sign_up_of(config::Registration registration) {
  switch (registration) {
    case config::Registration::open:
      return SignUp::open;
    case config::Registration::invite:
      return SignUp::invited;
    case config::Registration::closed:
      return SignUp::closed;
  }
  return SignUp::closed;
}

// Indexing leaves a core to questions.
int indexing_threads() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()) - 1, 1, 4);
}

void warn(const char* what, const Status& status) {
  if (!status.ok()) log::warning("{}: {}", what, status.to_string());
}

}  // namespace

Result<std::unique_ptr<ServerParts>> ServerParts::make(config::Settings settings,
                                                       const std::stop_token& stop) {
  std::unique_ptr<ServerParts> parts(new ServerParts(std::move(settings)));
  MONITORA_TRY(parts->prepare(stop));
  return parts;
}

ServerParts::ServerParts(config::Settings settings)
    : settings_(std::move(settings)), node_("node-" + random_token(9)) {}

ServerParts::~ServerParts() {
  stop();
}

Status ServerParts::prepare(const std::stop_token& stop) {
  MONITORA_ASSIGN(DataDirectoryLock lock, DataDirectoryLock::take(settings_.data_dir));
  lock_ = std::make_unique<DataDirectoryLock>(std::move(lock));
  std::error_code ignored;
  std::filesystem::remove_all(scratch_directory(settings_),
                              ignored);  // left by a server that was killed
  MONITORA_ASSIGN(database_,
                  open_database(settings_, clock_,
                                std::chrono::seconds(settings_.database_wait_seconds), stop));
  MONITORA_TRY(transfer::refuse_while_loading(*database_.pool));
  MONITORA_TRY(storage::note_unindexed_conversations(*database_.pool));
  MONITORA_ASSIGN(models_, load_models(settings_));
  MONITORA_ASSIGN(engine_, make_engine(settings_, database_, *models_.embedder));
  workers_ = std::make_unique<net::WorkerPool>("worker", kWorkers, kWaiting);
  executor_ = std::make_unique<PoolExecutor>(*workers_);
  const auto chunks_of = [this](const WorkspaceId& workspace, const DocumentId& document) {
    return database_.documents->indexed_chunks(workspace, document);
  };
  MONITORA_ASSIGN(
      changes_, ChangeFollower::start(*database_.changes, {chunks_of, *engine_.retriever}, clock_));
  database_.pool->on_change([this] { changes_->wake(); });
  MONITORA_TRY(make_use_cases());
  MONITORA_TRY(make_outbound());
  make_chat();
  engine_.retriever->preload();  // after it: no change may fall between a load and the first look
  MONITORA_TRY(embed_again());
  runner_ = std::make_unique<jobs::Runner>(
      *database_.jobs,
      std::map<std::string, jobs::Handler>{
          {"index_document", indexing_handler(*engine_.indexing)},
          {"handover_mail", handover_mail_handler(*database_.workspaces, *database_.conversations,
                                                  smtp_.get(), settings_.public_url)},
          {std::string(kCleanUp), [this](const std::string&, bool) { return clean_up(); }}},
      jobs::RunnerOptions{.node = node_, .threads = indexing_threads()});
  // A large workspace's figures take minutes: documents do not wait for them.
  statistics_runner_ = std::make_unique<jobs::Runner>(
      *database_.jobs,
      std::map<std::string, jobs::Handler>{
          {std::string(kAllTopics),
           [this](const std::string&, bool) { return topics_->refresh_all(); }},
          {std::string(Topics::kRefreshJob), topics_handler(*topics_)},
          {std::string(kRecount),
           [this](const std::string&, bool) { return statistics_->recount_all(); }}},
      jobs::RunnerOptions{.node = node_});
  MONITORA_TRY(make_server());
  following_ = std::jthread([this](const std::stop_token& stop) { changes_->run(stop); });
  maintenance_ = std::jthread([this](const std::stop_token& stop) { maintain(stop); });
  return {};
}

Status ServerParts::make_use_cases() {
  if (settings_.uses_sqlite()) {
    limiter_ = std::make_unique<auth::RateLimiter>(clock_);
  } else {
    auto shared = std::make_unique<auth::SharedRateLimiter>(clock_, *database_.shared_counts, node_,
                                                            settings_.jwt_secret);
    shared_limiter_ = shared.get();
    limiter_ = std::move(shared);
  }
  access_tokens_ = std::make_unique<auth::AccessTokens>(settings_.jwt_secret, clock_);
  conversation_tokens_ = std::make_unique<auth::ConversationTokens>(settings_.jwt_secret);
  MONITORA_ASSIGN(auth::SealedSecrets secrets,
                  auth::SealedSecrets::with_key(settings_.encryption_key));
  secrets_ = std::make_unique<auth::SealedSecrets>(std::move(secrets));
  const auto wake = [this] {
    if (runner_) runner_->wake();
  };
  Database& db = database_;
  sessions_ = std::make_unique<Sessions>(*db.sessions, *access_tokens_, *db.audit, clock_,
                                         std::chrono::hours(settings_.jwt_expiry_hours));
  accounts_ = std::make_unique<Accounts>(
      AccountParts{*db.users, *db.members, passwords_, *sessions_, *db.audit, clock_},
      sign_up_of(settings_.registration));
  if (settings_.uses_supabase_accounts()) {
    supabase_tokens_ = std::make_unique<auth::SupabaseTokens>(settings_.supabase_jwt_secret,
                                                              settings_.supabase_url, clock_);
    external_sign_ins_ =
        std::make_unique<ExternalSignIns>(*supabase_tokens_, *db.users, *accounts_);
  }
  widget_sites_ = std::make_unique<WidgetSites>(*database_.widget_sites, *executor_, clock_);
  workspaces_ = std::make_unique<Workspaces>(WorkspaceParts{
      *db.workspaces, *db.documents, *engine_.retriever, *secrets_, *db.audit, clock_, wake});
  members_ = std::make_unique<Members>(*db.members, *db.audit);
  api_keys_ = std::make_unique<ApiKeys>(*db.api_keys, *db.audit, clock_);
  documents_ = std::make_unique<Documents>(DocumentParts{
      *db.documents, *db.chunks, *engine_.retriever, *engine_.extractor, *db.audit, wake});
  conversations_ = std::make_unique<Conversations>(*db.conversations, *db.audit);
  statistics_ = std::make_unique<Statistics>(*db.insights, *db.workspaces, clock_);
  topics_ = std::make_unique<Topics>(TopicParts{*db.topics, *db.workspaces, *models_.embedder,
                                                *engine_.clusterer, *engine_.words, *db.jobs,
                                                clock_, [this] { statistics_runner_->wake(); }});
  weak_answers_ = std::make_unique<WeakAnswers>(
      WeakAnswerParts{*db.insights, *db.workspaces, *documents_, *models_.embedder,
                      *engine_.retriever, *db.audit, scratch_directory(settings_)});
  if (!settings_.smtp_url.empty())
    smtp_ = std::make_unique<net::SmtpClient>(smtp_options(settings_));
  curated_ = std::make_unique<CuratedAnswers>(
      CuratedParts{*db.curated, *models_.embedder, *changes_, *db.audit});
  handovers_ =
      std::make_unique<Handovers>(HandoverParts{*db.conversations, *limiter_, *db.audit, wake});
  cached_questions_ = retrieval::make_cached_question_index(
      *db.cache, clock_, models_.embedder->model(), models_.embedder->dimension());
  return {};
}

Status ServerParts::make_outbound() {
  std::string allowed;
  for (const std::string& host : settings_.allowed_private_hosts) allowed += host + ",";
  MONITORA_ASSIGN(net::AddressGuard guard, net::AddressGuard::parse(allowed));
  external_data_ =
      external::make_external_data(guard, {.sqlserver_driver = settings_.mssql_driver});
  external_databases_ = std::make_unique<ExternalDatabases>(
      ExternalDatabaseParts{*database_.external, *external_data_, *secrets_, *database_.audit,
                            clock_, [this] { prepare_routing(); }});
  webhook_sender_ = std::make_unique<GuardedSender>(*models_.runtime, std::move(guard));
  const WebhookParts parts{*database_.webhooks, *secrets_, *webhook_sender_, *database_.audit,
                           clock_};
  webhooks_ = std::make_unique<Webhooks>(parts);
  webhook_deliveries_ = std::make_unique<WebhookDeliveries>(parts);
  webhook_runner_ = std::make_unique<jobs::Runner>(
      *database_.jobs,
      std::map<std::string, jobs::Handler>{
          {std::string(storage::kDeliverWebhook),
           [this](const std::string& payload, bool) -> Status {
             const auto webhook = JobPayload(payload).id<WebhookId>("webhook_id");
             if (!webhook) return Status::internal("deliver_webhook: bad payload");
             return webhook_deliveries_->deliver(*webhook);
           }}},
      jobs::RunnerOptions{
          .node = node_, .threads = kWebhookThreads, .idle_wait = std::chrono::milliseconds(2000)});
  return {};
}

void ServerParts::make_chat() {
  prepared_questions_ = std::make_unique<PreparedQuestions>(
      PreparedQuestionParts{*database_.prepared, *external_databases_, *external_data_,
                            *models_.embedder, *changes_, *database_.audit, clock_});
  database_questions_ = std::make_unique<DatabaseQuestions>(
      DatabaseQuestionParts{*external_databases_, *external_data_, *prepared_questions_,
                            *models_.chat, *executor_, *database_.audit, clock_});
  order_tracking_ = std::make_unique<OrderTracking>(
      OrderTrackingParts{*database_.external, *external_databases_, *database_.audit, clock_});
  data_answers_ = std::make_unique<DataAnswers>(
      DataAnswerParts{*database_.external, *models_.embedder, *changes_, *order_tracking_,
                      database_questions_.get()});
  prepare_routing();
  chat_ = std::make_unique<ChatService>(
      ChatParts{*database_.conversations, *database_.cache, *cached_questions_, *engine_.retriever,
                *models_.embedder, *models_.chat, *curated_, *handovers_, *executor_, clock_,
                data_answers_.get()});
}

void ServerParts::prepare_routing() {
  executor_->must_post([this] {
    if (const Status status = data_answers_->prepare(); !status.ok())
      log::warning("routing to databases: {}", status.to_string());
  });
}

Status ServerParts::make_server() {
  services_ = std::make_unique<http::Services>(http::Services{*accounts_,
                                                              *sessions_,
                                                              *workspaces_,
                                                              *members_,
                                                              *api_keys_,
                                                              *documents_,
                                                              *database_.workspaces,
                                                              *database_.documents,
                                                              *limiter_,
                                                              *widget_sites_,
                                                              metrics_,
                                                              settings_.public_url,
                                                              settings_.metrics_token,
                                                              settings_.rate_limit_login,
                                                              {}});
  services_->external_sign_ins = external_sign_ins_.get();
  services_->requests_by_key = settings_.rate_limit_key;
  services_->registration = name_of(settings_.registration);
  services_->readiness = [this] {
    const Status database = database_.changes->latest().status();
    const Status model = models_.embedder->embed_one(Embedder::Kind::query, "ready").status();
    return std::vector<http::Services::Check>{
        {"database", database}, {"model", model}, {"index", database}};
  };
  guards_ = std::make_unique<http::Guards>(*services_);
  live_events_ = std::make_unique<http::LiveEvents>(*database_.changes, *database_.documents,
                                                    *database_.conversations, clock_);
  hub_ = std::make_unique<http::Hub>(
      http::HubParts{*changes_, *live_events_, *database_.workspaces, *executor_,
                     [this](const http::HubClient::Owner& owner) {
                       return guards_->sign_in(owner.access_token, owner.client).status();
                     }});
  metrics_.gauge("monitora_hub_clients", "Clients of the live hub.",
                 [this] { return static_cast<double>(hub_->clients()); });
  const std::string public_url = settings_.public_url;
  const auto own_origin = [public_url](const http::Request& request) {
    return http::own_origin(request, public_url);
  };
  const http::ChatRoutes chat{*chat_,
                              *executor_,
                              *database_.workspaces,
                              *database_.conversations,
                              *database_.cache,
                              *conversation_tokens_,
                              customer_tokens_,
                              *workspaces_,
                              *handovers_,
                              *limiter_,
                              settings_.rate_limit_address,
                              settings_.rate_limit_visitor,
                              settings_.rate_limit_workspace,
                              changes_.get()};
  http::Router router;
  http::add_routes(router, *services_);
  http::add_conversation_routes(router,
                                {*conversations_, *database_.conversations, *database_.workspaces});
  http::add_insight_routes(router, {*statistics_, *weak_answers_, *topics_, *database_.insights,
                                    *database_.topics, *database_.workspaces, clock_});
  http::add_answer_routes(router, {*curated_, *database_.curated});
  http::add_handover_routes(
      router,
      {*handovers_, *conversations_, *database_.conversations, *database_.workspaces, *limiter_,
       smtp_ ? [this](
                   const Workspace& workspace) { return smtp_->send(handover_try_mail(workspace)); }
             : std::function<Status(const Workspace&)>()});
  http::add_chat_routes(router, chat);
  http::add_widget_routes(router, chat);
  http::add_openai_routes(router, {*chat_, *executor_, *database_.workspaces, *models_.embedder,
                                   clock_, changes_.get()});
  http::add_mcp_routes(
      router, {*chat_, *executor_, *database_.workspaces, *database_.conversations,
               *models_.embedder, *engine_.retriever, settings_.public_url, changes_.get()});
  http::add_external_database_routes(
      router, {*external_databases_, *database_questions_, *database_.workspaces});
  http::add_prepared_question_routes(router, *prepared_questions_);
  http::add_order_routes(router, {*order_tracking_, *database_.workspaces});
  http::add_webhook_routes(router, *webhooks_);
  http::add_cache_routes(router, {*database_.cache, *database_.audit});
  http::add_visitor_event_routes(router, {{*changes_, *database_.conversations, *executor_},
                                          *conversation_tokens_,
                                          *limiter_,
                                          settings_.rate_limit_address});
  http::add_hub_routes(router, {*hub_, settings_.public_url});
  http::add_page_routes(router,
                        {*database_.workspaces, own_origin, settings_.landing == "sign-in"});

  http::ServerOptions options;
  options.address = settings_.listen_host;
  options.port = static_cast<std::uint16_t>(settings_.listen_port);
  for (const std::string& proxy : settings_.trusted_proxies)
    if (const auto cidr = net::Cidr::parse(proxy)) options.trusted_proxies.push_back(*cidr);
  options.upload_directory = scratch_directory(settings_);
  options.max_file_size = std::int64_t{settings_.max_upload_mb} << 20;
  options.guard = [this](http::Request& request, const http::Route& route) {
    return guards_->check(request, route);
  };
  options.after = [this](const http::Request& request, const http::Route* route,
                         http::Response& response) { guards_->after(request, route, response); };
  options.preflight = [this](http::Request& request, const http::Route& route) {
    return guards_->preflight(request, route);
  };
  options.render_error = http::render_error;
  server_ = std::make_unique<http::Server>(*models_.runtime, *workers_, metrics_, std::move(router),
                                           std::move(options));
  return {};
}

Status ServerParts::embed_again() {
  MONITORA_ASSIGN(const std::vector<WorkspaceId> workspaces,
                  database_.documents->workspaces_of_other_models(models_.embedder->model()));
  for (const WorkspaceId& workspace : workspaces) {
    MONITORA_ASSIGN(const int documents, database_.documents->request_indexing_of_all(workspace));
    log::info("workspace {}: {} documents are embedded again with {}", workspace.to_string(),
              documents, models_.embedder->model());
  }
  return {};
}

Status ServerParts::listen() {
  return server_->start();
}

std::string ServerParts::url() const {
  if (!settings_.public_url.empty()) return settings_.public_url;
  const std::string& host = settings_.listen_host;
  const bool here = host == "127.0.0.1" || host == "0.0.0.0" || host == "::" || host == "::1";
  return fmt::format("http://{}:{}", here ? "localhost" : host, server_->port());
}

void ServerParts::stop() {
  maintenance_.request_stop();
  if (maintenance_.joinable()) maintenance_.join();
  if (hub_) hub_->stop();
  if (server_) server_->stop();
  statistics_runner_.reset();
  runner_.reset();
  webhook_runner_.reset();
  if (workers_) workers_->stop();
  // Nothing is committed any more that anybody would have to hear of.
  if (database_.pool) database_.pool->on_change({});
  following_.request_stop();
  if (following_.joinable()) following_.join();
  if (engine_.retriever) warn("index files", engine_.retriever->save());
  if (models_.runtime) models_.runtime->stop();
}

void ServerParts::maintain(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  auto saved = std::chrono::steady_clock::now();
  auto asked = saved - kAskToClean, indexed = saved - kIndexWords;
  while (!condition.wait_for(lock, stop, kStep, [] { return false; }) && !stop.stop_requested()) {
    warn("webhooks of other nodes", database_.webhook_outbox->refresh(*database_.pool));
    const auto now = std::chrono::steady_clock::now();
    if (now - indexed >= kIndexWords) {
      index_words(stop);
      indexed = std::chrono::steady_clock::now();
    }
    if (now - saved >= kSave) {
      saved = now;
      warn("index files", engine_.retriever->save());
    }
    if (now - asked >= kAskToClean) {
      asked = now;
      warn("cleaning up", database_.jobs->enqueue_periodic(std::string(kCleanUp), kCleanEvery));
      warn("topics", database_.jobs->enqueue_periodic(std::string(kAllTopics), kTopicsEvery));
      const Time time = clock_.now();
      if (time - std::chrono::floor<std::chrono::days>(time) < kNightEnds)
        warn("recounting", database_.jobs->enqueue_periodic(std::string(kRecount), kRecountEvery));
    }
  }
}

void ServerParts::index_words(const std::stop_token& stop) {
  const auto start = std::chrono::steady_clock::now();
  while (!stop.stop_requested() && std::chrono::steady_clock::now() - start < kSave) {
    const Result<int> indexed = storage::index_conversations(*database_.pool, kIndexedAtOnce);
    warn("words to search for", indexed.status());
    if (!indexed.ok() || *indexed < kIndexedAtOnce) return;
  }
}

Status ServerParts::clean_up() {
  warn("expired sessions", database_.sessions->remove_expired());
  warn("expired answers", database_.cache->remove_expired());
  warn("old deliveries", database_.webhooks->remove_finished(clock_.now() - kKeepDeliveries));
  warn("finished jobs", database_.jobs->remove_finished(clock_.now() - kKeepFinishedJobs));
  warn("old changes", database_.changes->prune(clock_.now() - ChangeFollower::kKept));
  if (shared_limiter_ != nullptr) warn("old rate limits", shared_limiter_->prune());
  return {};
}

}  // namespace monitora::apps
