// Expressions over one relation of the source. Used by expectation*.cc only.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "transfer/expectation.h"

namespace monitora::transfer {

class Relation {
 public:
  using Names = std::initializer_list<std::string_view>;
  Relation(const SourceTables& source, std::string table, std::string alias)
      : source_(source), table_(std::move(table)), alias_(std::move(alias)) {}

  bool exists() const { return source_.has(table_); }
  bool has(std::string_view column) const { return source_.find(table_, column) != nullptr; }
  const SourceColumn* find(std::string_view column) const { return source_.find(table_, column); }
  // "schema"."table" AS alias
  std::string from() const;
  std::string raw(std::string_view column) const;

  // The first of these columns that is not NULL, then `otherwise` (SQL of the native type; may be
  // empty), as its native type: uuid, text and json text, integer bigint, real float8, boolean,
  // time timestamptz, date. "NULL" of that type when there is none at all.
  std::string native(Kind kind, Names names, std::string_view otherwise = {}) const;
  // The same as text.
  std::string text(Kind kind, Names names, std::string_view otherwise = {}) const {
    return "(" + native(kind, names, otherwise) + ")::text";
  }

 private:
  std::string one(Kind kind, std::string_view column) const;

  const SourceTables& source_;
  std::string table_, alias_;
};

inline constexpr std::string_view kEpochStart = "timestamptz '1970-01-01 00:00:00+00'";

// Rows of app_users and of profiles (expectation_people.cc).
std::vector<Branch> expected_users(const SourceTables& source);
std::vector<Branch> expected_profiles(const SourceTables& source);

}  // namespace monitora::transfer
