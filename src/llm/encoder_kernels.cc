#include "llm/encoder_kernels.h"

#include <immintrin.h>

namespace monitora::llm {

bool processor_has_encoder_kernels() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vnni");
}

// Only the functions from here on are compiled for these processors.
#pragma clang attribute push(                                                              \
        __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
            apply_to = function)

namespace {

constexpr std::size_t kLanes = 16;
constexpr std::size_t kVectors = kPanel / kLanes;  // of a panel's row
constexpr std::size_t kTileRows = 6;               // 6 × 4 sums leave 8 registers for the rest

std::size_t least(std::size_t a, std::size_t b) {
  return a < b ? a : b;
}

__mmask16 lanes(std::size_t left) {
  return left >= kLanes ? static_cast<__mmask16>(0xFFFF) : static_cast<__mmask16>((1U << left) - 1);
}

// exp(x), relative error some 1e-7: 2^n · 2^f with f in −½…½ by its Taylor series.
__m512 exponential(__m512 x) {
  const __m512 y =
      _mm512_mul_ps(_mm512_max_ps(x, _mm512_set1_ps(-87)), _mm512_set1_ps(1.44269504F));
  const __m512 whole = _mm512_roundscale_ps(y, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  const __m512 f = _mm512_sub_ps(y, whole);
  __m512 p = _mm512_set1_ps(1.54035304e-4F);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.33335581e-3F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.61812911e-3F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.55041087e-2F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.240226507F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.693147181F));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1));
  return _mm512_scalef_ps(p, whole);
}

__m512 gelu_of(__m512 x) {
  const __m512 one = _mm512_set1_ps(1);
  const __m512 z = _mm512_mul_ps(_mm512_abs_ps(x), _mm512_set1_ps(0.707106781F));
  const __m512 t = _mm512_div_ps(one, _mm512_fmadd_ps(z, _mm512_set1_ps(0.3275911F), one));
  __m512 p = _mm512_set1_ps(1.061405429F);
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-1.453152027F));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(1.421413741F));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-0.284496736F));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.254829592F));
  const __m512 tail = _mm512_mul_ps(
      _mm512_mul_ps(p, t), exponential(_mm512_sub_ps(_mm512_setzero_ps(), _mm512_mul_ps(z, z))));
  // tail = 1 − erf(z): Φ(x) is tail / 2 left of zero and 1 − tail / 2 right of it.
  const __m512 half = _mm512_mul_ps(tail, _mm512_set1_ps(0.5F));
  const __mmask16 right = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GE_OQ);
  return _mm512_mul_ps(x, _mm512_mask_sub_ps(half, right, one, half));
}

void quantise_group(const float* in, std::size_t columns, std::int8_t* codes, float& scale,
                    float& offset, std::int32_t& shift) {
  __m512 x[kGroup / kLanes];
  __m512 lowest = _mm512_set1_ps(3e38F), highest = _mm512_set1_ps(-3e38F);
  for (std::size_t i = 0; i < kGroup / kLanes; ++i) {
    const std::size_t at = i * kLanes;
    const __mmask16 mask = at < columns ? lanes(columns - at) : 0;
    x[i] = _mm512_maskz_loadu_ps(mask, in + at);
    lowest = _mm512_mask_min_ps(lowest, mask, lowest, x[i]);
    highest = _mm512_mask_max_ps(highest, mask, highest, x[i]);
  }
  const float low = _mm512_reduce_min_ps(lowest), high = _mm512_reduce_max_ps(highest);
  scale = (high - low) / 254;
  if (!(scale > 1e-30F)) scale = 1;
  offset = (high + low) / (2 * scale);
  const __m512 factor = _mm512_set1_ps(1 / scale), middle = _mm512_set1_ps(-offset);
  for (std::size_t i = 0; i < kGroup / kLanes; ++i) {
    const std::size_t at = i * kLanes;
    const __mmask16 mask = at < columns ? lanes(columns - at) : 0;
    const __m512i code = _mm512_maskz_cvtps_epi32(mask, _mm512_fmadd_ps(x[i], factor, middle));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(codes + at), _mm512_cvtsepi32_epi8(code));
  }
  __m512i sum = _mm512_setzero_si512();
  for (std::size_t i = 0; i < kGroup; i += 64)
    sum = _mm512_dpbusd_epi32(sum, _mm512_set1_epi8(1), _mm512_loadu_si512(codes + i));
  shift = -128 * _mm512_reduce_add_epi32(sum);
}

