// One session with a PostgreSQL server: its prepared statements and what has been sent but not yet
// answered. Used by this driver only, by one thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sql/connection.h"
#include "sql/postgres/link.h"
#include "sql/postgres/values.h"

namespace monitora::sql {

// A statement as the server knows it.
struct Prepared {
  std::string text;  // with `?`
  std::string name;
  std::vector<Oid> parameters;
  std::vector<Oid> columns;
};

class Session {
 public:
  explicit Session(std::unique_ptr<Link> link) : link_(std::move(link)) {}

  Link& link() { return *link_; }
  bool is_broken() const { return link_->is_broken(); }
  bool in_transaction() const;

  // BEGIN goes out with the next statement.
  void begin_with_next(std::string_view begin) { begin_ = begin; }
  bool begin_is_pending() const { return !begin_.empty(); }
  void forget_begin() { begin_.clear(); }

  // The statement as prepared on this session; one round trip the first time.
  Result<const Prepared*> prepare(std::string_view text);
  // Sent with whatever comes next, or at the next settle().
  Status send(const Prepared& statement, Encoded& parameters);
  Status send(std::string_view command);
  // Ends what was sent and waits for all of it: the first error, if any. `each` gets the results of
  // the last command, a row at a time.
  using Each = std::function<Status(const PGresult*)>;
  Status settle(std::string_view doing, const Each& each = {});

  // Outside the pipeline: several statements at once, or COPY … FROM STDIN, whose bytes `write`
  // hands to `put` part by part. Answers the count of the last command's tag.
  Status run_simple(std::string_view script);
  using Put = std::function<Status(std::string_view bytes)>;
  Result<std::int64_t> copy_in(std::string_view command,
                               const std::function<Status(const Put& put)>& write);

 private:
  Status open_transaction();
  Status sent(int ok, std::string_view doing);
  Status leave_pipeline();
  Result<std::int64_t> drain(std::string_view doing);

  std::unique_ptr<Link> link_;
  std::string begin_;
  int unanswered_ = 0;  // commands
  std::int64_t names_ = 0;
  std::list<Prepared> prepared_;  // the latest used first
  std::unordered_map<std::string_view, std::list<Prepared>::iterator> by_text_;
};

// The count in a command's tag: "INSERT 0 5" → 5.
std::int64_t affected_rows(const PGresult* result);

}  // namespace monitora::sql
