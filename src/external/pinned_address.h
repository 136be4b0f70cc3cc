// Drivers that compare a certificate with the name they connect to have to be given the name, and
// look it up themselves: what it says then may be another address than the one that was checked
// (DNS rebinding). While a PinnedAddress lives, whatever this thread looks up is that address:
// Microsoft's driver asks for the machine's own name where it was given "localhost".
// pinned_address.cc defines the program's getaddrinfo(), which shared libraries call too.
#pragma once

#include <string>

namespace monitora::external {

class PinnedAddress {
 public:
  explicit PinnedAddress(std::string address);
  ~PinnedAddress();
  PinnedAddress(const PinnedAddress&) = delete;
  PinnedAddress& operator=(const PinnedAddress&) = delete;

 private:
  const std::string address_;
};

}  // namespace monitora::external
