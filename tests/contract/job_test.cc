#include <gmock/gmock.h>

#include <map>
#include <mutex>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr seconds kLease{60};

class JobContract : public ContentContract {
 protected:
  JobId enqueue(const std::string& payload = "{}", const std::string& kind = "index") {
    const auto id = jobs->enqueue(kind, payload, clock.now());
    EXPECT_TRUE(id.ok()) << id.status().to_string();
    return id.ok() ? *id : JobId();
  }
  std::optional<Job> lease(const std::string& node = "a") {
    const auto job = jobs->lease(node, {"index", "topics"}, kLease);
    EXPECT_TRUE(job.ok()) << job.status().to_string();
    return job.ok() ? *job : std::nullopt;
  }
};

TEST_P(JobContract, TheOldestDueJobIsLeasedAndDone) {
  const JobId first = enqueue(R"({"n":1})");
  clock.advance(seconds(1));
  const JobId second = enqueue(R"({"n":2})", "topics");
  enqueue("{}", "autre");
  auto job = lease();
  ASSERT_TRUE(job);
  EXPECT_EQ(job->id, first);
  EXPECT_EQ(job->kind, "index");
  EXPECT_JSON(job->payload, R"({"n":1})");
  EXPECT_EQ(job->attempts, 1);
  EXPECT_EQ(lease("b")->id, second);
  EXPECT_FALSE(lease("b"));
  EXPECT_FALSE(jobs->lease("a", {}, kLease)->has_value());
  ASSERT_OK(jobs->complete("a", first));
  EXPECT_KEY(jobs->complete("a", first), "lease_lost");
  const auto counts = jobs->counts();
  ASSERT_OK(counts);
  EXPECT_EQ(counts->pending, 1);
  EXPECT_EQ(counts->running, 1);
  EXPECT_EQ(counts->failed, 0);
}

TEST_P(JobContract, AJobWaitsForItsTime) {
  ASSERT_OK(jobs->enqueue("index", "{}", clock.now() + seconds(10)));
  EXPECT_FALSE(lease());
  clock.advance(seconds(10));
  EXPECT_TRUE(lease());
}

TEST_P(JobContract, AJobOfADeadNodeIsDueAgain) {
  const JobId id = enqueue();
  ASSERT_TRUE(lease("mort"));
  clock.advance(kLease - seconds(1));
  EXPECT_FALSE(lease("b"));
  ASSERT_OK(jobs->extend("mort", id, kLease));
  clock.advance(seconds(1));
  EXPECT_FALSE(lease("b"));
  clock.advance(kLease);
  const auto job = lease("b");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->id, id);
  EXPECT_EQ(job->attempts, 2);
  // The dead node was only slow: it may do nothing to the job any more.
  EXPECT_KEY(jobs->extend("mort", id, kLease), "lease_lost");
  EXPECT_KEY(jobs->complete("mort", id), "lease_lost");
  EXPECT_KEY(jobs->fail("mort", id, "trop tard", seconds(0)), "lease_lost");
  ASSERT_OK(jobs->complete("b", id));
  EXPECT_FALSE(lease("b"));
}

TEST_P(JobContract, AFailedJobIsTriedAgainLaterOrNeverMore) {
  const JobId id = enqueue();
  ASSERT_TRUE(lease());
  ASSERT_OK(jobs->fail("a", id, "réseau", seconds(30)));
  EXPECT_FALSE(lease());
  clock.advance(seconds(30));
  const auto again = lease();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attempts, 2);
  ASSERT_OK(jobs->fail("a", id, "fichier illisible", std::nullopt));
  clock.advance(seconds(3600));
  EXPECT_FALSE(lease());
  EXPECT_EQ(jobs->counts()->failed, 1);
  ASSERT_OK(pool().with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query("SELECT last_error, leased_by FROM jobs", {}, [](const sql::Row& row) {
      EXPECT_EQ(row.text(0), "fichier illisible");
      EXPECT_TRUE(row.is_null(1));
      return Status();
    });
  }));
}

