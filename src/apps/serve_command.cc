// monitora serve
#include <fmt/format.h>
#include <pthread.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <stop_token>
#include <thread>

#include "apps/commands.h"
#include "apps/demo.h"
#include "apps/server_parts.h"
#include "apps/terminal.h"

namespace monitora::apps {
namespace {

void say(const Sentence& sentence) {
  fmt::print("{}\n", in_language(sentence));
  std::fflush(stdout);
}

Status show_demo(ServerParts& parts) {
  MONITORA_ASSIGN(const Demo demo,
                  prepare_demo(parts.database(), parts.documents(), MONITORA_EXAMPLES));
  MONITORA_ASSIGN(const std::size_t failed,
                  wait_for_documents(*parts.database().documents, demo.workspace));
  if (failed > 0)
    say({fmt::format("{} documents n'ont pas pu être lus.", failed),
         fmt::format("{} documents could not be read.", failed)});
  const std::string password =
      demo.password.empty()
          ? in_language(
                {"celui affiché la première fois (sinon : monitora user reset-password --email " +
                     demo.email + ")",
                 "the one shown the first time (else: monitora user reset-password --email " +
                     demo.email + ")"})
          : demo.password;
  say({fmt::format("\n  Page de démonstration : {}/demo/{}\n  Compte                : {}\n  Mot de "
                   "passe          : {}\n",
                   parts.url(), demo.workspace.to_string(), demo.email, password),
       fmt::format("\n  Demo page : {}/demo/{}\n  Account   : {}\n  Password  : {}\n", parts.url(),
                   demo.workspace.to_string(), demo.email, password)});
  return {};
}

// SIGINT or SIGTERM while the server is still starting, when nobody waits for them below.
class SignalAtStart {
 public:
  explicit SignalAtStart(const sigset_t& signals)
      : watcher_([this, signals](const std::stop_token& over) {
          constexpr timespec kLook{0, 100'000'000};
          while (!over.stop_requested() && !came_.stop_requested())
            if (sigtimedwait(&signals, nullptr, &kLook) > 0) came_.request_stop();
        }) {}
  std::stop_token token() const { return came_.get_token(); }
  bool came() const { return came_.stop_requested(); }

 private:
  std::stop_source came_;
  std::jthread watcher_;
};

Status serve(const CommandLine& line, bool demo) {
  // Blocked before any thread is made, so that only the wait below receives them.
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal : {SIGINT, SIGTERM}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  MONITORA_ASSIGN(config::Settings settings, load_settings(line.settings));
  auto at_start = std::make_unique<SignalAtStart>(signals);
  Result<std::unique_ptr<ServerParts>> made =
      ServerParts::make(std::move(settings), at_start->token());
  const bool stopped = at_start->came();
  at_start.reset();
  if (stopped) return {};
  MONITORA_TRY(made.status());
  const std::unique_ptr<ServerParts> parts = *std::move(made);
  MONITORA_TRY(parts->listen());
  say({fmt::format("MONITORA est prêt : {}", parts->url()),
       fmt::format("MONITORA is ready: {}", parts->url())});
  if (demo) MONITORA_TRY(show_demo(*parts));

  int received = 0;
  sigwait(&signals, &received);
  // A second signal ends the program at once.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  say({"Arrêt : les demandes en cours se terminent…",
       "Stopping: requests under way are finishing…"});
  parts->stop();
  return {};
}

}  // namespace

void add_serve(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand("serve", "Le serveur / The server");
  const auto demo = std::make_shared<bool>(false);
  const auto help_settings = std::make_shared<bool>(false);
  command->add_flag("--demo", *demo, "Ajoute un espace de démonstration / Adds a demo workspace");
  command->add_flag("--help-settings", *help_settings, "Tous les réglages / All settings");
  command->add_option_function<std::string>(
      "--listen", [&line](const std::string& value) { line.settings["LISTEN"] = value; },
      "Adresse et port / Address and port (LISTEN)");
  command->add_option_function<std::string>(
      "--public-url", [&line](const std::string& value) { line.settings["PUBLIC_URL"] = value; },
      "Adresse publique / Public address (PUBLIC_URL)");
  command->callback([&line, demo, help_settings] {
    if (*help_settings) {
      fmt::print("{}", config::help(terminal_language()));
      return;
    }
    const Status status = serve(line, *demo);
    if (!status.ok()) line.exit_code = fail(status);
  });
}

}  // namespace monitora::apps
