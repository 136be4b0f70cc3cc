// MySQL and MariaDB, on libmariadb's non-blocking calls, so that no wait is longer than the
// deadline. They do block in places (TLS is negotiated on a blocking socket), and do not come back
// as long as bytes come: a SocketWatch ends that.
#include <arpa/inet.h>
#include <fcntl.h>
#include <mysql.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <charconv>
#include <chrono>
#include <cstring>

#include "base/deadline.h"
#include "external/errors.h"
#include "external/pinned_address.h"
#include "external/session.h"
#include "external/socket_watch.h"
#include "external/values.h"

namespace monitora::external {
namespace {

// Errors of the client (errmsg.h) and of the server (mysqld_error.h), by their numbers, which are
// the same in MySQL and MariaDB.
enum : unsigned {
  kAccessDeniedToDatabase = 1044,
  kAccessDenied = 1045,
  kUnknownDatabase = 1049,
  kAmbiguous = 1052,
  kUnknownColumn = 1054,
  kTableDenied = 1142,
  kColumnDenied = 1143,
  kNoSuchTable = 1146,
  kQueryInterrupted = 1317,
  kTableNotLocked = 1100,
  kMaxStatementTime = 1969,
  kMaxExecutionTime = 3024,
  kServerLost = 2013,
  kTlsRequired = 2026,
  kFirstOfClient = 2000,
  kLastOfClient = 2999,
  kAccountLocked = 3118,
};

constexpr unsigned kLargestAnswer = 8 << 20;             // of one row
constexpr auto kSlice = std::chrono::milliseconds(100);  // a stop request is seen within
constexpr auto kGoodbye = std::chrono::seconds(1);
// How a password may be asked for. Others would give it away in the clear (mysql_clear_password),
// or have the server ask whoever sits at our terminal (dialog).
constexpr const char* kLogins =
    "mysql_native_password,caching_sha2_password,sha256_password,client_ed25519";

class MysqlSession final : public Session {
 public:
  explicit MysqlSession(const Target& target) : target_(target) { mysql_init(&mysql_); }
  ~MysqlSession() override {
    const SocketWatch watch(Deadline::in(kGoodbye), socket());
    mysql_close(&mysql_);
  }

