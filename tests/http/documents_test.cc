// Documents over HTTP: what comes in, what goes out, what is gone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/crypto.h"
#include "http/test_server.h"

namespace monitora::scenarios {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class DocumentScenario : public ::testing::Test {
 protected:
  Reply upload(std::vector<File> files, const std::string& route = "/upload",
               const std::string& language = "en") {
    return server.call(
        "POST", "/api/documents/workspace/" + workspace + route,
        {.token = owner.access_token, .files = std::move(files), .language = language});
  }
  Reply call(const std::string& method, const std::string& rest,
             const std::string& language = "en") {
    return server.call(method, "/api/documents/" + rest,
                       {.token = owner.access_token, .language = language});
  }

  TestServer server;
  Person owner = server.person("owner");
  std::string workspace = server.workspace(owner);
};

TEST_F(DocumentScenario, AnUploadIsStoredWithItsJob) {
  const Reply reply = upload({{"file", "../../Conditions générales.txt", "Livraison en 3 jours."}});
  ASSERT_EQ(reply.status, 202) << reply.body;
  const json::object body = reply.json().as_object();
  EXPECT_EQ(body.at("filename"), "Conditions générales.txt");
  EXPECT_EQ(body.at("status"), "pending");
  EXPECT_EQ(body.at("file_size"), 21);
  EXPECT_EQ(body.at("mime_type"), "text/plain");
  EXPECT_EQ(body.at("workspace_id"), json::value(workspace));
  EXPECT_EQ(server.rows("SELECT count(*) FROM jobs WHERE kind = 'index_document'"), 1);
  EXPECT_EQ(server.rows("SELECT count(*) FROM documents WHERE content_sha256 = '" +
                        sha256_hex("Livraison en 3 jours.") + "'"),
            1);
  EXPECT_EQ(server.jobs_added(), 1);
  const Reply content = call("GET", reply.text("id") + "/content");
  EXPECT_EQ(content.body, "Livraison en 3 jours.");
}

TEST_F(DocumentScenario, WhatCannotBeTaken) {
  EXPECT_EQ(upload({}).status, 422);
  EXPECT_EQ(upload({{"files", "a.txt", "x"}}).status, 422) << "another field";
  EXPECT_EQ(upload({{}, {}}).status, 422) << "two files";
  EXPECT_EQ(upload({{"file", "a.txt", ""}}).code(), "empty_file");
  EXPECT_EQ(upload({{"file", "a.txt", ""}}).status, 422);
  EXPECT_THAT(upload({{"file", "a.txt", ""}}).wrong_fields(), ElementsAre("file"));
  EXPECT_EQ(upload({{"file", "notes.txt", "MZ program"}}).status, 415) << "by content, not by name";
  EXPECT_EQ(upload({{"file", "a.txt", "", true}}).status, 413);
  EXPECT_EQ(server.rows("SELECT count(*) FROM documents"), 0);
  EXPECT_EQ(server.rows("SELECT count(*) FROM jobs"), 0);
}

TEST_F(DocumentScenario, SeveralAtOnceEachForItself) {
  const Reply reply = upload({{"files", "a.txt", "un"},
                              {"files", "b.exe", "MZ"},
                              {"files", "c.txt", ""},
                              {"files", "d.txt", "", true},
                              {"files", "a.txt", "un"}},
                             "/upload-multiple", "fr");
  ASSERT_EQ(reply.status, 202) << reply.body;
  EXPECT_EQ(reply.json().at("total_uploaded"), 2) << "the same content twice is two documents";
  EXPECT_EQ(reply.json().at("total_errors"), 3);
  const json::value errors = reply.json().at("errors");
  EXPECT_EQ(errors.at(0).at("filename"), "b.exe");
  EXPECT_EQ(errors.at(0).at("error"), "Ce type de fichier n'est pas pris en charge.");
  EXPECT_EQ(upload({}, "/upload-multiple").status, 422);
  EXPECT_EQ(upload({{"other", "a.txt", "un"}}, "/upload-multiple").status, 422);
}

TEST_F(DocumentScenario, HostileNamesAreTamed) {
  for (const std::string& name :
       {std::string(4000, 'a') + ".txt", std::string("../../etc/passwd"),
        std::string("a\0b.txt", 7), std::string("..\\..\\x.txt"), std::string(""),
        std::string("x\r\nSet-Cookie: a=b.txt"), std::string("\xff\xfe.txt"),
        std::string("\xe2\x80\xaetxt.exe")}) {
    const Reply reply = upload({{"file", name, "x"}});
    ASSERT_EQ(reply.status, 202) << name;
    const std::string stored = reply.text("filename");
    EXPECT_LE(stored.size(), 255u);
    EXPECT_EQ(stored.find_first_of(std::string("/\\\r\n\0", 5)), std::string::npos) << stored;
    const Reply content = call("GET", reply.text("id") + "/content");
    EXPECT_EQ(content.header("content-disposition").find_first_of("\r\n"), std::string::npos);
  }
}

TEST_F(DocumentScenario, ContentIsSavedNeverRun) {
  const std::string id =
      server.document(owner, workspace, {"file", "Été \"1\".html", "<script>alert(1)</script>"});
  const Reply reply = call("GET", id + "/content");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "<script>alert(1)</script>");
  EXPECT_THAT(reply.header("content-disposition"), HasSubstr("attachment; filename=\""));
  EXPECT_THAT(reply.header("content-disposition"), HasSubstr("filename*=UTF-8''%C3%89t%C3%A9"));
  EXPECT_EQ(reply.header("x-content-type-options"), "nosniff");
  EXPECT_THAT(reply.header("content-security-policy"), HasSubstr("sandbox"));
}

