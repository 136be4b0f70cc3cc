// Thousands of changes to single cells and rows of a target: each is found and named, and nothing
// else is.
#include "transfer/validate.h"

#include <gmock/gmock.h>

#include <set>

#include "transfer/validate_test_data.h"
#include "transfer/validate_test_target.h"

namespace monitora::transfer {
namespace {

constexpr int kMessages = 800;

// table, kind, key, column
using Named = std::array<std::string, 4>;

std::string key_text(const Table& table, const Values& row) {
  std::string out;
  for (int i = 0; i < table.key_columns; ++i) {
    const Value& value = row[static_cast<std::size_t>(i)];
    out += i == 0 ? "" : ", ";
    if (const auto* id = std::get_if<Uuid>(&value)) out += id->to_string();
    if (const auto* text = std::get_if<std::string>(&value)) out += *text;
    if (const auto* number = std::get_if<std::int64_t>(&value)) out += std::to_string(*number);
  }
  return out;
}

class ValidateTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (sql::test_postgres_uri().empty()) GTEST_SKIP() << "no PostgreSQL here";
    data_ = DataMaker(20261123).make(kMessages);
    const auto source = sql::open_postgres(source_.options(), sql::Connection::Mode::write);
    must(source.status());
    fill_source(**source, data_);
    change([&](sql::Connection& target) { fill_target(target, data_); });
    database_ = target_.pool().database();
  }

  // Outside a transaction.
  void change(const std::function<void(sql::Connection&)>& work) {
    must(target_.pool().with(sql::Connection::Mode::write, [&](sql::Connection& connection) {
      work(connection);
      return Status();
    }));
  }
  void run(const std::string& statement, std::initializer_list<sql::Param> params = {}) {
    change([&](sql::Connection& target) {
      must(target.execute(statement, params).status(), statement);
    });
  }

  void expect_equal();
  void change_cells(int batches, std::size_t cells);

  Validation validated(ValidateOptions options = {}) {
    PostgresSourceOptions source;
    source.uri = source_.options().uri;
    Result<Validation> found = validate(source, target_.pool(), options);
    EXPECT_TRUE(found.ok()) << found.status().to_string();
    return found.ok() ? *found : Validation{};
  }

  // Differences of rows and values; what follows from them (figures) is left out.
  static std::multiset<Named> named(const Validation& validation) {
    std::multiset<Named> out;
    for (const Difference& d : validation.differences)
      if (d.kind != "figure") out.insert({d.table, d.kind, d.key, d.column});
    return out;
  }

  sql::TestPostgres source_;
  TestTarget target_{GetParam()};
  Data data_;
  sql::Database database_ = sql::Database::sqlite;
};

// What can be done to a value so that it is another one. Nothing where nothing is possible.
class Changes {
 public:
  Changes(std::mt19937& random, sql::Database database) : random_(random), database_(database) {}

  std::optional<Value> of(const Table& table, const Column& column, const Value& old) {
    const std::string_view name = column.name;
    if (name == "role" || name == "status" || name == "channel" || name == "db_type" ||
        name == "topic_name" || (column.kind == Kind::uuid && name != "family_id"))
      return std::nullopt;
    if (name == "feedback" || name == "satisfaction")
      return old.index() == 0 ? Value(std::int64_t{1}) : Value(nullptr);
    if (old.index() == 0) return of_null(column);
    if (!column.required && random_() % 8 == 0) return Value(nullptr);
    switch (column.kind) {
      case Kind::text:
        return of_text(std::get<std::string>(old));
      case Kind::json: {
        std::string json = std::get<std::string>(old);
        if (database_ == sql::Database::postgres) return Value(R"({"other": 1})");
        return json.insert(1, " ");
      }
      case Kind::integer:
        return std::get<std::int64_t>(old) + 10'000;
      case Kind::real:
        return of_real(std::get<double>(old));
      case Kind::boolean:
        return !std::get<bool>(old);
      case Kind::time:
        return std::get<Time>(old) + Micros(1);
      case Kind::date:
        return "2025" + std::get<std::string>(old).substr(4);
      case Kind::uuid:
      case Kind::bytes:
      case Kind::vector:
        return of_bits(old);
    }
    return std::nullopt;
  }

