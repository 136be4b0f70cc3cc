#include "sql/postgres/session.h"

#include <charconv>
#include <cstring>

#include "sql/errors.h"
#include "sql/postgres/errors.h"
#include "sql/postgres/postgres.h"

namespace monitora::sql {
namespace {

constexpr std::size_t kKept = 256;         // more texts than the stores have
constexpr int kMostRowsToThrowAway = 500;  // of a query that nobody wants any more

bool is_error(ExecStatusType status) {
  return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

}  // namespace

std::int64_t affected_rows(const PGresult* result) {
  const std::string_view count = PQcmdTuples(const_cast<PGresult*>(result));
  std::int64_t rows = 0;
  std::from_chars(count.data(), count.data() + count.size(), rows);
  return rows;
}

bool Session::in_transaction() const {
  if (is_broken()) return false;
  return begin_is_pending() || unanswered_ > 0 || PQtransactionStatus(link_->get()) != PQTRANS_IDLE;
}

Status Session::sent(int ok, std::string_view doing) {
  if (ok != 1) return link_->lost(doing);
  ++unanswered_;
  return {};
}

Status Session::open_transaction() {
  if (is_broken()) return database_unavailable("the connection is closed");
  if (begin_.empty()) return {};
  const std::string begin = std::exchange(begin_, {});
  return send(begin);
}

Status Session::send(std::string_view command) {
  MONITORA_TRY(open_transaction());
  return sent(PQsendQueryParams(link_->get(), std::string(command).c_str(), 0, nullptr, nullptr,
                                nullptr, nullptr, 1),
              command);
}

Status Session::send(const Prepared& statement, Encoded& parameters) {
  MONITORA_TRY(open_transaction());
  return sent(PQsendQueryPrepared(link_->get(), statement.name.c_str(),
                                  static_cast<int>(parameters.count()), parameters.values(),
                                  parameters.lengths(), parameters.formats(), 1),
              statement.text);
}

Result<const Prepared*> Session::prepare(std::string_view text) {
  if (const auto found = by_text_.find(text); found != by_text_.end()) {
    prepared_.splice(prepared_.begin(), prepared_, found->second);
    return &prepared_.front();
  }
  MONITORA_TRY(open_transaction());
  if (prepared_.size() >= kKept) {
    const std::string oldest = prepared_.back().name;
    by_text_.erase(prepared_.back().text);
    prepared_.pop_back();
    MONITORA_TRY(send("DEALLOCATE " + oldest));
  }
  Prepared made;
  made.text = text;
  made.name = "m" + std::to_string(++names_);
  const std::string numbered = numbered_placeholders(text);
  PGconn* connection = link_->get();
  MONITORA_TRY(
      sent(PQsendPrepare(connection, made.name.c_str(), numbered.c_str(), 0, nullptr), text));
  MONITORA_TRY(sent(PQsendDescribePrepared(connection, made.name.c_str()), text));
  MONITORA_TRY(settle(text, [&](const PGresult* described) {
    for (int i = 0; i < PQnparams(described); ++i)
      made.parameters.push_back(PQparamtype(described, i));
    for (int i = 0; i < PQnfields(described); ++i) made.columns.push_back(PQftype(described, i));
    return Status();
  }));
  prepared_.push_front(std::move(made));
  by_text_.emplace(prepared_.front().text, prepared_.begin());
  return &prepared_.front();
}

Status Session::settle(std::string_view doing, const Each& each) {
  if (is_broken()) return database_unavailable("the connection is closed");
  if (PQpipelineSync(link_->get()) != 1) return link_->lost(doing);
  Status first;
  int thrown_away = 0;
  for (int left = std::exchange(unanswered_, 0); left > 0; --left) {
    const bool rows = left == 1 && each;
    if (rows) {
      MONITORA_TRY(link_->flush());
      PQsetSingleRowMode(link_->get());
    }
    for (;;) {
      Result<ResultPtr> next = link_->next();
      if (!next.ok()) return first.ok() ? next.status() : first;
      const PGresult* result = next->get();
      if (result == nullptr) break;
      if (is_error(PQresultStatus(result))) {
        if (PQresultErrorField(result, PG_DIAG_SQLSTATE) == nullptr)
          return first.ok() ? link_->lost(doing) : first;
        if (first.ok()) first = result_status(result, doing);
      } else if (rows && first.ok()) {
        first = each(result);
      } else if (!first.ok() && PQresultStatus(result) == PGRES_SINGLE_TUPLE &&
                 ++thrown_away > kMostRowsToThrowAway) {
        (void)link_->lost(doing);
        return first;
      }
    }
  }
  const Result<ResultPtr> end = link_->next();
  if (!end.ok()) return first.ok() ? end.status() : first;
  if (PQresultStatus(end->get()) != PGRES_PIPELINE_SYNC) (void)link_->lost(doing);
  return first;
}

Status Session::leave_pipeline() {
  MONITORA_TRY(open_transaction());
  if (unanswered_ > 0) MONITORA_TRY(settle("before a script"));
  return PQexitPipelineMode(link_->get()) == 1 ? Status() : link_->lost("leaving the pipeline");
}

// The rest of the results of what was sent outside the pipeline.
Result<std::int64_t> Session::drain(std::string_view doing) {
  Status first;
  std::int64_t rows = 0;
  for (;;) {
    Result<ResultPtr> next = link_->next();
    if (!next.ok()) return first.ok() ? next.status() : first;
    const PGresult* result = next->get();
    if (result == nullptr) break;
    if (is_error(PQresultStatus(result))) {
      if (PQresultErrorField(result, PG_DIAG_SQLSTATE) == nullptr) return link_->lost(doing);
      if (first.ok()) first = result_status(result, doing);
    } else {
      rows = affected_rows(result);
    }
  }
  if (PQenterPipelineMode(link_->get()) != 1) return link_->lost(doing);
  if (!first.ok()) return first;
  return rows;
}

Status Session::run_simple(std::string_view script) {
  MONITORA_TRY(leave_pipeline());
  if (PQsendQuery(link_->get(), std::string(script).c_str()) != 1) return link_->lost("a script");
  return drain(script).status();
}

Result<std::int64_t> Session::copy_in(std::string_view command,
                                      const std::function<Status(const Put& put)>& write) {
  MONITORA_TRY(leave_pipeline());
  if (PQsendQuery(link_->get(), std::string(command).c_str()) != 1) return link_->lost(command);
  {
    MONITORA_ASSIGN(const ResultPtr ready, link_->next());
    if (PQresultStatus(ready.get()) != PGRES_COPY_IN) {
      const Status refused = result_status(ready.get(), command);
      MONITORA_TRY(drain(command).status());
      return refused;
    }
  }
  const Status written = write([&](std::string_view bytes) -> Status {
    if (PQputCopyData(link_->get(), bytes.data(), static_cast<int>(bytes.size())) != 1)
      return link_->lost(command);
    return link_->flush();  // before more comes: what is not sent yet stays small
  });
  if (is_broken()) return written.ok() ? database_unavailable("lost while copying") : written;
  if (PQputCopyEnd(link_->get(), written.ok() ? nullptr : "given up") != 1)
    return link_->lost(command);
  Result<std::int64_t> copied = drain(command);
  if (!written.ok()) return written;
  return copied;
}

}  // namespace monitora::sql
