#include "http/multipart.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/text.h"
#include "http/wire.h"

namespace monitora::http {
namespace {

constexpr std::size_t kHeadersLimit = 8 * 1024;
constexpr std::size_t kPreambleLimit = 64 * 1024;
constexpr std::size_t kPaddingLimit = 256;  // white space between a boundary and its line's end

Status malformed(std::string detail) {
  return Status(Code::invalid_argument, "malformed_multipart",
                {"Le formulaire envoyé est mal formé.", "The form that was sent is malformed."},
                std::move(detail));
}

// "form-data; name=\"a\"; filename=\"b;c\"" → its value and parameters, names in lower case.
struct Parameters {
  std::string value;
  std::vector<std::pair<std::string, std::string>> items;

  const std::string* find(std::string_view name) const {
    for (const auto& [key, text] : items) {
      if (key == name) return &text;
    }
    return nullptr;
  }
};

// A quoted string from its opening quote on; moves `at` behind it. Only \" and \\ are escapes:
// browsers send other backslashes as they are.
std::string quoted(std::string_view text, std::size_t& at) {
  std::string out;
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    const bool escape =
        text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    if (escape) ++at;
    out.push_back(text[at]);
  }
  ++at;
  return out;
}

Parameters parse_parameters(std::string_view text) {
  Parameters parsed;
  std::size_t at = std::min(text.find(';'), text.size());
  parsed.value = lower(trim(text.substr(0, at)));
  while (at < text.size()) {
    ++at;  // the semicolon
    const std::size_t equals = text.find_first_of("=;", at);
    if (equals == std::string_view::npos) break;
    if (text[equals] == ';') {
      at = equals;
      continue;
    }
    std::string name = lower(trim(text.substr(at, equals - at)));
    at = equals + 1;
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
    std::string value;
    if (at < text.size() && text[at] == '"') {
      value = quoted(text, at);
      at = std::min(text.find(';', std::min(at, text.size())), text.size());
    } else {
      const std::size_t end = std::min(text.find(';', at), text.size());
      value = trim(text.substr(at, end - at));
      at = end;
    }
    parsed.items.emplace_back(std::move(name), std::move(value));
  }
  return parsed;
}

// RFC 8187: UTF-8'language'percent-encoded.
std::optional<std::string> extended_value(std::string_view text) {
  const std::size_t first = text.find('\'');
  if (first == std::string_view::npos || lower(text.substr(0, first)) != "utf-8")
    return std::nullopt;
  const std::size_t second = text.find('\'', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  return percent_decode(text.substr(second + 1));
}

}  // namespace

std::string multipart_boundary(std::string_view content_type) {
  const Parameters parsed = parse_parameters(content_type);
  const std::string* boundary = parsed.find("boundary");
  if (parsed.value != "multipart/form-data" || !boundary || boundary->size() > 70) return {};
  if (boundary->find_first_of("\r\n") != std::string::npos) return {};
  return *boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, Parts& parts)
    : delimiter_("\r\n--" + std::string(boundary)), parts_(parts) {}

Status MultipartParser::feed(std::string_view bytes) {
  pending_.append(bytes);
  for (bool again = true; again;) {
    again = false;
    MONITORA_TRY(step(again));
  }
  return {};
}

Status MultipartParser::finish() {
  return state_ == State::epilogue ? Status() : malformed("no closing boundary");
}

// Does what one state can with `pending_`; `again` when there may be more to do.
Status MultipartParser::step(bool& again) {
  switch (state_) {
    case State::preamble:
    case State::data: {
      const std::size_t found = pending_.find(delimiter_);
      // What may be the beginning of a boundary waits for the bytes behind it.
      const std::size_t kept = delimiter_.size() - 1;
      const std::size_t sure =
          found != std::string::npos ? found : pending_.size() - std::min(pending_.size(), kept);
      if (state_ == State::data) {
        if (sure > 0) MONITORA_TRY(parts_.data(std::string_view(pending_).substr(0, sure)));
      } else if ((skipped_ += sure) > kPreambleLimit) {
        return malformed("no boundary");
      }
      if (found == std::string::npos) {
        pending_.erase(0, sure);
        return {};
      }
      if (state_ == State::data) MONITORA_TRY(parts_.end());
      pending_.erase(0, found + delimiter_.size());
      state_ = State::after_boundary;
      again = true;
      return {};
    }
    case State::after_boundary: {
      if (pending_.size() < 2) return {};
      if (pending_.starts_with("--")) {
        pending_.clear();
        state_ = State::epilogue;
        return {};
      }
      const std::size_t end = pending_.find_first_not_of(" \t");
      if (end > kPaddingLimit && pending_.size() > kPaddingLimit) return malformed("boundary line");
      if (end == std::string::npos || pending_.size() < end + 2) return {};
      if (pending_.compare(end, 2, "\r\n") != 0) return malformed("boundary line");
      // The line's end stays: headers end with an empty line, even when there are none.
      pending_.erase(0, end);
      state_ = State::headers;
      again = true;
      return {};
    }
    case State::headers: {
      const std::size_t end = pending_.find("\r\n\r\n");
      if (end == std::string::npos || end > kHeadersLimit) {
        return pending_.size() > kHeadersLimit ? malformed("part headers too long") : Status();
      }
      MONITORA_TRY(begin_part(std::string_view(pending_).substr(0, end)));
      pending_.erase(0, end + 2);
      state_ = State::blank_line;
      again = true;
      return {};
    }
    case State::blank_line: {
      // The blank line's end may be the beginning of a boundary: a part without a body.
      if (pending_.size() < delimiter_.size() && delimiter_.starts_with(pending_)) return {};
      if (!pending_.starts_with(delimiter_)) pending_.erase(0, 2);
      state_ = State::data;
      again = true;
      return {};
    }
    case State::epilogue:
      pending_.clear();
      return {};
  }
  return {};
}

Status MultipartParser::begin_part(std::string_view headers) {
  PartHead head;
  bool form_data = false;
  for (std::size_t from = 0; from < headers.size();) {
    const std::size_t end = std::min(headers.find("\r\n", from), headers.size());
    const std::string_view line = headers.substr(from, end - from);
    from = end + 2;
    if (line.empty()) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("part header");
    if (lower(trim(line.substr(0, colon))) != "content-disposition") continue;
    const Parameters parsed = parse_parameters(line.substr(colon + 1));
    form_data = parsed.value == "form-data";
    if (const std::string* name = parsed.find("name")) head.name = to_utf8(*name);
    if (const std::string* filename = parsed.find("filename")) {
      head.has_filename = true;
      head.filename = to_utf8(*filename);
    }
    if (const std::string* extended = parsed.find("filename*")) {
      if (auto decoded = extended_value(*extended)) {
        head.has_filename = true;
        head.filename = std::move(*decoded);
      }
    }
  }
  if (!form_data) return malformed("Content-Disposition");
  return parts_.begin(head);
}

}  // namespace monitora::http
