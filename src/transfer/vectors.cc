#include "transfer/vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstring>
#include <mutex>
#include <thread>
#include <vector>

namespace monitora::transfer {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::size_t kCompared = 8;  // chunks
constexpr double kSameModel = 0.99;   // cosine
constexpr std::size_t kBlock = 16;    // chunks a transaction

using sql::p;

struct StoredVector {
  std::string content;
  std::string model;  // "" when the row names none
  Vector vector;
};

std::size_t column_index(const Table& table, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(table.columns, name, &Column::name) -
                                  table.columns.begin());
}

// The first chunks that have a vector.
Result<std::vector<StoredVector>> some_vectors(Source& source, const TablePlan& chunks) {
  const std::size_t content = column_index(*chunks.target, "content");
  const std::size_t vector = column_index(*chunks.target, "embedding");
  const std::size_t model = column_index(*chunks.target, "embedding_model");
  std::vector<StoredVector> found;
  // Ends the reading early: it is no error of anybody.
  const Status enough = Status::cancelled();
  MONITORA_ASSIGN(const std::vector<KeyRange> ranges, source.ranges(chunks, 1 << 20));
  for (const KeyRange& range : ranges) {
    MONITORA_ASSIGN(const auto reader, source.reader());
    const Status status = reader->read(chunks, {.range = range, .changed_since = {}}, [&](Row row) {
      const auto* bytes = std::get_if<BytesView>(&row[vector]);
      if (bytes == nullptr) return Status();
      StoredVector stored;
      stored.content = std::get<std::string_view>(row[content]);
      if (const auto* name = std::get_if<std::string_view>(&row[model])) stored.model = *name;
      stored.vector.resize(bytes->size() / sizeof(float));
      std::memcpy(stored.vector.data(), bytes->data(), stored.vector.size() * sizeof(float));
      found.push_back(std::move(stored));
      return found.size() < kCompared ? Status() : enough;
    });
    if (found.size() >= kCompared) break;
    MONITORA_TRY(status);
  }
  return found;
}

double cosine(const Vector& a, const Vector& b) {
  double dot = 0;
  double of_a = 0;
  double of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<double>(a[i]) * b[i];
    of_a += static_cast<double>(a[i]) * a[i];
    of_b += static_cast<double>(b[i]) * b[i];
  }
  return of_a > 0 && of_b > 0 ? dot / std::sqrt(of_a * of_b) : 0;
}

VectorChoice anew(std::string fr, std::string en) {
  return {.keep = false,
          .any = true,
          .why = {"Vecteurs recalculés : " + std::move(fr), "Vectors made anew: " + std::move(en)}};
}

// The chunks' texts; `ids` become theirs, in the same order, without what is gone meanwhile. A
// short block asks for its last chunk again, so that the statement is always the same one.
Result<std::vector<std::string>> texts_of(sql::Connection& connection, std::vector<Uuid>& ids) {
  static const std::string statement = [] {
    std::string text = "SELECT id, content FROM document_chunks WHERE id IN (?";
    for (std::size_t i = 1; i < kBlock; ++i) text += ", ?";
    return text + ")";
  }();
  std::vector<sql::Param> keys;
  for (std::size_t i = 0; i < kBlock; ++i) keys.push_back(p(ids[std::min(i, ids.size() - 1)]));
  std::vector<std::string> texts;
  ids.clear();
  MONITORA_TRY(connection.query(statement, keys, [&](const sql::Row& row) {
    ids.push_back(row.uuid(0));
    texts.emplace_back(row.text(1));
    return Status();
  }));
  return texts;
}

Status make_block(sql::Pool& pool, Embedder& embedder, std::vector<Uuid> ids) {
  std::vector<std::string> texts;
  MONITORA_TRY(pool.with(sql::Connection::Mode::read, [&](sql::Connection& connection) -> Status {
    MONITORA_ASSIGN(texts, texts_of(connection, ids));
    return {};
  }));
  if (texts.empty()) return {};
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  MONITORA_ASSIGN(const std::vector<Vector> vectors,
                  embedder.embed(Embedder::Kind::passage, views));
  return pool.transact([&](sql::Connection& connection) -> Status {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const BytesView bytes(reinterpret_cast<const std::uint8_t*>(vectors[i].data()),
                            vectors[i].size() * sizeof(float));
      MONITORA_TRY(connection.post(
          "UPDATE document_chunks SET embedding = ?, embedding_model = ? WHERE id = ?",
          {p(bytes), p(embedder.model()), p(ids[i])}));
    }
    return {};
  });
}

}  // namespace

