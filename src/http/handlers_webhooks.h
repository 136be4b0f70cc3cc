// /api/workspaces/{wid}/webhooks: who is told what happens in a workspace.
#pragma once

#include "app/webhooks.h"
#include "http/router.h"

namespace monitora::http {

// `webhooks` outlives the router.
void add_webhook_routes(Router& router, Webhooks& webhooks);

}  // namespace monitora::http
