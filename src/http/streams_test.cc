// Answers that take their time: events, bodies by parts, deferred ones, uploads.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <thread>

#include "base/crypto.h"
#include "http/server_fixture_test.h"

namespace monitora::http {
namespace {

using namespace std::chrono_literals;

class StreamsTest : public ServerFixture {
 protected:
  ~StreamsTest() override { server_ = nullptr; }

  // GET /events hands its sink to the test.
  void SetUp() override {
    route(Method::get, "/events", [this](const Request&) -> Result<Response> {
      return Response::event_stream([this](std::shared_ptr<EventSink> sink) {
        sink_ = std::move(sink);
        sink_->on_disconnect([this] { disconnected_.set(); });
        opened_.set();
      });
    });
    route(Method::get, "/light", say_ok, Runs::light);
  }
  void open(RawClient& client) {
    client.send("GET /events HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(opened_.wait());
  }

  std::shared_ptr<EventSink> sink_;
  Signal opened_;
  Signal disconnected_;
};

TEST_F(StreamsTest, EventsInOrderThenTheConnectionGoesOn) {
  start();
  RawClient client(port());
  open(client);
  // The head is there before any event is.
  ASSERT_TRUE(client.read_until("\r\n\r\n"));
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_TRUE(sink_->send("{\"i\":" + std::to_string(i) + "}"));
    expected += "data: {\"i\":" + std::to_string(i) + "}\n\n";
  }
  EXPECT_TRUE(sink_->send("a\nb"));
  sink_->close();
  EXPECT_FALSE(sink_->send("too late"));
  const RawResponse response = client.response();
  EXPECT_EQ(response.header("content-type"), "text/event-stream");
  EXPECT_EQ(response.body, expected + "data: a\ndata: b\n\n");
  EXPECT_EQ(client.get("/light").status, 200);
}

TEST_F(StreamsTest, OldClientsGetEventsUntilTheEnd) {
  start();
  RawClient client(port());
  client.send("GET /events HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(opened_.wait());
  sink_->send("1");
  sink_->close();
  EXPECT_EQ(client.response().body, "data: 1\n\n");
  EXPECT_TRUE(client.ended());
}

TEST_F(StreamsTest, AClientThatGoesWhileNothingIsSentIsNoticed) {
  start();
  RawClient client(port());
  open(client);
  ASSERT_TRUE(client.read_until("\r\n\r\n"));
  client.close();
  EXPECT_TRUE(disconnected_.wait());
  EXPECT_FALSE(sink_->send("x"));
  Signal late;
  sink_->on_disconnect([&] { late.set(); });  // at once
  EXPECT_TRUE(late.wait());
}

TEST_F(StreamsTest, AClientThatDoesNotReadIsDisconnected) {
  options_.event_queue = 64 * 1024;
  start();
  RawClient client(port(), 4096);
  open(client);
  const std::string event(8 * 1024, 'x');
  int sent = 0;
  while (sent < 100'000 && sink_->send(event)) ++sent;
  EXPECT_LT(sent, 100'000);
  EXPECT_TRUE(disconnected_.wait());
}

TEST_F(StreamsTest, PingsAndForgottenSinks) {
  options_.ping_interval = 20ms;
  start();
  RawClient client(port());
  open(client);
  ASSERT_TRUE(client.read_until(": ping\n\n"));
  sink_ = nullptr;  // dropped without close(): the stream ends all the same
  EXPECT_NE(client.read_until("\r\n0\r\n\r\n"), false);
}

TEST_F(StreamsTest, StopEndsStreams) {
  start();
  RawClient client(port());
  open(client);
  server_->stop();
  EXPECT_TRUE(disconnected_.wait());
  EXPECT_FALSE(sink_->send("x"));
  client.read_all();
}

TEST_F(StreamsTest, DeferredAnswers) {
  std::function<void(Response)> answer;
  Signal asked;
  route(Method::get, "/later", [&](const Request&) -> Result<Response> {
    return Response::deferred([&](std::function<void(Response)> resolve) {
      answer = std::move(resolve);
      asked.set();
    });
  });
  route(Method::get, "/dropped", [](const Request&) -> Result<Response> {
    return Response::deferred([](std::function<void(Response)>) {});
  });
  start();
  RawClient client(port());
  client.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(asked.wait());
  std::thread([&] {
    answer(Response::text(201, "text/plain", "here"));
    answer(Response::text(500, "text/plain", "twice"));
  }).join();
  const RawResponse response = client.response();
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "here");
  EXPECT_EQ(client.get("/dropped").status, 500);
  answer = nullptr;
}

TEST_F(StreamsTest, ADeferredAnswerThatNeverComes) {
  options_.deferred_deadline = 40ms;
  std::function<void(Response)> answer;
  Signal stopped;
  std::unique_ptr<std::stop_callback<std::function<void()>>> on_stop;
  route(Method::get, "/never", [&](const Request&) -> Result<Response> {
    return Response::deferred([&](std::function<void(Response)> resolve) {
      answer = std::move(resolve);
      on_stop = std::make_unique<std::stop_callback<std::function<void()>>>(
          Deadline::current().stop(), [&] { stopped.set(); });
    });
  });
  start();
  RawClient client(port());
  EXPECT_EQ(client.get("/never").status, 503);
  EXPECT_TRUE(stopped.wait());
  EXPECT_EQ(client.get("/light").status, 200);
  server_ = nullptr;
  answer = nullptr;
}

TEST_F(StreamsTest, BodiesByParts) {
  const auto writing = [](std::function<Status(BodyWriter&)> write) {
    return [write](const Request&) -> Result<Response> {
      Response response;
      response.writer = write;
      return response;
    };
  };
  route(Method::get, "/lines", writing([](BodyWriter& out) -> Status {
          for (int i = 0; i < 100'000; ++i)
            MONITORA_TRY(out.write("line " + std::to_string(i) + "\n"));
          return {};
        }));
  route(Method::get, "/empty", writing([](BodyWriter&) { return Status(); }));
  route(Method::get, "/refused", writing([](BodyWriter&) { return Status::not_found(); }));
  route(Method::get, "/broken", writing([](BodyWriter& out) -> Status {
          MONITORA_TRY(out.write(std::string(100'000, 'a')));
          MONITORA_TRY(out.write(std::string(100'000, 'b')));
          return Status::internal("half way");
        }));
  route(Method::get, "/sized", [](const Request&) -> Result<Response> {
    Response response;
    response.writer = [](BodyWriter& out) { return out.write(std::string(100'000, 'a')); };
    return std::move(response).with("Content-Length", "100000");
  });
  start();
  RawClient client(port());
  std::string expected;
  for (int i = 0; i < 100'000; ++i) expected += "line " + std::to_string(i) + "\n";
  EXPECT_EQ(client.get("/lines").body, expected);
  EXPECT_EQ(client.get("/empty").status, 200);
  EXPECT_EQ(client.get("/refused").status, 404);
  EXPECT_EQ(client.get("/sized").body.size(), 100'000u);
  EXPECT_EQ(client.get("/broken").status, 0);  // the end is missing, and the client can tell
}

TEST_F(StreamsTest, ABodyNobodyReadsIsCancelled) {
  Signal cancelled;
  route(Method::get, "/endless", [&](const Request&) -> Result<Response> {
    Response response;
    response.writer = [&](BodyWriter& out) {
      for (;;) {
        if (const Status status = out.write(std::string(10'000, 'a')); !status.ok()) {
          if (status.code() == Code::cancelled) cancelled.set();
          return status;
        }
      }
    };
    return response;
  });
  start();
  RawClient client(port());
  client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(client.read_until("aaaa"));
  client.close();
  EXPECT_TRUE(cancelled.wait());
  server_ = nullptr;
}

class UploadsTest : public ServerFixture {
 protected:
  void SetUp() override {
    options_.max_file_size = 1 << 20;
    router_.add({.method = Method::post,
                 .pattern = "/upload",
                 .handler = [](const Request& request) -> Result<Response> {
                   std::string text;
                   for (const UploadedFile& file : request.files) {
                     std::ifstream in(file.path, std::ios::binary);
                     const std::string bytes((std::istreambuf_iterator<char>(in)), {});
                     text += file.field + " " + file.filename + " " +
                             (file.too_large ? "too large" : sha256_hex(bytes).substr(0, 8)) + "\n";
                   }
                   return Response::text(200, "text/plain", text);
                 },
                 .multipart = true});
    options_.guard = [](Request& request, const Route&) -> Status {
      if (request.header("authorization") == "no") {
        return Status(Code::permission_denied, "forbidden", {"Interdit.", "Forbidden."});
      }
      return {};
    };
  }
  static std::string form(std::string_view name, std::string_view bytes) {
    return "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" +
           std::string(name) + "\"\r\n\r\n" + std::string(bytes) + "\r\n";
  }
  static constexpr std::string_view kType = "Content-Type: multipart/form-data; boundary=XX\r\n";
  // Uploads are removed by a worker, behind the response.
  bool removed() {
    server_ = nullptr;
    workers_.stop();
    return uploads() == 0;
  }
};

TEST_F(UploadsTest, FilesArriveWholeAndAreRemoved) {
  start();
  const std::string most(1 << 20, 'm');
  const std::string body = form("small", "abc") + form("most", most) + form("more", most + "!") +
                           form("after", "z") + "--XX--\r\n";
  RawClient client(port());
  const RawResponse response = client.ask("POST", "/upload", kType, body);
  EXPECT_EQ(response.body, "file small " + sha256_hex("abc").substr(0, 8) + "\nfile most " +
                               sha256_hex(most).substr(0, 8) +
                               "\nfile more too large\nfile after " + sha256_hex("z").substr(0, 8) +
                               "\n");
  EXPECT_EQ(client.ask("POST", "/upload", kType, form("x", "y")).status,
            400);  // no closing boundary
  EXPECT_EQ(RawClient(port()).ask("POST", "/upload", "Content-Type: text/plain\r\n", "abc").status,
            415);
  EXPECT_TRUE(removed());
}

TEST_F(UploadsTest, TheGuardComesBeforeTheBody) {
  start();
  RawClient refused(port());
  refused.send("POST /upload HTTP/1.1\r\nHost: x\r\nAuthorization: no\r\nExpect: 100-continue\r\n" +
               std::string(kType) + "Content-Length: 1000\r\n\r\n");
  EXPECT_EQ(refused.response().status, 403);  // and no 100
  RawClient allowed(port());
  const std::string body = form("a", "b") + "--XX--";
  allowed.send("POST /upload HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n" + std::string(kType) +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n");
  EXPECT_EQ(allowed.response().status, 100);
  allowed.send(body);
  EXPECT_EQ(allowed.response().status, 200);
  EXPECT_TRUE(removed());
}

TEST_F(UploadsTest, AClientThatGoesInTheMiddleLeavesNothing) {
  start();
  {
    RawClient client(port());
    client.send("POST /upload HTTP/1.1\r\nHost: x\r\n" + std::string(kType) +
                "Content-Length: 900000\r\n\r\n" + form("a", std::string(600'000, 'b')));
  }
  EXPECT_EQ(RawClient(port()).ask("POST", "/upload", kType, form("x", "y") + "--XX--").status, 200);
  EXPECT_TRUE(removed());
}

TEST_F(UploadsTest, ADirectoryThatIsGoneIsAnErrorNotACrash) {
  start();
  std::filesystem::remove_all(options_.upload_directory);
  EXPECT_EQ(RawClient(port()).ask("POST", "/upload", kType, form("x", "y") + "--XX--").status, 500);
  std::filesystem::create_directory(options_.upload_directory);
}

}  // namespace
}  // namespace monitora::http
