// Bytes of a text file → clean UTF-8. Pure and thread-safe; never fails, because any bytes are some
// text in Windows-1252.
#pragma once

#include <string>
#include <string_view>

namespace monitora::ingest {

enum class Encoding { utf8, utf16le, utf16be, utf32le, utf32be, windows1252 };

// By byte order mark; else UTF-8 when the bytes are (nearly) that; else UTF-16 by where the zero
// bytes stand; else Windows-1252. `whole` says that `bytes` is not cut at its end.
Encoding detect_encoding(std::string_view bytes, bool whole = true);

// Decoded, without the byte order mark, and cleaned (clean_text).
std::string decode_text(std::string_view bytes);

// With the encoding that the document names ("iso-8859-1"); unknown names fall back to decode_text.
std::string decode_text_as(std::string_view bytes, const std::string& label);

// One kind of line end (\n), no NUL and no controls but tab and newline; nothing else changes.
// Ill-formed UTF-8 becomes U+FFFD.
std::string clean_text(std::string_view utf8);

}  // namespace monitora::ingest
