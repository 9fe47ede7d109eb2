/** Made-up sentences with their names marked: carriers filled from the lists, in the casings that people write. Deterministic from a draw. */
import type { NameType } from "../../../core/guardrail/names/tags.ts";
import { BLANKED } from "../../../core/guardrail/names/tokens.ts";
import { CARRIERS, KNOWN_ORGS, KNOWN_PLACES, MORE_ORGS, NATIONALITIES, PLAIN } from "./carriers.ts";
import type { Draw } from "./draw.ts";
import { documentCarrier } from "./forms.ts";
import { ORGANISATIONS, PLACES, SENTENCES } from "./known-names.ts";
import type { Country } from "./lists.ts";

/** A text with its names; offsets in UTF-16 units. */
export type Marked = { readonly text: string; readonly spans: readonly Span[] };
/** A name in a text. */
export type Span = { readonly start: number; readonly end: number; readonly type: NameType };

/** What sentences are made from: words by language, whole addresses as formats. */
export type Stock = { readonly byLanguage: ReadonlyMap<string, Words>; readonly addresses: readonly string[] };
type Words = {
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly places: readonly string[];
  readonly countries: readonly string[];
  readonly streets: readonly string[];
};

/** Languages of the carriers, and the locales whose words fill them. English is written by people from everywhere. */
const LOCALES: { readonly [language: string]: RegExp } = {
  en: /^(en|de|fr|es|it|pt|nl|pl|sv|da|nb|fi|cs|tr|ro|hr|hu|id|vi|yo|zu|sk|sl|lv|eo|cy|tn|ta|af|ig|ha|az|uz|mk|sr|bn|sn|st|ve|xh)/,
  de: /^de/,
  fr: /^fr/,
  es: /^es/,
  it: /^it/,
  pt: /^pt/,
  nl: /^nl/,
  pl: /^pl/,
};

/** From the words of all countries, by language. */
export function stockOf(countries: readonly Country[], addresses: readonly string[]): Stock {
  const byLanguage = new Map<string, Words>();
  for (const [language, locales] of Object.entries(LOCALES)) {
    const of = countries.filter(({ locale }) => locales.test(locale));
    const all = (words: (country: Country) => readonly string[]): string[] => [...new Set(of.flatMap(words))];
    const english = countries.filter(({ locale }) => /^en/.test(locale));
    const or = (words: string[], key: "first" | "last" | "places" | "countries" | "streets"): string[] =>
      words.length > 20 ? words : [...words, ...english.flatMap((country) => country[key])];
    byLanguage.set(language, {
      first: or(
        all(({ first }) => first),
        "first",
      ),
      last: or(
        all(({ last }) => last),
        "last",
      ),
      places: [
        ...or(
          all(({ places }) => places),
          "places",
        ),
        ...KNOWN_PLACES,
        ...KNOWN_PLACES,
      ],
      countries: or(
        all(({ countries, states }) => (language === "en" ? [...countries, ...states] : countries)),
        "countries",
      ),
      streets: or(
        all(({ streets }) => streets),
        "streets",
      ),
    });
  }
  return { byLanguage, addresses };
}

const LEGAL: { readonly [language: string]: readonly string[] } = {
  en: ["Inc", "Inc.", "Ltd", "Ltd.", "LLC", "Corp.", "Corporation", "plc", "Group", "Company", "Co.", "Holdings", "Partners", "Associates"],
  de: ["GmbH", "AG", "KG", "GmbH & Co. KG", "e.V.", "UG"],
  fr: ["SA", "SARL", "SAS", "et Fils"],
  es: ["S.A.", "S.L.", "SL", "e Hijos"],
  it: ["S.p.A.", "SpA", "S.r.l.", "Srl"],
  pt: ["Lda", "Ltda", "S.A."],
  nl: ["B.V.", "BV", "N.V."],
  pl: ["Sp. z o.o.", "S.A."],
};
const KINDS = [
  "Bank",
  "University",
  "Hospital",
  "Clinic",
  "Insurance",
  "Logistics",
  "Airlines",
  "Hotel",
  "Institute",
  "Foundation",
  "School",
];
const CLUBS =
  "United|City|FC|Rovers|Tigers|Lions|Eagles|Hawks|Bears|Giants|Wolves|Rangers|Kings|Bulls|Sharks|Wanderers|Athletic|Dynamo".split("|");
