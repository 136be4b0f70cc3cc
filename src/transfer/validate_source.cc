#include "transfer/validate_source.h"

#include <libpq-fe.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/deadline.h"

namespace monitora::transfer {
namespace {

constexpr int kRowsBetweenLooks = 4096;

struct ResultCloser {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultCloser>;

template <class Int>
Int big_endian(const char* bytes) {
  std::make_unsigned_t<Int> value;
  std::memcpy(&value, bytes, sizeof value);
  if constexpr (sizeof value == 2) value = __builtin_bswap16(value);
  if constexpr (sizeof value == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof value == 8) value = __builtin_bswap64(value);
  return static_cast<Int>(value);
}

Status unreadable() {
  return Status(Code::corrupted, "source_unreadable",
                {"La base source a envoyé une réponse illisible.",
                 "The source database sent an answer that cannot be read."});
}

// Rows of COPY … (FORMAT binary): PostgreSQL's documentation of COPY, "Binary Format".
class CopyRows {
 public:
  explicit CopyRows(std::vector<Field>& fields) : fields_(fields) {}

  // False for the end; the header comes with the first row.
  Result<bool> next(std::string_view data) {
    if (first_) {
      constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
      if (!data.starts_with(kSignature) || data.size() < 19) return unreadable();
      const auto extension = big_endian<std::int32_t>(data.data() + 15);
      if (extension < 0 || data.size() < 19 + static_cast<std::size_t>(extension))
        return unreadable();
      data.remove_prefix(19 + static_cast<std::size_t>(extension));
      first_ = false;
      if (data.empty()) return true;
    }
    if (data.size() < 2) return unreadable();
    const int count = big_endian<std::int16_t>(data.data());
    data.remove_prefix(2);
    fields_.clear();
    if (count < 0) return false;
    for (int i = 0; i < count; ++i) {
      if (data.size() < 4) return unreadable();
      const auto length = big_endian<std::int32_t>(data.data());
      data.remove_prefix(4);
      if (length < 0) {
        fields_.emplace_back();
        continue;
      }
      if (data.size() < static_cast<std::size_t>(length)) return unreadable();
      fields_.emplace_back(data.substr(0, static_cast<std::size_t>(length)));
      data.remove_prefix(static_cast<std::size_t>(length));
    }
    return true;
  }

