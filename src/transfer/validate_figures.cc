#include "transfer/validate_figures.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <map>

namespace monitora::transfer {
namespace {

// Sums of doubles come out otherwise in another order; nothing else may.
constexpr double kTolerance = 1e-9;

constexpr Column kMessagesColumns[] = {{"conversation_id", Kind::uuid, true},
                                       {"messages", Kind::integer, true, 8}};
constexpr Table kMessagesOfConversations = {"messages_per_conversation", kMessagesColumns};
constexpr Column kChunksColumns[] = {{"document_id", Kind::uuid, true},
                                     {"chunks", Kind::integer, true, 8}};
constexpr Table kChunksOfDocuments = {"chunks_per_document", kChunksColumns};

const ExpectedTable* find(const std::vector<ExpectedTable>& expected, std::string_view name) {
  for (const ExpectedTable& table : expected)
    if (table.target->name == name) return &table;
  return nullptr;
}

// How many rows of `rows` each of its parents has.
Status compare_counts(Comparison& comparison, const ExpectedTable& rows, const Table& figures,
                      Sentence what) {
  const std::string parent(figures.columns[0].name), count(figures.columns[1].name);
  ExpectedTable table;
  table.target = &figures;
  table.target_from = fmt::format(
      "(SELECT {0}, COUNT(*) AS {1} FROM {2} GROUP BY {0}) g", parent, count,
      rows.target_from.empty() ? rows.target->name : std::string_view(rows.target_from));
  table.columns.resize(2);
  Branch branch;
  branch.from =
      fmt::format("(SELECT r.{0}, (count(*))::text AS {1} FROM ({2}) AS r GROUP BY 1) AS g", parent,
                  count, rows.select());
  branch.expressions = {"g." + parent, "g." + count};
  branch.keys = {"g." + parent};
  table.branches.push_back(std::move(branch));
  MONITORA_ASSIGN(const ComparedTable compared, compare_figures(comparison, table));
  comparison.found.checks.push_back({std::move(what), fmt::format("{}", compared.source_rows),
                                     fmt::format("{}", compared.target_rows),
                                     compared.differences});
  return {};
}

struct Insights {
  std::int64_t up = 0, votes = 0, low = 0, messages = 0, with_messages = 0, conversations = 0;
  std::optional<double> score;

