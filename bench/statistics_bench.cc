// Analytics, insights, their recount and search in one workspace with many messages; storing a turn
// there.
//
//   statistics_bench MESSAGES ADDRESS      (sqlite:PATH, postgresql://…, sqlserver://…/DATABASE?…)
//
// The database is brought up to the program's schema and should be one of its own: the rows stay,
// and a second run with the same address measures without filling again.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <random>

#include "app/statistics.h"
#include "config/sql_server_address.h"
#include "sql/migrations.h"
#include "sql/odbc/test_server.h"
#include "sql/postgres/postgres.h"
#include "sql/sqlite/sqlite.h"
#include "storage/search_index.h"
#include "storage/stores.h"

namespace {

using namespace monitora;
using Steady = std::chrono::steady_clock;

constexpr int kDays = 365, kMessagesOfAConversation = 6, kVisitorsOf100Conversations = 60;
constexpr int kBatch = 2000;  // conversations a transaction

void check(const std::string& what, const Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "{}: {}\n", what, status.to_string());
  std::exit(1);
}
template <class T>
T value_of(const std::string& what, Result<T> result) {
  check(what, result.status());
  return std::move(*result);
}

template <class Work>
double seconds(const Work& work) {
  const auto start = Steady::now();
  work();
  return std::chrono::duration<double>(Steady::now() - start).count();
}

// The median and the 95th percentile of several times, in milliseconds.
template <class Work>
std::string times(int count, const Work& work) {
  std::vector<double> all;
  for (int i = 0; i < count; ++i) all.push_back(1000 * seconds([&] { work(i); }));
  std::sort(all.begin(), all.end());
  return fmt::format("p50 {:.1f} ms, p95 {:.1f} ms", all[all.size() / 2],
                     all[all.size() * 95 / 100]);
}

std::unique_ptr<sql::Pool> open(const std::string& address) {
  sql::Pool::Options options;
  options.writers = 4;
  options.readers = 0;
  sql::Pool::Open real;
  if (address.starts_with("sqlite:")) {
    options.writers = 1;
    options.readers = 4;
    options.share_commits = true;
    real = [file = address.substr(7)](sql::Connection::Mode mode) {
      return sql::open_sqlite(file, mode);
    };
  } else if (address.starts_with("sqlserver:")) {
    config::Settings settings;
    settings.database_url = address;
    const auto server = sql::sqlserver_options(
        value_of("the address of SQL Server", config::sql_server_address(settings)));
    options.database = sql::Database::sqlserver;
    real = [server](sql::Connection::Mode mode) { return sql::open_sqlserver(server, mode); };
  } else {
    sql::PostgresOptions server;
    server.uri = address;
    options.database = sql::Database::postgres;
    real = [server](sql::Connection::Mode mode) { return sql::open_postgres(server, mode); };
  }
  return std::make_unique<sql::Pool>(real, options);
}

constexpr std::string_view kWords[] = {
    "livraison", "délai",   "retour", "commande", "facture", "paiement", "été",     "produit",
    "garantie",  "échange", "taille", "couleur",  "panier",  "compte",   "adresse", "remboursé",
    "colis",     "suivi",   "stock",  "magasin",  "horaire", "ouvert",   "fermé",   "promotion"};

std::string sentence(std::mt19937& random, int words) {
  std::string text;
  for (int i = 0; i < words; ++i) {
    if (i > 0) text += ' ';
    text += kWords[random() % std::size(kWords)];
    if (random() % 10 == 0) text += std::to_string(random() % 100000);
  }
  return text;
}

// Rows as a migration would load them, a batch a transaction.
class Filling {
 public:
  Filling(sql::Pool& pool, const WorkspaceId& workspace, int messages, Time end)
      : pool_(pool),
        workspace_(workspace),
        of_(messages / kMessagesOfAConversation),
        start_(end - std::chrono::days(kDays)) {}

