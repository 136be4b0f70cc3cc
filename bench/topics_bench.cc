// Topics on questions whose subjects are known: a SQuAD file's questions, its articles' titles.
//
//   topics_bench SQUAD.json MODEL_FILE
//
// The questions are asked in a workspace of a new SQLite database and its topics made as the server
// makes them, with the built-in embedding model. Beside it k-means on raw TF-IDF, in the same run.
#include <faiss/Clustering.h>
#include <faiss/Index.h>
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>

#include "app/topics.h"
#include "base/text.h"
#include "domain/question.h"
#include "llm/embedding_model.h"
#include "retrieval/analyzer.h"
#include "retrieval/question_clusterer.h"
#include "retrieval/word_reader.h"
#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"
#include "storage/stores.h"

namespace {

using namespace monitora;
namespace fs = std::filesystem;
namespace json = boost::json;
using Steady = std::chrono::steady_clock;

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

struct Asked {
  std::string question;
  int title = 0;
};

// In an order that has nothing to do with the articles.
std::vector<Asked> read_questions(const std::string& path, int& titles) {
  std::ifstream in(path, std::ios::binary);
  const json::value file = json::parse(std::string((std::istreambuf_iterator<char>(in)), {}));
  std::vector<Asked> all;
  titles = 0;
  for (const json::value& article : file.at("data").as_array()) {
    for (const json::value& paragraph : article.at("paragraphs").as_array())
      for (const json::value& each : paragraph.at("qas").as_array())
        all.push_back({std::string(each.at("question").as_string()), titles});
    ++titles;
  }
  std::shuffle(all.begin(), all.end(), std::mt19937(5));
  return all;
}

// Normalised by the mean of both entropies.
double mutual_information(const std::vector<int>& a, const std::vector<int>& b) {
  std::map<int, double> in_a, in_b;
  std::map<std::pair<int, int>, double> in_both;
  const auto n = static_cast<double>(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    in_a[a[i]] += 1 / n;
    in_b[b[i]] += 1 / n;
    in_both[{a[i], b[i]}] += 1 / n;
  }
  const auto entropy = [](const auto& shares) {
    double sum = 0;
    for (const auto& [label, share] : shares) sum -= share * std::log(share);
    return sum;
  };
  const double shared = entropy(in_a) + entropy(in_b) - entropy(in_both);
  return 2 * shared / (entropy(in_a) + entropy(in_b));
}

// k-means on TF-IDF of the words as they are. Rows are sparse: distances are computed so.
class SparseRows final : public faiss::Index {
 public:
  SparseRows(const std::vector<Asked>& asked, std::vector<float>& dense) {
    std::map<std::string, int> words, documents;
    std::vector<std::map<int, float>> counts;
    for (const Asked& each : asked) {
      std::map<int, float>& row = counts.emplace_back();
      retrieval::for_each_word(each.question, [&](const retrieval::Word& word) {
        const int number = words.emplace(word.folded, static_cast<int>(words.size())).first->second;
        if (row[number]++ == 0) ++documents[word.folded];
      });
    }
    std::vector<double> idf(words.size());
    for (const auto& [word, number] : words)
      idf[static_cast<std::size_t>(number)] =
          1 + std::log((1.0 + static_cast<double>(asked.size())) / (1.0 + documents[word]));
    d = static_cast<int>(words.size());
    metric_type = faiss::METRIC_L2;
    dense.assign(asked.size() * words.size(), 0);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      double length = 0;
      for (auto& [number, value] : counts[i]) {
        value *= static_cast<float>(idf[static_cast<std::size_t>(number)]);
        length += value * value;
      }
      auto& row = rows_.emplace_back();
      for (const auto& [number, value] : counts[i]) {
        const float unit = value / static_cast<float>(std::sqrt(length));
        row.emplace_back(number, unit);
        dense[i * words.size() + static_cast<std::size_t>(number)] = unit;
      }
    }
  }
  void add(idx_t n, const float* x) override {
    centroids_.assign(x, x + n * d);
    ntotal = n;
    squares_.clear();
    for (idx_t c = 0; c < n; ++c) {
      float square = 0;
      for (idx_t k = 0; k < d; ++k) square += x[c * d + k] * x[c * d + k];
      squares_.push_back(square);
    }
  }
  void reset() override { ntotal = 0; }
  // Asked for all rows at once, in order.
  void search(idx_t n, const float*, idx_t, float* distances, idx_t* labels,
              const faiss::SearchParameters*) const override {
    for (idx_t i = 0; i < n; ++i) {
      float best = 1e9F;
      for (idx_t c = 0; c < ntotal; ++c) {
        float product = 0;
        for (const auto& [number, value] : rows_[static_cast<std::size_t>(i)])
          product += value * centroids_[static_cast<std::size_t>(c * d + number)];
        const float distance = 1 + squares_[static_cast<std::size_t>(c)] - 2 * product;
        if (distance < best) best = distance, labels[i] = c;
      }
      distances[i] = best;
    }
  }

