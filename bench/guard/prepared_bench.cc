// How prepared questions are found for what people ask. Usage: prepared_bench MODEL_FILE QUESTIONS
// A line of QUESTIONS: w (a wording of a prepared question) or m (what somebody asks), the name of
// the prepared question ("-": none of them), and the text, separated by tabs. Prints a row of a
// table for each pair of limits: for those that are worded like the message, and for the others
// (app/prepared_questions.cc has one pair).
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "base/text.h"
#include "domain/prepared_question.h"
#include "llm/embedding_model.h"

namespace {

using monitora::Vector;

struct Prepared {
  monitora::PreparedQuestion question;
  std::vector<Vector> vectors;
};
struct Near {
  std::string name;
  float cosine = 0;
  void take(const std::string& other, float as_near) {
    if (as_near > cosine) *this = {other, as_near};
  }
};
struct Asked {
  std::string wanted;
  Near worded, any;
};

float nearness(const Vector& vector, const std::vector<Vector>& wordings) {
  float near = 0;
  for (const Vector& each : wordings)
    near = std::max(near, std::inner_product(vector.begin(), vector.end(), each.begin(), 0.0F));
  return near;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace monitora;
  if (argc != 3) return 2;
  const auto embedder = llm::load_builtin_embedder(argv[1], {.workers = 1});
  if (!embedder.ok()) return 1;
  std::map<std::string, Prepared> prepared;
  std::vector<Asked> asked;
  std::ifstream file(argv[2]);
  for (std::string line; std::getline(file, line);) {  // wordings stand before what is asked
    const auto parts = split(line, '\t');
    if (parts.size() != 3) continue;
    const std::string name(parts[1]);
    auto vector = (*embedder)->embed_one(Embedder::Kind::query, parts[2]);
    if (!vector.ok()) return 1;
    if (parts[0] == "w") {
      prepared[name].vectors.push_back(*std::move(vector));
      prepared[name].question.examples.emplace_back(parts[2]);
      continue;
    }
    Asked& each = asked.emplace_back();
    each.wanted = name;
    for (const auto& [other, known] : prepared) {
      const float near = nearness(*vector, known.vectors);
      each.any.take(other, near);
      if (is_worded_like(parts[2], known.question)) each.worded.take(other, near);
    }
  }
  fmt::print("| worded like it, at least | others, at least | found | another | none wanted | \n");
  fmt::print("|---|---|---|---|---|\n");
  for (const float worded : {0.80F, 0.84F, 0.86F, 0.88F, 0.90F, 2.0F})
    for (const float any : {0.92F, 0.94F, 0.95F, 2.0F}) {
      int found = 0, wanted = 0, another = 0, taken = 0, none = 0;
      for (const Asked& each : asked) {
        const std::string name = each.worded.cosine >= worded ? each.worded.name
                                 : each.any.cosine >= any     ? each.any.name
                                                              : "-";
        (each.wanted == "-" ? none : wanted) += 1;
        found += each.wanted != "-" && name == each.wanted;
        another += each.wanted != "-" && name != "-" && name != each.wanted;
        taken += each.wanted == "-" && name != "-";
      }
      fmt::print("| {:.2f} | {:.2f} | {} of {} | {} | {} of {} |\n", worded, any, found, wanted,
                 another, taken, none);
    }
}
