#include "retrieval/vector_block.h"

#include <faiss/utils/distances.h>
#include <immintrin.h>

#include <algorithm>
#include <cmath>

namespace monitora::retrieval {
namespace {

constexpr std::size_t kLanes = 64;  // one AVX-512 register of codes

std::size_t padded(std::size_t dimension) {
  return (dimension + kLanes - 1) / kLanes * kLanes;
}

float quantise(std::span<const float> vector, std::int8_t* code) {
  float most = 0;
  for (const float x : vector) most = std::max(most, std::abs(x));
  if (!(most > 0) || !std::isfinite(most)) return 0;  // the code stays zero
  const float factor = 127 / most;
  for (std::size_t i = 0; i < vector.size(); ++i)
    code[i] = static_cast<std::int8_t>(std::lrintf(vector[i] * factor));
  return most / 127;
}

// Both kernels compute the sum of a[i] * b[i] over `n` (a multiple of 64) codes exactly; the VNNI
// one is given a + 128 as unsigned bytes and takes 128 · sum(b) away.
__attribute__((target("avx2"))) std::int32_t dot_avx2(const std::int8_t* a, const std::int8_t* b,
                                                      std::size_t n) {
  __m256i sum0 = _mm256_setzero_si256(), sum1 = _mm256_setzero_si256();
  for (std::size_t i = 0; i < n; i += 32) {
    const __m256i a0 =
        _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i)));
    const __m256i b0 =
        _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i)));
    const __m256i a1 =
        _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(a + i + 16)));
    const __m256i b1 =
        _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(b + i + 16)));
    sum0 = _mm256_add_epi32(sum0, _mm256_madd_epi16(a0, b0));
    sum1 = _mm256_add_epi32(sum1, _mm256_madd_epi16(a1, b1));
  }
  const __m256i sum = _mm256_add_epi32(sum0, sum1);
  __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4E));
  half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xB1));
  return _mm_cvtsi128_si32(half);
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) std::int32_t dot_vnni(const std::uint8_t* a,
                                                                             const std::int8_t* b,
                                                                             std::size_t n) {
  __m512i sum0 = _mm512_setzero_si512(), sum1 = _mm512_setzero_si512();
  std::size_t i = 0;
  for (; i + 128 <= n; i += 128) {
    sum0 = _mm512_dpbusd_epi32(sum0, _mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i));
    sum1 =
        _mm512_dpbusd_epi32(sum1, _mm512_loadu_si512(a + i + 64), _mm512_loadu_si512(b + i + 64));
  }
  if (i < n) sum0 = _mm512_dpbusd_epi32(sum0, _mm512_loadu_si512(a + i), _mm512_loadu_si512(b + i));
  return _mm512_reduce_add_epi32(_mm512_add_epi32(sum0, sum1));
}

const bool kHasVnni = __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni");

}  // namespace

QueryCode::QueryCode(std::span<const float> vector)
    : signed_(padded(vector.size())),
      shifted_(padded(vector.size())),
      vector_(vector.begin(), vector.end()) {
  scale_ = quantise(vector, signed_.data());
  for (std::size_t i = 0; i < signed_.size(); ++i)
    shifted_[i] = static_cast<std::uint8_t>(signed_[i] + 128);
}

VectorBlock::VectorBlock(int dimension, bool keep_floats)
    : dimension_(dimension),
      keep_floats_(keep_floats),
      stride_(padded(static_cast<std::size_t>(dimension))) {}

void VectorBlock::reserve(std::size_t vectors) {
  if (keep_floats_) floats_.reserve(vectors * static_cast<std::size_t>(dimension_));
  codes_.reserve(vectors * stride_);
  scales_.reserve(vectors);
  sums_.reserve(vectors);
}

void VectorBlock::add(std::span<const float> vector) {
  if (keep_floats_) floats_.insert(floats_.end(), vector.begin(), vector.end());
  codes_.resize(codes_.size() + stride_);
  std::int8_t* code = codes_.data() + codes_.size() - stride_;
  scales_.push_back(quantise(vector, code));
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < stride_; ++i) sum += code[i];
  sums_.push_back(sum);
}

std::size_t VectorBlock::bytes() const {
  return floats_.size() * sizeof(float) + codes_.size() +
         size() * (sizeof(float) + sizeof(std::int32_t));
}

float VectorBlock::approximate(const QueryCode& query, std::size_t i) const {
  const std::int8_t* code = codes_.data() + i * stride_;
  const std::int32_t dot = kHasVnni ? dot_vnni(query.shifted_code(), code, stride_) - 128 * sums_[i]
                                    : dot_avx2(query.signed_code(), code, stride_);
  return static_cast<float>(dot) * scales_[i] * query.scale();
}

void VectorBlock::approximate(const QueryCode& query, std::size_t first,
                              std::span<float> out) const {
  for (std::size_t i = 0; i < out.size(); ++i) {
    __builtin_prefetch(codes_.data() + (first + i + 8) * stride_);
    out[i] = approximate(query, first + i);
  }
}

float VectorBlock::approximate_between(std::size_t i, std::size_t j) const {
  const std::int32_t dot =
      dot_avx2(codes_.data() + i * stride_, codes_.data() + j * stride_, stride_);
  return static_cast<float>(dot) * scales_[i] * scales_[j];
}

float VectorBlock::exact(std::span<const float> query, std::size_t i) const {
  return faiss::fvec_inner_product(query.data(), vector(i).data(),
                                   static_cast<std::size_t>(dimension_));
}

}  // namespace monitora::retrieval
