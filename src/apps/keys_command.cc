// monitora keys rotate: the stored secrets (customers' database passwords, webhooks' and
// workspaces' secrets) leave the old ENCRYPTION_KEY for a new one.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "apps/commands.h"
#include "apps/database.h"
#include "apps/terminal.h"
#include "auth/secret_box.h"
#include "base/crypto.h"
#include "base/text.h"
#include "storage/secret_rotation.h"

namespace monitora::apps {
namespace {

namespace fs = std::filesystem;

Status file_failed(const fs::path& path) {
  return Status(Code::invalid_argument, "key_file",
                {fmt::format("Le fichier de clé {} ne peut être ni lu ni créé.", path.string()),
                 fmt::format("The key file {} can neither be read nor made.", path.string())},
                std::strerror(errno));
}

// The key in the file; where there is no file, a new key that is now there, for its owner alone.
Result<std::string> new_key(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) {
    Bytes key(32);
    random_bytes(key);
    const std::string text = base64(key) + "\n";
    const bool kept = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                      ::fsync(fd) == 0;
    ::close(fd);
    if (!kept) return file_failed(path);
  } else if (errno != EEXIST) {
    return file_failed(path);
  }
  std::ifstream file(path);
  std::string text;
  if (!std::getline(file, text)) return file_failed(path);
  return std::string(trim(text));
}

Status rotate(const CommandLine& line, const fs::path& file) {
  MONITORA_ASSIGN(config::Settings settings, load_settings(line.settings));
  // A server that runs would go on with the old key, and write with it.
  MONITORA_ASSIGN(const DataDirectoryLock lock, DataDirectoryLock::take(settings.data_dir));
  MONITORA_ASSIGN(const std::string key, new_key(file));
  MONITORA_ASSIGN(const auth::SealedSecrets before,
                  auth::SealedSecrets::with_key(settings.encryption_key));
  MONITORA_ASSIGN(const auth::SealedSecrets after, auth::SealedSecrets::with_key(key));
  const SystemClock clock;
  MONITORA_ASSIGN(const Database database, open_database(settings, clock));
  const auto reseal = [&](const std::string& sealed,
                          const std::string& context) -> std::optional<std::string> {
    if (after.open(sealed, context).ok()) return sealed;
    const auto secret = before.open(sealed, context);
    if (!secret.ok()) return std::nullopt;
    return after.seal(*secret, context);
  };
  MONITORA_ASSIGN(const storage::RotatedSecrets done,
                  storage::rotate_secrets(*database.pool, reseal));
  // The key that the server made for itself is replaced; one that was given is the operator's.
  const fs::path own = settings.data_dir / "secrets" / "ENCRYPTION_KEY";
  std::error_code error;
  const bool is_own = settings.uses_sqlite() && fs::exists(own, error);
  if (is_own) {
    fs::path next = own;
    next += ".next";
    fs::remove(next, error);
    fs::copy_file(file, next, error);
    if (!error) fs::permissions(next, fs::perms::owner_read | fs::perms::owner_write, error);
    if (!error) fs::rename(next, own, error);
    if (error) return file_failed(own);
  }
  if (line.json) {
    fmt::print("{}\n", boost::json::serialize(boost::json::object{{"changed", done.changed},
                                                                  {"already", done.already},
                                                                  {"unreadable", done.unreadable},
                                                                  {"installed", is_own}}));
    return {};
  }
  fmt::print("{}\n",
             in_language({fmt::format("{} secrets rechiffrés, {} l'étaient déjà, {} illisibles.",
                                      done.changed, done.already, done.unreadable),
                          fmt::format("{} secrets encrypted anew, {} were already, {} unreadable.",
                                      done.changed, done.already, done.unreadable)}));
  if (done.unreadable > 0)
    fmt::print("{}\n", in_language({"Les secrets illisibles viennent d'une autre clé : "
                                    "enregistrez-les à nouveau dans la console.",
                                    "The unreadable secrets are of another key: save them again "
                                    "in the console."}));
  fmt::print(
      "{}\n",
      in_language(
          is_own
              ? Sentence{"La nouvelle clé est en place : démarrez le serveur.",
                         "The new key is in place: start the server."}
              : Sentence{fmt::format("Donnez maintenant à ENCRYPTION_KEY, sur chaque serveur, le "
                                     "contenu de {}, puis démarrez-les.",
                                     file.string()),
                         fmt::format("Now set ENCRYPTION_KEY on every server to what is in {}, "
                                     "then start them.",
                                     file.string())}));
  return {};
}

}  // namespace

void add_keys(CLI::App& app, CommandLine& line) {
  CLI::App* keys = app.add_subcommand("keys", "Les clés de chiffrement / Encryption keys");
  keys->require_subcommand(1);
  CLI::App* sub = keys->add_subcommand(
      "rotate",
      "Rechiffre les secrets avec une nouvelle clé, serveurs arrêtés / Encrypts the "
      "stored secrets with a new key, servers stopped");
  const auto file = std::make_shared<std::string>();
  sub->add_option("--new-key", *file,
                  "Fichier de la nouvelle clé, créé s'il manque / File of the new key, made if "
                  "there is none")
      ->required();
  sub->callback([&line, file] {
    const Status status = rotate(line, *file);
    if (!status.ok()) line.exit_code = fail(status);
  });
}

}  // namespace monitora::apps
