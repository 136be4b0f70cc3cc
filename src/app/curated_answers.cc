#include "app/curated_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "app/curated_csv.h"
#include "base/log.h"
#include "base/text.h"
#include "domain/question_group.h"
#include "domain/same_question.h"

namespace monitora {
namespace {

constexpr std::size_t kLongestAlike = 600;  // bytes: longer questions tell a story, each its own
// Keeps out wordings that share words and nothing else; the words decide.
constexpr float kLeastAlike = 0.85F;

// Which answer has a wording: question_group → its place among the workspace's answers.
using Wordings = std::unordered_map<std::string, std::size_t>;

Status question_taken() {
  return Status(Code::conflict, "question_taken",
                {"Une autre réponse a déjà cette question ou l'une de ses formulations.",
                 "Another answer has this question or one of its wordings already."});
}

Status too_many() {
  return Status(Code::conflict, "too_many_answers",
                {fmt::format("Un espace a au plus {} réponses : supprimez-en d'abord.",
                             CuratedAnswers::kMost),
                 fmt::format("A workspace has at most {} answers: delete some first.",
                             CuratedAnswers::kMost)});
}

std::optional<Sentence> problem_of(std::string_view text, std::size_t longest) {
  if (is_blank(text)) return Sentence{"Ce champ est obligatoire.", "This field is required."};
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return Sentence{"Ce texte contient des caractères interdits.",
                    "This text contains characters that are not allowed."};
  if (count_characters(text) > longest)
    return Sentence{fmt::format("{} caractères au plus.", longest),
                    fmt::format("At most {} characters.", longest)};
  return std::nullopt;
}

Status check(const CuratedAnswer& answer) {
  std::vector<FieldError> errors;
  const auto look = [&](const char* field, std::string_view text, std::size_t longest) {
    if (auto problem = problem_of(text, longest)) errors.push_back({field, std::move(*problem)});
  };
  look("question", answer.question, CuratedAnswer::kLongestQuestion);
  look("answer", answer.answer, CuratedAnswer::kLongestAnswer);
  for (const std::string& each : answer.variants)
    look("variants", each, CuratedAnswer::kLongestQuestion);
  if (answer.variants.size() > CuratedAnswer::kMostVariants)
    errors.push_back({"variants",
                      {fmt::format("{} formulations au plus.", CuratedAnswer::kMostVariants),
                       fmt::format("At most {} wordings.", CuratedAnswer::kMostVariants)}});
  return errors.empty() ? Status() : Status::invalid(std::move(errors));
}

// Of other answers than that at `own`.
bool is_taken(const Wordings& wordings, const CuratedAnswer& answer, std::size_t own) {
  for (const std::string& each : answer.wordings())
    if (const auto found = wordings.find(question_group(each));
        found != wordings.end() && found->second != own)
      return true;
  return false;
}

void add_wordings(Wordings& wordings, const CuratedAnswer& answer, std::size_t place) {
  for (const std::string& each : answer.wordings()) wordings.emplace(question_group(each), place);
}

bool says_the_same(const CuratedAnswer& one, const CuratedAnswer& other) {
  return one.question == other.question && one.variants == other.variants &&
         one.answer == other.answer && one.is_enabled == other.is_enabled;
}

}  // namespace

struct CuratedAnswers::Known {
  struct Wording {
    std::size_t answer = 0;
    QuestionMeaning meaning;
    Vector vector;  // empty: of another model, or none yet
  };
  std::vector<CuratedAnswer> answers;  // the enabled ones
  Wordings same;
  std::vector<Wording> alike;

