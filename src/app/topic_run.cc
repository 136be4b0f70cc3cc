#include "app/topic_run.h"

#include <algorithm>
#include <charconv>
#include <numeric>

#include "base/text.h"
#include "domain/question.h"
#include "domain/question_group.h"

namespace monitora {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kReadCharacters = 300;  // of a question: its beginning says what it is about
constexpr std::size_t kEmbedded = 8;          // at once: a visitor's question waits for no more
constexpr std::size_t kStored = 64;           // vectors a transaction
constexpr int kPage = 1000;                   // vectors read at once
constexpr std::size_t kGrown = 2;             // times as many questions: all are grouped afresh
// Nodes' clocks differ a little, and what commits late was written a little earlier.
constexpr std::chrono::minutes kLate{1};

std::uint64_t member_of(const std::string& hash) {
  std::uint64_t member = 0;
  std::from_chars(hash.data(), hash.data() + 16, member, 16);
  return member;
}

}  // namespace

Result<bool> TopicRunner::run(milliseconds embedding) {
  MONITORA_ASSIGN(const Workspace workspace, parts_.workspaces.get(workspace_));
  const auto named = TimeZone::find(workspace.widget.time_zone);
  const TimeZone zone = named ? *named : TimeZone::utc();
  const Time start = parts_.clock.now();
  today_ = zone.day_of(start);
  MONITORA_ASSIGN(before_, parts_.store.topics(workspace_));
  MONITORA_ASSIGN(last_, parts_.store.last_run(workspace_));
  MONITORA_TRY(read_questions(zone));
  MONITORA_ASSIGN(const bool complete, embed_missing(embedding));
  MONITORA_TRY(group_first());
  MONITORA_TRY(place_others());
  make_topics();
  now_.fitted = afresh_ ? static_cast<std::int64_t>(fitted_.size()) : last_->fitted;
  if (complete)
    now_.refreshed_at = start - kLate;
  else if (last_)
    now_.refreshed_at = last_->refreshed_at;
  MONITORA_TRY(parts_.store.save(workspace_, topics_, now_));
  return complete;
}

Status TopicRunner::read_questions(const TimeZone& zone) {
  return parts_.store.questions(
      workspace_, Topics::kMostQuestions, [&](std::string_view asked, Time at) {
        std::string text = collapse_spaces(character_prefix(asked, kReadCharacters));
        const std::string hash = question_hash(text);
        auto found = questions_.find(hash);
        if (found == questions_.end()) {
          if (!names_something(parts_.words.words(text))) return Status();
          found = questions_.emplace(hash, Question{std::move(text), {}}).first;
        }
        ++found->second.times;
        ++found->second.days[zone.day_of(at)];
        return Status();
      });
}

Result<bool> TopicRunner::embed_missing(milliseconds embedding) {
  const std::string& model = parts_.embedder.model();
  MONITORA_ASSIGN(const std::vector<std::string> kept, parts_.store.hashes(workspace_, model));
  std::vector<std::string> gone;
  for (const std::string& hash : kept)
    if (!questions_.contains(hash)) gone.push_back(hash);
  MONITORA_TRY(parts_.store.forget(workspace_, model, gone));

  const auto start = Steady::now();
  std::vector<QuestionVector> made;
  auto next = questions_.begin();
  auto known = kept.begin();
  while (true) {
    std::vector<std::string_view> texts;
    const std::size_t first = made.size();
    for (; next != questions_.end() && texts.size() < kEmbedded; ++next) {
      known = std::lower_bound(known, kept.end(), next->first);
      if (known != kept.end() && *known == next->first) continue;
      made.push_back({next->first, {}});
      texts.push_back(next->second.text);
    }
    const bool over = texts.empty();
    if (!over) {
      MONITORA_ASSIGN(std::vector<Vector> vectors,
                      parts_.embedder.embed(Embedder::Kind::query, texts));
      for (std::size_t i = 0; i < vectors.size(); ++i)
        made[first + i].vector = std::move(vectors[i]);
    }
    const bool late = !over && Steady::now() - start >= embedding;
    if (!made.empty() && (over || late || made.size() >= kStored)) {
      MONITORA_TRY(parts_.store.keep(workspace_, model, made));
      made.clear();
    }
    if (over) return true;
    if (late) return next == questions_.end();
  }
}

