// For the validator's tests: the same rows in a source and in a target, put there by plain
// statements, without anything of the copier.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "sql/migrations.h"
#include "sql/pool.h"
#include "sql/quoted.h"
#include "transfer/tables.h"

namespace monitora::transfer {

// A value that owns what sql::Param borrows.
using Value =
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Bytes, Time, Uuid>;
using Values = std::vector<Value>;
using Data = std::map<std::string, std::vector<Values>, std::less<>>;

inline sql::Param param(const Value& value) {
  return std::visit(
      [](const auto& of) -> sql::Param {
        using T = std::decay_t<decltype(of)>;
        if constexpr (std::is_same_v<T, std::string>)
          return std::string_view(of);
        else if constexpr (std::is_same_v<T, Bytes>)
          return BytesView(of);
        else
          return of;
      },
      value);
}

inline void must(const Status& status, const std::string& doing = {}) {
  ASSERT_TRUE(status.ok()) << status.to_string() << "\n" << doing;
}

inline std::size_t column_index(const Table& table, std::string_view column) {
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    if (table.columns[i].name == column) return i;
  std::abort();
}

// Rows that hold what is hard: NFC and NFD, spaces at the end, CRLF, empty and NULL, zeros of both
// signs, times at both ends, JSON with spaces and long numbers.
class DataMaker {
 public:
  explicit DataMaker(unsigned seed) : random_(seed) {}

  Data make(int messages) {
    for (const Table& table : tables()) {
      std::size_t count = 6;
      if (table.name == "messages") count = static_cast<std::size_t>(messages);
      if (table.name == "conversations") count = static_cast<std::size_t>(messages) / 10 + 1;
      if (table.name == "document_chunks") count = 60;
      if (table.name == "insights_cache") count = 4;
      for (std::size_t i = 0; i < count; ++i)
        data_[std::string(table.name)].push_back(row(table, i));
    }
    return data_;
  }

 private:
  Values row(const Table& table, std::size_t n) {
    Values values;
    for (const Column& column : table.columns) values.push_back(value(table, column, n));
    if (table.name == "document_chunks")  // a vector has a model
      if (values[7].index() == 0) values[8] = nullptr;
    return values;
  }

  const Value& parent(std::string_view table, std::size_t n) const {
    const auto& rows = data_.find(table)->second;
    return rows[n % rows.size()][0];
  }