  void run() {
    for (int from = 0; from < of_; from += kBatch)
      check("filling", pool_.transact([&](sql::Connection& connection) -> Status {
        const int to = std::min(of_, from + kBatch);
        ids_.clear();
        for (int i = from; i < to; ++i) ids_.push_back(Uuid::random());
        MONITORA_TRY(conversations(connection, from));
        return messages(connection, from);
      }));
  }

 private:
  Time started(int index) const {
    return start_ + std::chrono::duration_cast<Micros>(std::chrono::days(kDays)) / of_ * index;
  }

  Status conversations(sql::Connection& connection, int from) {
    constexpr std::string_view kColumns[] = {"id",      "workspace_id", "visitor_id",    "title",
                                             "channel", "started_at",   "messages_count"};
    std::size_t next = 0;
    std::string visitor, title;
    return connection
        .insert_many("conversations", kColumns,
                     [&](std::span<sql::Param> row) -> Result<bool> {
                       if (next == ids_.size()) return false;
                       visitor = fmt::format(
                           "visitor-{}", random_() % (1 + of_ * kVisitorsOf100Conversations / 100));
                       title = sentence(random_, 6);
                       row[0] = sql::p(ids_[next]);
                       row[1] = sql::p(workspace_);
                       row[2] = sql::p(visitor);
                       row[3] = sql::p(title);
                       row[4] = sql::p("widget");
                       row[5] = sql::p(started(from + static_cast<int>(next)));
                       row[6] = sql::p(0);
                       ++next;
                       return true;
                     })
        .status();
  }

  Status messages(sql::Connection& connection, int from) {
    constexpr std::string_view kColumns[] = {
        "id",     "conversation_id",  "role",    "content",   "rag_score", "feedback",
        "cached", "response_time_ms", "ttfb_ms", "created_at"};
    std::size_t next = 0;
    std::string content;
    return connection
        .insert_many("messages", kColumns,
                     [&](std::span<sql::Param> row) -> Result<bool> {
                       const std::size_t conversation = next / kMessagesOfAConversation;
                       const int place = static_cast<int>(next % kMessagesOfAConversation);
                       if (conversation == ids_.size()) return false;
                       ++next;
                       const bool answer = place % 2 == 1;
                       content = sentence(random_, answer ? 40 : 10);
                       const auto only = [&](auto value) {
                         return answer ? sql::p(value) : sql::Param(nullptr);
                       };
                       row[0] = sql::p(Uuid::random());
                       row[1] = sql::p(ids_[conversation]);
                       row[2] = sql::p(answer ? "assistant" : "user");
                       row[3] = sql::p(content);
                       row[4] = only(static_cast<double>(random_() % 10000) / 10000);
                       row[5] = random_() % 10 == 0 ? only(random_() % 3 == 0 ? -1 : 1) : nullptr;
                       row[6] = sql::p(answer && random_() % 5 == 0);
                       row[7] = only(static_cast<int>(300 + random_() % 5000));
                       row[8] = only(static_cast<int>(50 + random_() % 500));
                       row[9] = sql::p(started(from + static_cast<int>(conversation)) +
                                       std::chrono::seconds(20 * place));
                       return true;
                     })
        .status();
  }

