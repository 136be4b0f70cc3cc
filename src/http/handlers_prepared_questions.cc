#include "http/handlers_prepared_questions.h"

#include <algorithm>
#include <boost/json.hpp>

#include "domain/data_text.h"
#include "http/external_wire.h"
#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestText = 2000;  // UTF-16 units; characters are counted by the domain
constexpr std::size_t kLongestQuestion = 4000;

json::array texts_json(const std::vector<std::string>& texts) {
  return json::array(texts.begin(), texts.end());
}

json::object question_json(const PreparedQuestion& question) {
  json::array parameters;
  for (const QuestionParameter& each : question.parameters)
    parameters.push_back(json::object{{"name", each.name},
                                      {"type", to_string(each.type)},
                                      {"label", each.label},
                                      {"values", texts_json(each.values)}});
  return {{"id", question.id.to_string()},
          {"description", question.description},
          {"examples", texts_json(question.examples)},
          {"sql", question.sql},
          {"parameters", std::move(parameters)},
          {"is_enabled", question.is_enabled},
          {"created_at", format_time(question.created_at)},
          {"updated_at", format_time(question.updated_at)}};
}

// A field that Fields does not know the form of; null when absent.
json::value take(json::object& body, std::string_view name) {
  const json::value* found = body.if_contains(name);
  json::value value = found != nullptr ? *found : json::value();
  body.erase(name);
  return value;
}

// [{name, type, label?, values?}]; what is wrong is said once, for the whole field.
std::vector<QuestionParameter> read_parameters(Fields& fields, const json::value& list) {
  std::vector<QuestionParameter> parameters;
  if (list.is_null()) return parameters;
  const auto wrong = [&] {
    fields.fail(
        "parameters",
        {"Chaque paramètre s'écrit {name, type, label, values} ; type : text, integer, date "
         "ou choice.",
         "A parameter is written {name, type, label, values}; type: text, integer, date or "
         "choice."});
    return std::vector<QuestionParameter>();
  };
  if (!list.is_array() || list.get_array().size() > 2 * PreparedQuestion::kMostParameters)
    return wrong();
  for (const json::value& each : list.get_array()) {
    if (!each.is_object()) return wrong();
    Fields part(each.get_object());
    QuestionParameter& read = parameters.emplace_back();
    read.name = part.required_text("name", 40);
    const auto type = parse_parameter_type(part.required_text("type", 20));
    read.label = part.optional_text("label", 200);
    read.values = part.texts("values", PreparedQuestion::kMostValues, 200)
                      .value.value_or(std::vector<std::string>());
    if (!type || !part.finish().ok()) return wrong();
    read.type = *type;
  }
  return parameters;
}

// {name: text or whole number}
ExternalParameters read_values(Fields& fields) {
  ExternalParameters values;
  const json::object* given = fields.object("parameters");
  if (given == nullptr) return values;
  for (const auto& [name, value] : *given) {
    if (value.is_string() && value.get_string().size() <= kLongestText &&
        values.size() < PreparedQuestion::kMostParameters)
      values[std::string(name)] = std::string(value.get_string());
    else if (value.is_int64())
      values[std::string(name)] = value.get_int64();
    else
      fields.fail("parameters", {"Une valeur est un texte ou un nombre entier.",
                                 "A value is a text or a whole number."});
  }
  return values;
}

struct Path {
  WorkspaceId workspace;
  PreparedQuestionId question;
};

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}
Result<Path> path_of(const Request& request) {
  Path path;
  MONITORA_ASSIGN(path.workspace, workspace_of(request));
  MONITORA_ASSIGN(path.question,
                  path_id<PreparedQuestionId>(request, "question_id", "question_not_found"));
  return path;
}

