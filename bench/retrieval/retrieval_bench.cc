// Search at CHUNKS × 384, one thread: prints `name value` lines for retrieval.py, which makes the
// table.
//   retrieval_bench VECTORS QUERIES TRUTH [CHUNKS]
// VECTORS and QUERIES are raw float32 rows of 384; TRUTH the ten true nearest (int64) of each
// query. Texts are made of a Zipf-like vocabulary with French function words, 110 words a chunk.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>

#include "retrieval/graph.h"
#include "retrieval/hybrid_retriever.h"
#include "retrieval/segment.h"

namespace {

using namespace monitora;
using namespace monitora::retrieval;
using Clock = std::chrono::steady_clock;

constexpr int kDimension = 384;
constexpr std::size_t kNearest = 10;
const WorkspaceId kWorkspace = WorkspaceId::random();

template <class T>
std::vector<T> read_all(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<T> out(bytes.size() / sizeof(T));
  std::copy_n(bytes.data(), out.size() * sizeof(T), reinterpret_cast<char*>(out.data()));
  return out;
}

double milliseconds(Clock::time_point since) {
  return std::chrono::duration<double, std::milli>(Clock::now() - since).count();
}

void print_quantiles(const char* name, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  fmt::print("{}_p50_ms {:.3f}\n{}_p99_ms {:.3f}\n", name, times[times.size() / 2], name,
             times[times.size() * 99 / 100]);
}

std::string make_text(std::mt19937& random, unsigned words) {
  static const char* const kFrequent[] = {"le",  "la", "de", "et",  "les",  "des",
                                          "est", "en", "du", "une", "dans", "pour"};
  std::string text;
  for (unsigned i = 0; i < words; ++i) {
    if (random() % 5 < 2) {
      text += kFrequent[random() % std::size(kFrequent)];
    } else {
      const double u = (random() % 1'000'000 + 1) / 1e6;  // density 1/rank over 60,000 words
      text += "mot" + std::to_string(static_cast<int>(std::exp(u * std::log(60'000.0))));
    }
    text += i % 18 == 17 ? ". " : " ";
  }
  return text;
}

class Source final : public ChunkSource {
 public:
  Source(const std::vector<float>& vectors, std::size_t count) : vectors_(vectors), count_(count) {}
  Result<std::int64_t> version(const WorkspaceId&) override { return std::int64_t{1}; }
  Status for_each(const WorkspaceId&, const std::string&,
                  const std::function<Status(IndexedChunk)>& each) override {
    std::mt19937 random(5);
    DocumentId document;
    for (std::size_t i = 0; i < count_; ++i) {
      if (i % 10 == 0) document = DocumentId::random();
      IndexedChunk chunk;
      chunk.chunk.id = ChunkId::random();
      chunk.chunk.document_id = document;
      chunk.chunk.content = make_text(random, 110);
      chunk.filename = "document.pdf";
      chunk.vector.assign(vectors_.begin() + static_cast<std::ptrdiff_t>(i * kDimension),
                          vectors_.begin() + static_cast<std::ptrdiff_t>((i + 1) * kDimension));
      MONITORA_TRY(each(std::move(chunk)));
    }
    return {};
  }

 private:
  const std::vector<float>& vectors_;
  std::size_t count_;
};

struct Data {
  std::vector<float> vectors, queries;
  std::vector<std::int64_t> truth;
  std::size_t query_count() const { return queries.size() / kDimension; }
  std::span<const float> query(std::size_t i) const {
    return std::span(queries).subspan(i * kDimension, kDimension);
  }
};

// Queries a second (the best of five rounds: others use the machine too) and recall@10 of one way
// to find candidates, re-ranked by the exact product.
template <class Find>
void measure(const std::string& name, const Data& data, const VectorBlock& block,
             const Find& find) {
  std::size_t hits = 0;
  double best = 1e9;
  for (int round = 0; round < 5; ++round) {
    hits = 0;
    const Clock::time_point start = Clock::now();
    for (std::size_t q = 0; q < data.query_count(); ++q) {
      std::vector<Scored> found = find(QueryCode(data.query(q)));
      for (Scored& scored : found) scored.score = block.exact(data.query(q), scored.chunk);
      std::partial_sort(found.begin(), found.begin() + kNearest, found.end(),
                        [](const Scored& a, const Scored& b) { return a.score > b.score; });
      for (std::size_t i = 0; i < kNearest; ++i)
        for (std::size_t j = 0; j < kNearest; ++j)
          hits += found[i].chunk == data.truth[q * kNearest + j];
    }
    best = std::min(best, milliseconds(start) / 1000);
  }
  const auto queries = static_cast<double>(data.query_count());
  fmt::print("{}_qps {:.0f}\n{}_recall {:.4f}\n", name, queries / best, name,
             static_cast<double>(hits) / queries / kNearest);
}

std::vector<Scored> scan(const VectorBlock& block, const QueryCode& code) {
  constexpr std::size_t kKept = 40;
  thread_local std::vector<float> scores;
  scores.resize(block.size());
  block.approximate(code, 0, scores);
  std::vector<Scored> heap;
  const auto worse = [](const Scored& a, const Scored& b) { return a.score > b.score; };
  for (std::uint32_t i = 0; i < scores.size(); ++i) {
    if (heap.size() == kKept) {
      if (scores[i] <= heap.front().score) continue;
      std::pop_heap(heap.begin(), heap.end(), worse);
      heap.pop_back();
    }
    heap.push_back({i, scores[i]});
    std::push_heap(heap.begin(), heap.end(), worse);
  }
  return heap;
}

void vectors_alone(const Data& data, std::size_t count) {
  VectorBlock block(kDimension);
  for (std::size_t i = 0; i < count; ++i)
    block.add(std::span(data.vectors).subspan(i * kDimension, kDimension));
  measure("flat", data, block, [&](const QueryCode& code) { return scan(block, code); });
  const Clock::time_point start = Clock::now();
  const auto graph = Graph::build(block, nullptr, {});
  fmt::print("graph_build_s {:.1f}\n", milliseconds(start) / 1000);
  for (const std::size_t effort : {16, 24, 32, 64, 160})
    measure(fmt::format("graph_{}", effort), data, block,
            [&](const QueryCode& code) { return graph->search(block, code, effort, {}); });
}

void whole_retriever(const Data& data, std::size_t count) {
  Source source(data.vectors, count);
  const auto retriever = make_hybrid_retriever(source, "bench", kDimension, {});
  const auto ask = [&](const char* name) {
    std::mt19937 random(9);
    std::vector<double> times;
    for (std::size_t i = 0; i < 300; ++i) {
      const std::string question = "quel est le délai de la " + make_text(random, 8);
      const auto vector = data.query(i % data.query_count());
      const Clock::time_point start = Clock::now();
      if (!retriever->search(kWorkspace, question, Vector(vector.begin(), vector.end()), {}).ok())
        throw std::runtime_error("search");
      times.push_back(milliseconds(start));
    }
    print_quantiles(name, times);
  };
  Clock::time_point start = Clock::now();
  if (retriever->count(kWorkspace).value() != count) throw std::runtime_error("count");
  fmt::print("load_from_chunks_s {:.1f}\n", milliseconds(start) / 1000);
  ask("hybrid_before_graph");
  retriever->settle();
  ask("hybrid");

  std::mt19937 random(11);
  std::vector<double> times;
  for (int i = 0; i < 100; ++i) {
    const DocumentId document = DocumentId::random();
    std::vector<IndexedChunk> chunks(10);
    for (IndexedChunk& chunk : chunks) {
      chunk.chunk.id = ChunkId::random();
      chunk.chunk.content = make_text(random, 110);
      const auto vector = data.query(random() % data.query_count());
      chunk.vector.assign(vector.begin(), vector.end());
    }
    start = Clock::now();
    if (!retriever->put_document(kWorkspace, document, std::move(chunks), i + 2).ok())
      throw std::runtime_error("put");
    times.push_back(milliseconds(start));
  }
  print_quantiles("add_document_of_10_chunks", times);
  fmt::print("add_document_of_10_chunks_max_ms {:.3f}\n",
             *std::max_element(times.begin(), times.end()));
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 4) {
    std::cerr << "usage: retrieval_bench VECTORS QUERIES TRUTH (retrieval.py calls it)\n";
    return 2;
  }
  try {
    const Data data{read_all<float>(arguments[1]), read_all<float>(arguments[2]),
                    read_all<std::int64_t>(arguments[3])};
    const std::size_t chunks = data.vectors.size() / kDimension;
    vectors_alone(data, chunks);
    whole_retriever(data, chunks);
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << '\n';
    return 1;
  }
  return 0;
}
