#include <cstring>

#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/document_rows.h"
#include "storage/json.h"
#include "storage/query.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;
using sql::Row;

constexpr std::string_view kColumns =
    "a.id, a.question, a.variants, a.answer, a.is_enabled, a.use_count, a.created_at, a.updated_at";
constexpr int kColumnCount = 8;

Status absent() {
  return Status::not_found("answer_not_found");
}

CuratedAnswer read_answer(const Row& row) {
  CuratedAnswer answer;
  answer.id = CuratedAnswerId(row.uuid(0));
  answer.question = row.text(1);
  answer.variants = read_strings(row.text(2));
  answer.answer = row.text(3);
  answer.is_enabled = row.boolean(4);
  answer.use_count = static_cast<int>(row.integer(5));
  answer.created_at = row.time(6);
  answer.updated_at = row.time(7);
  return answer;
}

// One after the other; all have the same dimension.
std::string joined(const std::vector<Vector>& vectors) {
  std::string bytes;
  for (const Vector& vector : vectors) {
    const BytesView one = vector_bytes(vector);
    bytes.append(reinterpret_cast<const char*>(one.data()), one.size());
  }
  return bytes;
}

Result<std::vector<Vector>> split(BytesView bytes, std::size_t count) {
  MONITORA_ASSIGN(const Vector all, read_vector(bytes));
  std::vector<Vector> vectors;
  if (count == 0 || all.size() % count != 0) return vectors;  // of other wordings: to be made anew
  const auto dimension = static_cast<std::ptrdiff_t>(all.size() / count);
  for (auto at = all.begin(); at != all.end(); at += dimension)
    vectors.emplace_back(at, at + dimension);
  return vectors;
}

class SqlCuratedStore final : public CuratedStore {
 public:
  SqlCuratedStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<Page<CuratedAnswer>> list(const WorkspaceId& workspace, const PageRequest& page) override {
    MONITORA_ASSIGN(const auto after, read_cursor(page.cursor));
    const int size = page_size(page);
    std::vector<CuratedAnswer> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      std::string statement =
          "SELECT " + std::string(kColumns) + " FROM curated_answers a WHERE a.workspace_id = ?";
      std::vector<Param> params{p(workspace)};
      if (after) {
        statement += " AND a.created_at >= ? AND (a.created_at > ? OR a.id > ?)";
        params.insert(params.end(), {p(after->time), p(after->time), p(after->id)});
      }
      statement += " ORDER BY a.created_at, a.id";
      append_limit(connection.dialect(), size + 1, statement, params);
      return connection.query(statement, params, [&](const Row& row) {
        found.push_back(read_answer(row));
        return Status();
      });
    }));
    return finish_page(std::move(found), size, [](const CuratedAnswer& last) {
      return write_cursor(Position{last.created_at, last.id.uuid()});
    });
  }

  Result<CuratedAnswer> find(const WorkspaceId& workspace, const CuratedAnswerId& id) override {
    return required(query_one(pool_,
                              "SELECT " + std::string(kColumns) +
                                  " FROM curated_answers a WHERE a.workspace_id = ? AND a.id = ?",
                              {p(workspace), p(id)}, read_answer),
                    absent());
  }

  Result<std::vector<EmbeddedCuratedAnswer>> all(const WorkspaceId& workspace) override {
    std::vector<EmbeddedCuratedAnswer> found;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT " + std::string(kColumns) +
              ", a.embeddings, a.embedding_model FROM curated_answers a "
              "WHERE a.workspace_id = ? ORDER BY a.created_at, a.id",
          {p(workspace)}, [&](const Row& row) -> Status {
            EmbeddedCuratedAnswer each{read_answer(row), {}, {}};
            if (!row.is_null(kColumnCount)) {
              MONITORA_ASSIGN(each.vectors,
                              split(row.bytes(kColumnCount), each.answer.variants.size() + 1));
              each.model = row.text(kColumnCount + 1);
            }
            found.push_back(std::move(each));
            return {};
          });
    }));
    return found;
  }

  Status put(const WorkspaceId& workspace,
             const std::vector<EmbeddedCuratedAnswer>& answers) override {
    return workspace_must_exist(pool_.transact([&](Connection& connection) -> Status {
      const Time now = clock_.now();
      // One microsecond apart: a list keeps the order in which they came.
      Time made = now;
      for (const EmbeddedCuratedAnswer& each : answers) {
        MONITORA_TRY(put_one(connection, workspace, each, now, made));
        made += Micros(1);
      }
      return log_change(connection, workspace, "answer", workspace.to_string(), "updated", now);
    }));
  }

  Status remove(const WorkspaceId& workspace, const CuratedAnswerId& id) override {
    return pool_.transact([&](Connection& connection) -> Status {
      MONITORA_ASSIGN(
          const auto rows,
          connection.execute("DELETE FROM curated_answers WHERE workspace_id = ? AND id = ?",
                             {p(workspace), p(id)}));
      if (rows == 0) return absent();
      return log_change(connection, workspace, "answer", workspace.to_string(), "updated",
                        clock_.now());
    });
  }

  Status count_use(const WorkspaceId& workspace, const CuratedAnswerId& id) override {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection
          .execute(
              "UPDATE curated_answers SET use_count = use_count + 1 "
              "WHERE workspace_id = ? AND id = ?",
              {p(workspace), p(id)})
          .status();
    });
  }

 private:
  static Status put_one(Connection& connection, const WorkspaceId& workspace,
                        const EmbeddedCuratedAnswer& each, Time now, Time made) {
    const CuratedAnswer& answer = each.answer;
    const std::string variants = answer.variants.empty() ? "" : strings_json(answer.variants);
    const std::string bytes = joined(each.vectors);
    const Param vectors = each.vectors.empty() ? Param(nullptr) : p(as_bytes(bytes));
    MONITORA_ASSIGN(
        const auto rows,
        connection.execute(
            "UPDATE curated_answers SET question = ?, variants = ?, answer = ?, "
            "is_enabled = ?, embeddings = ?, embedding_model = ?, updated_at = ? "
            "WHERE workspace_id = ? AND id = ?",
            {p(answer.question), p_or_null(variants), p(answer.answer), p(answer.is_enabled),
             vectors, p_or_null(each.model), p(now), p(workspace), p(answer.id)}));
    if (rows == 1) return {};
    return connection.post(
        "INSERT INTO curated_answers (id, workspace_id, question, variants, answer, is_enabled, "
        "embeddings, embedding_model, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, "
        "?)",
        {p(answer.id), p(workspace), p(answer.question), p_or_null(variants), p(answer.answer),
         p(answer.is_enabled), vectors, p_or_null(each.model), p(made), p(now)});
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<CuratedStore> make_curated_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlCuratedStore>(pool, clock);
}

}  // namespace monitora::storage
