#include <gmock/gmock.h>

#include <cstring>
#include <set>

#include "contract/content_contract.h"

namespace monitora::contract {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class DocumentContract : public ContentContract {
 protected:
  std::string content_of(const WorkspaceId& in, const DocumentId& document) {
    std::string bytes;
    const Status status = documents->read_content(in, document, [&](BytesView part) {
      EXPECT_LE(part.size(), 256U * 1024);
      bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status.to_string();
    return bytes;
  }
  std::vector<std::string> names(const PageRequest& request, std::string* cursor = nullptr,
                                 std::optional<DocumentStatus> status = {}) {
    const auto page = documents->list(workspace, status, request);
    EXPECT_TRUE(page.ok()) << page.status().to_string();
    std::vector<std::string> found;
    if (!page.ok()) return found;
    for (const Document& each : page->items) found.push_back(each.filename);
    if (cursor != nullptr) *cursor = page->next_cursor;
    return found;
  }
};

TEST_P(DocumentContract, AnUploadIsARowItsBytesAJobAndAChange) {
  const std::int64_t before = last_change();
  const Document made = upload(workspace, "Été – ☂ العربية.pdf", "octets");
  EXPECT_EQ(made.created_at, clock.now());
  EXPECT_EQ(made.file_size, 6);

  const auto found = documents->find(workspace, made.id);
  ASSERT_OK(found);
  EXPECT_EQ(found->filename, "Été – ☂ العربية.pdf");
  EXPECT_EQ(found->workspace_id, workspace);
  EXPECT_EQ(found->mime_type, "text/plain");
  EXPECT_EQ(found->content_sha256, sha256_hex("octets"));
  EXPECT_EQ(found->file_size, 6);
  EXPECT_EQ(found->status, DocumentStatus::pending);
  EXPECT_EQ(found->chunk_count, 0);
  EXPECT_EQ(found->created_at, clock.now());
  EXPECT_FALSE(found->indexed_at);
  EXPECT_EQ(content_of(workspace, made.id), "octets");
  EXPECT_THAT(changes_after(before), ElementsAre("document/created"));

  const auto job = jobs->lease("node", {"index_document"}, seconds(60));
  ASSERT_OK(job);
  ASSERT_TRUE(job->has_value());
  EXPECT_JSON((*job)->payload, R"({"workspace_id":")" + workspace.to_string() +
                                   R"(","document_id":")" + made.id.to_string() + R"("})");
}

TEST_P(DocumentContract, BytesOfEverySizeComeBackUnchanged) {
  constexpr std::size_t kPart = 256 * 1024;
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kPart - 1, kPart, kPart + 1, std::size_t{10'000'000}}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
    const Document made = upload(workspace, "f", bytes);
    EXPECT_EQ(made.file_size, static_cast<std::int64_t>(size));
    EXPECT_TRUE(content_of(workspace, made.id) == bytes) << size;
  }
}

TEST_P(DocumentContract, AnUploadThatCannotBeReadWholeLeavesNothing) {
  EXPECT_KEY(documents->create(workspace, Document(), "/nowhere/at/all"), "internal");
  // A file that says it is empty and is not: as one that grows while it is stored.
  EXPECT_KEY(documents->create(workspace, Document(), "/proc/self/status"), "internal");
  EXPECT_EQ(count("documents"), 0);
  EXPECT_EQ(count("document_contents"), 0);
  EXPECT_EQ(count("jobs"), 0);
}

TEST_P(DocumentContract, AnUploadIntoNoWorkspaceIsNotFound) {
  EXPECT_KEY(documents->create(WorkspaceId::random(), Document(), file("x")),
             "workspace_not_found");
  EXPECT_EQ(count("documents"), 0);
}