TEST_P(JobContract, FinishedJobsGoWithTime) {
  const JobId done = enqueue();
  lease();
  ASSERT_OK(jobs->complete("a", done));
  const JobId failed = enqueue();
  lease();
  ASSERT_OK(jobs->fail("a", failed, "non", std::nullopt));
  enqueue();
  ASSERT_OK(jobs->remove_finished(clock.now()));
  EXPECT_EQ(count("jobs"), 3);
  ASSERT_OK(jobs->remove_finished(clock.now() + seconds(1)));
  EXPECT_EQ(count("jobs"), 1);
  EXPECT_EQ(jobs->counts()->pending, 1);
}

TEST_P(JobContract, NodesThatLeaseTogetherGetEachJobOnce) {
  constexpr int kJobs = 200;
  for (int i = 0; i < kJobs; ++i) enqueue();
  std::mutex mutex;
  std::map<JobId, int> taken;
  in_parallel(4, [&](int thread) {
    const std::string node = thread % 2 == 0 ? "a" : "b";
    while (const auto job = lease(node)) {
      {
        const std::lock_guard lock(mutex);
        ++taken[job->id];
      }
      const Status done = jobs->complete(node, job->id);
      EXPECT_TRUE(done.ok()) << done.to_string();
    }
  });
  EXPECT_EQ(taken.size(), static_cast<std::size_t>(kJobs));
  for (const auto& [id, times] : taken) EXPECT_EQ(times, 1);
}

TEST_P(JobContract, ARunOutLeaseIsTakenOverOnce) {
  for (int i = 0; i < 20; ++i) enqueue();
  while (lease("mort")) {
  }
  clock.advance(kLease + seconds(1));
  std::atomic<int> taken = 0;
  in_parallel(4, [&](int thread) {
    while (lease("n" + std::to_string(thread))) ++taken;
  });
  EXPECT_EQ(taken, 20);
}

TEST_P(JobContract, APayloadIsJson) {
  EXPECT_KEY(jobs->enqueue("index", "{", clock.now()), "check_violation");
}

MONITORA_FOR_EVERY_DATABASE(JobContract);

class ChangeLogContract : public ContentContract {};

TEST_P(ChangeLogContract, TellsInOrderWhatHappened) {
  const std::int64_t start = last_change();
  const Document document = upload(workspace);
  clock.advance(seconds(1));
  const auto [made, messages] = talk(foreign, "q", "r");
  const auto changes = change_log->since(start, 100);
  ASSERT_OK(changes);
  ASSERT_EQ(changes->size(), 2U);
  const Change& first = changes->front();
  EXPECT_GT(first.sequence, start);
  EXPECT_EQ(first.workspace_id, workspace);
  EXPECT_EQ(first.entity, "document");
  EXPECT_EQ(first.entity_id, document.id.to_string());
  EXPECT_EQ(first.operation, "created");
  EXPECT_EQ(first.at, clock.now() - seconds(1));
  EXPECT_EQ(changes->at(1).entity, "conversation");
  EXPECT_EQ(changes->at(1).entity_id, made.id.to_string());
  EXPECT_EQ(changes->at(1).workspace_id, foreign);
  EXPECT_THAT(first.messages, IsEmpty());
  EXPECT_THAT(changes->at(1).messages, ElementsAre(messages[0].id, messages[1].id));
  EXPECT_EQ(changes->back().sequence, last_change());
  EXPECT_EQ(change_log->since(start, 1)->size(), 1U);
  EXPECT_THAT(*change_log->since(last_change(), 100), IsEmpty());
  const auto of_foreign = change_log->of_workspace(foreign, start, 100);
  ASSERT_OK(of_foreign);
  ASSERT_EQ(of_foreign->size(), 1U);
  EXPECT_EQ(of_foreign->front().entity_id, made.id.to_string());
  EXPECT_THAT(*change_log->of_workspace(foreign, last_change(), 100), IsEmpty());
}