Result<Response> list_questions(PreparedQuestions& questions, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const std::vector<PreparedQuestion> found, questions.list(workspace));
  std::vector<KeyedItem> items;
  for (const PreparedQuestion& each : found)
    items.push_back({key_of(each.created_at) + each.id.to_string(), question_json(each)});
  MONITORA_ASSIGN(const json::object page, page_of(request, std::move(items)));
  return Response::json(200, page);
}

Result<Response> create_question(PreparedQuestions& questions, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(json::object body, read_json(request));
  const json::value parameters = take(body, "parameters");
  Fields fields(body);
  PreparedQuestion question;
  question.description = fields.required_text("description", kLongestText);
  question.examples = fields.texts("examples", PreparedQuestion::kMostExamples, kLongestText)
                          .value.value_or(std::vector<std::string>());
  question.sql = fields.required_text("sql", PreparedQuestion::kLongestStatement);
  question.parameters = read_parameters(fields, parameters);
  question.is_enabled = fields.boolean("is_enabled").value.value_or(true);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const PreparedQuestion made,
                  questions.create(actor_of(request), workspace, std::move(question)));
  return Response::json(201, question_json(made));
}

Result<Response> get_question(PreparedQuestions& questions, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(const PreparedQuestion found, questions.find(path.workspace, path.question));
  return Response::json(200, question_json(found));
}

Result<Response> patch_question(PreparedQuestions& questions, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(json::object body, read_json(request));
  const bool has_parameters = body.contains("parameters");
  const json::value parameters = take(body, "parameters");
  Fields fields(body);
  MONITORA_ASSIGN(PreparedQuestion question, questions.find(path.workspace, path.question));
  if (body.contains("description"))
    question.description = fields.required_text("description", kLongestText);
  if (body.contains("examples"))
    question.examples = fields.texts("examples", PreparedQuestion::kMostExamples, kLongestText)
                            .value.value_or(std::vector<std::string>());
  if (body.contains("sql"))
    question.sql = fields.required_text("sql", PreparedQuestion::kLongestStatement);
  if (has_parameters) question.parameters = read_parameters(fields, parameters);
  if (body.contains("is_enabled"))
    question.is_enabled = fields.boolean("is_enabled").value.value_or(question.is_enabled);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const PreparedQuestion changed,
                  questions.update(actor_of(request), path.workspace, question));
  return Response::json(200, question_json(changed));
}

Result<Response> delete_question(PreparedQuestions& questions, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_TRY(questions.remove(actor_of(request), path.workspace, path.question));
  return Response::no_content();
}

Result<Response> try_question(PreparedQuestions& questions, const Request& request) {
  MONITORA_ASSIGN(const Path path, path_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  const std::string message = fields.optional_text("question", kLongestQuestion);
  const ExternalParameters given = read_values(fields);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(
      const PreparedQuestions::Tried tried,
      questions.try_out(actor_of(request), path.workspace, path.question, message, given));
  json::object parameters;
  for (const auto& [name, value] : tried.parameters) parameters[name] = value_json(value);
  json::object out = answer_json(tried.answer);
  out["answer"] = data_text(tried.answer.rows, request.language);
  out["parameters"] = std::move(parameters);
  return Response::json(200, out);
}

}  // namespace

void add_prepared_question_routes(Router& router, PreparedQuestions& questions) {
  const auto add = [&](Method method, const std::string& pattern,
                       Result<Response> (*handler)(PreparedQuestions&, const Request&)) {
    router.add({.method = method,
                .pattern = "/api/workspaces/{wid}/database/questions" + pattern,
                .access = Access::workspace_admin,
                .handler = [&questions, handler](const Request& request) {
                  return handler(questions, request);
                }});
  };
  add(Method::get, "", list_questions);
  add(Method::post, "", create_question);
  add(Method::get, "/{question_id}", get_question);
  add(Method::patch, "/{question_id}", patch_question);
  add(Method::del, "/{question_id}", delete_question);
  add(Method::post, "/{question_id}/try", try_question);
}

}  // namespace monitora::http
