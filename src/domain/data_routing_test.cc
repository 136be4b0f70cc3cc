#include "domain/data_routing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace monitora {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(OrderNumbers, AreFoundAsTheyAreWritten) {
  EXPECT_THAT(order_numbers("où en est ma commande FR-2024-00123 ?"), ElementsAre("FR-2024-00123"));
  EXPECT_THAT(order_numbers("my order #123."), ElementsAre("123"));
  EXPECT_THAT(order_numbers("commande n°45871"), ElementsAre("45871"));
  EXPECT_THAT(order_numbers("commande n° 31"), ElementsAre("31"));
  EXPECT_THAT(order_numbers("(cmd-8841), \"A/10023\""), ElementsAre("cmd-8841", "A/10023"));
  EXPECT_THAT(order_numbers("１２３４５"), ElementsAre("12345"));
  EXPECT_THAT(order_numbers("55120 et 55120"), ElementsAre("55120"));
  EXPECT_THAT(order_numbers("111 222 333 444 555 666").size(), 5u);
}

TEST(OrderNumbers, OtherNumbersAreNone) {
  for (const char* text : {"j'ai commandé il y a 2 semaines", "le 12/03/2024", "le 2024-03-12",
                           "en 2024", "moins de 800 euros", "59.90", "mes 3 dernières commandes",
                           "", "-", "#", "٠١٢٣٤", "order ' OR '1'='1"})
    EXPECT_THAT(order_numbers(text), IsEmpty()) << text;
  EXPECT_THAT(order_numbers(std::string(41, '9')), IsEmpty());
  EXPECT_THAT(order_numbers("commande 2024"), ElementsAre("2024")) << "it is said to be one";
}

TEST(Routing, WordsSpeakForTheirRoute) {
  const auto of = [](const char* text) { return choose_route(routing_words(text), {}); };
  for (const char* text : {"Où en est ma commande ?", "FR-2024-00123", "Where is my parcel?",
                           "order 7741 where is it"})
    EXPECT_EQ(of(text), DataRoute::orders) << text;
  for (const char* text : {"Puis-je annuler ma commande ?", "How do I track my parcel?",
                           "Combien coûte la livraison ?", "Bonjour"})
    EXPECT_EQ(of(text), DataRoute::documents) << text;
  for (const char* text : {"Combien de clients à Lyon ?", "Which products are out of stock?",
                           "Combien coûte le fauteuil Oslo ?"})
    EXPECT_EQ(of(text), DataRoute::data) << text;
}

}  // namespace
}  // namespace monitora
