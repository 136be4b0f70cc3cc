// The subcommands of `monitora` (contract cli.md). Each adds itself to the command line; the one
// that was given runs after parsing and sets `exit_code`: 0 done, 1 failed, 2 wrong use, 3
// differences.
#pragma once

#include "config/settings.h"

namespace CLI {
class App;
}

namespace monitora::apps {

struct CommandLine {
  config::Values settings;  // given as options, by setting name
  bool json = false;
  int exit_code = 0;
};

void add_serve(CLI::App& app, CommandLine& line);
void add_schema(CLI::App& app, CommandLine& line);
void add_user(CLI::App& app, CommandLine& line);
void add_ingest_and_ask(CLI::App& app, CommandLine& line);
void add_eval(CLI::App& app, CommandLine& line);
void add_backup(CLI::App& app, CommandLine& line);
void add_doctor(CLI::App& app, CommandLine& line);
void add_migrate(CLI::App& app, CommandLine& line);
void add_keys(CLI::App& app, CommandLine& line);

}  // namespace monitora::apps