const PAPERS = "Times|Post|Chronicle|Herald|Tribune|Gazette|Journal|Daily News|Star|Radio|Records".split("|");
const BODIES =
  "University|Bank|National Party|Communist Party|Ministry of Health|Museum|Royal Society|Central Bank|Football Association|Diocese|Chamber of Commerce|College".split(
    "|",
  );
const COUNCILS =
  "City Council|County Council|Police Department|School District|Symphony Orchestra|High School|Chamber of Commerce|Art Museum|Institute of Technology|Railway|Air Lines|Stock Exchange".split(
    "|",
  );
const BEFORE_PLACE = "North|South|East|West|Lake|Mount|Port|New|Upper|Fort|San|Santa|Saint|St.|River|Cape|Isle of|Gulf of|Bay of".split(
  "|",
);
const AFTER_PLACE =
  "County|River|Lake|Bay|Island|Valley|Park|Bridge|Airport|Station|Hills|Beach|Province|District|Square|Peninsula|Empire|Castle|Stadium|Street".split(
    "|",
  );
const ODD = [
  "Labs",
  "Systems",
  "Technologies",
  "Solutions",
  "Foods",
  "Energy",
  "Media",
  "Motors",
  "Pharma",
  "Capital",
  "Consulting",
  "Medical Center",
];
const STEMS =
  "Nova Vertex Blue River Summit Bright Quantum Green Iron Silver North Swift Apex Cedar Orbit Delta Falcon Prime Terra Lumen Pixel Hyper Cloud Data Omni".split(
    " ",
  );
const EN_STREETS =
  "Street St St. Avenue Ave Ave. Road Rd Rd. Lane Ln Drive Dr Court Ct Boulevard Blvd Way Place Square Terrace Close Parkway Highway".split(
    " ",
  );
const DE_STREETS = ["straße", "str.", "weg", "allee", "platz", "gasse"];
const BEFORE: { readonly [language: string]: readonly string[] } = {
  fr: ["rue de", "rue", "avenue", "avenue de", "boulevard", "place", "chemin de", "allée des"],
  es: ["Calle", "Calle de", "C/", "Avenida", "Avenida de", "Av.", "Plaza", "Paseo de"],
  it: ["Via", "Viale", "Piazza", "Corso", "Largo"],
  pt: ["Rua", "Rua de", "Avenida", "Av.", "Travessa", "Praça"],
  pl: ["ul.", "al.", "os.", "ulica"],
};
const TITLES: { readonly [language: string]: readonly string[] } = {
  en: ["Mr.", "Mrs.", "Ms.", "Mr", "Mrs", "Ms", "Dr.", "Dr", "Prof.", "Sir"],
  de: ["Herr", "Frau", "Dr.", "Herr Dr."],
  fr: ["M.", "Mme", "Monsieur", "Madame", "Dr"],
  es: ["Sr.", "Sra.", "Don", "Doña"],
  it: ["Sig.", "Sig.ra", "Dott."],
  pt: ["Sr.", "Sra.", "Dona"],
  nl: ["dhr.", "mevr.", "meneer"],
  pl: ["Pan", "Pani"],
};
const US_STATES =
  "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC".split(
    " ",
  );
/** Words before a name in prose that are no part of it. */
const RANKS =
  "Captain|Colonel|General|Brigadier General|Major|Lieutenant|Sergeant|Judge|Justice|Coach|Bishop|Father|Governor|Senator|Congressman|President|Vice President|Prime Minister|Minister|Mayor|Sheriff|Officer|Detective|Inspector|Professor|Chairman|Director|Ambassador|Chancellor|Secretary|Councillor|Rep.|Sen.|Gov.|Gen.|Col.|Capt.|Lt.|Sgt.|Rev.|actor|actress|singer|author|striker|goalkeeper|director|spokesman|spokeswoman|analyst|lawyer|midfielder|defender".split(
    "|",
  );