// One group of kRows rows by one panel: added to the bias if it is the first, else to `out`.
template <std::size_t kRows>
void multiply_tile(const Activations& in, std::size_t row, std::size_t columns, std::size_t group,
                   const std::uint8_t* panel, const std::uint8_t* next, const float* sums,
                   const float* scales, const float* bias, float* out, std::size_t out_stride) {
  const std::size_t groups = columns / kGroup;
  __m512i sum[kRows][kVectors];
  const std::int8_t* codes[kRows];
#pragma clang loop unroll(full)
  for (std::size_t r = 0; r < kRows; ++r) {
    codes[r] = in.codes + (row + r) * columns + group * kGroup;
    const __m512i shift = _mm512_set1_epi32(in.shifts[(row + r) * groups + group]);
#pragma clang loop unroll(full)
    for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] = shift;
  }
  for (std::size_t k = 0; k < kGroup; k += 4) {
    __m512i weight[kVectors];
#pragma clang loop unroll(full)
    for (std::size_t v = 0; v < kVectors; ++v)
      weight[v] = _mm512_load_si512(panel + k * kPanel + v * kRegisterBytes);
    // The processor's own prefetching stops at each page: without this, a third more time.
    __builtin_prefetch(next + k * kPanel / 2);
    __builtin_prefetch(next + k * kPanel / 2 + kRegisterBytes);
#pragma clang loop unroll(full)
    for (std::size_t r = 0; r < kRows; ++r) {
      std::int32_t four = 0;
      __builtin_memcpy(&four, codes[r] + k, 4);
      const __m512i code = _mm512_set1_epi32(four);
#pragma clang loop unroll(full)
      for (std::size_t v = 0; v < kVectors; ++v)
        sum[r][v] = _mm512_dpbusd_epi32(sum[r][v], weight[v], code);
    }
  }
#pragma clang loop unroll(full)
  for (std::size_t r = 0; r < kRows; ++r) {
    const __m512 scale = _mm512_set1_ps(in.scales[(row + r) * groups + group]);
    const __m512 offset = _mm512_set1_ps(in.offsets[(row + r) * groups + group]);
    float* to = out + (row + r) * out_stride;
    const float* before = group == 0 ? bias : to;
#pragma clang loop unroll(full)
    for (std::size_t v = 0; v < kVectors; ++v) {
      const __m512 product = _mm512_fmadd_ps(offset, _mm512_loadu_ps(sums + v * kLanes),
                                             _mm512_cvtepi32_ps(sum[r][v]));
      const __m512 by = _mm512_mul_ps(scale, _mm512_loadu_ps(scales + v * kLanes));
      _mm512_storeu_ps(to + v * kLanes,
                       _mm512_fmadd_ps(product, by, _mm512_loadu_ps(before + v * kLanes)));
    }
  }
}

using Tile = decltype(&multiply_tile<1>);
constexpr Tile kTiles[kTileRows] = {multiply_tile<1>, multiply_tile<2>, multiply_tile<3>,
                                    multiply_tile<4>, multiply_tile<5>, multiply_tile<6>};

// kRows rows by up to 32 columns.
template <std::size_t kRows>
void multiply_floats_tile(const float* a, std::size_t a_stride, const float* b,
                          std::size_t b_stride, float* c, std::size_t c_stride, std::size_t n,
                          std::size_t k) {
  const __mmask16 first = lanes(n), second = n > kLanes ? lanes(n - kLanes) : 0;
  __m512 sum[kRows][2];
#pragma clang loop unroll(full)
  for (std::size_t r = 0; r < kRows; ++r) sum[r][0] = sum[r][1] = _mm512_setzero_ps();
  for (std::size_t i = 0; i < k; ++i) {
    const __m512 b0 = _mm512_maskz_loadu_ps(first, b + i * b_stride);
    const __m512 b1 = _mm512_maskz_loadu_ps(second, b + i * b_stride + kLanes);
#pragma clang loop unroll(full)
    for (std::size_t r = 0; r < kRows; ++r) {
      const __m512 x = _mm512_set1_ps(a[r * a_stride + i]);
      sum[r][0] = _mm512_fmadd_ps(x, b0, sum[r][0]);
      sum[r][1] = _mm512_fmadd_ps(x, b1, sum[r][1]);
    }
  }
#pragma clang loop unroll(full)
  for (std::size_t r = 0; r < kRows; ++r) {
    _mm512_mask_storeu_ps(c + r * c_stride, first, sum[r][0]);
    _mm512_mask_storeu_ps(c + r * c_stride + kLanes, second, sum[r][1]);
  }
}

using FloatTile = decltype(&multiply_floats_tile<1>);
constexpr FloatTile kFloatTiles[kTileRows] = {multiply_floats_tile<1>, multiply_floats_tile<2>,
                                              multiply_floats_tile<3>, multiply_floats_tile<4>,
                                              multiply_floats_tile<5>, multiply_floats_tile<6>};

}  // namespace

void quantise(const float* in, std::size_t stride, std::size_t rows, std::size_t columns,
              const Activations& out) {
  const std::size_t padded = padded_columns(columns), groups = padded / kGroup;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t g = 0; g < groups; ++g) {
      const std::size_t at = g * kGroup;
      quantise_group(in + r * stride + at, least(kGroup, columns - at), out.codes + r * padded + at,
                     out.scales[r * groups + g], out.offsets[r * groups + g],
                     out.shifts[r * groups + g]);
    }
}

