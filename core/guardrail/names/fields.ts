/**
 * What the key of a JSON field says of its value: `customer_name` holds a person, `billingAddress` an address. Keys are read word by word,
 * in the languages that people write them in. Knows nothing of the value.
 */
import type { NameType } from "./tags.ts";

const KEYS: { readonly [T in NameType]: RegExp } = {
  PERSON:
    /^(?:(?:first|last|full|given|family|middle|maiden|sur|customer|client|patient|contact|person|user|employee|guest|passenger|recipient|sender|payee|payer|account holder|card ?holder|holder|borrower|tenant|driver|agent|manager|doctor|author|applicant|beneficiary|insured|spouse|display) ?name|surname|vorname|nachname|nom|prenom|prénom|nombre|apellidos?|cognome|apelido|sobrenome|voornaam|achternaam|imie|imię|nazwisko|patient|recipient|cardholder|payee|beneficiary|assignee|passenger|kunde|empfänger|destinataire|destinatario)$/,
  ADDRESS:
    /^(?:(?:\w+ )*(?:address|addr|anschrift|adresse|direccion|dirección|indirizzo|endereco|endereço|morada|adres)(?: ?(?:line)? ?\d)?|street|street ?(?:name|address|line ?\d?)|straße|strasse|rue|calle|rua|via|straat|ulica)$/,
  LOCATION:
    /^(?:(?:\w+ )?(?:city|town|country|village)|birth ?place|place of birth|ort|stadt|wohnort|ville|pays|ciudad|pais|país|citta|città|cidade|woonplaats|miasto)$/,
  ORG: /^(?:(?:company|employer|organi[sz]ation|vendor|supplier|merchant|business|firm|bank|school|university|hospital)(?: name)?|firma|arbeitgeber|entreprise|empresa|azienda|bedrijf|employeur)$/,
};
/** Addresses of machines are none of people. */
const OF_MACHINES = /\b(?:e ?mail|mail|ip|mac|web|url|wallet|net|memory|host|server)\b/;
const LONGEST_KEY = 48;

/** `customerName`, `customer_name` and `Customer-Name` are `customer name`. */
export const wordsOfKey = (key: string): string =>
  key
    .slice(0, LONGEST_KEY)
    .replace(/(\p{Ll})(\p{Lu})/gu, "$1 $2")
    .replace(/[_.\-/\s]+/g, " ")
    .trim()
    .toLowerCase();

/** The kind that a key surely names; null: the value decides. */
export function kindOfField(words: string): NameType | null {
  if (words === "" || OF_MACHINES.test(words)) return null;
  for (const type of ["PERSON", "ADDRESS", "LOCATION", "ORG"] as const) if (KEYS[type].test(words)) return type;
  return null;
}

const NOTHING = /^(?:n\/?a|none|null|unknown|anonymous|test|true|false|yes|no|undefined|other|tbd|-+)$/i;
const LONGEST_VALUE: { readonly [T in NameType]: number } = { PERSON: 80, ADDRESS: 240, LOCATION: 80, ORG: 120 };

/** Whether the whole of a field's value is what its key names: a few words, no sentence, nothing that other detectors found. */
export function fillsField(value: string, type: NameType): boolean {
  if (value.length < 2 || value.length > LONGEST_VALUE[type] || NOTHING.test(value) || !/\p{L}{2}/u.test(value)) return false;
  if (/[{}<>\uffff]|:\/\//.test(value)) return false;
  const words = value.split(/\s+/).length;
  if (type === "ADDRESS") return words <= 24 && /\s/.test(value);
  return words <= 6 && !/[!?;]|\d{3}|_/.test(value);
}
