// A workspace's index at one moment: what a search works on. Immutable; thread-safe.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/retriever.h"
#include "retrieval/answerable.h"
#include "retrieval/segment.h"

namespace monitora::retrieval {

class Snapshot {
 public:
  Snapshot(std::vector<Part> parts, std::int64_t version);

  const std::vector<Part>& parts() const { return parts_; }
  std::int64_t version() const { return version_; }
  std::size_t live() const { return live_; }
  std::size_t bytes() const;

  // As Retriever::search; `vector` is of the index's dimension. `features`, if given, is what the
  // result's `answerable` was worked out from.
  Retrieved search(const std::string& question, const Vector& vector,
                   const RetrievalOptions& options, AnswerFeatures* features = nullptr) const;

 private:
  std::vector<Part> parts_;
  std::int64_t version_;
  std::size_t live_ = 0;
};

}  // namespace monitora::retrieval
