// The tables that are filled by one table of the source, by the names that its columns have had.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sql/quoted.h"
#include "transfer/plan_builder.h"

namespace monitora::transfer {
namespace {

// A column that is not simply called as in the target, or that has a value where the source has
// none. Whatever is not here goes by its name.
struct ColumnRule {
  std::string_view table;
  std::string_view column;
  std::array<std::string_view, 3> names;  // at the source, the preferred one first
  std::string_view absent = {};           // SQL where the source has no such column
  std::string_view null = {};             // SQL where it has NULL
  bool tells = false;                     // which of the names it is tells the generation
};

constexpr std::string_view kEpoch = "'1970-01-01 00:00:00+00'::timestamptz";

constexpr ColumnRule kColumnRules[] = {
    {"workspaces", "widget_config", {"widget_config", "settings"}, {}, {}, true},
    {"workspaces", "is_active", {"is_active"}, "true", "true"},
    {"workspace_databases", "db_password_encrypted", {"db_password_encrypted", "db_password"}},
    {"workspace_databases", "db_type", {"db_type"}, "'sqlserver'::text"},
    {"workspace_databases", "db_port", {"db_port"}, "1433"},
    {"workspace_databases", "schema_type", {"schema_type"}, "'generic'::text"},
    {"workspace_databases", "is_enabled", {"is_enabled"}, "true"},
    {"documents", "filename", {"filename", "name", "title"}},
    {"documents", "file_size", {"file_size", "size"}},
    {"documents", "mime_type", {"mime_type", "file_type"}, {}, {}, true},
    {"documents", "chunk_count", {"chunk_count", "chunks_count"}, {}, {}, true},
    {"documents", "error_message", {"error_message", "error"}},
    {"documents", "indexed_at", {"indexed_at", "processed_at"}},
    {"conversations", "visitor_id", {"visitor_id", "session_id"}},
    {"conversations", "channel", {"channel"}, "'widget'::text", "'widget'"},
    {"conversations", "last_message_at", {"last_message_at", "updated_at"}},
    {"messages", "is_resolved", {"is_resolved"}, "false"},
    {"messages", "is_complete", {"is_complete"}, "true", "true"},
    {"messages", "cached", {"cached"}, "false", "false"},
    {"messages", "created_at", {"created_at", "timestamp"}, kEpoch, kEpoch},
    {"response_cache", "question_embedding", {"question_embedding", "embedding"}},
    {"response_cache", "hit_count", {"hit_count"}, "1"},
};

const ColumnRule* find_rule(std::string_view table, std::string_view column) {
  const auto* found = std::ranges::find_if(kColumnRules, [&](const ColumnRule& rule) {
    return rule.table == table && rule.column == column;
  });
  return found == std::end(kColumnRules) ? nullptr : found;
}

// One table of the source whose rows are the target's rows.
class TablePlanner {
 public:
  TablePlanner(PlanBuilder& builder, const Table& target)
      : builder_(builder), side_(builder.side(target.name, "t")) {
    if (side_) plan_ = builder.begin(target.name, {side_});
  }

  void run() {
    if (!side_) return;
    while (plan_.columns.size() < plan_.target->columns.size()) add_next();
    builder_.plan().tables.push_back(std::move(plan_));
  }

 private:
  void add_next() {
    const std::string_view table = plan_.target->name;
    const Column& column = builder_.next_column(plan_);
    if (table == "workspaces" && column.name == "allowed_domains") return add_allowed_domains();
    if (table == "documents" && column.name == "status") return add_status();
    if (table == "documents" && column.name == "created_at")
      return add_time({"created_at", "uploaded_at"}, {"indexed_at", "processed_at"});
    if (table == "conversations" && column.name == "started_at")
      return add_time({"started_at", "created_at"}, {"last_message_at", "updated_at"});
    if (table == "conversations" && column.name == "messages_count") return add_messages_count();
    if (table == "document_chunks" && column.name == "workspace_id") return add_chunk_workspace();
    if (table == "document_chunks" && column.name == "chunk_index") return add_chunk_index();
    const ColumnRule* rule = find_rule(table, column.name);
    std::vector<std::string_view> names{column.name};
    if (rule != nullptr) {
      names.assign(rule->names.begin(), rule->names.end());
      std::erase(names, std::string_view());
    }
    PlannedValue value = value_of(side_, names, column.kind);
    if (value.absent() && rule != nullptr && !rule->absent.empty()) {
      value.sql = rule->absent;
      value.conversion = fmt::format("→ {}", shown(rule->absent));
    }
    if (!value.absent() && rule != nullptr && !rule->null.empty() && value.nullable) {
      value.sql = fmt::format("coalesce({}, {})", value.sql, rule->null);
      value.conversion = fmt::format("NULL → {}", shown(rule->null));
    }
    const bool present = !value.absent();
    if (present && rule != nullptr && rule->tells) recognise(value.names.front());
    if (present && column.name == "storage_path") recognise("storage_path");
    if (present && (column.name == "sample_questions" || column.name == "embedding"))
      recognise_type(column.name);
    builder_.add(plan_, side_, value);
  }

