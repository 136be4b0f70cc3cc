// A workspace is one chatbot: its settings, members and keys.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "domain/account.h"
#include "domain/settings.h"

namespace monitora {

struct Workspace {
  WorkspaceId id;
  UserId owner_id;
  std::string name;
  std::string description;
  std::string domain;
  std::vector<std::string> allowed_domains;  // empty: the server's own origin only
  RagConfig rag;
  WidgetConfig widget;
  bool is_active = true;
  Time created_at;
  Time updated_at;
};

struct WorkspaceCounts {
  std::int64_t documents = 0;
  std::int64_t conversations = 0;  // channel `test` left out, of messages too
  std::int64_t messages = 0;
};

// A workspace as one user sees it.
struct WorkspaceView {
  Workspace workspace;
  UserRole role = UserRole::lecteur;  // of the asking user, here
  WorkspaceCounts counts;
};

struct Member {
  UserId user_id;  // nil for an invitation that waits for its sign-up
  std::string email;
  std::string full_name;
  UserRole role = UserRole::lecteur;
  bool is_owner = false;
  Time invited_at;
};

struct ApiKey {
  ApiKeyId id;
  WorkspaceId workspace_id;
  std::string name;
  std::string prefix;  // the first characters of the key, to recognise it
  Time created_at;
  std::optional<Time> last_used_at;
  std::optional<Time> expires_at;
};

// Which fields a PATCH changes: absent is left alone.
struct WorkspaceChange {
  std::optional<std::string> name;
  std::optional<std::string> description;
  std::optional<std::string> domain;
  std::optional<std::vector<std::string>> allowed_domains;
  std::optional<bool> is_active;
  std::optional<RagConfig> rag;  // the whole merged settings
  std::optional<WidgetConfig> widget;
};

}  // namespace monitora
