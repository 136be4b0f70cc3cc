// What may be run on a customer's database: one SELECT over the tables and columns that are
// allowed, with operators and functions that are known to read nothing else and change nothing.
//
// The text that is given is never run. It is parsed (sql_parser.h), and the tree is written again
// by this guard, which knows how to write what is harmless and nothing else: a kind of node, a
// field of a node, a function, a type or a table that is not in its lists ends it. So comments,
// quoting and encodings have no say, and what the parser learns to read tomorrow is refused until
// somebody adds it here. What is written is qualified, quoted and in parentheses throughout: it
// means to the database what it meant to the parser.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "domain/external_database.h"

namespace monitora::external {

// The longest text that is looked at, in bytes.
inline constexpr std::size_t kLongestStatement = 16'000;

// The statement to run. `tables` are those that may be read (only_allowed() of the database's); of
// one that is_partial only the columns it has. At most `most_rows` rows are asked for, where the
// dialect has words for it at the end.
//
// `:name` stands for a value of `parameters`, which is written as a literal: a place in the tree,
// never a part of the text that is parsed.
//
// invalid_argument `statement_refused`, with what is not allowed in the sentence. Pure;
// thread-safe.
Result<std::string> guard_statement(ExternalEngine engine, std::string_view text,
                                    const std::vector<ExternalTable>& tables, int most_rows,
                                    const ExternalParameters& parameters = {});

}  // namespace monitora::external
