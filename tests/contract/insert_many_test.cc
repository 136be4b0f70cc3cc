// Many rows into one table: every driver has its own way, and all must give the same.
#include <algorithm>
#include <map>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

class InsertManyContract : public ContentContract {
 protected:
  static constexpr std::int64_t kRows = 2503;  // more than one statement takes anywhere
  static constexpr std::string_view kColumns[] = {
      "id", "document_id", "workspace_id", "content", "metadata", "chunk_index", "embedding"};

  struct Row {
    ChunkId id = ChunkId::random();
    std::string content;
    std::optional<std::string> metadata;
    std::vector<std::uint8_t> bytes;
  };
  // Short and long ones, empty ones, NULLs, and characters of four bytes.
  static Row row(std::int64_t i) {
    Row made;
    made.content = "n° " + std::to_string(i) + " 🙂 ";
    if (i % 500 == 0) made.content.append(20'000, 'x');
    if (i % 700 == 0) made.content.clear();
    if (i % 3 == 0) made.metadata = R"({"page":)" + std::to_string(i) + "}";
    made.bytes.assign(static_cast<std::size_t>(i % 64 + 1) * 4, static_cast<std::uint8_t>(i % 100));
    if (i % 600 == 0) made.bytes.assign(12'000, 7);
    return made;
  }
  // Rows 0 … count - 1; at `fails`, that status instead of a row.
  Result<std::int64_t> insert(std::int64_t count, std::int64_t fails = -1,
                              const Status& with = {}) {
    std::int64_t next = 0, arrived = 0;
    Row now;
    const Status status = pool().transact([&](sql::Connection& connection) -> Status {
      next = 0;
      rows_.clear();
      const auto fill = [&](std::span<sql::Param> params) -> Result<bool> {
        if (next == fails && !with.ok()) return with;
        if (next == count) return false;
        now = row(next);
        params[0] = sql::p(now.id);
        params[1] = sql::p(document_.id);
        params[2] = sql::p(workspace);
        params[3] = sql::p(now.content);
        params[4] = now.metadata ? sql::p(*now.metadata) : sql::Param(nullptr);
        params[5] = sql::p(next == fails ? 0 : next);
        params[6] = sql::p(BytesView(now.bytes));
        ++next;
        rows_[next - 1] = now;
        return true;
      };
      MONITORA_ASSIGN(arrived, connection.insert_many("document_chunks", kColumns, fill));
      return {};
    });
    if (!status.ok()) return status;
    return arrived;
  }
  void SetUp() override {
    ContentContract::SetUp();
    document_ = upload(workspace);
  }

  Document document_;
  std::map<std::int64_t, Row> rows_;  // as they were given
};

TEST_P(InsertManyContract, EveryRowArrivesAsItWasGiven) {
  const auto arrived = insert(kRows);
  ASSERT_OK(arrived);
  EXPECT_EQ(*arrived, kRows);
  std::int64_t seen = 0, wrong = 0;
  ASSERT_OK(pool().with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query(
        "SELECT chunk_index, id, content, metadata, embedding FROM document_chunks "
        "WHERE document_id = ? ORDER BY chunk_index",
        {sql::p(document_.id)}, [&](const sql::Row& found) {
          const Row& given = rows_.at(found.integer(0));
          const BytesView bytes = found.bytes(4);
          const bool same = found.integer(0) == seen && ChunkId(found.uuid(1)) == given.id &&
                            found.text(2) == given.content && !found.is_null(2) &&
                            found.is_null(3) == !given.metadata &&
                            std::ranges::equal(bytes, given.bytes) && !found.is_null(4);
          ++seen;
          if (!same) ++wrong;
          return Status();
        });
  }));
  EXPECT_EQ(seen, kRows);
  EXPECT_EQ(wrong, 0);
}

TEST_P(InsertManyContract, NoRowIsNoError) {
  const auto arrived = insert(0);
  ASSERT_OK(arrived);
  EXPECT_EQ(*arrived, 0);
}

TEST_P(InsertManyContract, OneRowThatIsRefusedLeavesNone) {
  EXPECT_KEY(insert(kRows, kRows - 2), "unique_violation");
  EXPECT_EQ(count("document_chunks"), 0);
  EXPECT_EQ(*insert(7), 7);  // and the connection goes on
}

TEST_P(InsertManyContract, ASourceThatEndsWithAnErrorLeavesNone) {
  EXPECT_KEY(insert(kRows, 1200, Status::cancelled()), "cancelled");
  EXPECT_EQ(count("document_chunks"), 0);
  EXPECT_EQ(*insert(7), 7);
}

MONITORA_FOR_EVERY_DATABASE(InsertManyContract);

}  // namespace
}  // namespace monitora::contract
