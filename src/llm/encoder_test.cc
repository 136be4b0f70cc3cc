#include "llm/encoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <random>

#include "llm/embedding_engine.h"
#include "llm/embedding_tiny_model.h"
#include "llm/embedding_tokenizer.h"

namespace monitora::llm {
namespace {

class Kernels : public testing::Test {
 protected:
  void SetUp() override {
    if (!processor_has_encoder_kernels()) GTEST_SKIP() << "this processor has no AVX-512 VNNI";
  }
  std::vector<float> noise(std::size_t n, float deviation = 1) {
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> out(n);
    for (float& x : out) x = normal(random_);
    return out;
  }
  std::mt19937 random_{7};
};

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

// Every number of rows up to two tiles, columns and rows that fill no group and no panel.
TEST_F(Kernels, IntegerProductsAreThoseOfTheQuantisedNumbers) {
  for (std::size_t rows = 1; rows <= 13; ++rows) {
    const std::size_t columns = 160, outputs = 96;
    const std::size_t k = padded_columns(columns), n = padded_rows(outputs), groups = k / kGroup;
    const std::vector<float> in = noise(rows * columns);
    RegisterVector<std::int8_t> codes(rows * k);
    std::vector<float> scales(rows * groups), offsets(rows * groups);
    std::vector<std::int32_t> shifts(rows * groups);
    const Activations activations{codes.data(), scales.data(), offsets.data(), shifts.data()};
    quantise(in.data(), columns, rows, columns, activations);

    RegisterVector<std::uint8_t> packed(n * k, 128);
    RegisterVector<float> weight_scales(n, 0.01F), sums(n * groups), bias = {};
    bias.resize(n, 0.5F);
    std::vector<int> weights(n * k);
    for (std::size_t r = 0; r < outputs; ++r)
      for (std::size_t c = 0; c < columns; ++c) {
        const int code = static_cast<int>(random_() % 255) - 127;
        weights[r * k + c] = code;
        packed[((r / kPanel * k / 4 + c / 4) * kPanel + r % kPanel) * 4 + c % 4] =
            static_cast<std::uint8_t>(code + 128);
        sums[(r / kPanel * groups + c / kGroup) * kPanel + r % kPanel] += static_cast<float>(code);
      }
    RegisterVector<float> out(rows * n);
    multiply(activations, rows,
             {n, k, packed.data(), weight_scales.data(), sums.data(), bias.data()}, out.data());
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        const std::size_t g = r * groups + c / kGroup;
        const float back = scales[g] * (static_cast<float>(codes[r * k + c]) + offsets[g]);
        ASSERT_NEAR(back, in[r * columns + c], scales[g] * 0.501F);
      }
      for (std::size_t o = 0; o < outputs; ++o) {
        double expected = 0.5;
        for (std::size_t c = 0; c < columns; ++c) {
          const std::size_t g = r * groups + c / kGroup;
          expected += 0.01 * weights[o * k + c] * scales[g] *
                      (static_cast<double>(codes[r * k + c]) + offsets[g]);
        }
        ASSERT_NEAR(out[r * n + o], expected, 1e-3) << rows << ' ' << r << ' ' << o;
      }
    }
  }
}

TEST_F(Kernels, ARowOfOneValueIsQuantisedExactly) {
  for (const float value : {0.0F, 3.25F, -1e-20F}) {
    const std::vector<float> in(kGroup, value);
    RegisterVector<std::int8_t> codes(kGroup);
    float scale = 0, offset = 0;
    std::int32_t shift = 0;
    quantise(in.data(), kGroup, 1, kGroup, {codes.data(), &scale, &offset, &shift});
    EXPECT_FLOAT_EQ(scale * (static_cast<float>(codes[5]) + offset), value);
  }
}

