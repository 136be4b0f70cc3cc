// The one table of settings. Internal to the room.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/settings.h"

namespace monitora::config {

// How a text becomes a value, beyond the member's own type.
enum class Form {
  plain,     // any text
  path,      // of a file or directory
  choice,    // one of `choices`
  address,   // host:port, [v6]:port or :port
  url,       // http or https, no user, no query
  mail_url,  // smtp or smtps, no user
  database,  // sqlite:PATH, sqlserver://… or postgresql://…
  networks,  // addresses or CIDRs, comma-separated
  hosts,     // names, addresses or CIDRs, comma-separated
  key        // base64 of 32 bytes
};

using Member =
    std::variant<std::string Settings::*, int Settings::*, std::vector<std::string> Settings::*,
                 std::filesystem::path Settings::*, Registration Settings::*,
                 std::monostate>;  // monostate: LISTEN, which fills two members

struct Setting {
  std::string_view name;
  Member member;
  Form form;
  std::string_view fallback;
  bool secret = false;
  int least = 0, most = 0;  // of a number, or of a text's length; both 0: any
  std::vector<std::string_view> choices;
  Sentence help;
};

std::span<const Setting> table();

// Whether this is a database's address that the program understands: the password is checked to be
// readable and is never in the error.
Status check_database_url(std::string_view text);

// Checks `text` and puts it where the setting belongs. The error's sentence says what is expected,
// without the value.
Status assign(const Setting& setting, std::string_view text, Settings& into);
std::string text_of(const Setting& setting, const Settings& settings);

}  // namespace monitora::config
