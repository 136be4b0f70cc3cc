// For tests: a source in memory, with every table and rows made from a seed, that can be changed
// between two loads as a live one is.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "transfer/source.h"
#include "transfer/tables.h"

namespace monitora::transfer {

using TestValue =
    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Bytes, Time, Uuid>;

inline sql::Param as_param(const TestValue& value) {
  return std::visit(
      [](const auto& each) -> sql::Param {
        using T = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<T, std::string>)
          return std::string_view(each);
        else if constexpr (std::is_same_v<T, Bytes>)
          return BytesView(each);
        else
          return each;
      },
      value);
}

struct TestRow {
  std::vector<TestValue> values;
  std::int64_t version = 0;  // of the data when it was written
};
// Rows by the text of their key: a copy of it is a snapshot.
struct TestData {
  std::int64_t version = 1;
  std::map<std::string_view, std::map<std::string, TestRow>> tables;

  static std::string key_of(const Table& table, const std::vector<TestValue>& values) {
    std::string key;
    for (int i = 0; i < table.key_columns; ++i) {
      const TestValue& value = values[static_cast<std::size_t>(i)];
      if (const auto* uuid = std::get_if<Uuid>(&value)) key += uuid->to_string();
      if (const auto* text = std::get_if<std::string>(&value)) key += "+" + *text;
      if (const auto* number = std::get_if<std::int64_t>(&value))
        key += fmt::format("{:020}", *number);
    }
    return key;
  }
  void put(std::string_view name, std::vector<TestValue> values) {
    const Table& table = *find_table(name);
    const std::string key = key_of(table, values);
    tables[table.name][key] = {std::move(values), version};
  }
};

// Rows like those of an installation. The same seed makes the same rows.
class TestRows {
 public:
  explicit TestRows(unsigned seed) : random_(seed) {}

