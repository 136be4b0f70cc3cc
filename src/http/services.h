// What the handlers use. The program fills it once; it outlives the router.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/status.h"

namespace monitora {
class Accounts;
class ApiKeys;
class Documents;
class DocumentStore;
class ExternalSignIns;
class Members;
class RateLimits;
class Sessions;
class WidgetSites;
class Workspaces;
class WorkspaceStore;
}  // namespace monitora

namespace monitora::http {

class Metrics;

struct Services {
  Accounts& accounts;
  Sessions& sessions;
  Workspaces& workspaces;
  Members& members;
  ApiKeys& api_keys;
  Documents& documents;
  WorkspaceStore& workspace_store;
  DocumentStore& document_store;
  RateLimits& limiter;
  WidgetSites& widget_sites;
  Metrics& metrics;

  std::string public_url;     // PUBLIC_URL, may be empty
  std::string metrics_token;  // METRICS_TOKEN, may be empty
  int logins_a_minute = 20;   // by address

  // What /ready asks: each part by name and whether it answers. Runs on a worker; may block
  // shortly.
  struct Check {
    std::string name;
    Status status;
  };
  std::function<std::vector<Check>()> readiness;

  // Who signs people in instead of our own accounts; those routes then say so. Usually nobody.
  ExternalSignIns* external_sign_ins = nullptr;

  int requests_by_key = 600;  // a minute

  // Who may sign up: open, invite or closed (REGISTRATION). Pages say so.
  std::string registration = "open";
};

}  // namespace monitora::http