 private:
  std::optional<Value> of_null(const Column& column) {
    if (column.kind == Kind::text) return std::string();
    if (column.kind == Kind::real) return database_ == sql::Database::sqlite ? 0.0 : -0.0;
    if (column.kind == Kind::json) return std::string("{}");
    return std::nullopt;
  }
  Value of_text(std::string text) {
    const std::size_t composed = text.find("\xc3\xa9"), apart = text.find("e\xcc\x81");
    switch (random_() % 4) {
      case 0:
        return text + " ";
      case 1:
        if (composed != std::string::npos) return text.replace(composed, 2, "e\xcc\x81");
        if (apart != std::string::npos) return text.replace(apart, 3, "\xc3\xa9");
        return text + "\n";
      case 2:
        for (char& c : text)
          if (std::isalpha(static_cast<unsigned char>(c))) {
            c = static_cast<char>(c ^ 0x20);
            return text;
          }
        return text + "a";
      default:
        if (text.empty()) return std::string(" ");
        return static_cast<unsigned char>(text[0]) < 0x80 ? text.substr(1) : "a" + text;
    }
  }
  Value of_real(double value) {
    if (value == 0 && database_ != sql::Database::sqlite) return -value;
    return std::nextafter(value, 1.0);
  }
  Value of_bits(const Value& old) {
    if (const auto* id = std::get_if<Uuid>(&old)) {
      auto bytes = id->bytes();
      bytes[random_() % 16] ^= 1;
      return Uuid(bytes);
    }
    Bytes bytes = std::get<Bytes>(old);
    bytes[random_() % (bytes.size() / 4) * 4] ^= static_cast<std::uint8_t>(1 << random_() % 8);
    return bytes;
  }

  std::mt19937& random_;
  sql::Database database_;
};

std::string where_key(const Table& table, const Values& row, std::vector<sql::Param>& params) {
  std::string where;
  for (std::size_t i = 0; i < static_cast<std::size_t>(table.key_columns); ++i) {
    where += (i == 0 ? " WHERE " : " AND ") + sql::quoted(table.columns[i].name) + " = ?";
    params.push_back(param(row[i]));
  }
  return where;
}

void set_cell(sql::Connection& target, const Table& table, const Values& row, std::size_t column,
              const Value& value) {
  std::vector<sql::Param> params = {param(value)};
  const std::string statement = "UPDATE " + std::string(table.name) + " SET " +
                                sql::quoted(table.columns[column].name) + " = ?" +
                                where_key(table, row, params);
  const Result<std::int64_t> changed = target.execute(statement, sql::Params(params));
  must(changed.status(), statement + " " + std::string(table.name));
  ASSERT_EQ(*changed, 1) << statement;
}

void ValidateTest::expect_equal() {
  const Validation validation = validated();
  for (const Difference& d : validation.differences)
    ADD_FAILURE() << d.table << " " << d.kind << " " << d.key << " " << d.column << " " << d.source
                  << " " << d.target;
  EXPECT_EQ(validation.difference_count, 0);
  ASSERT_EQ(validation.tables.size(), tables().size());
  for (const ComparedTable& table : validation.tables) {
    EXPECT_EQ(table.compared, static_cast<std::int64_t>(data_[table.name].size())) << table.name;
    EXPECT_EQ(table.source_hash, table.target_hash);
    for (std::size_t i = 0; i < table.source_figures.size(); ++i) {
      EXPECT_EQ(table.source_figures[i].nulls, table.target_figures[i].nulls);
      EXPECT_EQ(table.source_figures[i].minimum, table.target_figures[i].minimum);
      EXPECT_EQ(table.source_figures[i].maximum, table.target_figures[i].maximum);
      EXPECT_EQ(table.source_figures[i].sum, table.target_figures[i].sum);
    }
  }
}

TEST_P(ValidateTest, EqualSidesDifferInNothing) {
  expect_equal();
}