const AFTER_PERSON = ["Jr.", "Jr.", "Sr.", "II", "III", "IV"];

/** The share of the made-up texts that are sentences of training/names, and how many of their organisations are of any kind. */
const WRITTEN = 0.4;
const OTHER_ORG = 0.15;
const ALL_SENTENCES = [...SENTENCES.values()].flat();

const CONSONANTS = "bcdfghjklmnprstvwz";
const VOWELS = "aeiou";

type Case = "as it is" | "lower" | "upper";

/** One made-up text. `plainShare`: how many have no name. */
export function makeOne(stock: Stock, draw: Draw, plainShare: number): Marked {
  const casing: Case = draw.next() < 0.14 ? "lower" : draw.next() < 0.04 ? "upper" : "as it is";
  if (draw.next() < WRITTEN) return fill(draw.pick(ALL_SENTENCES), stock, "en", draw, casing);
  if (draw.next() < plainShare) return fill(draw.pick(PLAIN), stock, "en", draw, casing);
  if (draw.next() < 0.35) return fill(documentCarrier(draw), stock, "en", draw, casing);
  const language = draw.next() < 0.55 ? "en" : draw.pick(["de", "fr", "es", "it", "pt", "nl", "pl"]);
  const carrier = draw
    .pick(CARRIERS[language] ?? [])
    .replace(/\{C\}/g, (slot) => (draw.next() < 0.05 ? "{C}, {G}" : slot))
    .replace(/\{P\}/g, (slot) => (language === "en" && draw.next() < 0.08 ? "{R}" : slot));
  return fill(carrier, stock, language, draw, casing);
}

function fill(carrier: string, stock: Stock, language: string, draw: Draw, casing: Case): Marked {
  const spans: Span[] = [];
  let text = "";
  const cased = (part: string): string => (casing === "lower" ? part.toLowerCase() : casing === "upper" ? part.toUpperCase() : part);
  for (const part of carrier.split(/(\{(?:[A-Z]|[a-z]+)\})/)) {
    const slot = /^\{([A-Z]|[a-z]+)\}$/.exec(part)?.[1];
    if (slot === undefined) {
      text += cased(part);
      continue;
    }
    const { value, type, before = "" } = filledOf(slot, stock, language, draw);
    text += cased(before);
    // A hashtag is a name with its sign.
    const start = text.endsWith("#") ? text.length - 1 : text.length;
    text += cased(value);
    if (type !== null) spans.push({ start, end: text.length, type });
  }
  return { text, spans };
}

/** A word that is on no list: names are more than lists have. */
function invented(draw: Draw): string {
  let word = "";
  for (let syllable = 2 + draw.below(2); syllable > 0; syllable--) word += draw.pick([...CONSONANTS]) + draw.pick([...VOWELS]);
  if (draw.next() < 0.5) word += draw.pick(["n", "r", "s", "k", "l", "ff", "tz", "ski", "ova", "son", "berg", "ez"]);
  return word.charAt(0).toUpperCase() + word.slice(1);
}

function personOf(words: Words, draw: Draw): string {
  const first = draw.next() < 0.07 ? invented(draw) : draw.pick(words.first);
  const last = draw.next() < 0.15 ? invented(draw) : draw.pick(words.last);
  const chance = draw.next();
  if (chance < 0.07) return `${first} ${draw.pick([..."ABCDEFGHJKLMNPRSTW"])}. ${last}`;
  if (chance < 0.11) return `${first.charAt(0)}. ${last}`;
  if (chance < 0.17) return `${first} ${draw.pick(words.first)} ${last}`;
  if (chance < 0.23) return `${first} ${last}-${draw.pick(words.last)}`;
  if (chance < 0.26)
    return `${first} ${draw.pick(["van", "de", "von", "di", "da", "van der", "de la", "del", "bin", "O'"])} ${last}`.replace("O' ", "O'");
  if (chance < 0.3) return first;
  if (chance < 0.32) return `${first} ${last} ${draw.pick(AFTER_PERSON)}`;
  if (chance < 0.335) return `${first} "${draw.next() < 0.5 ? invented(draw) : draw.pick(words.first)}" ${last}`;
  return `${first} ${last}`;
}

