#include "transfer/export_rows.h"

#include <zstd.h>

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>

namespace monitora::transfer {
namespace {

constexpr int kLevel = 3;
constexpr std::size_t kLength = 4;  // bytes of a length
constexpr int kLargestWindow = 27;  // log2: what a frame may ask of memory, zstd's own default

enum Tag : std::uint8_t { null, boolean, integer, real, text, bytes, time, uuid };

template <class Int>
void append_little(std::string& out, Int value) {
  for (std::size_t i = 0; i < sizeof value; ++i)
    out += static_cast<char>(static_cast<std::make_unsigned_t<Int>>(value) >> (8 * i) & 0xFF);
}
template <class Int>
Int read_little(std::string_view from) {
  std::make_unsigned_t<Int> value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i)
    value |= static_cast<std::make_unsigned_t<Int>>(static_cast<unsigned char>(from[i])) << (8 * i);
  return static_cast<Int>(value);
}

void append_cell(std::string& out, Tag tag, std::string_view value) {
  out += static_cast<char>(tag);
  append_little(out, static_cast<std::uint32_t>(value.size()));
  out += value;
}
void append_number(std::string& out, Tag tag, std::int64_t value) {
  out += static_cast<char>(tag);
  append_little(out, std::uint32_t{8});
  append_little(out, value);
}

struct Append {
  std::string& out;
  void operator()(std::nullptr_t) const { append_cell(out, null, {}); }
  void operator()(bool value) const {
    append_cell(out, boolean, value ? "\1" : std::string_view("\0", 1));
  }
  void operator()(std::int64_t value) const { append_number(out, integer, value); }
  void operator()(double value) const {
    append_number(out, real, std::bit_cast<std::int64_t>(value));
  }
  void operator()(std::string_view value) const { append_cell(out, text, value); }
  void operator()(BytesView value) const {
    append_cell(out, bytes, {reinterpret_cast<const char*>(value.data()), value.size()});
  }
  void operator()(Time value) const { append_number(out, time, value.time_since_epoch().count()); }
  void operator()(const Uuid& value) const {
    append_cell(out, uuid,
                {reinterpret_cast<const char*>(value.bytes().data()), value.bytes().size()});
  }
};

Tag tag_of(Kind kind) {
  switch (kind) {
    case Kind::uuid:
      return uuid;
    case Kind::integer:
      return integer;
    case Kind::real:
      return real;
    case Kind::boolean:
      return boolean;
    case Kind::time:
      return time;
    case Kind::bytes:
    case Kind::vector:
      return bytes;
    default:
      return text;
  }
}

// Nothing for a value that is not of the column's kind.
std::optional<sql::Param> cell(const Column& column, std::uint8_t tag, std::string_view value) {
  if (tag == null)
    return value.empty() && !column.required ? std::optional<sql::Param>(nullptr) : std::nullopt;
  if (tag != tag_of(column.kind)) return std::nullopt;
  if (tag == text) return sql::Param(value);
  if (tag == bytes) return sql::Param(as_bytes(value));
  if (tag == boolean)
    return value.size() == 1 && (value[0] == 0 || value[0] == 1)
               ? std::optional<sql::Param>(value[0] == 1)
               : std::nullopt;
  if (tag == uuid) {
    std::array<std::uint8_t, 16> id;
    if (value.size() != id.size()) return std::nullopt;
    std::memcpy(id.data(), value.data(), id.size());
    return sql::Param(Uuid(id));
  }
  if (value.size() != 8) return std::nullopt;
  const auto number = read_little<std::int64_t>(value);
  if (tag == integer) return sql::Param(number);
  if (tag == real) return sql::Param(std::bit_cast<double>(number));
  return sql::Param(Time(Micros(number)));
}

}  // namespace

Status damaged_rows(std::string what) {
  return Status(Code::corrupted, "damaged_export",
                {"Un fichier de l'export est endommagé : copiez-le de nouveau, ou refaites "
                 "l'export.",
                 "A file of the export is damaged: copy it again, or export again."},
                std::move(what));
}

