// What each row of the target should be, said in SQL over the source: the validator's own statement
// of it, made from the source's catalogue. The copier has another, in plan.h; they share nothing.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/connection.h"
#include "transfer/tables.h"

namespace monitora::transfer {

struct SourceColumn {
  std::string type;  // pg_type.typname, of a domain its base's: "int4", "_text", "vector"
  bool not_null = false;
};
struct SourceTables {
  std::string schema;
  // By name: "workspaces"; "auth.users" for the platform's.
  std::map<std::string, std::map<std::string, SourceColumn, std::less<>>, std::less<>> tables;
  // Some row of document_chunks has no chunk_index.
  bool chunks_without_index = false;

  bool has(std::string_view table) const { return tables.find(table) != tables.end(); }
  const SourceColumn* find(std::string_view table, std::string_view column) const;
};

// In which form a value arrives from the source.
enum class Form {
  text,         // the value's text
  list,         // a JSON list that was an array: its spaces do not count
  bytes,        // as it is
  vector,       // pgvector's binary form
  vector_text,  // [1,2.5]
  reals,        // the binary form of real[] or double precision[]
};

struct ExpectedColumn {
  Form form = Form::text;
  bool compared = true;    // false: for figures only
  bool made_here = false;  // in rows of ExpectedTable::made_here: not compared
};

// Ids as 16 bytes.
using IdSet = std::set<std::string, std::less<>>;

// One source of rows; a table may have several.
struct Branch {
  std::string from;
  std::string where;  // "" for all
  std::vector<std::string>
      expressions;                // one a column, of type text unless the form says otherwise
  std::vector<std::string> keys;  // the key's columns as they are stored
  bool uuid_key = false;          // the one key column is of type uuid
};

struct ExpectedTable {
  const Table* target = nullptr;
  std::string target_from;  // what stands for the table in the target, when it is none
  std::vector<ExpectedColumn> columns;
  std::vector<Branch> branches;
  IdSet made_here;  // rows of which the target has made something itself (validate_made_here.h)

  bool is_compared(std::size_t column, std::string_view id) const {
    const ExpectedColumn& of = columns[column];
    return of.compared && !(of.made_here && made_here.contains(id));
  }

  // SELECT with the target's column names.
  std::string select() const;
  std::string select_keys() const;
  // Rows of these keys only, each the texts of the key's columns.
  std::string select_of(std::span<const std::vector<std::string>> keys) const;
};

struct ExpectationOptions {
  sql::Database target = sql::Database::sqlite;
  bool keep_vectors = true;
  std::string embedding_model;  // of kept vectors whose row names none
};

// Those tables for which the source has rows to give, in the order of tables().
std::vector<ExpectedTable> expectations(const SourceTables& source,
                                        const ExpectationOptions& options);

// 'it''s', for a server with standard_conforming_strings.
std::string literal(std::string_view text);

}  // namespace monitora::transfer
