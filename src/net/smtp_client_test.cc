#include "net/smtp_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <thread>

namespace monitora::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kDate = "Mon, 23 Nov 2026 08:00:00 +0000";

std::string message_of(const Mail& mail) {
  return mail_message(mail, "bot@boutique.example", kDate, "abc");
}

TEST(MailMessage, IsMimeInLinesThatEveryServerTakes) {
  const std::string message =
      message_of({"a@b.fr", "Boutique d'Éole ⛵ : un visiteur attend une réponse depuis longtemps",
                  std::string(500, 'x') + "\n.\nfin é"});
  EXPECT_THAT(message, HasSubstr("From: MONITORA <bot@boutique.example>\r\nTo: <a@b.fr>\r\n"));
  EXPECT_THAT(message, HasSubstr("Message-ID: <abc@boutique.example>\r\n"));
  EXPECT_THAT(message, HasSubstr("Subject: =?UTF-8?B?"));
  for (std::size_t at = 0; at < message.size();) {
    const std::size_t end = message.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 78u);
    at = end + 2;
  }
  EXPECT_TRUE(std::all_of(message.begin(), message.end(),
                          [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
}

TEST(MailMessage, ATextBeginsNoHeader) {
  const std::string message = message_of({"a@b.fr\r\nBcc: tous@b.fr", "x\r\nBcc: y@b.fr", "z"});
  EXPECT_THAT(message, Not(HasSubstr("\r\nBcc:")));
}

// A mail server for one session that answers each command as the script says.
class ScriptedMailServer {
 public:
  // What it says first, then to each line in turn; afterwards it hangs up.
  explicit ScriptedMailServer(std::vector<std::string> says)
      : acceptor_(context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        thread_([this, says = std::move(says)] { run(says); }) {}
  ~ScriptedMailServer() { thread_.join(); }
  std::string url() const {
    return "smtp://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port());
  }

 private:
  void run(const std::vector<std::string>& says) {
    tcp::socket socket(context_);
    acceptor_.accept(socket);
    boost::system::error_code error;
    asio::streambuf buffer;
    for (std::size_t i = 0; i < says.size(); ++i) {
      if (i > 0) {
        asio::read_until(socket, buffer,
                         i + 1 == says.size() && says.size() > 5 ? "\r\n.\r\n" : "\r\n", error);
        buffer.consume(buffer.size());
      }
      asio::write(socket, asio::buffer(says[i] + "\r\n"), error);
    }
    socket.shutdown(tcp::socket::shutdown_both, error);
  }

  asio::io_context context_;
  tcp::acceptor acceptor_;
  std::thread thread_;
};

Status send_to(const std::string& url, const std::string& user = "") {
  SmtpOptions options;
  options.url = url;
  options.user = user;
  options.password = "Secret-9c";
  options.from = "bot@boutique.example";
  options.timeout = std::chrono::seconds(20);
  return SmtpClient(options).send({"a@b.fr", "Bonjour", "Un texte"});
}

TEST(SmtpClient, DeliversToAServer) {
  ScriptedMailServer server({"220 hi", "250 hi", "250 ok", "250 ok", "354 go on", "250 taken"});
  const Status sent = send_to(server.url());
  EXPECT_TRUE(sent.ok()) << sent.to_string();
}

TEST(SmtpClient, ARefusedAddressIsRefusedForGood) {
  ScriptedMailServer server({"220 hi", "250 hi", "250 ok", "550 no such box"});
  EXPECT_EQ(send_to(server.url()).key(), "mail_refused");
}

TEST(SmtpClient, ABusyServerIsTriedAgain) {
  ScriptedMailServer server({"220 hi", "250 hi", "451 later"});
  EXPECT_EQ(send_to(server.url()).key(), "mail_failed");
}

TEST(SmtpClient, WhoHangsUpOrTalksNonsenseHasNotTakenIt) {
  for (const std::vector<std::string>& says :
       {std::vector<std::string>{"220 hi"}, {"HTTP/1.1 200 OK"}, {"554 go away"}}) {
    ScriptedMailServer server(says);
    const Status sent = send_to(server.url());
    EXPECT_FALSE(sent.ok());
    EXPECT_THAT(sent.sentence().en, Not(HasSubstr("Secret-9c")));
  }
}

TEST(SmtpClient, NobodyThere) {
  asio::io_context context;
  tcp::acceptor taken(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto port = taken.local_endpoint().port();
  taken.close();
  EXPECT_EQ(send_to("smtp://127.0.0.1:" + std::to_string(port)).key(), "mail_failed");
}

}  // namespace
}  // namespace monitora::net
