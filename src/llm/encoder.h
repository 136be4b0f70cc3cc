// The built-in encoder on this project's own kernels (encoder_kernels.h): twice as fast as OpenVINO
// on the short texts that questions are, because nothing is prepared anew for a length of text and
// a group's weights stay in the first cache while all tokens pass them (bench/README.md).
#pragma once

#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "llm/embedding_file.h"
#include "llm/encoder_kernels.h"

namespace monitora::llm {

template <class T>
struct RegisterAllocator {
  using value_type = T;
  T* allocate(std::size_t n) {
    return static_cast<T*>(::operator new(n * sizeof(T), std::align_val_t(kRegisterBytes)));
  }
  void deallocate(T* at, std::size_t) noexcept {
    ::operator delete(at, std::align_val_t(kRegisterBytes));
  }
  bool operator==(const RegisterAllocator&) const = default;
};
template <class T>
using RegisterVector = std::vector<T, RegisterAllocator<T>>;

// What one thread works in while it encodes; grows to the longest text that it has met.
struct EncoderScratch {
  RegisterVector<float> hidden, wide, narrow, keys, scores;
  RegisterVector<std::int8_t> codes;
  std::vector<float> scales, offsets;
  std::vector<std::int32_t> shifts;
};

// Immutable; thread-safe. Only where processor_has_encoder_kernels().
class Encoder {
 public:
  // Copies what it needs of `file`.
  explicit Encoder(const EmbeddingModelFile& file);

  // The mean of the last layer over the tokens, `hidden` floats. `embeddings` is tokens × hidden,
  // summed.
  std::vector<float> run(const std::vector<float>& embeddings, EncoderScratch& scratch) const;

 private:
  struct Matrix {
    std::size_t rows = 0, columns = 0;  // padded
    RegisterVector<std::uint8_t> codes;
    RegisterVector<float> scales, sums, bias;
    PackedWeights view() const;
  };
  struct Layer {
    Matrix query_key_value, attention_output, feed_in, feed_out;
    std::vector<float> attention_norm_weight, attention_norm_bias, output_norm_weight,
        output_norm_bias;
  };
  // The matrices one below the other.
  static Matrix pack(const std::vector<const Q4Matrix*>& matrices, const std::vector<float>& bias);
  void apply(const Matrix& matrix, const RegisterVector<float>& in, std::size_t stride,
             std::size_t tokens, std::size_t columns, RegisterVector<float>& out,
             EncoderScratch& scratch) const;
  void attend(std::size_t tokens, std::size_t stride, EncoderScratch& scratch) const;

  std::size_t hidden_, heads_, feed_forward_;
  float epsilon_;
  std::vector<float> norm_weight_, norm_bias_;
  std::vector<Layer> layers_;
};

}  // namespace monitora::llm
