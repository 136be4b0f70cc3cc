#include "transfer/document_files.h"

#include <gtest/gtest.h>

#include <fstream>

#include "sql/migrations.h"
#include "sql/sqlite/sqlite.h"
#include "sql/test_directory.h"

namespace monitora::transfer {
namespace {

namespace fs = std::filesystem;
using sql::Connection;
using sql::p;

const Uuid kWorkspace = *Uuid::parse("10000000-0000-4000-8000-000000000001");

Uuid document(int number) {
  return *Uuid::parse("20000000-0000-4000-8000-00000000000" + std::to_string(number));
}

class DocumentFilesTest : public testing::Test {
 protected:
  DocumentFilesTest() : pool_(sql::make_sqlite_pool(directory_.path() / "target.db")) {
    const Status status = pool_->with(Connection::Mode::write, [](Connection& connection) {
      if (auto applied = sql::apply(connection); !applied.ok()) return applied.status();
      const Uuid user = *Uuid::parse("30000000-0000-4000-8000-000000000001");
      for (const Status& made :
           {connection
                .execute("INSERT INTO app_users (id, email, password_hash, password_salt) "
                         "VALUES (?, 'a@b.fr', '!', '')",
                         {p(user)})
                .status(),
            connection.execute("INSERT INTO profiles (id) VALUES (?)", {p(user)}).status(),
            connection
                .execute("INSERT INTO workspaces (id, user_id, name) VALUES (?, ?, 'w')",
                         {p(kWorkspace), p(user)})
                .status()})
        if (!made.ok()) return made;
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    fs::create_directories(bucket() / "documents/ada");
  }

  fs::path bucket() const { return directory_.path() / "bucket"; }

  void add_document(int number, const std::optional<std::string>& storage_path,
                    const std::optional<std::string>& file_path = {}, std::int64_t size = 5) {
    const Status status = pool_->with(Connection::Mode::write, [&](Connection& connection) {
      return connection
          .execute(
              "INSERT INTO documents (id, workspace_id, filename, storage_path, file_path, "
              "file_size) VALUES (?, ?, ?, ?, ?, ?)",
              {p(document(number)), p(kWorkspace), p("file" + std::to_string(number)),
               p(storage_path), p(file_path), p(size)})
          .status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
  }

  static void write(const fs::path& path, std::string_view text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }

  std::optional<std::string> stored(int number) {
    std::optional<std::string> content;
    const Status status = pool_->with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query("SELECT content FROM document_contents WHERE document_id = ?",
                              {p(document(number))}, [&](const sql::Row& row) {
                                const BytesView bytes = row.bytes(0);
                                content.emplace(bytes.begin(), bytes.end());
                                return Status();
                              });
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return content;
  }

  FetchedFiles fetch() {
    auto files = folder_files(bucket());
    EXPECT_TRUE(files.ok()) << files.status().to_string();
    auto fetched = fetch_files(*pool_, files->get(), {});
    EXPECT_TRUE(fetched.ok()) << fetched.status().to_string();
    return fetched.ok() ? *fetched : FetchedFiles{};
  }

  sql::TestDirectory directory_;
  std::unique_ptr<sql::Pool> pool_;
};

TEST_F(DocumentFilesTest, FindsAFileByItsPathWithOrWithoutTheBucket) {
  write(bucket() / "documents/ada/a.txt", "hello");
  write(bucket() / "ada/b.txt", "world!");
  add_document(1, "ada/a.txt");
  add_document(2, "documents/ada/a.txt");
  add_document(3, std::nullopt, "/ada/b.txt");
  add_document(4, "ada/absent.txt", "ada/b.txt");
  add_document(5, std::nullopt);
  const FetchedFiles fetched = fetch();
  EXPECT_EQ(stored(1), "hello");
  EXPECT_EQ(stored(2), "hello");
  EXPECT_EQ(stored(3), "world!");
  EXPECT_EQ(stored(4), "world!");
  EXPECT_EQ(stored(5), std::nullopt);
  EXPECT_EQ(fetched.stored, 4);
  EXPECT_EQ(fetched.bytes, 22);
  ASSERT_EQ(fetched.missing.size(), 1U);
  EXPECT_EQ(fetched.missing[0].filename, "file5");
  ASSERT_EQ(fetched.other_size.size(), 2U);  // 6 bytes, the rows say 5
}

TEST_F(DocumentFilesTest, GoesOnWhereItStopped) {
  write(bucket() / "ada/a.txt", "hello");
  add_document(1, "ada/a.txt");
  EXPECT_EQ(fetch().stored, 1);
  write(bucket() / "ada/b.txt", "later");
  add_document(2, "ada/b.txt");
  const FetchedFiles again = fetch();
  EXPECT_EQ(again.earlier, 1);
  EXPECT_EQ(again.stored, 1);
}

TEST_F(DocumentFilesTest, NoPathLeadsOutOfTheFolder) {
  write(directory_.path() / "secret.txt", "hello");
  fs::create_symlink(directory_.path() / "secret.txt", bucket() / "link.txt");
  fs::create_directory_symlink(directory_.path(), bucket() / "documents/up");
  add_document(1, "../secret.txt");
  add_document(2, "documents/../../secret.txt");
  add_document(3, "link.txt");
  add_document(4, "documents/up/secret.txt");
  add_document(5, (directory_.path() / "secret.txt").string());
  EXPECT_EQ(fetch().missing.size(), 5U);
}

TEST_F(DocumentFilesTest, WithoutAPlaceForFilesTheMissingOnesAreListed) {
  add_document(1, "ada/a.txt");
  const auto fetched = fetch_files(*pool_, nullptr, {});
  ASSERT_TRUE(fetched.ok());
  EXPECT_EQ(fetched->missing.size(), 1U);
}

TEST_F(DocumentFilesTest, AFolderThatIsNone) {
  EXPECT_EQ(folder_files(directory_.path() / "absent").status().key(), "no_folder");
}

}  // namespace
}  // namespace monitora::transfer
