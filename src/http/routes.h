// Every route of the server, in one table.
#pragma once

#include "http/router.h"
#include "http/services.h"

namespace monitora::http {

// Accounts, workspaces, documents and the server's own routes. `services` outlives the router.
void add_routes(Router& router, const Services& services);

}  // namespace monitora::http
