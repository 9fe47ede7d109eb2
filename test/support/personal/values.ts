/** Values that are no state's: how each is drawn, and the words that stand before it (empty: it is found without). */
import type { PersonalDataType } from "../../../core/guardrail/finding.ts";
import { passesLuhn, passesMod97 } from "../../../core/guardrail/pii/checksums.ts";
import { readSample } from "../../../core/guardrail/pii/detector.ts";
import { ibans } from "../../../core/guardrail/pii/iban.ts";
import { card, pick, type Random, redrawn } from "./draw.ts";

type Value = {
  readonly of: PersonalDataType;
  readonly name: string;
  readonly labels: readonly string[];
  readonly draw: (random: Random) => string;
  /** What belongs around it and is not found. */
  readonly within?: readonly [string, string];
};

const digits = (random: Random, count: number): string => redrawn(random, "0".repeat(count));
const between = (random: Random, low: number, high: number): number => low + Math.floor(random() * (high - low + 1));
const two = (number: number): string => String(number).padStart(2, "0");
const hexPair = (random: Random): string => between(random, 0, 255).toString(16).padStart(2, "0");

function iban(random: Random): string {
  const sample = readSample(pick(random, ibans.samples.hits));
  const plain = sample.text.slice(sample.start, sample.end).replace(/ /g, "");
  const account = plain.slice(0, 2) + plain.slice(4).replace(/\d/g, (digit) => redrawn(random, digit));
  for (let check = 2; check < 99; check++) {
    const whole = `${account.slice(0, 2)}${two(check)}${account.slice(2)}`;
    if (passesMod97(whole.slice(4) + whole.slice(0, 4))) return random() < 0.5 ? whole : whole.replace(/(.{4})(?=.)/g, "$1 ");
  }
  throw new Error("no check digits fit");
}

function imei(random: Random): string {
  const body = `35${digits(random, 12)}`;
  const whole = body + Array.from("0123456789").find((digit) => passesLuhn(body + digit));
  return random() < 0.5 ? whole : `${whole.slice(0, 2)}-${whole.slice(2, 8)}-${whole.slice(8, 14)}-${whole.slice(14)}`;
}

const grouped = (random: Random, number: string): string =>
  pick(random, [number, number.replace(/(.{4})(?=.)/g, "$1 "), number.replace(/(.{4})(?=.)/g, "$1-")]);

const MONTHS: readonly (readonly [string, readonly string[]])[] = [
  ["born on", ["1 May 1980", "12 March 1975", "May 12, 1980", "3rd of June 1991"]],
  ["geboren am", ["12. Mai 1980", "3. März 1975"]],
  ["née le", ["12 mai 1980", "1er août 1975"]],
  ["fecha de nacimiento", ["12 de mayo de 1980", "3 de septiembre de 1975"]],
  ["nato il", ["12 maggio 1980", "3 agosto 1975"]],
  ["geboren op", ["12 mei 1980", "3 augustus 1975"]],
  ["data urodzenia", ["12 maja 1980", "3 sierpnia 1975"]],
  ["data de nascimento", ["12 de maio de 1980", "3 de setembro de 1975"]],
  ["дата рождения", ["12 мая 1980", "3 августа 1975"]],
  ["जन्म तिथि", ["12 मई 1980", "3 अगस्त 1975"]],
];

