// The arithmetic of the encoder for processors with AVX-512 VNNI. Plain functions over plain
// memory, row-major; none allocates, throws or keeps anything. Call only where
// processor_has_encoder_kernels().
//
// Matrices multiply in integers. A row of activations is quantised by groups of kGroup columns:
//   x[k] ≈ scale · (code[k] + offset), code in −127…127,
// and a row of weights w[k] ≈ weight_scale · code, one scale for the whole row. A group's products
// are summed exactly in 32 bits before they become floating point.
#pragma once

#include <cstddef>
#include <cstdint>

namespace monitora::llm {

bool processor_has_encoder_kernels();

inline constexpr std::size_t kGroup = 128;         // columns that share an activation's scale
inline constexpr std::size_t kPanel = 64;          // weight rows that lie together
inline constexpr std::size_t kRegisterBytes = 64;  // alignment of what is loaded whole

// Columns rounded up to whole groups, weight rows to whole panels.
inline constexpr std::size_t padded_columns(std::size_t n) {
  return (n + kGroup - 1) / kGroup * kGroup;
}
inline constexpr std::size_t padded_rows(std::size_t n) {
  return (n + kPanel - 1) / kPanel * kPanel;
}

// Quantised activations: `rows` × padded_columns(columns) codes; the rest is rows × groups.
struct Activations {
  std::int8_t* codes = nullptr;
  float* scales = nullptr;
  float* offsets = nullptr;
  std::int32_t* shifts = nullptr;  // −128 · sum of a group's codes
};

// A weight matrix ready to multiply: rows and columns are the padded ones.
struct PackedWeights {
  std::size_t rows = 0;
  std::size_t columns = 0;
  // code + 128 as [rows / kPanel][columns / 4][kPanel][4]; aligned to kRegisterBytes.
  const std::uint8_t* codes = nullptr;
  const float* scales = nullptr;  // one a row
  const float* sums = nullptr;  // [rows / kPanel][columns / kGroup][kPanel]: sum of a group's codes
  const float* bias = nullptr;  // one a row
};

// `in` is rows × columns, in a stride of `stride` floats. Codes past `columns` are zero.
void quantise(const float* in, std::size_t stride, std::size_t rows, std::size_t columns,
              const Activations& out);
// out (rows × weights.rows) = activations · weightsᵀ + bias.
void multiply(const Activations& in, std::size_t rows, const PackedWeights& weights, float* out);
// in += added; then each row to mean 0 and variance 1, times weight, plus bias. `added` may be
// null.
void add_and_normalise(float* in, const float* added, std::size_t added_stride, std::size_t rows,
                       std::size_t columns, const float* weight, const float* bias, float epsilon);
// x → x · Φ(x), by Abramowitz and Stegun 7.1.26 (error of Φ below 1e-7).
void gelu(float* values, std::size_t count);
// c (m × n) = a (m × k) · b (k × n) in floating point; strides in floats.
void multiply_floats(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride,
                     float* c, std::size_t c_stride, std::size_t m, std::size_t n, std::size_t k);
// Each row of `values` (rows × columns) to exp(scale · x) divided by the row's sum.
void softmax(float* values, std::size_t stride, std::size_t rows, std::size_t columns, float scale);

}  // namespace monitora::llm
