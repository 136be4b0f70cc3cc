#include "transfer/expectation.h"

#include <algorithm>
#include <functional>

#include "sql/quoted.h"
#include "transfer/expectation_relation.h"

namespace monitora::transfer {

const SourceColumn* SourceTables::find(std::string_view table, std::string_view column) const {
  const auto found = tables.find(table);
  if (found == tables.end()) return nullptr;
  const auto it = found->second.find(column);
  return it == found->second.end() ? nullptr : &it->second;
}

std::string literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + "'";
}

std::string Relation::from() const {
  const std::string name = table_.starts_with("auth.")
                               ? "auth." + sql::quoted(table_.substr(5))
                               : sql::quoted(source_.schema) + "." + sql::quoted(table_);
  return name + " AS " + alias_;
}

std::string Relation::raw(std::string_view column) const {
  return alias_ + "." + sql::quoted(column);
}

std::string Relation::one(Kind kind, std::string_view column) const {
  const std::string value = raw(column);
  const std::string& type = find(column)->type;
  switch (kind) {
    case Kind::integer:
      return type == "int8"
                 ? value
                 : value + (type.starts_with("int") ? "::int8" : "::text::numeric::int8");
    case Kind::real:
      return value + (type == "float8"                                 ? ""
                      : type.starts_with("float") || type == "numeric" ? "::float8"
                                                                       : "::text::float8");
    case Kind::boolean:
      return value + (type == "bool" ? "" : "::text::boolean");
    case Kind::time:
      return value + (type == "timestamptz" ? "" : "::timestamptz");  // the session is in UTC
    case Kind::date:
      return value + (type == "date" ? "" : "::date");
    default:
      if (type == "text") return value;
      if (type.starts_with('_')) return "to_json(" + value + ")::text";
      // A cast of character(n) would cut its spaces.
      if (type == "bpchar")
        return "CASE WHEN " + value + " IS NOT NULL THEN concat(" + value + ") END";
      return value + "::text";
  }
}

std::string Relation::native(Kind kind, Names names, std::string_view otherwise) const {
  std::string values;
  int count = 0;
  const auto add = [&](std::string_view value) {
    if (value.empty()) return;
    if (count++ > 0) values += ", ";
    values += value;
  };
  for (const std::string_view name : names)
    if (has(name)) add(one(kind, name));
  add(otherwise);
  if (count == 0) return "NULL::text";
  return count == 1 ? values : "coalesce(" + values + ")";
}

namespace {

std::string with_where(const Branch& branch, const std::string& more) {
  std::string where = branch.where;
  if (!more.empty()) where = where.empty() ? more : where + " AND " + more;
  return " FROM " + branch.from + (where.empty() ? "" : " WHERE " + where);
}

std::string list(const std::vector<std::string>& values) {
  std::string out;
  for (const std::string& value : values) out += (out.empty() ? "" : ", ") + value;
  return out;
}

std::string key_texts(const Branch& branch) {
  std::string out;
  for (const std::string& key : branch.keys) out += (out.empty() ? "" : ", ") + key + "::text";
  return out;
}

std::string union_of(const ExpectedTable& table,
                     const std::function<std::string(const Branch&)>& select) {
  std::string out;
  for (const Branch& branch : table.branches)
    out += (out.empty() ? "" : " UNION ALL ") + select(branch);
  return out;
}

std::string columns_of(const ExpectedTable& table, const Branch& branch) {
  std::vector<std::string> named;
  for (std::size_t i = 0; i < branch.expressions.size(); ++i)
    named.push_back(branch.expressions[i] + " AS " + sql::quoted(table.target->columns[i].name));
  return "SELECT " + list(named);
}

// How a target's column is read from a source's column of this type.
Form vector_form(const std::string& type) {
  if (type == "vector") return Form::vector;
  if (type == "_float4" || type == "_float8") return Form::reals;
  return type == "bytea" ? Form::bytes : Form::vector_text;
}

class Builder {
 public:
  Builder(const SourceTables& source, const ExpectationOptions& options)
      : source_(source), options_(options) {}

