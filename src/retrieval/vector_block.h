// The vectors of a segment: float32 for exact scores and int8 codes for scanning.
//
// A code is round(x / s) with s = max|x| / 127 of that vector, so a scan reads a quarter of the
// bytes and its best are re-ranked by the exact inner product. Immutable once built; thread-safe to
// read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace monitora::retrieval {

// What a search prepares once of its question.
class QueryCode {
 public:
  explicit QueryCode(std::span<const float> vector);
  const std::int8_t* signed_code() const { return signed_.data(); }
  const std::uint8_t* shifted_code() const { return shifted_.data(); }  // signed + 128, for VNNI
  float scale() const { return scale_; }
  std::span<const float> vector() const { return vector_; }

 private:
  std::vector<std::int8_t> signed_;
  std::vector<std::uint8_t> shifted_;
  std::vector<float> vector_;
  float scale_ = 0;
};

class VectorBlock {
 public:
  // Without the float vectors there is only approximate(), and a quarter of the memory.
  explicit VectorBlock(int dimension, bool keep_floats = true);

  void reserve(std::size_t vectors);
  void add(std::span<const float> vector);  // `dimension` long

  int dimension() const { return dimension_; }
  std::size_t size() const { return scales_.size(); }
  std::size_t bytes() const;
  std::span<const float> vector(std::size_t i) const {
    return {floats_.data() + i * static_cast<std::size_t>(dimension_),
            static_cast<std::size_t>(dimension_)};
  }
  std::span<const float> floats() const { return floats_; }

  // Inner product of the codes, an approximation (error about 0.002 for unit vectors).
  float approximate(const QueryCode& query, std::size_t i) const;
  // The same for vectors first … first + out.size().
  void approximate(const QueryCode& query, std::size_t first, std::span<float> out) const;
  float approximate_between(std::size_t i, std::size_t j) const;
  // Inner product of the float vectors.
  float exact(std::span<const float> query, std::size_t i) const;
  void prefetch(std::size_t i) const {
    const std::int8_t* code = codes_.data() + i * stride_;
    for (std::size_t at = 0; at < stride_; at += 64) __builtin_prefetch(code + at);
  }

 private:
  int dimension_;
  bool keep_floats_;
  std::size_t stride_;  // dimension rounded up to 64
  std::vector<float> floats_;
  std::vector<std::int8_t> codes_;
  std::vector<float> scales_;
  std::vector<std::int32_t>
      sums_;  // of a code's elements, what VNNI's shifted query adds 128 times
};

}  // namespace monitora::retrieval
