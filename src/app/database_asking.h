// One question on its way: what to ask the model next, and what came of it. Used by
// database_questions.cc only, by one thread at a time; blocks on the database.
#pragma once

#include <optional>
#include <string>

#include "app/database_questions.h"

namespace monitora {

class DatabaseAsking {
 public:
  DatabaseAsking(const DatabaseQuestionParts& parts, DataQuestion question)
      : parts_(parts), question_(std::move(question)) {}

  // What the model is to be asked; nothing: it has ended, see outcome().
  std::optional<ChatRequest> begin();
  // The model's reply to that.
  std::optional<ChatRequest> said(const Result<std::string>& reply, const ChatUsage& usage);

  // Nothing: this database does not answer the question.
  const Result<std::optional<DatabaseOutcome>>& outcome() const { return outcome_; }
  // What was wrong with the last statement; ok where none was tried.
  const Status& last_error() const { return last_error_; }
  bool asked_model() const { return request_.has_value(); }

 private:
  Status find_prepared();
  Status prepare_request();
  void answer(ExternalData::Answer answer);
  void give_up();

  const DatabaseQuestionParts& parts_;
  DataQuestion question_;
  ExternalLogin login_;
  std::optional<ChatRequest> request_;  // the conversation with the model so far
  bool corrected_ = false;
  Status last_error_;
  DatabaseOutcome made_;
  Result<std::optional<DatabaseOutcome>> outcome_ = std::optional<DatabaseOutcome>();
};

}  // namespace monitora
