#include "domain/question_lexicon.h"

namespace monitora {

// Words are compared without case and accents and by their stems, so one form of each is enough
// unless the stem changes (livrer, livraison). See question_lexicon.h for the notation.
const std::string_view kFrenchLexicon = R"(
-: le, la, les, l, un, une, des, du, de, d, au, aux, a, en, dans, sur, pour, par, avec, chez, vers, y, ce, cet, cette, ces, c, ca, cela, celui, celle, ceux
-: et, oubien, donc, alors, mais, si, lorsque, comme, ainsi, aussi, bien, tout, tous, toute, toutes, tres, deja, encore, ici, la bas, voici, voila, afin, car, que, qu
-: veuillez, voudrions, voudriez, veulent, savez, savons, dites moi, dis, disent, donnez moi, renseigne, renseignez, indiquez, expliquez, informez, faisait, ferez, ferait, feriez, autorisee, autorises, autorisees, possibles, permise, permises, permettez, permettent, proposez, proposent, proposes, proposee, proposees, disposez, disposent, existent, posseder, possedez, offrez, effectivement, aimerai, souhaiterai, souhaitons, desirez, desirons, demarches, procedures, etapes, modalites, manipulations, methodes, solutions, moyens de, facons, concernent, soient, fussent, auras, aies, ayez, serions, seriez, seraient, auriez, auraient, aurions, pouvait, pourront, pourrons, pourraient, pourrions, puisse, puissent, voulais, voulait, allait, allais, irons, iront, sachant, su, dit, fasse, fassent
-: je, j, me, m, moi, tu, te, t, toi, il, elle, ils, elles, on, nous, vous, se, s, lui, leur, leurs, eux, soi, mon, ma, mes, ton, ta, tes, son, sa, ses, notre, nos, votre, vos
-: toujours
-: automatiquement, entre, jusqu, jusque, faire apres, demarches apres, soi meme, nouveau compte, exactement, environ, plutot, par contre, sinon, or, notamment, uniquement, seulement, vraiment, autour, quant, selon, peu pres, faut il faire
-: a partir, a partir de, cas, en cas, en cas de, lors, au cours, cours de, pendant, concretement, svp merci, je dois, il faut que je, il faudrait que je, il me faut, je cherche a, je cherche, j essaie, j ai besoin
-: quel, quelle, quels, quelles, lequel, laquelle, lesquels, lesquelles, quoi, dont, comment, est ce que, qu est ce que, qu est ce qu, est ce qu
-: suis, es, est, sommes, etes, sont, etre, ete, etait, etais, sera, serai, serez, seront, serait, serais, soit, soient, etant, fut
-: ai, as, avons, avez, ont, avoir, eu, avait, avais, aura, aurai, aurez, auront, aurait, aurais, ayant, aie, ait, aurons
-: vais, vas, va, allons, allez, vont, aller, ira, irai, fait, fais, faire, faites, faisons, font, fera, ferai, faut faire
-: peux, peut, puis, peuvent, pouvons, pouvez, pouvoir, pourrais, pourrait, pourrai, pourra, pourrez, pourriez, possible, possibilite, autorise, permet, permettre, permis, droit de, a le droit, ai le droit, a t on le droit
-: veux, veut, voulons, voulez, voudrais, voudrait, vouloir, souhaite, souhaiter, souhaiterais, desire, desirer, aimerais, aimerait, aimerions, savoir, connaitre, sais, sait, saurais, dire, dites, indiquer, expliquer, renseigner, renseignement, information sur, informer
-: bonjour, bonsoir, salut, merci, svp, stp, s il vous plait, s il te plait, plait, monsieur bonjour, madame bonjour, cordialement, excusez, pardon, euh
-: actuellement, maintenant, moment, en ce moment, aujourd hui meme, exactement, vraiment, simplement, facilement, rapidement, directement, egalement, necessairement, jamais eu, quelque chose, ailleurs
-: propose, proposer, disposer, dispose, exister, existe, t il, posseder, possede, offrez vous, prevu, prevoyez, comprendre bien, arrive que, s agit, concerne, concernant, au sujet, a propos
-: demarche, procedure, marche a suivre, etape, processus, modalite, manipulation, comment s y prendre, comment ca marche, comment ca se passe, se passer, se deroule, derouler, fonctionnement, facon, maniere, moyen de, methode, solution, astuce
-: que faire, que dois je faire, qu est ce que je dois faire, que faut il faire, que faut il, quoi faire, comment dois je, comment faut il, besoin de savoir, a faire, a quoi sert, c est quoi, qu est ce que c est
~site: site, site internet, site web, plateforme, page, espace client, en ligne, sur internet, internet
~version: version
~record: dossier, dossiers
~here: boutique physique, magasin physique, point de vente, etablissement, bureau, bureaux, siege, enseigne, magasins, mairie, hotel, musee, clinique, cabinet, agence, chez vous, sur place, boutique, magasin, lieu, endroit, votre entreprise, societe, structure, locaux
!site here
~client: client, clientele, consommateur, personnel, usager, utilisateurs
~subject: logiciel, application, appli, app, outil, programme informatique, service, produit
~declare: declarer, declaration, signaler
~policy: politique, conditions, condition, regle, regles, reglement
?light: circuler, rouler, sortent, poser, adresser, montrer, rejoindre, tomber, tombe, ouvrir droit, donne droit, donner droit, entreprendre, beneficie, lire, remplir, etablir, aborder, permettre, compter, prevoir, falloir, essayer de, oser, finir par, rediger, souscrire a, participer, appartenir, suivre procedure, indique, indiquer, concerner, mener, passe, passent, prendre, prends, prenez, prend, pris, mettre, mets, met, mettez, laisser, tenir, tient, tiennent, venir, viens, vient, venez, viennent, venu, devenir, deviens, devient, pratiquer, organiser, effectuer, realiser, proceder, accomplir, conclure, bosser, occuper, donner, presenter, passer, reussir, commencer par, penser, conseiller de, gerer, traiter, interesser
~self: quelqu un, personne, gens
@individual: particulier
~various: certain, divers, propre, quelques, normal, habituel, utile, precis, detaille, rapide, actuel, actuelle, affiche, affichee
~accept: accepter, acceptez, admettre, admis, acceptes, autoriser, bienvenu, tolerer, venir avec, prenez vous, prendre en charge, prise en charge
~get: obtenir, acceder, acces, recuperer, retirer, telecharger, trouver, se procurer, procurer, demander, demande, solliciter, consulter, voir, retrouver, chercher, faire un, recherche, visualiser, disposer d, delivrer, toucher, visionner, prendre connaissance, visible, emporter
>accept pay
price: prix, tarif, cout, couter, coutent, coutera, coutait, combien coutent, combien coute, combien faut payer, combien doit payer, combien vaut, combien est, combien ca fait, a combien, montant, combien faut verser, combien payer, combien demande, combien prend, combien s eleve, eleve a, s eleve, combien est facture, combien facture, combien sont factures, revenir a combien, frais, honoraire, tarification, grille tarifaire, somme, s eleve, s elevent, s elever
>price pay
free: gratuit, gratuitement, offert, offerte, sans frais, sans payer, gratuite, franco
summer: d ete, l ete, en ete, cet ete, estival
proxy: procuration
found: ai trouve, avons trouve, a trouve
duration: duree, combien temps, dure, durer, delai, temps, longtemps, combien jour, combien de jours, combien mois, combien heures
delay: delai, combien temps, dans combien temps, en combien temps, sous combien temps, sous combien jour, quand, attente, attendre, temps attente, rapidite, date, combien jour, rapidement, au bout de combien, a partir quand
date: date, quand, quel jour, a quelle date, jour, a partir quand, depuis quand, calendrier, moment, periode
hours: horaire, heures ouverture, horaires ouverture, quelle heure, quand, heures, heure, jours ouverture, plage horaire
>hours open
>book advance
>expiry use
>get buy
>return item
>exchange item
>refund item
>track deliver
>carrier order
>carrier deliver
>not_received received
>plan phone
>mobile_app phone
>wifi network
>included price
>results test
>deliver order
>delivery_address order
>warranty item
>stock item
>restock item
>promo order
>accept card
>rent housing
>appraisal price
>install appliance
>damaged received
>join association
>donate association
>volunteer association
>canteen school
>backup data
>store_data data
>birth_certificate get
>login account
>signup account
>install subject
>discount price
>price discount
payable: payant, payante, facturez vous, facture t on
>price payable
open: ouvrir, ouvert, ouverture, ouvre, ouvrez
closed: fermer, ferme, fermeture, fermez
+ jusqu quelle heure ouvert: hours closed
+ jusqu quelle heure ouverte: hours closed
+ heures fermeture: hours closed
place: adresse, ou se trouve, ou situe, situe, localisation, ou, lieu, emplacement, endroit, ou se situe, ou trouver, ou etes, dans quel endroit, coordonnees postales, quel lieu, localise
where: ou
>get where
>get received
>delay received
who: qui, quelle personne, quelle entreprise, responsable
why: pourquoi, raison, pour quelle raison, cause, motif, comment ca se fait, comment se fait
count: combien, nombre, quantite, limite de nombre, combien y a, effectif
max: maximum, maximal, au plus, plafond, limite, au maximum, max
min: minimum, minimal, au moins, au minimum, minimale, minimum requis, requise
needed: obligatoire, necessaire, faut il, faut, dois, doit, devoir, oblige, besoin, exiger, exige, requis, indispensable, obligation, imperatif, devrais, dois je, necessite, falloir, devons
+ ai besoin: needed
not: pas, jamais, aucun, aucune, rien, ni, non, ne plus, n plus, n ai plus, n est plus, n a plus, n ont plus
+ pourquoi pas:
+ n est ce pas:
without: sans, hors, exclu, sauf, excepte
before: avant, prealable, au prealable
advance: a l avance, par avance, en avance, d avance, anticipe, anticipation
after: apres, suite a, une fois, a la suite
documents: document, papier, quelles pieces, pieces a fournir, pieces fournir, pieces necessaires, pieces demandees, justificatif, pieces justificatives, pieces fournir, quoi apporter, dossier a fournir, documents a fournir, documents necessaires, que faut apporter, qu apporter, apporter, fournir, joindre au dossier, piece a joindre, amener, emmener, prendre avec moi
broken: n arrive pas, impossible, ne marche pas, ne marche plus, ne fonctionne pas, ne fonctionne plus, marche pas, marche plus, fonctionne pas, fonctionne plus, panne, en panne, hs, hors service, defaut, defectueux, defaillant, ne va plus, bug, plante, planter, probleme, souci, dysfonctionnement, bugger, ne s allume plus, ne repond plus
works: marcher, fonctionner, marche, fonctionne, compatible, compatibilite, tourner
>works start
impossible: impossible, n arrive pas, arrive pas, n arrive plus, ne peux pas, ne peux plus, ne parviens pas, peux pas, incapable, echec, n y arrive pas, difficulte, du mal
damaged: casse, abime, endommage, deteriore, brise, defectueux, mauvais etat, raye, en morceaux, fissure
missing: manquer, manque, manquant, incomplet
lost: perdre, perdu, perte, egarer, egare, ne retrouve plus, retrouve plus
forgotten: oublier, oublie, oubli, ne me souviens plus, souviens plus, ne me rappelle plus
+ mot passe oublie: password reset
+ oublie mot passe: password reset
+ oubli mot passe: password reset
+ perdu mot passe: password reset
+ ne souviens plus mot passe: password reset
+ changer mot passe oublie: password reset
reset: reinitialiser, reinitialisation, reinitialise
+ recuperer mot passe: password reset
+ changer mot passe: password reset
+ nouveau mot passe: password reset
stolen: vol, voler, vole, derobe, cambriole, cambriolage
late: retard, tarder, en retard, tardif
use: utiliser, utilisation, utilise, appliquer, saisir, entrer, beneficier, profiter, se servir, servir, employer, mettre, rentrer, usage, faire jouer, jouer, ajouter
>use where
~means: mode, moyen, type, option, methode, choix
deliver: livrer, livraison, expedier, expedition, envoyer, envoi, acheminer, port, acheminement, distribuer
+ frais port: price deliver
+ recevoir commande: order deliver
+ recevoir colis: order deliver
+ livre: deliver
not_received: pas recu, jamais recu, toujours pas recu, pas encore recu, pas arrive, toujours pas arrive, jamais arrive, n est pas arrive, rien recu, pas encore arrive, n arrive pas colis, ne recois pas, recois pas, ne recois plus, recois plus, mail n arrive pas, confirmation n arrive pas, toujours rien recu
received: recu, recue, arrive, recois, recevoir, recoit, recevez, recevra, recevrai, reception, receptionner
carrier: transporteur, qui livre, livreur, societe de livraison, compagnie de transport
home: domicile, chez moi, a la maison, chez soi, a domicile, mon logement
return: retourner, renvoyer, rendre, retour, retours, renvoi, restituer
refund: rembourser, remboursement, recuperer argent, rendre argent, remboursable
>get refund
exchange: echanger, echange, troquer
withdraw: retractation, retracter, changer d avis, change d avis, se retracter
order: commande, colis, paquet, commander, achat
+ passer commande: order
+ faire commande: order
track: suivre, suivi, ou en est, en est, ou est commande, ou est colis, avancement, tracer, localiser, etat d avancement, tracking, suivi de
+ ou est commande: track order
+ ou est colis: track order
+ ou se trouve commande: track order
+ ou se trouve colis: track order
+ statut commande: track order
association: association, asso
item: article, produit, materiel, marchandise, objet
buy: acheter, achat, acquerir, vendez vous, achete
~available: vendez vous, en vente, a la vente, disponible, libre
sell: vendre, revendre
pay: payer, paiement, regler, reglement, verser, versement, acquitter, regle
+ moyens paiement: pay
+ mode paiement: pay
+ methode paiement: pay
+ solution paiement: pay
+ type paiement: pay
+ regler facture: pay invoice
card: carte, carte bancaire, carte bleue, cb, carte de credit, carte credit, carte paiement, carte de paiement
instalments: plusieurs fois, en plusieurs fois, echelonner, echelonne, paiement fractionne, fractionner, mensualite, facilite paiement, facilites de paiement, x fois, etaler, echeancier
monthly: mensuel, mensuellement, tous les mois, par mois, chaque mois, au mois, mensualise, mensualisation
yearly: annuel, annuellement, par an, a l annee, tous les ans, chaque annee, d un an, a l an, annee
weekly: hebdomadaire, par semaine, chaque semaine, toutes les semaines
daily: quotidien, par jour, chaque jour, tous les jours
cash: especes, liquide, en liquide, argent liquide, cash
promo: code promo, code promotionnel, code reduction, bon de reduction, coupon, code avantage, bon d achat
discount: reduction, remise, rabais, tarif reduit, prix reduit, tarif preferentiel, promotion, promo, ristourne, offre speciale, bon plan
sales: solde, promotion, promotions, offres en cours, promos, offre en cours
loyalty: fidelite, programme fidelite, carte fidelite, points fidelite, avantages fidelite
giftcard: carte cadeau, cheque cadeau, bon cadeau
giftwrap: emballage cadeau, paquet cadeau, papier cadeau, emballer cadeau, emballez cadeaux, emballez les cadeaux
give: offrir, faire cadeau, cadeau
donate: don, donner, faire un don, soutenir financierement, donner argent
invoice: facture, facturation
quote: devis, chiffrage
cancel: annuler, annulation
terminate: resilier, resiliation, mettre fin, arreter, cesser, stopper, desabonner, mettre un terme, interrompre, desabonnement, rompre, ne plus recevoir, desactiver, desactivation
pause: suspendre, suspension, pause, mettre en pause, geler
change: changer, modifier, modification, changement, mettre a jour, rectifier, corriger, remplacer, editer, passer a
move_date: deplacer, reporter, decaler, repousser, report
add: ajouter, ajout, rajouter, inclure
invite: inviter, ajouter utilisateur, ajouter collegue
remove: supprimer, suppression, effacer, enlever, efface
+ retirer de: remove
+ fermer compte: remove account
+ cloturer compte: remove account
+ cloture compte: remove account
+ fermeture compte: remove account
restore: restaurer, retablir
+ recuperer fichier: restore file
+ recuperer efface: restore remove
+ recuperer supprime: restore remove
+ recuperer donnees: restore data
block: bloquer, blocage, verrouiller, bloque
update: mise a jour, mettre a jour, derniere version, actualiser
install: installer, installation, mise en place, mettre en place, configurer, parametrer, installe
activate: activer, activation, mettre en service, mise en service, mettre en place
login: connecter, se connecter, connexion, identifier, authentifier, acceder a mon compte
+ connecter compte: login
+ connecter a mon compte: login
+ acces a mon compte: login
sync: synchroniser, synchronisation, connecter, relier, lier, integrer, integration
twofactor: double authentification, deux facteurs, authentification forte, authentification deux facteurs, validation en deux etapes, 2fa
account: compte, compte bancaire, compte client, compte utilisateur, profil
signup: inscrire, ouvrir compte bancaire, ouvrir nouveau compte, ouvrir un compte, souscrire, inscription, creer compte, creation compte, ouvrir compte, enregistrer, ouverture compte
join: adherer, adhesion, devenir membre, devenir adherent
password: mot passe, mdp, identifiants
email: e mail, email, mail, courriel, courrier electronique, adresse mail, adresse e mail, adresse electronique, messagerie, adresse email
newsletter: newsletter, lettre information, mails publicitaires, publicite, infolettre, actualites mail, mails promotionnels, vos mails, vos emails
phone: telephone, numero telephone, portable, mobile, smartphone, tel, telephonique
contact: contacter, joindre, joignable, appeler, telephoner, numero, contact, parler a, rappeler, numero telephone, coordonnees
+ numero appeler: contact
+ numero joindre: contact
+ numero telephone: contact
+ telephone: phone contact
support: service client, service clientele, sav, assistance, support, hotline, conseiller, service apres vente, apres vente, aide en ligne, relation client, conseillere
human: humain, conseiller, vraie personne, agent, parler a quelqu un, parler a une personne, parler a un conseiller, parler avec quelqu un
appointment: rendez vous, rdv, prendre rendez vous, prise de rendez vous, consultation, rencontrer, creneau, rencontre
+ prendre rdv: appointment
delivery_address: adresse livraison, adresse d expedition
report: signaler, signalement, declarer, declaration, prevenir, avertir, en parler, alerter, informer
complaint: reclamation, plainte, se plaindre, contester, contestation, litige, recours, mecontent
review: avis, commentaire, temoignage, note
warranty: garantie, garanti
insured: couvert, couvrir, couverture, pris en charge, prise en charge, garanti, assure, couvre
>insured insure
>insured contract
>beneficiary contract
>renew contract
>insure contract
compensate: indemniser, indemnise, indemnisation, dedommager, dedommagement, compensation
insure: assurer, assurance, assureur
contract: contrat, police d assurance
renew: renouveler, renouvellement, reconduire, reconduction, tacite reconduction, prolonger, nouvelle
claim: sinistre
mutual: mutuelle, complementaire sante, complementaire
restock: de nouveau disponible
absent_visit: ne s est pas presente
number: numero
stock: stock, en stock, disponible, dispo, disponibilite, rupture, reapprovisionner, de retour en stock, nouveau disponible
+ retour stock: restock
+ nouveau disponible: restock
+ reapprovisionnement: restock
+ nouveau en stock: restock
size: taille, pointure
choose: choisir, choix, choisis, selectionner, quelle prendre
used: occasion, seconde main, reconditionne, deuxieme main
made: fabriquer, fabrique, fabrication, produire, produite, produits en france, confectionne
origin: origine, provenance, provenir, d ou vient, d ou viennent, ou viennent, ou vient
takeback: reprendre, reprise, reprenez, reprend, debarrasser
+ recuperer ancien: takeback old
+ recuperer vieux: takeback old
+ recuperez ancien: takeback old
+ recuperez vieux: takeback old
+ enlever ancien: takeback old
+ emporter ancien: takeback old
old: ancien, vieux, usage, usagee
pickup: retrait, click and collect, click collect, venir chercher, aller chercher
+ retirer commande: pickup order
+ recuperer commande: pickup order
+ retirer colis: pickup order
+ recuperer colis: pickup order
>pickup order
safe: securise, securite, fiable, confiance, risque, danger, dangereux
data: donnees, informations, infos, coordonnees, donnees personnelles, informations personnelles, renseignements personnels
privacy: politique confidentialite, confidentialite, vie privee, rgpd, protection donnees, donnees personnelles
store_data: heberger, hebergement, stocker, stockage, conserver, heberge, stocke
storage: stockage, espace stockage, espace disque, espace
backup: sauvegarde, sauvegarder, backup
file: fichier
trial: essai, essayer, tester, test, decouverte, decouvrir, seance essai, cours essai, periode essai, demo, demonstration
plan: formule, offre, forfait, abonnement, plan, pack
subscription: abonnement, abonner, souscription, abonne
commitment: engagement
dues: cotisation
>join dues
difference: difference, comparer, comparaison, de plus, apporte de plus, distinguer, distinction
training: formation, former, formez, cours, stage
language: langue
user: utilisateur, collegue, collaborateur, membre, licence
offline: hors ligne, hors connexion, sans internet, sans connexion, sans reseau, sans connexion internet
mobile_app: application mobile, version mobile, application telephone, application smartphone, appli mobile, appli telephone, application pour telephone, app mobile
requirements: configuration requise, configuration minimale, configuration, prerequis, materiel, quel ordinateur, materiel minimum
crash: plante, planter, se ferme, ferme tout seul, crash, se bloque, freeze, fige
start: demarrage, lancement, demarrer, lancer, commencer, debut, debuter, demarre, commence, rentree
finish: finir, terminer, fin, s achever
print: imprimer, impression
logo: logo, personnaliser, personnalisation, personnalise
permission: autorisation, permis construire, permis de construire, declaration prealable
id_card: carte identite, cni, piece identite, carte nationale identite
birth_certificate: acte naissance, extrait naissance, extrait acte naissance
death: deces, mort, deceder, deuil
birth: naissance, naitre, avoir un bebe, d avoir bebe
wedding: mariage, marier, se marier
civil_union: pacs, pacser, se pacser
vote: voter, listes electorales, liste electorale, inscrire listes electorales
+ inscrire listes electorales: signup vote
election: election, scrutin, municipales, vote
waste: poubelle, ordure, dechet, eboueur, ramassage, collecte, ordures menageres
recycling: dechetterie, decheterie, recyclerie
bulky: encombrant, vieux meubles, gros objets
school: ecole, scolaire, scolarite
canteen: cantine, restauration scolaire
nursery: creche, garde d enfant, assistante maternelle
leisure_center: centre loisirs, centre aere, accueil de loisirs, centre de loisirs
party_hall: salle fetes, salle polyvalente, salle communale
library: bibliotheque, mediatheque
pool: piscine
downtown: centre ville, centre, coeur de ville, hypercentre
parking: parking, stationnement, se garer, garer, stationner, place de parking, parc de stationnement, me garer, place parking
housing: logement, appartement, habitation
social_housing: logement social, hlm, logements sociaux
proof_address: justificatif domicile, attestation domicile, attestation residence, certificat residence
certificate: attestation, certificat, justificatif
urbanism: plu, plan local urbanisme, urbanisme
noise: bruit, tapage, nuisance sonore, bruyant, vacarme
bothers: derange, gener, deranger
@neighbour: voisin, voisinage
help: aide, aider, subvention, allocation, soutien
volunteer: benevole, benevolat, aider association, donner de mon temps
@seniors: personne agee, senior, retraite, troisieme age, aine, ainee, personnes agees
@young: jeune, adolescent
@minor: mineur
@student: etudiant, etudiante
@child: enfant, gamin, bambin, gosse
@son: fils, garcon
@daughter: fille
@adult: adulte, majeur
@baby: bebe, nourrisson, nouveau ne
@man: homme, masculin, monsieur
@woman: femme, feminin, madame
~patients: patient, malade
@doctor: medecin, docteur, generaliste, praticien, dr
dentist: dentiste, chirurgien dentiste
@client: client, clientele, visiteur
@user: utilisateur
@guardian: parent, tuteur
@father: pere, papa
@mother: mere, maman
@brother: frere
@sister: soeur
@friend: ami, amie, copain
@seller: vendeur, commercant
@buyer: acheteur, acquereur
@supplier: fournisseur, prestataire
@director: directeur, dirigeant, gerant
@lawyer: avocat
@notary: notaire
@heir: heritier
@holder: titulaire
@manager: manager, responsable hierarchique
@nurse: infirmier, infirmiere
@tenant: locataire
@owner: proprietaire, bailleur
@driver: conducteur, chauffeur
@employer: employeur, patron
@employee: salarie, employe
@teacher: professeur, prof, enseignant
@pupil: eleve, ecolier
@admin: administrateur
@mayor: maire
@relative: proche, accompagnant, membre de la famille, accompagner, accompagne
@spouse: conjoint, mari, epouse, epoux
@business: entreprise, professionnel, societe, pros, b2b, personne morale
disabled: handicape, handicap, fauteuil roulant, mobilite reduite, pmr, fauteuil, handicapee
accessible: accessible, accessibilite, acceder
dog: chien
animal: animal, animaux, animal de compagnie
hospital: hospitalisation, hospitalise, hopital, hospitaliser
surgery: operation, intervention, chirurgie, operer
blood_test: prise sang, prelevement sanguin, analyse sang, bilan sanguin, prise de sang, analyse de sang
fasting: jeun, a jeun, sans manger
test: analyse, analyses, examen
results: resultat, analyses, resultats analyses, resultat analyse, compte rendu
prescription: ordonnance, prescription
medicine: medicament, traitement
vaccine: vaccin, vacciner, vaccination
side_effects: effet secondaire, effets indesirables, effet indesirable
visit: visite, visiter, rendre visite
emergency: urgence, urgent
teleconsultation: teleconsultation
video: video, visio, visioconference
+ consulter video: teleconsultation
+ consultation video: teleconsultation
+ consultation distance: teleconsultation
health_insurance: securite sociale, secu, assurance maladie, cpam
vital_card: carte vitale
third_payer: tiers payant, avancer frais, avance frais
sector: secteur
~agreed: conventionne, convention
transit: transports commun, bus metro, metro bus, transport en commun, bus ou metro, tramway
x_ray: radio, radiologie, radiographie
record_copy: copie dossier
room: chambre
single: individuel, individuelle, seul, seule, simple
lunch: dejeuner
dinner: diner
eat: manger, repas, restauration, restaurant
outside: terrasse, dehors, exterieur
vegetarian: vegetarien, vegetarienne, sans viande
menu: menu, plat, repas, option, formule
+ a la carte: menu
book: reserver, reservation, retenir, booker
private_event: privatiser, privatisation, tout restaurant
birthday: anniversaire
shower: douche, se doucher
changing: vestiaire, se changer
job: emploi, recruter, recrutement, offre emploi, poste, travailler chez vous, recrutez vous, embaucher, job, carriere, recrute
apply: postuler, candidature, cv, candidater, envoyer cv, curriculum
tax_deduction: deductible impots, reduction impot, deduction fiscale, defiscalise, deductible, credit impot, avantage fiscal
age: age
+ a partir quel age: min age
+ des quel age: min age
+ age minimum: min age
+ age minimal: min age
+ age requis: min age
+ quel age faut: min age
+ jusqu quel age: max age
+ age maximum: max age
+ age limite: max age
beginner: debutant, niveau debutant, debutante, novice
fits: adapter, convenir, conviennent, adapte, convient
wash: laver, lavage, nettoyer, nettoyage, entretenir, entretien
holiday: ferie, jours feries, jour ferie
weekend: week end, samedi et dimanche, fin de semaine
night: nuit, nocturne, 24 h, 24h 24, toute la nuit
wifi: wifi, wi fi, reseau wifi, wi-fi
fee: frais
late_cancel: annulation tardive
terms: conditions generales, cgv, cgu, conditions vente, conditions generales de vente, conditions d utilisation
prerequisites: prerequis, conditions admission, conditions d admission, conditions requises, criteres
price_list: grille tarifaire
rent: louer, location, loyer
deposit: caution, depot garantie, depot de garantie
down_payment: acompte, arrhes
notice: preavis, conge
loan: pret, credit, emprunt, emprunter
money: argent
transfer: virement, virer
+ envoyer argent: transfer
iban: rib, iban, releve identite bancaire, coordonnees bancaires
cheque: cheque
chequebook: chequier, carnet de cheques
overdraft: decouvert
limit: plafond, limite
raise: augmenter, relever, hausse, augmentation, monter
lower: baisser, diminuer, reduire, diminution, baisse
interest: taux, taux interet, rapporter, rendement
abroad: etranger, international, hors france, a l etranger
ticket: billet, ticket, titre transport, carte transport, carte de transport
fine: amende, contravention, pv, proces verbal
train: train
bus: bus, autobus, car
first: premier, premiere, 1er, 1ere
last: dernier, derniere
departure: depart, part, liberer, check out, heure depart, s en aller
+ quitter chambre: departure
+ liberer chambre: departure
+ rendre chambre: departure
+ rendre cles: departure
arrival: arrivee, arriver, check in, arrive
+ acceder a chambre: arrival
+ chambre disponible: arrival
+ prendre possession: arrival
luggage: bagage, valise, sac
trip: trajet, voyage, parcours, voyager
fiber: fibre, fibre optique
eligible: eligible, eligibilite
slow: lent, lenteur, faible debit, debit faible, rame
speed: debit, vitesse
box: box, modem, routeur
reboot: redemarrer, relancer, rebooter
move_house: demenager, demenagement, changer logement, change logement
power: electricite, courant
outage: coupure, panne, plus de courant
meter: compteur
breakfast: petit dejeuner
+ en plus: not included
included: inclut, inclue, comprises, inclus, compris, comprise, inclure, incluse, comprend, comprennent, incluent
>included price
aircon: climatisation, climatise, clim
shuttle: navette, transfert
far: loin, distance, eloigne
near: pres, proche, proximite
smoke: fumer, fumeur
exam: examen, epreuve
grant: bourse
admission: admission, admis
diploma: diplome
remote: distance, a distance, distanciel, en ligne
telework: teletravail, travailler de chez soi, travail a domicile
payslip: bulletin paie, fiche paie, bulletin salaire, fiche salaire
salary: salaire, paie, remuneration
leave: conges, vacances
+ billet entree: entrance
+ ticket entree: entrance
+ billets entree: entrance
entrance: entree
photo: photo, photographier, photographie, selfie
guided: guidee, guide, guidage, commentee, accompagnee
@pdf: pdf
@word: word
@excel: excel
@csv: csv
@euro: euro, eur
@dollar: dollar, usd
@pound: livres sterling
bio: bio, biologique
us: etats unis, usa
uk: royaume uni, angleterre, grande bretagne
germany: allemagne, allemand
english: anglais, anglaise, langue anglaise
spanish: espagnol, espagnole
french: francais, francaise, langue francaise
car: voiture, vehicule, auto, automobile
+ tarif groupe: discount group
+ tarif reduit: discount
+ visiter appartement: visit housing
+ quelle taille: size choose
+ quelles tailles: size choose
+ taille choisir: size choose
+ taille prendre: size choose
+ guide taille: size choose
+ qui appeler: contact
+ qui contacter: contact
+ qui prevenir: report
+ place creche: nursery signup
+ limite nombre: count
+ location voiture: rent car
+ pret immobilier: loan property
+ credit immobilier: loan property
+ emprunter acheter: loan property
+ pret maison: loan property
+ emprunt immobilier: loan property
property: immobilier, immobiliere, bien
motorbike: moto, deux roues
bike: velo, bicyclette
accident: accident, accrochage, collision, choc
+ porter plainte: complaint police
+ deposer plainte: complaint police
+ depot plainte: complaint police
burglary: cambriolage, cambriole, effraction
water_damage: degat des eaux, degats des eaux
leak: fuite
glass: bris de glace, bris glace, pare brise, vitre
excess: franchise, reste a charge
beneficiary: beneficiaire, ayant droit
statement_form: constat, constat amiable
glasses: lunettes, verres correcteurs, optique
waiting_period: delai de carence, carence, periode de carence
life: vie
breakdown_help: depannage, depanner, remorquage, remorquer
refused: refuser, refuse, rejet, rejete, decline, refus
>oppose card
>limit card
>secret_code card
>safe card
>block card
oppose: opposition, faire opposition
bank_block: mettre en opposition
bonus: bonus, malus, bonus malus, coefficient bonus
open_account: ouvrir compte bancaire
advisor: conseiller bancaire, gestionnaire
branch: agence bancaire, succursale
secret_code: code secret, code confidentiel, code pin, pin, code carte
joint: joint, commun, a deux
early: anticipe, avance, plus tot, par anticipation
+ par anticipation: early
+ en avance: early
+ a l avance: early
settle: solder, rembourser pret, remboursement pret, rembourser credit
cash_in: encaisser, encaissement, deposer cheque
statement: releve
spend: depenser
temporary: temporairement, temporaire, provisoire, momentanement
message: message, sms, texto
scam: arnaque, fraude, suspect, phishing, hameconnage, escroquerie, frauduleux, bizarre
savings: epargne, livret
invest: placer, placement, investir, investissement
timetable: emploi du temps, planning
disrupted: perturbe, perturbation, travaux, interrompu, trafic
line: ligne de metro, ligne de bus
+ ligne: line
lost_property: objets trouves, objet perdu, objet oublie, oublie dans
socket: prise electrique, prises electriques, recharger telephone, recharger, brancher
airport: aeroport
station: gare
seat: siege, fauteuil reserve
return_trip: aller retour
alone: seul, seule, non accompagne, sans accompagnateur
accompany: accompagne de
topup: recharger carte, rechargement, crediter
connection: connexion internet, internet ne marche
+ plus internet: connection broken
+ pas internet: connection broken
+ plus de connexion: connection broken
+ connexion internet marche: connection works
+ connexion internet ne marche: connection broken
+ connexion internet ne fonctionne: connection broken
+ internet ne marche: connection broken
+ internet ne fonctionne: connection broken
+ plus d image: tv broken
+ plus electricite: outage power
+ plus courant: outage power
+ panne courant: outage power
+ panne electricite: outage power
+ coupure courant: outage power
+ coupure electricite: outage power
tv: television, tele, televiseur
keep: garder, conserver, conservation, maintenir
fresh: frais, frigo, refrigerateur
operator: operateur
sim: sim, carte sim
remaining: reste, restant, restent, consommation
usage: consommer, consommation, conso
technician: technicien, depanneur, intervention technicien, installateur
+ n est pas venu: absent_visit
+ pas venu: absent_visit
+ personne venu: absent_visit
+ jamais venu: absent_visit
rename: renommer, changer nom, rebaptiser
network: reseau
spam: indesirable, demarchage, demarchage telephonique, spam, publicitaire
contacts: contacts, carnet d adresses, repertoire
copy: copier, transferer, transfert, migrer, deplacer vers
heating: chauffage, chauffer
crib: lit bebe, lit pour bebe, lit parapluie, berceau
bed: lit
luggage_room: consigne, bagagerie, garder bagages, laisser bagages
tourist_tax: taxe sejour, taxe de sejour
stay: sejour, sejourner
reception: reception hotel, accueil
family: famille, familial, familiale
sea: mer, plage
meter_reading: index, releve compteur, relever compteur, lire compteur, releve de compteur
kwh: kwh, kilowattheure, kilowatt heure
gas: gaz
smell: odeur, sentir, sent, sentez
off_peak: heures creuses, heure creuse
green: verte, vert, renouvelable, ecologique, durable
power_rating: puissance
explain: comprendre, expliquer, lire, signification
energy_check: cheque energie
tuition: frais de scolarite, frais scolarite, frais inscription
fund: financer, financement, prise en charge
cpf: cpf, compte formation
competition: concours
class: classe
absent: absence, absent, absente
outlets: debouche, metier, carriere
campus: campus, cite universitaire, residence universitaire, residence etudiante
lodge: loger, hebergement, logement etudiant
stroller: poussette
coat: manteau, vetement, veste
audioguide: audioguide, audio guide
appraisal: estimer, estimation, evaluer, evaluation, expertise
agency_fee: honoraires agence, commission, frais agence
charges: charge, charges locatives
building: immeuble, copropriete, residence
give_notice: donner conge, donner preavis
candidate: postuler, candidater, candidature
wage_day: jour de paie, virement salaire, salaire verse
zone: zone, secteur geographique, ville, region, perimetre, desservir, intervenir ou
assembled: monte, assemble, montage, assembler, monter
sample: echantillon
shown: expose, exposition, showroom
area_code: code postal
expiry: valable, validite, valide, expirer, expiration, jusqu quand, perime, date limite
+ jusqu quand: expiry
mistake: tromper, trompe, erreur, mauvais, mauvaise, se tromper
callback: rappeler, etre rappele, rappelle, rappel telephonique
group: groupe
vat: tva
company_number: siret, siren, kbis
weight: poids, peser, pese
dimensions: dimension, mesure, mesurer, longueur largeur
colour: couleur, coloris, teinte
composition: composition, ingredient, compose, contient, contenir
allergy: allergene, allergie, allergique
gluten: gluten
halal: halal
alcohol: alcool
battery: batterie, autonomie
manual: notice, mode d emploi, manuel
spare: piece detachee, pieces detachees, piece de rechange
repair: reparer, reparation, depanner
appliance: appareil, electromenager
mattress: matelas
furniture: meuble, mobilier
sofa: canape
clothes: vetement, habit
shoes: chaussure
fast_delivery: express, en urgence, rapide livraison, chronopost, 24h
relay: point relais, relais colis, relais
locker: consigne automatique, casier
tracking_number: numero de suivi, numero suivi
+ numero suivi: track number
customs: douane, droits de douane, frais de douane
world: monde, partout, international
preorder: precommande, precommander
wishlist: liste de souhaits, favoris, liste d envies
basket: panier
notification: notification, alerte
transfer_contract: transferer contrat, transfert contrat
import: importer, importation, import
export: exporter, exportation, export, extraire
api: api
upload: televerser, charger, envoyer fichier, mettre en ligne
share: partager, partage
screen: ecran
dark: mode sombre, theme sombre
calendar: agenda, calendrier
support_hours: heures support
sla: sla, niveau de service
server: serveur
country: pays
+ dans quel pays: place
+ quel pays: place
respect: conforme, respecter, conformite, compatible avec rgpd
rgpd: rgpd
opensource: open source
news: nouveaute, quoi de neuf, quoi nouveau, nouveau dans, nouveautes, changements
+ y nouveau: news
pro: pro, premium
council: conseil municipal
police: police, commissariat
firefighters: pompier
street: rue, trottoir, voirie
streetlight: lampadaire, eclairage public, eclairage
hole: nid de poule, trou
tree: arbre, haie
garden: jardin
shed: abri jardin, abri de jardin, cabanon
burn: bruler, feu, brulage
signature: signature, signer
legalise: legaliser, legalisation, certifier
grave: concession, cimetiere, tombe
sport: sport, sportif
gym: gymnase, salle de sport, fitness
room_hire: louer salle, location salle
+ louer salle fetes: party_hall book
+ reserver salle fetes: party_hall book
+ location salle fetes: party_hall book
+ reservation salle fetes: party_hall book
market: marche forain, marche
tax: taxe, impot
budget: budget
work: travailler, travail, bosser
register_vote: inscription electorale
physio: kine, kinesitherapeute
midwife: sage femme
specialist: specialiste
hearing: audition, auditif
pregnant: enceinte, grossesse, femme enceinte
breastfeed: allaiter, allaitement
pain: douleur, mal, douloureux, souffrir, souffre
fever: fievre, temperature
pharmacy: pharmacie
generic: generique
sick_leave: arret travail, arret maladie, arret de travail
blood: sang, sanguin
anaesthesia: anesthesie
mri: irm
scan: scanner
ultrasound: echographie
waiting_room: salle attente
team: equipe
schedule_class: horaire cours
level: niveau
lesson: cours, lecon, seance
coach: coach, entraineur
locker_room: vestiaire
pool_lane: couloir
dish: plat
table: table
brunch: brunch
takeaway: a emporter
kids_menu: menu enfant, menu pour enfant
highchair: chaise haute
event: evenement, fete, feter, celebrer
guest: invite, invitation
sponsor: parrainer, parrainage
receipt: recu fiscal
statute: statut, statuts
meeting: reunion, assemblee
minutes: compte rendu, proces verbal
training_course: stage, formation, apprentissage
internship: stage en entreprise
trainee: stagiaire, alternant, apprenti, stage
overtime: heures supplementaires
resign: demissionner, demission
hire: embaucher, embauche, recruter, recrutement
trial_period: periode essai
bonus_pay: prime
meal_voucher: ticket restaurant, titre restaurant, tickets restaurant
days_off: rtt
other: autre, different, differente, autres
>change other
>activate renew
logout: deconnecter, se deconnecter, deconnexion, fermer session, fermer ma session, quitter session
pitch: terrain, court tennis, court de tennis
collect: collecte, collecter, ramasser, ramassage, ramasse, ramassees, collectees, ramassez
?reach: se rendre, me rendre, nous rendre, rejoindre, parvenir
+ quelqu un avec moi: relative
+ etre accompagne: relative
+ fonctionne sur: use
+ marche sur: use
create: creer, creation, generer
callout: intervenir, intervenez, intervient, intervention
+ frais de scolarite: price training
+ suivre formation: training
+ suivre cours: lesson
+ suivre consommation: usage
+ envoyer candidature: apply
+ deposer candidature: apply
+ postuler offre: apply
+ poste pourvoir: job
+ postes pourvoir: job
+ a quel age: min age
+ recevez vous sans: without
+ venir sans: without
+ laisser avis: review
+ donner avis: review
+ deposer avis: review
+ laisser commentaire: review
+ donner commentaire: review
>review where
>apply where
>report where
>signup where
>cancel where
>appointment where
>appointment book
>mistake received
>mistake deliver
>mistake order
bulk: grosse quantite, grosses quantites, gros volume, sur volume, en gros, en nombre, grande quantite
+ ne peux plus acceder: block
+ n ai plus acces: block
+ plus acces: block
+ modifier mot passe: password reset
+ modification mot passe: password reset
+ changement mot passe: password reset
+ changement d adresse: change place
+ changer d adresse: change place
>repair appliance
>repair item
>pay order
>class pupil
+ au frais: fresh
+ avez vous encore: stock
+ toujours en stock: stock
+ encore en stock: stock
+ recevoir newsletter: newsletter
+ recevoir actualites: newsletter
+ abonner newsletter: newsletter
+ inscrire newsletter: newsletter
+ politique retour: return
+ conditions retour: return
+ condition retour: return
>school child
>nursery baby
>nursery child
>import file
>export file
+ cours essai: lesson trial
+ seance essai: lesson trial
+ essayer cours: lesson trial
+ reserver consultation: appointment
buys_in: achetez vous, rachetez vous, achetez, rachetez, rachat, reprenez vous
)";

}  // namespace monitora
