/**
 * Words as the scorer of groundedness reads them, in English, German, French and Spanish: words that say nothing of their own, words that deny,
 * number words, units, bounds, and concepts: words for the same thing, beside those for its opposite. Data and look-ups; knows no sentence.
 */

import { stemOf } from "../rules/words.ts";
import { CLOCK } from "./notations.ts";

const setOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/).filter((word) => word !== ""));

/** Words that join others and say nothing of their own. */
export const EMPTY: ReadonlySet<string> = setOf(`
a an the this that these those it its i me my we us our ours is are was were be been being am do does did done have has had having can could will would shall should
may might must of to in on at by for from with about into onto through as and or but if then than so such you your yours he she they his her their them there here
what which who whom whose when where why how all any both each few more most other some same own again further once during also only just very too up out down off
while because until against per via let lets please within upon get gets got make makes made take takes taken give gives given need needs needed still already whether
case cases thing things way ways kind long much many
der die das den dem des ein eine einen einem einer eines und oder aber auch dass ist sind war waren wird werden wurde wurden sein seine seiner ihr ihre ihrer ihren ihrem
ihnen sie er es wir uns unser unsere unseren ich mich mein meine haben hat hatte kann koennen konnen muss mussen sollen soll darf durfen mochte in im an am auf aus bei beim
bis durch fur gegen mit nach uber um unter von vom vor zu zum zur als wie wenn weil damit dann denn da dort hier noch schon nur sehr mehr sowie alle alles jede jeder jedes
man sich zwischen wahrend innerhalb diese dieser dieses diesen diesem etwa rund
le la les l un une des du de d et ou mais aussi que qui quoi dont est sont etait etaient sera seront etre a ont avait avoir peut peuvent doit doivent il elle ils elles on nous
vous notre nos votre vos mon ma mes son sa ses leur leurs ce cet cette ces dans en sur sous par pour avec chez vers depuis pendant au aux si quand comme plus tres tout tous
toute toutes y se s n qu lors
el los las lo una unos unas del y o pero tambien que quien es son era eran sera seran ser esta estan estar ha han haber hay puede pueden debe deben usted ustedes su sus
nuestro nuestra nuestros mi mis este estos estas ese esa en sobre bajo por para con desde hasta durante entre al cuando como mas muy todo todos toda todas cada se le les
lo me te nos
`);

/** Words of courtesy and of talking about the answer: sentences of nothing else claim nothing. */
export const COURTESY: ReadonlySet<string> = setOf(`
hello hi dear thank thanks sorry regards kind kindly welcome hope help helps helpful glad happy question questions know answer ask asked further assistance assist contact
feel hesitate sincerely greetings good morning evening yes certainly sure course according based following follows information here says said passage passages document documents
source sources stated
hallo guten tag danke dank grusse freundlichen freundliche gern gerne helfen hilft frage fragen ja laut folgende folgenden melden hoffe
bonjour merci cordialement salutations volontiers oui selon aide question questions hesitez pas
hola gracias saludos cordiales atentamente si segun ayuda pregunta preguntas buenos dias
`);

/** Words that are an answer by themselves. */
export const BARE: ReadonlySet<string> = setOf(
  "yes no never none always correct certainly sure ja nein nie niemals oui non jamais si nunca",
);

/** What denies the words that it stands by. */
export const DENIALS: ReadonlySet<string> = setOf(`
not no never none nobody nothing neither nor without cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt shouldnt mustnt hasnt havent couldnt
nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne weder
pas jamais aucun aucune sans ni rien personne
nunca jamas sin ningun ninguna ninguno tampoco nada nadie
`);

/** Rows of words that set a bound to the number behind them: the row, and what it says. Longer rows first. */
export const BOUNDS: readonly (readonly [readonly string[], "most" | "least"])[] = (
  [
    [
      "most",
      "no later than|no more than|not more than|not later than|not exceed|at most|up to|less than|fewer than|maximum of|max of|at the latest",
    ],
    [
      "most",
      "hochstens|maximal|bis zu|nicht mehr als|weniger als|innerhalb von|spatestens|au plus|au maximum|pas plus de|jusqua|jusqu a|moins de",
    ],
    ["most", "como maximo|a lo sumo|no mas de|hasta|menos de|within|under|below|innerhalb|binnen|unter"],
    [
      "least",
      "no less than|not less than|at least|more than|or more|minimum of|mindestens|minimum|mehr als|nicht weniger als|uber|ab|au moins|plus de|a partir de",
    ],
    ["least", "al menos|como minimo|mas de|over|above|exceeding|beyond|after|nach|apres|despues de|por encima de|oltre"],
  ] as const
)
  .flatMap(([bound, rows]) => rows.split("|").map((row): readonly [readonly string[], "most" | "least"] => [row.split(" "), bound]))
  .sort(([a], [b]) => b.length - a.length);