  Value value(const Table& table, const Column& column, std::size_t n) {
    const std::string_view t = table.name, c = column.name;
    if (column.kind == Kind::uuid) {
      if (c == "user_id" || (t == "profiles" && c == "id")) return parent("app_users", n);
      if (c == "workspace_id") return parent("workspaces", n);
      if (c == "document_id") return parent("documents", n);
      if (c == "conversation_id") return parent("conversations", n);
      return id();
    }
    if (c == "role") return std::string(t == "messages" ? (n % 2 ? "assistant" : "user") : "admin");
    if (c == "status") return std::string("indexed");
    if (c == "channel") return std::string(n % 7 == 0 ? "test" : "widget");
    if (c == "db_type") return std::string("postgres");
    if (c == "email" || c == "api_key" || c == "key_hash" || c == "topic_name")
      return "Unique " + std::to_string(n) + "é" + std::string(t);
    if (c == "feedback") return n % 3 ? Value(nullptr) : Value(std::int64_t{n % 2 ? 1 : -1});
    if (c == "satisfaction")
      return n % 3 ? Value(nullptr) : Value(static_cast<std::int64_t>(n % 5 + 1));
    if (c == "chunk_index" || (t == "audit_log" && c == "id"))
      return static_cast<std::int64_t>(n + 1);
    // A NULL that the mapping would fill is no equal data.
    const bool filled = (t == "workspaces" && c == "is_active") || c == "started_at" ||
                        ((t == "documents" || t == "messages") && c == "created_at");
    if (!column.required && !filled && n % 5 == 4) return nullptr;
    switch (column.kind) {
      case Kind::text: {
        std::string text = texts()[random_() % texts().size()];
        return column.size > 0 ? text.substr(0, 8) : text;
      }
      case Kind::json:
        return jsons()[random_() % jsons().size()];
      case Kind::integer:
        return static_cast<std::int64_t>(random_() % 1000);
      case Kind::real:
        return n % 6 == 0   ? 0.0
               : n % 6 == 1 ? -0.0
                            : static_cast<double>(random_() % 100000) / 100003;
      case Kind::boolean:
        return random_() % 2 == 0;
      case Kind::time:
        return n % 11 == 7 ? *parse_time("9999-12-31T23:59:59.999998Z")
               : n % 11 == 3
                   ? *parse_time("0001-01-01T00:00:00.000001Z")
                   : Time(Micros(1'600'000'000'000'000 + static_cast<std::int64_t>(random_())));
      case Kind::date:
        return "2026-01-0" + std::to_string(n % 9 + 1);
      case Kind::bytes: {
        Bytes bytes(300);
        for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
        return bytes;
      }
      case Kind::vector: {
        Bytes bytes;
        for (int i = 0; i < 16; ++i) {
          const float value = static_cast<float>(random_() % 20001) / 10000.0F - 1;
          const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
          bytes.insert(bytes.end(), from, from + sizeof value);
        }
        return bytes;
      }
      default:
        return nullptr;
    }
  }

  Uuid id() {
    std::array<std::uint8_t, 16> bytes{};
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random_());
    return Uuid(bytes);
  }
  // Each begins with a capital letter and holds an é in one form or the other.
  static const std::vector<std::string>& texts() {
    static const std::vector<std::string> all = {
        "Caf\xc3\xa9 ",
        "Cafe\xcc\x81",
        "R\xc3\xa9ponse\r\n2",
        "Emoji \xc3\xa9 \xf0\x9f\x98\x80",
        "\xef\xbb\xbf"
        "D\xc3\xa9"
        "but",
        "Long \xc3\xa9 " + std::string(5000, 'x') + " fin"};
    return all;
  }
  static const std::vector<std::string>& jsons() {
    static const std::vector<std::string> all = {R"({"b": 1, "a": [1.50, 12345678901234567890]})",
                                                 R"(["x","y é"])", R"({"k":"v"})"};
    return all;
  }

  std::mt19937 random_;
  Data data_;
};

inline std::string create_source(const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    static const std::map<Kind, const char*> kTypes = {
        {Kind::uuid, "uuid"},        {Kind::text, "text"},   {Kind::json, "json"},
        {Kind::integer, "bigint"},   {Kind::real, "float8"}, {Kind::boolean, "boolean"},
        {Kind::time, "timestamptz"}, {Kind::date, "date"},   {Kind::bytes, "bytea"},
        {Kind::vector, "real[]"}};
    columns +=
        (columns.empty() ? "" : ", ") + sql::quoted(column.name) + " " + kTypes.at(column.kind);
  }
  return "CREATE TABLE " + std::string(table.name) + " (" + columns + ")";
}

// {1,2.5} of float32.
inline std::string array_text(const Bytes& vector) {
  std::string out = "{";
  for (std::size_t i = 0; i + 4 <= vector.size(); i += 4) {
    float value = 0;
    std::memcpy(&value, vector.data() + i, sizeof value);
    char text[40];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
    out += (i > 0 ? "," : "") + std::string(text);
  }
  return out + "}";
}

inline void insert_row(sql::Connection& connection, const Table& table, const Values& values,
                       std::size_t from = 0, bool arrays = false) {
  std::string names, places;
  std::vector<sql::Param> params;
  std::vector<std::string> kept(values.size());
  for (std::size_t i = from; i < values.size(); ++i) {
    names += (names.empty() ? "" : ", ") + sql::quoted(table.columns[i].name);
    const bool array = arrays && table.columns[i].kind == Kind::vector;
    places += places.empty() ? "" : ", ";
    places += array ? "CAST(CAST(? AS text) AS real[])" : "?";
    if (array && values[i].index() != 0) {
      kept[i] = array_text(std::get<Bytes>(values[i]));
      params.push_back(std::string_view(kept[i]));
    } else {
      params.push_back(param(values[i]));
    }
  }
  must(connection
           .execute("INSERT INTO " + std::string(table.name) + " (" + names + ") VALUES (" +
                        places + ")",
                    sql::Params(params))
           .status(),
       std::string(table.name));
}

inline void fill_source(sql::Connection& source, const Data& data) {
  for (const Table& table : tables()) must(source.run_script(create_source(table)));
  must(source.begin(sql::Connection::Mode::write));
  for (const Table& table : tables())
    for (const Values& values : data.find(table.name)->second)
      insert_row(source, table, values, 0, true);
  must(source.commit());
}

// Nothing but what a test does changes the target.
inline void drop_triggers(sql::Connection& target) {
  static const std::pair<const char*, const char*> kTriggers[] = {
      {"trg_profiles_updated_at", "profiles"},
      {"trg_workspaces_updated_at", "workspaces"},
      {"trg_workspace_databases_updated_at", "workspace_databases"},
      {"trg_messages_increment_count", "messages"},
      {"trg_messages_decrement_count", "messages"},
      {"trg_audit_log_no_update", "audit_log"},
      {"trg_audit_log_no_delete", "audit_log"},
      {"trg_audit_log_no_change", "audit_log"}};
  const bool postgres = target.dialect().database() == sql::Database::postgres;
  for (const auto& [trigger, table] : kTriggers)
    must(target.run_script(std::string("DROP TRIGGER IF EXISTS ") + trigger +
                           (postgres ? std::string(" ON ") + table : "")));
}

inline void fill_target(sql::Connection& target, const Data& data) {
  must(sql::apply(target).status());
  drop_triggers(target);
  const bool identity = target.dialect().database() == sql::Database::sqlserver;
  must(target.begin(sql::Connection::Mode::write));
  for (const Table& table : tables())
    for (const Values& values : data.find(table.name)->second)
      insert_row(target, table, values, identity && table.name == "audit_log" ? 1 : 0);
  must(target.commit());
}

}  // namespace monitora::transfer
