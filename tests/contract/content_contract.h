// What the tests of documents, conversations and what comes of them share: a workspace, its
// neighbour's, and makers of the usual rows.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "contract/database_under_test.h"

namespace monitora::contract {

class ContentContract : public StoreContract {
 protected:
  void SetUp() override;
  void TearDown() override;

  // A file with these bytes, removed after the test.
  std::filesystem::path file(const std::string& bytes);
  Document upload(const WorkspaceId& in, const std::string& filename = "cgv.txt",
                  const std::string& bytes = "Conditions");
  // A chunk whose content and vector are its own: `mark` and `index` are in both.
  static Chunk chunk(const DocumentId& document, int index, const std::string& mark);
  static Vector vector(int index);
  // `count` chunks in a document that is uploaded and indexed.
  Document index(const WorkspaceId& in, const std::string& filename, int count,
                 const std::string& model = "e5");
  Status index_again(const WorkspaceId& in, const DocumentId& document, int count,
                     const std::string& mark, const std::string& model = "e5");

  Conversation conversation(Channel channel = Channel::widget, const std::string& visitor = "v1");
  static Message question(const std::string& content);
  static Message answer(const std::string& content, std::optional<double> score = {});
  // A new conversation with a question and its answer.
  std::pair<Conversation, std::vector<Message>> talk(const WorkspaceId& in,
                                                     const std::string& asked,
                                                     const std::string& answered,
                                                     std::optional<double> score = {},
                                                     Channel channel = Channel::widget,
                                                     const std::string& visitor = "v1");
  // entity/operation of the change_log rows after `sequence`, in order.
  std::vector<std::string> changes_after(std::int64_t sequence);
  std::int64_t last_change();

  std::unique_ptr<DocumentStore> documents;
  std::unique_ptr<ChunkSource> chunk_source;
  std::unique_ptr<ConversationStore> conversations;
  std::unique_ptr<InsightsStore> insights;
  std::unique_ptr<CacheStore> cache;
  std::unique_ptr<JobStore> jobs;
  std::unique_ptr<ChangeLog> change_log;

  UserId owner, neighbour;
  WorkspaceId workspace, foreign;  // of owner, of neighbour

 private:
  std::filesystem::path directory_;
  int files_ = 0;
};

}  // namespace monitora::contract
