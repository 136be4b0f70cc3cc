// Prints the features of rag_score for questions with a known answer as CSV, for fit_answerable.py:
//   answerable_features MODEL_FILE NAME=SQUAD_FILE…
// Each set's paragraphs are cut into workspaces of several sizes. Kinds of line: `present` (a
// question in the workspace that holds its paragraph), `removed` (the same question, that paragraph
// deleted), `unrelated` (questions of the other sets), `nonsense` (small talk and noise).
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <thread>

#include "llm/embedding_model.h"
#include "retrieval/evaluation.h"
#include "retrieval/snapshot.h"

namespace {

using namespace monitora;
using namespace monitora::retrieval;

struct Set {
  std::string name;
  SquadSet squad;
  std::vector<Vector> paragraphs;
  std::vector<Vector> questions;
};

struct Asked {
  std::string text;
  Vector vector;
};

std::vector<Vector> embed(Embedder& embedder, Embedder::Kind kind,
                          const std::vector<std::string_view>& texts) {
  auto vectors = embedder.embed(kind, texts);
  if (!vectors.ok()) throw std::runtime_error(vectors.status().to_string());
  return std::move(vectors).value();
}

std::vector<Asked> nonsense(Embedder& embedder) {
  std::vector<std::string> texts = {"bonjour",
                                    "merci beaucoup",
                                    "ça va ?",
                                    "raconte-moi une blague",
                                    "qui es-tu ?",
                                    "quel temps fait-il ?",
                                    "je t'aime",
                                    "aide",
                                    "ok",
                                    "test",
                                    "hello",
                                    "thank you",
                                    "how are you?",
                                    "tell me a joke",
                                    "who are you?",
                                    "what's up",
                                    "help",
                                    "lol",
                                    "I don't know",
                                    "the the the the",
                                    "de de de de",
                                    "???",
                                    "1234567890",
                                    "a",
                                    "azerty",
                                    "qwertyuiop",
                                    "lorem ipsum dolor sit amet"};
  std::mt19937 random(1);
  for (int i = 0; i < 100; ++i) {
    std::string text;
    for (unsigned word = 0; word < 2 + random() % 6; ++word) {
      if (word > 0) text += ' ';
      for (unsigned letter = 0; letter < 2 + random() % 8; ++letter)
        text += static_cast<char>('a' + random() % 26);
    }
    texts.push_back(text);
  }
  const std::vector<Vector> vectors =
      embed(embedder, Embedder::Kind::query, {texts.begin(), texts.end()});
  std::vector<Asked> out;
  for (std::size_t i = 0; i < texts.size(); ++i) out.push_back({texts[i], vectors[i]});
  return out;
}

void print(const Set& set, const char* kind, std::size_t size, const Snapshot& snapshot,
           const std::string& question, const Vector& vector) {
  AnswerFeatures f;
  (void)snapshot.search(question, vector, {}, &f);
  fmt::print("{},{},{},{},{},{},{},{},{}\n", set.name, kind, size, f.dense, f.margin, f.passage,
             f.sentence, f.letters, f.agreement);
}

// One workspace: paragraphs first … last of `set`.
void print_workspace(const Set& set, std::size_t size, std::size_t first, std::size_t last,
                     const std::vector<Asked>& strangers, const std::vector<Asked>& noise,
                     std::mt19937& random) {
  SegmentBuilder builder(static_cast<int>(set.paragraphs[0].size()));
  for (std::size_t i = first; i < last; ++i) {
    IndexedChunk chunk;
    chunk.chunk.id = ChunkId::random();
    chunk.chunk.document_id = DocumentId::random();
    chunk.chunk.content = set.squad.paragraphs[i];
    chunk.vector = set.paragraphs[i];
    builder.add(std::move(chunk));
  }
  const std::shared_ptr<const Segment> segment = builder.finish();
  const Snapshot whole({{segment, nullptr, nullptr}}, 1);
  for (std::size_t i = 0; i < set.squad.questions.size(); ++i) {
    const SquadSet::Question& question = set.squad.questions[i];
    if (question.paragraph < first || question.paragraph >= last) continue;
    if (size > 100 && random() % 3 != 0)
      continue;  // the largest workspace would outweigh the others
    print(set, "present", size, whole, question.text, set.questions[i]);
    const auto document = static_cast<std::uint32_t>(question.paragraph - first);
    const Snapshot poorer(
        {{segment, nullptr, std::make_shared<const Deletions>(*segment, nullptr, document)}}, 1);
    print(set, "removed", size, poorer, question.text, set.questions[i]);
  }
  const std::size_t others = std::max<std::size_t>(1, (last - first) / 2);
  for (std::size_t i = 0; i < others; ++i) {
    const Asked& stranger = strangers[random() % strangers.size()];
    print(set, "unrelated", size, whole, stranger.text, stranger.vector);
    if (i % 4 == 0) {
      const Asked& noisy = noise[random() % noise.size()];
      print(set, "nonsense", size, whole, noisy.text, noisy.vector);
    }
  }
}

void run(int count, char** arguments) {
  auto loaded = llm::load_builtin_embedder(arguments[1]);
  if (!loaded.ok()) throw std::runtime_error(loaded.status().to_string());
  Embedder& embedder = **loaded;
  std::vector<Set> sets;
  for (int i = 2; i < count; ++i) {
    const std::string argument = arguments[i];
    const std::size_t equal = argument.find('=');
    std::ifstream file(argument.substr(equal + 1));
    const std::string json{std::istreambuf_iterator<char>(file), {}};
    auto squad = read_squad(json);
    if (!squad.ok()) throw std::runtime_error(argument + ": " + squad.status().to_string());
    Set set{argument.substr(0, equal), std::move(squad).value(), {}, {}};
    std::vector<std::string_view> questions;
    for (const auto& question : set.squad.questions) questions.push_back(question.text);
    set.paragraphs = embed(embedder, Embedder::Kind::passage,
                           {set.squad.paragraphs.begin(), set.squad.paragraphs.end()});
    set.questions = embed(embedder, Embedder::Kind::query, questions);
    sets.push_back(std::move(set));
  }
  const std::vector<Asked> noise = nonsense(embedder);
  std::mt19937 random(2);
  fmt::print("set,kind,size,dense,margin,passage,sentence,letters,agreement\n");
  for (const Set& set : sets) {
    std::vector<Asked> strangers;
    for (const Set& other : sets)
      if (&other != &set)
        for (std::size_t i = 0; i < other.questions.size(); ++i)
          strangers.push_back({other.squad.questions[i].text, other.questions[i]});
    for (const std::size_t size :
         {std::size_t{3}, std::size_t{12}, std::size_t{60}, set.paragraphs.size()})
      for (std::size_t first = 0; first < set.paragraphs.size(); first += size)
        print_workspace(set, size, first, std::min(first + size, set.paragraphs.size()), strangers,
                        noise, random);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::cerr << "usage: answerable_features MODEL_FILE NAME=SQUAD_FILE NAME=SQUAD_FILE…\n";
    return 2;
  }
  try {
    run(count, arguments);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
  }
  return 0;
}