void append_row(std::string& out, Row row) {
  const std::size_t at = out.size();
  append_little(out, std::uint32_t{0});
  for (const sql::Param& value : row) std::visit(Append{out}, value);
  std::string length;
  append_little(length, static_cast<std::uint32_t>(out.size() - at - kLength));
  out.replace(at, kLength, length);
}

Status RowDecoder::decode(std::string_view row, const EachRow& each) {
  cells_.clear();
  std::size_t at = 0;
  for (const Column& column : table_.columns) {
    if (row.size() - at < 1 + kLength) return damaged_rows("a row ends too early");
    const auto tag = static_cast<std::uint8_t>(row[at]);
    const auto length = read_little<std::uint32_t>(row.substr(at + 1, kLength));
    at += 1 + kLength;
    if (row.size() - at < length) return damaged_rows("a cell ends too late");
    const std::optional<sql::Param> value = cell(column, tag, row.substr(at, length));
    if (!value) return damaged_rows("a cell that is no " + std::string(column.name));
    cells_.push_back(*value);
    at += length;
  }
  return at == row.size() ? each(cells_) : damaged_rows("a row with too many cells");
}

Status RowDecoder::feed(std::string_view bytes, const EachRow& each) {
  // Rows that lie whole in `bytes` are not copied.
  const bool joined = !pending_.empty();
  if (joined) {
    pending_ += bytes;
    bytes = pending_;
  }
  std::size_t at = 0;
  while (bytes.size() - at >= kLength) {
    const auto length = read_little<std::uint32_t>(bytes.substr(at, kLength));
    if (bytes.size() - at - kLength < length) break;
    MONITORA_TRY(decode(bytes.substr(at + kLength, length), each));
    at += kLength + length;
  }
  if (joined)
    pending_.erase(0, at);
  else
    pending_ = bytes.substr(at);
  return {};
}

Status RowDecoder::finish() const {
  return pending_.empty() ? Status() : damaged_rows("a part of a row at the end");
}

FrameWriter::FrameWriter() : context_(ZSTD_createCCtx()) {
  if (context_ == nullptr) throw std::bad_alloc();
  auto* context = static_cast<ZSTD_CCtx*>(context_);
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
}

FrameWriter::~FrameWriter() {
  ZSTD_freeCCtx(static_cast<ZSTD_CCtx*>(context_));
}

void FrameWriter::run(std::string_view bytes, bool end, std::string& out) {
  ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
  for (;;) {
    const std::size_t had = out.size();
    out.resize(had + ZSTD_CStreamOutSize());
    ZSTD_outBuffer to{out.data() + had, out.size() - had, 0};
    const std::size_t left = ZSTD_compressStream2(static_cast<ZSTD_CCtx*>(context_), &to, &in,
                                                  end ? ZSTD_e_end : ZSTD_e_continue);
    out.resize(had + to.pos);
    if (ZSTD_isError(left) != 0) throw std::bad_alloc();  // the only thing that can be wrong here
    if (end ? left == 0 : in.pos == in.size) return;
  }
}

void FrameWriter::add(std::string_view bytes, std::string& out) {
  run(bytes, false, out);
}

void FrameWriter::finish(std::string& out) {
  run({}, true, out);
}

Status unpack_frame(const std::function<Result<std::string_view>()>& next,
                    const std::function<Status(std::string_view)>& each) {
  const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(),
                                                                     &ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kLargestWindow);
  std::string out(ZSTD_DStreamOutSize(), '\0');
  std::size_t left = 1;  // 0: the frame is whole
  for (;;) {
    MONITORA_ASSIGN(const std::string_view part, next());
    if (part.empty()) return left == 0 ? Status() : damaged_rows("a frame ends too early");
    ZSTD_inBuffer in{part.data(), part.size(), 0};
    bool full = false;  // more may be waiting inside
    while (in.pos < in.size || full) {
      if (left == 0) return damaged_rows("something after a frame");
      ZSTD_outBuffer to{out.data(), out.size(), 0};
      left = ZSTD_decompressStream(context.get(), &to, &in);
      if (ZSTD_isError(left) != 0) return damaged_rows(ZSTD_getErrorName(left));
      if (to.pos > 0) MONITORA_TRY(each({out.data(), to.pos}));
      full = to.pos == to.size && left != 0;
    }
  }
}

}  // namespace monitora::transfer
