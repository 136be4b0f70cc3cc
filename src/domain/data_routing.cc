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

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// A word with nothing around it that a sentence puts there.
std::string_view bare(std::string_view word) {
  while (!word.empty() && !is_alphanumeric(static_cast<unsigned char>(word.front())))
    word.remove_prefix(1);
  while (!word.empty() && !is_alphanumeric(static_cast<unsigned char>(word.back())))
    word.remove_suffix(1);
  return word;
}

// Runs of the characters that numbers are made of; what is between is told by a space.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const char c = at < text.size() ? text[at] : ' ';
    if (is_alphanumeric(static_cast<unsigned char>(c)) ||
        std::string_view("-_/.#").find(c) != std::string_view::npos)
      continue;
    if (at > begin) words.push_back(text.substr(begin, at - begin));
    begin = at + 1;
  }
  return words;
}

// A year, a date, an amount with cents: numbers that are no order's unless it is said so.
bool is_other_number(std::string_view word) {
  const auto digits = static_cast<std::size_t>(std::ranges::count_if(word, is_digit));
  const bool plain = digits == word.size();
  if (plain && digits == 4 && (word.starts_with("19") || word.starts_with("20"))) return true;
  const auto signs = std::ranges::count_if(word, [](char c) { return !is_digit(c); });
  const bool separated = std::ranges::all_of(
      word, [](char c) { return is_digit(c) || c == '-' || c == '/' || c == '.'; });
  if (separated && signs == 2 && digits <= 8) return true;
  const std::size_t point = word.find('.');
  return separated && signs == 1 && point != std::string_view::npos && point + 3 >= word.size();
}

bool announces_number(std::string_view word) {
  static constexpr std::string_view kWords[] = {"commande", "cde",    "n",      "no",     "nr",
                                                "numero",   "num",    "order",  "number", "nro",
                                                "colis",    "parcel", "package"};
  return std::ranges::find(kWords, word) != std::end(kWords);
}

bool is_unit(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "euro", "euros", "eur", "dollars", "usd", "chf",    "jours", "days",
      "fois", "times", "ans", "years",   "km",  "metres", "kg",    "pounds"};
  return std::ranges::find(kWords, word) != std::end(kWords);
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

// Letters and digits in one word, like FR-2024-00123.
bool is_mixed(const std::string& number) {
  return std::ranges::count_if(number, is_digit) >= 3 &&
         std::ranges::any_of(number, [](char c) { return c >= 'A' && !is_digit(c); });
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
                                          "mes livraisons",
                                          "mes achats",
                                          "mon achat",
                                          "ma cde",
                                          "ma derniere commande",
                                          "mes dernieres commandes",
                                          "mes anciens achats",
                                          "my order",
                                          "my orders",
                                          "my parcel",
                                          "my parcels",
                                          "my package",
                                          "my packages",
                                          "my delivery",
                                          "my deliveries",
                                          "my shipment",
                                          "my shipments",
                                          "my purchase",
                                          "my purchases",
                                          "my purchase history",
                                          "my past purchases",
                                          "my stuff",
                                          "my last order",
                                          "my last orders",
                                          "my last two orders",
                                          "my latest order",
                                          "my latest orders",
                                          "my recent orders",
                                          "my past orders",
                                          "my open orders",
                                          "my pending orders"};
constexpr std::string_view kOrder[] = {"commande", "cde",    "colis",   "paquet",  "suivi",
                                       "order",    "parcel", "package", "tracking"};
// What one has done oneself, or waits for.
constexpr std::string_view kOwnPast[] = {"ai je des commandes",
                                         "ai je une commande",
                                         "do i have any orders",
                                         "do i have any pending orders",
                                         "do i have an order",
                                         "j ai commande",
                                         "j ai achete",
                                         "j ai passe commande",
                                         "j ai passe une commande",
                                         "j avais commande",
                                         "ai je commande",
                                         "ai je achete",
                                         "j attends",
                                         "je n ai rien recu",
                                         "je n ai pas recu",
                                         "toujours rien recu",
                                         "i ordered",
                                         "i have ordered",
                                         "i ve ordered",
                                         "i bought",
                                         "i have bought",
                                         "did i order",
                                         "did i buy",
                                         "i placed an order",
                                         "order i placed",
                                         "still waiting",
                                         "waiting for my",
                                         "haven t received",
                                         "have not received",
                                         "never received"};
