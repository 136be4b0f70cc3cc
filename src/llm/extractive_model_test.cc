#include "llm/extractive_model.h"

#include <gtest/gtest.h>

namespace monitora::llm {
namespace {

Passage passage(std::string content, std::string heading = {}) {
  Passage p;
  p.filename = "livraison.md";
  p.content = std::move(content);
  p.place.heading = std::move(heading);
  return p;
}

TEST(Quotes, AreTheSentencesThatAnswer) {
  const auto quotes =
      choose_quotes("Quel est le délai de livraison en Espagne ?",
                    {passage("Nous expédions depuis Lyon. La livraison en Espagne prend cinq jours "
                             "ouvrés. La Suisse est desservie par la poste."),
                     passage("Les retours sont gratuits.")});
  ASSERT_EQ(quotes.size(), 1u);
  EXPECT_EQ(quotes[0].passage, 1);
  EXPECT_EQ(quotes[0].text, "La livraison en Espagne prend cinq jours ouvrés.");
}

TEST(Quotes, AQuestionStandsForItsAnswer) {
  const auto quotes = choose_quotes("Comment retourner un article ?",
                                    {passage("Comment puis-je retourner un article ? Imprimez "
                                             "l'étiquette depuis votre compte. Merci.")});
  ASSERT_FALSE(quotes.empty());
  EXPECT_EQ(quotes[0].text, "Imprimez l'étiquette depuis votre compte.");
}

TEST(Quotes, AHeadingInTheTextStandsForWhatFollows) {
  const auto quotes =
      choose_quotes("Que ne couvre pas la garantie ?",
                    {passage("La garantie ne couvre pas\nL'usure normale et le vol.")});
  ASSERT_EQ(quotes.size(), 1u);
  EXPECT_EQ(quotes[0].text, "L'usure normale et le vol.");
}

TEST(Quotes, AQuestionForAFigureIsAnsweredWithOne) {
  const auto quotes = choose_quotes(
      "Combien coûte la livraison en Suisse ?",
      {passage("La livraison en Suisse est confiée à la poste.\nSuisse | 14,90 €", "Livraison")});
  ASSERT_FALSE(quotes.empty());
  EXPECT_EQ(quotes.back().text, "Suisse | 14,90 €");
}

// "Combien coûte" was answered with any figure near the country's name.
TEST(Quotes, APriceIsQuotedFromTheRowOfItsTable) {
  const auto quotes = choose_quotes(
      "Combien coûte la livraison en Suisse ?",
      {passage("Le transporteur demande à la livraison la TVA de 8,1 % en Suisse.", "Livraison"),
       passage("Destination | Délai | Tarif\nItalie | 4 à 6 jours | 9,90 €\n"
               "Suisse | 4 à 6 jours | 14,90 €",
               "Livraison")});
  ASSERT_FALSE(quotes.empty());
  EXPECT_EQ(quotes[0].text, "Suisse | 4 à 6 jours | 14,90 €");
}

TEST(Quotes, AStemWithAnotherEndingIsTheSameWord) {
  const auto quotes =
      choose_quotes("Livrez-vous en Guadeloupe ?",
                    {passage("Nous ne livrons pas l'outre-mer. Voyez nos revendeurs.")});
  ASSERT_EQ(quotes.size(), 1u);
  EXPECT_EQ(quotes[0].text, "Nous ne livrons pas l'outre-mer.");
}

TEST(Quotes, AHeadingSpeaksForItsSentences) {
  const auto quotes =
      choose_quotes("Quelle est la garantie du moulin ?",
                    {passage("Elle dure deux ans.\nLe poids est de 2 kg.", "Moulin › Garantie")});
  ASSERT_FALSE(quotes.empty());
  EXPECT_EQ(quotes[0].text, "Elle dure deux ans.");
}

TEST(Quotes, NothingInCommonGivesNothing) {
  EXPECT_TRUE(choose_quotes("zzz qqq", {passage("Les retours sont gratuits.")}).empty());
}

struct Collect final : ChatListener {
  void on_token(std::string_view utf8) override { text += utf8; }
  void on_done(const ChatUsage& usage) override {
    extract = usage.extract;
    ++ends;
  }
  void on_error(const Status&) override { ++ends; }
  std::string text;
  bool extract = false;
  int ends = 0;
};

TEST(ExtractiveModel, LabelsItsAnswerAndCites) {
  const auto listener = std::make_shared<Collect>();
  ChatRequest request;
  request.question = "How long is the warranty?";
  request.language = "en";
  request.passages = {passage("The warranty lasts two years. Call us on weekdays.")};
  ExtractiveModel().start(std::move(request), listener);
  EXPECT_EQ(listener->text, "Extract from the documents:\n\n“The warranty lasts two years.” [1]");
  EXPECT_TRUE(listener->extract);
  EXPECT_EQ(listener->ends, 1);
}

}  // namespace
}  // namespace monitora::llm
