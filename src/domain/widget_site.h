// A site that loaded a workspace's widget.
#pragma once

#include <string>

#include "base/clock.h"

namespace monitora {

struct WidgetSite {
  std::string origin;  // as normalize_origin() makes it: "https://boutique.example"
  Time first_seen_at{};
  Time last_seen_at{};
};

}  // namespace monitora