  // The nearest wording that asks the same.
  const CuratedAnswer* find_alike(const std::string& question, const Vector& vector) const {
    std::vector<std::pair<float, const Wording*>> near;
    for (const Wording& each : alike) {
      // Without a vector the words decide alone.
      const float similarity =
          each.vector.size() == vector.size()
              ? std::inner_product(vector.begin(), vector.end(), each.vector.begin(), 0.0F)
              : kLeastAlike;
      if (similarity >= kLeastAlike) near.emplace_back(similarity, &each);
    }
    std::ranges::sort(near, std::ranges::greater(), [](const auto& one) { return one.first; });
    const QuestionMeaning meaning = question_meaning(question);
    for (const auto& [similarity, wording] : near)
      if (question_difference(meaning, wording->meaning).empty()) return &answers[wording->answer];
    return nullptr;
  }
};

Status CuratedAnswers::embed(std::vector<EmbeddedCuratedAnswer>& answers) {
  std::vector<std::string> texts;
  for (const EmbeddedCuratedAnswer& each : answers)
    for (std::string& wording : each.answer.wordings()) texts.push_back(std::move(wording));
  const std::vector<std::string_view> views(texts.begin(), texts.end());
  MONITORA_ASSIGN(std::vector<Vector> vectors, parts_.embedder.embed(Embedder::Kind::query, views));
  auto next = vectors.begin();
  for (EmbeddedCuratedAnswer& each : answers) {
    const auto end = next + static_cast<std::ptrdiff_t>(each.answer.variants.size() + 1);
    each.vectors.assign(std::make_move_iterator(next), std::make_move_iterator(end));
    each.model = parts_.embedder.model();
    next = end;
  }
  return {};
}

Status CuratedAnswers::put(const Actor& actor, const WorkspaceId& workspace, const char* action,
                           std::vector<EmbeddedCuratedAnswer> answers) {
  MONITORA_TRY(embed(answers));
  MONITORA_TRY(parts_.store.put(workspace, answers));
  memory_.forget(workspace);
  record(
      parts_.audit, actor, action, workspace,
      answers.size() == 1 ? answers.front().answer.id.to_string() : std::to_string(answers.size()));
  return {};
}

Result<CuratedAnswer> CuratedAnswers::create(const Actor& actor, const WorkspaceId& workspace,
                                             CuratedAnswer answer) {
  MONITORA_TRY(check(answer));
  MONITORA_ASSIGN(const std::vector<EmbeddedCuratedAnswer> all, parts_.store.all(workspace));
  if (all.size() >= kMost) return too_many();
  Wordings wordings;
  for (std::size_t i = 0; i < all.size(); ++i) add_wordings(wordings, all[i].answer, i);
  if (is_taken(wordings, answer, all.size())) return question_taken();
  answer.id = CuratedAnswerId::random();
  MONITORA_TRY(put(actor, workspace, "answer.create", {{answer, {}, {}}}));
  return parts_.store.find(workspace, answer.id);
}

Result<CuratedAnswer> CuratedAnswers::update(const Actor& actor, const WorkspaceId& workspace,
                                             const CuratedAnswer& answer) {
  MONITORA_TRY(check(answer));
  MONITORA_ASSIGN(const std::vector<EmbeddedCuratedAnswer> all, parts_.store.all(workspace));
  Wordings wordings;
  std::size_t own = all.size();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].answer.id == answer.id)
      own = i;
    else
      add_wordings(wordings, all[i].answer, i);
  }
  if (own == all.size()) return Status::not_found("answer_not_found");
  if (is_taken(wordings, answer, own)) return question_taken();
  MONITORA_TRY(put(actor, workspace, "answer.update", {{answer, {}, {}}}));
  return parts_.store.find(workspace, answer.id);
}

Status CuratedAnswers::remove(const Actor& actor, const WorkspaceId& workspace,
                              const CuratedAnswerId& id) {
  MONITORA_TRY(parts_.store.remove(workspace, id));
  memory_.forget(workspace);
  record(parts_.audit, actor, "answer.delete", workspace, id.to_string());
  return {};
}

