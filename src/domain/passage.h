// What moves between extraction, indexing and retrieval.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/id.h"

namespace monitora {

// Where in the original a piece of text stands; only what the format knows is set. All from 1.
struct Place {
  std::optional<int> page;  // pdf page, pptx slide
  std::string sheet;        // xlsx sheet
  std::optional<int> row;   // csv, xlsx: first row of the piece
  std::string heading;      // nearest heading above: "Retours › Délais"
  auto operator<=>(const Place&) const = default;
};

// A piece of an extracted document, in reading order. Text is NFC-as-found UTF-8 without NUL,
// paragraphs separated by a blank line.
struct TextBlock {
  std::string text;
  Place place;
};

// A document after extraction.
struct ExtractedText {
  std::vector<TextBlock> blocks;
  std::string title;  // from the document's own metadata or first heading; may be empty
};

// A piece to embed and index. `index` counts from 0 within its document.
struct Chunk {
  ChunkId id;
  DocumentId document_id;
  int index = 0;
  std::string content;
  Place place;
};

// A chunk that retrieval found for a question.
struct Passage {
  ChunkId chunk_id;
  DocumentId document_id;
  std::string filename;
  std::string content;
  Place place;
  float dense = 0;    // cosine with the question, −1..1
  float lexical = 0;  // BM25 score, ≥ 0
  float score = 0;    // the fused score that orders passages, higher is better
};

}  // namespace monitora