function placeOf(words: Words, language: string, draw: Draw): string {
  const chance = draw.next();
  const known = draw.next();
  const place = known < 0.08 ? invented(draw) : draw.pick(known < 0.3 && language === "en" ? PLACES : words.places);
  if (language !== "en" || chance < 0.75) return place;
  if (chance < 0.85) return `${draw.pick(BEFORE_PLACE)} ${place}`;
  return `${draw.next() < 0.5 ? place : draw.pick(words.last)} ${draw.pick(AFTER_PLACE)}`;
}

function orgOf(words: Words, language: string, draw: Draw): string {
  const legal = draw.pick(LEGAL[language] ?? LEGAL["en"] ?? []);
  const chance = draw.next();
  if (chance < 0.2) return draw.pick(KNOWN_ORGS);
  if (chance < 0.27) return draw.pick(MORE_ORGS);
  if (chance < 0.42) {
    const place = draw.pick(words.places);
    return draw.pick([
      `${place} ${draw.pick(CLUBS)}`,
      `${place} ${draw.pick(PAPERS)}`,
      `${draw.pick(BODIES)} of ${draw.pick([place, draw.pick(words.countries)])}`,
      `${place} ${draw.pick(COUNCILS)}`,
    ]);
  }
  if (chance < 0.5) return `${draw.pick(words.last)} ${legal}`;
  if (chance < 0.55) return `${draw.pick(words.last)} ${draw.pick(["&", "and", "und", "et", "y"])} ${draw.pick(words.last)}`;
  if (chance < 0.65) return `${draw.pick(words.places)} ${draw.pick(KINDS)}`;
  if (chance < 0.7) return `${draw.pick(KINDS)} of ${draw.pick(words.places)}`;
  if (chance < 0.8) return `${draw.pick(STEMS)}${draw.pick(["", " ", ""])}${draw.pick(STEMS)} ${draw.pick(ODD)}`;
  if (chance < 0.9) return `${draw.pick(STEMS)}${draw.pick(["ify", "ly", "io", "Soft", "Pay", "Ride", "Works", "Hub"])}`;
  return `${invented(draw)} ${draw.pick([legal, draw.pick(ODD)])}`;
}

function streetOf(words: Words, language: string, draw: Draw): string {
  const house = `${1 + draw.below(draw.next() < 0.3 ? 9999 : 180)}${draw.next() < 0.08 ? draw.pick(["a", "b", " bis", "B"]) : ""}`;
  const name = draw.next() < 0.35 ? draw.pick(words.last) : draw.pick([...words.places, ...words.last]);
  switch (language) {
    case "en": {
      const compass = draw.next() < 0.12 ? `${draw.pick(["N", "S", "E", "W", "North", "East"])} ` : "";
      const street =
        draw.next() < 0.12
          ? `${1 + draw.below(90)}${draw.pick(["th", "st", "nd"])} ${draw.pick(EN_STREETS)}`
          : `${name} ${draw.pick(EN_STREETS)}`;
      const flat = draw.next() < 0.2 ? `, ${draw.pick(["Apt", "Apt.", "Suite", "Unit", "Flat", "#"])} ${1 + draw.below(400)}` : "";
      return `${house} ${compass}${street}${flat}`;
    }
    case "de":
      return `${draw.next() < 0.5 && words.streets.length > 0 ? draw.pick(words.streets) : `${name}${draw.pick(DE_STREETS)}`} ${house}`;
    case "nl":
      return `${name}${draw.pick(["straat", "laan", "weg", "plein", "gracht"])} ${house}`;
    case "fr":
      return `${house}${draw.pick([" ", ", "])}${draw.pick(BEFORE["fr"] ?? [])} ${name}`;
    default:
      return `${draw.pick(BEFORE[language] ?? [])} ${name}${draw.pick([" ", ", "])}${house}`;
  }
}

const digits = (draw: Draw, count: number): string => Array.from({ length: count }, () => draw.below(10)).join("");