// In batches; after each the target is as it was.
void ValidateTest::change_cells(int batches, std::size_t cells) {
  std::mt19937 random(7);
  Changes changes(random, database_);
  int injected = 0;
  for (int batch = 0; batch < batches && !HasFatalFailure(); ++batch) {
    struct Change {
      const Table* table;
      const Values* row;
      std::size_t column;
    };
    std::vector<Change> done;
    std::multiset<Named> expected;
    change([&](sql::Connection& target) {
      must(target.begin(sql::Connection::Mode::write));
      while (expected.size() < cells) {
        const Table& table = tables()[random() % tables().size()];
        const std::vector<Values>& rows = data_.find(table.name)->second;
        const Values& row = rows[random() % rows.size()];
        const std::size_t column = random() % table.columns.size();
        if (column < static_cast<std::size_t>(table.key_columns)) continue;
        const auto value = changes.of(table, table.columns[column], row[column]);
        const Named name = {std::string(table.name), "value", key_text(table, row),
                            std::string(table.columns[column].name)};
        if (!value || expected.contains(name)) continue;
        expected.insert(name);
        done.push_back({&table, &row, column});
        set_cell(target, table, row, column, *value);
      }
      must(target.commit());
    });
    const Validation validation = validated();
    EXPECT_EQ(named(validation), expected) << "batch " << batch;
    for (const Difference& d : validation.differences)
      EXPECT_NE(d.source, d.target) << d.table << " " << d.column << " " << d.key;
    injected += static_cast<int>(expected.size());
    change([&](sql::Connection& target) {
      must(target.begin(sql::Connection::Mode::write));
      for (const Change& each : done)
        set_cell(target, *each.table, *each.row, each.column, (*each.row)[each.column]);
      must(target.commit());
    });
  }
  EXPECT_EQ(validated().difference_count, 0);
  std::cout << injected << " changed cells, each named\n";
}

TEST_P(ValidateTest, EveryChangedCellIsNamedAndNoOther) {
  change_cells(12, 200);
}

TEST_P(ValidateTest, DeletedAndAddedRowsAreNamed) {
  std::mt19937 random(3);
  std::multiset<Named> expected;
  std::set<const Values*> gone;
  const std::vector<std::string> without_children = {
      "messages",       "document_chunks", "workspace_members", "workspace_invitations",
      "insights_cache", "audit_log",       "document_contents"};
  change([&](sql::Connection& target) {
    must(target.begin(sql::Connection::Mode::write));
    for (int i = 0; i < 120; ++i) {
      const Table& table = *find_table(without_children[random() % without_children.size()]);
      const Values& row =
          data_[std::string(table.name)][random() % data_[std::string(table.name)].size()];
      if (!gone.insert(&row).second) continue;
      std::vector<sql::Param> params;
      const std::string where = where_key(table, row, params);
      must(target.execute("DELETE FROM " + std::string(table.name) + where, sql::Params(params))
               .status());
      expected.insert({std::string(table.name), "missing_row", key_text(table, row), ""});
    }
    for (std::size_t i = 0; i < 20; ++i) {
      Values row = data_["messages"][i];
      row[0] = Uuid::random();
      insert_row(target, *find_table("messages"), row);
      expected.insert({"messages", "extra_row", key_text(*find_table("messages"), row), ""});
    }
    must(target.commit());
  });
  const Validation validation = validated();
  EXPECT_EQ(named(validation), expected);
  std::set<std::string> figures;
  for (const Difference& d : validation.differences)
    if (d.kind == "figure") figures.insert(d.table);
  EXPECT_THAT(figures, ::testing::IsSupersetOf({"messages_per_conversation", "insights"}));
}

TEST_P(ValidateTest, OrderDoesNotCountAndADuplicateDoes) {
  change([&](sql::Connection& target) {
    const bool postgres = database_ == sql::Database::postgres;
    must(target.run_script(
        "CREATE TABLE other AS SELECT * FROM messages ORDER BY content DESC, id"));
    must(target.run_script("DROP VIEW vw_low_confidence_messages"));
    must(target.run_script(postgres ? "DROP TABLE messages CASCADE" : "DROP TABLE messages"));
    must(target.run_script("ALTER TABLE other RENAME TO messages"));
  });
  Validation validation = validated();
  for (const Difference& d : validation.differences)
    EXPECT_EQ(d.kind, "structure") << d.table << d.key;
  const Values& row = data_["messages"][5];
  run("INSERT INTO messages SELECT * FROM messages WHERE id = ?", {param(row[0])});
  validation = validated();
  std::multiset<Named> duplicates;
  for (const Named& name : named(validation))
    if (name[1] != "structure") duplicates.insert(name);
  EXPECT_EQ(duplicates, (std::multiset<Named>{{"messages", "duplicate_row",
                                               key_text(*find_table("messages"), row), ""}}));
}

