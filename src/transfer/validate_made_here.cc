#include "transfer/validate_made_here.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace monitora::transfer {
namespace {

std::string canonical(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

// Ids that both queries give: the source's text, the target's id.
Result<IdSet> of_both(Comparison& comparison, const std::string& source, std::string_view target) {
  IdSet at_source, both;
  MONITORA_TRY(comparison.source.read(source, [&](std::span<const Field> fields) {
    if (const auto id = fields[0] ? Uuid::parse(*fields[0]) : std::nullopt)
      at_source.insert(canonical(*id));
    return Status();
  }));
  if (at_source.empty()) return both;
  MONITORA_TRY(comparison.target.query(target, {}, [&](const sql::Row& row) {
    std::string id = canonical(row.uuid(0));
    if (at_source.contains(id)) both.insert(std::move(id));
    return Status();
  }));
  return both;
}

void mark(ExpectedTable& table, std::initializer_list<std::string_view> columns) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    table.columns[i].made_here = std::ranges::count(columns, table.target->columns[i].name) > 0;
}

// The target's chunks without those of `documents`.
std::string other_chunks(const IdSet& documents) {
  std::string ids;
  for (const std::string& id : documents) ids += (ids.empty() ? "'" : ", '") + uuid_text(id) + "'";
  return "(SELECT * FROM document_chunks WHERE document_id NOT IN (" + ids + ")) k";
}

// Documents of which the target has chunks and the source has none.
Status leave_out_documents(Comparison& comparison, ExpectedTable& documents,
                           ExpectedTable* chunks) {
  std::string without = "SELECT d.id FROM (" + documents.select_keys() + ") AS d (id)";
  if (chunks != nullptr)
    without += " WHERE NOT EXISTS (SELECT FROM (" + chunks->select() +
               ") AS c WHERE c.document_id::text = d.id)";
  MONITORA_ASSIGN(documents.made_here,
                  of_both(comparison, without, "SELECT DISTINCT document_id FROM document_chunks"));
  if (documents.made_here.empty()) return {};
  mark(documents, {"status", "chunk_count", "indexed_at", "error_message"});
  if (chunks != nullptr) chunks->target_from = other_chunks(documents.made_here);
  comparison.found.notes.push_back(
      {fmt::format(
           "{} documents n'avaient pas d'extraits à la source et ont été indexés ici : leur "
           "état et leurs extraits ne sont pas comparés.",
           documents.made_here.size()),
       fmt::format(
           "{} documents had no chunks at the source and were indexed here: their state and "
           "their chunks are not compared.",
           documents.made_here.size())});
  return {};
}

// Chunks of which the target has a vector and the source has none.
Status leave_out_vectors(Comparison& comparison, ExpectedTable& chunks) {
  MONITORA_ASSIGN(
      chunks.made_here,
      of_both(comparison,
              "SELECT c.id::text FROM (" + chunks.select() + ") AS c WHERE c.embedding IS NULL",
              "SELECT id FROM document_chunks WHERE embedding IS NOT NULL"));
  if (chunks.made_here.empty()) return {};
  mark(chunks, {"embedding", "embedding_model"});
  comparison.found.notes.push_back(
      {fmt::format("{} extraits n'avaient pas de vecteur à la source et en ont reçu un ici : il "
                   "n'est pas comparé.",
                   chunks.made_here.size()),
       fmt::format("{} chunks had no vector at the source and got one here: it is not compared.",
                   chunks.made_here.size())});
  return {};
}

}  // namespace

Status leave_out_made_here(Comparison& comparison, std::vector<ExpectedTable>& expected) {
  const auto named = [&](std::string_view name) {
    const auto found = std::ranges::find(
        expected, name, [](const ExpectedTable& table) { return table.target->name; });
    return found == expected.end() ? nullptr : &*found;
  };
  ExpectedTable* const documents = named("documents");
  ExpectedTable* const chunks = named("document_chunks");
  if (documents != nullptr) MONITORA_TRY(leave_out_documents(comparison, *documents, chunks));
  if (chunks != nullptr) MONITORA_TRY(leave_out_vectors(comparison, *chunks));
  return {};
}

}  // namespace monitora::transfer
