#include "app/indexing.h"

#include <gtest/gtest.h>

#include "ports/document_store.h"
#include "ports/text_extractor.h"
#include "ports/workspace_store.h"

namespace monitora {
namespace {

Status unused() {
  return Status::internal("not part of an indexing");
}

// One document, and what was done to it in order.
class OneDocument final : public DocumentStore {
 public:
  Result<Document> find(const WorkspaceId&, const DocumentId&) override {
    if (deleted) return Status::not_found("document_not_found");
    return document;
  }
  Status read_content(const WorkspaceId&, const DocumentId&,
                      const std::function<Status(BytesView)>&) override {
    return {};
  }
  Status mark_processing(const WorkspaceId&, const DocumentId&) override {
    document.status = DocumentStatus::processing;
    return {};
  }
  Status mark_error(const WorkspaceId&, const DocumentId&, const Sentence&) override {
    document.status = DocumentStatus::error;
    return {};
  }
  Result<std::int64_t> replace_chunks(const WorkspaceId&, const DocumentId&,
                                      const std::vector<Chunk>&, const std::vector<Vector>&,
                                      const std::string&) override {
    return std::int64_t{5};
  }
  Status mark_indexed(const WorkspaceId&, const DocumentId&) override {
    if (deleted) return Status::not_found("document_not_found");
    document.status = DocumentStatus::indexed;
    return {};
  }
  Result<Page<Document>> list(const WorkspaceId&, std::optional<DocumentStatus>,
                              const PageRequest&) override {
    return unused();
  }
  Result<Access> find_for_user(const UserId&, const DocumentId&) override { return unused(); }
  Result<Document> create(const WorkspaceId&, const Document&,
                          const std::filesystem::path&) override {
    return unused();
  }
  Status remove(const WorkspaceId&, const DocumentId&) override { return unused(); }
  Status request_indexing(const WorkspaceId&, const DocumentId&) override { return unused(); }
  Result<int> request_indexing_of_all(const WorkspaceId&) override { return unused(); }
  Result<Page<StoredChunk>> chunks(const WorkspaceId&, const DocumentId&,
                                   const PageRequest&) override {
    return unused();
  }
  Result<std::vector<IndexedChunk>> indexed_chunks(const WorkspaceId&, const DocumentId&) override {
    return unused();
  }
  Result<std::vector<WorkspaceId>> workspaces_of_other_models(const std::string&) override {
    return unused();
  }

  Document document;
  bool deleted = false;
};

class OneWorkspace final : public WorkspaceStore {
 public:
  Result<Workspace> get(const WorkspaceId&) override { return Workspace(); }
  Result<Page<WorkspaceView>> list(const UserId&, const PageRequest&) override { return unused(); }
  Result<WorkspaceView> create(const UserId&, const Workspace&) override { return unused(); }
  Result<WorkspaceView> find(const UserId&, const WorkspaceId&) override { return unused(); }
  Result<UserRole> role(const UserId&, const WorkspaceId&) override { return unused(); }
  Result<WorkspaceView> update(const UserId&, const WorkspaceId&, const WorkspaceChange&) override {
    return unused();
  }
  Status remove(const UserId&, const WorkspaceId&) override { return unused(); }
  Result<IdentitySecrets> identity_secrets(const WorkspaceId&) override { return unused(); }
  Status set_identity_secret(const UserId&, const WorkspaceId&, const std::string&, Time) override {
    return unused();
  }
};

class AnyText final : public TextExtractor {
 public:
  Result<ExtractedText> extract(const std::filesystem::path&, const std::string&) override {
    return ExtractedText();
  }
  Result<std::string> detect_type(const std::filesystem::path&, const std::string&) override {
    return unused();
  }
};

class OneNumber final : public Embedder {
 public:
  const std::string& model() const override { return model_; }
  int dimension() const override { return 1; }
  int max_tokens() const override { return 512; }
  Result<std::vector<Vector>> embed(Kind, std::span<const std::string_view> texts) override {
    embedded += texts.size();
    if (at_the_first) std::exchange(at_the_first, nullptr)();
    return std::vector<Vector>(texts.size(), Vector{1.0F});
  }
  int count_tokens(std::string_view) const override { return 1; }

  std::size_t embedded = 0;
  std::function<void()> at_the_first;

 private:
  std::string model_ = "m";
};

// Remembers what state the document was in when the index got it.
class Index final : public Retriever {
 public:
  explicit Index(OneDocument& documents) : documents_(documents) {}
  Status put_document(const WorkspaceId&, const DocumentId&, std::vector<IndexedChunk> chunks,
                      std::int64_t version) override {
    if (!status.ok()) return status;
    EXPECT_EQ(version, 5);
    put += static_cast<int>(chunks.size());
    state = documents_.document.status;
    documents_.deleted = deleted_meanwhile;
    return {};
  }
  Status remove_document(const WorkspaceId&, const DocumentId&, std::int64_t) override {
    put = 0;
    return {};
  }
  Result<Retrieved> search(const WorkspaceId&, const std::string&, const Vector&,
                           const RetrievalOptions&) override {
    return unused();
  }
  Status remove_workspace(const WorkspaceId&) override { return unused(); }
  Status reload() override { return unused(); }
  std::optional<std::int64_t> version(const WorkspaceId&) override { return {}; }
  Result<std::size_t> count(const WorkspaceId&) override { return unused(); }
  Status save() override { return unused(); }

  int put = 0;
  DocumentStatus state = DocumentStatus::pending;
  bool deleted_meanwhile = false;
  Status status;

 private:
  OneDocument& documents_;
};

class IndexingTest : public ::testing::Test {
 protected:
  Status run(bool last_attempt = false) {
    const auto chunker = [this](const ExtractedText&, int, int) {
      return std::vector<Chunk>(chunks_);
    };
    Indexing indexing({documents_, workspaces_, extractor_, chunker, embedder_, index_,
                       std::filesystem::temp_directory_path()});
    return indexing.run(WorkspaceId::random(), DocumentId::random(), last_attempt);
  }
  std::size_t chunks_ = 2;
  OneDocument documents_;
  OneWorkspace workspaces_;
  AnyText extractor_;
  OneNumber embedder_;
  Index index_{documents_};
};

TEST_F(IndexingTest, ADocumentIsFoundBeforeItIsCalledIndexed) {
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(index_.put, 2);
  EXPECT_EQ(index_.state, DocumentStatus::processing);
  EXPECT_EQ(documents_.document.status, DocumentStatus::indexed);
}

TEST_F(IndexingTest, WhatTheIndexDoesNotTakeIsNotCalledIndexed) {
  index_.status = Status::internal("no memory");
  EXPECT_FALSE(run().ok());
  EXPECT_EQ(documents_.document.status, DocumentStatus::processing);
  EXPECT_TRUE(run(true).ok());
  EXPECT_EQ(documents_.document.status, DocumentStatus::error);
}

TEST_F(IndexingTest, ADocumentDeletedMeanwhileLeavesTheIndexAgain) {
  index_.deleted_meanwhile = true;
  ASSERT_TRUE(run().ok());
  EXPECT_EQ(index_.put, 0);
}

// A file of 25 MiB that was deleted was embedded to its end: who came next waited for minutes.
TEST_F(IndexingTest, OfADocumentDeletedMeanwhileTheRestIsNotEmbedded) {
  chunks_ = 10'000;
  embedder_.at_the_first = [&] { documents_.deleted = true; };
  ASSERT_TRUE(run().ok());
  EXPECT_LT(embedder_.embedded, 200u);
  EXPECT_EQ(index_.put, 0);
}

}  // namespace
}  // namespace monitora
