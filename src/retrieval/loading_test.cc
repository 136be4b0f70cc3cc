#include <gtest/gtest.h>

#include "base/deadline.h"
#include "retrieval/hybrid_retriever.h"
#include "retrieval/retrieval_testing.h"

namespace monitora::retrieval {
namespace {

using testing::kDimension;
using testing::make_document;
using testing::numbered;

const WorkspaceId kWorkspace = numbered<WorkspaceId>(7);

// Stops where the time of the asking thread ends, as the stores do.
class HurriedSource final : public ChunkSource {
 public:
  Result<std::int64_t> version(const WorkspaceId&) override { return std::int64_t{1}; }
  Status for_each(const WorkspaceId&, const std::string&,
                  const std::function<Status(IndexedChunk)>& each) override {
    for (const IndexedChunk& chunk : make_document(1, {"La livraison.", "Le retour."})) {
      if (Deadline::current().expired()) return Status(Code::deadline_exceeded, "too_late", {});
      MONITORA_TRY(each(chunk));
    }
    return {};
  }
};

// A workspace of 100,000 chunks took longer to load than a question may: every question began it
// anew and none was ever answered.
TEST(HybridRetriever, ALoadIsNotCutOffWithTheRequestThatBeganIt) {
  HurriedSource source;
  const auto retriever = make_hybrid_retriever(source, "test-model", kDimension, {});
  const ScopedDeadline over(Deadline::in(std::chrono::seconds(0)));
  const auto count = retriever->count(kWorkspace);
  ASSERT_TRUE(count.ok()) << count.status().to_string();
  EXPECT_EQ(*count, 2U);
}

}  // namespace
}  // namespace monitora::retrieval