  // By the names of insights_cache.
  std::vector<std::pair<const char*, std::optional<double>>> figures() const {
    const auto real = [](std::int64_t value) { return static_cast<double>(value); };
    return {
        {"satisfaction_rate",
         votes > 0 ? std::optional(real(up) / real(votes) * 100) : std::nullopt},
        {"avg_rag_score", score},
        {"avg_messages_per_conversation",
         conversations > 0 ? real(messages) / real(conversations) : 0},
        {"low_confidence_count", real(low)},
        {"total_conversations", real(conversations)},
        {"total_messages", real(messages)},
    };
  }
};
using AllInsights = std::map<std::string, Insights>;  // by workspace

bool same(const std::optional<double>& a, const std::optional<double>& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a) return true;
  return std::abs(*a - *b) <= kTolerance * std::max(std::abs(*a), std::abs(*b));
}

std::string figure_text(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "NULL";
}

std::int64_t number(const Field& field) {
  std::int64_t value = 0;
  if (field) std::from_chars(field->data(), field->data() + field->size(), value);
  return value;
}

Result<AllInsights> source_insights(ValidateSource& source, const ExpectedTable& conversations,
                                    const ExpectedTable& messages) {
  AllInsights all;
  MONITORA_TRY(source.read(
      "SELECT c.workspace_id, "
      "(count(*) FILTER (WHERE m.role = 'assistant' AND m.feedback = '1'))::text, "
      "(count(m.feedback) FILTER (WHERE m.role = 'assistant'))::text, "
      "(count(*) FILTER (WHERE m.role = 'assistant' AND m.rag_score::float8 < 0.5 "
      "AND m.is_resolved = 'false'))::text, "
      "count(*)::text, (avg(m.rag_score::float8) FILTER (WHERE m.role = 'assistant'))::text "
      "FROM (" +
          conversations.select() + ") AS c JOIN (" + messages.select() +
          ") AS m ON m.conversation_id = c.id WHERE c.channel <> 'test' GROUP BY 1",
      [&](std::span<const Field> f) {
        Insights& insights = all[std::string(f[0].value_or(""))];
        insights.up = number(f[1]);
        insights.votes = number(f[2]);
        insights.low = number(f[3]);
        insights.messages = number(f[4]);
        if (f[5]) {
          double value = 0;
          std::from_chars(f[5]->data(), f[5]->data() + f[5]->size(), value);
          insights.score = value;
        }
        return Status();
      }));
  MONITORA_TRY(source.read("SELECT c.workspace_id, count(*)::text FROM (" + conversations.select() +
                               ") AS c WHERE c.channel <> 'test' GROUP BY 1",
                           [&](std::span<const Field> f) {
                             all[std::string(f[0].value_or(""))].conversations = number(f[1]);
                             return Status();
                           }));
  return all;
}

Result<AllInsights> target_insights(sql::Connection& target) {
  AllInsights all;
  MONITORA_TRY(target.query(
      "SELECT c.workspace_id, "
      "SUM(CASE WHEN m.role = 'assistant' AND m.feedback = 1 THEN 1 ELSE 0 END), "
      "SUM(CASE WHEN m.role = 'assistant' AND m.feedback IS NOT NULL THEN 1 ELSE 0 END), "
      "SUM(CASE WHEN m.role = 'assistant' AND m.rag_score < 0.5 AND m.is_resolved = ? "
      "THEN 1 ELSE 0 END), COUNT(*), "
      "AVG(CASE WHEN m.role = 'assistant' THEN m.rag_score END) "
      "FROM conversations c JOIN messages m ON m.conversation_id = c.id "
      "WHERE c.channel <> 'test' GROUP BY c.workspace_id",
      {sql::p(false)}, [&](const sql::Row& row) {
        Insights& insights = all[row.uuid(0).to_string()];
        insights.up = row.integer(1);
        insights.votes = row.integer(2);
        insights.low = row.integer(3);
        insights.messages = row.integer(4);
        if (!row.is_null(5)) insights.score = row.real(5);
        return Status();
      }));
  MONITORA_TRY(
      target.query("SELECT c.workspace_id, COUNT(*) FROM conversations c WHERE c.channel <> 'test' "
                   "GROUP BY c.workspace_id",
                   {}, [&](const sql::Row& row) {
                     all[row.uuid(0).to_string()].conversations = row.integer(1);
                     return Status();
                   }));
  return all;
}

Status compare_insights(Comparison& comparison, const ExpectedTable& conversations,
                        const ExpectedTable& messages) {
  MONITORA_ASSIGN(AllInsights source, source_insights(comparison.source, conversations, messages));
  MONITORA_ASSIGN(AllInsights target, target_insights(comparison.target));
  const std::string source_count = fmt::format("{}", source.size());
  const std::string target_count = fmt::format("{}", target.size());
  for (const auto& [workspace, insights] : source) target.try_emplace(workspace);
  for (const auto& [workspace, insights] : target) source.try_emplace(workspace);
  std::int64_t differences = 0;
  for (const auto& [workspace, insights] : source) {
    const auto wanted = insights.figures();
    const auto found = target[workspace].figures();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (same(wanted[i].second, found[i].second)) continue;
      ++differences;
      comparison.add({"insights", "figure", workspace, wanted[i].first,
                      figure_text(wanted[i].second), figure_text(found[i].second)});
    }
  }
  comparison.found.checks.push_back({{"Indicateurs des espaces : satisfaction, score, réponses "
                                      "peu sûres, totaux",
                                      "Workspaces' insights: satisfaction, score, weak answers, "
                                      "totals"},
                                     source_count,
                                     target_count,
                                     differences});
  return {};
}

}  // namespace

