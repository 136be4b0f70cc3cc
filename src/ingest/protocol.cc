#include "ingest/protocol.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "ingest/problems.h"
#include "ingest/text_decoding.h"

namespace monitora::ingest {
namespace {

constexpr std::string_view kMagic = "MXT1";
constexpr std::size_t kMaxName = 2'000;  // bytes of a sheet's name or a heading's path

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

std::string frame(char kind, std::string_view payload) {
  std::string out(1, kind);
  put(out, static_cast<std::uint32_t>(payload.size()), 4);
  out += payload;
  return out;
}

// Reads from the front; `failed` stays set once anything was missing.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t number(std::size_t size) {
    std::uint32_t value = 0;
    const std::string_view raw = take(size);
    for (std::size_t i = 0; i < raw.size(); ++i) {
      value |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(raw[i])) << (8 * i);
    }
    return value;
  }
  std::string_view take(std::size_t size) {
    if (size > bytes_.size()) {
      failed_ = true;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view rest() { return take(bytes_.size()); }
  bool at_end() const { return bytes_.empty(); }
  bool failed() const { return failed_; }

 private:
  std::string_view bytes_;
  bool failed_ = false;
};

bool is_clean(std::string_view text) {
  return clean_text(text) == text;
}

bool is_name(std::string_view text) {
  return text.size() <= kMaxName && is_clean(text) && text.find('\n') == std::string_view::npos;
}

std::optional<TextBlock> decode_block(std::string_view payload) {
  constexpr std::uint32_t kMaxNumber = std::numeric_limits<int>::max();
  Reader reader(payload);
  TextBlock block;
  const std::uint32_t page = reader.number(4);
  const std::uint32_t row = reader.number(4);
  if (page > kMaxNumber || row > kMaxNumber) return std::nullopt;
  if (page) block.place.page = static_cast<int>(page);
  if (row) block.place.row = static_cast<int>(row);
  block.place.sheet = reader.take(reader.number(2));
  block.place.heading = reader.take(reader.number(2));
  block.text = reader.rest();
  if (reader.failed() || !is_name(block.place.sheet) || !is_name(block.place.heading) ||
      !is_clean(block.text)) {
    return std::nullopt;
  }
  return block;
}

Status broken(std::string_view what) {
  return Status::internal("extracting child: " + std::string(what));
}

}  // namespace

std::string encode_isolation(std::uint8_t flags) {
  return std::string(kMagic) + frame('I', std::string(1, static_cast<char>(flags)));
}

std::string encode_text(const ExtractedText& text) {
  std::string out;
  if (!text.title.empty()) out += frame('T', utf8_prefix(text.title, kMaxName));
  for (const TextBlock& block : text.blocks) {
    const std::string_view sheet = utf8_prefix(block.place.sheet, kMaxName);
    const std::string_view heading = utf8_prefix(block.place.heading, kMaxName);
    std::string payload;
    put(payload, static_cast<std::uint32_t>(block.place.page.value_or(0)), 4);
    put(payload, static_cast<std::uint32_t>(block.place.row.value_or(0)), 4);
    put(payload, static_cast<std::uint32_t>(sheet.size()), 2);
    payload += sheet;
    put(payload, static_cast<std::uint32_t>(heading.size()), 2);
    payload += heading;
    payload += block.text;
    out += frame('B', payload);
  }
  std::string count;
  put(count, static_cast<std::uint32_t>(text.blocks.size()), 4);
  return out + frame('Z', count);
}

std::string encode_problem(std::string_view key) {
  return frame('E', key);
}

Result<ChildReply> decode_reply(std::string_view stream, FileType type) {
  Reader reader(stream);
  if (reader.take(kMagic.size()) != kMagic) return broken("no greeting");
  ChildReply reply;
  ExtractedText text;
  for (bool first = true;; first = false) {
    if (reader.at_end()) {
      const bool refused = !first && !(reply.isolation & kSystemCallFilter);
      return broken(refused ? "this system has no seccomp, so no document is read"
                            : "cut before its end");
    }
    const std::string_view kind = reader.take(1);
    const std::string_view payload = reader.take(reader.number(4));
    if (reader.failed()) return broken("cut frame");
    if (first != (kind == "I")) return broken("isolation not said first, or twice");
    if (kind == "I") {
      if (payload.size() != 1) return broken("isolation");
      reply.isolation = static_cast<std::uint8_t>(payload[0]);
    } else if (kind == "T") {
      if (!text.title.empty() || !is_name(payload)) return broken("title");
      text.title = payload;
    } else if (kind == "B") {
      std::optional<TextBlock> block = decode_block(payload);
      if (!block) return broken("block");
      text.blocks.push_back(std::move(*block));
    } else if (kind == "E") {
      const std::optional<Problem> kept = problem_from_key(payload);
      if (!kept || !reader.at_end()) return broken("error");
      reply.text = problem(*kept, type, "said by the extracting child");
      return reply;
    } else if (kind == "Z") {
      Reader count(payload);
      if (count.number(4) != text.blocks.size() || count.failed() || !count.at_end() ||
          !reader.at_end()) {
        return broken("end");
      }
      reply.text = std::move(text);
      return reply;
    } else {
      return broken("unknown frame");
    }
  }
}

}  // namespace monitora::ingest
