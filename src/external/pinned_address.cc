#include "external/pinned_address.h"

#include <dlfcn.h>
#include <netdb.h>

#include <utility>

namespace monitora::external {
namespace {

thread_local const char* pinned = nullptr;

}  // namespace

PinnedAddress::PinnedAddress(std::string address) : address_(std::move(address)) {
  pinned = address_.c_str();
}
PinnedAddress::~PinnedAddress() {
  pinned = nullptr;
}

}  // namespace monitora::external

extern "C" __attribute__((visibility("default"))) int getaddrinfo(
    const char* node, const char* service, const addrinfo* hints,
    addrinfo** found) noexcept(false) {
  using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
  static const auto system = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  if (node != nullptr && monitora::external::pinned != nullptr) node = monitora::external::pinned;
  return system(node, service, hints, found);
}
