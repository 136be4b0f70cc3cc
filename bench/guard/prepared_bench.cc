// How prepared questions are told apart by embeddings. Usage: prepared_bench MODEL_FILE QUESTIONS
// A line of QUESTIONS: w (a wording of a prepared question) or m (what somebody asks), the name of
// the prepared question ("-": none of them), and the text, separated by tabs. Prints a row of a
// table for each pair of limits (app/prepared_questions.cc has one).
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/text.h"
#include "llm/embedding_model.h"

int main(int argc, char** argv) {
  using namespace monitora;
  if (argc != 3) return 2;
  const auto embedder = llm::load_builtin_embedder(argv[1], {.workers = 1});
  if (!embedder.ok()) return 1;
  struct Asked {
    std::string wanted, nearest, text;
    float near = 0, next = 0;
  };
  std::map<std::string, std::vector<Vector>> prepared;
  std::vector<std::pair<Asked, Vector>> asked;
  std::ifstream file(argv[2]);
  for (std::string line; std::getline(file, line);) {
    const auto parts = split(line, '\t');
    if (parts.size() != 3) continue;
    auto vector = (*embedder)->embed_one(Embedder::Kind::query, parts[2]);
    if (!vector.ok()) return 1;
    if (parts[0] == "w")
      prepared[std::string(parts[1])].push_back(*std::move(vector));
    else
      asked.push_back({{std::string(parts[1]), "", std::string(parts[2])}, *std::move(vector)});
  }
  for (auto& [each, vector] : asked)
    for (const auto& [name, wordings] : prepared) {
      float near = 0;
      for (const Vector& wording : wordings)
        near =
            std::max(near, std::inner_product(vector.begin(), vector.end(), wording.begin(), 0.0F));
      if (near > each.near) {
        each.next = each.near;
        each.near = near;
        each.nearest = name;
      } else {
        each.next = std::max(each.next, near);
      }
    }
  fmt::print(
      "| at least | nearer by | found | of | another's | of none's | of "
      "|\n|---|---|---|---|---|---|---|\n");
  for (const float least : {0.84F, 0.86F, 0.87F, 0.88F, 0.89F, 0.90F, 0.91F, 0.92F, 0.94F})
    for (const float by : {0.0F, 0.005F, 0.01F}) {
      int found = 0, of = 0, wrong = 0, taken = 0, none = 0;
      for (const auto& [each, vector] : asked) {
        const bool matched = each.near >= least && each.near - each.next >= by;
        if (each.wanted == "-") {
          ++none;
          taken += matched;
        } else {
          ++of;
          found += matched && each.nearest == each.wanted;
          wrong += matched && each.nearest != each.wanted;
        }
      }
      fmt::print("| {:.2f} | {:.3f} | {} | {} | {} | {} | {} |\n", least, by, found, of, wrong,
                 taken, none);
    }
}
