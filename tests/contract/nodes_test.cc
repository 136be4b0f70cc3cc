// What several nodes of one database need: shared counts, periodic work, a change log that can be
// cut, and accounts that another system made.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class NodesContract : public ContentContract {
 protected:
  void SetUp() override {
    ContentContract::SetUp();
    counts = storage::make_shared_counts(pool());
  }
  // What others than `node` have used of "a", by window.
  std::map<std::int64_t, int> others(const std::string& node, std::int64_t from = 0) {
    const auto found = counts->of_others(node, {"a", "none"}, from);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    std::map<std::int64_t, int> all;
    for (const SharedCounts::Count& count : *found) {
      EXPECT_EQ(count.key, "a");
      all[count.window] = count.used;
    }
    return all;
  }
  std::int64_t version() {
    const auto found = chunk_source->version(workspace);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    return *found;
  }
  std::unique_ptr<SharedCounts> counts;
};

using Windows = std::map<std::int64_t, int>;

TEST_P(NodesContract, NodesSeeOneAnothersUses) {
  ASSERT_OK(counts->put("n1", {{"a", 10, 3}, {"b", 10, 7}}));
  ASSERT_OK(counts->put("n2", {{"a", 10, 4}}));
  ASSERT_OK(counts->put("n2", {{"a", 11, 1}}));
  EXPECT_EQ(others("n3"), (Windows{{10, 7}, {11, 1}}));
  EXPECT_EQ(others("n1"), (Windows{{10, 4}, {11, 1}}));
  EXPECT_EQ(others("n1", 11), (Windows{{11, 1}}));
  ASSERT_OK(counts->put("n2", {{"a", 10, 9}}));
  ASSERT_OK(counts->put("n2", {{"a", 10, 5}}));  // came late
  EXPECT_EQ(others("n1"), (Windows{{10, 9}, {11, 1}}));
  EXPECT_TRUE(counts->of_others("n1", {}, 0)->empty());
  ASSERT_OK(counts->prune(11));
  EXPECT_EQ(others("n1"), (Windows{{11, 1}}));
}

TEST_P(NodesContract, ThreadsOfANodeTellTheirCountsAtOnce) {
  in_parallel(4, [&](int thread) {
    for (int i = 0; i < 25; ++i) {
      const Status told = counts->put("n1", {{"a", 10, thread * 25 + i + 1}});
      EXPECT_TRUE(told.ok()) << told.to_string();
    }
  });
  EXPECT_EQ(others("n2"), (Windows{{10, 100}}));
}

TEST_P(NodesContract, PeriodicWorkIsQueuedOnceAPeriod) {
  const auto ask = [&] { return jobs->enqueue_periodic("clean_up", hours(1)); };
  ASSERT_OK(ask());
  ASSERT_OK(ask());
  EXPECT_EQ(count("jobs"), 1);
  const auto job = jobs->lease("n1", {"clean_up"}, seconds(60));
  ASSERT_TRUE(job.ok() && job->has_value());
  ASSERT_OK(ask());
  EXPECT_EQ(count("jobs"), 1) << "while it runs";
  ASSERT_OK(jobs->complete("n1", (*job)->id));
  ASSERT_OK(ask());
  EXPECT_EQ(count("jobs"), 1) << "done a moment ago";
  ASSERT_OK(jobs->enqueue_periodic("other", hours(1)));
  EXPECT_EQ(count("jobs"), 2);
  clock.advance(hours(1) + seconds(1));
  ASSERT_OK(ask());
  EXPECT_EQ(count("jobs"), 3);
}

TEST_P(NodesContract, TheChangeLogIsCutButKeepsTheVersionOfChunks) {
  const Document document = index(workspace, "a.txt", 1);
  index(workspace, "b.txt", 1);
  talk(workspace, "q", "r");
  const std::int64_t before = version();
  EXPECT_GT(before, 0);
  clock.advance(hours(25));
  ASSERT_OK(change_log->prune(clock.now() - hours(24)));
  EXPECT_EQ(version(), before);
  EXPECT_EQ(count("change_log"), 1);
  ASSERT_OK(documents->remove(workspace, document.id));
  EXPECT_GT(version(), before);
  ASSERT_OK(change_log->prune(clock.now() - hours(24)));
  EXPECT_EQ(count("change_log"), 1) << "a later change stands for the earlier ones";
  ASSERT_OK(change_log->prune(clock.now()));
  EXPECT_EQ(count("change_log"), 1);
}

