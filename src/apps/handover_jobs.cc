#include "apps/handover_jobs.h"

#include <fmt/format.h>

#include "apps/job_payload.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/handover.h"
#include "ports/conversation_store.h"
#include "ports/workspace_store.h"

namespace monitora::apps {
namespace {

constexpr int kShownTurns = 4;
constexpr std::size_t kShownCharacters = 1500;  // of each message

}  // namespace

net::Mail handover_mail(const Workspace& workspace, const Conversation& conversation,
                        const std::vector<Message>& latest, const std::string& public_url) {
  const bool english = workspace.rag.language == "en";
  const auto say = [&](const char* fr, const char* en) { return english ? en : fr; };
  net::Mail mail;
  mail.to = workspace.widget.handover_email;
  mail.subject = fmt::format(
      fmt::runtime(say("{} : un visiteur attend une réponse", "{}: a visitor is waiting")),
      workspace.name);
  std::string& text = mail.text;
  text =
      say("Un visiteur souhaite parler à une personne. L'assistant se tait jusqu'à ce que la "
          "conversation lui soit rendue.\r\n",
          "A visitor wants to talk to a person. The assistant is silent until the conversation "
          "is handed back to it.\r\n");
  if (!conversation.handover_contact.empty())
    text += fmt::format("\r\n{} {}\r\n", say("Où le joindre :", "Where to reach them:"),
                        conversation.handover_contact);
  if (!public_url.empty())
    text += fmt::format("\r\n{} {}/conversations?workspace={}&conversation={}\r\n",
                        say("Répondre :", "Answer:"), public_url, workspace.id.to_string(),
                        conversation.id.to_string());
  for (const Message& message : latest) {
    const auto author = author_of(message);
    const std::string who = author                   ? author->name
                            : message.role == "user" ? say("Visiteur", "Visitor")
                                                     : say("Assistant", "Assistant");
    text += fmt::format("\r\n{}{}\r\n{}\r\n", who, say(" :", ":"),
                        character_prefix(message.content, kShownCharacters));
  }
  return mail;
}

net::Mail handover_try_mail(const Workspace& workspace) {
  const bool english = workspace.rag.language == "en";
  net::Mail mail;
  mail.to = workspace.widget.handover_email;
  mail.subject = workspace.name + (english ? ": mail arrives" : " : les courriels arrivent");
  mail.text = english
                  ? "You will be told at this address when a visitor wants to talk to a person.\r\n"
                  : "Vous serez prévenu à cette adresse quand un visiteur souhaitera parler à "
                    "une personne.\r\n";
  return mail;
}

net::SmtpOptions smtp_options(const config::Settings& settings) {
  net::SmtpOptions options;
  options.url = settings.smtp_url;
  options.user = settings.smtp_user;
  options.password = settings.smtp_password;
  options.from = settings.smtp_from;
  options.timeout = std::chrono::seconds(20);
  return options;
}

jobs::Handler handover_mail_handler(WorkspaceStore& workspaces, ConversationStore& conversations,
                                    const net::SmtpClient* smtp, std::string public_url) {
  return [&workspaces, &conversations, smtp, public_url = std::move(public_url)](
             const std::string& payload, bool) -> Status {
    const JobPayload ids(payload);
    const auto workspace_id = ids.id<WorkspaceId>("workspace_id");
    const auto conversation_id = ids.id<ConversationId>("conversation_id");
    if (!workspace_id || !conversation_id) return Status::internal("handover_mail: bad payload");
    const auto workspace = workspaces.get(*workspace_id);
    if (workspace.status().code() == Code::not_found) return {};
    MONITORA_TRY(workspace.status());
    const auto recent = conversations.recent(*workspace_id, *conversation_id, kShownTurns);
    if (recent.status().code() == Code::not_found) return {};
    MONITORA_TRY(recent.status());
    // Somebody was quicker, or the address was taken away.
    if (recent->conversation.handover != Handover::requested ||
        workspace->widget.handover_email.empty())
      return {};
    if (smtp == nullptr) {
      log::warning("a visitor waits for a person in {}, and no mail can say so: set SMTP_URL",
                   workspace_id->to_string());
      return {};
    }
    const Status sent =
        smtp->send(handover_mail(*workspace, recent->conversation, recent->messages, public_url));
    if (sent.key() != "mail_refused") return sent;
    log::warning("mail to the people of {} was refused: {}", workspace_id->to_string(),
                 sent.detail());
    return {};
  };
}

}  // namespace monitora::apps
