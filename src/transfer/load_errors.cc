#include "transfer/load_errors.h"

#include <fmt/format.h>

namespace monitora::transfer {
namespace {

constexpr std::string_view kAgainFr =
    " Puis relancez la même commande : ce qui est chargé est gardé.";
constexpr std::string_view kAgainEn = " Then run the same command again: what is loaded is kept.";

Sentence what_to_do(const Status& status) {
  const std::string& constraint = status.detail();
  const std::string_view key = status.key();
  if (key == "unique_violation")
    return {
        fmt::format("une ligne de même clé est déjà dans la base de destination (contrainte {}). "
                    "Enlevez celle qui est de trop, dans la source ou dans la destination.",
                    constraint),
        fmt::format("a row of the same key is in the target database already (constraint {}). "
                    "Remove the one that is too many, in the source or in the target.",
                    constraint)};
  if (key == "foreign_key_violation")
    return {fmt::format("la ligne désigne une ligne qui n'existe pas (contrainte {}). Corrigez ou "
                        "supprimez-la dans la source.",
                        constraint),
            fmt::format("the row points at one that does not exist (constraint {}). Correct it or "
                        "delete it in the source.",
                        constraint)};
  if (key == "check_violation")
    return {fmt::format("une règle de la base de destination refuse la ligne (contrainte {}). "
                        "Corrigez-la dans la source.",
                        constraint),
            fmt::format("a rule of the target database refuses the row (constraint {}). Correct it "
                        "in the source.",
                        constraint)};
  if (key == "disk_full")
    return {"le disque de la base de destination est plein. Libérez de l'espace.",
            "the target database's disk is full. Free some space."};
  if (key == "value_too_large")
    return {"une valeur est trop grande pour la base de destination. Corrigez-la dans la source.",
            "a value is too large for the target database. Correct it in the source."};
  if (key == "database_unavailable" || key == "database_saturated")
    return {"la base de destination ne répond plus. Vérifiez le serveur et le réseau.",
            "the target database no longer answers. Check the server and the network."};
  if (key == "database_busy")
    return {"la base de destination reste occupée par d'autres programmes. Arrêtez-les.",
            "the target database stays busy with other programs. Stop them."};
  const Sentence& own = status.sentence();
  if (!own.fr.empty()) return own;
  return {"erreur inattendue de la base de destination ; le journal en dit plus.",
          "unexpected error of the target database; the log says more."};
}

}  // namespace

Status target_error(const Status& status, std::string_view table, std::string_view where) {
  if (status.ok() || status.code() == Code::cancelled || table.empty()) return status;
  const Sentence what = what_to_do(status);
  return Status(status.code(), status.key(),
                {fmt::format("Table « {} »{}{} : {}{}", table, where.empty() ? "" : ", ", where,
                             what.fr, kAgainFr),
                 fmt::format("Table \"{}\"{}{}: {}{}", table, where.empty() ? "" : ", ", where,
                             what.en, kAgainEn)},
                status.detail());
}

Status rows_missing(std::string_view table, std::int64_t wanted, std::int64_t there) {
  return Status(
      Code::conflict, "rows_missing",
      {fmt::format(
           "Table « {} » : {} lignes dans la source, {} dans la destination. Une contrainte "
           "de la destination n'en garde qu'une là où la source en a plusieurs : `monitora "
           "migrate inspect` les nomme.",
           table, wanted, there),
       fmt::format(
           "Table \"{}\": {} rows in the source, {} in the target. A constraint of the "
           "target keeps one where the source has several: `monitora migrate inspect` names "
           "them.",
           table, wanted, there)});
}

}  // namespace monitora::transfer
