#include "llm/embedding_graph.h"

#include <cmath>
#include <cstring>
#include <initializer_list>
#include <openvino/openvino.hpp>
#include <openvino/opsets/opset13.hpp>

namespace monitora::llm {
namespace {

namespace op = ov::opset13;
using Output = ov::Output<ov::Node>;

Output floats(const ov::Shape& shape, const std::vector<float>& values) {
  return op::Constant::create(ov::element::f32, shape, values);
}
Output integers(const std::vector<std::int64_t>& values) {
  return op::Constant::create(ov::element::i64, ov::Shape{values.size()}, values);
}
Output integer(std::int64_t value) {
  return op::Constant::create(ov::element::i64, ov::Shape{}, {value});
}

// The matrices one below the other, as weights that the plugin keeps quantised. Integers of 8 bits
// hold the file's 4-bit ones exactly and are faster to multiply.
Output weights(std::initializer_list<const Q4Matrix*> matrices) {
  std::size_t rows = 0;
  for (const Q4Matrix* matrix : matrices) rows += static_cast<std::size_t>(matrix->rows);
  const auto columns = static_cast<std::size_t>((*matrices.begin())->columns);
  const std::size_t groups = columns / kQ4BlockWeights;
  ov::Tensor values(ov::element::i8, {rows, groups, kQ4BlockWeights});
  ov::Tensor scales(ov::element::f16, {rows, groups, 1});
  auto* value = static_cast<std::int8_t*>(values.data());
  auto* scale = static_cast<std::uint8_t*>(scales.data());
  for (const Q4Matrix* matrix : matrices) {
    const std::size_t blocks = static_cast<std::size_t>(matrix->rows) * groups;
    const std::uint8_t* block = matrix->blocks;
    for (std::size_t i = 0; i < blocks; ++i, block += kQ4BlockBytes) {
      std::memcpy(scale, block, 2);
      scale += 2;
      for (int j = 0; j < 16; ++j) {
        value[j] = static_cast<std::int8_t>((block[2 + j] & 0x0F) - 8);
        value[j + 16] = static_cast<std::int8_t>((block[2 + j] >> 4) - 8);
      }
      value += kQ4BlockWeights;
    }
  }
  const auto decompressed = std::make_shared<op::Multiply>(
      std::make_shared<op::Convert>(std::make_shared<op::Constant>(values), ov::element::f16),
      std::make_shared<op::Constant>(scales));
  const auto flat = std::make_shared<op::Reshape>(
      decompressed, integers({static_cast<std::int64_t>(rows), static_cast<std::int64_t>(columns)}),
      false);
  return std::make_shared<op::Convert>(flat, ov::element::f32);
}

Output linear(const Output& input, const Output& weight, const std::vector<float>& bias) {
  const auto product = std::make_shared<op::MatMul>(input, weight, false, true);
  return std::make_shared<op::Add>(product, floats({1, 1, bias.size()}, bias));
}

Output layer_norm(const Output& input, const std::vector<float>& weight,
                  const std::vector<float>& bias, float epsilon) {
  const auto normalised = std::make_shared<op::MVN>(input, integers({-1}), true, epsilon,
                                                    ov::op::MVNEpsMode::INSIDE_SQRT);
  const auto scaled =
      std::make_shared<op::Multiply>(normalised, floats({1, 1, weight.size()}, weight));
  return std::make_shared<op::Add>(scaled, floats({1, 1, bias.size()}, bias));
}

Output attention(const EmbeddingModelFile& file, const EncoderLayer& layer, const Output& input) {
  const std::int64_t head = file.hidden / file.heads;
  std::vector<float> bias = layer.query_bias;
  bias.insert(bias.end(), layer.key_bias.begin(), layer.key_bias.end());
  bias.insert(bias.end(), layer.value_bias.begin(), layer.value_bias.end());
  const Output all = linear(input, weights({&layer.query, &layer.key, &layer.value}), bias);

  // (1, tokens, 3·hidden) → three of (1, heads, tokens, head)
  const auto split = std::make_shared<op::Split>(all, integer(2), 3);
  const auto by_head = [&](std::size_t part) {
    const auto shaped = std::make_shared<op::Reshape>(split->output(part),
                                                      integers({0, 0, file.heads, head}), true);
    return std::make_shared<op::Transpose>(shaped, integers({0, 2, 1, 3}));
  };
  const auto attended =
      std::make_shared<op::ScaledDotProductAttention>(by_head(0), by_head(1), by_head(2), false);
  const auto back = std::make_shared<op::Transpose>(attended, integers({0, 2, 1, 3}));
  const auto joined = std::make_shared<op::Reshape>(back, integers({0, 0, file.hidden}), true);
  return linear(joined, weights({&layer.attention_output}), layer.attention_output_bias);
}

Output encoder_layer(const EmbeddingModelFile& file, const EncoderLayer& layer,
                     const Output& input) {
  const auto attended = std::make_shared<op::Add>(input, attention(file, layer, input));
  const Output middle =
      layer_norm(attended, layer.attention_norm_weight, layer.attention_norm_bias, file.epsilon);
  const Output wide = linear(middle, weights({&layer.feed_in}), layer.feed_in_bias);
  const auto active = std::make_shared<op::Gelu>(wide, ov::op::GeluApproximationMode::ERF);
  const Output narrow = linear(active, weights({&layer.feed_out}), layer.feed_out_bias);
  return layer_norm(std::make_shared<op::Add>(middle, narrow), layer.output_norm_weight,
                    layer.output_norm_bias, file.epsilon);
}

}  // namespace

std::shared_ptr<ov::Model> build_encoder(const EmbeddingModelFile& file) {
  const auto input = std::make_shared<op::Parameter>(
      ov::element::f32, ov::PartialShape{1, ov::Dimension(1, file.positions),
                                         static_cast<std::int64_t>(file.hidden)});
  Output hidden =
      layer_norm(input, file.embedding_norm_weight, file.embedding_norm_bias, file.epsilon);
  for (const EncoderLayer& layer : file.layers) hidden = encoder_layer(file, layer, hidden);
  const auto mean = std::make_shared<op::ReduceMean>(hidden, integers({0, 1}), false);
  return std::make_shared<ov::Model>(ov::OutputVector{mean}, ov::ParameterVector{input}, "encoder");
}

}  // namespace monitora::llm