void multiply(const Activations& in, std::size_t rows, const PackedWeights& weights, float* out) {
  constexpr std::size_t kBytes = kGroup * kPanel;  // of a panel's group
  const std::size_t groups = weights.columns / kGroup;
  const std::uint8_t* panel = weights.codes;
  const float* sums = weights.sums;
  // These 8 KB stay in the first cache while every row passes them; the first two tiles of rows
  // fetch half of the next each.
  for (std::size_t n = 0; n < weights.rows; n += kPanel)
    for (std::size_t g = 0; g < groups; ++g, panel += kBytes, sums += kPanel)
      for (std::size_t r = 0; r < rows; r += kTileRows)
        kTiles[least(kTileRows, rows - r) - 1](
            in, r, weights.columns, g, panel, panel + kBytes + (r == 0 ? 0 : kBytes / 2), sums,
            weights.scales + n, weights.bias + n, out + n, weights.rows);
}

void add_and_normalise(float* in, const float* added, std::size_t added_stride, std::size_t rows,
                       std::size_t columns, const float* weight, const float* bias, float epsilon) {
  for (std::size_t r = 0; r < rows; ++r) {
    float* x = in + r * columns;
    __m512 sum = _mm512_setzero_ps();
    for (std::size_t i = 0; i < columns; i += kLanes) {
      const __mmask16 mask = lanes(columns - i);
      __m512 value = _mm512_maskz_loadu_ps(mask, x + i);
      if (added != nullptr)
        value = _mm512_add_ps(value, _mm512_maskz_loadu_ps(mask, added + r * added_stride + i));
      _mm512_mask_storeu_ps(x + i, mask, value);
      sum = _mm512_add_ps(sum, value);
    }
    const auto count = static_cast<float>(columns);
    const __m512 mean = _mm512_set1_ps(_mm512_reduce_add_ps(sum) / count);
    __m512 squares = _mm512_setzero_ps();
    for (std::size_t i = 0; i < columns; i += kLanes) {
      const __mmask16 mask = lanes(columns - i);
      const __m512 d = _mm512_maskz_sub_ps(mask, _mm512_maskz_loadu_ps(mask, x + i), mean);
      squares = _mm512_fmadd_ps(d, d, squares);
    }
    const float variance = _mm512_reduce_add_ps(squares) / count;
    const __m512 scale = _mm512_set1_ps(1 / __builtin_sqrtf(variance + epsilon));
    for (std::size_t i = 0; i < columns; i += kLanes) {
      const __mmask16 mask = lanes(columns - i);
      const __m512 d = _mm512_sub_ps(_mm512_maskz_loadu_ps(mask, x + i), mean);
      const __m512 w = _mm512_mul_ps(scale, _mm512_maskz_loadu_ps(mask, weight + i));
      _mm512_mask_storeu_ps(x + i, mask,
                            _mm512_fmadd_ps(d, w, _mm512_maskz_loadu_ps(mask, bias + i)));
    }
  }
}

void gelu(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; i += kLanes) {
    const __mmask16 mask = lanes(count - i);
    _mm512_mask_storeu_ps(values + i, mask, gelu_of(_mm512_maskz_loadu_ps(mask, values + i)));
  }
}

void multiply_floats(const float* a, std::size_t a_stride, const float* b, std::size_t b_stride,
                     float* c, std::size_t c_stride, std::size_t m, std::size_t n, std::size_t k) {
  for (std::size_t j = 0; j < n; j += 2 * kLanes)
    for (std::size_t i = 0; i < m; i += kTileRows)
      kFloatTiles[least(kTileRows, m - i) - 1](a + i * a_stride, a_stride, b + j, b_stride,
                                               c + i * c_stride + j, c_stride,
                                               least(2 * kLanes, n - j), k);
}

void softmax(float* values, std::size_t stride, std::size_t rows, std::size_t columns,
             float scale) {
  for (std::size_t r = 0; r < rows; ++r) {
    float* x = values + r * stride;
    __m512 highest = _mm512_set1_ps(-3e38F);
    for (std::size_t i = 0; i < columns; i += kLanes) {
      const __mmask16 mask = lanes(columns - i);
      highest = _mm512_mask_max_ps(highest, mask, highest, _mm512_maskz_loadu_ps(mask, x + i));
    }
    const __m512 by = _mm512_set1_ps(scale);
    const __m512 most = _mm512_set1_ps(_mm512_reduce_max_ps(highest) * scale);
    __m512 sum = _mm512_setzero_ps();
    for (std::size_t i = 0; i < columns; i += kLanes) {
      const __mmask16 mask = lanes(columns - i);
      const __m512 e = exponential(_mm512_fmsub_ps(_mm512_maskz_loadu_ps(mask, x + i), by, most));
      _mm512_mask_storeu_ps(x + i, mask, e);
      sum = _mm512_mask_add_ps(sum, mask, sum, e);
    }
    const __m512 share = _mm512_set1_ps(1 / _mm512_reduce_add_ps(sum));
    for (std::size_t i = 0; i < columns; i += kLanes) {
      const __mmask16 mask = lanes(columns - i);
      _mm512_mask_storeu_ps(x + i, mask, _mm512_mul_ps(_mm512_maskz_loadu_ps(mask, x + i), share));
    }
  }
}

#pragma clang attribute pop

}  // namespace monitora::llm
