// How questions are told apart. Usage: routing_bench [-v] MODEL_FILE SET…
// A line of SET: o, d or t (the asker's orders, the database's data, the documents), a tab, the
// question. Prints a row of a table for each file: how many are right, and how long the decision
// takes beyond the embedding; with -v first, what was judged wrongly.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>

#include "app/data_router.h"
#include "base/text.h"
#include "llm/embedding_model.h"

int main(int argc, char** argv) {
  using namespace monitora;
  using Clock = std::chrono::steady_clock;
  int next = 1;
  const bool verbose = argc > 1 && std::strcmp(argv[1], "-v") == 0;
  next += verbose;
  if (next >= argc) return 2;
  const auto embedder = llm::load_builtin_embedder(argv[next], {.workers = 1});
  if (!embedder.ok()) return 1;
  DataRouter router(**embedder);
  constexpr std::string_view kLabels = "tod";  // in the order of DataRoute
  for (++next; next < argc; ++next) {
    std::ifstream file(argv[next]);
    int asked = 0, right = 0;
    std::vector<double> milliseconds;
    for (std::string line; std::getline(file, line);) {
      const auto fields = split(line, '\t');
      if (fields.size() != 2) continue;
      const std::string question(fields[1]);
      const auto vector = (*embedder)->embed_one(Embedder::Kind::query, question);
      if (!vector.ok() || (asked == 0 && !router.route(question, *vector, {}).ok())) return 1;
      const auto start = Clock::now();
      const auto route = router.route(question, *vector, {});
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(Clock::now() - start).count());
      if (!route.ok()) return 1;
      const char label = kLabels[static_cast<std::size_t>(*route)];
      ++asked;
      right += fields[0] == std::string_view(&label, 1);
      if (verbose && fields[0] != std::string_view(&label, 1))
        fmt::print("{} as {}: {}\n", fields[0], label, question);
    }
    if (asked == 0) return 1;
    std::ranges::sort(milliseconds);
    fmt::print("| {} | {} of {} ({:.1f} %) | {:.2f} ms | {:.2f} ms |\n", argv[next], right, asked,
               100.0 * right / asked, milliseconds[milliseconds.size() / 2], milliseconds.back());
  }
}
