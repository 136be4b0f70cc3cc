// What a language model is told to write a statement for a question, and what is taken from its
// reply. Nothing here is a wall: the guard (external/guard.h) judges the statement.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "domain/external_database.h"

namespace monitora {

struct TableSample {
  std::string table;  // "schema.name"
  ExternalRows rows;
};

struct SqlPromptInput {
  ExternalEngine engine = ExternalEngine::postgres;
  std::vector<ExternalTable> tables;  // those that may be read, with the columns that may
  std::map<std::string, std::string> descriptions;
  std::vector<TableSample> samples;
  std::string language;  // of the columns' titles: "fr" or "en"
  Time now;
};

// The instructions and the tables, at most some 30,000 bytes: what does not fit is left out.
std::string sql_instructions(const SqlPromptInput& input);

// What the model is told of a statement that did not do.
std::string sql_correction(std::string_view why, std::string_view language);

// The statement in a reply: what stands in its first code block, else all of it. Nothing where the
// model says that these tables do not answer the question, or says nothing.
std::optional<std::string> statement_in(std::string_view reply);

}  // namespace monitora
