#include "http/session_token.h"

#include "ports/security.h"

namespace monitora::http {

std::string make_session_token(const VisitorTokens& tokens, const WorkspaceId& workspace,
                               const ConversationId& conversation) {
  return conversation.to_string() + '.' + tokens.make(workspace, conversation, "");
}

Result<ConversationId> conversation_of_token(const VisitorTokens& tokens,
                                             const WorkspaceId& workspace, std::string_view token) {
  const std::size_t dot = token.find('.');
  const auto conversation = ConversationId::parse(token.substr(0, dot));
  if (dot == std::string_view::npos || !conversation ||
      !tokens.verify(token.substr(dot + 1), workspace, *conversation, ""))
    return invalid_session_token();
  return *conversation;
}

Status invalid_session_token() {
  return Status(Code::permission_denied, "invalid_session_token",
                {"Cette conversation ne peut pas être continuée ici : recommencez-en une.",
                 "This conversation cannot be continued here: start a new one."});
}

}  // namespace monitora::http
