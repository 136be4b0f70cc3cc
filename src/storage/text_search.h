// Finding a visitor's or person's words in a text column, without regard to case and accents.
#pragma once

#include <string>
#include <string_view>

#include "sql/connection.h"

namespace monitora::storage {

// A condition with one `?`, bound to contains_pattern(): does `column` contain the words? NULL does
// not. SQLite and PostgreSQL fold by the function monitora_fold(text), SQL Server by a collation.
std::string contains_clause(sql::Database database, std::string_view column);

// What of `words` is searched for: the first 500 characters of them, folded.
std::string searched_words(std::string_view words);

// The LIKE pattern for searched_words(): its wildcards literal.
std::string contains_pattern(sql::Database database, std::string_view words);

}  // namespace monitora::storage
