#include "external/errors.h"

namespace monitora::external {
namespace {

Status failed(std::string_view key, Sentence sentence, std::string detail) {
  return Status(Code::upstream_failed, key, std::move(sentence), std::move(detail));
}

}  // namespace

Status connect_failed(std::string detail) {
  return failed(
      "connect_failed",
      {"Le serveur de la base ne répond pas : vérifiez son nom, son port et son pare-feu.",
       "The database's server does not answer: check its name, its port and its firewall."},
      std::move(detail));
}

Status tls_failed(std::string detail) {
  return failed(
      "tls_failed",
      {"La connexion chiffrée a échoué : le serveur doit proposer TLS avec un certificat "
       "valable pour ce nom, signé par une autorité que ce serveur connaît.",
       "The encrypted connection failed: the server must offer TLS with a certificate for "
       "this name, signed by an authority that this server knows."},
      std::move(detail));
}

Status login_failed(std::string detail) {
  return failed("login_failed",
                {"La base refuse ce compte : vérifiez l'utilisateur et le mot de passe.",
                 "The database refuses this login: check the user and the password."},
                std::move(detail));
}

Status database_missing(std::string detail) {
  return failed("database_missing",
                {"Cette base n'existe pas sur le serveur, ou ce compte n'y a pas accès.",
                 "This database is not on the server, or this login has no access to it."},
                std::move(detail));
}

Status database_failed(std::string detail) {
  return failed("database_failed",
                {"La base a interrompu la connexion : réessayez.",
                 "The database broke the connection off: try again."},
                std::move(detail));
}

Status database_timeout(std::string detail) {
  return failed("database_timeout",
                {"La base n'a pas répondu à temps : demandez moins à la fois.",
                 "The database did not answer in time: ask for less at once."},
                std::move(detail));
}

Status statement_failed(Sentence why, std::string detail) {
  return Status(Code::invalid_argument, "statement_failed", std::move(why), std::move(detail));
}

namespace why {

Sentence unknown_name() {
  return {
      "La base refuse la requête : une colonne ou une table n'existe pas, ou son nom est ambigu.",
      "The database refuses the statement: a column or table does not exist, or its name is "
      "ambiguous."};
}
Sentence wrong_type() {
  return {"La base refuse la requête : des valeurs de types différents sont mêlées.",
          "The database refuses the statement: values of different types are mixed."};
}
Sentence bad_value() {
  return {
      "La base refuse la requête : une valeur n'est pas de la forme attendue, ou une division par "
      "zéro.",
      "The database refuses the statement: a value is not of the form that is expected, or a "
      "division by zero."};
}
Sentence not_permitted() {
  return {"Le compte de la base n'a pas le droit de lire ceci.",
          "The database's login may not read this."};
}
Sentence row_too_large() {
  return {"Une seule ligne du résultat dépasse 1 Mio : demandez moins de colonnes.",
          "A single row of the result is over 1 MiB: ask for fewer columns."};
}
Sentence other() {
  return {"La base refuse la requête.", "The database refuses the statement."};
}

}  // namespace why
}  // namespace monitora::external