constexpr std::string_view kOrdered[] = {"commande", "commandee", "commandes",
                                         "ordered",  "achete",    "bought"};
constexpr std::string_view kArrival[] = {
    "arrive",     "arrivera", "arrives",  "coming",    "is not here", "isn t here", "not arrived",
    "pas arrive", "pas la",   "pas recu", "pas livre", "not come",    "en attente", "pending"};
// Asks for a rule or a way, whoever asks.
constexpr std::string_view kHow[] = {"quelqu un d autre",
                                     "somebody else",
                                     "someone else",
                                     "where do i",
                                     "where can i",
                                     "ou trouver",
                                     "ou puis je",
                                     "ou dois je",
                                     "code promo",
                                     "discount code",
                                     "promo code",
                                     "code de reduction",
                                     "do i need",
                                     "ai je besoin",
                                     "comment",
                                     "how do",
                                     "how does",
                                     "how can",
                                     "how should",
                                     "how to",
                                     "puis je",
                                     "peut on",
                                     "peut il",
                                     "peut elle",
                                     "peuvent ils",
                                     "est il possible",
                                     "is it possible",
                                     "can i",
                                     "could i",
                                     "may i",
                                     "can my",
                                     "annul*",
                                     "cancel",
                                     "cancelled",
                                     "retour*",
                                     "return*",
                                     "renvo*",
                                     "rembours*",
                                     "refund*",
                                     "modifi*",
                                     "changer",
                                     "change",
                                     "politique",
                                     "policy",
                                     "condition*",
                                     "facture*",
                                     "invoice*",
                                     "garanti*",
                                     "warranty",
                                     "que faire",
                                     "dois je faire",
                                     "should i do",
                                     "do i do",
                                     "what if",
                                     "what happens",
                                     "que se passe t il si",
                                     "delais",
                                     "accept*",
                                     "faut il",
                                     "combien de temps",
                                     "combien de jours",
                                     "how long",
                                     "how many days",
                                     "que signifie",
                                     "que veut dire",
                                     "qu est ce qu*",
                                     "what does",
                                     "what is a",
                                     "what is an",
                                     "procedure",
                                     "horaires",
                                     "opening hours",
                                     "adresse",
                                     "address",
                                     "frais",
                                     "mot de passe",
                                     "password",
                                     "minimum",
                                     "livrez vous",
                                     "do you deliver",
                                     "do you ship",
                                     "gratuit*",
                                     "free",
                                     "document*",
                                     "casse",
                                     "abime",
                                     "broken",
                                     "damaged",
                                     "perdu",
                                     "lost",
                                     "manque",
                                     "missing",
                                     "a partir de quel"};
// Of these a figure is asked for, or which there are.
constexpr std::string_view kThings[] = {
    "produit*", "article*", "client*",      "vente*",    "commandes",  "utilisateur*",
    "compte*",  "inscrit*", "rendez vous",  "place*",    "reference*", "categorie*",
    "modele*",  "product*", "item*",        "customer*", "sales",      "orders",
    "user*",    "account*", "appointment*", "slot*",     "stock"};
constexpr std::string_view kFigure[] = {
    "combien",  "combien de", "nombre",     "nombre de",   "quel",      "quelle",
    "quels",    "quelles",    "total",      "montant",     "liste",     "donne*",
    "montre*",  "affiche*",   "moyenne",    "pourcentage", "part",      "how many",
    "how much", "number of",  "which",      "what",        "list",      "give me",
    "show",     "average",    "percentage", "share",       "are there", "y a t il"};