Result<CuratedAnswers::Imported> CuratedAnswers::import(const Actor& actor,
                                                        const WorkspaceId& workspace,
                                                        std::string_view csv) {
  MONITORA_ASSIGN(const std::vector<CuratedRow> rows, read_curated_csv(csv));
  MONITORA_ASSIGN(std::vector<EmbeddedCuratedAnswer> all, parts_.store.all(workspace));
  Wordings wordings;
  for (std::size_t i = 0; i < all.size(); ++i) add_wordings(wordings, all[i].answer, i);
  Imported result;
  std::vector<std::size_t> changed;
  for (const CuratedRow& row : rows) {
    const auto refuse = [&](Sentence message) {
      result.problems.push_back({row.line, std::move(message)});
    };
    CuratedAnswer answer = row.answer;
    if (const Status status = check(answer); !status.ok()) {
      const FieldError& first = status.fields().front();
      refuse({first.field + " : " + first.message.fr, first.field + ": " + first.message.en});
      continue;
    }
    const auto found = wordings.find(question_group(answer.question));
    const std::size_t place = found == wordings.end() ? all.size() : found->second;
    if (is_taken(wordings, answer, place)) {
      refuse(question_taken().sentence());
      continue;
    }
    if (place == all.size()) {
      if (all.size() >= kMost) {
        refuse(too_many().sentence());
        continue;
      }
      answer.id = CuratedAnswerId::random();
      all.push_back({answer, {}, {}});
      ++result.created;
    } else {
      CuratedAnswer& before = all[place].answer;
      answer.id = before.id;
      if (says_the_same(before, answer)) {
        ++result.unchanged;
        continue;
      }
      before = answer;
      ++result.updated;
    }
    add_wordings(wordings, answer, place);
    if (std::find(changed.begin(), changed.end(), place) == changed.end()) changed.push_back(place);
  }
  std::vector<EmbeddedCuratedAnswer> answers;
  for (const std::size_t place : changed) answers.push_back(std::move(all[place]));
  if (!answers.empty()) MONITORA_TRY(put(actor, workspace, "answer.import", std::move(answers)));
  return result;
}

Status CuratedAnswers::export_csv(const WorkspaceId& workspace,
                                  const std::function<Status(std::string_view part)>& write) {
  MONITORA_TRY(write(curated_csv_header()));
  PageRequest page{200, ""};
  do {
    MONITORA_ASSIGN(const Page<CuratedAnswer> found, parts_.store.list(workspace, page));
    for (const CuratedAnswer& each : found.items) MONITORA_TRY(write(curated_csv_line(each)));
    page.cursor = found.next_cursor;
  } while (!page.cursor.empty());
  return {};
}

Result<std::shared_ptr<const CuratedAnswers::Known>> CuratedAnswers::read(
    const WorkspaceId& workspace) {
  MONITORA_ASSIGN(std::vector<EmbeddedCuratedAnswer> all, parts_.store.all(workspace));
  auto made = std::make_shared<Known>();
  for (EmbeddedCuratedAnswer& each : all) {
    if (!each.answer.is_enabled) continue;
    add_wordings(made->same, each.answer, made->answers.size());
    const std::vector<std::string> wordings = each.answer.wordings();
    const bool comparable =
        each.model == parts_.embedder.model() && each.vectors.size() == wordings.size();
    for (std::size_t i = 0; i < wordings.size(); ++i)
      made->alike.push_back({made->answers.size(), question_meaning(wordings[i]),
                             comparable ? std::move(each.vectors[i]) : Vector()});
    made->answers.push_back(std::move(each.answer));
  }
  return std::shared_ptr<const Known>(std::move(made));
}

Result<std::optional<CuratedAnswer>> CuratedAnswers::match(const WorkspaceId& workspace,
                                                           const std::string& question,
                                                           Vector& vector) {
  MONITORA_ASSIGN(const std::shared_ptr<const Known> known,
                  memory_.get(workspace, [&] { return read(workspace); }));
  if (known->answers.empty()) return std::optional<CuratedAnswer>();
  const auto same = known->same.find(question_group(question));
  if (same != known->same.end()) return std::optional(known->answers[same->second]);
  if (question.size() > kLongestAlike) return std::optional<CuratedAnswer>();
  MONITORA_ASSIGN(vector, parts_.embedder.embed_one(Embedder::Kind::query, question));
  const CuratedAnswer* alike = known->find_alike(question, vector);
  return alike != nullptr ? std::optional(*alike) : std::nullopt;
}

void CuratedAnswers::count_use(const WorkspaceId& workspace, const CuratedAnswerId& id) {
  if (const Status status = parts_.store.count_use(workspace, id); !status.ok())
    log::warning("a use of a curated answer was not counted: {}", status.to_string());
}

}  // namespace monitora
