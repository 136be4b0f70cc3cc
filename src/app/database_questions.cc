#include "app/database_questions.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#include "app/database_asking.h"
#include "base/log.h"
#include "domain/language.h"

namespace monitora {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLongestReply = 16 << 10;  // bytes of a model's
constexpr auto kLongest = 60s;                   // a question in the console, with a slow model
constexpr auto kSlice = 100ms;                   // a stop request is seen within

// Gathers what a model says, up to a length, beyond which it is no statement: then it has ended for
// us, and dropping the call stops it. Calls `then` once, on the model's thread.
class Reply final : public ChatListener {
 public:
  using Then = std::function<void(Result<std::string> reply, const ChatUsage& usage)>;
  explicit Reply(Then then) : then_(std::move(then)) {}

  void on_token(std::string_view utf8) override {
    text_ += utf8.substr(0, kLongestReply - std::min(kLongestReply, text_.size()));
    if (text_.size() >= kLongestReply) end(text_, {});
  }
  void on_done(const ChatUsage& usage) override { end(text_, usage); }
  void on_error(const Status& status) override { end(status, {}); }

 private:
  void end(Result<std::string> reply, const ChatUsage& usage) {
    if (const Then then = std::exchange(then_, nullptr)) then(std::move(reply), usage);
  }

  Then then_;
  std::string text_;
};

// What a visitor is told of an error: rather that there is no answer than nothing.
Result<std::optional<DataReply>> reply_for(const Status& status, const std::string& language) {
  const std::string& key = status.key();
  if (key == "database_disabled" || key == "no_tables_allowed" || key == "database_not_configured")
    return std::optional<DataReply>();
  if (status.code() == Code::cancelled || status.code() == Code::deadline_exceeded ||
      key.starts_with("model_"))
    return status;
  log::warning("a question to a database: {}", status.to_string());
  DataReply reply;
  reply.rag_score = 0;
  reply.text = language == "en" ? "I cannot reach the data that would answer this just now."
                                : "Je ne peux pas consulter pour l'instant les données qui "
                                  "permettraient de répondre.";
  return std::optional(std::move(reply));
}

// A question of a chat: steps on workers, with the model's replies between them.
class Run final : public std::enable_shared_from_this<Run> {
 public:
  Run(const DatabaseQuestionParts& parts, DataQuestion question, DataQuestions::Done done)
      : parts_(parts),
        language_(question.language),
        deadline_(
            Deadline::in(question.deadline.at() - Deadline::SteadyClock::now(), stop_.get_token())),
        with_the_turn_(question.deadline.stop(), [this] { stop_.request_stop(); }),
        asking_(parts_, std::move(question)),
        done_(std::move(done)) {}

  void begin() {
    const ScopedDeadline bounded(deadline_);
    go_on(asking_.begin());
  }

  void cancel() {
    stop_.request_stop();
    std::unique_lock lock(mutex_);
    const std::shared_ptr<ChatCall> call = call_;
    lock.unlock();
    if (call) call->cancel();
  }

 private:
  void go_on(std::optional<ChatRequest> request) {
    if (!request || stop_.stop_requested()) return end();
    {
      const std::lock_guard lock(mutex_);
      waits_ = true;
    }
    std::shared_ptr<ChatCall> call = parts_.model.start(
        *std::move(request),
        std::make_shared<Reply>(
            [self = shared_from_this()](Result<std::string> text, const ChatUsage& usage) {
              self->parts_.workers.must_post([self, text = std::move(text), usage] {
                const ScopedDeadline bounded(self->deadline_);
                self->forget_call();
                self->go_on(self->stop_.stop_requested() ? std::nullopt
                                                         : self->asking_.said(text, usage));
              });
            }));
    std::unique_lock lock(mutex_);
    if (waits_) call_ = call;  // else it has answered already
    lock.unlock();
    if (stop_.stop_requested()) call->cancel();
  }

  void forget_call() {
    std::shared_ptr<ChatCall> ended;  // destroyed without the lock
    const std::lock_guard lock(mutex_);
    waits_ = false;
    ended.swap(call_);
  }

  void end() {
    const DataQuestions::Done done = std::move(done_);
    if (stop_.stop_requested()) return done(Status::cancelled());
    const auto& outcome = asking_.outcome();
    if (!outcome.ok()) return done(reply_for(outcome.status(), language_));
    if (!*outcome) return done(std::optional<DataReply>());
    DataReply reply;
    reply.text = (*outcome)->text;
    reply.sql = (*outcome)->answer.sql;
    reply.rag_score = (*outcome)->answered ? 1 : 0;
    reply.usage = (*outcome)->usage;
    done(std::optional(std::move(reply)));
  }

