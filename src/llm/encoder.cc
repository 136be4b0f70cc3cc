#include "llm/encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace monitora::llm {
namespace {

template <class Buffer>
void grow(Buffer& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

}  // namespace

PackedWeights Encoder::Matrix::view() const {
  return {rows, columns, codes.data(), scales.data(), sums.data(), bias.data()};
}

Encoder::Matrix Encoder::pack(const std::vector<const Q4Matrix*>& matrices,
                              const std::vector<float>& bias) {
  Matrix out;
  const auto columns = static_cast<std::size_t>(matrices.front()->columns);
  out.rows = padded_rows(bias.size());
  out.columns = padded_columns(columns);
  const std::size_t groups = out.columns / kGroup;
  out.codes.assign(out.rows * out.columns, 128);
  out.scales.assign(out.rows, 0);
  out.sums.assign(out.rows * groups, 0);
  out.bias.assign(out.rows, 0);
  std::copy(bias.begin(), bias.end(), out.bias.begin());
  std::vector<float> row(columns);
  std::size_t n = 0;
  for (const Q4Matrix* matrix : matrices)
    for (int r = 0; r < matrix->rows; ++r, ++n) {
      unpack_row(*matrix, r, row.data());
      float most = 0;
      bool finite = true;
      for (const float x : row) {
        most = std::max(most, std::abs(x));
        finite = finite && std::isfinite(x);
      }
      // A damaged row makes no finite result: the engine reports it.
      out.scales[n] = finite ? most / 127 : std::numeric_limits<float>::quiet_NaN();
      if (!finite || most == 0) continue;
      const float scale = out.scales[n];
      const std::size_t panel = n / kPanel, lane = n % kPanel;
      for (std::size_t k = 0; k < columns; ++k) {
        const auto code = static_cast<int>(std::lrint(row[k] / scale));
        out.codes[((panel * out.columns / 4 + k / 4) * kPanel + lane) * 4 + k % 4] =
            static_cast<std::uint8_t>(code + 128);
        out.sums[(panel * groups + k / kGroup) * kPanel + lane] += static_cast<float>(code);
      }
    }
  return out;
}

Encoder::Encoder(const EmbeddingModelFile& file)
    : hidden_(static_cast<std::size_t>(file.hidden)),
      heads_(static_cast<std::size_t>(file.heads)),
      feed_forward_(static_cast<std::size_t>(file.feed_forward)),
      epsilon_(file.epsilon),
      norm_weight_(file.embedding_norm_weight),
      norm_bias_(file.embedding_norm_bias) {
  for (const EncoderLayer& layer : file.layers) {
    std::vector<float> bias = layer.query_bias;
    bias.insert(bias.end(), layer.key_bias.begin(), layer.key_bias.end());
    bias.insert(bias.end(), layer.value_bias.begin(), layer.value_bias.end());
    layers_.push_back({pack({&layer.query, &layer.key, &layer.value}, bias),
                       pack({&layer.attention_output}, layer.attention_output_bias),
                       pack({&layer.feed_in}, layer.feed_in_bias),
                       pack({&layer.feed_out}, layer.feed_out_bias), layer.attention_norm_weight,
                       layer.attention_norm_bias, layer.output_norm_weight,
                       layer.output_norm_bias});
  }
}

void Encoder::apply(const Matrix& matrix, const RegisterVector<float>& in, std::size_t stride,
                    std::size_t tokens, std::size_t columns, RegisterVector<float>& out,
                    EncoderScratch& scratch) const {
  const std::size_t groups = matrix.columns / kGroup;
  grow(scratch.codes, tokens * matrix.columns);
  grow(scratch.scales, tokens * groups);
  grow(scratch.offsets, tokens * groups);
  grow(scratch.shifts, tokens * groups);
  grow(out, tokens * matrix.rows);
  const Activations activations{scratch.codes.data(), scratch.scales.data(), scratch.offsets.data(),
                                scratch.shifts.data()};
  quantise(in.data(), stride, tokens, columns, activations);
  multiply(activations, tokens, matrix.view(), out.data());
}

// scratch.wide holds queries, keys and values side by side; what they give goes to scratch.narrow.
void Encoder::attend(std::size_t tokens, std::size_t stride, EncoderScratch& scratch) const {
  const std::size_t head = hidden_ / heads_;
  grow(scratch.keys, head * tokens);
  grow(scratch.scores, tokens * tokens);
  grow(scratch.narrow, tokens * hidden_);
  for (std::size_t h = 0; h < heads_; ++h) {
    const float* queries = scratch.wide.data() + h * head;
    const float* keys = queries + hidden_;
    const float* values = keys + hidden_;
    for (std::size_t t = 0; t < tokens; ++t)
      for (std::size_t i = 0; i < head; ++i) scratch.keys[i * tokens + t] = keys[t * stride + i];
    float* scores = scratch.scores.data();
    multiply_floats(queries, stride, scratch.keys.data(), tokens, scores, tokens, tokens, tokens,
                    head);
    softmax(scores, tokens, tokens, tokens, 1 / std::sqrt(static_cast<float>(head)));
    multiply_floats(scores, tokens, values, stride, scratch.narrow.data() + h * head, hidden_,
                    tokens, head, tokens);
  }
}

std::vector<float> Encoder::run(const std::vector<float>& embeddings,
                                EncoderScratch& scratch) const {
  const std::size_t tokens = embeddings.size() / hidden_;
  grow(scratch.hidden, embeddings.size());
  std::copy(embeddings.begin(), embeddings.end(), scratch.hidden.begin());
  float* hidden = scratch.hidden.data();
  add_and_normalise(hidden, nullptr, 0, tokens, hidden_, norm_weight_.data(), norm_bias_.data(),
                    epsilon_);
  for (const Layer& layer : layers_) {
    apply(layer.query_key_value, scratch.hidden, hidden_, tokens, hidden_, scratch.wide, scratch);
    attend(tokens, layer.query_key_value.rows, scratch);
    apply(layer.attention_output, scratch.narrow, hidden_, tokens, hidden_, scratch.wide, scratch);
    add_and_normalise(hidden, scratch.wide.data(), layer.attention_output.rows, tokens, hidden_,
                      layer.attention_norm_weight.data(), layer.attention_norm_bias.data(),
                      epsilon_);
    apply(layer.feed_in, scratch.hidden, hidden_, tokens, hidden_, scratch.wide, scratch);
    gelu(scratch.wide.data(), tokens * layer.feed_in.rows);
    apply(layer.feed_out, scratch.wide, layer.feed_in.rows, tokens, feed_forward_, scratch.narrow,
          scratch);
    add_and_normalise(hidden, scratch.narrow.data(), layer.feed_out.rows, tokens, hidden_,
                      layer.output_norm_weight.data(), layer.output_norm_bias.data(), epsilon_);
  }
  std::vector<float> mean(hidden_);
  for (std::size_t t = 0; t < tokens; ++t)
    for (std::size_t i = 0; i < hidden_; ++i) mean[i] += hidden[t * hidden_ + i];
  for (float& x : mean) x /= static_cast<float>(tokens);
  return mean;
}

}  // namespace monitora::llm
