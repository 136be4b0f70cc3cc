#include "storage/changes.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;

class SqlAuditLog final : public AuditLog {
 public:
  SqlAuditLog(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Status append(const Entry& entry) override {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection
          .execute(
              "INSERT INTO audit_log (at, actor, action, workspace_id, target, ip_address, detail) "
              "VALUES (?, ?, ?, ?, ?, ?, ?)",
              {p(clock_.now()), p(entry.actor), p(entry.action), p(entry.workspace_id),
               p_or_null(entry.target), p_or_null(entry.ip_address), p_or_null(entry.detail)})
          .status();
    });
  }

 private:
  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<AuditLog> make_audit_log(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlAuditLog>(pool, clock);
}

}  // namespace monitora::storage
