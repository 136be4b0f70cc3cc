#include "transfer/vectors.h"

#include <gtest/gtest.h>

#include <cstring>

#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"
#include "sql/test_directory.h"

namespace monitora::transfer {
namespace {

using sql::Connection;
using sql::p;

// A model whose vectors say the first letters of a text.
class LetterEmbedder final : public Embedder {
 public:
  const std::string& model() const override { return name_; }
  int dimension() const override { return 2; }
  int max_tokens() const override { return 512; }
  int count_tokens(std::string_view text) const override { return static_cast<int>(text.size()); }
  Result<std::vector<Vector>> embed(Kind, std::span<const std::string_view> texts) override {
    std::vector<Vector> vectors;
    for (const std::string_view text : texts)
      vectors.push_back(text.starts_with('a') ? Vector{1, 0} : Vector{0, 1});
    return vectors;
  }

 private:
  std::string name_ = "letters";
};

struct StoredChunk {
  std::string content;
  std::optional<Vector> vector;
  std::optional<std::string> model;
};

// A source whose one table is the chunks.
class ChunkSource final : public Source, public Reader {
 public:
  explicit ChunkSource(std::vector<StoredChunk> chunks) : chunks_(std::move(chunks)) {
    TablePlan table;
    table.target = find_table("document_chunks");
    if (!chunks_.empty()) plan_.tables.push_back(table);
  }
  const Plan& plan() const override { return plan_; }
  std::string identity() const override { return "chunks"; }
  std::string watermark() const override { return ""; }
  Result<std::vector<KeyRange>> ranges(const TablePlan&, std::int64_t) override {
    return std::vector<KeyRange>(1);
  }
  Result<std::unique_ptr<Reader>> reader() override {
    return std::unique_ptr<Reader>(std::make_unique<ChunkSource>(chunks_));
  }
  Status read(const TablePlan& table, const Selection&, const EachRow& each) override {
    for (const StoredChunk& chunk : chunks_) {
      std::vector<sql::Param> row;
      for (const Column& column : table.target->columns) {
        sql::Param value = nullptr;
        if (column.name == "content") value = p(chunk.content);
        if (column.name == "embedding" && chunk.vector)
          value = p(BytesView(reinterpret_cast<const std::uint8_t*>(chunk.vector->data()),
                              chunk.vector->size() * sizeof(float)));
        if (column.name == "embedding_model") value = p(chunk.model);
        row.push_back(value);
      }
      MONITORA_TRY(each(row));
    }
    return {};
  }
  Status read_keys(const TablePlan&, const KeyRange&, const EachRow&) override { return {}; }