  sql::Pool& pool_;
  const WorkspaceId workspace_;
  const int of_;
  const Time start_;
  std::vector<Uuid> ids_;  // of the batch's conversations
  std::mt19937 random_{11};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "statistics_bench MESSAGES ADDRESS\n");
    return 2;
  }
  const int messages = std::atoi(argv[1]);
  const std::string address = argv[2];
  const SystemClock clock;
  const auto pool = open(address);
  check("schema", pool->with(sql::Connection::Mode::write, [](sql::Connection& connection) {
    return sql::apply(connection).status();
  }));
  const auto users = storage::make_user_store(*pool, clock);
  const auto workspaces = storage::make_workspace_store(*pool, clock);
  const auto conversations = storage::make_conversation_store(*pool, clock);
  const auto insights = storage::make_insights_store(*pool, clock);
  Statistics statistics(*insights, *workspaces, clock);

  // The workspace of an earlier run, if there is one.
  std::optional<WorkspaceId> found;
  check("workspace", pool->with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query("SELECT id FROM workspaces WHERE name = 'statistics_bench'", {},
                            [&](const sql::Row& row) {
                              found = WorkspaceId(row.uuid(0));
                              return Status();
                            });
  }));
  if (!found) {
    NewUser user;
    user.email = "bench@exemple.fr";
    user.password_hash = user.password_salt = "none";
    const User owner = value_of("user", users->create(user));
    Workspace workspace;
    workspace.name = "statistics_bench";
    workspace.owner_id = owner.id;
    found = value_of("workspace", workspaces->create(owner.id, workspace)).workspace.id;
    const double took = seconds([&] { Filling(*pool, *found, messages, clock.now()).run(); });
    fmt::print("filled with {} messages in {:.0f} s\n", messages, took);
  }

  check("index", storage::note_unindexed_conversations(*pool));
  int indexed = 0;
  const double indexing = seconds([&] {
    while (const int more = value_of("index", storage::index_conversations(*pool, 50)))
      indexed += more;
  });
  if (indexed > 0) fmt::print("words of {} conversations indexed in {:.1f} s\n", indexed, indexing);

  const TimeZone zone = *TimeZone::find("Europe/Paris");
  const Time now = clock.now();
  const auto analytics = [&](int days) {
    const Day end = zone.day_of(now) + std::chrono::days(1);
    return value_of("analytics",
                    statistics.analytics(*found, zone, zone.start_of(end - std::chrono::days(days)),
                                         zone.start_of(end)));
  };
  fmt::print("analytics of 365 days, nothing kept: {:.2f} s\n", seconds([&] { analytics(365); }));
  fmt::print("analytics of 365 days, kept: {}\n", times(20, [&](int) { analytics(365); }));
  fmt::print("analytics of 30 days, kept: {}\n", times(20, [&](int) { analytics(30); }));
  fmt::print("insights of 30 days: {}\n",
             times(20, [&](int) { value_of("insights", statistics.insights(*found, zone, 30)); }));
  fmt::print("insights of 365 days: {}\n",
             times(20, [&](int) { value_of("insights", statistics.insights(*found, zone, 365)); }));
  int repaired = 0;
  fmt::print("recount of 365 days: {:.2f} s",
             seconds([&] { repaired = value_of("recount", statistics.recount(*found)); }));
  fmt::print(", {} days repaired\n", repaired);
  fmt::print("calculate: {:.2f} s\n",
             seconds([&] { value_of("calculate", insights->calculate(*found)); }));
  std::mt19937 random(5);
  fmt::print("search: {}\n", times(40, [&](int i) {
               ConversationFilter filter;
               filter.search = i % 4 == 0   ? "introuvable"
                               : i % 4 == 1 ? "DELAI"
                               : i % 4 == 2 ? "colis" + std::to_string(random() % 100000)
                                            : sentence(random, 3);
               value_of("search", conversations->list(*found, filter, {}));
             }));
  fmt::print(
      "a turn stored: {}\n", times(400, [&](int) {
        Conversation conversation;
        conversation.id = ConversationId::random();
        conversation.visitor_id = "visitor-of-today";
        Message question, answer;
        question.role = "user";
        question.content = sentence(random, 10);
        answer.role = "assistant";
        answer.content = sentence(random, 60);
        check("append", conversations->append(*found, conversation, true, {question, answer}));
      }));
  fmt::print("400 turns indexed in {:.2f} s\n", seconds([&] {
               while (value_of("index", storage::index_conversations(*pool, 50)) > 0) {
               }
             }));
  return 0;
}
