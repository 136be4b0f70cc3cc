// Two values that differ, written so that a person sees where.
#pragma once

#include <string>

#include "transfer/compare_row.h"

namespace monitora::transfer {

struct Shown {
  std::string source, target;
};

// Cut to about 80 characters around the first difference. NULL stands without quotes. In texts the
// characters that look like others (not ASCII) are \u{…} from the first difference on, controls are
// always, and quotes show a space at the end. Of vectors the first elements that differ, with their
// bits; of bytes the first that differ, in hex.
Shown shown(Kind kind, const Cell& source, const Cell& target);

// A key for a person: "6f1c…", or two values with a comma.
std::string shown_key(const Table& table, std::string_view canonical_key);

// The cells of a key's canonical bytes.
std::vector<Cell> key_cells(const Table& table, std::string_view canonical_key);

}  // namespace monitora::transfer
