#include "llm/embedding_model.h"

#include <algorithm>
#include <string>
#include <thread>

#include "base/text.h"
#include "llm/embedding_engine.h"
#include "llm/embedding_file.h"
#include "llm/embedding_tokenizer.h"

namespace monitora::llm {
namespace {

constexpr int kMostDefaultWorkers = 4;
// Leaves room for long runs of spaces, which normalisation makes one; the rest of a text is not
// read.
constexpr std::size_t kMostBytesForACharacter = 16;

// The prefixes that the model was trained with. Its normalisation composes accents (NFKC), but the
// file's rules only replace single characters.
std::string prepare(Embedder::Kind kind, std::string_view text) {
  return (kind == Embedder::Kind::query ? "query: " : "passage: ") + nfkc(text);
}

class BuiltinEmbedder final : public Embedder {
 public:
  BuiltinEmbedder(std::shared_ptr<MappedFile> mapped, EmbeddingModelFile file,
                  std::unique_ptr<EmbeddingEngine> engine)
      : mapped_(std::move(mapped)),
        file_(std::move(file)),
        tokenizer_(file_.tokenizer),
        engine_(std::move(engine)) {}

  const std::string& model() const override { return model_; }
  int dimension() const override { return file_.hidden; }
  int max_tokens() const override { return file_.positions; }

  Result<std::vector<Vector>> embed(Kind kind, std::span<const std::string_view> texts) override {
    std::vector<Vector> vectors;
    vectors.reserve(texts.size());
    for (std::string_view text : texts) {
      MONITORA_ASSIGN(Vector vector, engine_->run(kind, look_up(tokens(kind, text))));
      vectors.push_back(std::move(vector));
    }
    return vectors;
  }

  int count_tokens(std::string_view text) const override {
    return static_cast<int>(tokenizer_.encode(prepare(Kind::passage, text)).size()) + 2;
  }

 private:
  // The ids of `text` between the two special tokens, at most max_tokens().
  std::vector<std::int32_t> tokens(Kind kind, std::string_view text) const {
    const auto content = static_cast<std::size_t>(file_.positions) - 2;
    const std::size_t characters = tokenizer_.characters_for(content);
    const std::string prepared =
        prepare(kind, utf8_prefix(text, characters * kMostBytesForACharacter));
    std::vector<std::int32_t> ids = tokenizer_.encode(prepared, characters);
    ids.resize(std::min(ids.size(), content));
    ids.insert(ids.begin(), tokenizer_.bos());
    ids.push_back(tokenizer_.eos());
    return ids;
  }

  std::vector<float> look_up(const std::vector<std::int32_t>& ids) const {
    const auto hidden = static_cast<std::size_t>(file_.hidden);
    std::vector<float> sums(ids.size() * hidden);
    for (std::size_t i = 0; i < ids.size(); ++i)
      unpack_row(file_.word_embeddings, ids[i], sums.data() + i * hidden);
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += file_.position_embeddings[i];
    return sums;
  }

  const std::string model_ = kBuiltinEmbeddingModel;
  std::shared_ptr<MappedFile> mapped_;
  EmbeddingModelFile file_;
  UnigramTokenizer tokenizer_;
  std::unique_ptr<EmbeddingEngine> engine_;
};

}  // namespace

Result<std::shared_ptr<Embedder>> load_builtin_embedder(const std::filesystem::path& model_file,
                                                        const EmbedderOptions& options) {
  MONITORA_ASSIGN(std::shared_ptr<MappedFile> mapped, MappedFile::open(model_file));
  MONITORA_ASSIGN(EmbeddingModelFile file, EmbeddingModelFile::parse(mapped->bytes()));
  const int hardware =
      std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kMostDefaultWorkers);
  MONITORA_ASSIGN(std::unique_ptr<EmbeddingEngine> engine,
                  EmbeddingEngine::create(file, options.workers > 0 ? options.workers : hardware));
  return std::shared_ptr<Embedder>(
      std::make_shared<BuiltinEmbedder>(std::move(mapped), std::move(file), std::move(engine)));
}

}  // namespace monitora::llm
