// Collects a document's paragraphs under its headings and makes one TextBlock of each section.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "domain/passage.h"
#include "ingest/formats.h"

namespace monitora::ingest {

// Not thread-safe. Once the text limit is passed, `full()` is true and nothing more is kept.
class SectionBuilder {
 public:
  SectionBuilder(FileType type, const TextLimits& limits)
      : type_(type), left_(limits.output_bytes) {}

  // Starts a section; level 1 is the highest. The heading's text opens the section's own text, and
  // a heading without text of its own stays together with what follows it.
  void heading(int level, std::string_view text);
  void paragraph(std::string_view text);
  // A line of the same paragraph: a list's item, a table's row.
  void line(std::string_view text);
  void end_paragraph() { open_ = false; }
  // What follows is on this page or slide; ends the section. Headings go on over pages, not slides.
  enum class Headings { keep, drop };
  void page(int number, Headings headings);
  // A block with a place of its own, such as a sheet's row.
  void block(std::string_view text, Place place);

  bool full() const { return full_; }
  const std::string& first_heading() const { return first_heading_; }

  // What was collected; file_too_complex when it was too much. `title` wins over the first heading.
  Result<ExtractedText> finish(std::string_view title = {});

 private:
  void add(std::string_view text, std::string_view separator);
  void flush();
  std::string path() const;

  FileType type_;
  std::uint64_t left_;
  bool full_ = false;
  bool open_ = false;      // the latest paragraph takes more lines
  bool has_body_ = false;  // the section holds more than headings
  std::string text_;
  std::string place_path_;  // of the text collected now
  std::optional<int> page_;
  std::vector<std::string> headings_;  // by level
  std::string first_heading_;
  ExtractedText out_;
};

// Cells of a table's row as one line: "a | b | c"; empty when every cell is.
std::string join_cells(const std::vector<std::string>& cells);
// "Pays: Suisse | Prix: 14,90 €": a row that says by itself what its cells are. Cells without a
// heading stand alone, empty cells are left out.
std::string join_cells_with_header(const std::vector<std::string>& header,
                                   const std::vector<std::string>& cells);

}  // namespace monitora::ingest
