// The built-in embedding model behind a line protocol, so that embedding.py can run it and another
// engine turn by turn. Usage: embedding_bench MODEL_FILE [WORKERS]
//   in:  "q<tab>text" or "p<tab>text" (a query, a passage; no line break in it)
//   out: nanoseconds, tokens, then the vector's numbers, separated by spaces
//   in:  "m"      out: this process's resident kilobytes (all, anonymous)
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include "llm/embedding_model.h"

namespace {

std::string memory() {
  std::ifstream status("/proc/self/status");
  std::string all;
  std::string anonymous;
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) all = line.substr(6);
    if (line.starts_with("RssAnon:")) anonymous = line.substr(8);
  }
  return fmt::format("{} {}", std::atol(all.c_str()), std::atol(anonymous.c_str()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: embedding_bench MODEL_FILE [WORKERS]\n");
    return 2;
  }
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto embedder =
      monitora::llm::load_builtin_embedder(argv[1], {.workers = argc > 2 ? std::atoi(argv[2]) : 1});
  if (!embedder.ok()) {
    fmt::print(stderr, "{}\n", embedder.status().to_string());
    return 1;
  }
  const auto ready = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
  fmt::print("ready {} ms {}\n", ready.count(), memory());
  std::fflush(stdout);

  for (std::string line; std::getline(std::cin, line);) {
    if (line == "m") {
      fmt::print("{}\n", memory());
    } else if (line.size() >= 2 && line[1] == '\t') {
      const auto kind =
          line[0] == 'q' ? monitora::Embedder::Kind::query : monitora::Embedder::Kind::passage;
      const std::string_view text = std::string_view(line).substr(2);
      const auto from = Clock::now();
      const auto vector = (*embedder)->embed_one(kind, text);
      const auto took = Clock::now() - from;
      if (!vector.ok()) {
        fmt::print(stderr, "{}\n", vector.status().to_string());
        return 1;
      }
      fmt::print("{} {}", std::chrono::nanoseconds(took).count(), (*embedder)->count_tokens(text));
      for (float x : *vector) fmt::print(" {}", x);
      fmt::print("\n");
    }
    std::fflush(stdout);
  }
}
