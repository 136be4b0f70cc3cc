// What the guard on customers' databases lets through of the sets of statements in
// src/external/testdata, and how long it takes. Usage, at the root of the sources: guard_bench
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "external/guard.h"
#include "external/shop_test.h"

int main() {
  using namespace monitora::external;
  using Clock = std::chrono::steady_clock;
  fmt::print(
      "| dialect | hostile statements | let through | benign | let through | µs, p50 | µs, p99 "
      "|\n");
  fmt::print("|---|---|---|---|---|---|---|\n");
  bool holds = true;
  std::size_t all = 0, passed = 0;
  for (const auto engine : kEngines) {
    const auto tables = readable_shop_tables(engine);
    std::vector<double> times;
    const auto let_through = [&](const std::vector<std::string>& texts) {
      std::size_t count = 0;
      for (const std::string& text : texts) {
        const auto start = Clock::now();
        count += guard_statement(engine, text, tables, 1001).ok() ? 1U : 0U;
        times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
      }
      return count;
    };
    const auto hostile = statements("hostile", engine), benign = statements("benign", engine);
    const std::size_t bad = let_through(hostile), good = let_through(benign);
    std::ranges::sort(times);
    fmt::print("| {} | {} | {} | {} | {} | {:.0f} | {:.0f} |\n", monitora::to_string(engine),
               hostile.size(), bad, benign.size(), good, times[times.size() / 2],
               times[times.size() * 99 / 100]);
    holds = holds && bad == 0 && hostile.size() >= 300;
    all += benign.size();
    passed += good;
  }
  fmt::print("\n{} of {} benign statements let through ({:.1f} %)\n", passed, all,
             100.0 * static_cast<double>(passed) / static_cast<double>(all));
  return holds && passed * 100 >= all * 98 ? 0 : 1;
}