const NUMBER_LISTS = [
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty",
  "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn siebzehn achtzehn neunzehn zwanzig",
  "- - deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize - - - vingt",
  "cero - dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince - - - - veinte",
];
const TENS =
  "thirty:30 forty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90 hundred:100 thousand:1000 dreissig:30 vierzig:40 funfzig:50 sechzig:60 hundert:100 tausend:1000 " +
  "trente:30 quarante:40 cinquante:50 soixante:60 cent:100 mille:1000 treinta:30 cuarenta:40 cincuenta:50 sesenta:60 cien:100 ciento:100 mil:1000 twice:2 thrice:3 zweimal:2 dreimal:3 einmal:1 vingts:20 septante:70 " +
  "huitante:80 octante:80 nonante:90 veintiuno:21 veintiun:21 veintidos:22 veintitres:23 veinticuatro:24 veinticinco:25 veintiseis:26 veintisiete:27 veintiocho:28 " +
  "veintinueve:29 doscientos:200 doscientas:200 trescientos:300 trescientas:300 cuatrocientos:400 cuatrocientas:400 quinientos:500 quinientas:500 seiscientos:600 " +
  "seiscientas:600 setecientos:700 setecientas:700 ochocientos:800 ochocientas:800 novecientos:900 novecientas:900";

/** Number words and their values. Articles (`un`, `ein`, `una`) are none; `once` is an English word and no Spanish eleven. */
const NUMBER_WORDS: ReadonlyMap<string, number> = new Map([
  ...NUMBER_LISTS.flatMap((list) =>
    list.split(" ").flatMap((word, value) => (word === "-" || word === "once" ? [] : [[word, value] as const])),
  ),
  ...TENS.split(" ").map((pair): readonly [string, number] => [pair.split(":")[0] ?? "", Number(pair.split(":")[1])]),
]);

/** The value of a number word; null: it is none. */
export const numberOf = (word: string): number | null => NUMBER_WORDS.get(word) ?? null;

const UNIT_FORMS: readonly (readonly [unit: string, days: number, forms: string])[] = [
  ["day", 1, "day days tag tage tagen tages jour jours dia dias"],
  ["day", 7, "week weeks woche wochen semaine semaines semana semanas"],
  ["day", 14, "fortnight fortnights"],
  ["month", 1, "month months monat monate monaten mois mes meses"],
  ["month", 12, "year years jahr jahre jahren an ans annee annees ano anos"],
  ["minute", 1, "minute minutes minuten minuto minutos min"],
  ["minute", 60, "hour hours stunde stunden heure heures hora horas"],
  ["clock", 1, CLOCK],
  ["dollar", 1, "dollar dollars usd dolar dolares $"],
  ["euro", 1, "euro euros eur €"],
  ["pound", 1, "pound pounds gbp pfund livre livres libra libras £"],
  ["percent", 1, "percent prozent pourcent % pct"],
  ["kg", 1, "kg kilogram kilograms kilogramm kilo kilos"],
  ["degree", 1, "degree degrees grad degres degre grados grado"],
  ["litre", 1, "litre litres liter liters litro litros"],
  ["time", 1, "time times mal fois vez veces"],
  ["piece", 1, "cup cups tasse tassen tasses taza tazas"],
];
const UNITS: ReadonlyMap<string, { readonly unit: string; readonly factor: number }> = new Map(
  UNIT_FORMS.flatMap(([unit, factor, forms]) => forms.split(" ").map((form) => [form, { unit, factor }] as const)),
);

/** What a number counts, and how many of the unit's smallest it is; null: the word is no unit. */
export const unitOf = (word: string): { readonly unit: string; readonly factor: number } | null => UNITS.get(word) ?? null;

/** Words that may stand between a number and its unit. */
export const BETWEEN_UNIT: ReadonlySet<string> = setOf(
  "working business calendar full whole consecutive us werktage werktagen volle vollen jours ouvres ouvrables habiles naturales laborables euro",
);

