#include "ingest/extract_child.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <new>
#include <optional>
#include <string>

#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/isolation.h"
#include "ingest/problems.h"
#include "ingest/protocol.h"

namespace monitora::ingest {
namespace {

constexpr int kBadUse = 2;

bool write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string read_input() {
  std::string bytes;
  struct stat status {};
  if (fstat(STDIN_FILENO, &status) == 0 && status.st_size > 0)
    bytes.reserve(static_cast<std::size_t>(status.st_size));
  char piece[65'536];
  while (true) {
    const ssize_t got = read(STDIN_FILENO, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return bytes;
    bytes.append(piece, static_cast<std::size_t>(got));
  }
}

std::optional<std::uint64_t> number(const char* text) {
  std::uint64_t value = 0;
  const std::string_view digits(text);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

bool has_text(const ExtractedText& text) {
  for (const TextBlock& block : text.blocks)
    if (!is_blank(block.text)) return true;
  return false;
}

Result<ExtractedText> extract(FileType type, const TextLimits& limits) {
  if (type == FileType::pdf) return extract_pdf(limits);
  const std::string bytes = read_input();
  if (!forbid_files_and_programs()) return Status::internal("no system call filter");
  return extract_bytes(type, bytes, limits);
}

}  // namespace

int extract_main(int argc, char** argv) {
  if (argc != 6) return kBadUse;
  const std::optional<FileType> type = file_type_from_short_name(argv[1]);
  const auto parent = number(argv[2]);
  const auto memory = number(argv[3]);
  const auto cpu = number(argv[4]);
  const auto output = number(argv[5]);
  if (!type || !parent || !memory || !cpu || !output) return kBadUse;

  const std::uint8_t isolation =
      isolate_process({*memory, static_cast<unsigned>(*cpu)}, static_cast<int>(*parent));
  if (!write_all(encode_isolation(isolation))) return 1;
  // Never parse a hostile file with the network or the disk within its reach.
  if (!(isolation & kSystemCallFilter)) return 1;

  try {
    Result<ExtractedText> text = extract(*type, TextLimits{*output});
    if (text.ok() && !has_text(*text)) text = problem(Problem::no_text, *type);
    const bool written =
        write_all(text.ok() ? encode_text(*text) : encode_problem(text.status().key()));
    return written ? 0 : 1;
  } catch (const std::bad_alloc&) {
    return write_all(encode_problem("file_too_complex")) ? 0 : 1;
  }
}

}  // namespace monitora::ingest
