#include "domain/question_group.h"

#include <gtest/gtest.h>

#include <set>

namespace monitora {
namespace {

TEST(QuestionGroup, WordingsOfOneQuestion) {
  const std::string group = question_group("Quels sont vos délais de livraison ?");
  EXPECT_EQ(group.size(), 32U);
  for (const char* wording :
       {"quels sont vos delais de livraison", "Délai de livraison ?", "DÉLAI DE LIVRAISON !",
        "Bonjour, quel est votre délai de livraison svp ?", "la livraison : quel délai ?",
        "Quels sont les délais\u00a0de livraison\u202f?", "« délais » de livraison…"})
    EXPECT_EQ(question_group(wording), group) << wording;
}

TEST(QuestionGroup, LookAlikesAreApart) {
  std::set<std::string> groups;
  const char* questions[] = {"Délai de livraison en France ?",
                             "Délai de livraison en Suisse ?",
                             "Délai de livraison ?",
                             "Quand livrez-vous ?",
                             "Où livrez-vous ?",
                             "Livrez-vous le dimanche ?",
                             "Ne livrez-vous pas le dimanche ?",
                             "Livrez-vous sans frais ?",
                             "Livrez-vous avec frais ?",
                             "Garantie de 2 ans ?",
                             "Garantie de 3 ans ?",
                             "?",
                             "!!!1",
                             "Est-ce que c'est ?",
                             "配送はいつですか"};
  for (const char* question : questions)
    EXPECT_TRUE(groups.insert(question_group(question)).second) << question;
}

TEST(QuestionGroup, IsTheSameFromRunToRun) {
  EXPECT_EQ(question_group("Combien coûte le retour ?"), question_group("combien coute LE retour"));
  EXPECT_EQ(question_group("x"), "2ac3e029f2ae0ed36a9af34bd225e889");
}

}  // namespace
}  // namespace monitora
