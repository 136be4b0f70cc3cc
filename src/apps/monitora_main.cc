// The program.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "apps/commands.h"
#include "apps/terminal.h"
#include "ingest/extract_child.h"

namespace {

// What is wrong with the command line, and where the right ones are listed.
std::string wrong_use(const CLI::App& app, const CLI::ParseError& error) {
  using monitora::apps::in_language;
  std::string path = "monitora";
  const CLI::App* last = &app;
  while (!last->get_subcommands().empty()) {
    last = last->get_subcommands().front();
    path += " " + last->get_name();
  }
  std::string what = error.what();
  if (last->get_require_subcommand_min() > 0) {
    const std::vector<std::string> rest = app.remaining(true);
    what = rest.empty() ? in_language({"Il manque une commande.", "A command is missing."})
                        : in_language({fmt::format("« {} » n'est pas une commande.", rest.front()),
                                       fmt::format("\"{}\" is not a command.", rest.front())});
  }
  return what + "\n" +
         in_language({fmt::format("« {} --help » les montre toutes.", path),
                      fmt::format("\"{} --help\" lists them all.", path)});
}

}  // namespace

int main(int argc, char** argv) {
  // The child process that reads one untrusted file: before anything else is set up.
  if (argc > 1 && std::string_view(argv[1]) == "extract")
    return monitora::ingest::extract_main(argc - 1, argv + 1);

  // Vector search is compiled for these: without them the program would die of an illegal
  // instruction.
  for (const bool supported :
       {__builtin_cpu_supports("avx2") != 0, __builtin_cpu_supports("fma") != 0,
        __builtin_cpu_supports("bmi2") != 0}) {
    if (supported) continue;
    std::fputs(
        "monitora: ce processeur n'a pas AVX2, FMA et BMI2, qu'il faut à la recherche. / "
        "This processor lacks AVX2, FMA and BMI2, which searching needs.\n",
        stderr);
    return 1;
  }

  using namespace monitora::apps;
  CLI::App app(
      "MONITORA : des chatbots qui répondent avec leurs sources. / Chatbots that answer with their "
      "sources.",
      "monitora");
  CommandLine line;
  app.set_version_flag("--version", "monitora " MONITORA_VERSION);
  app.add_flag("--json", line.json, "Sortie pour les programmes / Output for programs");
  app.add_option_function<std::string>(
      "--data-dir", [&](const std::string& value) { line.settings["DATA_DIR"] = value; },
      "Dossier de données / Data directory (DATA_DIR)");
  app.add_option_function<std::string>(
      "--database-url", [&](const std::string& value) { line.settings["DATABASE_URL"] = value; },
      "Base de données / Database (DATABASE_URL)");
  app.require_subcommand(1);
  app.fallthrough();
  add_serve(app, line);
  add_schema(app, line);
  add_user(app, line);
  add_ingest_and_ask(app, line);
  add_eval(app, line);
  add_backup(app, line);
  add_doctor(app, line);
  add_migrate(app, line);
  add_keys(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    fmt::print(stderr, "monitora: {}\n", wrong_use(app, error));
    return 2;
  }
  return line.exit_code;
}
