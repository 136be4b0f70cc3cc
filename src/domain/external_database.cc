#include "domain/external_database.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestName = 128;  // SQL Server's, the longest of the three
constexpr int kFirstUnprivilegedPort = 1024;

// Services that understand, or may be confused by, the first bytes of a database's client.
constexpr std::array kPortsOfOthers{2049, 2375, 2376, 2379, 4369, 5000,  5672,  6379,  6443,
                                    8080, 8443, 9000, 9092, 9200, 10250, 11211, 27017, 50070};

bool is_host(std::string_view host) {
  if (host.empty() || host.size() > 253) return false;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::ranges::all_of(host, [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == ':' || c >= 0x80;
  });
}

// What a driver's connection string or a protocol might read as more than a name.
bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::ranges::none_of(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

bool same_name(std::string_view given, std::string_view actual, bool exactly) {
  return exactly ? given == actual : lower(given) == lower(actual);
}

const ExternalColumn* find_column(const ExternalTable& table, const std::string& name) {
  for (const bool exactly : {true, false})
    for (const ExternalColumn& column : table.columns)
      if (same_name(name, column.name, exactly)) return &column;
  return nullptr;
}

}  // namespace

std::string_view to_string(ExternalEngine engine) {
  switch (engine) {
    case ExternalEngine::postgres:
      return "postgres";
    case ExternalEngine::mysql:
      return "mysql";
    case ExternalEngine::sqlserver:
      break;
  }
  return "sqlserver";
}

std::optional<ExternalEngine> parse_external_engine(std::string_view text) {
  for (const ExternalEngine engine :
       {ExternalEngine::postgres, ExternalEngine::mysql, ExternalEngine::sqlserver})
    if (text == to_string(engine)) return engine;
  return std::nullopt;
}

int default_port(ExternalEngine engine) {
  switch (engine) {
    case ExternalEngine::postgres:
      return 5432;
    case ExternalEngine::mysql:
      return 3306;
    case ExternalEngine::sqlserver:
      break;
  }
  return 1433;
}

Status check_external_database(const ExternalDatabase& database) {
  std::vector<FieldError> errors;
  if (!is_host(database.host))
    errors.push_back({"db_host",
                      {"Donnez le nom ou l'adresse du serveur, par exemple db.exemple.fr.",
                       "Give the server's name or address, for example db.example.com."}});
  const bool is_other = std::ranges::find(kPortsOfOthers, database.port) != kPortsOfOthers.end();
  if (database.port < kFirstUnprivilegedPort || database.port > 65535 || is_other)
    errors.push_back(
        {"db_port",
         {"Le port doit être celui d'une base de données, entre 1024 et 65535 ; les ports d'autres "
          "services sont refusés.",
          "The port must be a database's, between 1024 and 65535; ports of other services are "
          "refused."}});
  const Sentence plain{"De 1 à 128 caractères, sans caractère de contrôle.",
                       "1 to 128 characters, without control characters."};
  if (!is_plain(database.name)) errors.push_back({"db_name", plain});
  if (!is_plain(database.user)) errors.push_back({"db_user", plain});
  for (const std::string& each : database.allowed_tables)
    if (!parse_allowed_table(each)) {
      errors.push_back({"allowed_tables",
                        {"« " + each +
                             " » ne se lit pas : écrivez « table », « schéma.table » ou « table "
                             "(colonne, colonne) ».",
                         "\"" + each +
                             "\" cannot be read: write \"table\", \"schema.table\" or \"table "
                             "(column, column)\"."}});
      break;
    }
  return errors.empty() ? Status() : Status::invalid(std::move(errors));
}

std::optional<AllowedTable> parse_allowed_table(std::string_view text) {
  AllowedTable allowed;
  text = trim(text);
  if (const std::size_t open = text.find('('); open != std::string_view::npos) {
    if (!text.ends_with(')')) return std::nullopt;
    const std::string_view list = text.substr(open + 1, text.size() - open - 2);
    for (const std::string_view part : split(list, ',')) {
      const std::string_view column = trim(part);
      if (!is_plain(column) || column.find_first_of("()") != std::string_view::npos)
        return std::nullopt;
      allowed.columns.emplace_back(column);
    }
    if (allowed.columns.empty()) return std::nullopt;
    text = trim(text.substr(0, open));
  }
  if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
    allowed.schema = trim(text.substr(0, dot));
    text = trim(text.substr(dot + 1));
    if (!is_plain(allowed.schema)) return std::nullopt;
  }
  if (!is_plain(text) || text.find_first_of("()") != std::string_view::npos) return std::nullopt;
  allowed.table = text;
  return allowed;
}

std::vector<ExternalTable> only_allowed(const std::vector<ExternalTable>& tables,
                                        const std::vector<std::string>& allowed) {
  std::vector<ExternalTable> found;
  for (const std::string& each : allowed) {
    const auto entry = parse_allowed_table(each);
    if (!entry) continue;
    for (const bool exactly : {true, false}) {
      bool any = false;
      for (const ExternalTable& table : tables) {
        if (!same_name(entry->table, table.name, exactly) ||
            (!entry->schema.empty() && !same_name(entry->schema, table.schema, exactly)))
          continue;
        any = true;
        const bool known = std::ranges::any_of(found, [&](const ExternalTable& other) {
          return other.schema == table.schema && other.name == table.name;
        });
        if (known) continue;
        ExternalTable kept = table;
        if (!entry->columns.empty()) {
          kept.columns.clear();
          for (const std::string& name : entry->columns)
            if (const ExternalColumn* column = find_column(table, name))
              kept.columns.push_back(*column);
        }
        kept.is_partial = kept.columns.size() < table.columns.size();
        if (!kept.columns.empty()) found.push_back(std::move(kept));
      }
      if (any) break;
    }
  }
  return found;
}

}  // namespace monitora
