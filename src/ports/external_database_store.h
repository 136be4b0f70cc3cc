// Which database of its own a workspace's bot may read, and with which login.
#pragma once

#include <optional>
#include <string>

#include "domain/external_database.h"
#include "ports/stores.h"

namespace monitora {

class ExternalDatabaseStore {
 public:
  virtual ~ExternalDatabaseStore() = default;

  struct Stored {
    ExternalDatabase database;
    std::string password_encrypted;
    std::string order_tracking;  // the mapping (app/order_mapping_json.h); empty: none
  };

  // Nothing where none is configured.
  virtual Result<std::optional<Stored>> find(const WorkspaceId& workspace) = 0;
  // Whether some workspace has one that is enabled.
  virtual Result<bool> any_enabled() = 0;
  // Makes or replaces it; a workspace has one. What a test said of another connection is
  // forgotten: last_test_* are `database`'s. not_found for a workspace that is not there.
  virtual Status put(const WorkspaceId& workspace, const ExternalDatabase& database,
                     const std::string& password_encrypted) = 0;
  // not_found `database_not_configured`.
  virtual Status remove(const WorkspaceId& workspace) = 0;
  // "" removes it. not_found `database_not_configured`.
  virtual Status set_order_tracking(const WorkspaceId& workspace, const std::string& mapping) = 0;
  // At most 50 characters; nothing happens where none is configured.
  virtual Status set_test(const WorkspaceId& workspace, const std::string& status, Time at) = 0;
};

}  // namespace monitora
