// sql_run URL query|script TEXT: lets a test look at its database, whichever it is. A query's rows
// come out by their first column, one a line.
#include <fmt/format.h>

#include <string_view>

#include "apps/database.h"

int main(int argc, char** argv) {
  using namespace monitora;
  if (argc != 4) return 2;
  const auto settings = config::load({{"DATABASE_URL", argv[1]}}, {});
  if (!settings.ok()) {
    fmt::print(stderr, "{}\n", settings.status().sentence().en);
    return 2;
  }
  const auto pool = apps::open_pool(*settings);
  const Status status =
      !pool.ok() ? pool.status()
                 : (*pool)->with(sql::Connection::Mode::write, [&](sql::Connection& connection) {
                     if (argv[2] == std::string_view("script"))
                       return connection.run_script(argv[3]);
                     return connection.query(argv[3], {}, [](const sql::Row& row) {
                       fmt::print("{}\n", row.text(0));
                       return Status();
                     });
                   });
  if (!status.ok()) fmt::print(stderr, "{}\n", status.to_string());
  return status.ok() ? 0 : 1;
}
