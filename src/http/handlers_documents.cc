// /api/documents/…
#include <fmt/format.h>

#include <boost/json.hpp>

#include "app/documents.h"
#include "http/fields.h"
#include "http/handlers.h"

namespace monitora::http {
namespace {

namespace json = boost::json;

// A document's error as stored, in the reader's language.
json::value error_in(const std::string& stored, const std::string& language) {
  if (stored.empty()) return {};
  boost::system::error_code error;
  const json::value parsed = json::parse(stored, error);
  if (error || !parsed.is_object()) return json::value(stored);
  const json::value* sentence = parsed.as_object().if_contains(language == "en" ? "en" : "fr");
  return sentence != nullptr && sentence->is_string() ? *sentence : json::value();
}

json::object document_json(const Document& document, const std::string& language) {
  return {{"id", document.id.to_string()},
          {"workspace_id", document.workspace_id.to_string()},
          {"filename", document.filename},
          {"mime_type", document.mime_type},
          {"file_size", document.file_size},
          {"status", to_string(document.status)},
          {"chunk_count", document.chunk_count},
          {"error_message", error_in(document.error_message, language)},
          {"created_at", format_time(document.created_at)},
          {"indexed_at",
           document.indexed_at ? json::value(format_time(*document.indexed_at)) : json::value()}};
}

json::object chunk_json(const Chunk& chunk) {
  json::object metadata;
  if (chunk.place.page) metadata["page"] = *chunk.place.page;
  if (!chunk.place.sheet.empty()) metadata["sheet"] = chunk.place.sheet;
  if (chunk.place.row) metadata["row"] = *chunk.place.row;
  if (!chunk.place.heading.empty()) metadata["heading"] = chunk.place.heading;
  return {{"id", chunk.id.to_string()},
          {"chunk_index", chunk.index},
          {"content", chunk.content},
          {"metadata", std::move(metadata)}};
}

Result<Document> document_of(const Services& services, const Request& request, bool as_admin) {
  MONITORA_ASSIGN(const DocumentId id, path_id<DocumentId>(request, "id", "document_not_found"));
  return services.documents.find(request.principal.user->id, id, as_admin);
}

Result<Document> store(const Services& services, const Request& request,
                       const WorkspaceId& workspace, const UploadedFile& file) {
  if (file.too_large)
    return Status(Code::too_large, "file_too_large",
                  {"Ce fichier est trop grand.", "This file is too large."});
  return services.documents.upload(actor_of(request), workspace, file.path, file.filename);
}

// RFC 6266: an ASCII name for old clients, the real one percent-encoded (RFC 8187).
std::string attachment(const std::string& filename) {
  std::string ascii, encoded;
  for (const char c : filename) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_';
    ascii += plain || c == ' ' ? c : '_';
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", ascii, encoded);
}

Status no_file(std::string_view field) {
  return Status::invalid(std::string(field), {"Choisissez un fichier (champ multipart).",
                                              "Choose a file (multipart field)."});
}

}  // namespace

Result<Response> list_documents(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  std::optional<DocumentStatus> status;
  if (request.query.contains("status")) {
    status = parse_document_status(request.query_value("status"));
    if (!status)
      return Status::invalid("status", {"Valeur attendue : pending, processing, indexed ou error.",
                                        "Expected pending, processing, indexed or error."});
  }
  MONITORA_ASSIGN(const Page<Document> found,
                  services.document_store.list(workspace, status, page));
  json::array items;
  for (const Document& document : found.items)
    items.push_back(document_json(document, request.language));
  return Response::json(200, page_json(std::move(items), found.next_cursor));
}

Result<Response> upload_document(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  if (request.files.size() != 1 || request.files[0].field != "file") return no_file("file");
  const auto document = store(services, request, workspace, request.files[0]);
  if (!document.ok()) {
    const Status status = document.status();
    if (http_status(status) != 422 || !status.fields().empty()) return status;
    // A file that is refused for what it holds is this form's one wrong field.
    const Response refusal = Response::error(status, request.language, request.request_id);
    json::object body = json::parse(refusal.body).as_object();
    body["errors"] = json::array{json::object{{"field", "file"}, {"message", body.at("detail")}}};
    return Response::json(422, body);
  }
  return Response::json(202, document_json(*document, request.language))
      .with("Location", "/api/documents/" + document->id.to_string());
}

Result<Response> upload_documents(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  json::array uploaded, errors;
  for (const UploadedFile& file : request.files) {
    if (file.field != "files") return no_file("files");
    const auto document = store(services, request, workspace, file);
    if (document.ok()) {
      uploaded.push_back(document_json(*document, request.language));
      continue;
    }
    // What concerns one file is said of it; what concerns the server ends the request.
    const Status status = document.status();
    if (http_status(status) >= 500 || status.code() == Code::not_found) return status;
    const Sentence& sentence = status.sentence();
    errors.push_back({{"filename", file.filename},
                      {"error", request.language == "en" ? sentence.en : sentence.fr}});
  }
  if (request.files.empty()) return no_file("files");
  const auto stored = uploaded.size(), failed = errors.size();
  return Response::json(202, json::object{{"uploaded", std::move(uploaded)},
                                          {"errors", std::move(errors)},
                                          {"total_uploaded", stored},
                                          {"total_errors", failed}});
}

Result<Response> get_document(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const Document document, document_of(services, request, false));
  return Response::json(200, document_json(document, request.language));
}

Result<Response> get_document_content(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const Document document, document_of(services, request, false));
  Response response;
  // The file is a customer's: saved, never run as a page of ours.
  response.headers = {{"Content-Type", document.mime_type.empty() ? "application/octet-stream"
                                                                  : document.mime_type},
                      {"Content-Disposition", attachment(document.filename)},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Content-Security-Policy", "sandbox; default-src 'none'"}};
  response.writer = [&documents = services.document_store, workspace = document.workspace_id,
                     id = document.id](BodyWriter& body) {
    return documents.read_content(workspace, id, [&](BytesView part) {
      return body.write({reinterpret_cast<const char*>(part.data()), part.size()});
    });
  };
  return response;
}

Result<Response> list_chunks(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const PageRequest page, read_page(request));
  MONITORA_ASSIGN(const Document document, document_of(services, request, false));
  MONITORA_ASSIGN(const Page<StoredChunk> found,
                  services.document_store.chunks(document.workspace_id, document.id, page));
  json::array items;
  for (const StoredChunk& each : found.items) items.push_back(chunk_json(each.chunk));
  return Response::json(200, page_json(std::move(items), found.next_cursor));
}

Result<Response> delete_document(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const Document document, document_of(services, request, true));
  MONITORA_TRY(services.documents.remove(actor_of(request), document));
  return Response::no_content();
}

Result<Response> reindex_document(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const Document document, document_of(services, request, true));
  MONITORA_TRY(services.documents.reindex(actor_of(request), document));
  return Response::json(202, document_json(document, request.language));
}

Result<Response> reindex_documents(const Services& services, const Request& request) {
  MONITORA_ASSIGN(const WorkspaceId workspace,
                  path_id<WorkspaceId>(request, "wid", "workspace_not_found"));
  MONITORA_ASSIGN(const int count, services.documents.reindex_all(actor_of(request), workspace));
  return Response::json(202, {{"documents", count}});
}

}  // namespace monitora::http
