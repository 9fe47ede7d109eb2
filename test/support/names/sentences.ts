/**
 * A made-up test set of names, of other words than training has: carriers filled from short lists, in the casings people write, and texts
 * without a name. Deterministic from a seed.
 */
import type { NameType } from "../../../core/guardrail/names/tags.ts";
import { pick, type Random, seeded } from "../personal/draw.ts";

/** A text with its names; offsets in UTF-16 units. `kind`: what sort of text it is. */
export type NamedText = {
  readonly text: string;
  readonly kind: string;
  readonly spans: readonly { readonly start: number; readonly end: number; readonly type: NameType }[];
};

const FIRST = (
  "Olivia Noah Amelia Ethan Priya Rohan Fatima Yusuf Mei Kenji Ingrid Lars Katarzyna Piotr Giulia Matteo Camille Théo Lucía Javier Mariana Thiago Femke Daan Chloe Liam Zoë Aisha Kwame Ngozi " +
  "Svetlana Dmitri Hannah Jonas Greta Emil Saoirse Cillian Leila Omar"
).split(" ");
const LAST = (
  "Thompson Okafor Nakamura Lindqvist Kowalczyk Moretti Dubois Fernández Carvalho Vermeulen Schneider Hoffmann O'Donnell Patel Sharma Hussain Chen Tanaka Johansson Wiśniewski Ricci Lefebvre " +
  "Navarro Almeida Jansen Baumgartner Kavanagh Mensah Petrova Haddad"
).split(" ");
const PLACES =
  "Leeds|Tucson|Bruges|Gdańsk|Verona|Grenoble|Zaragoza|Coimbra|Eindhoven|Regensburg|Cork|Nairobi|Osaka|Portland|Salt Lake City|Tampa|Aberdeen|Lagos|Pune|Lyon".split(
    "|",
  );
const ORGS =
  "Northwind Traders Ltd|Bluepeak Insurance|Harlow & Finch|Vandenberg GmbH|Ospedale San Marco|Meridian Health Group|Kestrel Logistics|University of Leeds|Banco del Sur|Lumina Software Inc.|DHL|PayPal".split(
    "|",
  );
const ADDRESSES =
  "14 Maple Avenue, Springfield, IL 62704|221 Harbour Road, Bristol BS1 4RW|9 Elm Court, Apt 4, Austin, TX 78702|Lindenstraße 27, 50674 Köln|12 rue de la République, 69002 Lyon|Calle Mayor 18, 28013 Madrid|Via Garibaldi 5, 20121 Milano|Rua das Flores 33, 4050-262 Porto|Keizersgracht 101, 1015 CH Amsterdam|ul. Długa 8, 31-147 Kraków|4700 Sunset Blvd, Los Angeles, CA 90027|88 Queen Street, Glasgow G1 3DN".split(
    "|",
  );

const CARRIERS: readonly (readonly [kind: string, carrier: string])[] = [
  ["chat", "Hello, {P} here. I still have no answer about my refund."],
  ["chat", "Could someone call {F} back about the broken screen?"],
  ["chat", "My sister {F} lives in {C} and her parcel is lost."],
  ["chat", "I bought it from {O} two weeks ago and want to complain."],
  ["chat", "The courier should bring it to {A} instead."],
  ["mail", "Dear {F},\n\nthe documents for {P} are attached.\n\nBest wishes,\n{P}\n{O}"],
  ["mail", "Dear Ms. {L},\nwe met in {C} last autumn. {P} from {O} gave me your contact.\nRegards,\n{F}"],
  ["form", "Name: {P}\nAddress: {A}\nEmployer: {O}"],
  ["form", "Passenger: {P}\nFrom: {C}\nTo: {C}"],
  ["form", "Patient name: {P}\nReferring physician: Dr. {L}"],
  ["form", "Deliver to:\n{P}\n{A}"],
  ["prose", "{P} told reporters in {C} that {O} would cut prices."],
  ["prose", "After the merger, {O} moved its office from {C} to {C}."],
  ["prose", "The court found that {P} had sold the house at {A} in 2019."],
  ["prose", "{F} and {F} married in {C}, where {P} had studied."],
  ["languages", "Guten Morgen, hier ist {P}, ich warte seit Montag auf meine Ware."],
  ["languages", "Bonjour, ici {P}, mon adresse est {A}."],
  ["languages", "Buenos días, soy {P} y vivo en {C}."],
  ["languages", "Salve, sono {P}, potete spedire a {A}?"],
  ["languages", "Bom dia, fala {P}, de {C}."],
  ["languages", "Goedemiddag, u spreekt met {P} uit {C}."],
  ["languages", "Witam, z tej strony {P}, mieszkam w {C}."],
];

const PLAIN: readonly string[] = [
  "When does my subscription renew?",
  "The app crashes when I open the settings page.",
  "Please cancel the order and send me a new invoice.",
  "I was charged twice for the same item, can you check?",
  "Is the warranty still valid after two years?",
  "How do I change the language of the interface?",
  "Your request was received. We answer within two working days.",
  "Total: 48.90\nVAT: 7.81\nShipping: 4.50",
  '{"status": "shipped", "carrier_code": "X7", "weight_kg": 2.4}',
  "It took three weeks, which is far too long for a simple repair.",
  "Do not share your password with anybody.",
  "The heating does not work and the window will not close.",
  "function add(a, b) { return a + b; }",
  "Wann kommt der Techniker? Das Internet geht seit gestern nicht.",
  "Je n'arrive pas à ouvrir la facture, le lien ne marche pas.",
  "No puedo entrar en mi cuenta desde ayer.",
  "Non riesco a scaricare il documento dal sito.",
  "Ik kan mijn wachtwoord niet wijzigen.",
];

/** `count` texts with names, and a quarter as many without. */
export function namedTexts(seed: number, count: number): readonly NamedText[] {
  const random = seeded(seed);
  const named = Array.from({ length: count }, () => filled(random));
  const plain = Array.from({ length: count / 4 }, (): NamedText => ({ text: pick(random, PLAIN), kind: "plain", spans: [] }));
  return [...named, ...plain];
}

function filled(random: Random): NamedText {
  const [kind, carrier] = pick(random, CARRIERS);
  const isLower = kind === "chat" && random() < 0.33;
  const cased = (part: string): string => (isLower ? part.toLowerCase() : part);
  const spans: { start: number; end: number; type: NameType }[] = [];
  let text = "";
  for (const part of carrier.split(/(\{[A-Z]\})/)) {
    const slot = SLOTS.get(part);
    const start = text.length;
    text += cased(slot === undefined ? part : slot.draw(random));
    if (slot !== undefined) spans.push({ start, end: text.length, type: slot.type });
  }
  return { text, kind: isLower ? "chat, lower case" : kind, spans };
}

const SLOTS: ReadonlyMap<string, { readonly type: NameType; readonly draw: (random: Random) => string }> = new Map([
  ["{P}", { type: "PERSON", draw: (random) => `${pick(random, FIRST)} ${pick(random, LAST)}` }],
  ["{F}", { type: "PERSON", draw: (random) => pick(random, FIRST) }],
  ["{L}", { type: "PERSON", draw: (random) => pick(random, LAST) }],
  ["{C}", { type: "LOCATION", draw: (random) => pick(random, PLACES) }],
  ["{O}", { type: "ORG", draw: (random) => pick(random, ORGS) }],
  ["{A}", { type: "ADDRESS", draw: (random) => pick(random, ADDRESSES) }],
]);
