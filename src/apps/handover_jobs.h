// Telling a workspace's people by mail that a visitor wants one of them.
#pragma once

#include <string>

#include "config/settings.h"
#include "jobs/runner.h"
#include "net/smtp_client.h"

namespace monitora {
class ConversationStore;
class WorkspaceStore;
struct Conversation;
struct Message;
struct Workspace;
}  // namespace monitora

namespace monitora::apps {

// What the mail says: what was asked and answered last, where the visitor wants to be reached, and
// where to answer (`public_url`, or nothing where it is not known). In the workspace's language.
net::Mail handover_mail(const Workspace& workspace, const Conversation& conversation,
                        const std::vector<Message>& latest, const std::string& public_url);

// Says that mail to the workspace's address arrives.
net::Mail handover_try_mail(const Workspace& workspace);

net::SmtpOptions smtp_options(const config::Settings& settings);

// `handover_mail` {"workspace_id","conversation_id"}. All of it outlives the handler; without a
// mail server (`smtp` is null) the log says so, once a job.
jobs::Handler handover_mail_handler(WorkspaceStore& workspaces, ConversationStore& conversations,
                                    const net::SmtpClient* smtp, std::string public_url);

}  // namespace monitora::apps