  // One relation of the table's own name, every column by its name, then what `change` says.
  ExpectedTable plain(const Table& target, const std::function<void(Relation&)>& change) {
    Relation t(source_, std::string(target.name), "t");
    table_ = {};
    table_.target = &target;
    table_.columns.resize(target.columns.size());
    Branch branch;
    branch.from = t.from();
    for (const Column& column : target.columns) branch.expressions.push_back(by_name(t, column));
    for (int i = 0; i < target.key_columns; ++i) {
      const Column& column = target.columns[static_cast<std::size_t>(i)];
      const SourceColumn* found = t.find(column.name);
      const bool written = column.kind == Kind::uuid && found != nullptr && found->type != "uuid";
      branch.keys.push_back(written ? "lower(" + t.raw(column.name) + ")" : t.raw(column.name));
    }
    branch.uuid_key = target.key_columns == 1 && t.find(target.columns[0].name)->type == "uuid";
    table_.branches = {std::move(branch)};
    if (change) change(t);
    return finish(std::move(table_));
  }

  ExpectedTable people(const Table& target, std::vector<Branch> branches) {
    ExpectedTable table;
    table.target = &target;
    table.columns.resize(target.columns.size());
    table.branches = std::move(branches);
    return table;
  }

  void set(std::string_view column, std::string expression) { expression_of(column) = expression; }
  std::string get(std::string_view column) { return expression_of(column); }
  void join(const std::string& text) { table_.branches[0].from += " " + text; }

  // A vector and the model it is of.
  void vectors(Relation& t, std::string_view column, Relation::Names names) {
    const auto found = std::ranges::find_if(names, [&](auto name) { return t.has(name); });
    ExpectedColumn& expected = column_of(column);
    if (found == names.end()) {
      set(column, "NULL::text");
      expected.form = Form::text;
    } else {
      expected.form = vector_form(t.find(*found)->type);
      set(column, t.raw(*found) + (expected.form == Form::vector_text ? "::text" : ""));
      if (options_.keep_vectors && !options_.embedding_model.empty())
        set("embedding_model", "CASE WHEN " + t.raw(*found) + " IS NOT NULL THEN coalesce(" +
                                   get("embedding_model") + ", " +
                                   literal(options_.embedding_model) + ") ELSE " +
                                   get("embedding_model") + " END");
    }
    if (!options_.keep_vectors) {
      expected.compared = false;
      column_of("embedding_model").compared = false;
      if (index_of("embedding_id") < table_.columns.size())
        column_of("embedding_id").compared = false;
    }
  }

 private:
  std::string by_name(Relation& t, const Column& column) {
    if (column.kind == Kind::bytes || column.kind == Kind::vector) {
      column_at(column).form = column.kind == Kind::bytes ? Form::bytes : Form::text;
      return t.has(column.name) && column.kind == Kind::bytes ? t.raw(column.name) : "NULL::bytea";
    }
    if (column.kind == Kind::json)
      if (const SourceColumn* found = t.find(column.name); found && found->type.starts_with('_'))
        column_at(column).form = Form::list;
    return t.text(column.kind, {column.name});
  }

  // PostgreSQL stores jsonb: what it makes of the text is what is expected there.
  ExpectedTable finish(ExpectedTable table) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (table.target->columns[i].kind == Kind::json && options_.target == sql::Database::postgres)
        for (Branch& branch : table.branches)
          branch.expressions[i] = "(" + branch.expressions[i] + ")::jsonb::text";
    return table;
  }

  std::size_t index_of(std::string_view column) const {
    const auto& columns = table_.target->columns;
    return static_cast<std::size_t>(std::ranges::find(columns, column, &Column::name) -
                                    columns.begin());
  }
  ExpectedColumn& column_of(std::string_view column) { return table_.columns[index_of(column)]; }
  ExpectedColumn& column_at(const Column& column) { return column_of(column.name); }
  std::string& expression_of(std::string_view column) {
    return table_.branches[0].expressions[index_of(column)];
  }

