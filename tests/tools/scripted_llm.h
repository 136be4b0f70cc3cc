// A model's endpoint for tests: an HTTP server on a free loopback port that does, request by
// request, exactly what a script says: cut bytes anywhere, stall, drop, refuse, talk nonsense,
// never end.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace monitora::testing {

// What to do with one request, in order. Built by chaining; a value.
class Script {
 public:
  // The usual starts.
  static Script stream();  // 200, text/event-stream, chunked
  static Script reply(int status, std::string_view body,
                      std::string_view content_type = "application/json",
                      std::string_view more_headers = "");
  // A whole well-behaved answer: a role-only event, one event a token, finish_reason, usage,
  // [DONE].
  static Script answer(const std::vector<std::string>& tokens);

  static std::string chunk(std::string_view bytes);  // of a chunked body

  Script& raw(std::string_view bytes);             // as they are
  Script& data(std::string_view bytes);            // a chunk of the chunked body
  Script& event(std::string_view json);            // data: <json> and a blank line, as a chunk
  Script& token(std::string_view content);         // an event with this content
  Script& end();                                   // the last chunk
  Script& split(std::size_t bytes);                // from here on, that many bytes a write
  Script& drop();                                  // closes the connection
  Script& reset();                                 // closes it with a TCP reset
  Script& hang();                                  // waits until the client closes
  Script& repeat_forever(std::string_view bytes);  // until the client closes
  Script& call(std::function<void()> hook);        // runs it, on the server's thread

 private:
  friend class ScriptedLlm;
  enum class Do { send, split, drop, reset, hang, repeat, call };
  struct Step {
    Do what;
    std::string bytes;
    std::size_t number = 0;
    std::function<void()> hook;
  };
  std::vector<Step> steps_;
};

class ScriptedLlm {
 public:
  struct Received {
    std::string method;
    std::string path;
    std::string head;  // request line and headers
    std::string body;
  };

  ScriptedLlm();
  ~ScriptedLlm();  // ends connections
  ScriptedLlm(const ScriptedLlm&) = delete;
  ScriptedLlm& operator=(const ScriptedLlm&) = delete;

  std::string base_url() const;  // "http://127.0.0.1:<port>/v1"
  int port() const { return port_; }

  // For the next request that has none yet. Requests beyond the scripts are answered by
  // `otherwise`, or 500.
  void push(Script script);
  void otherwise(std::function<Script(const Received&)> make);

  std::vector<Received> received() const;
  // Blocks until so many requests have come, or so many connections were closed by the client while
  // a script hung or repeated; false after 30 s, so that a failing test ends.
  bool wait_received(std::size_t count);
  bool wait_client_closed(std::size_t count);

 private:
  void accept_loop();
  void serve(int fd);
  bool read_request(int fd, std::string& pending, Received& request);
  bool play(int fd, const Script& script);
  bool send_all(int fd, std::string_view bytes, std::size_t split);
  void wait_for_close(int fd);
  void client_closed();

  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Script> scripts_;  // not yet used, in order
  std::function<Script(const Received&)> otherwise_;
  std::vector<Received> received_;
  std::size_t closed_ = 0;
  bool stopping_ = false;
  std::vector<int> open_;
  std::vector<std::thread> connections_;
  std::thread acceptor_;
};

}  // namespace monitora::testing
