// How the answer cache judges pairs of questions. Usage: cache_pairs MODEL_FILE PAIRS…
// A line of PAIRS: p (both ask the same) or l (they look alike and do not), and the two questions,
// separated by tabs. Prints a row of a table for each file; with -v first, what was judged wrongly.
#include <fmt/format.h>

#include <cstring>
#include <fstream>

#include "base/text.h"
#include "domain/same_question.h"
#include "llm/embedding_model.h"

namespace {

using monitora::Embedder;
using monitora::Vector;

double cosine(Embedder& embedder, std::string_view one, std::string_view other) {
  const std::string_view texts[] = {one, other};
  const auto vectors = embedder.embed(Embedder::Kind::query, texts);
  if (!vectors.ok()) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < (*vectors)[0].size(); ++i)
    sum += static_cast<double>((*vectors)[0][i]) * static_cast<double>((*vectors)[1][i]);
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  int next = 1;
  const bool verbose = argc > 1 && std::strcmp(argv[1], "-v") == 0;
  next += verbose;
  const auto embedder = monitora::llm::load_builtin_embedder(argv[next], {.workers = 1});
  const double least = 0.87;
  if (!embedder.ok()) return 1;
  for (++next; next < argc; ++next) {
    std::ifstream file(argv[next]);
    int pairs[2] = {}, hits[2] = {};
    for (std::string line; std::getline(file, line);) {
      const auto fields = monitora::split(line, '\t');
      if (fields.size() != 3) continue;
      const bool alike = fields[0] == "p";
      const double similarity = cosine(**embedder, fields[1], fields[2]);
      std::string difference = monitora::question_difference(monitora::question_meaning(fields[1]),
                                                             monitora::question_meaning(fields[2]));
      if (difference.empty() && similarity < least) difference = "cosine";
      ++pairs[alike];
      hits[alike] += difference.empty();
      if (verbose && alike != difference.empty())
        fmt::print("{} {:.3f} {:<24} {} | {}\n", fields[0], similarity, difference, fields[1],
                   fields[2]);
    }
    fmt::print("| {} | {} of {} ({:.1f} %) | {} of {} ({:.1f} %) |\n", argv[next], hits[1],
               pairs[1], 100.0 * hits[1] / pairs[1], hits[0], pairs[0], 100.0 * hits[0] / pairs[0]);
  }
}
