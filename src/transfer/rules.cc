#include "transfer/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace monitora::transfer {
namespace {

constexpr std::string_view kUserRoles[] = {"admin", "lecteur"};
constexpr std::string_view kDatabaseTypes[] = {"sqlserver", "mysql", "postgres"};
constexpr std::string_view kDocumentStates[] = {"pending", "processing", "indexed", "error"};
constexpr std::string_view kChannels[] = {"widget", "test", "api"};
constexpr std::string_view kMessageRoles[] = {"user", "assistant", "system"};

// db/migrations/*/0001_schema.sql
constexpr CheckRule kChecks[] = {
    {"app_users", "role", "CHK_user_role", kUserRoles},
    {"workspace_members", "role", "CHK_workspace_members_role", kUserRoles},
    {"workspace_invitations", "role", "CHK_workspace_invitations_role", kUserRoles},
    {"workspace_databases", "db_type", "CHK_db_type", kDatabaseTypes},
    {"documents", "status", "CHK_documents_status", kDocumentStates},
    {"conversations", "channel", "CHK_conversations_channel", kChannels},
    {"conversations", "satisfaction", "CHK_conversations_satisfaction", {}, 1, 5},
    {"messages", "role", "CHK_messages_role", kMessageRoles},
    {"messages", "rag_score", "CHK_messages_rag_score", {}, 0, 1},
    {"messages", "feedback", "CHK_messages_feedback", {}, -1, 1, true},
};

constexpr ForeignKeyRule kForeignKeys[] = {
    {"app_sessions", "user_id", "app_users"},
    {"profiles", "id", "app_users"},
    {"workspaces", "user_id", "profiles"},
    {"workspace_members", "workspace_id", "workspaces"},
    {"workspace_members", "user_id", "profiles"},
    {"workspace_invitations", "workspace_id", "workspaces"},
    {"api_keys", "workspace_id", "workspaces"},
    {"workspace_databases", "workspace_id", "workspaces"},
    {"documents", "workspace_id", "workspaces"},
    {"document_contents", "document_id", "documents"},
    {"document_chunks", "document_id", "documents"},
    {"document_chunks", "workspace_id", "workspaces"},
    {"conversations", "workspace_id", "workspaces"},
    {"messages", "conversation_id", "conversations"},
    {"analytics_daily", "workspace_id", "workspaces"},
    {"insights_cache", "workspace_id", "workspaces"},
    {"message_topics", "workspace_id", "workspaces"},
    {"response_cache", "workspace_id", "workspaces"},
};

// What one rule asks of the person, `{}` standing for what the rule says of the column.
struct Explanation {
  Rule rule;
  std::string_view fr, en;
};
constexpr Explanation kExplanations[] = {
    {rule::required,
     "La valeur est obligatoire et absente. Donnez-en une à la source, ou supprimez la ligne.",
     "The value is required and missing. Give it one at the source, or delete the row."},
    {rule::length, "Le texte a plus de {} unités UTF-16. Raccourcissez-le à la source.",
     "The text has more than {} UTF-16 units. Shorten it at the source."},
    {rule::not_json, "Le texte n'est pas du JSON. Corrigez-le à la source, ou mettez NULL.",
     "The text is not JSON. Correct it at the source, or set it to NULL."},
    {rule::json_scalar,
     "SQL Server ne prend comme JSON qu'un objet ou une liste, et pas une valeur seule (null, "
     "\"texte\", 3). Mettez NULL à la source, ou [ ] autour.",
     "SQL Server takes an object or an array as JSON, and no value alone (null, \"text\", 3). Set "
     "it to NULL at the source, or put [ ] around it."},
    {rule::infinite_time,
     "La date est infinie, ce que la cible ne connaît pas. Mettez une date, ou NULL.",
     "The time is infinite, which the target does not know. Set a time, or NULL."},
    {rule::time_out_of_range,
     "La date n'est pas entre les années 1 et 9999. Corrigez-la à la source.",
     "The time is not within years 1 to 9999. Correct it at the source."},
    {rule::not_a_time, "Le texte n'est pas une date. Corrigez-le à la source, ou mettez NULL.",
     "The text is not a time. Correct it at the source, or set it to NULL."},
    {rule::not_a_number,
     "La valeur n'est pas un nombre fini (NaN, infini ou texte). Mettez un nombre, ou NULL.",
     "The value is not a finite number (NaN, infinity or text). Set a number, or NULL."},
    {rule::out_of_range,
     "Le nombre n'entre pas dans la colonne de la cible. Corrigez-le à la source.",
     "The number does not fit the target's column. Correct it at the source."},
    {rule::not_a_uuid, "La valeur n'est pas un UUID. Corrigez-la à la source.",
     "The value is not a UUID. Correct it at the source."},
    {rule::not_a_boolean, "La valeur n'est ni vrai ni faux. Corrigez-la à la source.",
     "The value is neither true nor false. Correct it at the source."},
    {rule::not_a_vector,
     "La valeur n'est pas un vecteur de nombres finis. Mettez NULL : il sera recalculé.",
     "The value is not a vector of finite numbers. Set it to NULL: it will be made anew."},
    {rule::not_text,
     "La valeur est d'un type que cette colonne ne prend pas. Convertissez-la à la source.",
     "The value is of a type that this column does not take. Convert it at the source."},
    {rule::duplicate,
     "Plusieurs lignes ont cette valeur, qui doit être unique. Gardez-en une à la source.",
     "Several rows have this value, which must be unique. Keep one of them at the source."},
    {rule::orphan,
     "La ligne désignée n'existe pas. Supprimez celle-ci à la source, ou créez l'autre.",
     "The row that it points to does not exist. Delete this one at the source, or create the "
     "other."},
};

constexpr std::size_t kExamples = 20;

}  // namespace