  const DatabaseQuestionParts parts_;
  const std::string language_;
  std::stop_source stop_;
  const Deadline deadline_;
  const std::stop_callback<std::function<void()>> with_the_turn_;
  DatabaseAsking asking_;
  DataQuestions::Done done_;
  std::mutex mutex_;
  std::shared_ptr<ChatCall> call_;
  bool waits_ = false;  // for the model
};

class RunCall final : public ChatCall {
 public:
  explicit RunCall(std::shared_ptr<Run> run) : run_(std::move(run)) {}
  ~RunCall() override { run_->cancel(); }
  void cancel() override { run_->cancel(); }

 private:
  const std::shared_ptr<Run> run_;
};

struct Said {
  Result<std::string> text = std::string();
  ChatUsage usage;
};

// For a thread that may wait.
Result<Said> wait_for(ChatModel& model, ChatRequest request) {
  struct Waited {
    std::mutex mutex;
    std::condition_variable changed;
    std::optional<Said> said;
  };
  const auto waited = std::make_shared<Waited>();
  const std::unique_ptr<ChatCall> call = model.start(
      std::move(request),
      std::make_shared<Reply>([waited](Result<std::string> text, const ChatUsage& usage) {
        const std::lock_guard lock(waited->mutex);
        waited->said = Said{std::move(text), usage};
        waited->changed.notify_all();
      }));
  const Deadline& deadline = Deadline::current();
  std::unique_lock lock(waited->mutex);
  while (!waited->said) {
    if (deadline.stop().stop_requested()) return Status::cancelled();
    if (deadline.expired())
      return Status(Code::deadline_exceeded, "deadline_exceeded",
                    {"La réponse a pris trop de temps.", "The answer took too long."});
    waited->changed.wait_for(lock, deadline.left(kSlice));
  }
  return *std::move(waited->said);
}

}  // namespace

std::unique_ptr<ChatCall> DatabaseQuestions::start(DataQuestion question, Done done) {
  auto run = std::make_shared<Run>(parts_, std::move(question), std::move(done));
  run->begin();
  return std::make_unique<RunCall>(std::move(run));
}

Result<std::vector<std::string>> DatabaseQuestions::subjects(const WorkspaceId& workspace) {
  MONITORA_ASSIGN(const std::vector<PreparedQuestion> prepared, parts_.prepared.list(workspace));
  std::vector<std::string> all;
  for (const PreparedQuestion& each : prepared) {
    if (!each.is_enabled) continue;
    all.push_back(each.description);
    all.insert(all.end(), each.examples.begin(), each.examples.end());
  }
  return all;
}

Result<DatabaseOutcome> DatabaseQuestions::ask(const Actor& actor, const Workspace& workspace,
                                               const std::string& question,
                                               const std::string& language) {
  const ScopedDeadline bounded(Deadline::in(kLongest, Deadline::current().stop()));
  MONITORA_ASSIGN(const ExternalLogin login, parts_.databases.enabled_login(workspace.id));
  DataQuestion asked;
  asked.workspace = workspace;
  asked.text = asked.query = question;
  asked.language = answer_language(workspace.rag.language, question, language);
  asked.allowed_tables = login.database.allowed_tables;
  DatabaseAsking asking(parts_, std::move(asked));
  std::optional<ChatRequest> request = asking.begin();
  while (request) {
    MONITORA_ASSIGN(const Said said, wait_for(parts_.model, *std::move(request)));
    request = asking.said(said.text, said.usage);
  }
  const auto& outcome = asking.outcome();
  if (!outcome.ok()) return outcome.status();
  if (*outcome && (*outcome)->answered) {
    record(parts_.audit, actor, "external_database.query", workspace.id);
    return **outcome;
  }
  if (!asking.asked_model() && asking.last_error().ok())
    return Status(
        Code::conflict, "questions_unavailable",
        {"Aucune question préparée ne correspond, et aucun modèle de langage n'est configuré pour "
         "écrire une requête : préparez cette question, ou écrivez la requête en SQL.",
         "No prepared question matches, and no language model is configured to write a statement: "
         "prepare this question, or write the statement in SQL."});
  const Sentence why = asking.last_error().ok()
                           ? Sentence{"Les tables autorisées ne semblent pas contenir la réponse.",
                                      "The allowed tables do not seem to hold the answer."}
                           : asking.last_error().sentence();
  return Status(Code::conflict, "question_unanswered",
                {"Je n'ai pas pu répondre à cette question. " + why.fr,
                 "I could not answer this question. " + why.en});
}

}  // namespace monitora
