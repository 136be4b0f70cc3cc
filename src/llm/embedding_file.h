// The file of the built-in embedding model: a BERT encoder (XLM-R's tokenizer, mean pooling) whose
// matrices are four-bit. Nothing here knows OpenVINO.
//
// Little-endian, packed:
//   "E5S1", u32 version = 1
//   i32 hidden, layers, heads, feed_forward, vocabulary, positions, token_types;
//   f32 layer_norm_epsilon; i32 32 (weights a block)
//   i32 pieces, bos, eos, pad, unknown; u64 text_bytes
//   u32 offsets[pieces + 1], f32 scores[pieces], u8 text[text_bytes]: unigram pieces (log
//     probabilities); piece i is text[offsets[i], offsets[i + 1]), its id is i
//   i32 rules, u32 rule_bytes; a rule is u32 from, u8 n, u32 to[n], sorted by `from`: the
//     normalisation replaces that one code point
//   i32 tensors; a tensor is u16 n, u8 name[n], u8 type (0: f32, 1: Q4_0), u32 elements,
//     u64 offset from the file's beginning, u64 bytes
// A Q4_0 row (ggml's layout) is blocks of an fp16 scale and 16 bytes: byte j holds weight j in its
// low half and weight j + 16 in its high half, each stored plus 8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/crypto.h"
#include "base/status.h"

namespace monitora::llm {

inline constexpr int kQ4BlockWeights = 32;
inline constexpr int kQ4BlockBytes = 18;

// rows × columns four-bit weights, row after row; columns is a multiple of 32. Borrows its bytes.
struct Q4Matrix {
  int rows = 0;
  int columns = 0;
  const std::uint8_t* blocks = nullptr;
};

// IEEE 754 binary16 → binary32.
float half_to_float(std::uint16_t half);
// One row's weights, `columns` floats.
void unpack_row(const Q4Matrix& matrix, int row, float* out);

// The tokenizer's tables as they lie in the file (unaligned). Borrows its bytes.
struct UnigramTables {
  int pieces = 0;
  int bos = 0;
  int eos = 0;
  int unknown = 0;
  const std::uint8_t* offsets = nullptr;  // checked: ascending, within `text`
  const std::uint8_t* scores = nullptr;   // checked: finite
  std::string_view text;
  int rules = 0;
  BytesView rule_bytes;  // checked: `rules` whole rules, sorted
};

struct EncoderLayer {
  Q4Matrix query, key, value, attention_output, feed_in, feed_out;
  std::vector<float> query_bias, key_bias, value_bias, attention_output_bias, feed_in_bias,
      feed_out_bias;
  std::vector<float> attention_norm_weight, attention_norm_bias, output_norm_weight,
      output_norm_bias;
};

struct EmbeddingModelFile {
  int hidden = 0;
  int heads = 0;
  int feed_forward = 0;
  int positions = 0;  // the longest input, in tokens
  float epsilon = 0;
  UnigramTables tokenizer;
  Q4Matrix word_embeddings;
  std::vector<float> position_embeddings;  // positions × hidden; token type 0's is already added
  std::vector<float> embedding_norm_weight, embedding_norm_bias;
  std::vector<EncoderLayer> layers;

  // Matrices and the tokenizer's tables borrow `bytes`. Whatever the bytes are, answers a usable
  // model or corrupted `embedding_model_damaged`.
  static Result<EmbeddingModelFile> parse(BytesView bytes);
};

// A file mapped read-only; thread-safe once open. Replace the file only by a rename.
class MappedFile {
 public:
  // not_found `embedding_model_missing`, unavailable `embedding_model_unreadable`, or corrupted
  // `embedding_model_damaged` for an empty file.
  static Result<std::shared_ptr<MappedFile>> open(const std::filesystem::path& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  BytesView bytes() const { return bytes_; }

 private:
  explicit MappedFile(BytesView bytes) : bytes_(bytes) {}
  BytesView bytes_;
};

// corrupted `embedding_model_damaged`; `detail` says what is wrong.
Status damaged_embedding_model(std::string detail);

}  // namespace monitora::llm