TEST_P(ValidateTest, ASampleHasTheSameKeysOnBothSides) {
  ValidateOptions options;
  options.sample = 100;
  Validation validation = validated(options);
  EXPECT_EQ(validation.difference_count, 0);
  for (const ComparedTable& table : validation.tables) {
    EXPECT_LE(table.compared, 100);
    EXPECT_EQ(table.source_rows, static_cast<std::int64_t>(data_[table.name].size()));
  }
  run("UPDATE messages SET content = 'x'");
  validation = validated(options);
  EXPECT_EQ(named(validation).size(), 100U);
  // A row that is missing outside of the sample is missed in the count.
  run("DELETE FROM insights_cache WHERE id = ?", {param(data_["insights_cache"][0][0])});
  options.sample = 1;
  int counts = 0;
  for (const Difference& d : validated(options).differences)
    counts += d.table == "insights_cache" && d.column == "count(*)" ? 1 : 0;
  EXPECT_EQ(counts, 1);
}

TEST_P(ValidateTest, WhenAllDiffersTheFirstAreNamedAndAllAreCounted) {
  run("UPDATE messages SET response_time_ms = 123456, ttfb_ms = -7, tokens_used = 123456, "
      "content = 'x', created_at = NULL, model = 'none', rag_score = 0.12345");
  const Validation validation = validated();
  EXPECT_EQ(named(validation).size(), 7U * kMessages);
  EXPECT_GE(validation.difference_count, 7 * kMessages);
  EXPECT_FALSE(validation.at_least);
}

TEST_P(ValidateTest, NewVectorsAreThereAndOfOneDimension) {
  ValidateOptions options;
  options.keep_vectors = false;
  Bytes other(24 * 4, 1);
  run("UPDATE document_chunks SET embedding = ?, embedding_model = 'another'",
      {sql::p(BytesView(other))});
  Validation validation = validated(options);
  EXPECT_EQ(validation.difference_count, 0);
  EXPECT_FALSE(validation.notes.empty());
  const Values& chunk = data_["document_chunks"][1];
  run("UPDATE document_chunks SET embedding = NULL WHERE id = ?", {param(chunk[0])});
  validation = validated(options);
  ASSERT_EQ(validation.differences.size(), 1U);
  EXPECT_EQ(validation.differences[0].kind, "figure");
  EXPECT_GT(named(validated()).size(), 50U);  // against kept vectors everything differs
}

TEST_P(ValidateTest, AStructureThatIsNotTheSchemasIsNamed) {
  std::multiset<Named> expected;
  if (database_ == sql::Database::sqlite) {
    run("DROP INDEX idx_messages_conversation");  // an index may be missing
    run("DROP VIEW vw_low_confidence_messages");
    run("ALTER TABLE messages DROP COLUMN ttfb_ms");
    expected = {{"messages", "structure", "", "ttfb_ms"}};
  } else {
    run("ALTER TABLE messages DROP CONSTRAINT fk_messages_conversation");
    run("ALTER TABLE messages ALTER COLUMN content DROP NOT NULL");
    run("ALTER TABLE insights_cache DROP CONSTRAINT uq_insights_workspace");
    run("DELETE FROM conversations WHERE id = ?", {param(data_["conversations"][0][0])});
    expected = {{"insights_cache", "structure", "", ""},
                {"messages", "structure", "", "content"},
                {"messages", "structure", "", "conversation_id"}};
  }
  const Validation validation = validated();
  std::multiset<Named> structure;
  std::int64_t orphans = 0;
  for (const Difference& d : validation.differences) {
    if (d.kind == "constraint") ++orphans;
    if (d.kind == "structure") structure.insert({d.table, d.kind, d.key, d.column});
  }
  EXPECT_EQ(structure, expected);
  EXPECT_EQ(orphans > 0, database_ == sql::Database::postgres);
}

// A database there takes its time to be made: all in one.
class ValidateSqlServer : public ValidateTest {};
TEST_P(ValidateSqlServer, NamesEveryChangeAndNoOther) {
  expect_equal();
  change_cells(2, 100);
}
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(ValidateSqlServer);
INSTANTIATE_TEST_SUITE_P(Targets, ValidateSqlServer, ::testing::ValuesIn(TestTarget::sql_servers()),
                         [](const auto& info) { return info.param; });

INSTANTIATE_TEST_SUITE_P(Targets, ValidateTest, ::testing::Values("sqlite", "postgres"),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace monitora::transfer