const CheckRule* find_check(std::string_view table, std::string_view column) {
  const auto* found = std::ranges::find_if(kChecks, [&](const CheckRule& check) {
    return check.table == table && check.column == column;
  });
  return found == std::end(kChecks) ? nullptr : found;
}

bool passes(const CheckRule& check, const sql::Param& value) {
  if (const auto* text = std::get_if<std::string_view>(&value))
    return std::ranges::find(check.words, *text) != check.words.end();
  double number = 0;
  if (const auto* whole = std::get_if<std::int64_t>(&value))
    number = static_cast<double>(*whole);
  else if (const auto* real = std::get_if<double>(&value))
    number = *real;
  else
    return true;
  return number >= check.least && number <= check.most && !(check.not_zero && number == 0);
}

const std::vector<UniqueRule>& uniques() {
  static const std::vector<UniqueRule> all{
      {"app_users", {"email"}, true},
      {"workspaces", {"api_key"}},
      {"workspace_invitations", {"workspace_id", "email"}, true},
      {"api_keys", {"key_hash"}},
      {"document_chunks", {"document_id", "chunk_index"}},
      {"analytics_daily", {"workspace_id", "date"}},
      {"insights_cache", {"workspace_id"}},
      {"message_topics", {"workspace_id", "topic_name"}},
  };
  return all;
}

std::span<const ForeignKeyRule> foreign_keys() {
  return kForeignKeys;
}

Sentence explain(Rule rule, const Table& table, const Column& column) {
  const auto* found = std::ranges::find(kExplanations, rule, &Explanation::rule);
  if (found != std::end(kExplanations))
    return {fmt::format(fmt::runtime(found->fr), column.size),
            fmt::format(fmt::runtime(found->en), column.size)};
  const CheckRule* check = find_check(table.name, column.name);
  std::string allowed;
  if (check == nullptr)
    allowed = "";
  else if (check->not_zero)
    allowed = "-1, 1";
  else if (check->words.empty())
    allowed = fmt::format("{} – {}", check->least, check->most);
  else
    allowed = fmt::format("{}", fmt::join(check->words, ", "));
  return {fmt::format("La cible n'accepte que : {}. Corrigez la valeur à la source.", allowed),
          fmt::format("The target takes only: {}. Correct the value at the source.", allowed)};
}

void RefusalCounter::add(const Table& table, const Column& column, Rule rule, std::string_view key,
                         std::int64_t rows) {
  std::vector<Counted>& rules = counted_[{&table, &column}];
  auto at = std::ranges::find(rules, rule, &Counted::rule);
  if (at == rules.end()) at = rules.insert(rules.end(), Counted{rule, 0, {}});
  at->rows += rows;
  if (at->examples.size() < kExamples) at->examples.emplace_back(key);
}

std::vector<Refusal> RefusalCounter::take() {
  std::vector<Refusal> out;
  for (auto& [place, rules] : counted_)
    for (Counted& each : rules)
      out.push_back({std::string(place.first->name), std::string(each.rule),
                     std::string(place.second->name), each.rows, std::move(each.examples),
                     explain(each.rule, *place.first, *place.second)});
  counted_.clear();
  return out;
}

}  // namespace monitora::transfer
