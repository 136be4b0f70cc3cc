// The program.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <string_view>

#include "apps/commands.h"
#include "ingest/extract_child.h"

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
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  return line.exit_code;
}
