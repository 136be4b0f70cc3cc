// /api/workspaces/{wid}/database…: the workspace's own database, as its admins manage it.
#pragma once

#include "app/external_databases.h"
#include "http/router.h"

namespace monitora::http {

// `databases` outlives the router.
void add_external_database_routes(Router& router, ExternalDatabases& databases);

}  // namespace monitora::http
