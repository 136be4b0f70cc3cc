// Sending mail through the operator's own mail server (RFC 5321), with libcurl.
#pragma once

#include <chrono>
#include <string>

#include "base/status.h"

namespace monitora::net {

struct Mail {
  std::string to;       // one address
  std::string subject;  // UTF-8, one line
  std::string text;     // UTF-8
};

struct SmtpOptions {
  std::string url;       // smtp://host:port (STARTTLS where it is offered) or smtps://host:port
  std::string user;      // "": no login
  std::string password;  // never sent without TLS, but to this machine itself
  std::string from;      // the sender's address
  std::chrono::milliseconds timeout{30'000};  // of a whole delivery
};

// Thread-safe; send() blocks.
class SmtpClient {
 public:
  explicit SmtpClient(SmtpOptions options);

  // Delivered to the server when it is ok. upstream_failed `mail_refused` (the server says no, for
  // good: another try says the same), `mail_failed` (not reached, no TLS, wrong login, or try
  // later).
  Status send(const Mail& mail) const;
  // Whether the server answers, speaks TLS where it must, and lets us in: `mail_failed` otherwise.
  Status check() const;

 private:
  class Session;
  SmtpOptions options_;
};

// The message as it is sent (RFC 5322, MIME): for its tests. `date` is RFC 5322's, `id` what stands
// before the @ of Message-ID.
std::string mail_message(const Mail& mail, const std::string& from, const std::string& date,
                         const std::string& id);

}  // namespace monitora::net