Status TopicRunner::group_first() {
  VectorRows rows{static_cast<std::size_t>(parts_.embedder.dimension()), {}};
  for (bool more = true; more && fitted_.size() < Topics::kMostFitted;) {
    MONITORA_ASSIGN(const std::vector<QuestionVector> page,
                    parts_.store.vectors(workspace_, parts_.embedder.model(), last_fitted_, kPage));
    more = page.size() == static_cast<std::size_t>(kPage);
    for (const QuestionVector& each : page) {
      if (fitted_.size() == Topics::kMostFitted) break;
      last_fitted_ = each.hash;
      const auto question = questions_.find(each.hash);
      if (question == questions_.end() || each.vector.size() != rows.dimension) continue;
      fitted_.push_back(question);
      rows.add(each.vector);
    }
  }
  const std::size_t last = last_ ? static_cast<std::size_t>(last_->fitted) : 0;
  afresh_ = before_.empty() || last == 0 || fitted_.size() >= kGrown * last ||
            fitted_.size() * kGrown <= last;
  const std::vector<int> known = known_groups();
  MONITORA_ASSIGN(clusters_, parts_.clusterer.cluster(rows, known, afresh_ ? 0 : before_.size()));
  for (std::size_t i = 0; i < fitted_.size(); ++i) {
    fitted_[i]->second.group = clusters_.group[i];
    fitted_[i]->second.closeness = clusters_.closeness[i];
  }
  return {};
}

std::vector<int> TopicRunner::known_groups() const {
  std::vector<int> known(fitted_.size(), QuestionClusterer::kNew);
  if (afresh_) return known;
  std::map<std::uint64_t, int> groups;
  for (const std::uint64_t member : last_->loose) groups[member] = QuestionClusterer::kLoose;
  for (std::size_t i = 0; i < before_.size(); ++i)
    for (const std::uint64_t member : before_[i].members) groups[member] = static_cast<int>(i);
  for (std::size_t i = 0; i < fitted_.size(); ++i)
    if (const auto found = groups.find(member_of(fitted_[i]->first)); found != groups.end())
      known[i] = found->second;
  return known;
}

Status TopicRunner::place_others() {
  if (fitted_.size() < Topics::kMostFitted) return {};  // there are none
  std::string after = last_fitted_;
  for (bool more = true; more;) {
    MONITORA_ASSIGN(const std::vector<QuestionVector> page,
                    parts_.store.vectors(workspace_, parts_.embedder.model(), after, kPage));
    more = page.size() == static_cast<std::size_t>(kPage);
    VectorRows rows{static_cast<std::size_t>(parts_.embedder.dimension()), {}};
    std::vector<Question*> placed;
    for (const QuestionVector& each : page) {
      after = each.hash;
      const auto question = questions_.find(each.hash);
      if (question == questions_.end() || each.vector.size() != rows.dimension) continue;
      placed.push_back(&question->second);
      rows.add(each.vector);
    }
    const std::vector<int> groups = parts_.clusterer.nearest(clusters_, rows);
    for (std::size_t i = 0; i < groups.size(); ++i) placed[i]->group = groups[i];
  }
  return {};
}

