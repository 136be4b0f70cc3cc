#include "domain/handover.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

Message answer(std::optional<double> score) {
  Message message;
  message.role = "assistant";
  message.rag_score = score;
  return message;
}

Message question() {
  Message message;
  message.role = "user";
  return message;
}

TEST(Handover, CountsTheLowAnswersAtTheEnd) {
  EXPECT_EQ(low_answers_in_a_row({}), 0);
  EXPECT_EQ(low_answers_in_a_row({question()}), 0);
  EXPECT_EQ(low_answers_in_a_row({question(), answer(0.1)}), 1);
  EXPECT_EQ(low_answers_in_a_row({answer(0.1), answer(0.9), answer(0.2), question(), answer(0.3)}),
            2);
  EXPECT_EQ(low_answers_in_a_row({answer(0.1), answer(0.35)}), 0);  // medium
}

TEST(Handover, APersonsMessageEndsTheCount) {
  EXPECT_EQ(low_answers_in_a_row({answer(0.1), answer(std::nullopt), answer(0.1)}), 1);
}

TEST(Handover, KnowsWhoWroteAMessage) {
  Message message = answer(std::nullopt);
  EXPECT_FALSE(author_of(message));
  const MessageAuthor author{UserId::random(), "Zoé \"Z\" Martin"};
  message.metadata = author_metadata(author);
  const auto read = author_of(message);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, author.id);
  EXPECT_EQ(read->name, author.name);
  for (const char* other : {"{\"extract\":true}", "[]", "{", "{\"author\":7}",
                            "{\"author\":{\"id\":\"x\",\"name\":\"Zoé\"}}"}) {
    message.metadata = other;
    EXPECT_FALSE(author_of(message)) << other;
  }
}

}  // namespace
}  // namespace monitora