 private:
  std::vector<Field>& fields_;
  bool first_ = true;
};

}  // namespace

ValidateSource::~ValidateSource() {
  PQfinish(connection_);
}

Status ValidateSource::failed(const std::string& doing) const {
  return Status(Code::unavailable, "source_unavailable",
                {"La base source ne répond pas ou refuse une lecture : " +
                     std::string(PQerrorMessage(connection_)),
                 "The source database does not answer or refuses a read: " +
                     std::string(PQerrorMessage(connection_))},
                doing);
}

Status ValidateSource::run(const std::string& statement) {
  const ResultPtr result(PQexec(connection_, statement.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ? Status() : failed(statement);
}

Result<std::unique_ptr<ValidateSource>> ValidateSource::open(const PostgresSourceOptions& options) {
  const char* const names[] = {"dbname",          "password",        "fallback_application_name",
                               "client_encoding", "connect_timeout", nullptr};
  const char* const values[] = {options.uri.c_str(),
                                options.password.empty() ? nullptr : options.password.c_str(),
                                "monitora migrate validate",
                                "UTF8",
                                "15",
                                nullptr};
  std::unique_ptr<ValidateSource> source(new ValidateSource(PQconnectdbParams(names, values, 1)));
  if (PQstatus(source->connection_) != CONNECTION_OK) return source->failed("connecting");
  // row_security: an error, and never a part of the rows.
  MONITORA_TRY(source->run(
      "SET search_path = pg_catalog; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; "
      "SET extra_float_digits = 1; SET standard_conforming_strings = on; SET row_security = off; "
      "SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; "
      "SET default_transaction_read_only = on"));
  MONITORA_TRY(source->run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  MONITORA_TRY(source->look_around(options.schema));
  return source;
}

Status ValidateSource::look_around(const std::string& schema) {
  tables_.schema = schema;
  MONITORA_TRY(
      read("SELECT CASE WHEN n.nspname = 'auth' THEN 'auth.' ELSE '' END || c.relname, a.attname, "
           "b.typname::text, a.attnotnull::text FROM pg_class c "
           "JOIN pg_namespace n ON n.oid = c.relnamespace "
           "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
           "JOIN pg_type t ON t.oid = a.atttypid "
           "JOIN pg_type b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid) "
           "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (n.nspname = " +
               literal(schema) +
               " OR (n.nspname = 'auth' AND c.relname = 'users' AND has_schema_privilege(n.oid, "
               "'USAGE') "
               "AND has_table_privilege(c.oid, 'SELECT')))",
           [&](std::span<const Field> f) {
             tables_.tables[std::string(*f[0])][std::string(*f[1])] = {std::string(*f[2]),
                                                                       *f[3] == "true"};
             return Status();
           }));
  if (!tables_.has("workspaces") && !tables_.has("messages") && !tables_.has("conversations"))
    return Status(
        Code::invalid_argument, "not_a_source",
        {"Cette base ne contient aucune table de MONITORA dans le schéma « " + schema + " ».",
         "This database has no table of MONITORA in the schema “" + schema + "”."});
  const SourceColumn* index = tables_.find("document_chunks", "chunk_index");
  if (index != nullptr && !index->not_null) {
    MONITORA_ASSIGN(const std::int64_t without,
                    count("SELECT (count(*))::text FROM (SELECT FROM " + std::string("\"") +
                          schema + "\".document_chunks WHERE chunk_index IS NULL LIMIT 1) x"));
    tables_.chunks_without_index = without > 0;
  }
  return {};
}

Result<std::int64_t> ValidateSource::count(const std::string& select) {
  std::int64_t value = 0;
  MONITORA_TRY(read(select, [&](std::span<const Field> f) {
    if (f[0]) std::from_chars(f[0]->data(), f[0]->data() + f[0]->size(), value);
    return Status();
  }));
  return value;
}

Status ValidateSource::read(const std::string& select, const EachFields& each,
                            const std::atomic<bool>* stop) {
  const std::string command = "COPY (" + select + ") TO STDOUT (FORMAT binary)";
  {
    const ResultPtr started(PQexec(connection_, command.c_str()));
    if (PQresultStatus(started.get()) != PGRES_COPY_OUT) return failed(select);
  }
  CopyRows rows(fields_);
  Status first;
  int until_look = kRowsBetweenLooks;
  for (;;) {
    char* data = nullptr;
    const int size = PQgetCopyData(connection_, &data, 0);
    if (size == -1) break;
    if (size < 0) return failed(select);
    const Result<bool> more = rows.next({data, static_cast<std::size_t>(size)});
    if (!more.ok())
      first = more.status();
    else if (*more && !fields_.empty())
      first = each(fields_);
    PQfreemem(data);
    fields_.clear();
    if (--until_look == 0) {
      until_look = kRowsBetweenLooks;
      if ((stop != nullptr && stop->load()) || Deadline::current().expired())
        first = Status::cancelled();
    }
    if (!first.ok()) {
      // The rest is not wanted, and neither is the connection's transaction.
      PQfinish(connection_);
      connection_ = nullptr;
      return first;
    }
  }
  for (;;) {
    const ResultPtr result(PQgetResult(connection_));
    if (!result) return {};
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) return failed(select);
  }
}

const CanonicalRow& SourceRows::row(std::span<const Field> fields) {
  row_.clear();
  for (std::size_t i = 0; i < table_.columns.size(); ++i) add(i, fields[i]);
  return row_;
}

const CanonicalRow& SourceRows::key(std::span<const Field> fields) {
  row_.clear();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i])
      add_value(table_.target->columns[i].kind, *fields[i]);
    else
      row_.null();
  }
  return row_;
}

void SourceRows::add(std::size_t column, const Field& field) {
  const ExpectedColumn& expected = table_.columns[column];
  row_.aside(column > 0 && !table_.is_compared(column, row_.cell(0).value));
  if (!field) return row_.null();
  switch (expected.form) {
    case Form::text:
      return add_value(table_.target->columns[column].kind, *field);
    case Form::list: {
      const std::optional<std::string> list = plain_json(*field);
      return list ? row_.sized(*list) : row_.raw(*field);
    }
    case Form::bytes:
      return row_.sized(*field);
    case Form::vector:
    case Form::vector_text:
    case Form::reals:
      return add_vector(expected.form, *field);
  }
}

void SourceRows::add_value(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::uuid:
      if (const auto id = parse_uuid(text, true)) return row_.uuid(*id);
      break;
    case Kind::integer: {
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error == std::errc() && end == text.data() + text.size()) return row_.integer(value);
      break;
    }
    case Kind::real: {
      double value = 0;
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
      if (error != std::errc() || end != text.data() + text.size()) break;
      if (zero_is_positive_ && value == 0 && std::signbit(value)) {
        ++negative_zeros_;
        value = 0;
      }
      return row_.real(value);
    }
    case Kind::boolean:
      if (text == "true") return row_.integer(1);
      if (text == "false") return row_.integer(0);
      break;
    case Kind::time:
      if (const auto micros = parse_micros(text)) return row_.integer(*micros);
      break;
    default:
      return row_.sized(text);
  }
  row_.raw(text);
}

void SourceRows::add_vector(Form form, std::string_view bytes) {
  vector_.clear();
  const auto add = [&](float value) {
    vector_.append(reinterpret_cast<const char*>(&value), sizeof value);
  };
  if (form == Form::vector) {  // vector_send: dimensions, an unused word, float4 each
    for (std::size_t at = 4; at + 4 <= bytes.size(); at += 4)
      add(std::bit_cast<float>(big_endian<std::int32_t>(bytes.data() + at)));
  } else if (form == Form::reals) {  // array_send: after 20 bytes, length and value each
    for (std::size_t at = 20; at + 4 <= bytes.size();) {
      const auto size = big_endian<std::int32_t>(bytes.data() + at);
      at += 4;
      if ((size != 4 && size != 8) || at + static_cast<std::size_t>(size) > bytes.size())
        return row_.raw("NULL");
      add(size == 4 ? std::bit_cast<float>(big_endian<std::int32_t>(bytes.data() + at))
                    : static_cast<float>(
                          std::bit_cast<double>(big_endian<std::int64_t>(bytes.data() + at))));
      at += static_cast<std::size_t>(size);
    }
  } else {
    const char* at = bytes.data();
    const char* const end = at + bytes.size();
    for (;;) {
      while (at != end && (*at == '[' || *at == ',' || *at == ' ' || *at == '\n')) ++at;
      if (at == end || *at == ']') break;
      float value = 0;
      const auto [next, error] = std::from_chars(at, end, value);
      if (error == std::errc::invalid_argument) return row_.raw(bytes);
      add(value);
      at = next;
    }
  }
  row_.sized(vector_);
}

}  // namespace monitora::transfer
