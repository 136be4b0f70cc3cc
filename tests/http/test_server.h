// The application behind the HTTP interface, called without a socket: requests go through router,
// guard, handler and error rendering as the server sends them.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/accounts.h"
#include "app/statistics.h"
#include "base/clock.h"
#include "http/hub.h"
#include "http/router.h"
#include "ports/conversation_store.h"

namespace monitora::scenarios {

class TestClock final : public Clock {
 public:
  Time now() const override { return time; }
  Time time{std::chrono::seconds(1'795'000'000)};
};

struct Reply {
  int status = 0;
  std::string body;
  std::multimap<std::string, std::string> headers;  // names in lower case

  boost::json::value json() const;                 // null when the body is no JSON
  std::string text(std::string_view field) const;  // of the JSON object; "" when absent or no text
  std::string code() const { return text("code"); }
  std::string header(const std::string& name) const;
  // The names of the wrong fields of a 422.
  std::vector<std::string> wrong_fields() const;
};

struct File {
  std::string field = "file";
  std::string filename = "notes.txt";
  std::string content = "Bonjour";
  bool too_large = false;
};

struct Call {
  std::string token = {};  // access token or key; "" for a guest
  std::string body = {};
  std::vector<File> files = {};
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string address = "192.0.2.1";
  std::string language = "en";
  bool is_loopback = false;
  std::shared_ptr<http::EventSink> sink = {};  // hears a stream's events; else they are the body
};

struct Person {
  std::string id;
  std::string email;
  std::string access_token;
  std::string refresh_token;
};

class TestServer {
 public:
  // Whose accounts: our own, or those of the Supabase project kSupabase.
  enum class SignedInBy { us, supabase };
  explicit TestServer(SignUp sign_up = SignUp::open, SignedInBy signed_in_by = SignedInBy::us);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  // `target` may have a query.
  Reply call(const std::string& method, const std::string& target, const Call& call = {});
  // With a JSON body.
  Reply send(const std::string& method, const std::string& target, const std::string& token,
             const boost::json::value& body);

  // Registers over HTTP; the password is kPassword.
  Person person(const std::string& name);
  // An account whose own role is lecteur, made by the operator, signed in over HTTP.
  Person lecteur(const std::string& name);
  // Another time: the person signs in again.
  void travel(Time to, Person& person);
  std::string workspace(const Person& owner, const std::string& name = "Boutique");
  // The document's id.
  std::string document(const Person& admin, const std::string& workspace, const File& file = {});
  // A conversation as a turn stores it; its id. Each turn takes a second of the clock.
  struct Turn {
    std::string asked = "Quels sont vos horaires ?";
    std::string answered = "De 10 h à 18 h [1].";
    std::optional<double> score = 0.8;
    std::optional<int> feedback = {};
    bool cached = false;
    int response_time_ms = 800;
    int ttfb_ms = 90;
  };
  std::string talk(const std::string& workspace, const std::vector<Turn>& turns,
                   Channel channel = Channel::widget, const std::string& visitor = "visiteur");
  // The id of a conversation's `index`th message.
  std::string message(const std::string& conversation, std::size_t index);
  std::string api_key(const Person& admin, const std::string& workspace);
  void invite(const Person& admin, const std::string& workspace, const std::string& email,
              const std::string& role);

  std::int64_t rows(const std::string& statement);  // of a `SELECT count(*) …`
  void execute(const std::string& statement);
  const std::vector<http::Route>& routes() const;

  // What the retriever was told to forget, in order.
  std::vector<std::string> forgotten() const;
  int jobs_added() const;
  // Who was sent a mail, in order.
  std::vector<std::string> mails() const;
  TestClock& clock();
  Accounts& accounts();
  ConversationStore& conversations();
  Statistics& statistics();
  // The hub hears of what was done since the last look, by this or any other node.
  void look();
  http::Hub& hub();
  // A visitor's token of a conversation.
  std::string session_token(const std::string& workspace, const std::string& conversation) const;
  // Indexing the document has failed.
  void fail(const std::string& workspace, const std::string& document, const Sentence& why);
  // Those with which a workspace's own database was tried, in order.
  std::vector<std::string> passwords_sent() const;
  // From now on there is a language model that writes statements: these, then "NO_ANSWER".
  void model_writes(std::vector<std::string> replies);
  // What it was told since.
  std::vector<std::string> model_was_told() const;
  // The status with which webhooks' receivers answer.
  void receivers_answer(int status);
  // Called once, while something is embedded.
  void meanwhile_embedding(std::function<void()> call);
  // Whether searches find what answers a question.
  void answers_well(bool well);

  static constexpr const char* kPassword = "Pluie-sur-le-jardin-42";
  static constexpr const char* kSupabase = "https://boutique.supabase.co";
  static constexpr const char* kSupabaseSecret = "the-secret-of-a-supabase-project";

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace monitora::scenarios