  Status connect() {
    const ExternalDatabase& database = target_.database;
    const my_bool on = 1, off = 0;
    const unsigned seconds = 5, no_local_files = 0;
    const unsigned long largest = kLargestAnswer;
    mysql_options(&mysql_, MYSQL_OPT_NONBLOCK, nullptr);
    mysql_options(&mysql_, MYSQL_OPT_CONNECT_TIMEOUT, &seconds);
    mysql_options(&mysql_, MYSQL_OPT_LOCAL_INFILE, &no_local_files);
    mysql_options(&mysql_, MYSQL_OPT_MAX_ALLOWED_PACKET, &largest);
    mysql_options(&mysql_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    mysql_options(&mysql_, MARIADB_OPT_RESTRICTED_AUTH, kLogins);
    const unsigned tcp = MYSQL_PROTOCOL_TCP;
    mysql_options(&mysql_, MYSQL_OPT_PROTOCOL, &tcp);
    if (target_.verify) {
      mysql_options(&mysql_, MYSQL_OPT_SSL_ENFORCE, &on);
      mysql_options(&mysql_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &on);
      mysql_options(&mysql_, MYSQL_OPT_SSL_CA, target_.authorities.c_str());
    } else {
      mysql_options(&mysql_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &off);
      if (encrypt_) mysql_options(&mysql_, MYSQL_OPT_SSL_ENFORCE, &on);
    }
    // The certificate is compared with what we connect to, so it has to be the name where one is to
    // be verified; the name leads to the checked address, and that it did is looked at before
    // anything is asked.
    const std::string& host = target_.verify ? database.host : target_.address;
    const PinnedAddress pin(target_.address);
    SocketWatch watch(Deadline::current());
    MYSQL* connected = nullptr;
    const int waiting = mysql_real_connect_start(
        &connected, &mysql_, host.c_str(), database.user.c_str(), target_.password.c_str(),
        database.name.c_str(), static_cast<unsigned>(database.port), nullptr, 0);
    // The first time that it waits is for the connection to be there: the socket is watched from
    // then on.
    Status waited = wait(waiting, [&](int ready) {
      watch.hold(socket());
      return mysql_real_connect_cont(&connected, &mysql_, ready);
    });
    if (waited.ok() && connected == nullptr) waited = given_up();
    if (waited.code() == Code::cancelled) return waited;
    if (!waited.ok()) return connect_failed(waited.to_string());
    if (connected == nullptr) return connection_status();
    // It left the socket blocking, and reads it as if it were not.
    ::fcntl(socket(), F_SETFL, ::fcntl(socket(), F_GETFL) | O_NONBLOCK);
    if (!is_checked_peer()) return connect_failed("the name led elsewhere");
    const bool maria = server_version().starts_with("MariaDB");
    return command(
        std::string("SET SESSION sql_mode = 'STRICT_TRANS_TABLES', SESSION time_zone = '+00:00', "
                    "SESSION wait_timeout = 120, SESSION lock_wait_timeout = 2, SESSION ") +
        (maria ? "max_statement_time = 10" : "max_execution_time = 10000"));
  }

  // Whether it failed for want of TLS at the server's end.
  bool lacks_tls() { return mysql_errno(&mysql_) == kTlsRequired; }
  void without_tls() { encrypt_ = false; }

  std::string server_version() const override {
    const std::string version = mysql_get_server_info(const_cast<MYSQL*>(&mysql_));
    const bool maria = version.find("Maria") != std::string::npos;
    return (maria ? "MariaDB " : "MySQL ") + version.substr(0, version.find('-'));
  }

  Result<bool> can_write() override {
    MONITORA_ASSIGN(const ExternalRows rows, run("SHOW GRANTS", {}));
    for (const auto& row : rows.rows) {
      const auto* grant = row.empty() ? nullptr : std::get_if<std::string>(&row[0]);
      if (grant == nullptr || writes(*grant)) return true;
    }
    return false;
  }

  Result<std::vector<ExternalTable>> tables() override {
    MONITORA_ASSIGN(
        const ExternalRows rows,
        // What refers to what is looked up once, not for each column: there may be thousands.
        run("SELECT c.TABLE_SCHEMA, c.TABLE_NAME, t.TABLE_TYPE <> 'BASE TABLE', "
            "IF(t.TABLE_TYPE = 'BASE TABLE', t.TABLE_COMMENT, ''), c.COLUMN_NAME, c.COLUMN_TYPE, "
            "c.IS_NULLABLE = 'YES', c.COLUMN_COMMENT, c.COLUMN_KEY = 'PRI', COALESCE(k.refs, '') "
            "FROM information_schema.COLUMNS c JOIN information_schema.TABLES t ON t.TABLE_SCHEMA "
            "= c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME LEFT JOIN (SELECT TABLE_NAME, "
            "COLUMN_NAME, MIN(CONCAT_WS('.', REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, "
            "REFERENCED_COLUMN_NAME)) AS refs FROM information_schema.KEY_COLUMN_USAGE WHERE "
            "TABLE_SCHEMA = DATABASE() AND REFERENCED_TABLE_NAME IS NOT NULL GROUP BY TABLE_NAME, "
            "COLUMN_NAME) k ON k.TABLE_NAME = c.TABLE_NAME AND k.COLUMN_NAME = c.COLUMN_NAME "
            "WHERE c.TABLE_SCHEMA = DATABASE() AND c.PRIVILEGES LIKE '%select%' "
            "ORDER BY c.TABLE_SCHEMA, c.TABLE_NAME, c.ORDINAL_POSITION",
            {.rows = 50'000, .bytes = 16 << 20}));
    return tables_of(rows);
  }

  Result<ExternalRows> run(const std::string& sql, const Bounds& bounds) override {
    MONITORA_TRY(command("START TRANSACTION READ ONLY"));
    Result<ExternalRows> rows = rows_of(sql, bounds);
    if (!usable_) return rows;
    const Status ended = command("ROLLBACK");
    if (rows.ok() && !ended.ok()) return ended;
    return rows;
  }

  bool is_usable() override {
    if (!usable_) return false;
    pollfd watched{socket(), POLLIN, 0};
    usable_ = ::poll(&watched, 1, 0) == 0;  // it says something unasked: its end
    return usable_;
  }

 private:
  // "GRANT SELECT, SHOW VIEW ON `shop`.* TO …": anything but reading is writing.
  static bool writes(const std::string& grant) {
    if (!grant.starts_with("GRANT ")) return false;
    const std::string_view rights = std::string_view(grant).substr(6, grant.find(" ON ") - 6);
    for (const char* word :
         {"ALL",    "INSERT",   "UPDATE",  "DELETE",     "CREATE", "DROP",  "ALTER",
          "FILE",   "SUPER",    "EXECUTE", "TRIGGER",    "EVENT",  "GRANT", "LOCK",
          "RELOAD", "SHUTDOWN", "PROCESS", "REFERENCES", "INDEX",  "ADMIN"})
      if (rights.find(word) != std::string_view::npos) return true;
    return grant.find("WITH GRANT OPTION") != std::string::npos;
  }

  // Goes on with a call of libmariadb's until it is done.
  template <class Go>
  Status wait(int waiting, const Go& go) {
    while (waiting != 0) {
      if (const Status why = given_up(); !why.ok()) {
        // Not left where it is: it holds memory, and finds its socket shut.
        while (waiting != 0) waiting = go(waiting | MYSQL_WAIT_TIMEOUT);
        return why;
      }
      pollfd watched{socket(), 0, 0};
      if ((waiting & MYSQL_WAIT_READ) != 0) watched.events |= POLLIN;
      if ((waiting & MYSQL_WAIT_WRITE) != 0) watched.events |= POLLOUT;
      if ((waiting & MYSQL_WAIT_EXCEPT) != 0) watched.events |= POLLPRI;
      const int ready =
          ::poll(&watched, 1, static_cast<int>(Deadline::current().left(kSlice).count()));
      if (ready <= 0) continue;
      int told = 0;
      if ((watched.revents & (POLLIN | POLLHUP | POLLERR)) != 0) told |= MYSQL_WAIT_READ;
      if ((watched.revents & POLLOUT) != 0) told |= MYSQL_WAIT_WRITE;
      if ((watched.revents & POLLPRI) != 0) told |= MYSQL_WAIT_EXCEPT;
      waiting = go(told & waiting);
    }
    return {};
  }

  // Why no more is waited for, if so.
  Status given_up() {
    const Deadline& deadline = Deadline::current();
    if (deadline.stop().stop_requested()) return broken(Status::cancelled());
    if (deadline.expired()) return broken(database_timeout("deadline"));
    return {};
  }

  Status broken(Status why) {
    usable_ = false;
    // mysql_close() would otherwise wait for what the server still sends.
    if (socket() >= 0) ::shutdown(socket(), SHUT_RDWR);
    return why;
  }

  int socket() { return static_cast<int>(mysql_get_socket(&mysql_)); }

  bool is_checked_peer() {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    char text[INET6_ADDRSTRLEN] = "";
    if (::getpeername(socket(), reinterpret_cast<sockaddr*>(&peer), &length) != 0) return false;
    if (peer.ss_family == AF_INET)
      ::inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in*>(&peer)->sin_addr, text, sizeof text);
    else
      ::inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6*>(&peer)->sin6_addr, text, sizeof text);
    return target_.address == text;
  }

  Status command(const std::string& sql) {
    const SocketWatch watch(Deadline::current(), socket());
    int failed = 0;
    MONITORA_TRY(wait(mysql_real_query_start(&failed, &mysql_, sql.data(), sql.size()),
                      [&](int ready) { return mysql_real_query_cont(&failed, &mysql_, ready); }));
    return failed == 0 ? Status() : statement_status();
  }

  Result<ExternalRows> rows_of(const std::string& sql, const Bounds& bounds) {
    MONITORA_TRY(command(sql));
    const SocketWatch watch(Deadline::current(), socket());
    MYSQL_RES* result = mysql_use_result(&mysql_);
    if (result == nullptr) return statement_status();
    ExternalRows rows;
    const Status read = read_rows(result, rows, bounds);
    // Freeing reads the rest; of what was cut short the rest may be long.
    if (!read.ok() || rows.truncated) (void)broken({});
    mysql_free_result(result);
    if (!read.ok()) return read;
    return rows;
  }

  Status read_rows(MYSQL_RES* result, ExternalRows& rows, const Bounds& bounds) {
    const unsigned count = mysql_num_fields(result);
    const MYSQL_FIELD* fields = mysql_fetch_fields(result);
    for (unsigned i = 0; i < count; ++i) rows.columns.emplace_back(fields[i].name);
    std::size_t bytes = 0;
    for (;;) {
      MYSQL_ROW row = nullptr;
      MONITORA_TRY(wait(mysql_fetch_row_start(&row, result),
                        [&](int ready) { return mysql_fetch_row_cont(&row, result, ready); }));
      if (row == nullptr && was_too_large()) {
        rows.truncated = true;  // a row that is larger than all that we take
        return {};
      }
      if (row == nullptr) return mysql_errno(&mysql_) == 0 ? Status() : statement_status();
      const unsigned long* lengths = mysql_fetch_lengths(result);
      std::vector<ExternalValue> values;
      for (unsigned i = 0; i < count; ++i) {
        bytes += 2 + (row[i] != nullptr ? lengths[i] : 0);
        if (row[i] == nullptr)
          values.emplace_back(nullptr);
        else if (IS_NUM(fields[i].type))
          values.push_back(number_value({row[i], lengths[i]}));
        else
          values.push_back(text_value({row[i], lengths[i]}));
      }
      if (rows.rows.size() == bounds.rows || bytes > bounds.bytes) {
        rows.truncated = true;
        return {};
      }
      rows.rows.push_back(std::move(values));
    }
  }

  // libmariadb says of a packet beyond its largest, too, that the server was lost; but what failed
  // was not the socket.
  bool was_too_large() const {
    constexpr unsigned kNotTheSocket = 1;
    return mysql_.net.last_errno == kServerLost && mysql_.net.error == kNotTheSocket;
  }

  std::string detail() { return std::to_string(mysql_errno(&mysql_)) + " " + mysql_error(&mysql_); }

  Status connection_status() {
    switch (mysql_errno(&mysql_)) {
      case kAccessDenied:
      case kAccountLocked:
        return login_failed(detail());
      case kUnknownDatabase:
      case kAccessDeniedToDatabase:
        return database_missing(detail());
      case kTlsRequired:
        return tls_failed(detail());
      default:
        return connect_failed(detail());
    }
  }

  Status statement_status() {
    const unsigned code = mysql_errno(&mysql_);
    switch (code) {
      case kMaxStatementTime:
      case kMaxExecutionTime:
      case kQueryInterrupted:
        return database_timeout(detail());
      case kUnknownColumn:
      case kNoSuchTable:
      case kAmbiguous:
        return statement_failed(why::unknown_name(), detail());
      case kTableDenied:
      case kColumnDenied:
        return statement_failed(why::not_permitted(), detail());
      default:
        break;
    }
    if (code >= kFirstOfClient && code <= kLastOfClient) {
      MONITORA_TRY(given_up());  // then it is our own end of the connection that was lost
      return broken(database_failed(detail()));
    }
    return statement_failed(why::other(), detail());
  }

  const Target target_;
  MYSQL mysql_;
  bool encrypt_ = true;
  bool usable_ = true;
};

}  // namespace

Result<std::unique_ptr<Session>> open_mysql(const Target& target) {
  auto session = std::make_unique<MysqlSession>(target);
  Status status = session->connect();
  if (status.key() == "tls_failed" && !target.verify && session->lacks_tls()) {
    session = std::make_unique<MysqlSession>(target);
    session->without_tls();
    status = session->connect();
  }
  MONITORA_TRY(status);
  return std::unique_ptr<Session>(std::move(session));
}

}  // namespace monitora::external