TEST_P(DocumentContract, NothingOfAnotherWorkspaceIsFoundOrChanged) {
  const Document made = index(workspace, "secret.txt", 2);
  const std::int64_t before = last_change();
  const std::int64_t jobs_before = count("jobs");
  const std::string kAbsent = "document_not_found";
  EXPECT_KEY(documents->find(foreign, made.id), kAbsent);
  EXPECT_KEY(documents->read_content(foreign, made.id, [](BytesView) { return Status(); }),
             kAbsent);
  EXPECT_KEY(documents->remove(foreign, made.id), kAbsent);
  EXPECT_KEY(documents->request_indexing(foreign, made.id), kAbsent);
  EXPECT_KEY(documents->mark_processing(foreign, made.id), kAbsent);
  EXPECT_KEY(documents->mark_error(foreign, made.id, {"non", "no"}), kAbsent);
  EXPECT_KEY(index_again(foreign, made.id, 1, "intrus"), kAbsent);
  EXPECT_KEY(documents->mark_indexed(foreign, made.id), kAbsent);
  EXPECT_KEY(documents->chunks(foreign, made.id, {}), kAbsent);
  EXPECT_KEY(documents->indexed_chunks(foreign, made.id), kAbsent);
  EXPECT_THAT(documents->list(foreign, {}, {})->items, IsEmpty());
  EXPECT_EQ(*documents->request_indexing_of_all(foreign), 0);
  // Absent says the same as foreign.
  EXPECT_KEY(documents->find(workspace, DocumentId::random()), kAbsent);
  EXPECT_KEY(documents->remove(workspace, DocumentId::random()), kAbsent);

  EXPECT_EQ(last_change(), before);
  EXPECT_EQ(count("jobs"), jobs_before);
  EXPECT_EQ(documents->find(workspace, made.id)->status, DocumentStatus::indexed);
  EXPECT_EQ(documents->indexed_chunks(workspace, made.id)->size(), 2U);
}

TEST_P(DocumentContract, AUserReachesWhatItsRoleAllows) {
  const Document made = upload(workspace);
  const UserId reader = make_user("lea", UserRole::lecteur);
  EXPECT_KEY(documents->find_for_user(reader, made.id), "document_not_found");
  ASSERT_OK(members->invite(workspace, "lea@exemple.fr", UserRole::lecteur));
  const auto read = documents->find_for_user(reader, made.id);
  ASSERT_OK(read);
  EXPECT_EQ(read->role, UserRole::lecteur);
  EXPECT_EQ(read->document.id, made.id);
  EXPECT_EQ(documents->find_for_user(owner, made.id)->role, UserRole::admin);
  EXPECT_KEY(documents->find_for_user(neighbour, made.id), "document_not_found");
}

TEST_P(DocumentContract, AFirstIndexingGoesThroughItsSteps) {
  const Document made = upload(workspace);
  ASSERT_OK(documents->mark_processing(workspace, made.id));
  EXPECT_EQ(documents->find(workspace, made.id)->status, DocumentStatus::processing);
  ASSERT_OK(documents->mark_error(workspace, made.id, {"Illisible \"ici\"", "Unreadable"}));
  auto found = documents->find(workspace, made.id);
  EXPECT_EQ(found->status, DocumentStatus::error);
  EXPECT_EQ(found->error_message, R"({"fr":"Illisible \"ici\"","en":"Unreadable"})");
  ASSERT_OK(documents->mark_processing(workspace, made.id));
  clock.advance(seconds(5));
  ASSERT_OK(index_again(workspace, made.id, 3, "texte"));
  found = documents->find(workspace, made.id);
  EXPECT_EQ(found->status, DocumentStatus::indexed);
  EXPECT_EQ(found->chunk_count, 3);
  EXPECT_EQ(found->indexed_at, clock.now());
  EXPECT_EQ(found->error_message, "");
}

TEST_P(DocumentContract, AnIndexedDocumentStaysSoWhileItIsIndexedAgainAndWhenThatFails) {
  const Document made = index(workspace, "cgv.txt", 3);
  ASSERT_OK(documents->request_indexing(workspace, made.id));
  EXPECT_EQ(documents->find(workspace, made.id)->status, DocumentStatus::indexed);
  ASSERT_OK(documents->mark_processing(workspace, made.id));
  auto found = documents->find(workspace, made.id);
  EXPECT_EQ(found->status, DocumentStatus::indexed);
  EXPECT_EQ(found->chunk_count, 3);
  ASSERT_OK(documents->mark_error(workspace, made.id, {"Raté", "Failed"}));
  found = documents->find(workspace, made.id);
  EXPECT_EQ(found->status, DocumentStatus::indexed);
  EXPECT_EQ(found->error_message, R"({"fr":"Raté","en":"Failed"})");
  EXPECT_EQ(documents->indexed_chunks(workspace, made.id)->size(), 3U);
  ASSERT_OK(index_again(workspace, made.id, 1, "mieux"));
  EXPECT_EQ(documents->find(workspace, made.id)->error_message, "");
}

