#include "sql/errors.h"

#include <utility>

#include "base/deadline.h"

namespace monitora::sql {
namespace {

const Sentence& conflict_sentence() {
  static const Sentence sentence{"Cette opération contredit des données déjà enregistrées.",
                                 "This contradicts data that is already stored."};
  return sentence;
}

}  // namespace

Status unique_violation(std::string constraint) {
  return Status(Code::conflict, "unique_violation", conflict_sentence(), std::move(constraint));
}

Status foreign_key_violation(std::string constraint) {
  return Status(Code::conflict, "foreign_key_violation", conflict_sentence(),
                std::move(constraint));
}

Status check_violation(std::string constraint) {
  return Status(Code::conflict, "check_violation", conflict_sentence(), std::move(constraint));
}

Status database_busy(std::string detail) {
  return Status(Code::unavailable, "database_busy",
                {"La base de données est occupée. Réessayez dans un instant.",
                 "The database is busy. Try again in a moment."},
                std::move(detail))
      .with_retry_after(1);
}

Status database_unavailable(std::string detail) {
  return Status(Code::unavailable, "database_unavailable",
                {"La base de données ne répond pas. Réessayez dans un instant.",
                 "The database does not answer. Try again in a moment."},
                std::move(detail))
      .with_retry_after(5);
}

Status database_saturated() {
  return Status(Code::unavailable, "database_saturated",
                {"Le serveur est très sollicité. Réessayez dans un instant.",
                 "The server is very busy. Try again in a moment."})
      .with_retry_after(1);
}

Status database_read_only(std::string detail) {
  return Status(Code::unavailable, "database_read_only",
                {"Le serveur ne peut pas écrire dans son répertoire de données : vérifiez-en les "
                 "droits.",
                 "The server cannot write to its data directory: check its permissions."},
                std::move(detail))
      .with_retry_after(60);
}

Status database_corrupted(std::string detail) {
  return Status(Code::corrupted, "database_corrupted",
                {"La base de données est endommagée : restaurez une sauvegarde.",
                 "The database is damaged: restore a backup."},
                std::move(detail));
}

Status disk_full(std::string detail) {
  return Status(Code::unavailable, "disk_full",
                {"Le disque du serveur est plein : rien n'a été enregistré. Libérez de l'espace, "
                 "puis réessayez.",
                 "The server's disk is full: nothing was stored. Free some space, then try again."},
                std::move(detail))
      .with_retry_after(60);
}

Status value_too_large(std::string detail) {
  return Status(Code::too_large, "value_too_large",
                {"Cette valeur est trop grande pour la base de données.",
                 "This value is too large for the database."},
                std::move(detail));
}

Status answer_too_large() {
  return Status(Code::too_large, "answer_too_large",
                {"La réponse de la base de données est trop grande : demandez moins à la fois.",
                 "The database's answer is too large: ask for less at once."});
}

Status statement_timed_out() {
  return Status(Code::deadline_exceeded, "deadline_exceeded",
                {"La demande a pris trop de temps. Réessayez dans un instant.",
                 "The request took too long. Try again in a moment."})
      .with_retry_after(1);
}

Status check_deadline() {
  const Deadline& deadline = Deadline::current();
  if (!deadline.expired()) return {};
  return deadline.stop().stop_requested() ? Status::cancelled() : statement_timed_out();
}

}  // namespace monitora::sql