TEST_P(NodesContract, ChangesOfOneIndexCommitInTheOrderOfTheirSequences) {
  std::vector<Document> all;
  for (int i = 0; i < 24; ++i) all.push_back(upload(workspace, std::to_string(i) + ".txt"));
  std::mutex mutex;
  std::vector<std::int64_t> seen;  // versions as each writer saw them right after its commit
  in_parallel(6, [&](int thread) {
    std::int64_t mine = 0;
    for (int i = thread; i < 24; i += 6) {
      const Document& document = all[static_cast<std::size_t>(i)];
      const auto made = documents->replace_chunks(workspace, document.id, {}, {}, "m");
      ASSERT_TRUE(made.ok()) << made.status().to_string();
      EXPECT_GT(*made, mine);
      // Whoever reads the version after a commit sees that commit or a later one: an index of an
      // equal version lacks nothing.
      EXPECT_GE(version(), *made);
      mine = *made;
      const std::lock_guard lock(mutex);
      seen.push_back(*made);
    }
  });
  std::ranges::sort(seen);
  EXPECT_EQ(std::ranges::adjacent_find(seen), seen.end());
  EXPECT_EQ(version(), seen.back());
}

TEST_P(NodesContract, AnInvitationIsWithdrawn) {
  ASSERT_OK(members->invite(workspace, "Later@exemple.fr", UserRole::admin));
  ASSERT_OK(members->invite(foreign, "later@exemple.fr", UserRole::lecteur));
  ASSERT_OK(members->withdraw(workspace, "later@exemple.fr"));
  EXPECT_KEY(members->withdraw(workspace, "later@exemple.fr"), "member_not_found");
  const UserId user = make_user("later");
  EXPECT_KEY(workspaces->role(user, workspace), "workspace_not_found");
  EXPECT_EQ(*workspaces->role(user, foreign), UserRole::lecteur);
}

TEST_P(NodesContract, AnAccountOfAnotherSystemKeepsItsId) {
  NewUser wanted;
  wanted.id = UserId::random();
  wanted.email = "adopted@exemple.fr";
  wanted.password_hash = "!";
  wanted.role = UserRole::lecteur;
  ASSERT_OK(members->invite(workspace, "adopted@exemple.fr", UserRole::lecteur));
  const auto made = users->create(wanted);
  ASSERT_OK(made);
  EXPECT_EQ(made->id, *wanted.id);
  EXPECT_EQ(made->role, UserRole::lecteur);
  EXPECT_EQ(*workspaces->role(*wanted.id, workspace), UserRole::lecteur);
  EXPECT_KEY(users->create(wanted), "id_taken");
  wanted.id = UserId::random();
  EXPECT_KEY(users->create(wanted), "email_taken");
  EXPECT_KEY(users->find(*wanted.id), "user_not_found");
  const auto credentials = users->credentials(made->id);
  ASSERT_TRUE(credentials.ok() && credentials->has_value());
  EXPECT_EQ((*credentials)->password_hash, "!");
}

TEST_P(NodesContract, AnEmailMovesUnlessItIsTaken) {
  const UserId user = make_user("before");
  make_user("taken");
  ASSERT_OK(users->set_email(user, "after@exemple.fr"));
  EXPECT_EQ(users->find(user)->email, "after@exemple.fr");
  EXPECT_KEY(users->set_email(user, "TAKEN@exemple.fr"), "email_taken");
  EXPECT_KEY(users->set_email(UserId::random(), "x@exemple.fr"), "user_not_found");
  EXPECT_FALSE(users->find_by_email("before@exemple.fr")->has_value());
}

MONITORA_FOR_EVERY_DATABASE(NodesContract);

}  // namespace
}  // namespace monitora::contract
