#include "storage/changes.h"
#include "storage/cursor.h"
#include "storage/stores.h"

namespace monitora::storage {
namespace {

using sql::Connection;
using sql::p;
using sql::Param;

Status lease_lost() {
  return Status(Code::conflict, "lease_lost",
                {"Cette tâche a été reprise par un autre serveur.",
                 "Another server has taken this task over."});
}

class SqlJobStore final : public JobStore {
 public:
  SqlJobStore(sql::Pool& pool, const Clock& clock) : pool_(pool), clock_(clock) {}

  Result<JobId> enqueue(const std::string& kind, const std::string& payload,
                        Time run_after) override {
    JobId id;
    MONITORA_TRY(pool_.with(Connection::Mode::write, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(id, insert_job(connection, kind, payload, run_after, clock_.now()));
      return {};
    }));
    return id;
  }

  Status enqueue_periodic(const std::string& kind, std::chrono::seconds every) override {
    return pool_.transact([&](Connection& connection) -> Status {
      const Time now = clock_.now();
      bool found = false;
      MONITORA_TRY(
          connection.query("SELECT id FROM jobs WHERE kind = ? AND "
                           "(status IN ('pending', 'running') OR created_at > ?)",
                           {p(kind), p(now - every)}, [&](const sql::Row&) {
                             found = true;
                             return Status();
                           }));
      return found ? Status() : insert_job(connection, kind, "{}", now, now).status();
    });
  }

  Result<std::optional<Job>> lease(const std::string& node, const std::vector<std::string>& kinds,
                                   std::chrono::seconds duration) override {
    if (kinds.empty()) return std::optional<Job>();
    // Finding takes no lock; taking succeeds only if nobody took the job since. A failure means
    // that another node has it, so this ends when nothing is left.
    for (;;) {
      const Time now = clock_.now();
      std::optional<Candidate> found;
      MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) -> Status {
        MONITORA_ASSIGN(found, first_due(connection, "running", "leased_until", kinds, now));
        if (!found) {
          MONITORA_ASSIGN(found, first_due(connection, "pending", "run_after", kinds, now));
        }
        return {};
      }));
      if (!found) return std::optional<Job>();
      bool taken = false;
      MONITORA_TRY(pool_.with(Connection::Mode::write, [&](Connection& connection) -> Status {
        // attempts grows with every lease: unchanged, it says that nobody has leased the job since,
        // and the same time that the owner has not made its lease longer or given the job back.
        MONITORA_ASSIGN(
            const auto rows,
            connection.execute(
                found->running
                    ? "UPDATE jobs SET leased_by = ?, leased_until = ?, attempts = attempts + 1 "
                      "WHERE id = ? AND status = 'running' AND attempts = ? AND leased_until = ?"
                    : "UPDATE jobs SET leased_by = ?, leased_until = ?, attempts = attempts + 1, "
                      "status = 'running' "
                      "WHERE id = ? AND status = 'pending' AND attempts = ? AND run_after = ?",
                {p(node), p(now + duration), p(found->job.id), p(found->job.attempts),
                 p(found->due)}));
        taken = rows == 1;
        return {};
      }));
      if (!taken) continue;
      ++found->job.attempts;
      return std::optional(std::move(found->job));
    }
  }

  Status extend(const std::string& node, const JobId& job, std::chrono::seconds duration) override {
    return change_held(
        "UPDATE jobs SET leased_until = ? "
        "WHERE id = ? AND leased_by = ? AND status = 'running'",
        {p(clock_.now() + duration), p(job), p(node)});
  }

  Status complete(const std::string& node, const JobId& job) override {
    return change_held(
        "UPDATE jobs SET status = 'done', finished_at = ?, leased_by = NULL, "
        "leased_until = NULL, last_error = NULL "
        "WHERE id = ? AND leased_by = ? AND status = 'running'",
        {p(clock_.now()), p(job), p(node)});
  }

  Status fail(const std::string& node, const JobId& job, const std::string& error,
              std::optional<std::chrono::seconds> retry_in) override {
    const Time now = clock_.now();
    if (!retry_in)
      return change_held(
          "UPDATE jobs SET status = 'failed', finished_at = ?, last_error = ?, "
          "leased_by = NULL, leased_until = NULL "
          "WHERE id = ? AND leased_by = ? AND status = 'running'",
          {p(now), p(error), p(job), p(node)});
    return change_held(
        "UPDATE jobs SET status = 'pending', run_after = ?, last_error = ?, "
        "leased_by = NULL, leased_until = NULL "
        "WHERE id = ? AND leased_by = ? AND status = 'running'",
        {p(now + *retry_in), p(error), p(job), p(node)});
  }

  Result<Counts> counts() override {
    Counts counts;
    MONITORA_TRY(pool_.with(Connection::Mode::read, [&](Connection& connection) {
      return connection.query(
          "SELECT status, COUNT(*) FROM jobs "
          "WHERE status IN ('pending', 'running', 'failed') GROUP BY status",
          {}, [&](const sql::Row& row) {
            const std::string_view status = row.text(0);
            if (status == "pending") counts.pending = row.integer(1);
            if (status == "running") counts.running = row.integer(1);
            if (status == "failed") counts.failed = row.integer(1);
            return Status();
          });
    }));
    return counts;
  }

  Status remove_finished(Time before) override {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) {
      return connection
          .execute("DELETE FROM jobs WHERE status IN ('done', 'failed') AND finished_at < ?",
                   {p(before)})
          .status();
    });
  }

 private:
  struct Candidate {
    Job job;  // attempts: the earlier ones
    bool running = false;
    Time due;
  };

  // The longest due job in `status` whose time `due_column` has come.
  static Result<std::optional<Candidate>> first_due(Connection& connection, std::string_view status,
                                                    std::string_view due_column,
                                                    const std::vector<std::string>& kinds,
                                                    Time now) {
    std::string statement = "SELECT id, kind, payload, attempts, ";
    statement += due_column;
    statement += " FROM jobs WHERE status = ? AND ";
    statement += due_column;
    statement += " <= ? AND kind IN (?";
    std::vector<Param> params{p(status), p(now)};
    for (const std::string& kind : kinds) params.push_back(p(kind));
    for (std::size_t i = 1; i < kinds.size(); ++i) statement += ", ?";
    statement += ") ORDER BY ";
    statement += due_column;
    append_limit(connection.dialect(), 1, statement, params);
    std::optional<Candidate> found;
    MONITORA_TRY(connection.query(statement, params, [&](const sql::Row& row) {
      found.emplace();
      found->job = {JobId(row.uuid(0)), std::string(row.text(1)), std::string(row.text(2)),
                    static_cast<int>(row.integer(3))};
      found->running = status == "running";
      found->due = row.time(4);
      return Status();
    }));
    return found;
  }

  Status change_held(std::string_view statement, std::initializer_list<Param> params) {
    return pool_.with(Connection::Mode::write, [&](Connection& connection) -> Status {
      MONITORA_ASSIGN(const auto rows, connection.execute(statement, params));
      return rows == 1 ? Status() : lease_lost();
    });
  }

  sql::Pool& pool_;
  const Clock& clock_;
};

}  // namespace

std::unique_ptr<JobStore> make_job_store(sql::Pool& pool, const Clock& clock) {
  return std::make_unique<SqlJobStore>(pool, clock);
}

}  // namespace monitora::storage
