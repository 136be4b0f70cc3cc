// A part of a workspace's index: some documents' chunks with their texts, vectors and postings.
// Immutable once built and shared between snapshots; thread-safe to read.
//
// What was deleted from it since is beside it, in Deletions, also immutable: a deletion makes a
// changed copy. Documents are deleted whole.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "domain/passage.h"
#include "ports/retriever.h"
#include "retrieval/graph.h"
#include "retrieval/lexical_index.h"
#include "retrieval/vector_block.h"

namespace monitora::retrieval {

struct SegmentDocument {
  DocumentId id;
  std::uint32_t first = 0;  // its chunks are first … first + count
  std::uint32_t count = 0;
};

struct SegmentChunk {
  Chunk chunk;
  std::string filename;
  std::uint32_t document = 0;  // position in Segment::documents
};

class Deletions;

class Segment {
 public:
  const std::vector<SegmentDocument>& documents() const { return documents_; }
  const std::vector<SegmentChunk>& chunks() const { return chunks_; }
  const VectorBlock& vectors() const { return vectors_; }
  const LexicalIndex& lexical() const { return lexical_; }
  std::size_t size() const { return chunks_.size(); }
  std::size_t bytes() const { return bytes_; }
  // Position of a document, deleted or not.
  std::optional<std::uint32_t> find(const DocumentId& id) const;

 private:
  friend class SegmentBuilder;
  explicit Segment(int dimension) : vectors_(dimension) {}

  std::vector<SegmentDocument> documents_;
  std::vector<std::uint32_t> by_id_;  // positions of documents, sorted by id
  std::vector<SegmentChunk> chunks_;
  VectorBlock vectors_;
  LexicalIndex lexical_;
  std::size_t bytes_ = 0;
};

// What is deleted from one segment.
class Deletions {
 public:
  Deletions(const Segment& segment, const Deletions* earlier, std::uint32_t document);

  bool has(std::uint32_t chunk) const { return chunks_[chunk]; }
  bool has_document(std::uint32_t document) const { return documents_[document]; }
  std::size_t count() const { return count_; }
  std::uint64_t length() const { return length_; }  // in terms, of the deleted chunks
  std::uint32_t chunks_with(LexicalIndex::TermId term) const { return frequencies_[term]; }
  const std::vector<bool>& documents() const { return documents_; }

 private:
  std::vector<bool> chunks_;
  std::vector<bool> documents_;
  std::vector<std::uint32_t> frequencies_;  // by term: deleted chunks that have it
  std::size_t count_ = 0;
  std::uint64_t length_ = 0;
};

// A segment as a snapshot holds it.
struct Part {
  std::shared_ptr<const Segment> segment;
  std::shared_ptr<const Graph> graph;          // null: scanned
  std::shared_ptr<const Deletions> deletions;  // null: none
  std::size_t live() const { return segment->size() - (deletions ? deletions->count() : 0); }
  bool is_live(std::uint32_t chunk) const { return !deletions || !deletions->has(chunk); }
};

class SegmentBuilder {
 public:
  explicit SegmentBuilder(int dimension);
  // All chunks of a document follow one another; a document comes once.
  void add(IndexedChunk chunk);
  // A chunk whose terms are known by another way: finish(lexical) must be given them.
  void add_without_terms(Chunk chunk, std::string filename, std::span<const float> vector);
  // What is live in `part`; nothing else may be added before finish().
  void add_part(const Part& part);
  std::size_t size() const { return segment_->chunks_.size(); }

  std::shared_ptr<const Segment> finish();
  // Nothing if `lexical` has another number of chunks or a document came twice.
  std::shared_ptr<const Segment> finish(LexicalIndex lexical);

 private:
  bool seal();
  std::shared_ptr<Segment> segment_;
  LexicalBuilder lexical_;
  std::vector<std::string> terms_;
};

}  // namespace monitora::retrieval
