// The words and numbers of a report, in the reader's language. Used by report*.cc only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "transfer/report.h"

namespace monitora::transfer {

class Words {
 public:
  explicit Words(std::string_view language) : french_(language == "fr") {}
  bool french() const { return french_; }
  const char* operator()(const char* fr, const char* en) const { return french_ ? fr : en; }
  const std::string& operator()(const Sentence& sentence) const {
    return french_ ? sentence.fr : sentence.en;
  }
  // 1 234 567 or 1,234,567; spaces that do not break.
  std::string number(std::int64_t value) const;
  std::string figure(const std::string& text) const;  // the same where a text is a whole number
  std::string bytes(std::int64_t value) const;        // "12.3 MB"
  // "2026-11-23 04:50:12 UTC"
  std::string time(Time time) const;
  std::string duration(Time from, Time to) const;  // "1 min 02 s", "0.8 s"
  // "ligne absente" for missing_row, and so on.
  std::string kind(std::string_view kind) const;
  // "3 différences", "au moins 3 différences", "1 difference", "aucune différence".
  std::string differences(std::int64_t count, bool at_least) const;

 private:
  bool french_;
};

}  // namespace monitora::transfer