 private:
  std::vector<std::vector<std::pair<int, float>>> rows_;
  std::vector<float> centroids_, squares_;
};

std::vector<int> tf_idf_groups(const std::vector<Asked>& asked, int groups) {
  std::vector<float> dense;
  SparseRows rows(asked, dense);
  faiss::ClusteringParameters parameters;
  parameters.seed = 7;
  parameters.min_points_per_centroid = 1;
  parameters.max_points_per_centroid = static_cast<int>(asked.size());
  faiss::Clustering clustering(rows.d, groups, parameters);
  clustering.train(static_cast<faiss::Index::idx_t>(asked.size()), dense.data(), rows);
  std::vector<float> distances(asked.size());
  std::vector<faiss::Index::idx_t> labels(asked.size());
  rows.search(static_cast<faiss::Index::idx_t>(asked.size()), nullptr, 1, distances.data(),
              labels.data(), nullptr);
  return {labels.begin(), labels.end()};
}

class Instance {
 public:
  Instance(const fs::path& file, Embedder& embedder) : embedder_(embedder) {
    sql::Pool::Options options;
    options.writers = 1;
    options.readers = 1;
    options.share_commits = true;
    pool_ = std::make_unique<sql::Pool>(
        [file](sql::Connection::Mode mode) { return sql::open_sqlite(file.string(), mode); },
        options);
    check("schema", pool_->with(sql::Connection::Mode::write, [](sql::Connection& connection) {
      return sql::apply(connection).status();
    }));
    users_ = storage::make_user_store(*pool_, clock_);
    workspaces_ = storage::make_workspace_store(*pool_, clock_);
    conversations_ = storage::make_conversation_store(*pool_, clock_);
    jobs_ = storage::make_job_store(*pool_, clock_);
    store_ = storage::make_topic_store(*pool_, clock_);
    NewUser user;
    user.email = "bench@exemple.fr";
    user.password_hash = user.password_salt = "none";
    const User owner = value_of("user", users_->create(user));
    Workspace workspace;
    workspace.name = "topics_bench";
    workspace.owner_id = owner.id;
    workspace_ = value_of("workspace", workspaces_->create(owner.id, workspace)).workspace.id;
  }

  void ask(std::span<const Asked> asked) {
    for (const Asked& each : asked) {
      Conversation conversation;
      conversation.id = ConversationId::random();
      Message message;
      message.role = "user";
      message.content = each.question;
      check("asking", conversations_->append(workspace_, conversation, true, {message}));
    }
  }

  std::vector<Topic> refresh() {
    Topics topics({*store_, *workspaces_, embedder_, *clusterer_, *words_, *jobs_, clock_, [] {}});
    check("topics", topics.refresh(workspace_, Topics::kAsLongAsItTakes).status());
    return value_of("topics", store_->topics(workspace_));
  }

 private:
  const SystemClock clock_;
  Embedder& embedder_;
  std::unique_ptr<sql::Pool> pool_;
  std::unique_ptr<UserStore> users_;
  std::unique_ptr<WorkspaceStore> workspaces_;
  std::unique_ptr<ConversationStore> conversations_;
  std::unique_ptr<JobStore> jobs_;
  std::unique_ptr<TopicStore> store_;
  std::unique_ptr<QuestionClusterer> clusterer_ = retrieval::make_question_clusterer();
  std::unique_ptr<WordReader> words_ = retrieval::make_word_reader();
  WorkspaceId workspace_;
};

// A topic's number for each question; -1, one group of its own, for those in none.
std::vector<int> labels_of(const std::vector<Topic>& topics, std::span<const Asked> asked) {
  std::map<std::uint64_t, int> members;
  for (std::size_t i = 0; i < topics.size(); ++i)
    for (const std::uint64_t member : topics[i].members) members[member] = static_cast<int>(i);
  std::vector<int> labels;
  for (const Asked& each : asked) {
    const std::string hash = question_hash(collapse_spaces(character_prefix(each.question, 300)));
    const auto found = members.find(std::stoull(hash.substr(0, 16), nullptr, 16));
    labels.push_back(found == members.end() ? -1 : found->second);
  }
  return labels;
}

