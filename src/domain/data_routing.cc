#include "domain/data_routing.h"

#include <algorithm>

#include "base/text.h"

namespace monitora {
namespace {

constexpr std::size_t kMostNumbers = 5;
constexpr std::size_t kLongestNumber = 40;

bool is_alphanumeric(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A word with nothing around it that a sentence puts there.
std::string_view bare(std::string_view word) {
  while (!word.empty() && !is_alphanumeric(static_cast<unsigned char>(word.front())))
    word.remove_prefix(1);
  while (!word.empty() && !is_alphanumeric(static_cast<unsigned char>(word.back())))
    word.remove_suffix(1);
  return word;
}

bool is_number(std::string_view word) {
  return !word.empty() && word.size() <= kLongestNumber &&
         std::ranges::any_of(word, [](char c) { return c >= '0' && c <= '9'; }) &&
         std::ranges::all_of(word, [](unsigned char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '/' || c == '.' || c == '#';
         });
}

// Folded words with a space around each: what " phrase " is looked for in.
std::string spaced(std::string_view question) {
  std::string out = " ";
  for (const char c : fold_accents(question)) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_word = is_alphanumeric(byte) || byte >= 0x80;
    if (is_word)
      out += c;
    else if (out.back() != ' ')
      out += ' ';
  }
  if (out.back() != ' ') out += ' ';
  return out;
}

// A phrase that ends in '*' may go on.
bool has(const std::string& text, std::string_view phrase) {
  const bool open = phrase.ends_with('*');
  if (open) phrase.remove_suffix(1);
  return text.find(" " + std::string(phrase) + (open ? "" : " ")) != std::string::npos;
}

// Like FR-2024-00123, #4512 or 100234: not a small number.
bool has_order_number(std::string_view question) {
  return std::ranges::any_of(order_numbers(question), [](const std::string& number) {
    return std::ranges::count_if(number, [](char c) { return c >= '0' && c <= '9'; }) >= 3;
  });
}

// How much a sign weighs beside the difference of two cosines.
constexpr float kHint = 0.03F, kClear = 0.1F;

constexpr std::string_view kOwnOrder[] = {"ma commande",
                                          "mes commandes",
                                          "mon colis",
                                          "mes colis",
                                          "mon paquet",
                                          "mes paquets",
                                          "ma livraison",
                                          "mes achats",
                                          "mon achat",
                                          "my order",
                                          "my orders",
                                          "my parcel",
                                          "my parcels",
                                          "my package",
                                          "my packages",
                                          "my delivery",
                                          "my shipment",
                                          "my purchase",
                                          "my purchases",
                                          "my stuff",
                                          "ma derniere commande",
                                          "mes dernieres commandes",
                                          "my last order",
                                          "my latest order",
                                          "my recent orders",
                                          "my last orders"};
constexpr std::string_view kOrder[] = {"commande", "commandes", "order",  "orders", "colis",
                                       "parcel",   "package",   "numero", "number"};
constexpr std::string_view kState[] = {
    "ou en est", "ou en sont", "ou est",     "ou sont",  "statut",    "status",   "etat",
    "suivi",     "recu",       "recue",      "recevoir", "recevrai*", "arriv*",   "expedi*",
    "parti",     "partie",     "partis",     "parties",  "retard",    "en route", "livre",
    "livree",    "quand",      "date",       "where",    "shipped",   "sent",     "late",
    "delayed",   "tracking",   "dernier*",   "recent*",  "last",      "latest",   "when",
    "due",       "delivered",  "received",   "come",     "coming",    "transit",  "combien",
    "how much",  "montant",    "historique", "history",  "voir",      "show",     "affiche*",
    "montre*"};
constexpr std::string_view kOwnPast[] = {
    "j ai commande", "j ai achete",    "j ai passe commande", "j avais commande",
    "i ordered",     "i have ordered", "i ve ordered",        "i bought",
    "did i order",   "did i buy",      "ai je commande",      "ai je achete",
    "j attends"};
constexpr std::string_view kHow[] = {
    "comment",       "how do i", "how can i",       "how to",         "how does",  "puis je",
    "peut on",       "peut il",  "est il possible", "is it possible", "can i",     "could i",
    "may i",         "annul*",   "cancel*",         "retour*",        "return*",   "rembours*",
    "refund*",       "modifi*",  "changer",         "change",         "politique", "policy",
    "condition*",    "facture*", "invoice*",        "garanti*",       "warranty",  "que faire",
    "what should i", "what if",  "what happens",    "que se passe",   "delai*",    "accept*"};
constexpr std::string_view kData[] = {"combien de clients",
                                      "combien de commandes",
                                      "combien de produits",
                                      "chiffre d affaires",
                                      "how many customers",
                                      "how many orders",
                                      "how many products",
                                      "revenue",
                                      "turnover",
                                      "les plus vendus",
                                      "best selling",
                                      "en stock",
                                      "in stock",
                                      "panier moyen",
                                      "average",
                                      "moyenne",
                                      "liste des",
                                      "list the",
                                      "list all",
                                      "top"};
constexpr std::string_view kDataHint[] = {
    "prix",   "price",    "coute",     "cost",    "costs",     "combien",     "how many", "total",
    "nombre", "moins de", "less than", "plus de", "more than", "disponible*", "available"};

}  // namespace

RouteScores routing_words(std::string_view question) {
  const std::string text = spaced(question);
  const auto says = [&](std::span<const std::string_view> phrases) {
    return std::ranges::any_of(phrases, [&](std::string_view each) { return has(text, each); });
  };
  RouteScores scores;
  const bool own = says(kOwnOrder), asks_state = says(kState), asks_how = says(kHow);
  if (own) scores.orders += kHint;
  if (own && asks_state) scores.orders += kClear;
  if (says(kOwnPast)) scores.orders += kClear;
  if ((own || says(kOrder)) && has_order_number(question)) scores.orders += kClear;
  if (asks_how) scores.documents += own && has_order_number(question) ? kHint : kClear;
  if (says(kData)) scores.data += kClear;
  if (says(kDataHint)) scores.data += kHint;
  return scores;
}

DataRoute choose_route(const RouteScores& words, const RouteScores& near) {
  const float documents = words.documents + near.documents;
  const float orders = words.orders + near.orders;
  const float data = words.data + near.data;
  if (orders > documents && orders >= data) return DataRoute::orders;
  return data > documents ? DataRoute::data : DataRoute::documents;
}

std::vector<std::string> order_numbers(std::string_view question) {
  std::vector<std::string> found;
  const std::string text = collapse_spaces(nfkc(question));
  for (const std::string_view part : split(text, ' ')) {
    const std::string_view word = bare(part);
    if (is_number(word) && found.size() < kMostNumbers &&
        std::ranges::find(found, word) == found.end())
      found.emplace_back(word);
  }
  return found;
}

}  // namespace monitora
