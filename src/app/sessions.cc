#include "app/sessions.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/sign_in_again.h"

namespace monitora {
namespace {

constexpr std::size_t kRefreshBytes = 32;
constexpr std::chrono::minutes kTouchEvery{1};

}  // namespace

Sessions::Sessions(SessionStore& store, TokenIssuer& tokens, AuditLog& audit, const Clock& clock,
                   std::chrono::seconds access_life)
    : store_(store), tokens_(tokens), audit_(audit), clock_(clock), access_life_(access_life) {}

Sessions::Draft Sessions::draft(const Client& client) {
  Draft made;
  made.token_id = tokens_.new_token_id();
  made.refresh_token = random_token(kRefreshBytes);
  Session& session = made.session;
  session.id = SessionId::random();
  session.family_id = session.id;
  session.token_hash = made.token_id.hash;
  session.refresh_token_hash = sha256_hex(made.refresh_token);
  session.created_at = clock_.now();
  session.expires_at = session.created_at + access_life_;
  session.refresh_expires_at = session.created_at + kRefreshLife;
  session.ip_address = std::string(utf8_prefix(client.ip_address, 50));
  session.user_agent = std::string(utf8_prefix(to_utf8(client.user_agent), 500));
  return made;
}

Result<SignIn> Sessions::finish(const User& user, Draft draft) {
  SignIn out;
  MONITORA_ASSIGN(out.access_token, tokens_.issue(user.id, draft.session.id, draft.token_id,
                                                  draft.session.expires_at));
  out.user = user;
  out.refresh_token = std::move(draft.refresh_token);
  out.expires_in = access_life_;
  out.refresh_expires_in = kRefreshLife;
  return out;
}

Result<SignIn> Sessions::start(const User& user, const Client& client) {
  Draft made = draft(client);
  made.session.user_id = user.id;
  MONITORA_TRY(store_.create(made.session));
  return finish(user, std::move(made));
}

Result<SignIn> Sessions::refresh(std::string_view refresh_token, const Client& client) {
  Draft made = draft(client);
  auto live = store_.rotate(sha256_hex(refresh_token), made.session);
  if (!live.ok()) {
    if (live.status().key() == "refresh_token_reused")
      record(audit_, {UserId(), client.ip_address}, "session.reuse_detected");
    return live.status();
  }
  made.session.id = live->session.id;
  return finish(live->user, std::move(made));
}

Result<SessionStore::Live> Sessions::authenticate(std::string_view access_token) {
  const auto claims = tokens_.verify(access_token);
  if (!claims.ok()) return sign_in_again();
  MONITORA_ASSIGN(std::optional<SessionStore::Live> live, store_.find_by_token(claims->token_hash));
  if (!live || live->session.id != claims->session || live->user.id != claims->user)
    return sign_in_again();
  const Time last = live->session.last_used_at.value_or(live->session.created_at);
  if (clock_.now() - last >= kTouchEvery)
    if (const Status touched = store_.touch(live->user.id, live->session.id); !touched.ok())
      log::warning("last use of a session could not be noted: {}", touched.to_string());
  return *std::move(live);
}

Status Sessions::revoke(const Actor& actor, const SessionId& session) {
  MONITORA_TRY(store_.revoke(actor.user, session));
  record(audit_, actor, "session.revoke", {}, session.to_string());
  return {};
}

}  // namespace monitora
