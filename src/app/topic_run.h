// One making of a workspace's topics.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/topics.h"

namespace monitora {

// Used once, by one thread.
class TopicRunner {
 public:
  TopicRunner(const TopicParts& parts, const WorkspaceId& workspace)
      : parts_(parts), workspace_(workspace) {}

  // As Topics::refresh says.
  Result<bool> run(std::chrono::milliseconds embedding);

 private:
  // A wording, however often it was asked.
  struct Question {
    std::string text;  // as it was asked last
    std::map<Day, std::int64_t> days;
    std::int64_t times = 0;
    int group = -1;
    float closeness = 0;
  };
  using Questions = std::map<std::string, Question>;  // by hash

  Status read_questions(const TimeZone& zone);
  // False when time was short.
  Result<bool> embed_missing(std::chrono::milliseconds embedding);
  // Groups the first wordings that have a vector, with what was known of them.
  Status group_first();
  // Places the others.
  Status place_others();
  // A topic for each group that was asked for often enough: the one that it was, or a new one.
  void make_topics();
  void name_topics(const std::vector<std::vector<const Question*>>& questions);

  std::vector<int> known_groups() const;
  // The topic of before that each group is, if any.
  std::vector<const Topic*> recognised() const;

  const TopicParts& parts_;
  const WorkspaceId workspace_;
  Day today_;
  std::vector<Topic> before_;
  std::optional<TopicRun> last_;
  Questions questions_;
  std::vector<Questions::iterator> fitted_;  // those that are grouped with one another
  std::string last_fitted_;                  // the hash of the last of them
  bool afresh_ = false;                      // what was known is not gone on from
  QuestionClusters clusters_;
  std::vector<Topic> topics_;
  TopicRun now_;
};

}  // namespace monitora
