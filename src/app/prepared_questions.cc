#include "app/prepared_questions.h"

#include <algorithm>
#include <numeric>

namespace monitora {
namespace {

// Cosines of multilingual-e5, measured by bench/guard/prepared_bench. "Orders of last month" and
// "orders that were cancelled" are as near as two wordings of one question: it takes the words,
// too, or to be all but the same.
constexpr float kWordedLikeIt = 0.86F;
constexpr float kAllButTheSame = 0.94F;

float cosine(const Vector& one, const Vector& other) {
  if (one.size() != other.size()) return 0;
  return std::inner_product(one.begin(), one.end(), other.begin(), 0.0F);
}

Status wrong_parameters(Sentence sentence) {
  return Status::invalid({{"parameters", std::move(sentence)}});
}

bool same_parameters(const std::vector<QuestionParameter>& one,
                     const std::vector<QuestionParameter>& other) {
  return std::ranges::equal(one, other, [](const auto& a, const auto& b) {
    return a.name == b.name && a.type == b.type && a.values == b.values;
  });
}

}  // namespace

Status check_parameters(const PreparedQuestion& question, const ExternalParameters& given) {
  for (const auto& [name, value] : given) {
    const auto parameter = std::ranges::find(question.parameters, name, &QuestionParameter::name);
    if (parameter == question.parameters.end())
      return wrong_parameters({"« " + name + " » n'est pas un paramètre de cette question.",
                               "\"" + name + "\" is no parameter of this question."});
    const auto* text = std::get_if<std::string>(&value);
    bool fits = text != nullptr;
    if (parameter->type == ParameterType::integer)
      fits = std::holds_alternative<std::int64_t>(value);
    else if (fits && parameter->type == ParameterType::choice)
      fits = std::ranges::find(parameter->values, *text) != parameter->values.end();
    else if (fits && parameter->type == ParameterType::date) {
      const QuestionParameter date{name, ParameterType::date, {}, {}};
      const FilledParameters read = fill_parameters({date}, *text, Time());
      fits = read.missing.empty() && read.values.at(name) == value;
    }
    if (!fits)
      return wrong_parameters({"« " + name + " » n'est pas du type demandé (" +
                                   std::string(to_string(parameter->type)) + ").",
                               "\"" + name + "\" is not of its type (" +
                                   std::string(to_string(parameter->type)) + ")."});
  }
  return {};
}

Status PreparedQuestions::check(const WorkspaceId& workspace, const PreparedQuestion& question) {
  MONITORA_ASSIGN(const ExternalLogin login, parts_.databases.enabled_login(workspace));
  return parts_.data.check(login, question.sql, example_parameters(question.parameters)).status();
}

Result<PreparedQuestion> PreparedQuestions::create(const Actor& actor, const WorkspaceId& workspace,
                                                   PreparedQuestion question) {
  MONITORA_TRY(check_prepared_question(question));
  MONITORA_ASSIGN(const auto others, parts_.store.list(workspace));
  if (others.size() >= PreparedQuestion::kMost)
    return Status(Code::conflict, "too_many_questions",
                  {"Un espace a au plus 50 questions préparées.",
                   "A workspace has at most 50 prepared questions."});
  MONITORA_TRY(check(workspace, question));
  question.id = PreparedQuestionId::random();
  MONITORA_TRY(parts_.store.put(workspace, question));
  memory_.forget(workspace);
  record(parts_.audit, actor, "prepared_question.create", workspace, question.id.to_string());
  return parts_.store.find(workspace, question.id);
}

Result<PreparedQuestion> PreparedQuestions::update(const Actor& actor, const WorkspaceId& workspace,
                                                   const PreparedQuestion& question) {
  MONITORA_ASSIGN(const PreparedQuestion before, parts_.store.find(workspace, question.id));
  MONITORA_TRY(check_prepared_question(question));
  if (question.sql != before.sql || !same_parameters(question.parameters, before.parameters))
    MONITORA_TRY(check(workspace, question));
  MONITORA_TRY(parts_.store.put(workspace, question));
  memory_.forget(workspace);
  record(parts_.audit, actor, "prepared_question.update", workspace, question.id.to_string());
  return parts_.store.find(workspace, question.id);
}

Status PreparedQuestions::remove(const Actor& actor, const WorkspaceId& workspace,
                                 const PreparedQuestionId& id) {
  MONITORA_TRY(parts_.store.remove(workspace, id));
  memory_.forget(workspace);
  record(parts_.audit, actor, "prepared_question.delete", workspace, id.to_string());
  return {};
}

Result<PreparedQuestions::Tried> PreparedQuestions::try_out(const Actor& actor,
                                                            const WorkspaceId& workspace,
                                                            const PreparedQuestionId& id,
                                                            const std::string& message,
                                                            const ExternalParameters& given) {
  MONITORA_ASSIGN(const PreparedQuestion question, parts_.store.find(workspace, id));
  MONITORA_TRY(check_parameters(question, given));
  FilledParameters filled = fill_parameters(question.parameters, message, parts_.clock.now());
  std::erase_if(filled.missing,
                [&](const QuestionParameter* each) { return given.contains(each->name); });
  if (!filled.missing.empty())
    return wrong_parameters(
        {ask_for_parameters(filled.missing, "fr"), ask_for_parameters(filled.missing, "en")});
  Tried tried;
  tried.parameters = std::move(filled.values);
  for (const auto& [name, value] : given) tried.parameters[name] = value;
  MONITORA_ASSIGN(const ExternalLogin login, parts_.databases.enabled_login(workspace));
  MONITORA_ASSIGN(tried.answer, parts_.data.query(login, question.sql, tried.parameters));
  record(parts_.audit, actor, "prepared_question.try", workspace, id.to_string());
  return tried;
}

Result<std::shared_ptr<const PreparedQuestions::Known>> PreparedQuestions::read(
    const WorkspaceId& workspace) {
  MONITORA_ASSIGN(std::vector<PreparedQuestion> all, parts_.store.list(workspace));
  auto made = std::make_shared<Known>();
  for (PreparedQuestion& each : all) {
    if (!each.is_enabled) continue;
    std::vector<std::string_view> texts{each.description};
    texts.insert(texts.end(), each.examples.begin(), each.examples.end());
    MONITORA_ASSIGN(std::vector<Vector> wordings,
                    parts_.embedder.embed(Embedder::Kind::query, texts));
    made->push_back({std::move(each), std::move(wordings)});
  }
  return std::shared_ptr<const Known>(std::move(made));
}

Result<std::optional<PreparedQuestion>> PreparedQuestions::match(const WorkspaceId& workspace,
                                                                 const std::string& question,
                                                                 Vector& vector) {
  MONITORA_ASSIGN(const std::shared_ptr<const Known> known,
                  memory_.get(workspace, [&] { return read(workspace); }));
  const PreparedQuestion* best = nullptr;
  float nearest = 0;
  bool best_is_worded = false;
  for (const auto& [each, wordings] : *known) {
    if (vector.empty()) {
      MONITORA_ASSIGN(vector, parts_.embedder.embed_one(Embedder::Kind::query, question));
    }
    float near = 0;
    for (const Vector& wording : wordings) near = std::max(near, cosine(vector, wording));
    const bool worded = near >= kWordedLikeIt && is_worded_like(question, each);
    if (!worded && near < kAllButTheSame) continue;
    if (best != nullptr && (best_is_worded != worded ? best_is_worded : near <= nearest)) continue;
    best = &each;
    nearest = near;
    best_is_worded = worded;
  }
  return best != nullptr ? std::optional(*best) : std::nullopt;
}

}  // namespace monitora
