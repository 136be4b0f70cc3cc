#include "http/test_server.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "app/api_keys.h"
#include "app/change_follower.h"
#include "app/conversations.h"
#include "app/curated_answers.h"
#include "app/documents.h"
#include "app/external_databases.h"
#include "app/external_sign_ins.h"
#include "app/handovers.h"
#include "app/members.h"
#include "app/order_tracking.h"
#include "app/webhooks.h"
#include "app/widget_sites.h"
#include "app/workspaces.h"
#include "auth/passwords.h"
#include "auth/rate_limiter.h"
#include "auth/secret_box.h"
#include "auth/supabase_tokens.h"
#include "auth/tokens.h"
#include "base/text.h"
#include "contract/database_under_test.h"
#include "http/guards.h"
#include "http/handlers_answers.h"
#include "http/handlers_cache.h"
#include "http/handlers_conversations.h"
#include "http/handlers_external.h"
#include "http/handlers_handover.h"
#include "http/handlers_hub.h"
#include "http/handlers_insights.h"
#include "http/handlers_mcp.h"
#include "http/handlers_openai.h"
#include "http/handlers_orders.h"
#include "http/handlers_prepared_questions.h"
#include "http/handlers_visitor_events.h"
#include "http/handlers_webhooks.h"
#include "http/live_events.h"
#include "http/metrics.h"
#include "http/routes.h"
#include "http/session_token.h"
#include "http/wire.h"
#include "ports/chat_model.h"
#include "ports/executor.h"
#include "retrieval/cached_question_index.h"
#include "retrieval/question_clusterer.h"
#include "retrieval/retrieval_testing.h"
#include "retrieval/word_reader.h"
#include "storage/stores.h"
#include "storage/webhook_outbox.h"

namespace monitora::scenarios {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

// Remembers what it was told to forget; finds nothing, and answers as well as it is told to.
class ForgettingRetriever final : public Retriever {
 public:
  Result<Retrieved> search(const WorkspaceId&, const std::string&, const Vector&,
                           const RetrievalOptions&) override {
    Retrieved found;
    found.answerable = answerable;
    return found;
  }
  Status put_document(const WorkspaceId&, const DocumentId&, std::vector<IndexedChunk>,
                      std::int64_t) override {
    return {};
  }
  Status remove_document(const WorkspaceId&, const DocumentId& document, std::int64_t) override {
    forgotten.push_back(document.to_string());
    return {};
  }
  Status remove_workspace(const WorkspaceId& workspace) override {
    forgotten.push_back(workspace.to_string());
    return {};
  }
  Status reload() override { return {}; }
  std::optional<std::int64_t> version(const WorkspaceId&) override { return {}; }
  Result<std::size_t> count(const WorkspaceId&) override { return std::size_t{0}; }
  Status save() override { return {}; }
  std::vector<std::string> forgotten;
  float answerable = 0;
};

// Every text is the same to it.
class BluntEmbedder final : public Embedder {
 public:
  const std::string& model() const override { return model_; }
  int dimension() const override { return 1; }
  int max_tokens() const override { return 512; }
  Result<std::vector<Vector>> embed(Kind, std::span<const std::string_view> texts) override {
    return std::vector<Vector>(texts.size(), Vector{1});
  }
  int count_tokens(std::string_view) const override { return 1; }

 private:
  const std::string model_ = "blunt";
};

// Texts with words in common are near one another.
class WordEmbedder final : public Embedder {
 public:
  const std::string& model() const override { return model_; }
  int dimension() const override { return 64; }
  int max_tokens() const override { return 512; }
  Result<std::vector<Vector>> embed(Kind, std::span<const std::string_view> texts) override {
    if (const auto call = std::exchange(meanwhile, {})) call();
    std::vector<Vector> vectors;
    for (const std::string_view text : texts)
      vectors.push_back(retrieval::testing::word_vector(text, dimension()));
    return vectors;
  }
  int count_tokens(std::string_view) const override { return 1; }

  std::function<void()> meanwhile;