TEST_P(DocumentContract, ChunksComeBackWithTheirPlacesAndVectors) {
  const Document made = upload(workspace, "tarifs.xlsx");
  std::vector<Chunk> chunks{chunk(made.id, 0, "œuf 🥚"), chunk(made.id, 1, "b"),
                            chunk(made.id, 2, "c")};
  chunks[0].place = {3, "", {}, "Retours › Délais"};
  chunks[1].place = {{}, "Feuil \"1\"", 12, ""};
  const std::vector<Vector> vectors{vector(0), vector(1), vector(2)};
  ASSERT_OK(documents->replace_chunks(workspace, made.id, chunks, vectors, "e5-small"));

  const auto found = documents->indexed_chunks(workspace, made.id);
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*found)[i].chunk.id, chunks[i].id);
    EXPECT_EQ((*found)[i].chunk.document_id, made.id);
    EXPECT_EQ((*found)[i].chunk.index, static_cast<int>(i));
    EXPECT_EQ((*found)[i].chunk.content, chunks[i].content);
    EXPECT_EQ((*found)[i].chunk.place, chunks[i].place);
    EXPECT_EQ((*found)[i].vector, vectors[i]);
    EXPECT_EQ((*found)[i].filename, "tarifs.xlsx");
  }
  // What another program reads: little-endian float32, and only the places that are known.
  ASSERT_OK(pool().with(sql::Connection::Mode::read, [&](sql::Connection& connection) {
    return connection.query(
        "SELECT embedding, metadata, embedding_id, embedding_model FROM document_chunks "
        "WHERE document_id = ? AND chunk_index = 1",
        {sql::p(made.id)}, [&](const sql::Row& row) {
          const std::uint8_t one[] = {0, 0, 0x80, 0x3f};
          EXPECT_EQ(row.bytes(0).size(), 16U);
          EXPECT_EQ(std::memcmp(row.bytes(0).data(), one, 4), 0);
          EXPECT_JSON(row.text(1), R"({"sheet":"Feuil \"1\"","row":12})");
          EXPECT_EQ(row.text(2), chunks[1].id.to_string());
          EXPECT_EQ(row.text(3), "e5-small");
          return Status();
        });
  }));
}

TEST_P(DocumentContract, ChunksArePagedInOrder) {
  const Document made = index(workspace, "long.txt", 5);
  PageRequest request{2, ""};
  std::vector<int> seen;
  do {
    const auto page = documents->chunks(workspace, made.id, request);
    ASSERT_OK(page);
    for (const StoredChunk& each : page->items) {
      seen.push_back(each.chunk.index);
      EXPECT_EQ(each.embedding_model, "e5");
    }
    request.cursor = page->next_cursor;
  } while (!request.cursor.empty());
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_KEY(documents->chunks(workspace, made.id, {2, "?"}), "invalid_fields");
}

TEST_P(DocumentContract, NewChunksReplaceTheOldAtOnce) {
  const Document made = index(workspace, "cgv.txt", 5);
  ASSERT_OK(index_again(workspace, made.id, 2, "neuf"));
  const auto found = documents->indexed_chunks(workspace, made.id);
  ASSERT_EQ(found->size(), 2U);
  EXPECT_EQ((*found)[1].chunk.content, "neuf 1");
  EXPECT_EQ(documents->find(workspace, made.id)->chunk_count, 2);

  // Two chunks of one index: refused as a whole, the old ones stay.
  const std::vector<Chunk> twice{chunk(made.id, 0, "x"), chunk(made.id, 0, "y")};
  EXPECT_KEY(documents->replace_chunks(workspace, made.id, twice, {vector(0), vector(0)}, "e5"),
             "unique_violation");
  EXPECT_EQ(documents->indexed_chunks(workspace, made.id)->size(), 2U);
  EXPECT_KEY(documents->replace_chunks(workspace, made.id, twice, {vector(0)}, "e5"), "internal");
}