  // A constant without its type.
  static std::string shown(std::string_view sql) {
    return std::string(sql.substr(0, sql.find("::")));
  }
  void recognise(std::string_view column) {
    builder_.recognise(fmt::format("{}.{}", plan_.target->name, column));
  }
  void recognise_type(std::string_view column) {
    builder_.recognise(fmt::format("{}.{} {}", plan_.target->name, column,
                                   side_.relation->find(column)->shown_type));
  }
  void join(const std::string& text, const Side& other) {
    plan_.from += text;
    plan_.source += ", " + other.relation->schema + "." + other.relation->name;
  }

  // A time that must be there, for the order of lists: else another, else the beginning.
  void add_time(const std::vector<std::string_view>& names,
                const std::vector<std::string_view>& else_names) {
    PlannedValue value = value_of(side_, names, Kind::time);
    if (!value.absent() && (plan_.target->name == "conversations" || value.names[0] != names[0]))
      recognise(value.names[0]);
    if (value.nullable) {
      const PlannedValue other = value_of(side_, else_names, Kind::time);
      value.sql = fmt::format("coalesce({}, {}, {})", canonical(value, Kind::time),
                              canonical(other, Kind::time), kEpoch);
      value.conversion = other.absent()
                             ? std::string("NULL → 1970-01-01")
                             : fmt::format("NULL → {} / 1970-01-01", other.names.front());
    }
    builder_.add(plan_, side_, value);
  }

  // No site listed meant every site; it becomes the workspace's own.
  void add_allowed_domains() {
    PlannedValue value = value_of(side_, {"allowed_domains"}, Kind::json);
    const PlannedValue domain = value_of(side_, {"domain"}, Kind::text);
    if (!value.absent()) recognise_type("allowed_domains");
    if (domain.absent()) return builder_.add(plan_, side_, value);
    const std::string host = fmt::format(
        "regexp_replace(regexp_replace(regexp_replace({}::text, '^[A-Za-z][A-Za-z0-9+.-]*://', ''),"
        " '[/?#].*$', ''), ':[0-9]+$', '')",
        domain.sql);
    const std::string own = side_.column("allowed_domains");
    std::string empty = "true";
    if (value.type == "jsonb") empty = own + " = '[]'::jsonb";
    if (value.type == "json" && !value.conversion.empty())
      empty = "cardinality(" + own + ") = 0";
    else if (value.type == "json")
      empty = own + "::text ~ '^\\s*\\[\\s*\\]\\s*$'";
    if (is_text_type(value.type) && !value.absent())
      empty = own + "::text ~ '^\\s*\\[\\s*\\]\\s*$'";
    if (!value.absent()) empty = fmt::format("({} IS NULL OR {})", own, empty);
    value.sql = fmt::format(
        "CASE WHEN {} AND {}::text <> '' THEN json_build_array({})::text ELSE ({})::text END",
        empty, domain.sql, host, value.sql);
    value.type = "text";
    value.conversion += value.conversion.empty() ? "" : "; ";
    value.conversion += "[] / NULL → [domain]";
    builder_.add(plan_, side_, value);
  }

  void add_status() {
    PlannedValue value = value_of(side_, {"status"}, Kind::text);
    const std::string sql = canonical(value, Kind::text);
    value.sql = fmt::format(
        "coalesce(CASE {} WHEN 'indexing' THEN 'processing'::text ELSE {} END, 'pending')", sql,
        sql);
    value.conversion = "indexing → processing; NULL → pending";
    builder_.add(plan_, side_, value);
  }