 private:
  const std::string model_ = "words";
};

class Inline final : public Executor {
 public:
  Status post(std::function<void()> work) override { return work(), Status(); }
  void must_post(std::function<void()> work) override { work(); }
};

// Nothing is found, so nothing is ever asked of it.
class SilentModel final : public ChatModel {
 public:
  std::unique_ptr<ChatCall> start(ChatRequest, std::shared_ptr<ChatListener>) override {
    std::abort();
  }
  bool is_extractive() const override { return false; }
};

// Writes the statements that a test tells it; without any it is no language model.
class WritingModel final : public ChatModel {
 public:
  std::unique_ptr<ChatCall> start(ChatRequest request,
                                  std::shared_ptr<ChatListener> listener) override {
    prompts.push_back({});
    for (const PromptMessage& each : request.messages) prompts.back() += each.content + "\n";
    const std::string says = replies.empty() ? "NO_ANSWER" : replies.front();
    if (!replies.empty()) replies.erase(replies.begin());
    listener->on_token(says);
    listener->on_done({});
    return std::make_unique<Ended>();
  }
  bool is_extractive() const override { return !is_there; }
  bool is_there = false;
  std::vector<std::string> replies, prompts;

 private:
  struct Ended final : ChatCall {
    void cancel() override {}
  };
};

// What other nodes do is tested where they are.
class QuietBus final : public EventBus {
 public:
  std::shared_ptr<void> listen(const WorkspaceId&, Listener) override { return nullptr; }
};

// Every host but "intern" may be called; answers what it is told to.
class ScriptedSender final : public WebhookSender {
 public:
  Status check(const std::string& url) override {
    return url.starts_with("https://intern")
               ? Status::invalid("url", {"Adresse privée.", "A private address."})
               : Status();
  }
  Result<int> post(const std::string&, std::vector<std::pair<std::string, std::string>>,
                   std::string) override {
    return answer;
  }
  int answer = 204;
};

ExternalColumn column(const char* name, const char* type) {
  ExternalColumn made;
  made.name = name;
  made.type = type;
  return made;
}

// A shop's database; what its host is called decides how it goes.
class ScriptedData final : public ExternalData {
 public:
  Result<Tested> test(const ExternalLogin& login) override {
    passwords.push_back(login.password);
    MONITORA_TRY(reach(login));
    return Tested{"PostgreSQL 15.4", std::chrono::milliseconds(7), login.database.user == "root"};
  }
  Result<std::vector<ExternalTable>> tables(const ExternalLogin& login) override {
    MONITORA_TRY(reach(login));
    ExternalTable orders{"public", "orders", false, "Commandes", {}};
    orders.columns = {{"id", "integer", false, true, {}, {}}, column("total", "numeric")};
    ExternalTable shop{"public", "sales", false, "", {}};
    shop.columns = {column("Ref", "text"), column("made_on", "date"), column("state", "text"),
                    column("email", "text")};
    return std::vector<ExternalTable>{orders, shop};
  }
  Result<std::vector<ExternalTable>> readable(const ExternalLogin& login) override {
    MONITORA_ASSIGN(const auto all, tables(login));
    return only_allowed(all, login.database.allowed_tables);
  }
  Result<ExternalRows> sample(const ExternalLogin&, const ExternalTable&) override {
    return ExternalRows{{"id", "total"}, {{std::int64_t{7}, "ligne-montree"}}, false};
  }
  Result<std::string> check(const ExternalLogin& login, std::string_view sql,
                            const ExternalParameters& parameters) override {
    MONITORA_TRY(reach(login));
    if (!sql.starts_with("SELECT") ||
        (sql.find(':') != std::string_view::npos && parameters.empty()))
      return Status(Code::invalid_argument, "statement_refused",
                    {"Cela n'est pas permis.", "That is not allowed."});
    return std::string(sql);
  }
  Result<Answer> query(const ExternalLogin& login, std::string_view sql,
                       const ExternalParameters& parameters) override {
    Answer answer;
    MONITORA_ASSIGN(answer.sql, check(login, sql, parameters));
    if (sql.find("inconnue") != std::string_view::npos)
      return Status(Code::invalid_argument, "statement_failed",
                    {"Une colonne est inconnue.", "A column is unknown."}, "column inconnue");
    if (parameters.contains("owner0")) {
      answer.rows.columns = {"order_owner", "order_number", "order_date", "order_status"};
      const auto number = parameters.find("number0");
      if (number == parameters.end() || number->second == ExternalValue("FR-1234"))
        answer.rows.rows = {{"zoe@example.com", "FR-1234", "2026-11-01", "sent"}};
      return answer;
    }
    answer.rows.columns = {"id", "name", "total", "paid", "note"};
    answer.rows.rows = {{std::int64_t{1}, "Zoé", 2.5, true, nullptr}};
    return answer;
  }
  void forget(const WorkspaceId&) override { ++forgotten; }
  std::vector<std::string> passwords;
  int forgotten = 0;

