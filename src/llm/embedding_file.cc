#include "llm/embedding_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <map>

#include "base/text.h"

namespace monitora::llm {
namespace {

static_assert(std::endian::native == std::endian::little, "the file is read as it lies");

// Reads forward and never past the end; after a failure everything it reads is zero.
class Reader {
 public:
  explicit Reader(BytesView bytes) : bytes_(bytes) {}

  template <class T>
  T number() {
    T value{};
    const BytesView raw = take(sizeof(T));
    if (!raw.empty()) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }
  BytesView take(std::uint64_t count) {
    if (failed_ || count > bytes_.size() - at_) {
      failed_ = true;
      return {};
    }
    const BytesView taken = bytes_.subspan(at_, count);
    at_ += count;
    return taken;
  }
  bool failed() const { return failed_; }
  bool at_end() const { return at_ == bytes_.size(); }

 private:
  BytesView bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

struct Tensor {
  int type = 0;
  std::uint32_t elements = 0;
  BytesView bytes;
};

constexpr int kFloat32 = 0;
constexpr int kQ4 = 1;

bool is_character(std::uint32_t c) {
  return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

Status read_tokenizer(Reader& in, int vocabulary, UnigramTables& out) {
  out.pieces = in.number<std::int32_t>();
  out.bos = in.number<std::int32_t>();
  out.eos = in.number<std::int32_t>();
  in.number<std::int32_t>();  // padding: batches are not padded here
  out.unknown = in.number<std::int32_t>();
  const auto text_bytes = in.number<std::uint64_t>();
  if (in.failed() || out.pieces < 1 || out.pieces > vocabulary)
    return damaged_embedding_model("number of pieces");
  for (int special : {out.bos, out.eos, out.unknown})
    if (special < 0 || special >= out.pieces) return damaged_embedding_model("special token");

  const auto pieces = static_cast<std::uint64_t>(out.pieces);
  out.offsets = in.take((pieces + 1) * 4).data();
  out.scores = in.take(pieces * 4).data();
  const BytesView text = in.take(text_bytes);
  out.rules = in.number<std::int32_t>();
  out.rule_bytes = in.take(in.number<std::uint32_t>());
  if (in.failed() || out.rules < 0) return damaged_embedding_model("tokenizer tables are cut");
  out.text = {reinterpret_cast<const char*>(text.data()), text.size()};

  std::uint32_t previous = 0;
  for (std::uint64_t i = 0; i <= pieces; ++i) {
    std::uint32_t offset = 0;
    std::memcpy(&offset, out.offsets + i * 4, 4);
    if (offset < previous || offset > text_bytes) return damaged_embedding_model("piece offsets");
    previous = offset;
  }
  for (std::uint64_t i = 0; i < pieces; ++i) {
    float score = 0;
    std::memcpy(&score, out.scores + i * 4, 4);
    if (!std::isfinite(score)) return damaged_embedding_model("piece scores");
  }
  Reader rules(out.rule_bytes);
  std::int64_t last = -1;
  for (int i = 0; i < out.rules; ++i) {
    const auto from = rules.number<std::uint32_t>();
    for (int left = rules.number<std::uint8_t>(); left > 0; --left)
      if (!is_character(rules.number<std::uint32_t>()))
        return damaged_embedding_model("normalisation rules");
    if (rules.failed() || from <= last) return damaged_embedding_model("normalisation rules");
    last = from;
  }
  return rules.at_end() ? Status() : damaged_embedding_model("normalisation rules");
}

class Tensors {
 public:
  Status read(Reader& in, BytesView file) {
    const auto count = in.number<std::int32_t>();
    for (int i = 0; i < count && !in.failed(); ++i) {
      const BytesView name = in.take(in.number<std::uint16_t>());
      Tensor tensor;
      tensor.type = in.number<std::uint8_t>();
      tensor.elements = in.number<std::uint32_t>();
      const auto offset = in.number<std::uint64_t>();
      const auto bytes = in.number<std::uint64_t>();
      if (in.failed() || offset > file.size() || bytes > file.size() - offset)
        return damaged_embedding_model("a tensor lies outside the file: it was cut short");
      tensor.bytes = file.subspan(offset, bytes);
      all_[{reinterpret_cast<const char*>(name.data()), name.size()}] = tensor;
    }
    return in.failed() ? damaged_embedding_model("tensor directory") : Status();
  }

  Status floats(const std::string& name, int count, std::vector<float>& out) const {
    const auto wanted = static_cast<std::uint64_t>(count);
    const auto found = all_.find(name);
    if (found == all_.end() || found->second.type != kFloat32 || found->second.elements != wanted ||
        found->second.bytes.size() != wanted * sizeof(float))
      return damaged_embedding_model(fmt::format("tensor {}", name));
    out.resize(wanted);
    std::memcpy(out.data(), found->second.bytes.data(), wanted * sizeof(float));
    for (float value : out)
      if (!std::isfinite(value)) return damaged_embedding_model(fmt::format("tensor {}", name));
    return {};
  }

  Status matrix(const std::string& name, int rows, int columns, Q4Matrix& out) const {
    const auto wanted = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns);
    const auto found = all_.find(name);
    if (found == all_.end() || found->second.type != kQ4 || found->second.elements != wanted ||
        found->second.bytes.size() != wanted / kQ4BlockWeights * kQ4BlockBytes)
      return damaged_embedding_model(fmt::format("tensor {}", name));
    out = {rows, columns, found->second.bytes.data()};
    return {};
  }

 private:
  std::map<std::string, Tensor, std::less<>> all_;
};

Status read_layer(const Tensors& tensors, int number, int hidden, int feed_forward,
                  EncoderLayer& out) {
  const auto name = [&](std::string_view part) { return fmt::format("l{}.{}", number, part); };
  MONITORA_TRY(tensors.matrix(name("q.w"), hidden, hidden, out.query));
  MONITORA_TRY(tensors.matrix(name("k.w"), hidden, hidden, out.key));
  MONITORA_TRY(tensors.matrix(name("v.w"), hidden, hidden, out.value));
  MONITORA_TRY(tensors.matrix(name("ao.w"), hidden, hidden, out.attention_output));
  MONITORA_TRY(tensors.matrix(name("fi.w"), feed_forward, hidden, out.feed_in));
  MONITORA_TRY(tensors.matrix(name("fo.w"), hidden, feed_forward, out.feed_out));
  MONITORA_TRY(tensors.floats(name("q.b"), hidden, out.query_bias));
  MONITORA_TRY(tensors.floats(name("k.b"), hidden, out.key_bias));
  MONITORA_TRY(tensors.floats(name("v.b"), hidden, out.value_bias));
  MONITORA_TRY(tensors.floats(name("ao.b"), hidden, out.attention_output_bias));
  MONITORA_TRY(tensors.floats(name("fi.b"), feed_forward, out.feed_in_bias));
  MONITORA_TRY(tensors.floats(name("fo.b"), hidden, out.feed_out_bias));
  MONITORA_TRY(tensors.floats(name("aln.w"), hidden, out.attention_norm_weight));
  MONITORA_TRY(tensors.floats(name("aln.b"), hidden, out.attention_norm_bias));
  MONITORA_TRY(tensors.floats(name("oln.w"), hidden, out.output_norm_weight));
  return tensors.floats(name("oln.b"), hidden, out.output_norm_bias);
}

bool is_size(int value, int most) {
  return value >= 1 && value <= most;
}

}  // namespace

float half_to_float(std::uint16_t half) {
  const std::uint32_t exponent = half >> 10 & 0x1F;
  const std::uint32_t fraction = half & 0x3FF;
  float magnitude = 0;
  if (exponent == 0) {
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  } else if (exponent == 31) {
    magnitude = fraction == 0 ? INFINITY : NAN;
  } else {
    magnitude = std::bit_cast<float>((exponent + 112) << 23 | fraction << 13);
  }
  return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

void unpack_row(const Q4Matrix& matrix, int row, float* out) {
  const int blocks = matrix.columns / kQ4BlockWeights;
  const std::uint8_t* block = matrix.blocks + static_cast<std::size_t>(row) *
                                                  static_cast<std::size_t>(blocks) * kQ4BlockBytes;
  for (int b = 0; b < blocks; ++b, block += kQ4BlockBytes, out += kQ4BlockWeights) {
    std::uint16_t half = 0;
    std::memcpy(&half, block, 2);
    const float scale = half_to_float(half);
    for (int j = 0; j < 16; ++j) {
      out[j] = static_cast<float>((block[2 + j] & 0x0F) - 8) * scale;
      out[j + 16] = static_cast<float>((block[2 + j] >> 4) - 8) * scale;
    }
  }
}

Result<EmbeddingModelFile> EmbeddingModelFile::parse(BytesView bytes) {
  Reader in(bytes);
  const BytesView magic = in.take(4);
  if (in.failed() || std::memcmp(magic.data(), "E5S1", 4) != 0)
    return damaged_embedding_model("it does not begin with E5S1");
  if (in.number<std::uint32_t>() != 1) return damaged_embedding_model("unknown version");

  EmbeddingModelFile model;
  model.hidden = in.number<std::int32_t>();
  const int layers = in.number<std::int32_t>();
  model.heads = in.number<std::int32_t>();
  model.feed_forward = in.number<std::int32_t>();
  const int vocabulary = in.number<std::int32_t>();
  model.positions = in.number<std::int32_t>();
  const int token_types = in.number<std::int32_t>();
  model.epsilon = in.number<float>();
  const int block_weights = in.number<std::int32_t>();
  const bool sizes_ok = is_size(model.hidden, 8192) && is_size(layers, 256) &&
                        is_size(model.heads, model.hidden) && is_size(model.feed_forward, 65536) &&
                        is_size(vocabulary, 10'000'000) && is_size(model.positions, 65536) &&
                        is_size(token_types, 16) && block_weights == kQ4BlockWeights;
  if (in.failed() || !sizes_ok || model.hidden % kQ4BlockWeights != 0 ||
      model.feed_forward % kQ4BlockWeights != 0 || model.hidden % model.heads != 0 ||
      model.positions < 16 || !(model.epsilon > 0 && model.epsilon < 1))
    return damaged_embedding_model("impossible sizes in its header");

  MONITORA_TRY(read_tokenizer(in, vocabulary, model.tokenizer));
  Tensors tensors;
  MONITORA_TRY(tensors.read(in, bytes));
  MONITORA_TRY(tensors.matrix("emb.word", vocabulary, model.hidden, model.word_embeddings));
  MONITORA_TRY(
      tensors.floats("emb.pos", model.positions * model.hidden, model.position_embeddings));
  MONITORA_TRY(tensors.floats("emb.ln.w", model.hidden, model.embedding_norm_weight));
  MONITORA_TRY(tensors.floats("emb.ln.b", model.hidden, model.embedding_norm_bias));
  std::vector<float> types;
  MONITORA_TRY(tensors.floats("emb.type", token_types * model.hidden, types));
  for (std::size_t i = 0; i < model.position_embeddings.size(); ++i)
    model.position_embeddings[i] += types[i % static_cast<std::size_t>(model.hidden)];
  for (int i = 0; i < layers; ++i) {
    EncoderLayer& layer = model.layers.emplace_back();
    MONITORA_TRY(read_layer(tensors, i, model.hidden, model.feed_forward, layer));
  }
  return model;
}

Result<std::shared_ptr<MappedFile>> MappedFile::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT)
    return Status(
        Code::not_found, "embedding_model_missing",
        {"Le modèle d'embedding n'est pas là : lancez ./start, qui l'installe, ou corrigez "
         "EMBEDDING_MODEL.",
         "The embedding model is not there: run ./start, which installs it, or correct "
         "EMBEDDING_MODEL."},
        path.string());
  const Status unreadable(
      Code::unavailable, "embedding_model_unreadable",
      {"Le fichier du modèle d'embedding ne peut pas être lu : vérifiez ses droits.",
       "The embedding model's file cannot be read: check its permissions."},
      fmt::format("{}: {}", path.string(), std::strerror(errno)));
  if (fd < 0) return unreadable;
  struct stat about {};
  if (::fstat(fd, &about) != 0 || !S_ISREG(about.st_mode)) {
    ::close(fd);
    return unreadable;
  }
  const auto size = static_cast<std::size_t>(about.st_size);
  void* memory = size == 0 ? nullptr : ::mmap(nullptr, size, PROT_READ, MAP_SHARED, fd, 0);
  ::close(fd);
  if (size == 0) return damaged_embedding_model("it is empty");
  if (memory == MAP_FAILED) return unreadable;
  return std::shared_ptr<MappedFile>(
      new MappedFile(BytesView(static_cast<const std::uint8_t*>(memory), size)));
}

MappedFile::~MappedFile() {
  ::munmap(const_cast<std::uint8_t*>(bytes_.data()), bytes_.size());
}

Status damaged_embedding_model(std::string detail) {
  return Status(
      Code::corrupted, "embedding_model_damaged",
      {"Le fichier du modèle d'embedding est endommagé : supprimez-le et relancez ./start.",
       "The embedding model's file is damaged: delete it and run ./start again."},
      std::move(detail));
}

}  // namespace monitora::llm
