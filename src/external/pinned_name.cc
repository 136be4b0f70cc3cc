#include "external/pinned_name.h"

#include <dlfcn.h>
#include <netdb.h>
#include <strings.h>

#include <utility>

namespace monitora::external {

struct PinnedNames {
  static thread_local const PinnedName* last;
  static const char* address_of(const char* host) {
    for (const PinnedName* each = last; each != nullptr; each = each->before_)
      if (::strcasecmp(each->host_.c_str(), host) == 0) return each->address_.c_str();
    return host;
  }
};
thread_local const PinnedName* PinnedNames::last = nullptr;

PinnedName::PinnedName(std::string host, std::string address)
    : host_(std::move(host)), address_(std::move(address)), before_(PinnedNames::last) {
  PinnedNames::last = this;
}
PinnedName::~PinnedName() {
  PinnedNames::last = before_;
}

const char* pinned(const char* host) {
  return host == nullptr ? nullptr : PinnedNames::address_of(host);
}

}  // namespace monitora::external

extern "C" __attribute__((visibility("default"))) int getaddrinfo(
    const char* node, const char* service, const addrinfo* hints,
    addrinfo** found) noexcept(false) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return system(monitora::external::pinned(node), service, hints, found);
}
