// Extracted text → pieces to embed.
#pragma once

#include <functional>
#include <vector>

#include "domain/passage.h"

namespace monitora {

// Pieces of at most `size` characters, neighbours sharing about `overlap`; ids and document_id are
// left nil, indexes count from 0. Pure and thread-safe.
using Chunker = std::function<std::vector<Chunk>(const ExtractedText& text, int size, int overlap)>;

}  // namespace monitora
