// Markdown (CommonMark with tables). Wraps md4c; raw HTML inside is read as HTML.
#include <md4c.h>

#include <vector>

#include "base/text.h"
#include "ingest/formats.h"
#include "ingest/problems.h"
#include "ingest/sections.h"
#include "ingest/text_decoding.h"

namespace monitora::ingest {
namespace {

class Document {
 public:
  explicit Document(SectionBuilder& out) : out_(out) {}

  int enter(MD_BLOCKTYPE type, void* detail);
  int leave(MD_BLOCKTYPE type, void* detail);
  int text(MD_TEXTTYPE type, std::string_view raw);

 private:
  void flush();
  void raw_html();

  SectionBuilder& out_;
  std::string pending_;
  std::string html_;
  std::vector<unsigned> lists_;  // the lists around: 0 for bullets, else the next number
  std::vector<std::string> cells_;
  bool in_item_ = false;
};

void Document::flush() {
  if (!is_blank(pending_)) {
    if (!lists_.empty())
      out_.line((in_item_ ? "" : "  ") + pending_);
    else
      out_.paragraph(pending_);
  }
  pending_.clear();
}

void Document::raw_html() {
  const Result<ExtractedText> inside = extract_html(html_, TextLimits{});
  html_.clear();
  if (!inside.ok()) return;
  for (const TextBlock& block : inside->blocks) out_.paragraph(block.text);
}

int Document::enter(MD_BLOCKTYPE type, void* detail) {
  if (type == MD_BLOCK_UL || type == MD_BLOCK_OL) {
    flush();
    if (lists_.empty()) out_.end_paragraph();
    lists_.push_back(type == MD_BLOCK_OL ? static_cast<MD_BLOCK_OL_DETAIL*>(detail)->start : 0);
    if (type == MD_BLOCK_OL && lists_.back() == 0) lists_.back() = 1;
  } else if (type == MD_BLOCK_LI) {
    flush();
    unsigned& number = lists_.back();
    pending_ = number ? std::to_string(number++) + ". " : "- ";
    in_item_ = true;
  } else if (type == MD_BLOCK_TABLE) {
    flush();
    out_.end_paragraph();
  } else if (type == MD_BLOCK_TR) {
    cells_.clear();
  } else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD) {
    pending_.clear();
  }
  return out_.full() ? 1 : 0;
}

int Document::leave(MD_BLOCKTYPE type, void* detail) {
  switch (type) {
    case MD_BLOCK_H: {
      const auto level = static_cast<MD_BLOCK_H_DETAIL*>(detail)->level;
      out_.heading(static_cast<int>(level), pending_);
      pending_.clear();
      break;
    }
    case MD_BLOCK_P:
    case MD_BLOCK_CODE:
    case MD_BLOCK_LI:
      flush();
      in_item_ = false;
      break;
    case MD_BLOCK_UL:
    case MD_BLOCK_OL:
      lists_.pop_back();
      if (lists_.empty()) out_.end_paragraph();
      break;
    case MD_BLOCK_TH:
    case MD_BLOCK_TD:
      cells_.push_back(pending_);
      pending_.clear();
      break;
    case MD_BLOCK_TR:
      out_.line(join_cells(cells_));
      break;
    case MD_BLOCK_TABLE:
      out_.end_paragraph();
      break;
    case MD_BLOCK_HTML:
      raw_html();
      break;
    default:
      break;
  }
  return out_.full() ? 1 : 0;
}

int Document::text(MD_TEXTTYPE type, std::string_view raw) {
  switch (type) {
    case MD_TEXT_BR:
      pending_ += '\n';
      break;
    case MD_TEXT_SOFTBR:
      pending_ += ' ';
      break;
    case MD_TEXT_NULLCHAR:
      break;
    case MD_TEXT_HTML:
      if (pending_.empty()) html_ += raw;  // an inline tag inside a paragraph says nothing
      break;
    case MD_TEXT_ENTITY: {
      const Result<ExtractedText> decoded = extract_html(raw, TextLimits{});
      if (decoded.ok() && !decoded->blocks.empty())
        pending_ += decoded->blocks[0].text;
      else
        pending_ += ' ';
      break;
    }
    default:
      pending_ += raw;
      break;
  }
  return out_.full() ? 1 : 0;
}

// YAML between "---" lines at the very beginning: not text, but it may name the title.
std::string take_front_matter(std::string_view& text) {
  if (!text.starts_with("---\n")) return {};
  const std::size_t end = text.find("\n---\n", 3);
  if (end == std::string_view::npos || end > 8'192) return {};
  std::string title;
  for (std::string_view line : split(text.substr(4, end - 3), '\n')) {
    if (!line.starts_with("title:")) continue;
    std::string_view value = trim(line.substr(6));
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
        value.back() == value.front()) {
      value = value.substr(1, value.size() - 2);
    }
    title = value;
  }
  text.remove_prefix(end + 5);
  return title;
}

}  // namespace

Result<ExtractedText> extract_markdown(std::string_view bytes) {
  const std::string text = decode_text(bytes);
  std::string_view body = text;
  const std::string title = take_front_matter(body);
  SectionBuilder out(FileType::md, TextLimits{});
  Document document(out);
  MD_PARSER parser{};
  parser.flags =
      MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_PERMISSIVEAUTOLINKS | MD_FLAG_TASKLISTS;
  parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
    return static_cast<Document*>(self)->enter(type, detail);
  };
  parser.leave_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
    return static_cast<Document*>(self)->leave(type, detail);
  };
  parser.enter_span = [](MD_SPANTYPE, void*, void*) { return 0; };
  parser.leave_span = [](MD_SPANTYPE, void*, void*) { return 0; };
  parser.text = [](MD_TEXTTYPE type, const MD_CHAR* raw, MD_SIZE size, void* self) {
    return static_cast<Document*>(self)->text(type, std::string_view(raw, size));
  };
  if (md_parse(body.data(), static_cast<MD_SIZE>(body.size()), &parser, &document) != 0 &&
      !out.full()) {
    return problem(Problem::file_too_complex, FileType::md, "md4c");
  }
  return out.finish(title);
}

}  // namespace monitora::ingest
