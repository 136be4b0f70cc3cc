// Lists come in pages: `limit` items after `cursor`, which only the code that made it understands.
#pragma once

#include <string>
#include <vector>

namespace monitora {

struct PageRequest {
  int limit = 50;      // 1–200
  std::string cursor;  // empty: from the start
};

template <class T>
struct Page {
  std::vector<T> items;
  std::string next_cursor;  // empty: that was all
};

}  // namespace monitora