function townOf(words: Words, language: string, draw: Draw): string {
  const place = draw.pick(words.places);
  switch (language) {
    case "en":
      return draw.next() < 0.25
        ? `${place} ${draw.pick(["SW1A 1AA", "M1 4BT", "EC2A 4NE", "LS1 5DL", "B3 2EW", "G2 8DL"])}`
        : `${place}, ${draw.pick(US_STATES)} ${digits(draw, 5)}`;
    case "pl":
      return `${digits(draw, 2)}-${digits(draw, 3)} ${place}`;
    case "nl":
      return `${1 + draw.below(9)}${digits(draw, 3)} ${draw.pick(["AB", "KX", "GT", "RD", "ZN"])} ${place}`;
    case "pt":
      return `${digits(draw, 4)}-${digits(draw, 3)} ${place}`;
    default:
      return `${digits(draw, 5)} ${place}`;
  }
}

function addressOf(stock: Stock, words: Words, language: string, draw: Draw, lines: boolean): string {
  if (language === "en" && stock.addresses.length > 0 && draw.next() < 0.5) {
    const real = draw.pick(stock.addresses);
    return lines ? real : real.replaceAll("\n", ", ");
  }
  const country = draw.next() < 0.15 ? `${lines ? "\n" : ", "}${draw.pick(words.countries)}` : "";
  if (draw.next() < 0.12) return streetOf(words, language, draw);
  return `${streetOf(words, language, draw)}${lines ? "\n" : draw.pick([", ", ", ", " "])}${townOf(words, language, draw)}${country}`;
}

/** `before`: what stands before the name and is no part of it. */
type Filled = { readonly value: string; readonly type: NameType | null; readonly before?: string };

function filledOf(slot: string, stock: Stock, language: string, draw: Draw): Filled {
  const words = stock.byLanguage.get(language);
  if (words === undefined) throw new Error(`no words for ${language}`);
  switch (slot) {
    case "P":
      return { value: personOf(words, draw), type: "PERSON" };
    case "F":
      return { value: draw.next() < 0.05 ? invented(draw) : draw.pick(words.first), type: "PERSON" };
    case "L":
      return { value: draw.next() < 0.12 ? invented(draw) : draw.pick(words.last), type: "PERSON" };
    case "T":
      return { before: `${draw.pick(TITLES[language] ?? [])} `, value: draw.pick(words.last), type: "PERSON" };
    case "R":
      return { before: `${draw.pick(RANKS)} `, value: draw.next() < 0.3 ? draw.pick(words.last) : personOf(words, draw), type: "PERSON" };
    case "C":
      return { value: placeOf(words, language, draw), type: "LOCATION" };
    case "J":
      return { value: draw.pick(NATIONALITIES), type: null };
    case "G":
      return { value: draw.pick(words.countries), type: "LOCATION" };
    case "O":
      return { value: orgOf(words, language, draw), type: "ORG" };
    case "A":
      return { value: addressOf(stock, words, language, draw, false), type: "ADDRESS" };
    case "M":
      return { value: addressOf(stock, words, language, draw, true), type: "ADDRESS" };
    case "S":
      return { value: streetOf(words, language, draw), type: "ADDRESS" };
    case "D":
      return {
        value: draw.pick([
          `${1 + draw.below(28)}.${1 + draw.below(12)}.2024`,
          "2024-03-17",
          "March 3",
          "12 May 2023",
          "5/11/2025",
          "June 2024",
        ]),
        type: null,
      };
    case "N":
      return {
        value: draw.pick([
          digits(draw, 3),
          digits(draw, 6),
          `${draw.pick(["A", "BX-", "ORD-", "#"])}${digits(draw, 5)}`,
          `${digits(draw, 2)}.50`,
        ]),
        type: null,
      };
    case "X":
      return { value: BLANKED, type: null };
    default: {
      const names = ORGANISATIONS.get(slot);
      if (names === undefined) throw new Error(`no names for the slot ${slot}`);
      return { value: draw.next() < OTHER_ORG ? orgOf(words, language, draw) : draw.pick(names), type: "ORG" };
    }
  }
}
