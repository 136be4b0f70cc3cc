#include "ingest/sections.h"

#include <algorithm>

#include "base/text.h"
#include "ingest/problems.h"
#include "ingest/text_decoding.h"

namespace monitora::ingest {
namespace {

constexpr std::size_t kMaxHeading = 200;  // characters kept of a heading in a place
constexpr int kMaxLevel = 6;

}  // namespace

void SectionBuilder::add(std::string_view text, std::string_view separator) {
  if (full_) return;
  if (text.size() + separator.size() > left_) {
    full_ = true;
    return;
  }
  left_ -= text.size() + separator.size();
  if (!text_.empty()) text_ += separator;
  text_ += text;
}

std::string SectionBuilder::path() const {
  std::string path;
  for (const std::string& heading : headings_) {
    if (heading.empty()) continue;
    if (!path.empty()) path += " › ";
    path += heading;
  }
  return path;
}

void SectionBuilder::flush() {
  if (!is_blank(text_)) {
    TextBlock block;
    block.text = std::move(text_);
    block.place.page = page_;
    block.place.heading = place_path_;
    out_.blocks.push_back(std::move(block));
  }
  text_.clear();
  has_body_ = false;
  open_ = false;
}

void SectionBuilder::heading(int level, std::string_view raw) {
  const std::string text = collapse_spaces(clean_text(raw));
  if (text.empty()) return;
  if (has_body_) flush();
  const auto index = static_cast<std::size_t>(std::clamp(level, 1, kMaxLevel) - 1);
  headings_.resize(index + 1);
  headings_[index] = std::string(character_prefix(text, kMaxHeading));
  if (first_heading_.empty()) first_heading_ = headings_[index];
  place_path_ = path();
  add(text, "\n\n");
  open_ = false;
}

void SectionBuilder::paragraph(std::string_view raw) {
  const std::string clean = clean_text(raw);
  const std::string_view text = trim(clean);
  if (is_blank(text)) return;
  add(text, "\n\n");
  has_body_ = true;
  open_ = false;
}

void SectionBuilder::line(std::string_view raw) {
  const std::string clean = clean_text(raw);
  const std::string_view text = trim(clean);
  if (is_blank(text)) return;
  add(text, open_ ? "\n" : "\n\n");
  has_body_ = true;
  open_ = true;
}

void SectionBuilder::page(int number, Headings headings) {
  flush();
  page_ = number;
  if (headings == Headings::drop) headings_.clear();
  place_path_ = path();
}

void SectionBuilder::block(std::string_view raw, Place place) {
  flush();
  const std::string clean = clean_text(raw);
  const std::string_view text = trim(clean);
  if (is_blank(text)) return;
  add(text, "");
  if (full_) return;
  out_.blocks.push_back({std::move(text_), std::move(place)});
  text_.clear();
}

Result<ExtractedText> SectionBuilder::finish(std::string_view title) {
  flush();
  if (full_) return problem(Problem::file_too_complex, type_, "text limit");
  out_.title = collapse_spaces(clean_text(title));
  if (out_.title.empty()) out_.title = first_heading_;
  out_.title = std::string(character_prefix(out_.title, kMaxHeading));
  return std::move(out_);
}

std::string join_cells(const std::vector<std::string>& cells) {
  std::string row;
  bool any = false;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i) row += " | ";
    const std::string cell = collapse_spaces(cells[i]);
    any = any || !cell.empty();
    row += cell;
  }
  return any ? row : std::string();
}

std::string join_cells_with_header(const std::vector<std::string>& header,
                                   const std::vector<std::string>& cells) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string cell = collapse_spaces(cells[i]);
    if (cell.empty()) continue;
    if (!row.empty()) row += " | ";
    const std::string name = i < header.size() ? collapse_spaces(header[i]) : std::string();
    if (!name.empty()) row += name + (name.ends_with(":") ? " " : ": ");
    row += cell;
  }
  return row;
}

}  // namespace monitora::ingest
