// What the extracting child writes to its parent: our own framing, because the child is not trusted
// once it has read a hostile file. Pure on both sides.
//
//   stream = "MXT1" frame*      frame = kind (1 byte) length (4 bytes, little-endian) payload
//   I  isolation in force: one byte of Isolation flags; first
//   T  title (UTF-8)
//   B  block: page (4) row (4), 0 for none; sheet length (2) sheet, heading length (2) heading,
//   text E  error: a Problem's key; last Z  end: number of blocks (4); last
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"
#include "domain/passage.h"
#include "ingest/file_type.h"

namespace monitora::ingest {

enum Isolation : std::uint8_t {
  kNoNetworkNamespace = 1,  // a network namespace of its own, with no interface
  kSystemCallFilter = 2,    // seccomp: no sockets, no writing, no signals to others
  kFileSystemRules = 4,     // Landlock: reads the system's libraries and fonts only
};

std::string encode_isolation(std::uint8_t flags);
// What `text` holds, without the isolation frame: titles, blocks and the end.
std::string encode_text(const ExtractedText& text);
std::string encode_problem(std::string_view key);

struct ChildReply {
  std::uint8_t isolation = 0;
  Result<ExtractedText> text = ExtractedText{};
};

// Everything is checked: frames' order and lengths, UTF-8, controls, counts, the set of keys.
// An error here means that the child broke the protocol or was cut.
Result<ChildReply> decode_reply(std::string_view stream, FileType type);

}  // namespace monitora::ingest