/** Concepts: words for one thing, then, behind the bar, words for its opposite. */
const CONCEPTS = `
allow allowed allows permit permitted permits authorise authorize entitled erlaubt erlauben gestattet zulassig autorise autorises permis permitido permitida autorizado | forbidden forbid prohibited prohibit banned ban disallowed verboten untersagt interdit interdite interdits prohibido prohibida
include included includes including contain contains covered cover covers covering enthalten abgedeckt umfasst deckt inclus incluse couvre couvert couverts incluido incluida incluye cubre cubierto | exclude excluded excludes excluding ausgeschlossen ausgenommen exclu exclus excluye excluido
free gratis costless kostenlos kostenfrei gratuit gratuite gratuits gratuitement gratuito gratuita | charged chargeable kostenpflichtig payant payante
return returned returns returning zuruckgeben zurucknehmen zuruck zurucksenden zuruckschicken ruckgabe ruckgabefrist retourner retourne renvoyer retour devolver devolucion devoluciones devuelto
refund refunded refunds refunding reimburse reimbursed reimbursement repay repaid moneyback erstatten erstattet erstattung ruckerstattung rembourser rembourse rembourses remboursement reembolsar reembolso reembolsa reembolsan
buy buys bought purchase purchased purchases acquire kaufen gekauft kauf erworben acheter achete achat achats comprar comprado compra
sell sells sold verkaufen verkauft vendre vendu vender vendido
deliver delivered delivery deliveries ship shipped ships shipping shipment dispatch dispatched send sent sends versand versenden versendet lieferung liefern geliefert livraison livrer livre livree livres expedition expedier expedie envio enviar enviado entrega entregar entregado entregan
item items article articles product products goods merchandise ware waren artikel produkt produkte produit produits articulo articulos producto productos
customer customers buyer buyers client clients shopper kunde kunden kaufer acheteur acheteurs cliente clientes comprador compradores
seller vendor merchant verkaufer vendeur vendedor
pay paid pays payment payments paying zahlen zahlung bezahlen bezahlt gezahlt payer paye paiement paiements pagar pago pagos pagado paga
cost costs price prices fee fees charge charges costing kosten preis gebuhr gebuhren cout coute coutent prix frais coste cuesta cuestan precio tarifa gastos
parcel package packages parcels consignment paket pakete sendung colis paquet paquete paquetes
broken damaged defective faulty damage defect kaputt defekt beschadigt casse abime defectueux roto danado defectuoso averiado
warranty guarantee guaranteed warranties garantie gewahrleistung garantia
approve approved approves approval confirm confirmed genehmigt genehmigen bestatigt bestatigen approuve approuver confirme aprobado aprobar confirmado aprueba | reject rejected rejects refuse refused decline declined denied deny abgelehnt ablehnen rejete refuse refuser rechazado rechazar denegado
accept accepted accepts acceptable annehmen akzeptiert akzeptieren accepte accepter acceptes aceptar aceptado acepta aceptamos | reject refuse decline
before prior earlier vorher zuvor bevor avant antes | after afterwards later following nachher danach nachdem apres despues
open opened opens opening offen geoffnet offnet ouvert ouverte ouvre ouvrir abierto abierta abre | closed close closes closing geschlossen schliesst ferme fermee fermer cerrado cerrada cierra
always every daily immer stets jederzeit toujours siempre | never
mandatory required compulsory obligatory requires require requirement verpflichtend erforderlich notwendig obligatoire requis obligatorio requerido necesario | optional voluntary freiwillig facultatif facultative opcional
start begin begins starts started beginning beginnt beginnen anfang commence commencer debute empieza comienza empezar | end ends ended finish finishes expire expires endet enden ablaufen lauft termine finit expire termina acaba caduca vence
increase increases increased raise raised rise rises rose grow erhoht erhohen steigt augmente augmenter aumenta aumentar sube | decrease decreases decreased reduce reduced reduces lower lowered fall falls fell drop senkt sinkt reduziert diminue diminuer baisse disminuye reduce baja
larger bigger greater higher longer faster grosser hoher langer schneller grand superieur mayor superior | smaller lower shorter slower lesser kleiner niedriger kurzer langsamer petit inferieur menor inferior
valid effective applicable gultig gilt gelten valable valide valido valida vigente | invalid void expired ungultig nichtig invalide invalido nula
possible available verfugbar moglich disponible posible | impossible unavailable unmoglich indisponible imposible
new unused unworn neu unbenutzt neuf inutilise nuevo sinusar | used worn old gebraucht benutzt getragen usage utilise usado
safe secure sicher sur seguro | dangerous unsafe harmful gefahrlich dangereux peligroso
abroad overseas international internationally foreign ausland etranger extranjero | domestic inland national nationwide inside national nacional
online internet web website
shop store boutique tienda laden geschaft magasin
order orders ordered bestellung bestellungen bestellt commande commandes commander pedido pedidos pedir
invoice invoices bill bills rechnung rechnungen facture factures factura facturas
card cards karte karten carte cartes tarjeta tarjetas
receipt proof kaufbeleg kassenbon beleg recu ticket recibo comprobante
voucher vouchers coupon giftcard gutschein gutscheine bon bons vale vales cupon
repair repaired repairs fix fixed mend reparieren reparatur repariert reparer repare reparation reparar reparado reparacion
replace replaced replacement replacements exchange exchanged swap ersetzen ersetzt ersatz umtauschen umtausch umgetauscht remplacer remplace echange echanger reemplazar reemplazado cambiar cambio sustituir
cancel cancelled canceled cancellation cancelling stornieren storniert stornierung kundigen kundigung annuler annule annulation resilier cancelar cancelado cancelacion anular
contact reach write kontaktieren contacter contactar
phone telephone call telefon telephone telefono anrufen llamar
person human staff employee colleague person mensch mitarbeiter personne employe persona empleado
subscription membership abonnement abo suscripcion membresia
month monthly monatlich mensuel mensuelle mensual
year yearly annual annually jahrlich annuel annuelle anual
day daily taglich quotidien diario
warehouse depot lager entrepot almacen
stay remain remains kept keep keeps store stored retain retained behalten aufbewahrt gespeichert bleiben conserve conserver conserves garder conservar guardar conservan guardado
delete deleted deletes erase erased remove removed removes loschen geloscht entfernt supprimer supprime effacer efface borrar eliminar eliminado borrado
personal private personenbezogen personlich personnel personnelles privado personales
large big bulky gross sperrig grand volumineux grande voluminoso | small tiny little klein petit pequeno
quick fast quickly rapid schnell rapide rapido | slow slowly langsam lent lento
warm hot heiss warm chaud caliente | cold cool kalt kuhl froid frio
wet damp moist feucht nass humide humedo | dry dried trocken sec seco
clean cleaned cleaning wipe reinigen gereinigt putzen nettoyer nettoie limpiar limpia
begin launch
child children kid kids minors kind kinder enfant enfants nino ninos
doctor physician arzt medecin medico
car vehicle automobile auto wagen fahrzeug voiture vehicule coche vehiculo
house home home building haus gebaude maison batiment casa edificio
job work employment occupation arbeit stelle travail emploi trabajo empleo
company firm business firma unternehmen entreprise societe empresa compania
money funds cash geld argent dinero
show shows display displayed present zeigen zeigt montrer montre mostrar muestra
use using uses utilise verwenden benutzen nutzen utiliser usar utilizar
win wins won victory gewinnt gewann gagne ganar gana | lose loses lost loss verliert verlor perd perder pierde
arrive arrived arrives arrival receive received receives reach receipt ankommen angekommen eintrifft eintreffen erhalt erhalten arriver arrive arrivee recevoir recu llegar llega llegada recibir recibe
discount rebate reduction rabatt nachlass remise rabais descuento rebaja
adult adults erwachsene adulte adultes adulto adultos
noon midday mittag midi mediodia
morning morgens vormittag matin manana
weekend saturday sunday wochenende samstag sonntag samedi dimanche sabado domingo
`;