Result<VectorChoice> choose_vectors(Source& source, Embedder& embedder) {
  const auto& tables = source.plan().tables;
  const auto chunks = std::ranges::find(tables, "document_chunks",
                                        [](const TablePlan& table) { return table.target->name; });
  std::vector<StoredVector> stored;
  if (chunks != tables.end()) {
    MONITORA_ASSIGN(stored, some_vectors(source, *chunks));
  }
  if (stored.empty())
    return VectorChoice{.keep = true,
                        .any = false,
                        .why = {"La source n'a pas de vecteurs.", "The source has no vectors."}};

  const auto dimension = static_cast<std::size_t>(embedder.dimension());
  double nearest_to_differ = 1;
  std::size_t compared = 0;  // the others' rows name the model
  for (const StoredVector& one : stored) {
    if (one.vector.size() != dimension)
      return anew(fmt::format("ils ont {} dimensions, le modèle {} en a {}.", one.vector.size(),
                              embedder.model(), dimension),
                  fmt::format("they have {} dimensions, the model {} has {}.", one.vector.size(),
                              embedder.model(), dimension));
    if (one.model == embedder.model()) continue;
    if (!one.model.empty())
      return anew(fmt::format("ils viennent de {}, le modèle est {}.", one.model, embedder.model()),
                  fmt::format("they are of {}, the model is {}.", one.model, embedder.model()));
    MONITORA_ASSIGN(const Vector made, embedder.embed_one(Embedder::Kind::passage, one.content));
    nearest_to_differ = std::min(nearest_to_differ, cosine(made, one.vector));
    ++compared;
  }
  if (nearest_to_differ < kSameModel)
    return anew(
        fmt::format("ils ne sont pas du modèle {} (cosinus {:.3f} sur {} extraits comparés).",
                    embedder.model(), nearest_to_differ, compared),
        fmt::format("they are not of the model {} (cosine {:.3f} over {} chunks compared).",
                    embedder.model(), nearest_to_differ, compared));
  if (compared == 0)
    return VectorChoice{
        .keep = true,
        .any = true,
        .why = {
            fmt::format("Vecteurs conservés : la source les dit du modèle {}.", embedder.model()),
            fmt::format("Vectors kept: the source says they are of the model {}.",
                        embedder.model())}};
  return VectorChoice{
      .keep = true,
      .any = true,
      .why = {fmt::format("Vecteurs conservés : ils sont du modèle {} (cosinus ≥ {:.4f} sur {} "
                          "extraits comparés).",
                          embedder.model(), nearest_to_differ, compared),
              fmt::format("Vectors kept: they are of the model {} (cosine ≥ {:.4f} over {} chunks "
                          "compared).",
                          embedder.model(), nearest_to_differ, compared)}};
}

Result<std::size_t> make_vectors(sql::Pool& pool, Embedder& embedder, int threads,
                                 const Counted& counted) {
  std::vector<Uuid> ids;
  MONITORA_TRY(pool.with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query(
        "SELECT id FROM document_chunks WHERE embedding_model IS NULL OR embedding_model <> ? "
        "OR embedding IS NULL",
        {p(embedder.model())}, [&](const sql::Row& row) {
          ids.push_back(row.uuid(0));
          return Status();
        });
  }));
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::size_t done = 0;
  Status failed;
  const auto work = [&] {
    while (true) {
      const std::size_t from = next.fetch_add(kBlock);
      if (from >= ids.size()) return;
      const std::size_t to = std::min(from + kBlock, ids.size());
      Status status = make_block(pool, embedder,
                                 {ids.begin() + static_cast<std::ptrdiff_t>(from),
                                  ids.begin() + static_cast<std::ptrdiff_t>(to)});
      const std::lock_guard lock(mutex);
      if (!status.ok()) {
        if (failed.ok()) failed = std::move(status);
        next = ids.size();
        return;
      }
      done += to - from;
      if (counted) counted(done, ids.size());
    }
  };
  {
    std::vector<std::jthread> workers;
    for (int i = 0; i < std::max(threads, 1); ++i) workers.emplace_back(work);
  }
  MONITORA_TRY(failed);
  return ids.size();
}

}  // namespace monitora::transfer
