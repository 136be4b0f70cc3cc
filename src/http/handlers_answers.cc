#include "http/handlers_answers.h"

#include <boost/json.hpp>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLargestImport = 20 << 20;  // bytes

Result<WorkspaceId> workspace_of(const Request& request) {
  return path_id<WorkspaceId>(request, "wid", "workspace_not_found");
}
Result<CuratedAnswerId> id_of(const Request& request) {
  return path_id<CuratedAnswerId>(request, "answer_id", "answer_not_found");
}

json::object answer_json(const CuratedAnswer& answer) {
  return {{"id", answer.id.to_string()},
          {"question", answer.question},
          {"variants", json::array(answer.variants.begin(), answer.variants.end())},
          {"answer", answer.answer},
          {"is_enabled", answer.is_enabled},
          {"use_count", answer.use_count},
          {"created_at", format_time(answer.created_at)},
          {"updated_at", format_time(answer.updated_at)}};
}

// Lengths are the use case's to judge; these only keep a body from being all one field.
constexpr std::size_t kQuestion = 4 * CuratedAnswer::kLongestQuestion;
constexpr std::size_t kAnswer = 4 * CuratedAnswer::kLongestAnswer;
constexpr std::size_t kVariants = 4 * CuratedAnswer::kMostVariants;

std::vector<std::string> tidy(std::vector<std::string> wordings) {
  for (std::string& each : wordings) each = collapse_spaces(each);
  std::erase_if(wordings, [](const std::string& each) { return is_blank(each); });
  return wordings;
}

Result<Response> list_answers(const AnswerRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  MONITORA_ASSIGN(const Page<CuratedAnswer> found, parts.store.list(workspace, page));
  json::array items;
  for (const CuratedAnswer& each : found.items) items.push_back(answer_json(each));
  return Response::json(200, page_json(std::move(items), found.next_cursor));
}

Result<Response> get_answer(const AnswerRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const CuratedAnswerId id, id_of(request));
  MONITORA_ASSIGN(const CuratedAnswer found, parts.store.find(workspace, id));
  return Response::json(200, answer_json(found));
}

Result<Response> create_answer(const AnswerRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  Fields fields(body);
  CuratedAnswer answer;
  answer.question = collapse_spaces(fields.required_text("question", kQuestion));
  answer.answer = trim(fields.required_text("answer", kAnswer));
  answer.variants = tidy(
      fields.texts("variants", kVariants, kQuestion).value.value_or(std::vector<std::string>()));
  answer.is_enabled = fields.boolean("is_enabled").value.value_or(true);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const CuratedAnswer made,
                  parts.answers.create(actor_of(request), workspace, std::move(answer)));
  return Response::json(201, answer_json(made))
      .with("Location",
            "/api/workspaces/" + workspace.to_string() + "/answers/" + made.id.to_string());
}

Result<Response> patch_answer(const AnswerRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const CuratedAnswerId id, id_of(request));
  MONITORA_ASSIGN(const json::object body, read_json(request));
  MONITORA_ASSIGN(CuratedAnswer answer, parts.store.find(workspace, id));
  Fields fields(body);
  if (const auto text = fields.text("question", kQuestion); text.given)
    answer.question = collapse_spaces(text.value.value_or(""));
  if (const auto text = fields.text("answer", kAnswer); text.given)
    answer.answer = trim(text.value.value_or(""));
  if (auto texts = fields.texts("variants", kVariants, kQuestion); texts.given)
    answer.variants = tidy(std::move(texts.value).value_or(std::vector<std::string>()));
  if (const auto enabled = fields.boolean("is_enabled"); enabled.given)
    answer.is_enabled = enabled.value.value_or(true);
  MONITORA_TRY(fields.finish());
  MONITORA_ASSIGN(const CuratedAnswer changed,
                  parts.answers.update(actor_of(request), workspace, answer));
  return Response::json(200, answer_json(changed));
}

Result<Response> delete_answer(const AnswerRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  MONITORA_ASSIGN(const CuratedAnswerId id, id_of(request));
  MONITORA_TRY(parts.answers.remove(actor_of(request), workspace, id));
  return Response::no_content();
}

Result<Response> export_answers(const AnswerRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  Response response;
  response.headers = {{"Content-Type", "text/csv; charset=utf-8; header=present"},
                      {"Content-Disposition", "attachment; filename=\"answers.csv\""},
                      {"X-Content-Type-Options", "nosniff"}};
  response.writer = [&answers = parts.answers, workspace](BodyWriter& body) {
    return answers.export_csv(workspace, [&](std::string_view part) { return body.write(part); });
  };
  return response;
}

Result<Response> import_answers(const AnswerRoutes& parts, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace, workspace_of(request));
  if (request.files.size() != 1 || request.files[0].field != "file")
    return Status::invalid("file", {"Choisissez un fichier CSV (champ multipart).",
                                    "Choose a CSV file (multipart field)."});
  const UploadedFile& file = request.files[0];
  if (file.too_large || file.size > kLargestImport)
    return Status(Code::too_large, "file_too_large",
                  {"Ce fichier est trop grand.", "This file is too large."});
  std::ifstream in(file.path, std::ios::binary);
  const std::string csv{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  MONITORA_ASSIGN(const CuratedAnswers::Imported imported,
                  parts.answers.import(actor_of(request), workspace, csv));
  json::array problems;
  for (const auto& problem : imported.problems)
    problems.push_back(
        {{"line", problem.line},
         {"message", request.language == "en" ? problem.message.en : problem.message.fr}});
  return Response::json(200, json::object{{"created", imported.created},
                                          {"updated", imported.updated},
                                          {"unchanged", imported.unchanged},
                                          {"errors", std::move(problems)}});
}

}  // namespace

void add_answer_routes(Router& router, const AnswerRoutes& parts) {
  const auto add = [&](Method method, const char* pattern, Access access,
                       Result<Response> (*handler)(const AnswerRoutes&, const Request&),
                       bool multipart = false) {
    router.add(
        {.method = method,
         .pattern = pattern,
         .access = access,
         .handler = [parts, handler](const Request& request) { return handler(parts, request); },
         .multipart = multipart});
  };
  add(Method::get, "/api/workspaces/{wid}/answers", Access::workspace_reader, list_answers);
  add(Method::post, "/api/workspaces/{wid}/answers", Access::workspace_admin, create_answer);
  add(Method::get, "/api/workspaces/{wid}/answers/export", Access::workspace_reader,
      export_answers);
  add(Method::post, "/api/workspaces/{wid}/answers/import", Access::workspace_admin, import_answers,
      true);
  add(Method::get, "/api/workspaces/{wid}/answers/{answer_id}", Access::workspace_reader,
      get_answer);
  add(Method::patch, "/api/workspaces/{wid}/answers/{answer_id}", Access::workspace_admin,
      patch_answer);
  add(Method::del, "/api/workspaces/{wid}/answers/{answer_id}", Access::workspace_admin,
      delete_answer);
}

}  // namespace monitora::http
