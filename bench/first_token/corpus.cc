#include "first_token/corpus.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace bench {
namespace {

constexpr std::array<std::string_view, 30> kProducts = {
    "vélo cargo",        "casque enfant",       "pompe à pied",      "antivol pliant",
    "sacoche arrière",   "éclairage avant",     "siège bébé",        "remorque pliable",
    "pneu hiver",        "selle en cuir",       "compteur sans fil", "batterie de rechange",
    "chargeur rapide",   "gilet réfléchissant", "béquille double",   "porte-bagages",
    "frein à disque",    "chaîne renforcée",    "guidon courbé",     "potence réglable",
    "gants d'hiver",     "housse de pluie",     "trousse à outils",  "rétroviseur pliant",
    "bidon isotherme",   "garde-boue long",     "pédale plate",      "moteur de moyeu",
    "écran de contrôle", "fourche suspendue"};

constexpr std::array<std::string_view, 20> kSubjects = {
    "délai de livraison",        "durée de la garantie",
    "entretien annuel",          "retour sous trente jours",
    "prix de la location",       "poids maximal",
    "montage à domicile",        "remboursement",
    "pièces détachées",          "taille et réglage",
    "couleurs disponibles",      "assurance contre le vol",
    "autonomie par temps froid", "recyclage",
    "paiement en trois fois",    "essai en magasin",
    "mise à jour du logiciel",   "nettoyage",
    "stockage pendant l'hiver",  "certificat de conformité"};

constexpr std::array<std::string_view, 40> kTowns = {
    "Lille",    "Roubaix", "Amiens",      "Rouen",       "Le Havre",        "Caen",     "Rennes",
    "Brest",    "Nantes",  "Angers",      "Tours",       "Orléans",         "Paris",    "Reims",
    "Metz",     "Nancy",   "Strasbourg",  "Mulhouse",    "Dijon",           "Besançon", "Lyon",
    "Grenoble", "Annecy",  "Valence",     "Avignon",     "Marseille",       "Toulon",   "Nice",
    "Bastia",   "Nîmes",   "Montpellier", "Perpignan",   "Toulouse",        "Albi",     "Pau",
    "Bordeaux", "Limoges", "Poitiers",    "La Rochelle", "Clermont-Ferrand"};

constexpr std::array<std::string_view, 12> kMonths = {
    "janvier", "février", "mars",      "avril",   "mai",      "juin",
    "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};

constexpr std::array<std::string_view, 14> kPeople = {
    "l'atelier",           "le service client", "notre transporteur",  "le conseiller",
    "le technicien",       "la boutique",       "l'équipe logistique", "le fabricant",
    "notre partenaire",    "le magasin",        "le réparateur agréé", "la comptabilité",
    "le point de retrait", "l'assureur"};

constexpr std::array<std::string_view, 16> kDeeds = {"confirme la demande par courriel",
                                                     "vérifie le numéro de série",
                                                     "propose un rendez-vous",
                                                     "envoie une étiquette prépayée",
                                                     "remplace la pièce sans frais",
                                                     "établit un devis détaillé",
                                                     "contrôle l'état du produit",
                                                     "prévient la veille par message",
                                                     "rembourse la différence",
                                                     "prête un modèle équivalent",
                                                     "garde le dossier pendant deux ans",
                                                     "remet une attestation signée",
                                                     "prend des photographies",
                                                     "applique le tarif affiché",
                                                     "répond aux questions par téléphone",
                                                     "complète le carnet d'entretien"};

constexpr std::array<std::string_view, 12> kConditions = {
    "si la facture est jointe",
    "à condition que l'emballage soit d'origine",
    "sauf pendant les fêtes",
    "dans la limite des stocks",
    "quelle que soit la date d'achat",
    "pour les clients professionnels aussi",
    "après accord écrit",
    "lorsque le produit a été monté par nos soins",
    "sans minimum de commande",
    "hors îles et zones de montagne",
    "dès réception du colis",
    "tant que le contrat est en cours"};

// Words of either gender fit: no article stands before them.
constexpr std::array<std::string_view, 6> kQuestions = {
    "{1} pour {0} à {2} ?",          "{0} acheté à {2} : {1} ?", "Bonjour, {1} pour {0} à {2} ?",
    "Je suis à {2}, {1} pour {0} ?", "{2} : {1}, {0} ?",         "{1} : {0}, magasin de {2} ?"};

template <std::size_t n>
std::string_view at(const std::array<std::string_view, n>& words, std::size_t index) {
  return words[index % n];
}

}  // namespace

std::vector<Topic> Corpus::topics() {
  std::vector<Topic> all;
  for (const std::string_view product : kProducts)
    for (const std::string_view subject : kSubjects)
      all.push_back({std::string(product), std::string(subject)});
  return all;
}

std::string Corpus::passage(const Topic& topic) {
  std::string text = fmt::format("{} pour {} (référence {}{}-{}). Valable à {} à partir du {} {}.",
                                 topic.subject, topic.product, static_cast<char>('A' + below(26)),
                                 static_cast<char>('A' + below(26)), 1000 + below(9000),
                                 at(kTowns, below(kTowns.size())), 1 + below(28),
                                 at(kMonths, below(kMonths.size())));
  const std::size_t sentences = 5 + below(4);
  for (std::size_t i = 0; i < sentences; ++i) {
    const std::string_view person = at(kPeople, below(kPeople.size()));
    const std::string_view deed = at(kDeeds, below(kDeeds.size()));
    const std::string_view condition = at(kConditions, below(kConditions.size()));
    switch (below(3)) {
      case 0:
        text += fmt::format(" À {}, {} {} sous {} jours, {}.", at(kTowns, below(kTowns.size())),
                            person, deed, 1 + below(60), condition);
        break;
      case 1:
        text += fmt::format(" Prix de {} : {},{:02} euros ; {} {}, {}.", topic.product,
                            5 + below(900), below(100), person, deed, condition);
        break;
      default:
        text += fmt::format(" En {}, {} {}, {}.", at(kMonths, below(kMonths.size())), person, deed,
                            condition);
    }
  }
  return text;
}

std::string question(const Topic& topic, std::size_t number) {
  // Towns, then forms, count through all their pairs for one topic before any comes back.
  const std::size_t round = number / (kProducts.size() * kSubjects.size());
  const std::string_view town = at(kTowns, round);
  const std::string_view form = at(kQuestions, round / kTowns.size());
  return fmt::format(fmt::runtime(form), topic.product, topic.subject, town);
}

}  // namespace bench