constexpr std::string_view kData[] = {"how many are",
                                      "are there any",
                                      "vous avez des",
                                      "avez vous des",
                                      "do you have any",
                                      "vendez vous",
                                      "chiffre d affaires",
                                      "revenue",
                                      "turnover",
                                      "plus vendu*",
                                      "best selling",
                                      "se vend*",
                                      "sell best",
                                      "sells best",
                                      "vendu le plus",
                                      "sell the most",
                                      "sells the most",
                                      "en stock",
                                      "in stock",
                                      "stock",
                                      "rupture",
                                      "out of stock",
                                      "sold out",
                                      "epuise*",
                                      "panier moyen",
                                      "average",
                                      "moyen",
                                      "moyenne",
                                      "liste des",
                                      "list the",
                                      "list of",
                                      "list all",
                                      "top",
                                      "meilleur*",
                                      "best",
                                      "par pays",
                                      "by country",
                                      "per country",
                                      "par ville",
                                      "per city",
                                      "par mois",
                                      "mois par mois",
                                      "month by month",
                                      "par client",
                                      "per customer",
                                      "evolution",
                                      "classement",
                                      "rank",
                                      "compar*",
                                      "pourcentage",
                                      "percentage",
                                      "moins de",
                                      "moins cher*",
                                      "plus cher*",
                                      "cheapest",
                                      "most expensive",
                                      "less than",
                                      "under",
                                      "more than",
                                      "entre",
                                      "between",
                                      "disponible*",
                                      "available",
                                      "il vous reste",
                                      "reste t il",
                                      "you have left",
                                      "libre*",
                                      "are free",
                                      "prix",
                                      "tarif",
                                      "price",
                                      "rapporte",
                                      "depense le plus",
                                      "spent the most",
                                      "encore des places",
                                      "ventes"};
constexpr std::string_view kPrice[] = {"coute", "coutent", "how much is", "cost",
                                       "costs", "vaut",    "valent",      "a combien"};
constexpr std::string_view kService[] = {"livraison", "retour", "envoi",   "port",     "delivery",
                                         "shipping",  "return", "returns", "garantie", "warranty"};

}  // namespace

RouteScores routing_words(std::string_view question) {
  const std::string text = spaced(question);
  const auto says = [&](std::span<const std::string_view> phrases) {
    return std::ranges::any_of(phrases, [&](std::string_view each) { return has(text, each); });
  };
  RouteScores scores;
  const std::vector<std::string> numbers = order_numbers(question);
  const bool numbered = !numbers.empty();
  const bool own = says(kOwnOrder);
  const bool bare_number = numbered && std::ranges::count(text, ' ') <= 4 && !says(kThings);
  const bool named = numbered && says(kOrder);
  if (own || says(kOwnPast) || (says(kOrdered) && says(kArrival))) scores.orders += kClear;
  const bool mixed = std::ranges::any_of(numbers, is_mixed);
  if (named || mixed || bare_number) scores.orders += 2 * kClear;
  if (says(kHow)) scores.documents += named || mixed ? kHint : own ? kClear + kHint : kClear;
  if (says(kPrice)) (says(kService) ? scores.documents : scores.data) += kClear;
  if (!own && says(kData)) scores.data += kClear;
  if (!own && says(kThings) && says(kFigure)) scores.data += kClear;
  return scores;
}

DataRoute choose_route(const RouteScores& words, const RouteScores& near) {
  const float documents = words.documents + near.documents;
  // No word of an order: what is merely alike has to be so clearly.
  const float orders = near.orders + (words.orders > 0 ? words.orders : -kHint);
  const float data = words.data + near.data;
  if (orders > documents && orders >= data) return DataRoute::orders;
  return data > documents ? DataRoute::data : DataRoute::documents;
}

std::vector<std::string> order_numbers(std::string_view question) {
  std::vector<std::string> found;
  const std::string text = nfkc(question);
  const std::vector<std::string_view> words = words_of(text);
  for (std::size_t i = 0; i < words.size() && found.size() < kMostNumbers; ++i) {
    const std::string_view word = bare(words[i]);
    const auto digits = std::ranges::count_if(word, is_digit);
    if (digits == 0 || word.size() > kLongestNumber) continue;
    const bool announced =
        words[i].starts_with('#') || (i > 0 && announces_number(fold_accents(bare(words[i - 1]))));
    const bool is_amount = i + 1 < words.size() && is_unit(lower(bare(words[i + 1])));
    const bool likely = digits >= 3 && !is_other_number(word) && !is_amount;
    if ((announced || likely) && std::ranges::find(found, word) == found.end())
      found.emplace_back(word);
  }
  return found;
}

}  // namespace monitora
