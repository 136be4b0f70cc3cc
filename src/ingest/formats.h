// One function a format: the bytes of a file → its text. Each throws nothing but std::bad_alloc,
// returns the Statuses of problems.h, and bounds its own nesting; time and memory are bounded by
// the process it runs in (extract_child.h). Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "domain/passage.h"
#include "ingest/file_type.h"

namespace monitora::ingest {

// How much text a document may hold; more is file_too_complex.
struct TextLimits {
  std::uint64_t output_bytes = 32u << 20;
};

Result<ExtractedText> extract_plain_text(std::string_view bytes);
Result<ExtractedText> extract_markdown(std::string_view bytes);
Result<ExtractedText> extract_html(std::string_view bytes, const TextLimits& limits);
Result<ExtractedText> extract_csv(std::string_view bytes, const TextLimits& limits);
Result<ExtractedText> extract_json(std::string_view bytes, const TextLimits& limits);
Result<ExtractedText> extract_docx(std::string_view bytes, const TextLimits& limits);
Result<ExtractedText> extract_pptx(std::string_view bytes, const TextLimits& limits);
Result<ExtractedText> extract_xlsx(std::string_view bytes, const TextLimits& limits);

// Runs pdftotext on descriptor 0 and lays its words out (pdf_layout.h). `program` is for tests.
Result<ExtractedText> extract_pdf(const TextLimits& limits,
                                  const char* program = "/usr/bin/pdftotext");

// Every format but PDF.
Result<ExtractedText> extract_bytes(FileType type, std::string_view bytes,
                                    const TextLimits& limits);

}  // namespace monitora::ingest