/** What a word stands for: a concept, and on which side of it. `denies`: it says by itself that something is not so. */
export type Concept = { readonly id: number; readonly sign: 1 | -1; readonly denies: boolean };

/** Words of an opposite side that say by themselves that something is not so: `excluded`, `forbidden`. */
const DENYING = setOf("forbidden exclude excluded reject invalid impossible");

function readConcepts(): ReadonlyMap<string, readonly Concept[]> {
  const found = new Map<string, Concept[]>();
  const add = (words: string, id: number, sign: 1 | -1): void => {
    const denies = sign < 0 && words.split(/\s+/).some((word) => DENYING.has(word));
    for (const word of words.split(/\s+/)) {
      if (word === "") continue;
      // Both forms: a stem stands for words that are not listed.
      for (const form of new Set([word, stemOf(word)])) {
        const known = found.get(form) ?? [];
        if (!known.some((one) => one.id === id)) found.set(form, [...known, { id, sign, denies }]);
      }
    }
  };
  for (const [id, line] of CONCEPTS.trim().split("\n").entries()) {
    const [same = "", opposite = ""] = line.split("|");
    add(same, id, 1);
    add(opposite, id, -1);
  }
  return found;
}

const BY_WORD = readConcepts();
const NO_CONCEPT: readonly Concept[] = [];

