// Many rows, and large values.
#include <algorithm>

#include "sql/errors.h"
#include "sql/odbc/connection.h"

namespace monitora::sql::odbc {
namespace {

constexpr std::size_t kReadBytes = 4 * 1024 * 1024;  // of a large value, asked at a time
constexpr std::size_t kPartBytes = 256 * 1024;

// INSERT INTO [table] ([a],[b]) VALUES (?,?)
std::string insert_text(std::string_view table, std::span<const std::string_view> columns) {
  std::string names, places;
  for (const std::string_view column : columns) {
    names += (names.empty() ? "" : ",") + bracketed(column);
    places += places.empty() ? "?" : ",?";
  }
  return "INSERT INTO " + bracketed(table) + " (" + names + ") VALUES (" + places + ")";
}

}  // namespace

Result<std::int64_t> OdbcConnection::insert_many(
    std::string_view table, std::span<const std::string_view> columns,
    const std::function<Result<bool>(std::span<Param> row)>& next) {
  const std::string text = insert_text(table, columns);
  std::vector<Param> row(columns.size(), Param(nullptr));
  for (std::int64_t count = 0;; ++count) {
    MONITORA_ASSIGN(const bool more, next(row));
    if (!more) return count;
    MONITORA_TRY(execute(text, Params(row)).status());
  }
}

Status OdbcConnection::insert_blob(std::string_view table,
                                   std::span<const std::string_view> columns, Params values,
                                   std::string_view blob_column, std::int64_t size,
                                   const BlobPart& part) {
  std::vector<std::uint8_t> all(static_cast<std::size_t>(size) + 1);
  std::size_t at = 0;
  for (;;) {
    MONITORA_TRY(ready());
    MONITORA_ASSIGN(const std::size_t count, part(std::span(all).subspan(at)));
    if (count == 0) break;
    at += count;
    if (at > static_cast<std::size_t>(size))
      return Status::internal("a blob longer than announced");
  }
  if (at != static_cast<std::size_t>(size))
    return Status::internal("a blob shorter than announced");
  std::vector<std::string_view> names(columns.begin(), columns.end());
  names.push_back(blob_column);
  std::vector<Param> params(values.begin(), values.end());
  params.emplace_back(BytesView(all.data(), at));
  return execute(insert_text(table, names), Params(params)).status();
}

Status OdbcConnection::read_blob(std::string_view table, std::string_view blob_column,
                                 std::string_view key_column, Param key,
                                 const std::function<Status(BytesView)>& part) {
  // In slices that the server cuts: a driver that reads whole rows never holds more than one.
  const std::string blob = bracketed(blob_column);
  const std::string text = "SELECT DATALENGTH(" + blob + "), SUBSTRING(" + blob + ", ?, " +
                           std::to_string(kReadBytes) + ") FROM " + bracketed(table) + " WHERE " +
                           bracketed(key_column) + " = ?";
  std::int64_t size = -1;
  for (std::int64_t at = 0; at != size;) {
    bool found = false;
    const Param params[] = {p(at + 1), key};
    MONITORA_TRY(query(text, params, [&](const Row& row) -> Status {
      found = true;
      if (size >= 0 && size != row.integer(0)) return Status::internal("a blob that changed");
      size = row.integer(0);
      const BytesView slice = row.bytes(1);
      if (slice.empty() && at != size) return Status::internal("a blob that ends too early");
      for (std::size_t done = 0; done < slice.size(); done += kPartBytes)
        MONITORA_TRY(part(slice.subspan(done, std::min(kPartBytes, slice.size() - done))));
      at += static_cast<std::int64_t>(slice.size());
      return {};
    }));
    if (!found) return Status::not_found("row_not_found");
  }
  return {};
}

}  // namespace monitora::sql::odbc