  const SourceTables& source_;
  const ExpectationOptions& options_;
  ExpectedTable table_;
};

// A workspace that listed no site answered on every one; now on its own domain alone.
std::string allowed_domains(Builder& builder, Relation& t) {
  const std::string listed = builder.get("allowed_domains");
  if (!t.has("domain")) return listed;
  const std::string host = "regexp_replace(regexp_replace(regexp_replace(" +
                           t.native(Kind::text, {"domain"}) +
                           ", '^[A-Za-z][A-Za-z0-9+.-]*://', ''), '[/?#].*$', ''), ':[0-9]+$', '')";
  return "CASE WHEN coalesce(regexp_replace(" + listed + R"(, '\s', '', 'g'), '[]') = '[]' AND )" +
         t.native(Kind::text, {"domain"}) + " <> '' THEN to_json(ARRAY[" + host + "])::text ELSE " +
         listed + " END";
}

// Where the chunk has no number: that of its metadata, then its place in the document.
std::string chunk_index(Builder& builder, Relation& t, bool some_without) {
  const bool numbered = t.has("chunk_index");
  if (numbered && !some_without) return t.text(Kind::integer, {"chunk_index"});
  const std::string order = t.has("created_at") ? "n.created_at, n.id" : "n.id";
  const std::string name = t.from().substr(0, t.from().size() - std::string_view(" AS t").size());
  builder.join("JOIN (SELECT n.id, row_number() OVER (PARTITION BY n.document_id ORDER BY " +
               order + ") - 1 AS place FROM " + name + " AS n) AS n ON n.id = t.id");
  std::string otherwise = "n.place";
  if (t.has("metadata")) {
    const std::string value = "(" + t.native(Kind::text, {"metadata"}) + ")::jsonb->>'chunk_index'";
    otherwise = "coalesce(CASE WHEN " + value + R"( ~ '^-?\d{1,9}$' THEN ()" + value +
                ")::int8 END, n.place)";
  }
  return t.text(Kind::integer, {"chunk_index"}, otherwise);
}

