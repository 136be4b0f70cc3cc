#include "http/handlers_external.h"

#include <algorithm>
#include <boost/json.hpp>

#include "base/text.h"
#include "http/external_wire.h"
#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestText = 255;  // of the columns
constexpr std::size_t kLongestPassword = 128;
constexpr std::size_t kMostPasswordBytes = 300;  // sealed, they are text for the column
constexpr std::int64_t kNoPort = 65536;
constexpr std::size_t kMostTables = 500;
constexpr std::size_t kLongestTable = 4000;  // with its columns
constexpr std::size_t kMostDescriptions = 500;
constexpr std::size_t kLongestDescription = 500;
constexpr std::size_t kLongestStatement = 8000;
constexpr std::size_t kLongestQuestion = 4000;

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value() : json::value(text);
}

const std::string& in(const std::string& language, const Sentence& sentence) {
  return language == "en" ? sentence.en : sentence.fr;
}

json::object database_json(const std::optional<ExternalDatabase>& found) {
  json::object out{{"configured", found.has_value()},
                   {"db_type", nullptr},
                   {"db_host", nullptr},
                   {"db_port", nullptr},
                   {"db_name", nullptr},
                   {"db_user", nullptr},
                   {"schema_type", "generic"},
                   {"is_enabled", false},
                   {"last_test_status", nullptr},
                   {"last_test_at", nullptr},
                   {"allowed_tables", json::array()},
                   {"descriptions", json::object()},
                   {"sample_rows", false}};
  if (!found) return out;
  out["db_type"] = to_string(found->engine);
  out["db_host"] = found->host;
  out["db_port"] = found->port;
  out["db_name"] = found->name;
  out["db_user"] = found->user;
  out["schema_type"] = found->schema_type;
  out["is_enabled"] = found->is_enabled;
  out["last_test_status"] = text_or_null(found->last_test_status);
  if (found->last_test_at) out["last_test_at"] = format_time(*found->last_test_at);
  out["allowed_tables"] = json::array(found->allowed_tables.begin(), found->allowed_tables.end());
  json::object descriptions;
  for (const auto& [name, text] : found->descriptions) descriptions[name] = text;
  out["descriptions"] = std::move(descriptions);
  out["sample_rows"] = found->sample_rows;
  return out;
}

json::object table_json(const ExternalTable& table) {
  json::array columns;
  for (const ExternalColumn& column : table.columns)
    columns.push_back(json::object{{"name", column.name},
                                   {"type", column.type},
                                   {"is_nullable", column.is_nullable},
                                   {"is_key", column.is_key},
                                   {"references", text_or_null(column.references)},
                                   {"comment", text_or_null(column.comment)}});
  return {{"schema", text_or_null(table.schema)},
          {"name", table.name},
          {"is_view", table.is_view},
          {"comment", text_or_null(table.comment)},
          {"columns", std::move(columns)}};
}

// The admin's words by table or table.column.
std::optional<std::map<std::string, std::string>> read_descriptions(Fields& fields) {
  const json::object* given = fields.object("descriptions");
  if (given == nullptr) return std::nullopt;
  std::map<std::string, std::string> texts;
  bool fits = given->size() <= kMostDescriptions;
  for (const auto& [name, text] : *given) {
    fits = fits && text.is_string() && name.size() <= kLongestTable &&
           count_characters(text.get_string()) <= kLongestDescription;
    if (fits && !is_blank(text.get_string())) texts.emplace(name, text.get_string());
  }
  if (!fits)
    fields.fail("descriptions",
                {"Au plus 500 descriptions, par « table » ou « table.colonne », de 500 caractères "
                 "au plus chacune.",
                 "At most 500 descriptions, by \"table\" or \"table.column\", of at most 500 "
                 "characters each."});
  return texts;
}

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}

Result<Response> get_database(const ExternalRoutes& routes, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const auto found, routes.databases.find(workspace));
  return Response::json(200, database_json(found));
}