TEST_P(DocumentContract, IndexingOneDocumentTwiceAtATimeLeavesOneSetOfChunks) {
  const Document made = upload(workspace);
  in_parallel(4, [&](int i) {
    for (int round = 0; round < 3; ++round)
      EXPECT_TRUE(index_again(workspace, made.id, i + 1, "fil" + std::to_string(i)).ok());
  });
  const auto found = documents->indexed_chunks(workspace, made.id);
  ASSERT_OK(found);
  std::set<std::string> marks;
  for (const IndexedChunk& each : *found)
    marks.insert(each.chunk.content.substr(0, each.chunk.content.find(' ')));
  EXPECT_EQ(marks.size(), 1U);
  EXPECT_EQ(documents->find(workspace, made.id)->chunk_count, static_cast<int>(found->size()));
}

TEST_P(DocumentContract, DeletingTakesEverythingOfTheDocumentAndNothingElse) {
  const Document made = index(workspace, "cgv.txt", 4);
  const Document other = index(workspace, "faq.txt", 2);
  const std::int64_t before = last_change();
  ASSERT_OK(documents->remove(workspace, made.id));
  EXPECT_KEY(documents->find(workspace, made.id), "document_not_found");
  EXPECT_EQ(count("documents"), 1);
  EXPECT_EQ(count("document_contents"), 1);
  EXPECT_EQ(count("document_chunks"), 2);
  EXPECT_THAT(changes_after(before), ElementsAre("document/deleted"));
  // A job that was at work on it learns so.
  EXPECT_KEY(index_again(workspace, made.id, 1, "tard"), "document_not_found");
  EXPECT_EQ(count("document_chunks"), 2);
  EXPECT_EQ(documents->indexed_chunks(workspace, other.id)->size(), 2U);
}

TEST_P(DocumentContract, DeletingTheWorkspaceTakesItsDocumentsAndConversations) {
  index(workspace, "cgv.txt", 4);
  talk(workspace, "Bonjour ?", "Bonjour.");
  index(foreign, "autre.txt", 1);
  ASSERT_OK(workspaces->remove(owner, workspace));
  EXPECT_EQ(count("documents"), 1);
  EXPECT_EQ(count("document_contents"), 1);
  EXPECT_EQ(count("document_chunks"), 1);
  EXPECT_EQ(count("conversations"), 0);
  EXPECT_EQ(count("messages"), 0);
}

TEST_P(DocumentContract, TheListIsLatestFirstAndWholeUnderTies) {
  for (int i = 0; i < 7; ++i) upload(workspace, "meme" + std::to_string(i));  // all at one time
  clock.advance(seconds(1));
  upload(workspace, "dernier");
  upload(foreign, "etranger");
  std::multiset<std::string> seen;
  PageRequest request{3, ""};
  std::vector<std::string> first = names(request, &request.cursor);
  EXPECT_EQ(first.front(), "dernier");
  seen.insert(first.begin(), first.end());
  clock.advance(seconds(1));
  upload(workspace, "pendant");  // what comes meanwhile is before the cursor
  while (!request.cursor.empty()) {
    const auto next = names(request, &request.cursor);
    EXPECT_LE(next.size(), 3U);
    seen.insert(next.begin(), next.end());
  }
  EXPECT_EQ(seen.size(), 8U);
  EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), 8U);
  EXPECT_EQ(seen.count("pendant"), 0U);
}

TEST_P(DocumentContract, AnExactPageHasNoNext) {
  for (int i = 0; i < 4; ++i) upload(workspace);
  std::string cursor = "x";
  EXPECT_EQ(names({4, ""}, &cursor).size(), 4U);
  EXPECT_EQ(cursor, "");
}