void change_table(Builder& b, Relation& t, const SourceTables& source, std::string_view name) {
  using enum Kind;
  if (name == "workspaces") {
    b.set("widget_config", t.text(json, {"widget_config", "settings"}));
    b.set("is_active", t.text(boolean, {"is_active"}, "true"));
    b.set("allowed_domains", allowed_domains(b, t));
  } else if (name == "workspace_databases") {
    b.set("db_password_encrypted", t.text(text, {"db_password_encrypted", "db_password"}));
    if (!t.has("db_type")) b.set("db_type", "'sqlserver'");
    if (!t.has("db_port")) b.set("db_port", "'1433'");
    if (!t.has("schema_type")) b.set("schema_type", "'generic'");
    if (!t.has("is_enabled")) b.set("is_enabled", "'true'");
  } else if (name == "documents") {
    const std::string indexed = t.native(time, {"indexed_at", "processed_at"}, kEpochStart);
    b.set("filename", t.text(text, {"filename", "name", "title"}));
    b.set("file_size", t.text(integer, {"file_size", "size"}));
    b.set("mime_type", t.text(text, {"mime_type", "file_type"}));
    const std::string status = t.native(text, {"status"}, "'pending'");
    b.set("status",
          "CASE " + status + " WHEN 'indexing' THEN 'processing' ELSE " + status + " END");
    b.set("chunk_count", t.text(integer, {"chunk_count", "chunks_count"}));
    b.set("error_message", t.text(text, {"error_message", "error"}));
    b.set("created_at", t.text(time, {"created_at", "uploaded_at"}, indexed));
    b.set("indexed_at", t.text(time, {"indexed_at", "processed_at"}));
  } else if (name == "document_chunks") {
    if (source.has("documents"))
      b.join("LEFT JOIN " + Relation(source, "documents", "d").from() + " ON d.id = t.document_id");
    b.set("workspace_id",
          t.text(uuid, {"workspace_id"}, source.has("documents") ? "d.workspace_id::text" : ""));
    b.set("chunk_index", chunk_index(b, t, source.chunks_without_index));
    b.vectors(t, "embedding", {"embedding"});
  } else if (name == "conversations") {
    const std::string last = t.native(time, {"last_message_at", "updated_at"}, kEpochStart);
    b.set("visitor_id", t.text(text, {"visitor_id", "session_id"}));
    b.set("channel", t.text(text, {"channel"}, "'widget'"));
    b.set("started_at", t.text(time, {"started_at", "created_at"}, last));
    b.set("last_message_at", t.text(time, {"last_message_at", "updated_at"}));
    b.set("messages_count", t.text(integer, {"messages_count", "message_count"}));
    if (!t.has("messages_count") && !t.has("message_count") && source.has("messages")) {
      b.join("LEFT JOIN (SELECT m.conversation_id, count(*) AS messages FROM " +
             Relation(source, "messages", "m").from() +
             " GROUP BY 1) AS counted ON counted.conversation_id = t.id");
      b.set("messages_count", "coalesce(counted.messages, 0)::text");
    }
  } else if (name == "messages") {
    if (!t.has("is_resolved")) b.set("is_resolved", "'false'");
    b.set("is_complete", t.text(boolean, {"is_complete"}, "true"));
    b.set("cached", t.text(boolean, {"cached"}, "false"));
    b.set("created_at", t.text(time, {"created_at", "timestamp"}, kEpochStart));
  } else if (name == "response_cache") {
    b.vectors(t, "question_embedding", {"question_embedding", "embedding"});
    if (!t.has("hit_count")) b.set("hit_count", "'1'");
  }
}

}  // namespace

std::string ExpectedTable::select() const {
  return union_of(*this, [&](const Branch& branch) {
    return columns_of(*this, branch) + with_where(branch, "");
  });
}

std::string ExpectedTable::select_keys() const {
  return union_of(*this, [&](const Branch& branch) {
    return "SELECT " + key_texts(branch) + with_where(branch, "");
  });
}

std::string ExpectedTable::select_of(std::span<const std::vector<std::string>> keys) const {
  return union_of(*this, [&](const Branch& branch) {
    std::string wanted;
    for (const std::vector<std::string>& key : keys) {
      std::vector<std::string> quoted;
      for (const std::string& part : key) quoted.push_back(literal(part));
      wanted += (wanted.empty() ? "" : ", ") +
                (key.size() == 1 ? list(quoted) : "(" + list(quoted) + ")");
    }
    std::string of = branch.keys.size() == 1 && branch.uuid_key
                         ? branch.keys[0] + " = ANY (ARRAY[" + wanted + "]::uuid[])"
                     : branch.keys.size() == 1 ? branch.keys[0] + "::text IN (" + wanted + ")"
                                               : "(" + key_texts(branch) + ") IN (" + wanted + ")";
    return columns_of(*this, branch) + with_where(branch, of);
  });
}

std::vector<ExpectedTable> expectations(const SourceTables& source,
                                        const ExpectationOptions& options) {
  std::vector<ExpectedTable> out;
  Builder builder(source, options);
  for (const Table& target : tables()) {
    if (target.name == "app_users" || target.name == "profiles") {
      std::vector<Branch> branches =
          target.name == "app_users" ? expected_users(source) : expected_profiles(source);
      if (!branches.empty()) out.push_back(builder.people(target, std::move(branches)));
    } else if (source.has(target.name) && source.find(target.name, target.columns[0].name)) {
      out.push_back(builder.plain(
          target, [&](Relation& t) { change_table(builder, t, source, target.name); }));
    }
  }
  return out;
}

}  // namespace monitora::transfer