  Uuid uuid() {
    std::array<std::uint8_t, 16> bytes;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random_() >> 8);
    return Uuid(bytes);
  }
  std::int64_t below(std::int64_t limit) { return static_cast<std::int64_t>(random_()) % limit; }
  Time time() { return Time(Micros(1'700'000'000'000'000 + below(1'000'000) * 1'000'003)); }
  std::string text(std::int64_t most) {
    static constexpr std::string_view kParts[] = {
        "Où est ma commande ? ", "é",   "\U0001F600", " ", "\r\n", "réponse ",
        "\xEF\xBB\xBF",          "abc", "' -- ",      "\t"};
    std::string text;
    for (std::int64_t size = below(most + 1); static_cast<std::int64_t>(text.size()) < size;)
      text += kParts[below(10)];
    return text;
  }

  void user(TestData& data) {
    const Uuid id = uuid();
    const Time now = time();
    const std::string email = id.to_string() + "@exemple.fr";
    data.put("app_users",
             {id, email, std::string("$2a$10$x"), std::string(), text(20), std::string("admin"),
              true, false, now, nullptr, std::int64_t{0}, nullptr});
    data.put("profiles", {id, email, text(20), nullptr, now, now});
    workspace(data, id);
  }
  void workspace(TestData& data, const Uuid& owner) {
    const Uuid id = uuid();
    const Time now = time();
    data.put("workspaces",
             {id, owner, std::string("Boutique"), text(30), nullptr, "key-" + id.to_string(),
              std::string("[\"a.fr\", \"b.fr\"]"), nullptr, std::string("{\"color\": \"#fff\"}"),
              nullptr, nullptr, nullptr, true, now, now});
    data.put("workspace_members", {id, owner, std::string("lecteur"), now});
    data.put("workspace_invitations",
             {id, "Marie" + text(8) + "@exemple.fr", std::string("admin"), now});
    data.put("api_keys", {uuid(), id, std::string("clé"), std::string("mon_"), uuid().to_string(),
                          now, nullptr, nullptr, nullptr});
    data.put("analytics_daily", {uuid(), id, std::string("2026-02-28"), std::int64_t{3}, nullptr,
                                 std::int64_t{2}, 0.1 + static_cast<double>(below(1000)), nullptr});
    data.put("insights_cache", {uuid(), id, 1.0 / 3, nullptr, 4.5, std::int64_t{1}, std::int64_t{2},
                                std::int64_t{3}, now});
    data.put("message_topics",
             {uuid(), id, "livraison" + text(9), std::int64_t{2}, std::string("[\"où ?\"]"), now});
    data.put("response_cache",
             {uuid(), id, std::string(64, 'a'), text(40), vector(), nullptr, text(200), nullptr,
              0.9, nullptr, std::int64_t{1}, now, nullptr, nullptr});
    data.put("audit_log", {static_cast<std::int64_t>(data.tables["audit_log"].size()) + 7, now,
                           std::string("ana"), std::string("login"), id, nullptr, nullptr,
                           std::string("{\"a\": 1}")});
    for (int i = 0; i < 2; ++i) document(data, id);
    for (int i = 0; i < 5; ++i) conversation(data, id);
  }
  void document(TestData& data, const Uuid& workspace) {
    const Uuid id = uuid();
    data.put("documents", {id, workspace, std::string("cgv.pdf"), nullptr, "w/" + id.to_string(),
                           below(100'000), std::string("application/pdf"), nullptr,
                           std::string("indexed"), std::int64_t{3}, nullptr, time(), time()});
    Bytes content(static_cast<std::size_t>(below(3000)));
    for (std::uint8_t& byte : content) byte = static_cast<std::uint8_t>(random_() >> 8);
    data.put("document_contents", {id, content});
    for (std::int64_t i = 0; i < 3; ++i)
      data.put("document_chunks", {uuid(), id, workspace, text(300), std::string("{\"page\": 1}"),
                                   i, nullptr, vector(), nullptr, time()});
  }
  void conversation(TestData& data, const Uuid& workspace) {
    const Uuid id = uuid();
    // Its count is the source's, not that of its messages: it must arrive as it is.
    data.put("conversations", {id, workspace, std::string("visiteur"), text(30),
                               std::string("widget"), time(), time(), nullptr, below(90), nullptr});
    for (int i = 0; i < 4; ++i) message(data, id, i % 2 == 0 ? "user" : "assistant");
  }
  void message(TestData& data, const Uuid& conversation, const std::string& role) {
    data.put("messages", {uuid(), conversation, role, text(400), std::string("[{\"index\": 1}]"),
                          0.25, std::int64_t{-1}, false, true, false, below(1000), nullptr, nullptr,
                          std::string("mistral"), nullptr, time()});
  }
  Bytes vector() {
    Bytes bytes(16);
    for (int i = 0; i < 4; ++i) {
      const float value = static_cast<float>(below(100)) / 128;
      std::memcpy(bytes.data() + i * 4, &value, sizeof value);
    }
    return bytes;
  }

  // What an hour of use does to a source: new rows, changed ones, and some that go with what is
  // theirs.
  void live(TestData& data, int steps) {
    ++data.version;
    for (int i = 0; i < steps; ++i) {
      const std::int64_t what = below(10);
      const auto any = [&](std::string_view table) -> TestRow* {
        auto& rows = data.tables[table];
        if (rows.empty()) return nullptr;
        TestRow* row =
            &std::next(rows.begin(), below(static_cast<std::int64_t>(rows.size())))->second;
        row->version = data.version;
        return row;
      };
      if (what == 0) user(data);
      if (TestRow* row = any("workspaces"); row != nullptr && what == 1)
        document(data, std::get<Uuid>(row->values[0]));
      if (TestRow* row = any("workspaces"); row != nullptr && what == 2) row->values[3] = text(30);
      if (TestRow* row = any("conversations"); row != nullptr && (what == 3 || what == 4)) {
        row->values[8] = below(90);
        message(data, std::get<Uuid>(row->values[0]), "user");
      }
      if (TestRow* row = any("messages"); row != nullptr && what == 5) row->values[7] = true;
      if (TestRow* row = any("documents"); row != nullptr && what == 6)
        index_again(data, std::get<Uuid>(row->values[0]));
      if (TestRow* row = any("conversations"); row != nullptr && what == 7)
        remove(data, "conversations", std::get<Uuid>(row->values[0]));
      if (TestRow* row = any("documents"); row != nullptr && what == 8)
        remove(data, "documents", std::get<Uuid>(row->values[0]));
      if (what == 9) swap_emails(data, any("app_users"), any("app_users"));
    }
  }
  // The row and what belongs to it.
  static void remove(TestData& data, std::string_view table, const Uuid& id) {
    const std::map<std::string_view, std::vector<std::pair<std::string_view, std::size_t>>>
        children = {{"app_users", {{"profiles", 0}}},
                    {"profiles", {{"workspaces", 1}, {"workspace_members", 1}}},
                    {"workspaces",
                     {{"workspace_members", 0},
                      {"workspace_invitations", 0},
                      {"api_keys", 1},
                      {"documents", 1},
                      {"conversations", 1},
                      {"analytics_daily", 1},
                      {"insights_cache", 1},
                      {"message_topics", 1},
                      {"response_cache", 1}}},
                    {"documents", {{"document_contents", 0}, {"document_chunks", 1}}},
                    {"conversations", {{"messages", 1}}}};
    if (const auto found = children.find(table); found != children.end())
      for (const auto& [child, column] : found->second) {
        std::vector<std::pair<std::string, Uuid>> gone;
        for (const auto& [key, row] : data.tables[child])
          if (std::get<Uuid>(row.values[column]) == id)
            gone.emplace_back(key, std::get<Uuid>(row.values[0]));
        for (const auto& [key, own] : gone) {
          if (find_table(child)->key_columns == 1 && child != "document_contents")
            remove(data, child, own);
          data.tables[child].erase(key);
        }
      }
    data.tables[table].erase(id.to_string());
  }

 private:
  // New chunks with new ids in the places of the old ones.
  void index_again(TestData& data, const Uuid& document) {
    auto& chunks = data.tables["document_chunks"];
    std::vector<std::vector<TestValue>> fresh;
    for (auto at = chunks.begin(); at != chunks.end();) {
      if (std::get<Uuid>(at->second.values[1]) != document) {
        ++at;
        continue;
      }
      fresh.push_back(at->second.values);
      at = chunks.erase(at);
    }
    for (auto& values : fresh) {
      values[0] = uuid();
      values[3] = text(300);
      data.put("document_chunks", std::move(values));
    }
  }
  static void swap_emails(TestData&, TestRow* a, TestRow* b) {
    if (a != nullptr && b != nullptr) std::swap(a->values[1], b->values[1]);
  }

  std::minstd_rand random_;
};

// What a log of changes says between two snapshots; tables whose key is no UUID are compared.
inline std::vector<TableChanges> changes_between(const TestData& before, const TestData& after) {
  std::vector<TableChanges> changes;
  for (const Table& table : tables()) {
    TableChanges& of_table = changes.emplace_back();
    if (table.key_columns > 1 || table.columns.front().kind != Kind::uuid) continue;
    of_table.all = false;
    static const std::map<std::string, TestRow> kNone;
    const auto rows = [&](const TestData& data) -> const std::map<std::string, TestRow>& {
      const auto found = data.tables.find(table.name);
      return found == data.tables.end() ? kNone : found->second;
    };
    for (const auto& [key, row] : rows(before))
      if (!rows(after).contains(key)) of_table.keys.push_back(*Uuid::parse(key));
    for (const auto& [key, row] : rows(after))
      if (row.version > before.version) of_table.keys.push_back(*Uuid::parse(key));
  }
  return changes;
}

// Several ranges a table where its key is a UUID. `data` is the snapshot. Thread-safe.
class TestSource final : public Source {
 public:
  explicit TestSource(TestData data, std::string identity = "test", bool tells_changes = true)
      : data_(std::move(data)), identity_(std::move(identity)), tells_changes_(tells_changes) {
    for (const Table& table : tables()) {
      TablePlan plan;
      plan.target = &table;
      plan.aliases = {"t"};
      plan.rows = static_cast<std::int64_t>(data_.tables[table.name].size());
      plan.from = std::string(table.name);
      for (const Column& column : table.columns)
        plan.columns.push_back({&column, std::string(column.name), {}, {}});
      plan_.tables.push_back(std::move(plan));
    }
    plan_.generation = {"monitora"};
  }

  const Plan& plan() const override { return plan_; }
  std::string identity() const override { return identity_; }
  std::string watermark() const override {
    if (!watermark_.empty()) return watermark_;
    return tells_changes_ ? std::to_string(data_.version) : "";
  }
  // As where a long transaction holds it back.
  void set_watermark(std::string watermark) { watermark_ = std::move(watermark); }
  Result<std::vector<KeyRange>> ranges(const TablePlan& table, std::int64_t bytes) override {
    const auto& rows = data_.tables.at(table.target->name);
    std::vector<KeyRange> ranges(1);
    if (table.target->columns.front().kind != Kind::uuid || table.target->key_columns > 1)
      return ranges;
    std::int64_t used = 0;
    for (const auto& [key, row] : rows) {
      if (used > bytes) {
        const Uuid id = std::get<Uuid>(row.values[0]);
        ranges.back().to = id;
        ranges.push_back({id, std::nullopt, 0});
        used = 0;
      }
      used += size_of(row);
      ++ranges.back().rows;
    }
    return ranges;
  }
  Result<std::unique_ptr<Reader>> reader() override;

  const TestData& data() const { return data_; }

 private:
  static std::int64_t size_of(const TestRow& row) {
    std::size_t size = 0;
    for (const TestValue& value : row.values) {
      if (const auto* text = std::get_if<std::string>(&value)) size += text->size();
      if (const auto* bytes = std::get_if<Bytes>(&value)) size += bytes->size();
      size += 8;
    }
    return static_cast<std::int64_t>(size);
  }

  TestData data_;
  std::string identity_;
  bool tells_changes_;
  std::string watermark_;
  Plan plan_;
};

class TestReader final : public Reader {
 public:
  explicit TestReader(const TestData& data) : data_(data) {}
  Status read(const TablePlan& table, const Selection& selection, const EachRow& each) override {
    const std::int64_t since =
        selection.changed_since.empty() ? 0 : std::stoll(selection.changed_since);
    return run(*table.target, selection.range, table.target->columns.size(), since, each,
               selection.keys);
  }
  Status read_keys(const TablePlan& table, const KeyRange& range, const EachRow& each) override {
    return run(*table.target, range, static_cast<std::size_t>(table.target->key_columns), 0, each);
  }

 private:
  Status run(const Table& table, const KeyRange& range, std::size_t columns, std::int64_t since,
             const EachRow& each, std::span<const Uuid> keys = {}) const {
    const auto& rows = data_.tables.at(table.name);
    auto at = range.from ? rows.lower_bound(range.from->to_string()) : rows.begin();
    std::vector<sql::Param> values;
    for (; at != rows.end() && (!range.to || at->first < range.to->to_string()); ++at) {
      if (since > 0 && at->second.version <= since) continue;
      if (!keys.empty() && std::ranges::find(keys, *Uuid::parse(at->first)) == keys.end()) continue;
      values.clear();
      for (std::size_t i = 0; i < columns; ++i) values.push_back(as_param(at->second.values[i]));
      MONITORA_TRY(each(values));
    }
    return {};
  }
  const TestData& data_;
};

inline Result<std::unique_ptr<Reader>> TestSource::reader() {
  return std::unique_ptr<Reader>(std::make_unique<TestReader>(data_));
}

// What a value is, as a text that is the same from every database.
inline std::string shown(const sql::Param& value) {
  return std::visit(
      [](const auto& each) -> std::string {
        using T = std::decay_t<decltype(each)>;
        if constexpr (std::is_same_v<T, std::nullptr_t>)
          return "NULL";
        else if constexpr (std::is_same_v<T, bool>)
          return each ? "1" : "0";
        else if constexpr (std::is_same_v<T, std::string_view>)
          return "'" + std::string(each) + "'";
        else if constexpr (std::is_same_v<T, BytesView>)
          return hex(each);
        else if constexpr (std::is_same_v<T, Time>)
          return format_time(each);
        else if constexpr (std::is_same_v<T, Uuid>)
          return each.to_string();
        else
          return fmt::format("{}", each);
      },
      value);
}
inline std::string shown(const Table& table, const sql::Row& row) {
  std::string text;
  for (int i = 0; i < static_cast<int>(table.columns.size()); ++i) {
    sql::Param value = nullptr;
    const Kind kind = table.columns[static_cast<std::size_t>(i)].kind;
    if (!row.is_null(i)) {
      if (kind == Kind::uuid) value = row.uuid(i);
      if (kind == Kind::text || kind == Kind::json) value = row.text(i);
      if (kind == Kind::date) value = row.text(i).substr(0, 10);
      if (kind == Kind::integer) value = row.integer(i);
      if (kind == Kind::real) value = row.real(i);
      if (kind == Kind::boolean) value = row.boolean(i);
      if (kind == Kind::time) value = row.time(i);
      if (kind == Kind::bytes || kind == Kind::vector) value = row.bytes(i);
    }
    text += shown(value) + " | ";
  }
  return text;
}

// The first difference between a database and what it should hold, or "". `model`: what a vector
// without a model's name gets.
inline Result<std::string> difference(sql::Pool& pool, const TestData& data,
                                      const std::string& model = {}) {
  std::string found;
  for (const Table& table : tables()) {
    std::vector<std::string> wanted, there;
    const auto rows = data.tables.find(table.name);
    if (rows != data.tables.end())
      for (const auto& [key, row] : rows->second) {
        std::string text;
        for (std::size_t i = 0; i < row.values.size(); ++i) {
          const bool named = table.columns[i].name == "embedding_model" && !model.empty();
          text +=
              shown(named ? sql::Param(std::string_view(model)) : as_param(row.values[i])) + " | ";
        }
        wanted.push_back(std::move(text));
      }
    std::string columns;
    for (const Column& column : table.columns)
      columns += (columns.empty() ? "" : ", ") + std::string(column.name);
    MONITORA_TRY(pool.with(sql::Connection::Mode::write, [&](sql::Connection& connection) {
      return connection.query("SELECT " + columns + " FROM " + std::string(table.name), {},
                              [&](const sql::Row& row) {
                                there.push_back(shown(table, row));
                                return Status();
                              });
    }));
    std::ranges::sort(wanted);
    std::ranges::sort(there);
    if (wanted == there) continue;
    const auto [a, b] = std::ranges::mismatch(wanted, there);
    found += fmt::format("{}: {} rows wanted, {} there\n  wanted {}\n  there  {}\n", table.name,
                         wanted.size(), there.size(), a == wanted.end() ? "-" : *a,
                         b == there.end() ? "-" : *b);
  }
  return found;
}

}  // namespace monitora::transfer
