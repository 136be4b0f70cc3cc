#include "base/status.h"

#include <fmt/format.h>

namespace monitora {
namespace {

constexpr std::string_view kCodeNames[] = {
    "ok",          "invalid_argument",  "unauthenticated",  "permission_denied", "not_found",
    "conflict",    "too_large",         "unsupported_type", "rate_limited",      "upstream_failed",
    "unavailable", "deadline_exceeded", "cancelled",        "corrupted",         "internal"};

const std::string kEmpty;
const Sentence kNoSentence;
const std::vector<FieldError> kNoFields;

}  // namespace

Status::Status(Code code, std::string_view key, Sentence sentence, std::string detail)
    : rep_(std::make_shared<const Rep>(
          Rep{code, std::string(key), std::move(sentence), std::move(detail), {}, {}})) {}

Status Status::internal(std::string detail) {
  return Status(
      Code::internal, "internal",
      {"Une erreur interne s'est produite. Réessayez ; si elle persiste, donnez le numéro "
       "de requête à l'administrateur.",
       "Something went wrong on the server. Try again; if it persists, give the request "
       "id to the administrator."},
      std::move(detail));
}

Status Status::cancelled() {
  return Status(Code::cancelled, "cancelled",
                {"La demande a été annulée.", "The request was cancelled."});
}

Status Status::invalid(std::vector<FieldError> errors) {
  Rep rep{Code::invalid_argument,
          "invalid_fields",
          {"Certains champs ne sont pas valides.", "Some fields are not valid."},
          {},
          std::move(errors),
          {}};
  Status status;
  status.rep_ = std::make_shared<const Rep>(std::move(rep));
  return status;
}

Status Status::invalid(std::string field, Sentence message) {
  std::vector<FieldError> errors;
  errors.push_back({std::move(field), std::move(message)});
  return invalid(std::move(errors));
}

Status Status::not_found(std::string_view key) {
  return Status(Code::not_found, key,
                {"Cet élément n'existe pas, ou vous n'y avez pas accès.",
                 "This item does not exist, or you have no access to it."});
}

const std::string& Status::key() const {
  return rep_ ? rep_->key : kEmpty;
}
const Sentence& Status::sentence() const {
  return rep_ ? rep_->sentence : kNoSentence;
}
const std::string& Status::detail() const {
  return rep_ ? rep_->detail : kEmpty;
}
const std::vector<FieldError>& Status::fields() const {
  return rep_ ? rep_->fields : kNoFields;
}

Status Status::with_retry_after(int seconds) const {
  Status copy;
  Rep rep = *rep_;
  rep.retry_after = seconds;
  copy.rep_ = std::make_shared<const Rep>(std::move(rep));
  return copy;
}

Status Status::with_detail(std::string detail) const {
  Status copy;
  Rep rep = *rep_;
  rep.detail = rep.detail.empty() ? std::move(detail) : fmt::format("{}: {}", detail, rep.detail);
  copy.rep_ = std::make_shared<const Rep>(std::move(rep));
  return copy;
}

std::string Status::to_string() const {
  if (ok()) return "ok";
  std::string text = fmt::format("{}/{}", kCodeNames[static_cast<int>(code())], key());
  for (const FieldError& field : fields())
    text += fmt::format(" [{}: {}]", field.field, field.message.en);
  if (!detail().empty()) text += fmt::format(": {}", detail());
  return text;
}

}  // namespace monitora