TEST_F(Kernels, GeluIsTheExactOne) {
  std::vector<float> x;
  for (float value = -12; value <= 12; value += 0.037F) x.push_back(value);
  std::vector<float> y = x;
  gelu(y.data(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    ASSERT_NEAR(y[i], x[i] * 0.5 * std::erfc(-x[i] / std::sqrt(2.0)), 2e-6) << x[i];
}

TEST_F(Kernels, SoftmaxSumsToOneAndSurvivesLargeValues) {
  for (const std::size_t columns : {1U, 15U, 16U, 17U, 40U}) {
    std::vector<float> x = noise(3 * columns, 30);
    x[0] = 1000;
    const std::vector<float> before = x;
    softmax(x.data(), columns, 3, columns, 0.5F);
    for (std::size_t r = 0; r < 3; ++r) {
      double sum = 0, most = -1e30;
      for (std::size_t c = 0; c < columns; ++c)
        most = std::max<double>(most, before[r * columns + c]);
      for (std::size_t c = 0; c < columns; ++c)
        sum += std::exp((before[r * columns + c] - most) / 2);
      for (std::size_t c = 0; c < columns; ++c)
        ASSERT_NEAR(x[r * columns + c], std::exp((before[r * columns + c] - most) / 2) / sum, 1e-5);
    }
  }
}

TEST_F(Kernels, FloatProductsAreRightAtEveryEdge) {
  for (const std::size_t m : {1U, 5U, 7U, 12U})
    for (const std::size_t n : {1U, 16U, 33U}) {
      const std::size_t k = 9;
      const std::vector<float> a = noise(m * k), b = noise(k * n);
      std::vector<float> c(m * n, -1);
      multiply_floats(a.data(), k, b.data(), n, c.data(), n, m, n, k);
      for (std::size_t i = 0; i < m; ++i)
        for (std::size_t j = 0; j < n; ++j) {
          double expected = 0;
          for (std::size_t x = 0; x < k; ++x) expected += a[i * k + x] * b[x * n + j];
          ASSERT_NEAR(c[i * n + j], expected, 1e-4);
        }
    }
}

TEST_F(Kernels, NormalisesRows) {
  std::vector<float> x = noise(2 * 40, 3);
  const std::vector<float> added = noise(2 * 64), weight = noise(40), bias = noise(40), before = x;
  add_and_normalise(x.data(), added.data(), 64, 2, 40, weight.data(), bias.data(), 1e-5F);
  for (std::size_t r = 0; r < 2; ++r) {
    double mean = 0, variance = 0;
    const auto sum = [&](std::size_t i) { return before[r * 40 + i] + added[r * 64 + i]; };
    for (std::size_t i = 0; i < 40; ++i) mean += sum(i) / 40;
    for (std::size_t i = 0; i < 40; ++i) variance += (sum(i) - mean) * (sum(i) - mean) / 40;
    for (std::size_t i = 0; i < 40; ++i)
      ASSERT_NEAR(x[r * 40 + i], (sum(i) - mean) / std::sqrt(variance + 1e-5) * weight[i] + bias[i],
                  1e-4);
  }
}

// The fallback for other processors gives the same vectors, whatever the size of model or text.
TEST_F(Kernels, BothEnginesAgree) {
  const TinyModel tiny;
  const auto real =
      MappedFile::open(std::filesystem::path(MONITORA_DEPS) / "model/e5-small-q4.bin");
  ASSERT_TRUE(real.ok());
  for (const BytesView bytes :
       {BytesView(reinterpret_cast<const std::uint8_t*>(tiny.bytes().data()), tiny.bytes().size()),
        (*real)->bytes()}) {
    const auto file = EmbeddingModelFile::parse(bytes);
    ASSERT_TRUE(file.ok());
    const auto kernels = make_kernel_engine(*file, 1);
    const auto openvino = make_openvino_engine(*file, 1);
    ASSERT_TRUE(openvino.ok()) << openvino.status().to_string();
    // Without the special tokens around it the real model's vectors tell little.
    std::vector<std::int32_t> ids = {file->tokenizer.bos};
    for (const std::int32_t id :
         UnigramTokenizer(file->tokenizer)
             .encode("query: La livraison en Espagne prend cinq jours, and returns are free."))
      ids.push_back(id);
    ids.push_back(file->tokenizer.eos);
    const double least = file->hidden == TinyModel::kHidden ? 0.98 : 0.999;
    for (const int tokens : {2, 7, file->positions}) {
      const auto hidden = static_cast<std::size_t>(file->hidden);
      std::vector<float> embeddings(static_cast<std::size_t>(tokens) * hidden);
      for (std::size_t i = 0; i < embeddings.size(); i += hidden)
        unpack_row(file->word_embeddings, ids[i / hidden % ids.size()], embeddings.data() + i);
      for (std::size_t i = 0; i < embeddings.size(); ++i)
        embeddings[i] += file->position_embeddings[i];
      const auto ours = kernels->run(Embedder::Kind::query, embeddings);
      const auto theirs = (*openvino)->run(Embedder::Kind::query, embeddings);
      ASSERT_TRUE(ours.ok() && theirs.ok());
      EXPECT_GE(cosine(*ours, *theirs), least) << hidden << ' ' << tokens;
    }
  }
}

}  // namespace
}  // namespace monitora::llm