 private:
  static Status reach(const ExternalLogin& login) {
    if (login.database.host != "eteint.example") return {};
    return Status(Code::upstream_failed, "connect_failed",
                  {"Le serveur ne répond pas.", "The server does not answer."}, "driver says so");
  }
};

// Text is text, "MZ" is a program; the real one is tested where it is.
class SimpleExtractor final : public TextExtractor {
 public:
  Result<ExtractedText> extract(const fs::path&, const std::string&) override {
    return ExtractedText();
  }
  Result<std::string> detect_type(const fs::path& file, const std::string&) override {
    std::string start(2, '\0');
    std::ifstream(file, std::ios::binary).read(start.data(), 2);
    if (start == "MZ")
      return Status(
          Code::unsupported_type, "unsupported_file_type",
          {"Ce type de fichier n'est pas pris en charge.", "This type of file is not supported."});
    return std::string("text/plain");
  }
};

fs::path make_directory() {
  std::string pattern = (fs::temp_directory_path() / "monitora-http-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  return pattern;
}

// An empty one with the schema, of the kind that MONITORA_TEST_DATABASE names.
std::unique_ptr<contract::Database> make_database() {
  const char* named = std::getenv("MONITORA_TEST_DATABASE");
  const std::string kind = named == nullptr ? "sqlite" : named;
  for (const contract::DatabaseUnderTest& each : contract::databases_under_test())
    if (each.name.starts_with(kind)) return each.make();
  std::abort();  // main() has looked
}

}  // namespace

struct TestServer::Parts {
  Parts(SignUp sign_up, SignedInBy signed_in_by)
      : directory(make_directory()),
        database(make_database()),
        pool(&database->pool()),
        users(storage::make_user_store(*pool, clock)),
        session_store(storage::make_session_store(*pool, clock)),
        workspace_store(storage::make_workspace_store(*pool, clock)),
        member_store(storage::make_member_store(*pool, clock)),
        key_store(storage::make_api_key_store(*pool, clock)),
        document_store(storage::make_document_store(*pool, clock)),
        chunks(storage::make_chunk_source(*pool)),
        webhook_store(storage::make_webhook_store(*pool, clock, outbox)),
        conversation_store(storage::make_conversation_store(*pool, clock, &outbox)),
        insights_store(storage::make_insights_store(*pool, clock)),
        topic_store(storage::make_topic_store(*pool, clock)),
        job_store(storage::make_job_store(*pool, clock)),
        cache_store(storage::make_cache_store(*pool, clock)),
        curated_store(storage::make_curated_store(*pool, clock)),
        site_store(storage::make_widget_site_store(*pool, clock)),
        prepared_store(storage::make_prepared_question_store(*pool, clock)),
        external_store(storage::make_external_database_store(*pool, clock)),
        audit(storage::make_audit_log(*pool, clock)),
        change_log(storage::make_change_log(*pool)),
        tokens(std::string(40, 's'), clock),
        secrets(*auth::SealedSecrets::with_key(base64(Bytes(32, 7)))),
        limiter(clock),
        sessions(*session_store, tokens, *audit, clock, std::chrono::hours(24)),
        accounts({*users, *member_store, passwords, sessions, *audit, clock}, sign_up),
        workspaces({*workspace_store, *document_store, retriever, secrets, *audit, clock,
                    [this] { ++jobs; }}),
        members(*member_store, *audit),
        api_keys(*key_store, *audit, clock),
        documents({*document_store, *chunks, retriever, extractor, *audit, [this] { ++jobs; }}) {
    if (signed_in_by == SignedInBy::supabase) services.external_sign_ins = &external_sign_ins;
  }
  ~Parts() { fs::remove_all(directory); }