Status check_figures(Comparison& comparison, const std::vector<ExpectedTable>& expected) {
  const ExpectedTable* messages = find(expected, "messages");
  const ExpectedTable* conversations = find(expected, "conversations");
  if (messages != nullptr)
    MONITORA_TRY(
        compare_counts(comparison, *messages, kMessagesOfConversations,
                       {"Messages de chaque conversation", "Messages of each conversation"}));
  if (const ExpectedTable* chunks = find(expected, "document_chunks"))
    MONITORA_TRY(compare_counts(comparison, *chunks, kChunksOfDocuments,
                                {"Extraits de chaque document", "Chunks of each document"}));
  if (messages != nullptr && conversations != nullptr)
    MONITORA_TRY(compare_insights(comparison, *conversations, *messages));
  return {};
}

Status check_files(Comparison& comparison) {
  const sql::Database database = comparison.target.dialect().database();
  const std::string_view length = database == sql::Database::sqlite     ? "length"
                                  : database == sql::Database::postgres ? "octet_length"
                                                                        : "DATALENGTH";
  std::int64_t there = 0, missing = 0, differences = 0;
  MONITORA_TRY(comparison.target.query(
      fmt::format("SELECT d.id, d.file_size, {}(c.content) FROM documents d "
                  "LEFT JOIN document_contents c ON c.document_id = d.id",
                  length),
      {}, [&](const sql::Row& row) {
        if (row.is_null(2)) {
          ++missing;
          return Status();
        }
        ++there;
        if (!row.is_null(1) && row.integer(1) != row.integer(2)) {
          ++differences;
          comparison.add({"document_contents", "figure", row.uuid(0).to_string(), "content",
                          fmt::format("{} bytes", row.integer(1)),
                          fmt::format("{} bytes", row.integer(2))});
        }
        return Status();
      }));
  comparison.found.checks.push_back({{"Fichiers des documents : taille", "Documents' files: size"},
                                     fmt::format("{}", there + missing),
                                     fmt::format("{}", there),
                                     differences});
  comparison.found.notes.push_back(
      {fmt::format("Les fichiers des documents ne sont pas dans les tables de la source : seules "
                   "leur présence et leur taille sont comparées ; {} sur {} sont là.",
                   there, there + missing),
       fmt::format("The documents' files are not in the source's tables: only their presence and "
                   "size are compared; {} of {} are there.",
                   there, there + missing)});
  return {};
}

void check_new_vectors(Comparison& comparison) {
  for (const ComparedTable& table : comparison.found.tables) {
    if (table.name != "document_chunks") continue;
    for (const ColumnFigures& column : table.target_figures) {
      if (column.name != "embedding") continue;
      const bool one_dimension = column.minimum == column.maximum;
      std::int64_t bytes = 0;
      std::from_chars(column.maximum.data(), column.maximum.data() + column.maximum.size(), bytes);
      const std::int64_t dimension = bytes / static_cast<std::int64_t>(sizeof(float));
      if (column.nulls > 0)
        comparison.add({table.name, "figure", "", "embedding", "0 NULL",
                        fmt::format("{} NULL", column.nulls)});
      if (!one_dimension)
        comparison.add({table.name, "figure", "", "embedding", "",
                        fmt::format("{} to {} bytes", column.minimum, column.maximum)});
      comparison.found.checks.push_back({{"Vecteurs refaits : présents, d'une seule dimension",
                                          "Vectors made anew: there, of one dimension"},
                                         "",
                                         fmt::format("{}", dimension),
                                         (column.nulls > 0 ? 1 : 0) + (one_dimension ? 0 : 1)});
    }
  }
  comparison.found.notes.push_back(
      {"Les vecteurs ont été refaits avec un autre modèle : leur contenu n'est pas comparé.",
       "Vectors were made anew with another model: what is in them is not compared."});
}

}  // namespace monitora::transfer