 private:
  std::vector<StoredChunk> chunks_;
  Plan plan_;
};

VectorChoice choose(std::vector<StoredChunk> chunks) {
  ChunkSource source(std::move(chunks));
  LetterEmbedder embedder;
  auto choice = choose_vectors(source, embedder);
  EXPECT_TRUE(choice.ok()) << choice.status().to_string();
  return *choice;
}

TEST(ChooseVectors, TheSameModelIsKnownByWhatItMakes) {
  const VectorChoice choice =
      choose({{"abc", Vector{0.999F, 0.01F}, {}}, {"no vector", {}, {}}, {"b", Vector{0, 2}, {}}});
  EXPECT_TRUE(choice.keep);
  EXPECT_TRUE(choice.any);
}

TEST(ChooseVectors, OneThatDiffersIsEnoughToMakeAllAnew) {
  EXPECT_FALSE(choose({{"abc", Vector{1, 0}, {}}, {"abc", Vector{0.9F, 0.4F}, {}}}).keep);
}

TEST(ChooseVectors, AnotherDimensionOrAnotherNameIsAnotherModel) {
  EXPECT_FALSE(choose({{"abc", Vector{1, 0, 0}, {}}}).keep);
  EXPECT_FALSE(choose({{"abc", Vector{1, 0}, "ada-002"}}).keep);
  const VectorChoice named = choose({{"abc", Vector{0, 1}, "letters"}});
  EXPECT_TRUE(named.keep);  // what the row says is believed
  EXPECT_EQ(named.why.en, "Vectors kept: the source says they are of the model letters.");
}

TEST(ChooseVectors, ASourceWithoutVectors) {
  EXPECT_FALSE(choose({}).any);
  EXPECT_FALSE(choose({{"abc", {}, {}}}).any);
}

TEST(MakeVectors, EveryChunkWithoutOneOfTheModelGetsOne) {
  const sql::TestDirectory directory;
  const auto pool = sql::make_sqlite_pool(directory.path() / "target.db");
  const Uuid id = *Uuid::parse("10000000-0000-4000-8000-000000000001");
  const Status prepared = pool->with(Connection::Mode::write, [&](Connection& connection) {
    if (auto applied = sql::apply(connection); !applied.ok()) return applied.status();
    for (const char* statement :
         {"INSERT INTO app_users (id, email, password_hash, password_salt) VALUES (?, 'a', '', '')",
          "INSERT INTO profiles (id) VALUES (?)",
          "INSERT INTO workspaces (id, user_id, name) VALUES (?1, ?1, 'w')",
          "INSERT INTO documents (id, workspace_id, filename) VALUES (?1, ?1, 'f')"})
      MONITORA_TRY(connection.execute(statement, {p(id)}).status());
    for (int i = 0; i < 40; ++i) {
      const Vector old{0.5F, 0.5F};
      const BytesView bytes(reinterpret_cast<const std::uint8_t*>(old.data()), 8);
      const bool kept = i % 4 == 0;
      MONITORA_TRY(connection
                       .execute("INSERT INTO document_chunks (id, document_id, workspace_id, "
                                "content, chunk_index, embedding, embedding_model) "
                                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                                {p(Uuid::random()), p(id), p(id), p(i % 2 == 0 ? "a" : "b"), p(i),
                                 i % 4 == 1 ? p(nullptr) : p(bytes),
                                 kept         ? p("letters")
                                 : i % 4 == 2 ? p("ada")
                                              : p(nullptr)})
                       .status());
    }
    return Status();
  });
  ASSERT_TRUE(prepared.ok()) << prepared.to_string();

  LetterEmbedder embedder;
  std::size_t last = 0;
  const auto made = make_vectors(*pool, embedder, 2, [&](std::size_t done, std::size_t total) {
    EXPECT_EQ(total, 30U);
    last = done;
  });
  ASSERT_TRUE(made.ok()) << made.status().to_string();
  EXPECT_EQ(*made, 30U);
  EXPECT_EQ(last, 30U);
  int rows = 0;
  ASSERT_TRUE(pool->with(Connection::Mode::read,
                         [&](Connection& connection) {
                           return connection.query(
                               "SELECT content, chunk_index, embedding, embedding_model FROM "
                               "document_chunks",
                               {}, [&](const sql::Row& row) {
                                 ++rows;
                                 Vector vector(2);
                                 EXPECT_EQ(row.bytes(2).size(), 8U);
                                 std::memcpy(vector.data(), row.bytes(2).data(), 8);
                                 const bool kept = row.integer(1) % 4 == 0;
                                 const Vector expected = kept                 ? Vector{0.5F, 0.5F}
                                                         : row.text(0) == "a" ? Vector{1, 0}
                                                                              : Vector{0, 1};
                                 EXPECT_EQ(vector, expected) << row.integer(1);
                                 EXPECT_EQ(row.text(3), "letters");
                                 return Status();
                               });
                         })
                  .ok());
  EXPECT_EQ(rows, 40);
  EXPECT_EQ(*make_vectors(*pool, embedder, 2, {}), 0U);  // nothing is left to do
}

}  // namespace
}  // namespace monitora::transfer