TEST_P(DocumentContract, TheListFiltersByStatus) {
  index(workspace, "pret.txt", 1);
  upload(workspace, "attend.txt");
  EXPECT_THAT(names({}, nullptr, DocumentStatus::indexed), ElementsAre("pret.txt"));
  EXPECT_THAT(names({}, nullptr, DocumentStatus::pending), ElementsAre("attend.txt"));
  EXPECT_THAT(names({}, nullptr, DocumentStatus::error), IsEmpty());
}

TEST_P(DocumentContract, AForgedCursorIsAWrongField) {
  for (const std::string cursor : {"x", "!!!", "AAAA", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTkuYQ"})
    EXPECT_KEY(documents->list(workspace, {}, {10, cursor}), "invalid_fields") << cursor;
}

TEST_P(DocumentContract, IndexingAllAsksForEachOnce) {
  std::set<std::string> wanted;
  for (int i = 0; i < 5; ++i) wanted.insert(upload(workspace).id.to_string());
  upload(foreign);
  execute("DELETE FROM jobs");
  const auto asked = documents->request_indexing_of_all(workspace);
  ASSERT_OK(asked);
  EXPECT_EQ(*asked, 5);
  std::set<std::string> found;
  for (int i = 0; i < 5; ++i) {
    const auto job = jobs->lease("node", {"index_document"}, seconds(60));
    ASSERT_OK(job);
    ASSERT_TRUE(job->has_value());
    for (const std::string& id : wanted)
      if ((*job)->payload.find(id) != std::string::npos) found.insert(id);
  }
  EXPECT_EQ(found, wanted);
  EXPECT_FALSE(jobs->lease("node", {"index_document"}, seconds(60))->has_value());
}

TEST_P(DocumentContract, AskingAgainWhileAJobWaitsAddsNone) {
  const Document first = upload(workspace);
  const Document second = upload(workspace);
  ASSERT_EQ(count("jobs"), 2);
  ASSERT_OK(documents->request_indexing(workspace, first.id));
  EXPECT_EQ(*documents->request_indexing_of_all(workspace), 2);
  EXPECT_EQ(count("jobs"), 2);
  // One that runs may have read what was changed since: the document is indexed once more.
  const auto running = jobs->lease("node", {"index_document"}, seconds(60));
  ASSERT_OK(running);
  ASSERT_TRUE(running->has_value());
  const bool is_first = (*running)->payload.find(first.id.to_string()) != std::string::npos;
  ASSERT_OK(documents->request_indexing(workspace, is_first ? first.id : second.id));
  EXPECT_EQ(count("jobs"), 3);
  EXPECT_EQ(*documents->request_indexing_of_all(workspace), 2);
  EXPECT_EQ(count("jobs"), 3);
}

TEST_P(DocumentContract, WorkspacesOfOtherModelsAreToldOnce) {
  index(workspace, "a", 2, "e5");
  index(workspace, "b", 2, "ancien");
  index(foreign, "c", 2, "zephyr");
  EXPECT_EQ(documents->workspaces_of_other_models("e5")->size(), 2U);
  EXPECT_THAT(*documents->workspaces_of_other_models("zephyr"), ElementsAre(workspace));
  execute("UPDATE document_chunks SET embedding_model = 'e5'");
  EXPECT_THAT(*documents->workspaces_of_other_models("e5"), IsEmpty());
  execute("UPDATE document_chunks SET embedding_model = NULL WHERE workspace_id = ?",
          {sql::p(foreign)});
  EXPECT_THAT(*documents->workspaces_of_other_models("e5"), ElementsAre(foreign));
}

MONITORA_FOR_EVERY_DATABASE(DocumentContract);

class ChunkSourceContract : public ContentContract {};

TEST_P(ChunkSourceContract, GivesTheIndexedChunksOfAModelInOrder) {
  index(workspace, "a", 12);
  index(workspace, "b", 3);
  index(workspace, "autre modele", 2, "ancien");
  index(foreign, "etranger", 2);
  upload(workspace, "attend");
  const Document failed = index(workspace, "perdu", 2);
  execute("UPDATE documents SET status = 'error' WHERE id = ?", {sql::p(failed.id)});

  std::vector<IndexedChunk> found;
  ASSERT_OK(chunk_source->for_each(workspace, "e5", [&](IndexedChunk each) {
    found.push_back(std::move(each));
    return Status();
  }));
  ASSERT_EQ(found.size(), 15U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(found[i].filename == "a" || found[i].filename == "b");
    EXPECT_EQ(found[i].chunk.content,
              found[i].filename + " " + std::to_string(found[i].chunk.index));
    EXPECT_EQ(found[i].vector, vector(found[i].chunk.index));
    if (i == 0) continue;
    const bool same = found[i].chunk.document_id == found[i - 1].chunk.document_id;
    EXPECT_TRUE(same ? found[i].chunk.index == found[i - 1].chunk.index + 1
                     : found[i].chunk.index == 0);
  }
}

TEST_P(ChunkSourceContract, NewChunksAreThereBeforeTheirDocumentIsIndexed) {
  const Document made = upload(workspace);
  ASSERT_OK(documents->mark_processing(workspace, made.id));
  ASSERT_OK(
      documents->replace_chunks(workspace, made.id, {chunk(made.id, 0, "a")}, {vector(0)}, "e5"));
  EXPECT_EQ(documents->find(workspace, made.id)->status, DocumentStatus::processing);
  int found = 0;
  ASSERT_OK(
      chunk_source->for_each(workspace, "e5", [&](IndexedChunk) { return ++found, Status(); }));
  EXPECT_EQ(found, 1);
  const std::int64_t version = *chunk_source->version(workspace);

  ASSERT_OK(documents->mark_indexed(workspace, made.id));
  const auto indexed = documents->find(workspace, made.id);
  EXPECT_EQ(indexed->status, DocumentStatus::indexed);
  EXPECT_EQ(indexed->indexed_at, clock.now());
  EXPECT_EQ(*chunk_source->version(workspace), version) << "the index is the same";
}

TEST_P(ChunkSourceContract, StopsAtTheFirstError) {
  index(workspace, "a", 5);
  int calls = 0;
  EXPECT_KEY(chunk_source->for_each(
                 workspace, "e5",
                 [&](IndexedChunk) { return ++calls == 2 ? Status::cancelled() : Status(); }),
             "cancelled");
  EXPECT_EQ(calls, 2);
}

TEST_P(ChunkSourceContract, ADamagedVectorIsSaid) {
  index(workspace, "a", 1);
  const Status damaged = pool().with(sql::Connection::Mode::write, [](sql::Connection& connection) {
    return connection.execute("UPDATE document_chunks SET embedding = ?", {sql::p(as_bytes("abc"))})
        .status();
  });
  if (damaged.key() == "check_violation") return;  // pgvector's type takes no such thing
  ASSERT_OK(damaged);
  EXPECT_KEY(chunk_source->for_each(workspace, "e5", [](IndexedChunk) { return Status(); }),
             "vector_corrupted");
}

TEST_P(ChunkSourceContract, TheVersionGrowsWithTheWorkspacesOwnChunksOnly) {
  EXPECT_EQ(*chunk_source->version(workspace), 0);
  const Document made = upload(workspace);
  ASSERT_OK(documents->mark_processing(workspace, made.id));
  EXPECT_EQ(*chunk_source->version(workspace), 0);
  const auto first =
      documents->replace_chunks(workspace, made.id, {chunk(made.id, 0, "a")}, {vector(0)}, "e5");
  ASSERT_OK(first);
  EXPECT_GT(*first, 0);
  EXPECT_EQ(*chunk_source->version(workspace), *first);
  index(foreign, "etranger", 1);
  talk(workspace, "a", "b");
  upload(workspace);
  EXPECT_EQ(*chunk_source->version(workspace), *first);
  ASSERT_OK(documents->remove(workspace, made.id));
  const std::int64_t after_removal = *chunk_source->version(workspace);
  EXPECT_GT(after_removal, *first);
  index(workspace, "b", 1);
  EXPECT_GT(*chunk_source->version(workspace), after_removal);
}

MONITORA_FOR_EVERY_DATABASE(ChunkSourceContract);

}  // namespace
}  // namespace monitora::contract
