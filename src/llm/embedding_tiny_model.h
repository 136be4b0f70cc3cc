// For tests and fuzz targets: a valid model file of some kilobytes (hidden 32, one layer), whose
// weights mean nothing.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto.h"

namespace monitora::llm {

class TinyModel {
 public:
  TinyModel() {
    out_ += "E5S1";
    for (std::int32_t n : {1, kHidden, 1, 2, kFeedForward, kPieces, kPositions, 1}) number(n);
    number(1e-12F);
    number(std::int32_t{32});
    tokenizer();
    tensors();
  }
  const std::string& bytes() const { return out_; }

  static constexpr std::int32_t kHidden = 32;
  static constexpr std::int32_t kFeedForward = 64;
  static constexpr std::int32_t kPositions = 16;
  static constexpr std::int32_t kPieces = 9;

 private:
  template <class T>
  void number(T value) {
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out_.append(raw, sizeof(T));
  }

  void tokenizer() {
    const std::pair<const char*, float> pieces[kPieces] = {
        {"<s>", 0}, {"<pad>", 0},  {"</s>", 0}, {"<unk>", 0},   {"\u2581", -2},
        {"a", -3},  {"ab", -3.5F}, {"b", -3},   {"\u2581é", -4}};
    for (std::int32_t n : {kPieces, 0, 2, 1, 3}) number(n);
    std::string text;
    std::vector<std::uint32_t> offsets = {0};
    for (const auto& [piece, score] : pieces) {
      text += piece;
      offsets.push_back(static_cast<std::uint32_t>(text.size()));
    }
    number(static_cast<std::uint64_t>(text.size()));
    for (std::uint32_t offset : offsets) number(offset);
    for (const auto& [piece, score] : pieces) number(score);
    out_ += text;
    number(std::int32_t{2});  // rules: a tab is a space, U+FB01 is two letters
    number(std::uint32_t{9 + 13});
    number(std::uint32_t{'\t'});
    number(std::uint8_t{1});
    number(std::uint32_t{' '});
    number(std::uint32_t{0xFB01});
    number(std::uint8_t{2});
    number(std::uint32_t{'f'});
    number(std::uint32_t{'i'});
  }

  void tensors() {
    std::vector<std::pair<std::string, std::pair<int, std::uint32_t>>> all = {
        {"emb.word", {1, kPieces * kHidden}},
        {"emb.pos", {0, kPositions * kHidden}},
        {"emb.type", {0, kHidden}},
        {"emb.ln.w", {0, kHidden}},
        {"emb.ln.b", {0, kHidden}}};
    for (const char* name : {"q", "k", "v", "ao"}) {
      all.push_back({std::string("l0.") + name + ".w", {1, kHidden * kHidden}});
      all.push_back({std::string("l0.") + name + ".b", {0, kHidden}});
    }
    for (const char* name : {"aln.w", "aln.b", "oln.w", "oln.b", "fo.b"})
      all.push_back({std::string("l0.") + name, {0, kHidden}});
    all.push_back({"l0.fi.w", {1, kHidden * kFeedForward}});
    all.push_back({"l0.fi.b", {0, kFeedForward}});
    all.push_back({"l0.fo.w", {1, kHidden * kFeedForward}});

    const auto size_of = [](const std::pair<int, std::uint32_t>& tensor) {
      return std::uint64_t{tensor.second} * (tensor.first == 1 ? 18 : 128) / 32;
    };
    number(static_cast<std::int32_t>(all.size()));
    std::uint64_t offset = out_.size();
    for (const auto& [name, tensor] : all) offset += 2 + name.size() + 1 + 4 + 8 + 8;
    for (const auto& [name, tensor] : all) {
      number(static_cast<std::uint16_t>(name.size()));
      out_ += name;
      number(static_cast<std::uint8_t>(tensor.first));
      number(tensor.second);
      number(offset);
      number(size_of(tensor));
      offset += size_of(tensor);
    }
    for (const auto& [name, tensor] : all) data(tensor.first, tensor.second);
  }

  void data(int type, std::uint32_t elements) {
    for (std::uint32_t i = 0; i < elements; ++i) {
      if (type == 0) number(0.5F + 0.01F * static_cast<float>(i % 7));
      if (type == 1 && i % 32 == 0) {
        number(std::uint16_t{0x2C00});  // 1/16
        for (std::uint32_t j = 0; j < 16; ++j)
          number(static_cast<std::uint8_t>(i / 32 * 37 + j * 11));
      }
    }
  }

  std::string out_;
};

}  // namespace monitora::llm
