#include "app/database_asking.h"

#include "base/log.h"
#include "base/text.h"
#include "domain/data_text.h"
#include "domain/sql_prompt.h"

namespace monitora {
namespace {

constexpr std::size_t kMostEarlier = 4;  // exchanges that the model sees
constexpr std::size_t kMostSampled = 8;  // tables
constexpr int kStatementTokens = 700;
constexpr std::size_t kLongestDetail = 300;  // of a database's message, for the model

// The guard's or the database's reason to refuse a statement, rather than its being away.
bool is_of_statement(const Status& status) {
  return status.key() == "statement_refused" || status.key() == "statement_failed";
}

Sentence could_not() {
  return {"Je n'ai pas pu tirer la réponse de la base de données.",
          "I could not get the answer out of the database."};
}

}  // namespace

std::optional<ChatRequest> DatabaseAsking::begin() {
  auto login = parts_.databases.enabled_login(question_.workspace.id);
  if (!login.ok()) {
    outcome_ = login.status();
    return std::nullopt;
  }
  login_ = *std::move(login);
  login_.database.allowed_tables = question_.allowed_tables;
  Status status = find_prepared();
  const bool ended = outcome_.ok() && *outcome_;
  if (status.ok() && !ended && !parts_.model.is_extractive()) status = prepare_request();
  if (!status.ok()) outcome_ = status;
  return request_;
}

Status DatabaseAsking::find_prepared() {
  MONITORA_ASSIGN(const std::optional<PreparedQuestion> prepared,
                  parts_.prepared.match(question_.workspace.id, question_.query, question_.vector));
  if (!prepared) return {};
  const FilledParameters filled =
      fill_parameters(prepared->parameters, question_.query, parts_.clock.now());
  if (!filled.missing.empty()) {
    made_.prepared = prepared->id;
    made_.answered = true;
    made_.text = ask_for_parameters(filled.missing, question_.language);
    outcome_ = std::optional(made_);
    return {};
  }
  auto answer = parts_.data.query(login_, prepared->sql, filled.values);
  if (!answer.ok()) {
    // A table that this asker may not read, or that is no more: the next way is tried.
    if (!is_of_statement(answer.status())) return answer.status();
    log::warning("prepared question {}: {}", prepared->id.to_string(), answer.status().to_string());
    last_error_ = answer.status();
    return {};
  }
  made_.prepared = prepared->id;
  this->answer(*std::move(answer));
  // So that somebody who asked something else sees it.
  (*outcome_)->text = plain_text(prepared->description) + "\n\n" + (*outcome_)->text;
  return {};
}

Status DatabaseAsking::prepare_request() {
  SqlPromptInput input;
  input.engine = login_.database.engine;
  MONITORA_ASSIGN(input.tables, parts_.data.readable(login_));
  if (input.tables.empty()) return {};
  input.descriptions = login_.database.descriptions;
  input.language = question_.language;
  input.now = parts_.clock.now();
  if (login_.database.sample_rows)
    for (const ExternalTable& table : input.tables) {
      if (input.samples.size() == kMostSampled) break;
      auto rows = parts_.data.sample(login_, table);
      if (!rows.ok()) return rows.status();
      input.samples.push_back({table.schema + "." + table.name, *std::move(rows)});
    }
  ChatRequest request;
  request.messages.push_back({Role::system, sql_instructions(input)});
  const std::size_t from =
      question_.earlier.size() - std::min(kMostEarlier, question_.earlier.size());
  for (std::size_t i = from; i < question_.earlier.size(); ++i) {
    const PromptTurn& turn = question_.earlier[i];
    request.messages.push_back({Role::user, turn.question});
    if (!turn.answer.empty()) request.messages.push_back({Role::assistant, turn.answer});
  }
  request.messages.push_back({Role::user, question_.text});
  request.question = question_.text;
  request.language = question_.language;
  request.model = question_.workspace.rag.llm_model;
  request.temperature = 0;
  request.max_tokens = kStatementTokens;
  request_ = std::move(request);
  return {};
}

std::optional<ChatRequest> DatabaseAsking::said(const Result<std::string>& reply,
                                                const ChatUsage& usage) {
  if (!reply.ok()) {
    outcome_ = reply.status();
    return std::nullopt;
  }
  made_.usage.model = usage.model;
  made_.usage.prompt_tokens += usage.prompt_tokens;
  made_.usage.completion_tokens += usage.completion_tokens;
  const std::optional<std::string> sql = statement_in(*reply);
  if (!sql) {
    // It says that these tables hold no answer; after a statement of its own that is a failure.
    if (corrected_) give_up();
    return std::nullopt;
  }
  auto answer = parts_.data.query(login_, *sql);
  if (answer.ok()) {
    this->answer(*std::move(answer));
    return std::nullopt;
  }
  last_error_ = answer.status();
  log::info("a model's statement: {}", last_error_.to_string());
  if (!is_of_statement(last_error_)) {
    outcome_ = last_error_;
    return std::nullopt;
  }
  if (corrected_) {
    give_up();
    return std::nullopt;
  }
  corrected_ = true;
  std::string why = last_error_.sentence().en;
  if (!last_error_.detail().empty())
    why += " (" + std::string(character_prefix(last_error_.detail(), kLongestDetail)) + ")";
  request_->messages.push_back({Role::assistant, *sql});
  request_->messages.push_back({Role::user, sql_correction(why, question_.language)});
  return request_;
}

void DatabaseAsking::answer(ExternalData::Answer answer) {
  made_.text = data_text(answer.rows, question_.language);
  made_.answer = std::move(answer);
  made_.answered = true;
  outcome_ = std::optional(made_);
}

void DatabaseAsking::give_up() {
  made_.text = question_.language == "en" ? could_not().en : could_not().fr;
  outcome_ = std::optional(made_);
}

}  // namespace monitora