  void add_messages_count() {
    const PlannedValue value = value_of(side_, {"messages_count", "message_count"}, Kind::integer);
    const Side messages = builder_.side("messages", "m");
    if (!value.absent() || !messages) return builder_.add(plan_, side_, value);
    join(fmt::format(" LEFT JOIN (SELECT {0}, count(*) AS n FROM {1} GROUP BY 1) m ON m.{0} = {2}",
                     sql::quoted("conversation_id"), messages.from(), side_.column("id")),
         messages);
    plan_.aliases.clear();
    builder_.recognise("no messages_count");
    builder_.add(plan_, "coalesce(m.n, 0)", "messages", "count(*)");
  }

  void add_chunk_workspace() {
    PlannedValue value = value_of(side_, {"workspace_id"}, Kind::uuid);
    const Side documents = builder_.side("documents", "d");
    if (!documents || (!value.absent() && !value.nullable))
      return builder_.add(plan_, side_, value);
    join(fmt::format(" LEFT JOIN {} ON {} = {}", documents.from(), documents.column("id"),
                     side_.column("document_id")),
         documents);
    if (value.absent()) {
      if (!plan_.aliases.empty()) plan_.aliases.emplace_back("d");
      builder_.recognise("document_chunks without workspace_id");
      return builder_.add(plan_, documents.column("workspace_id"), "documents.workspace_id", "");
    }
    value.sql = fmt::format("coalesce({}, {})", value.sql, documents.column("workspace_id"));
    value.conversion = "NULL → documents.workspace_id";
    builder_.add(plan_, side_, value);
  }

  // Where chunks have no number: the one in their metadata, else their place in their document.
  void add_chunk_index() {
    PlannedValue value = value_of(side_, {"chunk_index"}, Kind::integer);
    if (!value.absent() && !value.nullable) return builder_.add(plan_, side_, value);
    const std::string id = side_.column("id"), document = side_.column("document_id");
    const std::string created = side_.has("created_at") ? "created_at" : "id";
    const std::string number = number_in_metadata();
    if (!value.absent()) {
      // Asked for those rows only.
      const Side others{side_.relation, "o"};
      value.sql = fmt::format(
          "coalesce({}, {}, (SELECT count(*) FROM {} WHERE {} = {} AND (({} IS NULL)::int, {}, {}) "
          "< "
          "(({} IS NULL)::int, {}, {})))",
          value.sql, number, others.from(), others.column("document_id"), document,
          others.column(created), others.column(created), others.column("id"),
          side_.column(created), side_.column(created), id);
      value.conversion = "NULL → metadata.chunk_index / row_number() - 1";
      return builder_.add(plan_, side_, value);
    }
    plan_.from += fmt::format(
        " JOIN (SELECT {0} AS id, row_number() OVER (PARTITION BY {1} ORDER BY {2}, {0}) - 1 AS n "
        "FROM {3}) n ON n.id = {0}",
        id, document, side_.column(created), side_.from());
    plan_.aliases.clear();
    builder_.recognise("metadata.chunk_index");
    builder_.add(plan_, fmt::format("coalesce({}, n.n)", number), "document_chunks.metadata",
                 "metadata.chunk_index / row_number() - 1");
  }

  std::string number_in_metadata() const {
    const CatalogColumn* metadata = side_.relation->find("metadata");
    if (metadata == nullptr) return "NULL::bigint";
    const std::string column = side_.column("metadata");
    // A text need not be JSON.
    const std::string text =
        metadata->type == "jsonb" || metadata->type == "json"
            ? "(" + column + " ->> 'chunk_index')"
            : "substring(" + column + "::text FROM '\"chunk_index\"\\s*:\\s*\"?(-?[0-9]+)')";
    return fmt::format("CASE WHEN {0} ~ '^-?[0-9]{{1,9}}$' THEN {0}::bigint END", text);
  }

  PlanBuilder& builder_;
  Side side_;
  TablePlan plan_;
};

}  // namespace

void plan_table(PlanBuilder& builder, const Table& target) {
  TablePlanner(builder, target).run();
}

}  // namespace monitora::transfer
