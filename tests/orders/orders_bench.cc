// How long an order's answer takes beyond the database's own time, with connections that are warm.
// Usage: ctest's servers in MONITORA_TEST_POSTGRES_DIR and MONITORA_TEST_MARIADB_DIR; see
// bench/orders/run.sh.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "orders/shop.h"

namespace {

using namespace monitora;
using Clock = std::chrono::steady_clock;

constexpr int kOrders = 100'000;
constexpr int kAnswers = 300;

double at(std::vector<double>& times, double share) {
  std::ranges::sort(times);
  return times[static_cast<std::size_t>(share * static_cast<double>(times.size() - 1))];
}

double since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void measure(orders::Shop& shop, OrderMapping::Claim claim, const std::string& name) {
  if (!shop.use(claim).ok()) return;
  std::vector<double> answers, statements;
  for (int i = 0; i < kAnswers; ++i) {
    const int customer = 1 + i * 31 % (kOrders / 10);
    const VisitorIdentity identity{std::to_string(customer),
                                   fmt::format("client{}@example.com", customer)};
    const auto start = Clock::now();
    const auto answer = shop.ask(identity, "Où en sont mes commandes ?");
    answers.push_back(since(start));
    if (!answer.ok() || answer->sql.empty()) return;
    const auto again = Clock::now();
    (void)shop.server->first_column(answer->sql);
    statements.push_back(since(again));
  }
  fmt::print("| {} | {:.2f} ms | {:.2f} ms | {:.2f} ms | {:.2f} ms | {:.2f} ms |\n", name,
             at(answers, 0.5), at(statements, 0.5), at(answers, 0.5) - at(statements, 0.5),
             at(answers, 0.95), at(statements, 0.95));
}

}  // namespace

int main() {
  for (const auto find : {orders::Postgres::find, orders::Mariadb::find}) {
    auto server = find();
    if (!server) return 1;
    const bool is_postgres = server->database.engine == ExternalEngine::postgres;
    orders::Shop shop(std::move(server), kOrders);
    shop.server->run(is_postgres ? "ANALYZE" : "ANALYZE TABLE orders, customers");
    const std::string name = is_postgres ? "PostgreSQL" : "MariaDB";
    measure(shop, OrderMapping::Claim::email, name + ", by e-mail");
    measure(shop, OrderMapping::Claim::sub, name + ", by customer id");
  }
}
