// One request after another: what a well-behaved, a rude and a hostile client get.
#include "http/server.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <latch>

#include "http/server_fixture_test.h"

namespace monitora::http {
namespace {

using namespace std::chrono_literals;

class ServerTest : public ServerFixture {
 protected:
  void SetUp() override {
    route(Method::get, "/light", say_ok, Runs::light);
    route(Method::get, "/items/{id}", [](const Request& request) -> Result<Response> {
      return Response::text(200, "text/plain",
                            request.params.at("id") + "|" + std::string(request.query_value("q")) +
                                "|" + request.language + "|" + request.remote_address);
    });
    route(Method::post, "/echo", [](const Request& request) -> Result<Response> {
      return Response::text(200, "text/plain", request.body);
    });
    route(Method::post, "/json", [](const Request& request) -> Result<Response> {
      MONITORA_ASSIGN(const auto object, request.json());
      return Response::json(200, object);
    });
    route(Method::get, "/throws",
          [](const Request&) -> Result<Response> { throw std::runtime_error("secret detail"); });
    route(Method::get, "/page", [](const Request&) -> Result<Response> {
      return Response::text(200, "text/html; charset=utf-8", "<p>");
    });
  }

  // The answer to bytes as they are, on a connection of its own.
  RawResponse raw(std::string_view bytes) {
    RawClient client(port());
    client.send(bytes);
    return client.response();
  }
};

TEST_F(ServerTest, AnswersWithWhatEveryResponseCarries) {
  start();
  RawClient client(port());
  const RawResponse response =
      client.get("/items/a%2Fb?q=caf%C3%A9+x", "Accept-Language: de, en-GB;q=0.8, fr;q=0.5\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "a/b|café x|en|127.0.0.1");
  EXPECT_TRUE(Uuid::parse(response.header("x-request-id")).has_value());
  EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
  EXPECT_NE(response.header("content-security-policy").find("frame-ancestors 'none'"),
            std::string::npos);
  EXPECT_EQ(response.header("cache-control"), "no-store");
  EXPECT_EQ(response.header("server"), "");
  const RawResponse page = client.get("/page");
  EXPECT_NE(page.header("content-security-policy").find("default-src 'self'"), std::string::npos);
  EXPECT_NE(page.header("x-request-id"), response.header("x-request-id"));
}

TEST_F(ServerTest, ErrorsHaveOneShape) {
  start();
  RawClient client(port());
  const RawResponse absent = client.get("/absent");
  EXPECT_EQ(absent.status, 404);
  const auto body = boost::json::parse(absent.body).as_object();
  EXPECT_EQ(body.at("code"), "not_found");
  EXPECT_EQ(body.at("request_id").as_string(), absent.header("x-request-id"));
  EXPECT_NE(absent.body.find("Cet élément"), std::string::npos);
  EXPECT_NE(client.get("/absent", "Accept-Language: en\r\n").body.find("This item"),
            std::string::npos);
  const RawResponse thrown = client.get("/throws");
  EXPECT_EQ(thrown.status, 500);
  EXPECT_EQ(thrown.body.find("secret"), std::string::npos);
  EXPECT_EQ(client.ask("POST", "/json", {}, "[1]").status, 400);
  EXPECT_EQ(client.ask("POST", "/json", {}, "{\"a\":").status, 400);
  EXPECT_EQ(client.ask("POST", "/json", {}, std::string(100'000, '[')).status, 400);
  EXPECT_EQ(client.ask("POST", "/json", {}, "{\"a\":1}").body, "{\"a\":1}");
}

TEST_F(ServerTest, MethodsThatAPathDoesNotHave) {
  start();
  RawClient client(port());
  const RawResponse refused = client.ask("DELETE", "/light");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(client.ask("TRACE", "/light").status, 405);
  EXPECT_EQ(client.ask("DELETE", "/nowhere").status, 404);
  const RawResponse options = client.ask("OPTIONS", "/light");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("allow"), "GET, HEAD, OPTIONS");
  const RawResponse head = client.ask("HEAD", "/light");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.header("content-length"), "11");
  EXPECT_EQ(client.get("/light").body, "{\"ok\":true}");  // nothing of a body was sent to HEAD
}

TEST_F(ServerTest, RequestsByTheByteAndByTheDozen) {
  start();
  RawClient slow(port());
  for (const char byte :
       std::string("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n")) {
    ASSERT_TRUE(slow.send({&byte, 1}));
  }
  EXPECT_EQ(slow.response().body, "abcde");
  RawClient pipelined(port());
  std::string many;
  for (int i = 0; i < 20; ++i) {
    many += "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n" + std::to_string(10 + i);
  }
  ASSERT_TRUE(pipelined.send(many));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(pipelined.response().body, std::to_string(10 + i));
}

TEST_F(ServerTest, OldAndClosingClients) {
  start();
  RawClient old(port());
  old.send("GET /light HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.response().status, 200);
  EXPECT_TRUE(old.ended());
  RawClient closing(port());
  EXPECT_EQ(closing.get("/light", "Connection: close\r\n").header("connection"), "close");
  EXPECT_TRUE(closing.ended());
  EXPECT_EQ(raw("GET http://elsewhere/light HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
}

TEST_F(ServerTest, MalformedRequestsAreRefusedAndTheConnectionEnds) {
  start();
  for (const char* bytes :
       {"nonsense\r\n\r\n", "GET /light HTTP/9.9\r\nHost: x\r\n\r\n", "GET /light HTTP/1.1\r\n\r\n",
        "GET /light HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /light HTTP/1.1\r\nHost: x\r\nBad Header: 1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"}) {
    RawClient client(port());
    client.send(bytes);
    EXPECT_EQ(client.response().status, 400) << bytes;
    // What a smuggler put behind it is not answered.
    client.send("GET /light HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(client.read_all(), "") << bytes;
  }
}

TEST_F(ServerTest, HeadersOverTheLimit) {
  start();
  RawClient one_long(port());
  one_long.send("GET /light HTTP/1.1\r\nHost: x\r\nX: ");
  for (int i = 0; i < 10; ++i) one_long.send(std::string(1 << 20, 'a'));
  EXPECT_EQ(one_long.response().status, 431);
  std::string many = "GET /light HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 2000; ++i) many += "X" + std::to_string(i) + ": aaaaaaaaaa\r\n";
  EXPECT_EQ(raw(many + "\r\n").status, 431);
  EXPECT_EQ(raw("GET /" + std::string(20'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n").status, 431);
}

TEST_F(ServerTest, SlowHeadersAndIdleConnectionsEnd) {
  options_.header_timeout = 40ms;
  options_.idle_timeout = 500ms;  // the last client must send within it, on a busy machine too
  start();
  RawClient loris(port());
  loris.send("GET /light HTTP/1.1\r\nHost: x\r\n");
  EXPECT_EQ(loris.response().status, 408);
  RawClient silent(port());
  EXPECT_EQ(silent.read_all(), "");
  RawClient idle(port());
  EXPECT_EQ(idle.get("/light").status, 200);
  EXPECT_EQ(idle.read_all(), "");
}

TEST_F(ServerTest, SlowBodiesEnd) {
  options_.transfer_timeout = 40ms;
  start();
  EXPECT_EQ(raw("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc").status, 408);
}

TEST_F(ServerTest, BodiesOverTheLimit) {
  start();
  RawClient client(port());
  client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n");
  EXPECT_EQ(client.response().status, 413);  // without a byte of it
  RawClient chunked(port());
  chunked.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) chunked.send("10000\r\n" + std::string(0x10000, 'a') + "\r\n");
  EXPECT_EQ(chunked.response().status, 413);
  const std::string most(1 << 20, 'x');
  EXPECT_EQ(RawClient(port()).ask("POST", "/echo", {}, most).body, most);
}

TEST_F(ServerTest, BodiesThatWouldTakeTooMuchMemoryTogether) {
  options_.buffered_bodies = 100;
  start();
  RawClient client(port());
  const RawResponse refused = client.ask("POST", "/echo", {}, std::string(101, 'a'));
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  for (int i = 0; i < 5; ++i)
    EXPECT_EQ(RawClient(port()).ask("POST", "/echo", {}, std::string(100, 'a')).status, 200);
}

TEST_F(ServerTest, ExpectContinue) {
  start();
  RawClient client(port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.response().status, 100);
  client.send("abc");
  EXPECT_EQ(client.response().body, "abc");
  client.send(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.response().status, 413);
}

TEST_F(ServerTest, ATruncatedRequestDisturbsNobody) {
  start();
  for (const char* bytes :
       {"", "G", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc"}) {
    RawClient client(port());
    client.send(bytes);
  }
  EXPECT_EQ(RawClient(port()).get("/light").status, 200);
}

TEST_F(ServerTest, AFullPoolAnswersAtOnceAndHealthNeverQueues) {
  std::latch blocked(1);
  std::latch running(2);
  route(Method::get, "/block", [&](const Request& request) {
    if (request.query_value("count") == "yes") running.count_down();
    blocked.wait();
    return say_ok(request);
  });
  start();
  // Two run, two wait: the pool of the fixture is full.
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->send("GET /block?count=yes HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  running.wait();
  for (int i = 0; i < 2; ++i) {
    clients.push_back(std::make_unique<RawClient>(port()));
    clients.back()->send("GET /block HTTP/1.1\r\nHost: x\r\n\r\n");
    while (workers_.queued() < static_cast<std::size_t>(i + 1)) std::this_thread::yield();
  }
  RawClient client(port());
  const RawResponse refused = client.get("/block");
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("retry-after"), "1");
  EXPECT_NE(refused.body.find("saturated"), std::string::npos);
  EXPECT_EQ(client.get("/light").status, 200);
  blocked.count_down();
  for (const auto& waiting : clients) EXPECT_EQ(waiting->response().status, 200);
  server_ = nullptr;  // before what the handlers use
}

TEST_F(ServerTest, TheStopTokenFiresWhenTheClientGoes) {
  Signal started;
  Signal stopped;
  route(Method::get, "/long", [&](const Request&) -> Result<Response> {
    const std::stop_callback on_stop(Deadline::current().stop(), [&] { stopped.set(); });
    started.set();
    if (!stopped.wait()) return Status::internal("not stopped");
    return Status::cancelled();
  });
  start();
  RawClient client(port());
  client.send("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(started.wait());
  client.close();
  EXPECT_TRUE(stopped.wait());
  server_ = nullptr;  // before what the handler uses
}

TEST_F(ServerTest, GuardAfterAndPreflight) {
  options_.guard = [](Request& request, const Route& route) -> Status {
    if (request.header("authorization").empty()) {
      return Status(Code::unauthenticated, "not_signed_in", {"Connectez-vous.", "Sign in."});
    }
    if (route.pattern == "/page") throw std::runtime_error("guard bug");
    return {};
  };
  options_.after = [](const Request& request, const Route* route, Response& response) {
    response.headers.emplace_back("X-Route", route ? route->pattern : "none");
  };
  options_.preflight = [](Request& request, const Route& route) {
    return Response::no_content().with("Access-Control-Allow-Methods", std::string(route.pattern));
  };
  start();
  RawClient client(port());
  const RawResponse refused = client.get("/light");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("www-authenticate"), "Bearer");
  EXPECT_EQ(refused.header("x-route"), "/light");
  EXPECT_EQ(client.get("/light", "Authorization: x\r\n").status, 200);
  EXPECT_EQ(client.get("/page", "Authorization: x\r\n").status, 500);
  EXPECT_EQ(client.get("/nowhere").header("x-route"), "none");
  const RawResponse preflight =
      client.ask("OPTIONS", "/items/1", "Access-Control-Request-Method: GET\r\n");
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("access-control-allow-methods"), "/items/{id}");
  EXPECT_EQ(client.ask("OPTIONS", "/items/1").header("access-control-allow-methods"), "");
}

TEST_F(ServerTest, ForwardedHeadersCountOnlyFromTrustedProxies) {
  start();
  EXPECT_EQ(RawClient(port()).get("/items/1", "X-Forwarded-For: 198.51.100.7\r\n").body,
            "1||fr|127.0.0.1");
  server_ = nullptr;
  SetUp();
  options_.trusted_proxies = {*net::Cidr::parse("127.0.0.0/8")};
  start();
  EXPECT_EQ(RawClient(port()).get("/items/1", "X-Forwarded-For: 1.1.1.1, 198.51.100.7\r\n").body,
            "1||fr|198.51.100.7");
}

TEST_F(ServerTest, TooManyConnections) {
  options_.max_connections = 2;
  start();
  RawClient first(port());
  RawClient second(port());
  EXPECT_EQ(first.get("/light").status, 200);
  EXPECT_EQ(second.get("/light").status, 200);
  RawClient third(port());
  EXPECT_EQ(third.response().status, 503);
  EXPECT_EQ(first.get("/light").status, 200);
}

TEST_F(ServerTest, APortInUseIsSaid) {
  start();
  options_.port = port();
  Server second(runtime_, workers_, metrics_, Router(), options_);
  const Status status = second.start();
  EXPECT_EQ(status.key(), "port_in_use");
  EXPECT_NE(status.sentence().fr.find(std::to_string(port())), std::string::npos);
  options_.address = "not an address";
  EXPECT_EQ(Server(runtime_, workers_, metrics_, Router(), options_).start().key(),
            "invalid_address");
}

TEST_F(ServerTest, StopLetsRequestsFinish) {
  Signal started;
  Signal release;
  route(Method::get, "/slow", [&](const Request& request) {
    started.set();
    release.wait();
    return say_ok(request);
  });
  start();
  const std::uint16_t where = port();
  RawClient idle(where);
  EXPECT_EQ(idle.get("/light").status, 200);
  RawClient busy(where);
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(started.wait());
  std::thread stopper([&] { server_->stop(); });
  EXPECT_EQ(idle.read_all(), "");  // closed at once
  release.set();
  const RawResponse last = busy.response();
  EXPECT_EQ(last.status, 200);
  EXPECT_EQ(last.header("connection"), "close");
  stopper.join();
  EXPECT_FALSE(RawClient(where).connected());
}

TEST_F(ServerTest, CountsByPatternAndStatus) {
  route(
      Method::get, "/metrics",
      [this](const Request&) -> Result<Response> {
        return Response::text(200, "text/plain", metrics_.render());
      },
      Runs::light);
  start();
  RawClient client(port());
  client.get("/items/1");
  client.get("/items/2");
  client.get("/nowhere");
  const std::string metrics = client.get("/metrics").body;
  EXPECT_NE(
      metrics.find(
          "monitora_http_requests_total{method=\"GET\",route=\"/items/{id}\",status=\"200\"} 2"),
      std::string::npos);
  EXPECT_NE(metrics.find("{method=\"GET\",route=\"none\",status=\"404\"} 1"), std::string::npos);
  EXPECT_NE(metrics.find("monitora_http_connections 1"), std::string::npos);
}

}  // namespace
}  // namespace monitora::http