  TestClock clock;
  fs::path directory;
  std::unique_ptr<contract::Database> database;
  sql::Pool* pool;
  std::unique_ptr<UserStore> users;
  std::unique_ptr<SessionStore> session_store;
  std::unique_ptr<WorkspaceStore> workspace_store;
  std::unique_ptr<MemberStore> member_store;
  std::unique_ptr<ApiKeyStore> key_store;
  std::unique_ptr<DocumentStore> document_store;
  std::unique_ptr<ChunkSource> chunks;
  storage::WebhookOutbox outbox;
  std::unique_ptr<WebhookStore> webhook_store;
  std::unique_ptr<ConversationStore> conversation_store;
  std::unique_ptr<InsightsStore> insights_store;
  std::unique_ptr<TopicStore> topic_store;
  std::unique_ptr<JobStore> job_store;
  std::unique_ptr<CacheStore> cache_store;
  std::unique_ptr<CuratedStore> curated_store;
  std::unique_ptr<WidgetSiteStore> site_store;
  std::unique_ptr<PreparedQuestionStore> prepared_store;
  std::unique_ptr<ExternalDatabaseStore> external_store;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<ChangeLog> change_log;
  auth::Passwords passwords;
  auth::AccessTokens tokens;
  auth::SealedSecrets secrets;
  auth::ConversationTokens visitor_tokens{std::string(40, 's')};
  auth::RateLimiter limiter;
  ForgettingRetriever retriever;
  SimpleExtractor extractor;
  int jobs = 0;
  Sessions sessions;
  Accounts accounts;
  auth::SupabaseTokens supabase_tokens{kSupabaseSecret, kSupabase, clock};
  ExternalSignIns external_sign_ins{supabase_tokens, *users, accounts};
  Workspaces workspaces;
  Members members;
  ApiKeys api_keys;
  Documents documents;
  Conversations conversations{*conversation_store, *audit};
  Statistics statistics{*insights_store, *workspace_store, clock};
  BluntEmbedder embedder;
  WeakAnswers weak_answers{
      {*insights_store, *workspace_store, documents, embedder, retriever, *audit, directory}};
  std::unique_ptr<QuestionClusterer> clusterer = retrieval::make_question_clusterer();
  std::unique_ptr<WordReader> words = retrieval::make_word_reader();
  WordEmbedder word_embedder;
  Topics topics{{*topic_store, *workspace_store, word_embedder, *clusterer, *words, *job_store,
                 clock, [this] { ++jobs; }}};
  ScriptedSender sender;
  Webhooks webhooks{{*webhook_store, secrets, sender, *audit, clock}};
  ScriptedData external_data;
  ExternalDatabases external_databases{{*external_store, external_data, secrets, *audit, clock}};
  Inline workers;
  WidgetSites widget_sites{*site_store, workers, clock};
  OrderTracking order_tracking{{*external_store, external_databases, *audit, clock}};
  WritingModel writing_model;
  QuietBus events;
  PreparedQuestions prepared_questions{
      {*prepared_store, external_databases, external_data, word_embedder, events, *audit, clock}};
  DatabaseQuestions database_questions{{external_databases, external_data, prepared_questions,
                                        writing_model, workers, *audit, clock}};
  SilentModel model;
  std::vector<std::string> mails;  // who was sent one
  CuratedAnswers curated{{*curated_store, embedder, events, *audit}};
  Handovers handovers{{*conversation_store, limiter, *audit, [this] { ++jobs; }}};
  std::unique_ptr<CachedQuestions> cached_questions = retrieval::make_cached_question_index(
      *cache_store, clock, embedder.model(), embedder.dimension());
  ChatService chat{{*conversation_store, *cache_store, *cached_questions, retriever, embedder,
                    model, curated, handovers, workers, clock}};
  http::Metrics metrics;
  http::Services services{accounts,
                          sessions,
                          workspaces,
                          members,
                          api_keys,
                          documents,
                          *workspace_store,
                          *document_store,
                          limiter,
                          widget_sites,
                          metrics,
                          "",
                          "metrics-token-0123456789",
                          20,
                          [] {
                            return std::vector<http::Services::Check>{{"database", {}}};
                          }};
  http::Guards guards{services};
  // Another retriever: what is forgotten is told by the use cases alone here.
  ForgettingRetriever followed;
  std::unique_ptr<ChangeFollower> changes = *ChangeFollower::start(
      *change_log,
      {[](const WorkspaceId&, const DocumentId&) { return std::vector<IndexedChunk>(); }, followed},
      clock);
  http::LiveEvents live_events{*change_log, *document_store, *conversation_store, clock};
  http::Hub hub{{*changes, live_events, *workspace_store, workers,
                 [this](const http::HubClient::Owner& owner) {
                   return guards.sign_in(owner.access_token, owner.client).status();
                 }}};
  http::Router router;
};

json::value Reply::json() const {
  boost::system::error_code error;
  return json::parse(body, error);
}

std::string Reply::text(std::string_view field) const {
  const json::value parsed = json();
  const json::value* value = parsed.is_object() ? parsed.as_object().if_contains(field) : nullptr;
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : "";
}

std::string Reply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

std::vector<std::string> Reply::wrong_fields() const {
  std::vector<std::string> names;
  const json::value parsed = json();
  if (!parsed.is_object() || !parsed.as_object().contains("errors")) return names;
  for (const json::value& each : parsed.at("errors").as_array())
    names.emplace_back(each.at("field").as_string());
  return names;
}

TestServer::TestServer(SignUp sign_up, SignedInBy signed_in_by)
    : parts_(std::make_unique<Parts>(sign_up, signed_in_by)) {
  http::add_insight_routes(
      parts_->router,
      {parts_->statistics, parts_->weak_answers, parts_->topics, *parts_->insights_store,
       *parts_->topic_store, *parts_->workspace_store, parts_->clock});
  // A visitor route as the widget's are, for the guard's rules.
  http::add_routes(parts_->router, parts_->services);
  http::add_cache_routes(parts_->router, {*parts_->cache_store, *parts_->audit});
  http::add_conversation_routes(parts_->router, {parts_->conversations, *parts_->conversation_store,
                                                 *parts_->workspace_store});
  http::add_hub_routes(parts_->router, {parts_->hub, ""});
  http::add_visitor_event_routes(parts_->router,
                                 {{*parts_->changes, *parts_->conversation_store, parts_->workers},
                                  parts_->visitor_tokens,
                                  parts_->limiter});
  parts_->router.add({.method = http::Method::get,
                      .pattern = "/api/widget/{wid}/config",
                      .access = http::Access::visitor,
                      .handler = [](const http::Request&) -> Result<http::Response> {
                        return http::Response::json(200, json::object{});
                      }});
  http::add_answer_routes(parts_->router, {parts_->curated, *parts_->curated_store});
  http::add_handover_routes(
      parts_->router,
      {parts_->handovers, parts_->conversations, *parts_->conversation_store,
       *parts_->workspace_store, parts_->limiter, [this](const Workspace& workspace) {
         parts_->mails.push_back(workspace.widget.handover_email);
         return Status();
       }});
  http::add_mcp_routes(parts_->router, {parts_->chat, parts_->workers, *parts_->workspace_store,
                                        *parts_->conversation_store, parts_->embedder,
                                        parts_->retriever, "https://chat.host.example/monitora"});
  http::add_webhook_routes(parts_->router, parts_->webhooks);
  http::add_external_database_routes(
      parts_->router,
      {parts_->external_databases, parts_->database_questions, *parts_->workspace_store});
  http::add_prepared_question_routes(parts_->router, parts_->prepared_questions);
  http::add_order_routes(parts_->router, {parts_->order_tracking, *parts_->workspace_store});
  http::add_openai_routes(parts_->router, {parts_->chat, parts_->workers, *parts_->workspace_store,
                                           parts_->embedder, parts_->clock});
}

TestServer::~TestServer() = default;

void TestServer::look() {
  const Status status = parts_->changes->look();
  EXPECT_TRUE(status.ok()) << status.to_string();
}

std::string TestServer::session_token(const std::string& workspace,
                                      const std::string& conversation) const {
  return http::make_session_token(parts_->visitor_tokens, *WorkspaceId::parse(workspace),
                                  *ConversationId::parse(conversation));
}

http::Hub& TestServer::hub() {
  return parts_->hub;
}

void TestServer::fail(const std::string& workspace, const std::string& document,
                      const Sentence& why) {
  EXPECT_TRUE(parts_->document_store
                  ->mark_error(*WorkspaceId::parse(workspace), *DocumentId::parse(document), why)
                  .ok());
}

Reply TestServer::call(const std::string& method, const std::string& target_text,
                       const Call& call) {
  http::Request request;
  const auto target = http::parse_target(target_text);
  if (!target) return {400, "", {}};
  request.method = *http::parse_method(method);
  request.path = target->path;
  request.query = target->query;
  request.body = call.body;
  request.remote_address = call.address;
  request.is_loopback = call.is_loopback;
  request.host = "chat.host.example";
  request.is_secure = true;
  request.request_id = Uuid::random().to_string();
  request.language = call.language;
  request.headers = call.headers;
  if (!call.token.empty()) request.headers.emplace_back("authorization", "Bearer " + call.token);
  for (const File& file : call.files) {
    http::UploadedFile uploaded{file.field,
                                file.filename,
                                {},
                                static_cast<std::int64_t>(file.content.size()),
                                file.too_large};
    if (!file.too_large) {
      uploaded.path = parts_->directory / ("upload-" + std::to_string(request.files.size()));
      std::ofstream(uploaded.path, std::ios::binary) << file.content;
    }
    request.files.push_back(std::move(uploaded));
  }

  const http::Router::Match match = parts_->router.match(request.method, target->raw_path);
  request.params = match.params;
  http::Response response;
  Status status;
  if (match.route == nullptr) {
    status = match.allowed.empty() ? Status::not_found()
                                   : Status(Code::invalid_argument, "method_not_allowed", {});
  } else if (status = parts_->guards.check(request, *match.route); status.ok()) {
    Result<http::Response> answered = match.route->handler(request);
    if (answered.ok())
      response = *std::move(answered);
    else
      status = answered.status();
  }
  if (!status.ok()) response = http::render_error(status, request);
  while (response.later)
    std::exchange(response.later, nullptr)([&](http::Response answer) { response = answer; });
  parts_->guards.after(request, match.route, response);

  struct Collect final : http::BodyWriter {
    Status write(std::string_view part) override {
      text += part;
      return {};
    }
    std::string text;
  } collected;
  if (response.writer) {
    const Status written = response.writer(collected);
    EXPECT_TRUE(written.ok()) << written.to_string();
    response.body = std::move(collected.text);
  }
  struct Stream final : http::EventSink {
    bool send(std::string_view event) override {
      text.append("data: ").append(event).append("\n\n");
      return true;
    }
    void close() override {}
    void on_disconnect(std::function<void()>) override {}
    std::string text;
  };
  if (response.events) {
    const auto stream = std::make_shared<Stream>();
    if (call.sink)
      response.events(call.sink);
    else
      response.events(stream);
    response.body = std::move(stream->text);
  }
  Reply reply{response.status, std::move(response.body), {}};
  for (const auto& [name, value] : response.headers) reply.headers.emplace(lower(name), value);
  return reply;
}

Reply TestServer::send(const std::string& method, const std::string& target,
                       const std::string& token, const json::value& body) {
  return call(method, target,
              {.token = token,
               .body = json::serialize(body),
               .headers = {{"content-type", "application/json"}}});
}

namespace {

Person person_of(const Reply& reply, const std::string& email) {
  if (reply.text("access_token").empty())
    ADD_FAILURE() << email << " is not signed in: " << reply.body;
  Person person;
  person.email = email;
  person.access_token = reply.text("access_token");
  person.refresh_token = reply.text("refresh_token");
  const json::value parsed = reply.json();
  if (parsed.is_object() && parsed.as_object().contains("user"))
    person.id = parsed.at("user").at("id").as_string();
  return person;
}

}  // namespace

Person TestServer::person(const std::string& name) {
  const std::string email = name + "@exemple.fr";
  return person_of(
      send("POST", "/api/auth/register", "", {{"email", email}, {"password", kPassword}}), email);
}

Person TestServer::lecteur(const std::string& name) {
  const std::string email = name + "@exemple.fr";
  const auto made = parts_->accounts.create({email, kPassword, ""}, UserRole::lecteur, {});
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  return person_of(send("POST", "/api/auth/login", "", {{"email", email}, {"password", kPassword}}),
                   email);
}

void TestServer::travel(Time to, Person& person) {
  parts_->clock.time = to;
  person.access_token = person_of(send("POST", "/api/auth/login", "",
                                       {{"email", person.email}, {"password", kPassword}}),
                                  person.email)
                            .access_token;
}

std::string TestServer::workspace(const Person& owner, const std::string& name) {
  const Reply reply = send("POST", "/api/workspaces", owner.access_token, {{"name", name}});
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply.text("id");
}

std::string TestServer::document(const Person& admin, const std::string& workspace,
                                 const File& file) {
  const Reply reply = call("POST", "/api/documents/workspace/" + workspace + "/upload",
                           {.token = admin.access_token, .files = {file}});
  EXPECT_EQ(reply.status, 202) << reply.body;
  return reply.text("id");
}

std::string TestServer::talk(const std::string& workspace, const std::vector<Turn>& turns,
                             Channel channel, const std::string& visitor) {
  Conversation conversation;
  conversation.id = ConversationId::random();
  conversation.visitor_id = visitor;
  conversation.title = turns.empty() ? "" : turns.front().asked;
  conversation.channel = channel;
  bool is_new = true;
  for (const Turn& turn : turns) {
    Message asked, answered;
    asked.role = "user";
    asked.content = turn.asked;
    answered.role = "assistant";
    answered.content = turn.answered;
    answered.rag_score = turn.score;
    answered.feedback = turn.feedback;
    answered.cached = turn.cached;
    answered.response_time_ms = turn.response_time_ms;
    answered.ttfb_ms = turn.ttfb_ms;
    answered.sources = {{1, DocumentId::random(), "horaires.md", {}, "Ouvert de 10 h à 18 h"}};
    const Status stored =
        parts_->conversation_store->append(*WorkspaceId::parse(workspace), conversation,
                                           std::exchange(is_new, false), {asked, answered});
    EXPECT_TRUE(stored.ok()) << stored.to_string();
    parts_->clock.time += std::chrono::seconds(1);
  }
  return conversation.id.to_string();
}

std::string TestServer::message(const std::string& conversation, std::size_t index) {
  std::string id;
  const Status status =
      parts_->pool->with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
        return connection.query(
            "SELECT id FROM messages WHERE conversation_id = ? ORDER BY created_at, id",
            {sql::p(*Uuid::parse(conversation))},
            [&, at = std::size_t{0}](const sql::Row& row) mutable {
              if (at++ == index) id = row.uuid(0).to_string();
              return Status();
            });
      });
  EXPECT_TRUE(status.ok()) << status.to_string();
  return id;
}

