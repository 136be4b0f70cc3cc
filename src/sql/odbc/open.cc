#include <map>
#include <memory>
#include <mutex>

#include "base/deadline.h"
#include "sql/errors.h"
#include "sql/odbc/connection.h"
#include "sql/odbc/connection_string.h"
#include "sql/odbc/sqlserver.h"
#include "sql/odbc/utf16.h"
#include "sql/odbc/watchdog.h"

namespace monitora::sql {

using namespace odbc;  // this room's own

namespace {

// One connection at a time opens to a server: that is how its socket is told from the others'. Not
// one to a port: a silent server would keep the others from being reached.
class Turn {
 public:
  // Waits until `until`; taken() says whether it came.
  Turn(const Endpoint& server, Deadline::SteadyClock::time_point until)
      : mutex_(mutex_of(server)), taken_(mutex_->try_lock_until(until)) {}
  ~Turn() {
    if (taken_) mutex_->unlock();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  bool taken() const { return taken_; }

 private:
  // One that nobody holds any more is forgotten.
  static std::shared_ptr<std::timed_mutex> mutex_of(const Endpoint& server) {
    static std::mutex guard;
    static std::map<Endpoint, std::weak_ptr<std::timed_mutex>> mutexes;
    const std::lock_guard lock(guard);
    std::erase_if(mutexes, [](const auto& each) { return each.second.expired(); });
    auto mutex = mutexes[server].lock();
    if (!mutex) {
      mutex = std::make_shared<std::timed_mutex>();
      mutexes[server] = mutex;
    }
    return mutex;
  }
  const std::shared_ptr<std::timed_mutex> mutex_;
  const bool taken_;
};

}  // namespace

SqlServerOptions sqlserver_options(const config::SqlServerAddress& address) {
  SqlServerOptions options;
  options.host = address.host;
  options.port = address.port;
  options.database = address.database;
  options.user = address.user;
  options.password = address.password;
  options.driver = address.driver;
  options.encrypt = address.encrypt == "no"       ? Encryption::no
                    : address.encrypt == "strict" ? Encryption::strict
                                                  : Encryption::yes;
  options.trust_server_certificate = address.trust_server_certificate;
  options.server_certificate = address.server_certificate;
  options.read_only_intent = address.read_only_intent;
  options.multi_subnet_failover = address.multi_subnet_failover;
  return options;
}

Result<std::unique_ptr<Connection>> open_sqlserver(const SqlServerOptions& options,
                                                   Connection::Mode mode) {
  MONITORA_TRY(check_deadline());
  MONITORA_ASSIGN(const OdbcDriver driver, find_driver(options.driver));
  MONITORA_ASSIGN(const std::string text, connection_string(options, driver, mode));
  const auto patience = Deadline::current().left(std::chrono::milliseconds(options.login_timeout));
  const ScopedDeadline within(
      Deadline::in(patience, Deadline::current().stop()));  // for the session's setting up, too

  SQLHANDLE environment = odbc_environment();
  if (environment == nullptr) return database_unavailable("no ODBC environment");
  Handle<SQL_HANDLE_DBC> dbc(environment);
  if (!dbc) return open_status_of(diagnostics_of(SQL_HANDLE_ENV, environment), false);
  const auto seconds = std::max<std::int64_t>(1, (patience.count() + 999) / 1000);
  ::SQLSetConnectAttrW(dbc.get(), SQL_ATTR_LOGIN_TIMEOUT, reinterpret_cast<SQLPOINTER>(seconds),
                       SQL_IS_UINTEGER);

  const Endpoint server = endpoint_of(options.host, options.port);
  Socket socket;
  {
    const Turn turn(server, Deadline::current().at());
    if (!turn.taken()) return database_unavailable("others wait for this server's login");
    const SocketFinder finder(server);
    std::u16string wide_text = to_utf16(text);
    // The drivers' login timeout is one of each read.
    const WatchedCall watched(Deadline::current(), finder);
    const SQLRETURN code = ::SQLDriverConnectW(dbc.get(), nullptr, wide(wide_text),
                                               static_cast<SQLSMALLINT>(wide_text.size()), nullptr,
                                               0, nullptr, SQL_DRIVER_NOPROMPT);
    if (!SQL_SUCCEEDED(code))
      return open_status_of(diagnostics_of(SQL_HANDLE_DBC, dbc.get()),
                            options.encrypt != Encryption::no && !options.trust_server_certificate);
    socket = finder.find();
  }
  auto connection = std::make_unique<OdbcConnection>(std::move(dbc), driver.kind, socket);
  MONITORA_TRY(connection->prepare_session());
  return std::unique_ptr<Connection>(std::move(connection));
}

void limit_received(Connection& connection, std::uint64_t bytes) {
  static_cast<OdbcConnection&>(connection).limit_received(bytes);
}

std::unique_ptr<Pool> make_sqlserver_pool(const SqlServerOptions& options) {
  Pool::Options pool;
  pool.database = Database::sqlserver;
  pool.writers = options.writers;
  pool.readers = options.readers;
  pool.readers_lag = options.read_only_intent;  // on a secondary
  return std::make_unique<Pool>(
      [options](Connection::Mode mode) { return open_sqlserver(options, mode); }, pool);
}

}  // namespace monitora::sql
