#include "transfer/validate_indexed.h"

#include <fmt/format.h>

#include <algorithm>

namespace monitora::transfer {
namespace {

constexpr std::string_view kWrittenByIndexing[] = {"status", "chunk_count", "indexed_at",
                                                   "error_message"};

std::string canonical(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()};
}

// The documents of which the target has chunks and the source has none.
Status find_indexed_here(Comparison& comparison, const ExpectedTable& at_source,
                         const ExpectedTable* chunks, DocumentSet& documents) {
  std::string select = "SELECT d.id FROM (" + at_source.select_keys() + ") AS d (id)";
  if (chunks != nullptr)
    select += " WHERE NOT EXISTS (SELECT FROM (" + chunks->select() +
              ") AS c WHERE c.document_id::text = d.id)";
  DocumentSet without;
  MONITORA_TRY(comparison.source.read(select, [&](std::span<const Field> fields) {
    if (const auto id = fields[0] ? Uuid::parse(*fields[0]) : std::nullopt)
      without.insert(canonical(*id));
    return Status();
  }));
  if (without.empty()) return {};
  return comparison.target.query("SELECT DISTINCT document_id FROM document_chunks", {},
                                 [&](const sql::Row& row) {
                                   std::string id = canonical(row.uuid(0));
                                   if (without.contains(id)) documents.insert(std::move(id));
                                   return Status();
                                 });
}

// The target's chunks without those of `documents`.
std::string other_chunks(const DocumentSet& documents) {
  std::string ids;
  for (const std::string& id : documents) ids += (ids.empty() ? "'" : ", '") + uuid_text(id) + "'";
  return "(SELECT * FROM document_chunks WHERE document_id NOT IN (" + ids + ")) k";
}

}  // namespace

Status leave_out_indexed_here(Comparison& comparison, DocumentSet& documents,
                              std::vector<ExpectedTable>& expected) {
  const auto named = [&](std::string_view name) {
    const auto found = std::ranges::find(
        expected, name, [](const ExpectedTable& table) { return table.target->name; });
    return found == expected.end() ? nullptr : &*found;
  };
  ExpectedTable* const rows = named("documents");
  ExpectedTable* const chunks = named("document_chunks");
  if (rows == nullptr) return {};
  MONITORA_TRY(find_indexed_here(comparison, *rows, chunks, documents));
  if (documents.empty()) return {};
  rows->indexed_here = &documents;
  for (std::size_t i = 0; i < rows->columns.size(); ++i)
    rows->columns[i].of_indexing =
        std::ranges::count(kWrittenByIndexing, rows->target->columns[i].name) > 0;
  if (chunks != nullptr) chunks->target_from = other_chunks(documents);
  comparison.found.notes.push_back(
      {fmt::format(
           "{} documents n'avaient pas d'extraits à la source et ont été indexés ici : leur "
           "état et leurs extraits ne sont pas comparés.",
           documents.size()),
       fmt::format(
           "{} documents had no chunks at the source and were indexed here: their state and "
           "their chunks are not compared.",
           documents.size())});
  return {};
}

}  // namespace monitora::transfer