std::string TestServer::api_key(const Person& admin, const std::string& workspace) {
  const Reply reply = send("POST", "/api/workspaces/" + workspace + "/api-keys", admin.access_token,
                           {{"name", "Site"}});
  EXPECT_EQ(reply.status, 201) << reply.body;
  return reply.text("key");
}

void TestServer::invite(const Person& admin, const std::string& workspace, const std::string& email,
                        const std::string& role) {
  const Reply reply = send("POST", "/api/workspaces/" + workspace + "/members", admin.access_token,
                           {{"email", email}, {"role", role}});
  EXPECT_EQ(reply.status, 201) << reply.body;
}

std::int64_t TestServer::rows(const std::string& statement) {
  std::int64_t count = -1;
  const Status status =
      parts_->pool->with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
        return connection.query(statement, {}, [&](const sql::Row& row) {
          count = row.integer(0);
          return Status();
        });
      });
  EXPECT_TRUE(status.ok()) << status.to_string();
  return count;
}

void TestServer::execute(const std::string& statement) {
  const Status status = parts_->pool->with(
      sql::Connection::Mode::write,
      [&](sql::Connection& connection) { return connection.execute(statement, {}).status(); });
  EXPECT_TRUE(status.ok()) << status.to_string();
}

const std::vector<http::Route>& TestServer::routes() const {
  return parts_->router.routes();
}
std::vector<std::string> TestServer::forgotten() const {
  return parts_->retriever.forgotten;
}
std::vector<std::string> TestServer::mails() const {
  return parts_->mails;
}

int TestServer::jobs_added() const {
  return parts_->jobs;
}
TestClock& TestServer::clock() {
  return parts_->clock;
}
Statistics& TestServer::statistics() {
  return parts_->statistics;
}
void TestServer::model_writes(std::vector<std::string> replies) {
  parts_->writing_model.is_there = true;
  parts_->writing_model.replies = std::move(replies);
  parts_->writing_model.prompts.clear();
}
std::vector<std::string> TestServer::model_was_told() const {
  return parts_->writing_model.prompts;
}
std::vector<std::string> TestServer::passwords_sent() const {
  return parts_->external_data.passwords;
}

void TestServer::receivers_answer(int status) {
  parts_->sender.answer = status;
}

void TestServer::meanwhile_embedding(std::function<void()> call) {
  parts_->word_embedder.meanwhile = std::move(call);
}

void TestServer::answers_well(bool well) {
  parts_->retriever.answerable = well ? 0.9F : 0.1F;
}
ConversationStore& TestServer::conversations() {
  return *parts_->conversation_store;
}
Accounts& TestServer::accounts() {
  return parts_->accounts;
}

}  // namespace monitora::scenarios