Result<Response> put_database(const ExternalRoutes& routes, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  ExternalDatabaseChange change;
  const std::string type = fields.optional_text("db_type", 50);
  change.engine = parse_external_engine(type);
  if (!type.empty() && !change.engine)
    fields.fail("db_type", {"Choisissez postgres, mysql ou sqlserver.",
                            "Choose postgres, mysql or sqlserver."});
  change.host = fields.text("db_host", kLongestText).value;
  change.name = fields.text("db_name", kLongestText).value;
  change.user = fields.text("db_user", kLongestText).value;
  const json::value* password = body.if_contains("db_password");
  if (password != nullptr && !password->is_null() &&
      !(password->is_string() && password->as_string().empty()))
    change.password = fields.required_secret("db_password", kLongestPassword);
  else
    (void)fields.text("db_password", kLongestPassword);
  if (change.password && change.password->size() > kMostPasswordBytes)
    fields.fail("db_password", {"Ce mot de passe est trop long.", "This password is too long."});
  change.schema_type = fields.text("schema_type", 50).value;
  if (const auto port = fields.integer("db_port").value)
    change.port = static_cast<int>(std::clamp<std::int64_t>(*port, 0, kNoPort));
  change.allowed_tables = fields.texts("allowed_tables", kMostTables, kLongestTable).value;
  change.descriptions = read_descriptions(fields);
  change.sample_rows = fields.boolean("sample_rows").value;
  change.is_enabled = fields.boolean("is_enabled").value;
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const ExternalDatabase stored,
                  routes.databases.put(actor_of(request), workspace, change));
  return Response::json(200, database_json(stored));
}

Result<Response> delete_database(const ExternalRoutes& routes, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_TRY(routes.databases.remove(actor_of(request), workspace));
  return Response::no_content();
}

Result<Response> test_database(const ExternalRoutes& routes, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const ExternalDatabases::Tested tested, routes.databases.test(workspace));
  json::object out{{"success", tested.success}, {"message", in(request.language, tested.message)}};
  if (tested.success) {
    out["server_version"] = tested.found.server_version;
    out["latency_ms"] = tested.found.latency.count();
    out["can_write"] = tested.found.can_write;
  }
  return Response::json(200, out);
}

Result<Response> get_schema(const ExternalRoutes& routes, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const std::vector<ExternalTable> tables, routes.databases.tables(workspace));
  json::array out;
  for (const ExternalTable& table : tables) out.push_back(table_json(table));
  return Response::json(200, json::object{{"tables", std::move(out)}});
}

// The columns and rows are empty where only a value is missing: `answer` asks for it.
Result<Response> ask_database(const ExternalRoutes& routes, const Request& request,
                              const WorkspaceId& id, const std::string& question) {
  MONITORA_ASSIGN(const Workspace workspace, routes.workspaces.get(id));
  MONITORA_ASSIGN(const DatabaseOutcome outcome,
                  routes.questions.ask(actor_of(request), workspace, question, request.language));
  json::object out = answer_json(outcome.answer);
  out["answer"] = outcome.text;
  out["prepared_question_id"] =
      outcome.prepared ? json::value(outcome.prepared->to_string()) : json::value();
  return Response::json(200, out);
}

Result<Response> query_database(const ExternalRoutes& routes, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const auto question = fields.text("question", kLongestQuestion).value;
  const std::string sql = question ? fields.optional_text("sql", kLongestStatement)
                                   : fields.required_text("sql", kLongestStatement);
  if (question && !sql.empty())
    fields.fail("sql", {"Donnez une question ou une requête, pas les deux.",
                        "Give a question or a statement, not both."});
  MONITORA_TRY(fields.finish());
  if (question) return ask_database(routes, request, workspace, *question);
  MONITORA_ASSIGN(const ExternalData::Answer answer,
                  routes.databases.query(actor_of(request), workspace, sql));
  return Response::json(200, answer_json(answer));
}

}  // namespace

void add_external_database_routes(Router& router, const ExternalRoutes& routes) {
  const auto add = [&](Method method, const std::string& pattern,
                       Result<Response> (*handler)(const ExternalRoutes&, const Request&)) {
    router.add({.method = method,
                .pattern = "/api/workspaces/{wid}/database" + pattern,
                .access = Access::workspace_admin,
                .handler = [routes, handler](const Request& request) {
                  return handler(routes, request);
                }});
  };
  add(Method::get, "", get_database);
  add(Method::put, "", put_database);
  add(Method::post, "", put_database);
  add(Method::del, "", delete_database);
  add(Method::post, "/test", test_database);
  add(Method::get, "/schema", get_schema);
  add(Method::post, "/query", query_database);
}

}  // namespace monitora::http
