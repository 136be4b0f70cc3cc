#include "domain/same_question.h"

#include <gtest/gtest.h>

namespace monitora {
namespace {

struct Pair {
  const char* one;
  const char* other;
};

std::string why(const Pair& pair) {
  return question_difference(question_meaning(pair.one), question_meaning(pair.other));
}

TEST(SameQuestion, TwoWordingsOfOneQuestion) {
  constexpr Pair kPairs[] = {
      {"Quel est le délai de livraison ?", "En combien de temps serai-je livré ?"},
      {"Quel est le délai de livraison en Suisse ?", "delai de livraison en suisse"},
      {"Combien coûte la livraison ?", "Quels sont vos frais de port ?"},
      {"Où en est ma commande ?", "Comment suivre mon colis ?"},
      {"J'ai oublié mon mot de passe", "Comment réinitialiser mon mot de passe ?"},
      {"À quelle heure ouvrez-vous ?", "Quels sont vos horaires d'ouverture ?"},
      {"Puis-je payer en 3 fois ?", "Est-il possible de payer en trois fois ?"},
      {"Faut-il réserver ?", "La réservation est-elle obligatoire ?"},
      {"Quel est le prix de l'iPhone 15 ?", "Combien coûte l'iphone 15 ?"},
      {"Pouvez-vous me dire combien coûte une consultation, s'il vous plaît ?",
       "Quel est le tarif d'une consultation ?"},
      {"Acceptez-vous les chèques ?", "Puis-je payer par chèque ?"},
      {"How long does delivery take?", "What is the delivery time?"},
      {"How do I cancel my order?", "I would like to cancel an order"},
      {"Which payment methods do you accept?", "How can I pay?"},
      {"Do you deliver to Belgium?", "Can I get something delivered to Belgium?"},
  };
  for (const Pair& pair : kPairs) EXPECT_EQ(why(pair), "") << pair.one << " | " << pair.other;
}

TEST(SameQuestion, LookAlikes) {
  constexpr Pair kPairs[] = {
      {"Quel est le délai de livraison en France ?", "Quel est le délai de livraison en Suisse ?"},
      {"Quel est le délai de livraison ?", "Quel est le délai de livraison en Suisse ?"},
      {"Puis-je retourner un article après 14 jours ?",
       "Puis-je retourner un article après 30 jours ?"},
      {"Puis-je payer en 3 fois ?", "Puis-je payer en quatre fois ?"},
      {"Quel est le prix de l'iPhone 14 ?", "Quel est le prix de l'iPhone 15 ?"},
      {"Quel est le prix du forfait 5 000 ?", "Quel est le prix du forfait 500 ?"},
      {"J'ai reçu ma commande", "Je n'ai pas reçu ma commande"},
      {"Est-ce remboursé ?", "Est-ce que ce n'est pas remboursé ?"},
      {"Ma commande est payée mais pas expédiée", "Ma commande est expédiée mais pas payée"},
      {"Peut-on venir avec un enfant ?", "Peut-on venir sans enfant ?"},
      {"Puis-je manger avant l'opération ?", "Puis-je manger après l'opération ?"},
      {"Puis-je acheter un vélo ?", "Puis-je vendre mon vélo ?"},
      {"Êtes-vous ouverts le samedi ?", "Êtes-vous ouverts le dimanche ?"},
      {"À quelle heure ouvrez-vous ?", "À quelle heure fermez-vous ?"},
      {"Le locataire doit-il prévenir le propriétaire ?",
       "Le propriétaire doit-il prévenir le locataire ?"},
      {"Puis-je tailler la haie de mon voisin ?", "Mon voisin peut-il tailler ma haie ?"},
      {"Comment passer de la version 3 à la version 4 ?",
       "Comment passer de la version 4 à la version 3 ?"},
      {"Comment convertir un PDF en Word ?", "Comment convertir un Word en PDF ?"},
      {"Comment ouvrir un livret A ?", "Comment ouvrir un livret B ?"},
      {"Puis-je envoyer 10 Mo ?", "Puis-je envoyer 10 Go ?"},
      {"Quel est mon numéro de client ?", "Quel est votre numéro de client ?"},
      {"Faut-il payer à la livraison ?", "Peut-on payer à la livraison ?"},
      {"Qui organise le tournoi ?", "Quand est organisé le tournoi ?"},
      {"Quel est le délai de livraison ?", "What is the delivery time?"},
      {"Bonjour", "Merci"},
      {"Do you accept PayPal?", "Do you accept Visa?"},
      {"Has my order shipped?", "Has my order not shipped?"},
      {"How do I enable notifications?", "How do I disable notifications?"},
      {"How do I convert PDF to Word?", "How do I convert Word to PDF?"},
      {"Are you open on 4 July?", "Are you open on 14 July?"},
      {"Does the landlord have to tell the tenant?", "Does the tenant have to tell the landlord?"},
  };
  for (const Pair& pair : kPairs) {
    EXPECT_NE(why(pair), "") << pair.one << " | " << pair.other;
    EXPECT_NE(why({pair.other, pair.one}), "") << pair.other << " | " << pair.one;
  }
}

TEST(SameQuestion, EveryQuestionIsItself) {
  for (const char* question : {"Où sont hébergées les données ?", "Ça coûte combien ?", "prix",
                               "Que faire avec l'erreur E102 ?", "Is it free?"})
    EXPECT_TRUE(same_question(question, question)) << question;
}

}  // namespace
}  // namespace monitora
