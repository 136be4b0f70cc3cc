#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/document_rows.h"
#include "storage/json.h"
#include "storage/stores.h"
#include "storage/time_list.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

constexpr std::string_view kColumns =
    "r.id, r.question, r.response, r.sources, r.rag_score, r.hit_count, r.created_at, r.expires_at";
constexpr int kColumnCount = 8;
// Its `?` is now. Rows of older programs may have no end.
constexpr std::string_view kLive = " AND (r.expires_at IS NULL OR r.expires_at > ?)";

CacheEntry read_entry(const Row& row) {
  CacheEntry entry;
  entry.id = CacheEntryId(row.uuid(0));
  entry.question = row.text(1);
  entry.response = row.text(2);
  entry.sources = read_sources(row.text(3));
  entry.rag_score = row.real(4);
  entry.hit_count = static_cast<int>(row.integer(5));
  entry.created_at = row.time(6);
  if (!row.is_null(7)) entry.expires_at = row.time(7);
  return entry;
}

// What context_version holds.
std::string context(std::int64_t version, const std::string& settings_hash) {
  return std::to_string(version) + ":" + settings_hash;
}

class SqlCacheStore final : public CacheStore {
 public:
  SqlCacheStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<Lookup> find(const WorkspaceId& workspace, const std::string& question_hash,
                      const std::string& settings_hash) override {
    Lookup found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      const std::string statement =
          "SELECT " + std::string(kColumns) + ", r.context_version, v.version FROM (" +
          std::string(kChunksVersion) +
          ") v LEFT JOIN response_cache r ON r.workspace_id = ? AND r.question_hash = ?" +
          std::string(kLive) + " ORDER BY r.created_at DESC";
      return connection.query(
          statement, {p(workspace), p(workspace), p(workspace), p(question_hash), p(clock_.now())},
          [&](const Row& row) {
            found.version = row.integer(kColumnCount + 1);
            if (!found.entry && !row.is_null(0) &&
                row.text(kColumnCount) == context(found.version, settings_hash))
              found.entry = read_entry(row);
            return Status();
          });
    }));
    if (found.entry)
      MONITORA_TRY(
          count_hit("UPDATE response_cache SET hit_count = hit_count + 1 "
                    "WHERE id = ? AND workspace_id = ?",
                    {p(found.entry->id), p(workspace)}, found.entry));
    return found;
  }

  Result<std::optional<CacheEntry>> use(const CacheScope& scope, const CacheEntryId& id,
                                        double similarity) override {
    std::optional<CacheEntry> found;
    const std::string good_for = context(scope.version, scope.settings_hash);
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      const std::string statement = "SELECT " + std::string(kColumns) +
                                    " FROM response_cache r WHERE r.id = ? AND r.workspace_id = ? "
                                    "AND r.context_version = ?" +
                                    std::string(kLive);
      return connection.query(statement, {p(id), p(scope.workspace), p(good_for), p(clock_.now())},
                              [&](const Row& row) {
                                found = read_entry(row);
                                return Status();
                              });
    }));
    if (found)
      MONITORA_TRY(
          count_hit("UPDATE response_cache SET hit_count = hit_count + 1, similarity_score = ? "
                    "WHERE id = ? AND workspace_id = ?",
                    {p(similarity), p(id), p(scope.workspace)}, found));
    return found;
  }

  Status for_each_question(const CacheScope& scope, const std::string& model, Time since,
                           const std::function<Status(CachedQuestion)>& each) override {
    const std::string good_for = context(scope.version, scope.settings_hash);
    return pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT r.id, r.question, r.question_embedding, r.created_at, r.expires_at "
          "FROM response_cache r WHERE r.workspace_id = ? AND r.created_at >= ? "
          "AND r.context_version = ? AND r.embedding_model = ? "
          "AND r.question_embedding IS NOT NULL AND r.expires_at > ? "
          "ORDER BY r.created_at, r.id",
          {p(scope.workspace), p(since), p(good_for), p(model), p(clock_.now())},
          [&](const Row& row) -> Status {
            MONITORA_ASSIGN(Vector vector, read_vector(row.bytes(2)));
            return each({CacheEntryId(row.uuid(0)), std::string(row.text(1)), std::move(vector),
                         row.time(3), row.time(4)});
          });
    });
  }

  Result<Counts> counts(const WorkspaceId& workspace) override {
    Counts counts;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT COUNT(*), SUM(COALESCE(r.hit_count, 1) - 1) "
          "FROM response_cache r WHERE r.workspace_id = ?" +
              std::string(kLive),
          {p(workspace), p(clock_.now())}, [&](const Row& row) {
            counts.entries = row.integer(0);
            counts.hits = row.integer(1);
            return Status();
          });
    }));
    return counts;
  }

  // hit_count is how often the answer was given, the first time included.
  Status put(const WorkspaceId& workspace, const NewEntry& entry) override {
    const std::string sources = sources_json(entry.sources);
    const std::string good_for = context(entry.version, entry.settings_hash);
    const Param vector =
        entry.question_vector.empty() ? Param(nullptr) : p(vector_bytes(entry.question_vector));
    return workspace_must_exist(pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection
          .execute(
              "INSERT INTO response_cache (id, workspace_id, question_hash, context_version, "
              "question, question_embedding, embedding_model, response, sources, rag_score, "
              "created_at, expires_at, hit_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
              {p(entry.id), p(workspace), p(entry.question_hash), p(good_for), p(entry.question),
               vector, p_or_null(entry.embedding_model), p(entry.response), p(sources),
               p(entry.rag_score), p(clock_.now()), p(entry.expires_at)})
          .status();
    }));
  }

  Result<Page<CacheEntry>> list(const WorkspaceId& workspace, const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_cursor(page.cursor));
    const TimeList list{.statement = "SELECT " + std::string(kColumns) +
                                     " FROM response_cache r WHERE r.workspace_id = ?" +
                                     std::string(kLive),
                        .params = {p(workspace), p(clock_.now())},
                        .time = "r.created_at",
                        .id = "r.id",
                        .latest_first = true};
    return read_page(pool_, list, after, page_size(page), read_entry,
                     [](const Row& row) { return time_or_nothing(row, 6); });
  }

  Status clear(const WorkspaceId& workspace) override {
    return remove("DELETE FROM response_cache WHERE workspace_id = ?", {p(workspace)});
  }

  Status remove_answer(const WorkspaceId& workspace, const std::string& response) override {
    return remove("DELETE FROM response_cache WHERE workspace_id = ? AND response = ?",
                  {p(workspace), p(response)});
  }

  Status remove_expired() override {
    return remove("DELETE FROM response_cache WHERE expires_at <= ?", {p(clock_.now())});
  }

 private:
  // What was removed meanwhile must not be given: the entry becomes nothing.
  Status count_hit(std::string_view statement, std::initializer_list<Param> params,
                   std::optional<CacheEntry>& entry) {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows, connection.execute(statement, params));
      if (rows == 1)
        ++entry->hit_count;
      else
        entry.reset();
      return {};
    });
  }

  Status remove(std::string_view statement, std::initializer_list<Param> params) {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection.execute(statement, params).status();
    });
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<CacheStore> make_cache_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlCacheStore>(pool, clock);
}

}  // namespace monitora::storage
