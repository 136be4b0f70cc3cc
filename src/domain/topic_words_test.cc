#include "domain/topic_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace monitora {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Words between spaces; their stem is what is left without a final s.
std::vector<QuestionWord> words(std::string_view text) {
  std::vector<QuestionWord> found;
  for (const std::string_view word : split(text, ' ')) {
    const std::string folded = fold_accents(word);
    const std::string stem = folded.ends_with('s') ? folded.substr(0, folded.size() - 1) : folded;
    found.push_back({std::string(word), folded, "fr:" + stem, "en:" + stem});
  }
  return found;
}

std::string name_of(const TopicWords& all, std::size_t topic) {
  std::vector<std::string> taken;
  return topic_name(all.distinctive(topic), taken);
}

TEST(TopicWords, ATopicIsNamedByWhatTellsItFromTheOthers) {
  TopicWords all(2);
  all.add(0, words("Quels sont les délais de livraison pour ma commande"));
  all.add(0, words("livraison en combien de jours"));
  all.add(0, words("La LIVRAISON de ma commande"));
  all.add(1, words("comment retourner ma commande"));
  all.add(1, words("Retourner un article de ma commande"));
  EXPECT_EQ(name_of(all, 0).substr(0, 9), "livraison");
  EXPECT_EQ(name_of(all, 1).substr(0, 9), "retourner");
  for (const DistinctiveWord& word : all.distinctive(0)) EXPECT_NE(word.surface, "les");
}

TEST(TopicWords, AWordIsShownAsItIsMostlyWritten) {
  TopicWords all(1);
  all.add(0, words("le délai svp"));
  all.add(0, words("mes délais svp"));
  all.add(0, words("Délais"));
  all.add(0, words("un delai"));
  EXPECT_EQ(name_of(all, 0), "délais") << "no plural of its own, no capital of a sentence's";
  EXPECT_THAT(all.distinctive(0)[0].forms, ElementsAre("delai", "delais"));
}

TEST(TopicWords, NamesKeepTheirCapitals) {
  TopicWords all(1);
  all.add(0, words("à Paris"));
  all.add(0, words("RIB"));
  EXPECT_THAT(name_of(all, 0), HasSubstr("Paris"));
  EXPECT_THAT(name_of(all, 0), HasSubstr("RIB"));
}

TEST(TopicWords, GreetingsAndNumbersNameNothing) {
  for (const char* text : {"bonjour", "merci beaucoup", "hello", "thank you", "12345", "?", ""})
    EXPECT_FALSE(names_something(words(text))) << text;
  for (const char* text : {"bonjour livraison", "where is my parcel", "colis 12345"})
    EXPECT_TRUE(names_something(words(text))) << text;
}

TEST(TopicWords, TheSameWordInTwoLanguagesIsOne) {
  TopicWords all(1);
  all.add(0, words("my option for you"));
  all.add(0, words("une option pour moi"));
  EXPECT_EQ(name_of(all, 0), "option");
}

TEST(TopicWords, NoTwoTopicsHaveOneName) {
  TopicWords all(1);
  all.add(0, words("livraison gratuite"));
  all.add(0, words("livraison"));
  std::vector<std::string> taken{"livraison"};
  const std::string second = topic_name(all.distinctive(0), taken);
  EXPECT_THAT(second, HasSubstr("livraison"));
  EXPECT_NE(second, "livraison");
  const std::string third = topic_name(all.distinctive(0), taken);
  const std::string fourth = topic_name(all.distinctive(0), taken);
  EXPECT_EQ(third, second + " (2)");
  EXPECT_EQ(fourth, second + " (3)");
  EXPECT_FALSE(topic_name({}, taken).empty());
  EXPECT_NE(topic_name({}, taken), topic_name({}, taken));
}

TEST(TopicWords, ANameStaysWhileItsWordsDo) {
  TopicWords all(2);
  all.add(0, words("délais de livraison"));
  all.add(0, words("livraison gratuite"));
  all.add(1, words("retour"));
  const auto now = all.distinctive(0);
  EXPECT_TRUE(still_names("livraison", now));
  EXPECT_TRUE(still_names("livraison, delais", now)) << "whatever the accents";
  EXPECT_TRUE(still_names("livraison (2)", now));
  EXPECT_FALSE(still_names("livraison, retour", now));
}

TEST(TopicWords, ALongNameFitsItsColumn) {
  TopicWords all(1);
  all.add(0,
          words(std::string(200, 'a') + " " + std::string(200, 'b') + " " + std::string(200, 'c')));
  std::vector<std::string> taken;
  for (int i = 0; i < 3; ++i)
    EXPECT_LE(count_characters(topic_name(all.distinctive(0), taken)), 255U);
}

}  // namespace
}  // namespace monitora