// Names, sizes and members, whatever the ids.
std::set<std::pair<std::string, std::vector<std::uint64_t>>> partition(
    const std::vector<Topic>& topics) {
  std::set<std::pair<std::string, std::vector<std::uint64_t>>> all;
  for (const Topic& topic : topics) all.emplace(topic.name, topic.members);
  return all;
}

// Topics of before that are there under their id and have most of their questions still.
std::size_t kept(const std::vector<Topic>& before, const std::vector<Topic>& after,
                 std::size_t& names) {
  std::size_t topics = 0;
  names = 0;
  for (const Topic& old : before)
    for (const Topic& now : after) {
      if (now.id != old.id) continue;
      const std::set<std::uint64_t> members(now.members.begin(), now.members.end());
      const auto stayed = std::ranges::count_if(
          old.members, [&](std::uint64_t member) { return members.contains(member); });
      if (2 * static_cast<std::size_t>(stayed) <= old.members.size()) continue;
      ++topics;
      names += now.name == old.name ? 1 : 0;
    }
  return topics;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "topics_bench SQUAD.json MODEL_FILE\n");
    return 2;
  }
  omp_set_num_threads(1);
  int titles = 0;
  const std::vector<Asked> asked = read_questions(argv[1], titles);
  const std::span<const Asked> all(asked);
  const std::span<const Asked> first = all.first(asked.size() * 10 / 11);
  const auto embedder = value_of("the model", llm::load_builtin_embedder(argv[2], {.workers = 1}));
  const fs::path directory = fs::temp_directory_path() / fmt::format("topics-bench-{}", getpid());
  fs::create_directories(directory);

  fmt::print("{} questions of {} articles\n", asked.size(), titles);
  Instance one(directory / "one.db", *embedder), other(directory / "other.db", *embedder);
  one.ask(all);
  other.ask(all);
  std::vector<Topic> topics, again, elsewhere;
  const double embedding = seconds([&] { topics = one.refresh(); });
  const double kept_vectors = seconds([&] { again = one.refresh(); });
  elsewhere = other.refresh();
  std::vector<int> truth;
  for (const Asked& each : asked) truth.push_back(each.title);
  const std::vector<int> labels = labels_of(topics, all);
  fmt::print("topics: {}, of {} questions; {} questions in none\n", topics.size(), asked.size(),
             std::ranges::count(labels, -1));
  fmt::print("made in {:.1f} s, {:.1f} s with nothing new\n", embedding, kept_vectors);
  fmt::print("NMI with the articles: {:.3f}\n", mutual_information(labels, truth));
  for (const int groups : {static_cast<int>(topics.size()), titles})
    fmt::print("NMI of k-means on raw TF-IDF, {} groups: {:.3f}\n", groups,
               mutual_information(tf_idf_groups(asked, groups), truth));
  std::size_t names = 0;
  fmt::print("the same data once more: {} of {} topics kept, the same questions and names: {}\n",
             kept(topics, again, names), topics.size(), partition(topics) == partition(again));
  fmt::print("the same data in another database: the same questions and names: {}\n",
             partition(topics) == partition(elsewhere));

  Instance growing(directory / "growing.db", *embedder);
  growing.ask(first);
  const std::vector<Topic> before = growing.refresh();
  growing.ask(all.subspan(first.size()));
  const std::vector<Topic> after = growing.refresh();
  const std::size_t stayed = kept(before, after, names);
  fmt::print(
      "{} questions, then 10 % more: {} of {} topics keep their identity ({:.1f} %), {} their "
      "name; NMI {:.3f}\n",
      first.size(), stayed, before.size(),
      100.0 * static_cast<double>(stayed) / static_cast<double>(before.size()), names,
      mutual_information(labels_of(after, all), truth));
  fmt::print("\nthe most asked:\n");
  for (std::size_t i = 0; i < std::min<std::size_t>(topics.size(), 12); ++i)
    fmt::print("  {:>3}  {}  ({})\n", topics[i].message_count, topics[i].name,
               topics[i].sample_questions.front());
  fs::remove_all(directory);
  return 0;
}
