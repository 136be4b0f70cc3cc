// What sessions make of a database's texts.
#pragma once

#include <string_view>
#include <vector>

#include "domain/external_database.h"

namespace monitora::external {

// A number, or its text where JSON's readers would round it.
ExternalValue number_value(std::string_view text);
// The text, its ill-formed bytes replaced: a database may hold anything.
ExternalValue text_value(std::string_view text);

// Of rows of: schema, table, is a view, comment, column, type, may be NULL, comment, is a key,
// references; in the order of tables.
std::vector<ExternalTable> tables_of(const ExternalRows& rows);

}  // namespace monitora::external