/** The concepts that a folded word or its stem stands for. */
export const conceptsOf = (word: string, stem: string): readonly Concept[] => BY_WORD.get(word) ?? BY_WORD.get(stem) ?? NO_CONCEPT;

/** Words that part two halves of a relation: what stands before is not what stands behind. */
export const CONNECTORS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    after: "after",
    nachdem: "after",
    nach: "after",
    apres: "after",
    despues: "after",
    before: "before",
    bevor: "before",
    vor: "before",
    avant: "before",
    antes: "before",
    than: "than",
    als: "than",
    que: "than",
    from: "from",
    von: "from",
    desde: "from",
    because: "because",
    weil: "because",
    porque: "because",
    unless: "unless",
    instead: "instead",
    statt: "instead",
    by: "by",
    par: "by",
    durch: "by",
  }),
);

/** Rows of words that mean one word together. Longer rows first. */
export const PHRASES: readonly (readonly [readonly string[], string])[] = (
  [
    [
      "free",
      "free of charge|at no cost|at no charge|at no extra cost|no charge|no cost|without charge|without cost|costs nothing|cost nothing|for nothing",
    ],
    ["kostenlos", "kostet nichts|kosten nichts|ohne kosten|ohne aufpreis|ohne gebuhr"],
    ["gratuit", "sans frais|sans cout|gratuitement|sin coste|sin cargo|sin costo"],
    ["refund", "money back|paid back|pay back|pays back|get back the money|geld zuruck"],
    ["return", "send back|sent back|sends back|give back|given back|bring back|brought back|nehmen zuruck|geben zuruck"],
    ["not", "no longer"],
    ["must", "have to|has to|need to|needs to"],
    ["unused", "sin usar|non utilise|non utilises|jamais utilise|never used|not used|nicht benutzt|nicht getragen|not worn|never worn"],
  ] as const
)
  .flatMap(([word, rows]) => rows.split("|").map((row): readonly [readonly string[], string] => [row.split(" "), word]))
  .sort(([a], [b]) => b.length - a.length);

/** Articles that are a number before a unit of time: `a year`. */
export const ARTICLES: ReadonlySet<string> = setOf("a an ein eine einem einen einer eines un une una");
/** Number words that mean something else, too: they are numbers only before a unit. */
export const AMBIGUOUS: ReadonlySet<string> = setOf("one neuf cent null mil mille");

/** Markers of whoever acts in a passive sentence. */
export const BY: ReadonlySet<string> = setOf("by von vom durch par por");
/** Prepositions: a word behind one is no plain object. */
export const PREPOSITIONS: ReadonlySet<string> = setOf(
  "by with without for from of to in on at into through about over under after before than via per als mit ohne fur von vom durch aus nach bei in im an auf zu zum zur vor avec sans pour de du des dans en sur par chez a au aux con sin para desde en sobre por al del",
);
/** Words that begin another part of a sentence. */
export const JOINTS: ReadonlySet<string> = setOf("and but or while whereas which und aber oder sondern et mais ou y pero o e");

const LANGUAGE_WORDS: { readonly [language: string]: ReadonlySet<string> } = {
  de: setOf(
    "dazu steht auch nicht kein keine aber oder der die das und ist nicht ein eine wird werden mit fur von den dem sie wir ihre auf zu im bei sind kann innerhalb nach",
  ),
  other: setOf("le la les los las el un une una des du de est sont es son se en y et pas no por para pour dans sur con que al"),
  en: setOf("the a is are of to and in for you your we with not be on it within will can this after"),
};

/** German, where every noun has a capital; English, where the order of words says who acts; another one; or nobody can say (null). */
export type Language = "de" | "en" | "other" | null;

/** What a text is written in, by its commonest words. */
export function languageOf(words: readonly string[]): Language {
  const count = (language: string): number => words.filter((word) => LANGUAGE_WORDS[language]?.has(word)).length;
  const [german, english, other] = [count("de"), count("en"), count("other")];
  if (german > english && german > other) return "de";
  if (other > 0 && other >= english) return "other";
  return english > 0 ? "en" : null;
}
