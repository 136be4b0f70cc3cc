#include <array>

#include "domain/data_routing.h"

namespace monitora {
namespace {

using enum DataRoute;

constexpr auto kExamples = std::to_array<RoutingExample>({
    {orders, "Où en est ma commande ?"},
    {orders, "Où est mon colis ?"},
    {orders, "Ma commande est-elle partie ?"},
    {orders, "Quand vais-je recevoir ma commande ?"},
    {orders, "Je n'ai toujours pas reçu mon colis."},
    {orders, "Pourquoi ma commande est-elle en retard ?"},
    {orders, "Quelles sont mes dernières commandes ?"},
    {orders, "Quel est le statut de ma commande ?"},
    {orders, "J'ai commandé il y a deux semaines et rien n'est arrivé."},
    {orders, "Qu'est-ce que j'ai commandé la dernière fois ?"},
    {orders, "Mon paquet devait arriver hier."},
    {orders, "Combien ai-je payé pour ma dernière commande ?"},
    {orders, "Where is my order?"},
    {orders, "Where is my parcel?"},
    {orders, "Has my order shipped yet?"},
    {orders, "When will my package arrive?"},
    {orders, "I still haven't received my order."},
    {orders, "Why is my delivery late?"},
    {orders, "Show me my recent orders."},
    {orders, "What is the status of my order?"},
    {orders, "I ordered two weeks ago and nothing has come."},
    {orders, "What did I order last time?"},
    {orders, "My package was due yesterday."},
    {orders, "How much did I pay for my last order?"},

    {data, "Combien de commandes ont été passées ce mois-ci ?"},
    {data, "Quel est le chiffre d'affaires du mois de mars ?"},
    {data, "Quels sont les dix produits les plus vendus ?"},
    {data, "Liste des clients de Lyon."},
    {data, "Combien de clients avons-nous en Belgique ?"},
    {data, "Quel est le prix de la lampe de bureau ?"},
    {data, "Est-ce que la chaise bleue est en stock ?"},
    {data, "Combien en reste-t-il en stock ?"},
    {data, "Quels articles coûtent moins de vingt euros ?"},
    {data, "Quel est le panier moyen par pays ?"},
    {data, "Quelles commandes attendent encore d'être expédiées ?"},
    {data, "Quel produit est le moins cher de la catégorie jardin ?"},
    {data, "How many orders were placed this month?"},
    {data, "What was the revenue in March?"},
    {data, "What are the ten best-selling products?"},
    {data, "List the customers in London."},
    {data, "How many customers do we have in Belgium?"},
    {data, "What is the price of the desk lamp?"},
    {data, "Is the blue chair in stock?"},
    {data, "How many are left in stock?"},
    {data, "Which items cost less than twenty euros?"},
    {data, "What is the average basket by country?"},
    {data, "Which orders are still waiting to be shipped?"},
    {data, "Which garden product is the cheapest?"},

    {data, "Quelles salles sont libres demain après-midi ?"},
    {data, "Quels livres avez-vous sur la cuisine italienne ?"},
    {data, "Quel est le poids de ce sac à dos ?"},
    {data, "À quel prix vendez-vous ce vin ?"},
    {data, "Montant total des factures impayées"},
    {data, "Which rooms are free tomorrow afternoon?"},
    {data, "Which books do you have on Italian cooking?"},
    {data, "How heavy is this backpack?"},
    {data, "How much do you sell this wine for?"},
    {data, "Total amount of unpaid invoices"},

    {documents, "Quels sont les délais de livraison ?"},
    {documents, "Comment retourner un article ?"},
    {documents, "Puis-je annuler ma commande ?"},
    {documents, "Combien coûte la livraison ?"},
    {documents, "Comment suivre une commande ?"},
    {documents, "Quels moyens de paiement acceptez-vous ?"},
    {documents, "Quels sont vos horaires d'ouverture ?"},
    {documents, "Comment réinitialiser mon mot de passe ?"},
    {documents, "Quelle est la durée de la garantie ?"},
    {documents, "Livrez-vous en Suisse ?"},
    {documents, "Que faire si le colis arrive abîmé ?"},
    {documents, "Sous combien de jours suis-je remboursé ?"},
    {documents, "Comment entretenir le cuir ?"},
    {documents, "Mes données personnelles sont-elles protégées ?"},
    {documents, "What are the delivery times?"},
    {documents, "How do I return an item?"},
    {documents, "Can I cancel my order?"},
    {documents, "How much is shipping?"},
    {documents, "How do I track an order?"},
    {documents, "Which payment methods do you accept?"},
    {documents, "What are your opening hours?"},
    {documents, "How do I reset my password?"},
    {documents, "How long is the warranty?"},
    {documents, "Do you ship to Switzerland?"},
    {documents, "What should I do if the parcel is damaged?"},
    {documents, "How many days until I am refunded?"},
    {documents, "How should leather be cleaned?"},
    {documents, "Is my personal data protected?"},
});

}  // namespace

std::span<const RoutingExample> routing_examples() {
  return kExamples;
}

}  // namespace monitora
