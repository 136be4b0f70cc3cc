// A visitor's proof that a conversation is theirs: "<conversation>.<signature>".
#pragma once

#include <string>
#include <string_view>

#include "base/id.h"
#include "base/status.h"

namespace monitora {
class VisitorTokens;
}

namespace monitora::http {

std::string make_session_token(const VisitorTokens& tokens, const WorkspaceId& workspace,
                               const ConversationId& conversation);

// The conversation that the token is of. permission_denied `invalid_session_token` for any other
// text.
Result<ConversationId> conversation_of_token(const VisitorTokens& tokens,
                                             const WorkspaceId& workspace, std::string_view token);

Status invalid_session_token();

}  // namespace monitora::http
