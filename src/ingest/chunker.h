// Cuts a document into the pieces that are embedded and searched. Pure and thread-safe.
#pragma once

#include <vector>

#include "domain/passage.h"

namespace monitora::ingest {

// Sizes in characters (Unicode code points), as in rag_config: chunk_size 200–4,000, chunk_overlap
// 0 to its half. Smaller and larger values work; an overlap over half is cut to half. The embedding
// model reads 512 tokens, 1,500–2,000 characters of French: what stands after that in a larger
// chunk is found by its words only.
struct ChunkingOptions {
  int chunk_size = 1200;
  int overlap = 200;
};

// In reading order, `index` from 0; ids are the caller's to set. Guaranteed:
//  - no chunk is empty or longer than chunk_size, and none cuts a character as a reader sees it
//    (a grapheme), unless one alone is longer than a chunk;
//  - together the chunks hold every character that is not white space, in order;
//  - a chunk stays within one page, sheet and heading, and names them; with rows, its first row.
// Cuts fall between paragraphs where one ends in the chunk's second half, else between sentences,
// else between words. The overlap repeats whole sentences from the end of the chunk before, under
// the same heading; a sheet's rows are not repeated.
std::vector<Chunk> chunk_text(const ExtractedText& text, const ChunkingOptions& options);

}  // namespace monitora::ingest
