#include "app/weak_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "base/crypto.h"
#include "base/text.h"
#include "domain/question.h"
#include "domain/question_group.h"

namespace monitora {
namespace {

constexpr std::size_t kNameCharacters = 80;

Status group_not_found() {
  return Status::not_found("group_not_found");
}

// Every wording stands beside the answer, so that each of them finds it.
std::string markdown(const std::vector<std::string>& wordings, const std::string& answer) {
  std::string text = fmt::format("# {}\n\n{}\n", wordings.front(), answer);
  for (std::size_t i = 1; i < wordings.size(); ++i) text += fmt::format("\n- {}", wordings[i]);
  return text + "\n";
}

// A file that is gone with the object.
class ScratchText {
 public:
  ScratchText(const std::filesystem::path& directory, const std::string& text)
      : path_(directory / ("answer-" + random_token(12))) {
    std::ofstream file(path_, std::ios::binary);
    file << text;
    file.close();
    written_ = file.good();
  }
  ~ScratchText() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  ScratchText(const ScratchText&) = delete;
  ScratchText& operator=(const ScratchText&) = delete;

  const std::filesystem::path& path() const { return path_; }
  bool written() const { return written_; }

 private:
  std::filesystem::path path_;
  bool written_ = false;
};

}  // namespace

double QuestionGroup::lowest_score() const {
  return std::ranges::min(questions, {}, &LowConfidenceQuestion::rag_score).rag_score;
}

std::vector<std::string> QuestionGroup::wordings() const {
  std::vector<std::string> found, normal;
  for (const LowConfidenceQuestion& each : questions) {
    std::string form = normalised_question(each.question);
    if (is_blank(each.question) || std::ranges::find(normal, form) != normal.end()) continue;
    normal.push_back(std::move(form));
    found.push_back(collapse_spaces(each.question));
    if (found.size() == kWordings) break;
  }
  return found;
}

std::vector<QuestionGroup> WeakAnswers::grouped(std::vector<LowConfidenceQuestion> questions) {
  std::vector<QuestionGroup> groups;
  std::map<std::string, std::size_t> places;
  for (LowConfidenceQuestion& question : questions) {
    const std::string id = question_group(question.question);
    const auto [place, is_new] = places.emplace(id, groups.size());
    if (is_new) groups.push_back({id, {}});
    groups[place->second].questions.push_back(std::move(question));
  }
  std::ranges::stable_sort(groups, std::ranges::greater(),
                           [](const QuestionGroup& group) { return group.questions.size(); });
  return groups;
}

Result<QuestionGroup> WeakAnswers::find(const WorkspaceId& workspace, const std::string& group) {
  MONITORA_ASSIGN(std::vector<LowConfidenceQuestion> questions,
                  parts_.insights.low_confidence(workspace, Time(), kMost));
  for (QuestionGroup& each : grouped(std::move(questions)))
    if (each.id == group) return std::move(each);
  return group_not_found();
}

Status WeakAnswers::resolve(const Actor& actor, const WorkspaceId& workspace,
                            const MessageId& message) {
  MONITORA_TRY(parts_.insights.resolve(workspace, message));
  record(parts_.audit, actor, "insights.resolve", workspace, message.to_string());
  return {};
}

Result<int> WeakAnswers::resolve_group(const Actor& actor, const WorkspaceId& workspace,
                                       const std::string& group) {
  const Result<QuestionGroup> found = find(workspace, group);
  if (found.status().key() == "group_not_found") return 0;
  MONITORA_TRY(found.status());
  int resolved = 0;
  for (const LowConfidenceQuestion& each : found->questions) {
    const Status status = parts_.insights.resolve(workspace, each.message_id);
    if (status.code() == Code::not_found) continue;  // its conversation was deleted meanwhile
    MONITORA_TRY(status);
    ++resolved;
  }
  record(parts_.audit, actor, "insights.resolve_group", workspace, group);
  return resolved;
}

Result<Document> WeakAnswers::add_answer(const Actor& actor, const WorkspaceId& workspace,
                                         const std::string& group, const std::string& answer) {
  MONITORA_ASSIGN(const QuestionGroup found, find(workspace, group));
  const std::vector<std::string> wordings = found.wordings();
  if (wordings.empty()) return group_not_found();  // an answer that nobody asked for
  const ScratchText text(parts_.scratch, markdown(wordings, answer));
  if (!text.written()) return Status::internal("an answer could not be written to the scratch");
  const std::string name(character_prefix(wordings.front(), kNameCharacters));
  MONITORA_ASSIGN(Document document,
                  parts_.documents.upload(actor, workspace, text.path(), name + ".md"));
  record(parts_.audit, actor, "insights.answer", workspace, group);
  return document;
}

Result<std::vector<WeakAnswers::Check>> WeakAnswers::check(const WorkspaceId& workspace,
                                                           const std::string& group) {
  MONITORA_ASSIGN(const QuestionGroup found, find(workspace, group));
  MONITORA_ASSIGN(const Workspace settings, parts_.workspaces.get(workspace));
  RetrievalOptions options;
  options.top_k = settings.rag.top_k;
  options.similarity_threshold = static_cast<float>(settings.rag.similarity_threshold);
  std::vector<Check> checks;
  for (const std::string& wording : found.wordings()) {
    MONITORA_ASSIGN(const Vector vector, parts_.embedder.embed_one(Embedder::Kind::query, wording));
    MONITORA_ASSIGN(Retrieved retrieved,
                    parts_.retriever.search(workspace, wording, vector, options));
    checks.push_back({wording, found.lowest_score(),
                      std::clamp(static_cast<double>(retrieved.answerable), 0.0, 1.0),
                      std::move(retrieved.passages)});
  }
  return checks;
}

}  // namespace monitora