std::vector<const Topic*> TopicRunner::recognised() const {
  std::vector<const Topic*> topics(clusters_.count, nullptr);
  if (!afresh_) {
    for (std::size_t i = 0; i < before_.size(); ++i) topics[i] = &before_[i];
    return topics;
  }
  // All were grouped afresh: a group is the topic with which it shares most questions, if that is
  // half of either.
  std::map<std::uint64_t, std::size_t> topic_of;
  for (std::size_t i = 0; i < before_.size(); ++i)
    for (const std::uint64_t member : before_[i].members) topic_of[member] = i;
  std::vector<std::size_t> in_topic(before_.size()), in_group(clusters_.count);
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> shared;  // by topic and group
  for (const auto& question : fitted_) {
    const auto group = static_cast<std::size_t>(question->second.group);
    const auto topic = topic_of.find(member_of(question->first));
    if (topic == topic_of.end()) continue;
    ++in_topic[topic->second];
    ++in_group[group];
    ++shared[{topic->second, group}];
  }
  std::vector<std::pair<std::size_t, std::pair<std::size_t, std::size_t>>> pairs;
  for (const auto& [pair, questions] : shared)
    if (2 * questions >= std::min(in_topic[pair.first], in_group[pair.second]))
      pairs.emplace_back(questions, pair);
  std::ranges::stable_sort(pairs, std::ranges::greater(),
                           [](const auto& each) { return each.first; });
  std::vector<bool> found(before_.size());
  for (const auto& [questions, pair] : pairs) {
    if (found[pair.first] || topics[pair.second] != nullptr) continue;
    found[pair.first] = true;
    topics[pair.second] = &before_[pair.first];
  }
  return topics;
}

void TopicRunner::make_topics() {
  const std::vector<const Topic*> known = recognised();
  std::vector<std::int64_t> times(clusters_.count);
  for (const auto& [hash, question] : questions_)
    if (question.group >= 0) times[static_cast<std::size_t>(question.group)] += question.times;
  std::vector<std::size_t> order;
  for (std::size_t group = 0; group < times.size(); ++group)
    if (times[group] >= Topics::kLeastAsked) order.push_back(group);
  std::ranges::stable_sort(order, std::ranges::greater(),
                           [&](std::size_t group) { return times[group]; });

  std::vector<int> place(times.size(), -1);  // of a group among the topics
  for (const std::size_t group : order) {
    place[group] = static_cast<int>(topics_.size());
    Topic& topic = topics_.emplace_back();
    topic.id = known[group] != nullptr ? known[group]->id : TopicId::random();
    if (known[group] != nullptr) topic.name = known[group]->name;
    topic.message_count = times[group];
  }
  const Day first = today_ - std::chrono::days(2 * kLongestTrend);
  std::vector<std::vector<const Question*>> questions(topics_.size());
  for (const auto& [hash, question] : questions_) {
    const int at = question.group < 0 ? -1 : place[static_cast<std::size_t>(question.group)];
    if (at < 0) continue;
    questions[static_cast<std::size_t>(at)].push_back(&question);
    Topic& topic = topics_[static_cast<std::size_t>(at)];
    for (const auto& [day, asked] : question.days)
      if (day > first) topic.daily[day] += asked;
  }
  for (const auto& question : fitted_) {
    const int group = question->second.group;
    const int at = group < 0 ? -1 : place[static_cast<std::size_t>(group)];
    (at < 0 ? now_.loose : topics_[static_cast<std::size_t>(at)].members)
        .push_back(member_of(question->first));
  }
  name_topics(questions);
}

void TopicRunner::name_topics(const std::vector<std::vector<const Question*>>& questions) {
  TopicWords words(topics_.size());
  for (std::size_t i = 0; i < topics_.size(); ++i)
    for (const Question* question : questions[i]) words.add(i, parts_.words.words(question->text));
  // A name that still fits stays, before others can take it.
  std::vector<std::string> taken;
  std::vector<std::vector<DistinctiveWord>> distinctive;
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    distinctive.push_back(words.distinctive(i));
    std::string& name = topics_[i].name;
    if (!name.empty() && !still_names(name, distinctive.back())) name.clear();
    if (!name.empty()) taken.push_back(fold_accents(name));
  }
  for (std::size_t i = 0; i < topics_.size(); ++i) {
    if (topics_[i].name.empty()) topics_[i].name = topic_name(distinctive[i], taken);
    std::vector<const Question*> central = questions[i];
    std::ranges::stable_sort(central, std::ranges::greater(), &Question::closeness);
    std::set<std::string> asked;
    for (const Question* question : central) {
      if (topics_[i].sample_questions.size() == Topics::kSamples) break;
      if (asked.insert(question_group(question->text)).second)
        topics_[i].sample_questions.push_back(question->text);
    }
  }
}

}  // namespace monitora