TEST_P(ChangeLogContract, MessagesAreNamedUnlessTheyAreMany) {
  const auto [made, messages] = talk(workspace, "q", "r");
  const std::int64_t start = last_change();
  std::vector<Message> many(Change::kMostNamed, question("encore"));
  for (Message& message : many) message.id = MessageId::random();
  ASSERT_OK(conversations->append(workspace, made, false, many));
  many.push_back(question("et encore"));
  for (Message& message : many) message.id = MessageId();
  ASSERT_OK(conversations->append(workspace, made, false, many));
  ASSERT_OK(conversations->set_feedback(workspace, made.id, messages[1].id, 1));
  const auto changes = change_log->since(start, 100);
  ASSERT_OK(changes);
  ASSERT_EQ(changes->size(), 3U);
  EXPECT_EQ(changes->at(0).messages.size(), Change::kMostNamed);
  EXPECT_THAT(changes->at(1).messages, IsEmpty());
  EXPECT_THAT(changes->at(2).messages, ElementsAre(messages[1].id));
}

TEST_P(ChangeLogContract, NothingIsToldOfWhatFailed) {
  const std::int64_t start = last_change();
  EXPECT_KEY(documents->remove(workspace, DocumentId::random()), "document_not_found");
  EXPECT_EQ(last_change(), start);
}

TEST_P(ChangeLogContract, ADeletedWorkspaceIsStillToldOf) {
  upload(workspace);
  const std::int64_t start = last_change();
  ASSERT_OK(workspaces->remove(owner, workspace));
  EXPECT_THAT(changes_after(start), ElementsAre("workspace/deleted"));
}

MONITORA_FOR_EVERY_DATABASE(ChangeLogContract);

class AuditContract : public ContentContract {};

TEST_P(AuditContract, KeepsWhoDidWhat) {
  const auto audit = storage::make_audit_log(pool(), clock);
  ASSERT_OK(audit->append(
      {"key:1", "document.delete", workspace, "cgv \"1\".txt", "::1", R"({"taille":3})"}));
  ASSERT_OK(audit->append({"system", "jobs.clean", {}, "", "", ""}));
  int rows = 0;
  ASSERT_OK(pool().with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query(
        "SELECT actor, action, workspace_id, target, ip_address, detail, at FROM audit_log "
        "WHERE actor IN ('key:1', 'system') ORDER BY id",
        {}, [&](const sql::Row& row) {
          EXPECT_EQ(row.time(6), clock.now());
          if (rows++ == 0) {
            EXPECT_EQ(row.text(1), "document.delete");
            EXPECT_EQ(WorkspaceId(row.uuid(2)), workspace);
            EXPECT_EQ(row.text(3), "cgv \"1\".txt");
            EXPECT_EQ(row.text(4), "::1");
            EXPECT_JSON(row.text(5), R"({"taille":3})");
          } else {
            EXPECT_TRUE(row.is_null(2) && row.is_null(3) && row.is_null(4) && row.is_null(5));
          }
          return Status();
        });
  }));
  EXPECT_EQ(rows, 2);
}

TEST_P(AuditContract, IsNeverChanged) {
  const auto audit = storage::make_audit_log(pool(), clock);
  ASSERT_OK(audit->append({"system", "x", {}, "", "", ""}));
  const std::int64_t rows = count("audit_log");
  for (const char* statement : {"UPDATE audit_log SET actor = 'autre'", "DELETE FROM audit_log"})
    EXPECT_FALSE(pool()
                     .with(sql::Connection::Mode::write,
                           [&](sql::Connection& connection) {
                             return connection.execute(statement, {}).status();
                           })
                     .ok());
  EXPECT_EQ(count("audit_log"), rows);
}

MONITORA_FOR_EVERY_DATABASE(AuditContract);

}  // namespace
}  // namespace monitora::contract
