#include "net/http_client.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <latch>
#include <thread>

#include "base/deadline.h"
#include "net/response_parser.h"
#include "net/runtime.h"
#include "scripted_llm.h"

namespace monitora::net {
namespace {

namespace asio = boost::asio;
using testing::Script;
using testing::ScriptedLlm;
using namespace std::chrono_literals;
using namespace std::string_view_literals;

class HttpClientTest : public ::testing::Test {
 protected:
  HttpRequest request() {
    HttpRequest request;
    request.url = server_.base_url() + "/x?y=1";
    return request;
  }
  Result<HttpResponse> fetch() { return client_.fetch(request()); }
  std::string failure(const HttpRequest& request) { return client_.fetch(request).status().key(); }

  ScriptedLlm server_;
  Runtime runtime_;
  HttpClient client_{runtime_, AddressGuard::trusting()};
};

TEST_F(HttpClientTest, FetchesAndKeepsTheConnection) {
  server_.push(Script::reply(200, "one", "text/plain", "X-A: b\r\n"));
  server_.push(Script::reply(404, "two"));
  HttpRequest post = request();
  post.method = "POST";
  post.headers = {{"X-Key", "k"}};
  post.body = "body";
  const auto first = client_.fetch(post);
  ASSERT_TRUE(first.ok()) << first.status().to_string();
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "one");
  EXPECT_EQ(find_header(first->headers, "x-a"), "b");
  EXPECT_EQ(server_.received()[0].body, "body");
  EXPECT_EQ(server_.received()[0].path, "/v1/x?y=1");
  EXPECT_NE(server_.received()[0].head.find("X-Key: k"), std::string::npos);
  EXPECT_EQ(fetch()->status, 404);
}

TEST_F(HttpClientTest, AKeptConnectionThatDiesIsReplaced) {
  server_.push(Script::reply(200, "one"));
  EXPECT_TRUE(fetch().ok());
  server_.push(Script().drop());  // on the kept connection, once the request has come
  server_.push(Script::reply(200, "two"));
  const auto second = fetch();
  ASSERT_TRUE(second.ok()) << second.status().to_string();
  EXPECT_EQ(second->body, "two");
}

TEST_F(HttpClientTest, BodiesHoweverTheyAreFramedAndCut) {
  for (const std::size_t bytes : {1, 3, 1000}) {
    Script chunked = Script();
    server_.push(chunked.split(bytes)
                     .raw("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
                          "chunked\r\n\r\n")
                     .data("abc")
                     .data("defg")
                     .end());
    EXPECT_EQ(fetch()->body, "abcdefg");
    Script until_close = Script();
    server_.push(until_close.split(bytes)
                     .raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end")
                     .drop());
    EXPECT_EQ(fetch()->body, "to the end");
  }
  server_.push(Script().raw("HTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_EQ(fetch()->status, 204);
  server_.push(Script::reply(302, "", "text/plain", "Location: http://127.0.0.1:1/\r\n"));
  EXPECT_EQ(fetch()->status, 302);  // not followed
}

TEST_F(HttpClientTest, ServersThatMisbehave) {
  HttpRequest patient = request();
  patient.max_response = 100;
  HttpRequest hurried = patient;  // only where the silence is the case: a busy machine is late too
  hurried.first_byte_timeout = 40ms;
  hurried.idle_timeout = 40ms;
  const std::vector<std::pair<Script, const char*>> cases = {
      {Script().drop(), "connection_lost"},
      {Script().reset(), "connection_lost"},
      {Script().raw("HTTP/1.1 200 OK\r\nContent-Le").drop(), "connection_lost"},
      {Script().raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").drop(), "connection_lost"},
      {Script().raw("nonsense\r\n\r\n"), "malformed_response"},
      {Script().raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
       "malformed_response"},
      {Script().raw("HTTP/1.1 200 OK\r\nX: ").repeat_forever("aaaaaaaaaa"), "malformed_response"},
      {Script().raw("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n").repeat_forever("aaaaaaaaaa"),
       "response_too_large"},
      {Script().hang(), "upstream_timeout"},
      {Script().raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc").hang(),
       "upstream_timeout"}};
  for (const auto& [script, key] : cases) {
    server_.push(script);
    EXPECT_EQ(failure(key == "upstream_timeout"sv ? hurried : patient), key);
  }
}

TEST_F(HttpClientTest, WhatCannotBeAskedFor) {
  for (const char* url : {"", "nonsense", "ftp://x/", "http://user:pw@x/", "http://",
                          "http://x:99999/", "file:///x", "http://x:0/", "http://a b/"}) {
    HttpRequest odd;
    odd.url = url;
    EXPECT_EQ(failure(odd), "invalid_url") << url;
  }
  HttpRequest closed;
  {
    const ScriptedLlm gone;
    closed.url = gone.base_url();
  }
  EXPECT_EQ(failure(closed), "connect_failed");
  HttpRequest silent = request();  // TLS to a server that speaks none
  silent.url.insert(4, "s");
  silent.connect_timeout = 40ms;
  EXPECT_EQ(failure(silent), "upstream_timeout");
}

// An HTTPS server with a certificate for "localhost" that it signed itself; answers one request a
// connection, on a thread of its own.
class TlsServer {
 public:
  TlsServer()
      : context_(asio::ssl::context::tls_server),
        acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
    const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("localhost"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    SSL_CTX_use_certificate(context_.native_handle(), certificate.get());
    SSL_CTX_use_PrivateKey(context_.native_handle(), key.get());
    std::FILE* file = std::fopen(certificate_file().c_str(), "w");
    PEM_write_X509(file, certificate.get());
    std::fclose(file);
    thread_ = std::thread([this] { serve(); });
  }
  ~TlsServer() {
    stopping_ = true;
    boost::system::error_code ignored;
    asio::ip::tcp::socket(io_).connect(acceptor_.local_endpoint(), ignored);  // ends accept()
    thread_.join();
    std::filesystem::remove(certificate_file());
  }
  int port() const { return acceptor_.local_endpoint().port(); }
  std::string certificate_file() const {
    return (std::filesystem::temp_directory_path() /
            ("tls-test-" + std::to_string(port()) + ".pem"))
        .string();
  }

 private:
  void serve() {
    while (!stopping_) {
      boost::system::error_code error;
      asio::ssl::stream<asio::ip::tcp::socket> stream(acceptor_.accept(io_, error), context_);
      if (error || stopping_) continue;
      stream.handshake(asio::ssl::stream_base::server, error);
      if (error) continue;
      std::array<char, 4096> request;
      stream.read_some(asio::buffer(request), error);
      const std::string_view reply =
          "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret";
      asio::write(stream, asio::buffer(reply), error);
    }
  }

  asio::io_context io_;
  asio::ssl::context context_;
  asio::ip::tcp::acceptor acceptor_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

TEST_F(HttpClientTest, CertificatesAreChecked) {
  const TlsServer server;
  const auto url = [&](const char* host) {
    return "https://" + std::string(host) + ":" + std::to_string(server.port()) + "/";
  };
  HttpRequest secure;
  secure.url = url("localhost");
  EXPECT_EQ(failure(secure), "tls_failed");  // nobody vouches for it
  ::setenv("SSL_CERT_FILE", server.certificate_file().c_str(), 1);
  HttpClient trusting(runtime_, AddressGuard::trusting());
  ::unsetenv("SSL_CERT_FILE");
  const auto response = trusting.fetch(secure);
  ASSERT_TRUE(response.ok()) << response.status().to_string();
  EXPECT_EQ(response->body, "secret");
  secure.url = url("127.0.0.1");
  EXPECT_EQ(trusting.fetch(secure).status().key(), "tls_failed");  // a name it was not made out to
}

TEST_F(HttpClientTest, OnlyCheckedAddressesAreConnectedTo) {
  std::atomic<int> asked = 0;
  // The second answer would be loopback: it is never asked for.
  const auto rebinding = [&](const std::string&) -> Result<std::vector<IpAddress>> {
    return std::vector{*IpAddress::parse(asked++ == 0 ? "192.168.0.1" : "127.0.0.1")};
  };
  HttpClient guarded(runtime_, *AddressGuard::parse("", rebinding));
  HttpRequest named;
  named.url = "http://name.example:" + std::to_string(server_.port()) + "/";
  EXPECT_EQ(guarded.fetch(named).status().key(), "address_not_allowed");
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(guarded.fetch(request()).status().key(), "address_not_allowed");
  EXPECT_TRUE(server_.received().empty());
  HttpClient allowed(runtime_, *AddressGuard::parse("127.0.0.0/8"));
  server_.push(Script::reply(200, "ok"));
  EXPECT_TRUE(allowed.fetch(request()).ok());
}

TEST_F(HttpClientTest, ADeadlineEndsIt) {
  server_.push(Script().hang());
  // On a busy machine it may be over before the server has heard of the request.
  const ScopedDeadline scope(Deadline::in(20ms));
  EXPECT_EQ(fetch().status().code(), Code::deadline_exceeded);
}

TEST_F(HttpClientTest, CancellingClosesTheConnection) {
  server_.push(Script::stream().data("x").hang());
  std::latch part(1);
  std::latch ended(1);
  Status end;
  HttpEvents events;
  events.on_body = [&](std::string_view) { part.count_down(); };
  events.on_end = [&](const Status& status) {
    end = status;
    ended.count_down();
  };
  auto call = client_.start(request(), std::move(events));
  part.wait();
  call->cancel();
  call = nullptr;
  ended.wait();
  EXPECT_EQ(end.code(), Code::cancelled);
  EXPECT_TRUE(server_.wait_client_closed(1));
}

TEST_F(HttpClientTest, DestroyingTheClientCancels) {
  auto client = std::make_unique<HttpClient>(runtime_, AddressGuard::trusting());
  server_.push(Script().hang());
  std::latch ended(1);
  HttpEvents events;
  events.on_end = [&](const Status& status) {
    EXPECT_EQ(status.code(), Code::cancelled);
    ended.count_down();
  };
  const auto call = client->start(request(), std::move(events));
  ASSERT_TRUE(server_.wait_received(1));
  client = nullptr;
  ended.wait();
}

}  // namespace
}  // namespace monitora::net
