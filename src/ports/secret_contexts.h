// Where each kind of stored secret belongs (ports/security.h, SecretBox): moved elsewhere it does
// not open.
#pragma once

namespace monitora {

inline constexpr const char* kExternalDatabaseSecret = "external_database:";  // and the workspace
inline constexpr const char* kWebhookSecret = "webhook:";                     // and its id
inline constexpr const char* kIdentitySecret = "identity:";                   // and the workspace

}  // namespace monitora
