#include "net/smtp_client.h"

#include <curl/curl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/crypto.h"
#include "base/text.h"

namespace monitora::net {
namespace {

constexpr std::size_t kEncodedWord = 42;  // bytes of text: 56 of base64, with its frame under 76

struct CurlDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// A header's text: no line may begin in it.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return line;
}

// RFC 2047: words of base64, none of them cut in a character.
std::string encoded_header(std::string_view text) {
  const std::string line = one_line(text);
  std::string out;
  for (std::string_view rest = line; !rest.empty();) {
    const std::string_view part = utf8_prefix(rest, kEncodedWord);
    out += (out.empty() ? "" : "\r\n ") + ("=?UTF-8?B?" + base64(as_bytes(part)) + "?=");
    rest.remove_prefix(part.size());
  }
  return out;
}

std::string base64_lines(std::string_view text) {
  constexpr std::size_t kBytes = 57;  // 76 characters
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += kBytes)
    out += base64(as_bytes(text.substr(at, kBytes))) + "\r\n";
  return out;
}

struct Upload {
  std::string_view rest;
};

std::size_t read_upload(char* into, std::size_t size, std::size_t count, void* upload) {
  std::string_view& rest = static_cast<Upload*>(upload)->rest;
  const std::size_t part = std::min(size * count, rest.size());
  rest.copy(into, part);
  rest.remove_prefix(part);
  return part;
}

bool is_this_machine(const std::string& url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed) return false;
  const std::string host = parsed->host_address();
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Status failed(CURL* handle, CURLcode code, const char* detail) {
  long answer = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &answer);
  const std::string why = fmt::format("{} (SMTP {}): {}", curl_easy_strerror(code), answer, detail);
  // 5yz is for good, but for a login that the operator will mend.
  if (answer >= 500 && code != CURLE_LOGIN_DENIED)
    return Status(
        Code::upstream_failed, "mail_refused",
        {"Le serveur de messagerie refuse ce message.", "The mail server refuses this message."},
        why);
  return Status(Code::upstream_failed, "mail_failed",
                {"Le message n'a pas pu être remis au serveur de messagerie : vérifiez SMTP_URL, "
                 "SMTP_USER et SMTP_PASSWORD.",
                 "The message could not be given to the mail server: check SMTP_URL, SMTP_USER and "
                 "SMTP_PASSWORD."},
                why);
}

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

std::string mail_message(const Mail& mail, const std::string& from, const std::string& date,
                         const std::string& id) {
  const std::string domain = from.substr(from.find('@') + 1);
  return fmt::format(
      "From: MONITORA <{}>\r\nTo: <{}>\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{}@{}>\r\n"
      "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
      "Content-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n{}",
      one_line(from), one_line(mail.to), encoded_header(mail.subject), date, id, one_line(domain),
      base64_lines(mail.text));
}

SmtpClient::SmtpClient(SmtpOptions options) : options_(std::move(options)) {
  start_library();
}

// What every call has in common.
class SmtpClient::Session {
 public:
  explicit Session(const SmtpOptions& options) : handle_(curl_easy_init()) {
    set(CURLOPT_ERRORBUFFER, detail_);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_URL, options.url.c_str());
    set(CURLOPT_PROXY, "");  // a proxy of the environment is not for mail
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options.timeout.count()));
    const bool must_encrypt = !options.user.empty() && !is_this_machine(options.url);
    set(CURLOPT_USE_SSL, static_cast<long>(must_encrypt ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (options.user.empty()) return;
    set(CURLOPT_USERNAME, options.user.c_str());
    set(CURLOPT_PASSWORD, options.password.c_str());
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    curl_easy_setopt(handle_.get(), option, value);
  }
  Status run() {
    const CURLcode code = curl_easy_perform(handle_.get());
    return code == CURLE_OK ? Status() : failed(handle_.get(), code, detail_);
  }

 private:
  const std::unique_ptr<CURL, CurlDeleter> handle_;
  char detail_[CURL_ERROR_SIZE] = "";
};

Status SmtpClient::send(const Mail& mail) const {
  const std::time_t now = std::time(nullptr);
  const std::string message = mail_message(
      mail, options_.from, fmt::format("{:%a, %d %b %Y %H:%M:%S} +0000", fmt::gmtime(now)),
      random_token(18));
  Upload upload{message};
  const std::string to = "<" + one_line(mail.to) + ">";
  const std::string from = "<" + options_.from + ">";
  const std::unique_ptr<curl_slist, CurlDeleter> recipients(curl_slist_append(nullptr, to.c_str()));
  Session session(options_);
  session.set(CURLOPT_MAIL_FROM, from.c_str());
  session.set(CURLOPT_MAIL_RCPT, recipients.get());
  session.set(CURLOPT_UPLOAD, 1L);
  session.set(CURLOPT_READFUNCTION, read_upload);
  session.set(CURLOPT_READDATA, &upload);
  return session.run();
}

Status SmtpClient::check() const {
  Session session(options_);
  session.set(CURLOPT_CUSTOMREQUEST, "NOOP");
  session.set(CURLOPT_NOBODY, 1L);
  return session.run();
}

}  // namespace monitora::net
