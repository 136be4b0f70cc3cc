#include "transfer/document_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace monitora::transfer {
namespace {

namespace fs = std::filesystem;
using sql::p;

Result<sql::BlobPart> open_file(const fs::path& path) {
  const auto stream = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (!stream->is_open())
    return Status(Code::unavailable, "file_unreadable",
                  {fmt::format("{} ne peut pas être lu : vérifiez ses droits.", path.string()),
                   fmt::format("{} cannot be read: check its permissions.", path.string())});
  return sql::BlobPart([stream](std::span<std::uint8_t> buffer) -> Result<std::size_t> {
    stream->read(reinterpret_cast<char*>(buffer.data()),
                 static_cast<std::streamsize>(buffer.size()));
    if (stream->bad()) return Status::internal("reading a document's file failed");
    return static_cast<std::size_t>(stream->gcount());
  });
}

class FolderFiles final : public DocumentFiles {
 public:
  FolderFiles(fs::path folder, std::vector<fs::path> buckets)
      : folder_(std::move(folder)), buckets_(std::move(buckets)) {}

  Result<std::optional<FoundFile>> find(const WantedFile& wanted) override {
    for (const std::string& path : wanted.paths)
      for (const fs::path& bucket : buckets_)
        if (auto found = inside(bucket / fs::path(path).relative_path())) return found;
    return std::optional<FoundFile>();
  }

 private:
  std::optional<FoundFile> inside(const fs::path& path) const {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error || !fs::is_regular_file(real, error) || error) return std::nullopt;
    const fs::path relative = real.lexically_relative(folder_);
    if (relative.empty() || *relative.begin() == "..") return std::nullopt;
    const auto size = fs::file_size(real, error);
    if (error) return std::nullopt;
    return FoundFile{static_cast<std::int64_t>(size), [real] { return open_file(real); }};
  }

  const fs::path folder_;
  const std::vector<fs::path> buckets_;  // the folder itself, and each directory in it
};

Result<std::vector<WantedFile>> documents_without_file(sql::Pool& pool, std::int64_t& with_file) {
  std::vector<WantedFile> wanted;
  MONITORA_TRY(pool.with(sql::Connection::Mode::read, [&](sql::Connection& connection) -> Status {
    MONITORA_TRY(
        connection.query("SELECT COUNT(*) FROM document_contents", {}, [&](const sql::Row& row) {
          with_file = row.integer(0);
          return Status();
        }));
    return connection.query(
        "SELECT d.id, d.filename, d.storage_path, d.file_path, d.file_size FROM documents d "
        "WHERE NOT EXISTS (SELECT 1 FROM document_contents c WHERE c.document_id = d.id) "
        "ORDER BY d.id",
        {}, [&](const sql::Row& row) {
          WantedFile file{row.uuid(0), std::string(row.text(1)), {}, {}};
          for (const int column : {2, 3})
            if (!row.text(column).empty()) file.paths.emplace_back(row.text(column));
          if (!row.is_null(4)) file.size = row.integer(4);
          wanted.push_back(std::move(file));
          return Status();
        });
  }));
  return wanted;
}

Status store(sql::Pool& pool, const WantedFile& wanted, const FoundFile& found) {
  return pool.transact([&](sql::Connection& connection) -> Status {
    MONITORA_ASSIGN(const sql::BlobPart part, found.open());
    constexpr std::string_view kColumns[] = {"document_id"};
    const sql::Param id[] = {p(wanted.document)};
    return connection.insert_blob("document_contents", kColumns, id, "content", found.size, part);
  });
}

}  // namespace

Result<std::unique_ptr<DocumentFiles>> folder_files(const fs::path& folder) {
  std::error_code error;
  const fs::path real = fs::canonical(folder, error);
  if (error || !fs::is_directory(real, error))
    return Status(
        Code::not_found, "no_folder",
        {fmt::format("{} n'est pas un dossier : donnez celui du bucket téléchargé.",
                     folder.string()),
         fmt::format("{} is no folder: give that of the downloaded bucket.", folder.string())});
  std::vector<fs::path> buckets{real};
  for (auto entry = fs::directory_iterator(real, error);
       !error && entry != fs::directory_iterator(); entry.increment(error))
    if (entry->is_directory()) buckets.push_back(entry->path());
  if (error)
    return Status(Code::unavailable, "file_unreadable",
                  {fmt::format("{} ne peut pas être lu : vérifiez ses droits.", folder.string()),
                   fmt::format("{} cannot be read: check its permissions.", folder.string())});
  std::sort(buckets.begin() + 1, buckets.end());
  return std::unique_ptr<DocumentFiles>(std::make_unique<FolderFiles>(real, std::move(buckets)));
}

Result<FetchedFiles> fetch_files(sql::Pool& pool, DocumentFiles* files,
                                 const std::function<void(std::size_t, std::size_t)>& counted) {
  FetchedFiles result;
  MONITORA_ASSIGN(const std::vector<WantedFile> wanted,
                  documents_without_file(pool, result.earlier));
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    std::optional<FoundFile> found;
    if (files != nullptr) {
      MONITORA_ASSIGN(found, files->find(wanted[i]));
    }
    if (found) {
      MONITORA_TRY(store(pool, wanted[i], *found));
      ++result.stored;
      result.bytes += found->size;
      if (wanted[i].size && *wanted[i].size != found->size) result.other_size.push_back(wanted[i]);
    } else {
      result.missing.push_back(wanted[i]);
    }
    if (counted) counted(i + 1, wanted.size());
  }
  return result;
}

}  // namespace monitora::transfer
