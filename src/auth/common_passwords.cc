#include "auth/common_passwords.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/text.h"

namespace monitora::auth {
namespace {

// What people build passwords from, French and English first; one word each, lower case, no
// accents.
constexpr std::string_view kWords = R"(
password passwort passe motdepasse mdp monmotdepasse mypassword passw passwd pass passcode passphrase
passwordpassword motdepassemotdepasse secret secrets topsecret supersecret admin administrator
administrateur adminadmin root rootroot toor user username utilisateur guest invite test tester testing
testtest demo default changeme changemenow changezmoi letmein letmeinnow welcome bienvenue bonjour
bonsoir salut hello helloworld hellohello coucou coucoucoucou bonjourbonjour login logon signin access
acces accesslibre master superuser superman superadmin system systeme server serveur service services
support computer ordinateur internet laptop desktop windows microsoft google facebook twitter instagram
youtube netflix amazon linkedin whatsapp snapchat tiktok android iphone samsung nokia sony philips apple
macintosh linux ubuntu debian oracle database sqlserver postgres mysql mongodb chatbot monitora website
webmaster hosting office company entreprise societe bureau travail manager director directeur president
ceo boss patron comptable comptabilite finance compta facture client clients customer
azerty azertyuiop azertyuiopqsdfghjklm qsdfghjklm wxcvbn azertyazerty azertyqsdf qwerty qwertyuiop
qwertyqwerty qwertz qwertzuiop asdf asdfgh asdfghjkl asdfasdf zxcvbn zxcvbnm qazwsx qazwsxedc
qazwsxedcrfv wsxedc aqwzsx aqwzsxedc zaqwsx zaqxsw qweasd qweasdzxc poiuytrewq poiuytreza mlkjhgfdsq
lkjhgfdsa mnbvcxz nbvcxw ytrewq ytreza onetwothree onetwothreefour undeuxtrois abcd abcde abcdef
abcdefg abcdefgh abcdefghij abcabc aaaa aaaaaa aaaaaaaa aaaaaaaaaa xxxxxx xxxxxxxx zzzzzz qqqq wwww
love loveyou iloveyou iloveu iloveyoubaby iloveyousomuch ilovegod ilovejesus ilovemymom loveme lovelove
lovely lover lovers mylove truelove jetaime jetaimefort jetaimejetaime jtm jtmfort moncoeur monamour
amour amoureux amoureuse toujours pourlavie cheri cherie doudou loulou chouchou bebe babygirl babyboy
baby mybaby honey sweet sweetheart sweetie darling princess princesse prince queen reine king kingdom
angel angels ange angelique diable devil demon lucifer satan heaven paradis paradise jesus jesuschrist
jesuslovesme christ god godisgood dieu allah allahakbar bismillah inchallah hamdoulillah muhammad
mohammed mohamed islam maria marie notredame saint sainte church blessed faith hope grace
family famille maman papa mamanpapa mamanjetaime mother father maman mummy daddy daddysgirl brother
sister frere soeur grandma grandpa mamie papy enfants enfant children friend friends bestfriend ami amis
amie copain copine forever friendsforever together ensemble wedding mariage married celibataire
sunshine soleil sun moon lune moonlight star stars starlight etoile etoiles starwars startrek rainbow
arcenciel flower flowers fleur fleurs rose roses tulipe marguerite jasmine jasmin lavande orchidee
butterfly papillon dragon dragons dragonfly dragonball dragonballz pokemon pikachu naruto sasuke onepiece
goldorak bleach manga anime zelda mario luigi sonic tetris minecraft fortnite roblox callofduty
counterstrike leagueoflegends worldofwarcraft warcraft starcraft diablo overwatch playstation xbox
nintendo gamer gaming games game jeux player joueur winner gagnant champion champions victory victoire
batman spiderman ironman wolverine avengers captain america captainamerica hulk thor joker harley
harleydavidson harrypotter potter hermione dumbledore gandalf frodo legolas aragorn hobbit matrix trinity
neo terminator predator alien aliens skywalker darthvader vader yoda jedi chewbacca hansolo leia luke
anakin starfleet enterprise simpson simpsons homer bart southpark friendschandler sherlock holmes watson
asterix obelix tintin milou gaston spirou schtroumpf mickey mickeymouse minnie donald pluto goofy disney
disneyland cinderella cendrillon bambi simba nala nemo elsa frozen hellokitty kitty barbie snoopy garfield
monkey singe tiger tigre lion lions panther panthere leopard bear ours teddy teddybear nounours panda
wolf loup wolves fox renard rabbit lapin bunny horse cheval chevaux pony poney unicorn licorne dog dogs
chien chiens doggy puppy chiot cat cats chat chats kitten chaton bird oiseau eagle aigle falcon faucon
hawk owl hibou phoenix shark requin dolphin dauphin whale baleine fish poisson spider araignee snake
serpent cobra viper python turtle tortue elephant girafe giraffe zebra zebre hippo rhino gorilla mouse
souris hamster cochon pig vache cow mouton sheep poulet chicken canard duck coq cocorico grenouille frog
football footballer futbol soccer baseball basketball basket hockey tennis golf golfer rugby handball
volleyball volley judo karate boxing boxe cyclisme velo natation swimming surf surfer skate skateboard
snowboard ski skiing running marathon fitness gym yoga danse dance dancer danseuse music musique guitar
guitare piano batterie drums drummer violin violon singer metal metallica slipknot nirvana acdc ironmaiden
blackmetal rocknroll rock rockstar hiphop rap rapper eminem tupac beyonce rihanna shakira madonna
michaeljackson elvis beatles pinkfloyd ledzeppelin rollingstones coldplay radiohead linkinpark
greenday blink oasis johnny hallyday johnnyhallyday goldman balavoine celinedion mylene mylenefarmer
psg parissaintgermain olympique olympiquedemarseille om allezlom allezom allezparis allezlesbleus lesbleus
lesverts asse lyon olympiquelyonnais ol losc rclens lens bordeaux girondins nantes fcnantes monaco asmonaco
stadefrancais toulousain stadetoulousain rennes brest lorient guingamp strasbourg metz nancy sochaux
barcelona barcelone fcbarcelona barca realmadrid madrid atletico juventus juve milan acmilan inter
intermilan roma liverpool liverpoolfc chelsea chelseafc arsenal arsenalfc manchester manchesterunited
manutd manchestercity tottenham everton newcastle leeds celtic rangers westham astonvilla bayern
bayernmunich dortmund benfica porto ajax galatasaray fenerbahce besiktas zidane zinedinezidane mbappe
ronaldo cristiano cristianoronaldo messi lionelmessi neymar ronaldinho beckham maradona pele platini
cantona henry ribery griezmann yankees dodgers redsox cubs mets giants cowboys dallascowboys steelers
packers patriots raiders eagles broncos dolphins lakers celtics bulls knicks warriors jordan michaeljordan
kobe kobebryant lebron lebronjames federer nadal djokovic senna schumacher hamilton
ferrari lamborghini porsche mercedes bmw audi volkswagen renault peugeot citroen toyota honda nissan mazda
mitsubishi subaru hyundai ford mustang chevrolet chevy corvette camaro dodge jeep cadillac jaguar bentley
bugatti maserati alfaromeo fiat skoda seat opel volvo tesla dacia clio twingo megane scenic golfgti yamaha
suzuki kawasaki ducati moto motos truck camion voiture car cars garage racing race formula formule
paris marseille toulouse nice montpellier lille reims lehavre saintetienne toulon grenoble dijon angers
nimes villeurbanne lemans aixenprovence clermontferrand tours limoges amiens perpignan besancon orleans
mulhouse rouen caen nancy avignon poitiers versailles pau calais biarritz cannes larochelle annecy
chambery bretagne normandie alsace lorraine provence corse corsica bastia ajaccio guadeloupe martinique
guyane reunion mayotte tahiti france francais francaise vivelafrance allezlafrance liberte egalite
fraternite republique bruxelles brussels belgique belgium liege charleroi anvers namur geneve geneva
lausanne zurich suisse switzerland luxembourg quebec montreal canada toronto ottawa vancouver london
londres england angleterre scotland ireland irlande dublin wales glasgow edinburgh newyork newyorkcity
losangeles california chicago houston texas dallas boston miami florida lasvegas vegas seattle detroit
phoenix denver atlanta hollywood brooklyn manhattan washington usa america american berlin hamburg munich
germany allemagne deutschland rome italia italy italie napoli naples venise venice espagne espana spain
portugal lisbonne lisbon amsterdam holland hollande netherlands moscow moscou russia russie pologne
poland ukraine turkey turquie istanbul maroc morocco casablanca marrakech rabat algerie algeria alger
oran constantine tunisie tunisia tunis senegal dakar abidjan cotedivoire cameroun mali bamako congo
kinshasa gabon togo benin egypt egypte cairo liban beyrouth israel jerusalem dubai india inde delhi mumbai
pakistan china chine beijing shanghai tokyo japan japon korea coree vietnam thailand thailande australia
australie sydney melbourne brazil brasil bresil rio mexico mexique argentina argentine chile colombia peru
alexandre alexandra alexis alice amandine amelie amine anais andre andrea andrew angela anna anne annie
anthony antoine antonio arnaud arthur ashley audrey aurelie aurelien austin baptiste barbara bastien
benjamin benoit bernard bertrand brandon brigitte camille carla carlos carole caroline catherine cedric
celine chantal charles charlie charlotte chloe christelle christian christina christine christophe
christopher claire clara claude claudia clemence clement corinne cyril damien daniel daniela danielle
david deborah delphine denis diana diane didier dominique dorothee dylan eddy edouard edward elise
elisabeth elizabeth elodie emilie emily emma emmanuel emmanuelle eric estelle ethan etienne eva evelyne
fabien fabienne fabrice fanny fatima felix fernando florence florent florian francis francois francoise
franck frank frederic frederique gabriel gabrielle gaelle george georges gerald gerard gilbert gilles
giovanni gregory guillaume gustavo hannah helene herve hugo ibrahim ines isabelle ismael jackson jacob
jacqueline jacques jade james jason jean jeanne jeanpierre jeremy jennifer jeremie jerome jessica joanna
joel johanna john jonathan joseph joshua juan julia julian julie julien juliette justin justine karim
karine katherine kevin kimberly laetitia laura laure laurence laurent lea leo leon leonardo lilian lina
lisa lola louis louise lucas lucie lucien ludovic madeleine maeva magali manon manuel marc marcel margaux
marianne marine marion mark martin martine mary mathieu mathilde matthew matthieu maurice maxime mehdi
melanie melissa melody mercedes michael michel michele michelle miguel mike mireille monique morgane
mustafa mustapha myriam nadia nadine natacha natalie nathalie nathan nicholas nicolas nicole noah noemie
odile olivia olivier omar oscar pablo pascal pascale patrice patricia patrick paul pauline pedro philippe
pierre pierrick quentin rachel rachid raphael raymond rebecca regine remi renaud rene richard robert
robin rodrigo roger roland romain ronald rosalie roxane ryan sabine sabrina salma samantha samia samir
samuel sandra sandrine sara sarah sebastian sebastien serge severine simon simone sofia solene sonia
sophia sophie stephane stephanie stephen steven suzanne sylvain sylvie tatiana theo theodore theresa
thibault thierry thomas tiffany timothy valentin valentine valerie vanessa veronique vicky victor
victoria vincent virginie vivien walter william xavier yacine yann yasmine yohan youssef yves yvette
yvonne zineb zoe
january february march april june july august september october november december janvier fevrier mars
avril mai juin juillet aout septembre octobre novembre decembre monday tuesday wednesday thursday friday
saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche spring summer autumn winter printemps
ete automne hiver summertime vacances holiday holidays weekend noel christmas happynewyear bonneannee
birthday anniversaire halloween easter paques today tomorrow yesterday aujourdhui demain
red blue green yellow orange purple pink black white silver golden gold rouge bleu vert jaune violet noir
blanc argent or blackwhite bluesky bleuciel
banana banane apple pomme cherry cerise strawberry fraise raspberry framboise peach peche lemon citron
melon mangue mango ananas pineapple chocolate chocolat nutella caramel vanille vanilla cookie cookies
biscuit cheese fromage camembert raclette baguette croissant pizza pizzas burger kebab tacos coffee cafe
cappuccino expresso whisky vodka champagne ricard pastis beer biere wine vin cocacola pepsi redbull
pepper sugar sucre bonbon bonbons candy cupcake pancake noodle
shadow ninja samurai warrior guerrier soldier soldat sniper killer hunter chasseur pirate pirates
corsaire vampire zombie monster monstre ghost fantome wizard magicien magic magique mystery legend
legende hero heros titan zeus apollo hercules athena poseidon hades odin viking spartan gladiator cesar
caesar napoleon bonaparte degaulle rebel rebelle freedom peace paix happy happiness bonheur heureux smile
sourire lucky chance money monmoney dollar dollars euro euros millionaire millionnaire rich riche casino
poker diamond diamant crystal cristal thunder tonnerre lightning eclair storm tempete fire feu water eau
ocean sea mer beach plage island ile mountain montagne forest foret river riviere earth terre planet
planete galaxy galaxie universe univers space espace rocket fusee apollo eleven genesis infinity infini
trustno trustme whatever nothing rien something anything everything fuckyou fuckoff fuckme fuckthis
bullshit asshole bitch merde putain connard salope enculer batard nique niquetamere tamere pussy sexy
sexygirl hottie playboy porn porno
)";

const std::set<std::string_view>& words() {
  static const std::set<std::string_view> all = [] {
    std::set<std::string_view> out;
    std::string_view rest = kWords;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
      if (end > 0) out.insert(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return out;
  }();
  return all;
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

char read_as_letter(char c) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case '!':
      return 'i';
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '7':
      return 't';
    default:
      return c;
  }
}

std::string_view core(std::string_view text) {
  while (!text.empty() && !is_letter(text.front())) text.remove_prefix(1);
  while (!text.empty() && !is_letter(text.back())) text.remove_suffix(1);
  return text;
}

// One piece of at most five characters, over and over.
bool is_repetition(std::string_view text) {
  for (std::size_t piece = 1; piece <= 5 && piece * 2 <= text.size(); ++piece) {
    std::size_t at = piece;
    while (at < text.size() && text[at] == text[at - piece]) ++at;
    if (at == text.size()) return true;
  }
  return false;
}

// Most neighbours are one apart: 1234567890, 0987654321, abcdefghij, 12345678910.
bool is_run(std::string_view text) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const int step = text[i] - text[i - 1];
    if (step == 1 || step == -1 || step == 0 || (text[i] == '0' && text[i - 1] == '9')) ++steps;
  }
  return steps + 2 >= text.size();
}

}  // namespace

bool is_common_password(std::string_view password) {
  const std::string text = lower(fold_accents(password));
  if (text.empty() || is_repetition(text) || is_run(text)) return true;
  if (core(text).empty())
    return text.size() < 14;  // digits and marks alone: a date, a telephone number
  if (words().contains(core(text))) return true;
  // Digits at the end are decoration before they are letters: first without them, then as letters.
  std::string letters(core(text));
  std::transform(letters.begin(), letters.end(), letters.begin(), read_as_letter);
  if (words().contains(letters)) return true;
  letters = text;
  std::transform(letters.begin(), letters.end(), letters.begin(), read_as_letter);
  return words().contains(core(letters)) || is_repetition(letters);
}

std::size_t common_password_count() {
  return words().size();
}

}  // namespace monitora::auth
