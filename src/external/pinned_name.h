// Drivers that compare a certificate with the name they connect to have to be given the name, and
// look it up themselves: what it says then may be another address than the one that was checked
// (DNS rebinding). While a PinnedName lives, this thread's look-ups of the name answer that address
// and nothing else. pinned_name.cc defines the program's getaddrinfo(), which shared libraries call
// too.
#pragma once

#include <string>

namespace monitora::external {

class PinnedName {
 public:
  PinnedName(std::string host, std::string address);
  ~PinnedName();
  PinnedName(const PinnedName&) = delete;
  PinnedName& operator=(const PinnedName&) = delete;

 private:
  friend struct PinnedNames;
  const std::string host_, address_;
  const PinnedName* const before_;
};

// The address to look up instead of `host`; `host` itself where none is pinned.
const char* pinned(const char* host);

}  // namespace monitora::external
