#include "storage/upsert.h"

#include <string>
#include <vector>

namespace monitora::storage {
namespace {

// "a = ?, b = ?", and the values after those that are there.
std::string assignments(std::span<const Field> fields, std::string_view between,
                        std::vector<sql::Param>& params) {
  std::string text;
  for (const Field& field : fields) {
    if (!text.empty()) text += between;
    text += field.column;
    text += " = ?";
    params.push_back(field.value);
  }
  return text;
}

}  // namespace

Status upsert(sql::Connection& connection, std::string_view table, std::span<const Field> key,
              std::span<const Field> fields, std::span<const Field> only_new) {
  std::vector<sql::Param> params;
  std::string update = "UPDATE " + std::string(table) + " SET ";
  update += assignments(fields, ", ", params);
  update += " WHERE ";
  update += assignments(key, " AND ", params);
  MONITORA_ASSIGN(const auto rows, connection.execute(update, params));
  if (rows > 0) return {};

  params.clear();
  std::string columns, places;
  for (const std::span<const Field> part : {key, fields, only_new})
    for (const Field& field : part) {
      columns += (columns.empty() ? "" : ", ") + std::string(field.column);
      places += places.empty() ? "?" : ", ?";
      params.push_back(field.value);
    }
  return connection.post(
      "INSERT INTO " + std::string(table) + " (" + columns + ") VALUES (" + places + ")", params);
}

Status transact_upsert(sql::Pool& pool, const std::function<Status(sql::Connection&)>& work) {
  Status status = pool.transact(work);
  if (status.key() == "unique_violation") status = pool.transact(work);
  return status;
}

}  // namespace monitora::storage
