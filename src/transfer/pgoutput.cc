#include "transfer/pgoutput.h"

#include <array>

#include "transfer/copy_numbers.h"

namespace monitora::transfer {
namespace {

// Reads from the front. What is missing makes it bad, and everything read from then on is empty.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_(bytes) {}

  bool good() const { return good_; }
  bool ended() const { return bytes_.empty(); }

  std::string_view take(std::size_t count) {
    if (!good_ || bytes_.size() < count) {
      good_ = false;
      return {};
    }
    const std::string_view out = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return out;
  }
  template <class Number>
  Number number() {
    const std::string_view bytes = take(sizeof(Number));
    return good_ ? big_endian<Number>(bytes.data()) : Number{};
  }
  char letter() { return static_cast<char>(number<std::uint8_t>()); }
  std::string_view text() {  // up to a zero byte
    const std::size_t end = bytes_.find('\0');
    if (end == std::string_view::npos) good_ = false;
    const std::string_view out = take(end);
    take(1);
    return out;
  }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

PgoutputMessage::Tuple read_tuple(Bytes& bytes) {
  PgoutputMessage::Tuple tuple;
  const auto columns = bytes.number<std::uint16_t>();
  for (int i = 0; i < columns && bytes.good(); ++i) {
    const char how = bytes.letter();
    if (how == 't')
      tuple.emplace_back(bytes.take(bytes.number<std::uint32_t>()));
    else if (how == 'n' || how == 'u')
      tuple.emplace_back();
    else
      bytes.take(std::string_view::npos);
  }
  return tuple;
}

void read_relation(Bytes& bytes, PgoutputMessage& message) {
  message.kind = PgoutputMessage::Kind::relation;
  message.relations.push_back(bytes.number<std::uint32_t>());
  message.schema = bytes.text();
  message.name = bytes.text();
  bytes.letter();  // replica identity
  const auto columns = bytes.number<std::uint16_t>();
  for (int i = 0; i < columns && bytes.good(); ++i) {
    bytes.letter();  // of the key
    message.columns.push_back(bytes.text());
    bytes.take(8);  // type, modifier
  }
}

void read_change(Bytes& bytes, PgoutputMessage& message, char what) {
  message.kind = PgoutputMessage::Kind::change;
  message.relations.push_back(bytes.number<std::uint32_t>());
  char part = bytes.letter();
  if (what != 'I' && (part == 'K' || part == 'O')) {
    message.before = read_tuple(bytes);
    if (what == 'U') part = bytes.letter();
  }
  if (what == 'D') return;
  if (part != 'N') bytes.take(std::string_view::npos);
  message.now = read_tuple(bytes);
}

}  // namespace

Result<PgoutputMessage> parse_pgoutput(std::string_view text) {
  Bytes bytes(text);
  PgoutputMessage message;
  const char what = bytes.letter();
  switch (what) {
    case 'B':
      message.kind = PgoutputMessage::Kind::begin;
      bytes.take(16);  // where it ends, when
      message.transaction = bytes.number<std::uint32_t>();
      break;
    case 'C':
      message.kind = PgoutputMessage::Kind::commit;
      bytes.take(9);  // flags, where the commit is
      message.end = bytes.number<std::uint64_t>();
      bytes.take(8);  // when
      break;
    case 'R':
      read_relation(bytes, message);
      break;
    case 'I':
    case 'U':
    case 'D':
      read_change(bytes, message, what);
      break;
    case 'T': {
      message.kind = PgoutputMessage::Kind::truncate;
      const auto count = bytes.number<std::uint32_t>();
      bytes.letter();  // options
      for (std::uint32_t i = 0; i < count && bytes.good(); ++i)
        message.relations.push_back(bytes.number<std::uint32_t>());
      break;
    }
    case 'Y':  // a type
    case 'O':  // an origin
      return message;
    default:
      bytes.take(std::string_view::npos);
  }
  const bool says_nothing = message.kind == PgoutputMessage::Kind::change &&
                            message.before.empty() && message.now.empty();
  if (bytes.good() && bytes.ended() && !says_nothing) return message;
  return Status(Code::corrupted, "damaged_log",
                {"Le journal des changements de la base source n'a pas la forme attendue.",
                 "The log of changes of the source database has not the expected form."});
}

}  // namespace monitora::transfer