TEST_F(DocumentScenario, ListsByStatusInPages) {
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    server.clock().time += std::chrono::seconds(1);
    ids.push_back(
        server.document(owner, workspace, {"file", "n" + std::to_string(i) + ".txt", "x"}));
  }
  server.execute(
      "UPDATE documents SET status = 'error', error_message = "
      "'{\"fr\":\"Illisible\",\"en\":\"Unreadable\"}' WHERE id = '" +
      ids[0] + "'");
  const auto names = [&](const std::string& query) {
    std::vector<std::string> out;
    const Reply reply = call("GET", "workspace/" + workspace + query);
    EXPECT_EQ(reply.status, 200) << reply.body;
    const json::value list = reply.json();
    for (const auto& item : list.at("items").as_array())
      out.emplace_back(item.at("filename").as_string());
    return out;
  };
  EXPECT_THAT(names(""), ElementsAre("n2.txt", "n1.txt", "n0.txt"));
  EXPECT_THAT(names("?status=pending"), ElementsAre("n2.txt", "n1.txt"));
  EXPECT_THAT(names("?status=error"), ElementsAre("n0.txt"));
  EXPECT_THAT(names("?limit=1"), ElementsAre("n2.txt"));
  EXPECT_EQ(call("GET", "workspace/" + workspace + "?status=lost").status, 422);
  EXPECT_EQ(call("GET", ids[0]).text("error_message"), "Unreadable");
  EXPECT_EQ(call("GET", ids[0], "fr").text("error_message"), "Illisible");
}

TEST_F(DocumentScenario, DeletedIsForgottenByRetrieval) {
  const std::string id = server.document(owner, workspace);
  EXPECT_EQ(call("DELETE", id).status, 204);
  EXPECT_THAT(server.forgotten(), ElementsAre(id));
  EXPECT_EQ(call("GET", id).status, 404);
  EXPECT_EQ(call("GET", id + "/content").status, 404);
  EXPECT_EQ(call("GET", id + "/chunks").status, 404);
  EXPECT_EQ(call("DELETE", id).status, 404);
  EXPECT_EQ(server.rows("SELECT count(*) FROM document_contents"), 0);
}

TEST_F(DocumentScenario, Reindexing) {
  const std::string id = server.document(owner, workspace);
  server.document(owner, workspace);
  server.execute("UPDATE documents SET status = 'indexed', chunk_count = 1");
  server.execute("DELETE FROM jobs");
  const Reply one = call("POST", id + "/reindex");
  EXPECT_EQ(one.status, 202) << one.body;
  EXPECT_EQ(call("GET", id).text("status"), "indexed")
      << "the old answers stay until the new are ready";
  EXPECT_EQ(server.rows("SELECT count(*) FROM jobs"), 1);
  const Reply all = call("POST", "workspace/" + workspace + "/reindex-all");
  EXPECT_EQ(all.status, 202);
  EXPECT_EQ(all.json().at("documents"), 2);
}

TEST_F(DocumentScenario, ChunksOfANewDocumentAreNone) {
  const Reply reply = call("GET", server.document(owner, workspace) + "/chunks");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.json().at("items"), json::array());
  EXPECT_TRUE(reply.json().at("next_cursor").is_null());
}

}  // namespace
}  // namespace monitora::scenarios
