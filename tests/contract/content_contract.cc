#include "contract/content_contract.h"

#include <unistd.h>

#include <fstream>

namespace monitora::contract {

void ContentContract::SetUp() {
  StoreContract::SetUp();
  std::string pattern = (std::filesystem::temp_directory_path() / "monitora-files-XXXXXX").string();
  ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
  directory_ = pattern;
  documents = storage::make_document_store(pool(), clock);
  chunk_source = storage::make_chunk_source(pool());
  conversations = storage::make_conversation_store(pool(), clock);
  insights = storage::make_insights_store(pool(), clock);
  cache = storage::make_cache_store(pool(), clock);
  jobs = storage::make_job_store(pool(), clock);
  change_log = storage::make_change_log(pool());
  owner = make_user("paul");
  neighbour = make_user("anne");
  workspace = make_workspace(owner);
  foreign = make_workspace(neighbour, "Voisine");
}

void ContentContract::TearDown() {
  std::filesystem::remove_all(directory_);
}

std::filesystem::path ContentContract::file(const std::string& bytes) {
  const std::filesystem::path path = directory_ / std::to_string(files_++);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

Document ContentContract::upload(const WorkspaceId& in, const std::string& filename,
                                 const std::string& bytes) {
  Document document;
  document.filename = filename;
  document.mime_type = "text/plain";
  document.content_sha256 = sha256_hex(bytes);
  const Result<Document> made = documents->create(in, document, file(bytes));
  EXPECT_TRUE(made.ok()) << made.status().to_string();
  return made.ok() ? *made : Document();
}

Chunk ContentContract::chunk(const DocumentId& document, int index, const std::string& mark) {
  Chunk made;
  made.id = ChunkId::random();
  made.document_id = document;
  made.index = index;
  made.content = mark + " " + std::to_string(index);
  return made;
}

Vector ContentContract::vector(int index) {
  return {static_cast<float>(index), -0.5F, 1e-7F, 3.25F};
}

Status ContentContract::index_again(const WorkspaceId& in, const DocumentId& document, int count,
                                    const std::string& mark, const std::string& model) {
  std::vector<Chunk> chunks;
  std::vector<Vector> vectors;
  for (int i = 0; i < count; ++i) {
    chunks.push_back(chunk(document, i, mark));
    vectors.push_back(vector(i));
  }
  MONITORA_TRY(documents->replace_chunks(in, document, chunks, vectors, model).status());
  return documents->mark_indexed(in, document);
}

Document ContentContract::index(const WorkspaceId& in, const std::string& filename, int count,
                                const std::string& model) {
  const Document document = upload(in, filename);
  const Status status = index_again(in, document.id, count, filename, model);
  EXPECT_TRUE(status.ok()) << status.to_string();
  return document;
}

Conversation ContentContract::conversation(Channel channel, const std::string& visitor) {
  Conversation made;
  made.id = ConversationId::random();
  made.channel = channel;
  made.visitor_id = visitor;
  made.title = "Une question";
  return made;
}

Message ContentContract::question(const std::string& content) {
  Message message;
  message.id = MessageId::random();
  message.role = "user";
  message.content = content;
  return message;
}

Message ContentContract::answer(const std::string& content, std::optional<double> score) {
  Message message;
  message.id = MessageId::random();
  message.role = "assistant";
  message.content = content;
  message.rag_score = score;
  return message;
}

std::pair<Conversation, std::vector<Message>> ContentContract::talk(
    const WorkspaceId& in, const std::string& asked, const std::string& answered,
    std::optional<double> score, Channel channel, const std::string& visitor) {
  Conversation made = conversation(channel, visitor);
  std::vector<Message> messages{question(asked), answer(answered, score)};
  const Status status = conversations->append(in, made, true, messages);
  EXPECT_TRUE(status.ok()) << status.to_string();
  return {std::move(made), std::move(messages)};
}

std::vector<std::string> ContentContract::changes_after(std::int64_t sequence) {
  std::vector<std::string> found;
  const auto changes = change_log->since(sequence, 1000);
  EXPECT_TRUE(changes.ok());
  if (changes.ok())
    for (const Change& change : *changes) found.push_back(change.entity + "/" + change.operation);
  return found;
}

std::int64_t ContentContract::last_change() {
  const auto latest = change_log->latest();
  EXPECT_TRUE(latest.ok());
  return latest.ok() ? *latest : -1;
}

}  // namespace monitora::contract
