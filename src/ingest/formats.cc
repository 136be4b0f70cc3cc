#include "ingest/formats.h"

#include "ingest/problems.h"
#include "ingest/text_decoding.h"

namespace monitora::ingest {

Result<ExtractedText> extract_plain_text(std::string_view bytes) {
  ExtractedText text;
  text.blocks.push_back({decode_text(bytes), {}});
  return text;
}

Result<ExtractedText> extract_bytes(FileType type, std::string_view bytes,
                                    const TextLimits& limits) {
  switch (type) {
    case FileType::txt:
      return extract_plain_text(bytes);
    case FileType::md:
      return extract_markdown(bytes);
    case FileType::html:
      return extract_html(bytes, limits);
    case FileType::docx:
      return extract_docx(bytes, limits);
    case FileType::pptx:
      return extract_pptx(bytes, limits);
    case FileType::xlsx:
      return extract_xlsx(bytes, limits);
    case FileType::csv:
      return extract_csv(bytes, limits);
    case FileType::json:
      return extract_json(bytes, limits);
    case FileType::pdf:
      break;  // extract_pdf: it needs a program
  }
  return Status::internal("not a format of this function");
}

}  // namespace monitora::ingest
