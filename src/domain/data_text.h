// What a database answered, as a person reads it. Only what is in the rows is said: no model has a
// part in it.
#pragma once

#include <string>
#include <string_view>

#include "domain/external_database.h"

namespace monitora {

// Markdown, in French or English: one row as a line for each column, several as a table of at most
// 20 rows that says how many there were. Long texts are cut. Pure.
std::string data_text(const ExternalRows& rows, std::string_view language);

// One line in which nothing is Markdown.
std::string plain_text(std::string_view text);

// A value as the language writes it: dates, truths, decimals; NULL is a dash.
std::string value_text(const ExternalValue& value, std::string_view language);

}  // namespace monitora
