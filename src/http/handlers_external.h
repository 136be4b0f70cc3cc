// /api/workspaces/{wid}/database…: the workspace's own database, as its admins manage it.
#pragma once

#include "app/database_questions.h"
#include "app/external_databases.h"
#include "http/router.h"
#include "ports/workspace_store.h"

namespace monitora::http {

// They outlive the router.
struct ExternalRoutes {
  ExternalDatabases& databases;
  DatabaseQuestions& questions;
  WorkspaceStore& workspaces;
};
void add_external_database_routes(Router& router, const ExternalRoutes& routes);

}  // namespace monitora::http