export const VALUES: readonly Value[] = [
  {
    of: "EMAIL",
    name: "email",
    labels: ["", "mail"],
    draw: (random) =>
      `${pick(random, ["ada", "m.weber", "jo+shop", "li_wei"])}${digits(random, 2)}@${pick(random, ["acme.org", "mail.shop.co.uk", "müller.de"])}`,
  },
  { of: "CREDIT_CARD", name: "visa", labels: ["", "card"], draw: (random) => grouped(random, card(random, "4", 16)) },
  {
    of: "CREDIT_CARD",
    name: "mastercard",
    labels: ["", "card"],
    draw: (random) => grouped(random, card(random, `5${between(random, 1, 5)}`, 16)),
  },
  { of: "CREDIT_CARD", name: "amex", labels: ["", "card"], draw: (random) => card(random, pick(random, ["34", "37"]), 15) },
  { of: "IBAN", name: "iban", labels: ["", "IBAN"], draw: iban },
  {
    of: "SSN",
    name: "ssn",
    labels: ["", "SSN"],
    draw: (random) => `${between(random, 100, 665)}-${two(between(random, 1, 99))}-${between(random, 1000, 9999)}`,
  },
  {
    of: "IP",
    name: "ipv4",
    labels: ["", "from"],
    draw: (random) => `${between(random, 11, 126)}.${between(random, 0, 255)}.${between(random, 0, 255)}.${between(random, 1, 254)}`,
  },
  {
    of: "MAC",
    name: "mac",
    labels: ["", "MAC"],
    draw: (random) => ["3c", ...Array.from({ length: 5 }, () => hexPair(random))].join(pick(random, [":", "-"])),
  },
  { of: "IMEI", name: "imei", labels: ["IMEI"], draw: imei },
  {
    of: "CRYPTO_ADDRESS",
    name: "ethereum",
    labels: ["", "wallet"],
    draw: (random) => `0x${Array.from({ length: 20 }, () => hexPair(random)).join("")}`,
  },
  {
    of: "SECRET",
    name: "secret_url",
    labels: [""],
    draw: (random) => `ada:${redrawn(random, "pwabc123")}`,
    within: ["postgres://", "@db.acme.org/shop"],
  },
  {
    of: "PASSPORT",
    name: "passport",
    labels: ["passport", "Reisepass", "passeport", "pasaporte", "passaporto", "paspoort", "paszport", "passaporte", "паспорт", "पासपोर्ट"],
    draw: (random) => redrawn(random, pick(random, ["C12345678", "123456789", "AB1234567", "K1234567"])),
  },
  {
    of: "LICENSE_PLATE",
    name: "license_plate",
    labels: [
      "license plate",
      "number plate",
      "Kennzeichen",
      "plaque d'immatriculation",
      "matrícula",
      "targa",
      "kenteken",
      "numer rejestracyjny",
      "placa",
    ],
    draw: (random) =>
      redrawn(
        random,
        pick(random, [
          "7ABC123",
          "AB12 CDE",
          "B-MW 1234",
          "M AB 123",
          "AA-123-BB",
          "1234 BCD",
          "AB 123 CD",
          "12-ABC-3",
          "WA 12345",
          "ABC1D23",
        ]),
      ),
  },
  {
    of: "BIRTH_DATE",
    name: "in figures",
    labels: [
      "date of birth",
      "DOB",
      "Geburtsdatum",
      "date de naissance",
      "fecha de nacimiento",
      "data di nascita",
      "geboortedatum",
      "data urodzenia",
      "data de nascimento",
      "дата рождения",
      "जन्म तिथि",
    ],
    draw: (random) => {
      const [day, month, year] = [between(random, 1, 28), between(random, 1, 12), between(random, 1930, 2010)];
      return pick(random, [
        `${year}-${two(month)}-${two(day)}`,
        `${two(day)}.${two(month)}.${year}`,
        `${two(day)}/${two(month)}/${year}`,
        `${day}-${month}-${year}`,
      ]);
    },
  },
  ...MONTHS.map(
    ([label, forms]): Value => ({
      of: "BIRTH_DATE",
      name: label,
      labels: [label],
      draw: (random) => pick(random, forms).replace(/19\d\d/, String(between(random, 1930, 2010))),
    }),
  ),
  {
    of: "PHONE",
    name: "phone",
    labels: ["call", "tel."],
    draw: (random) =>
      pick(random, [
        `+49 30 ${digits(random, 2)}1820${digits(random, 1)}`.replace("+49 30 0", "+49 30 9"),
        `(415) 555-${digits(random, 4)}`,
        `+44 20 7946 0${digits(random, 3)}`,
      ]),
  },
];
