/**
 * Made-up personal data of fixed form, with its neighbours that are nobody's: for `npm run eval:guardrails` and its test. Values are drawn by
 * a seed after the detectors' own samples, which are public examples; whether a drawn one is valid is asked of its form.
 */
import type { PersonalDataType } from "../../../core/guardrail/finding.ts";
import { readSample } from "../../../core/guardrail/pii/detector.ts";
import { IDENTIFIERS } from "../../../core/guardrail/pii/national-id.ts";
import { pick, type Random, redrawn, seeded } from "./draw.ts";
import { SENTENCES } from "./sentences.ts";
import { VALUES } from "./values.ts";

/** `expected`: where personal data is, and of what kind; null: the text holds none of kind `of`. */
export type Vector = {
  readonly text: string;
  readonly of: PersonalDataType;
  /** The identifier or value that it was made of. */
  readonly name: string;
  readonly expected: { readonly start: number; readonly end: number } | null;
};

/** A value in a text: alone, in a sentence of ten languages, as a field of JSON, in a line of a table, beside other digits. */
function placed(random: Random, label: string, value: string): { readonly text: string; readonly start: number } {
  const named = label === "" ? "" : `${label} `;
  const key =
    label
      .replace(/[^\p{L}\p{N}\p{M}]+/gu, "_")
      .replace(/^_+|_+$/g, "")
      .toLowerCase() || "value";
  const [before, after] = pick<readonly [string, string]>(random, [
    [named, ""],
    ...SENTENCES.map((sentence): readonly [string, string] => {
      const [head = "", tail = ""] = sentence.split("{}");
      return [head + named, tail];
    }),
    [`{"${key}":"`, `","count":3}`],
    [`{"customer":{"name":"x","${key}": "`, `"}}`],
    [`room 12; ${named}`, `, 3 items`],
    [`- ${named}`, `\n- next`],
    [`${named === "" ? "" : `${label}: `}`, ` (copy 2)`],
  ]);
  return { text: before + value + after, start: before.length };
}

/** One state's identifiers: as valid as its form can tell, or broken in its check. */
function* identifierVectors(random: Random, count: number): Generator<Vector> {
  for (const { name, hits, compact, isValid } of IDENTIFIERS) {
    for (let round = 0; round < count; round++) {
      const sample = readSample(pick(random, hits));
      const label = sample.text.slice(0, sample.start).replace(/[\s:«(]+$/, "");
      const form = sample.text.slice(sample.start, sample.end);
      const isOf = (value: string, check: boolean): boolean => {
        const plain = value.replace(/[^0-9A-Za-z]/g, "").toUpperCase();
        return compact.test(plain) && (isValid === undefined || isValid(plain) === check);
      };
      const value = drawn(random, form, (text) => isOf(text, true));
      if (value === null) throw new Error(`nothing like ${form} can be drawn`);
      const good = placed(random, label, value);
      yield { text: good.text, of: "NATIONAL_ID", name, expected: { start: good.start, end: good.start + value.length } };
      if (isValid === undefined || round % 2 === 1) continue;
      const broken = drawn(random, value, (text) => isOf(text, false), true);
      if (broken === null) continue;
      yield { text: placed(random, label, broken).text, of: "NATIONAL_ID", name, expected: null };
    }
  }
}

/** Redrawn until `fits`. Half of the places keep what they have, since few random texts fit a form. */
function drawn(random: Random, form: string, fits: (text: string) => boolean, isSmall = false): string | null {
  for (let tries = 0; tries < 20_000; tries++) {
    const text = form.replace(/[0-9A-Za-z]/g, (unit) => (random() < (isSmall ? 0.15 : 0.4) ? redrawn(random, unit) : unit));
    if (text !== form && fits(text)) return text;
  }
  return null;
}

/** All of them for one seed; `count` of each value, and as many neighbours. */
export function* vectors(seed: number, count: number): Generator<Vector> {
  const random = seeded(seed);
  yield* identifierVectors(random, count);
  for (const { of, name, labels, draw, within = ["", ""] } of VALUES) {
    for (let round = 0; round < count; round++) {
      const value = draw(random);
      const { text, start } = placed(random, pick(random, labels), within[0] + value + within[1]);
      yield { text, of, name, expected: { start: start + within[0].length, end: start + within[0].length + value.length } };
    }
  }
}

/** What has digits and is nobody's. */
const NEIGHBOURS: readonly ((random: Random) => string)[] = [
  (random) => `order ${redrawn(random, "1000000000")}`,
  (random) => `order no. ${redrawn(random, "123-4567890-1234567")}`,
  (random) => `Bestellung ${redrawn(random, "12345678")}`,
  (random) => `SKU ${redrawn(random, "AB-1234-C")}, ${redrawn(random, "AB123456C")}`,
  (random) => `item ${redrawn(random, "ABC1234")}`,
  (random) => `${1_600_000_000 + Math.floor(random() * 2e8)}`,
  (random) => `at ${1_600_000_000_000 + Math.floor(random() * 2e11)}`,
  (random) => new Date(1.5e12 + Math.floor(random() * 3e11)).toISOString(),
  (random) => `commit ${hex(random, 40)}`,
  (random) => `sha256:${hex(random, 64)}`,
  (random) => `${hex(random, 8)}-${hex(random, 4)}-4${hex(random, 3)}-a${hex(random, 3)}-${hex(random, 12)}`,
  (random) => `etag "${hex(random, 16)}"`,
  (random) => `v${redrawn(random, "1.2.3")}, build ${redrawn(random, "20240511")}`,
  (random) => `tracking ${redrawn(random, "1Z999AA10123456784")}`,
  (random) => `tracking number ${redrawn(random, "9400111899223344556677")}`,
  (random) => `parcel ${redrawn(random, "JJD000390007412345678")}`,
  (random) => `ISBN 978-3-16-148410-0, EAN 4006381333931, part ${redrawn(random, "06A 115 561 B")}`,
  (random) => `total ${redrawn(random, "1")},${redrawn(random, "234")}.${redrawn(random, "50")} EUR of ${redrawn(random, "98765.43")}`,
  (random) => `${redrawn(random, "52")}.${redrawn(random, "520008")}, ${redrawn(random, "13")}.${redrawn(random, "404954")}`,
  (random) => `lot ${redrawn(random, "123456789")} of ${redrawn(random, "2024")}`,
  (random) => `invoice ${redrawn(random, "2024-000123")} paid on ${redrawn(random, "1")}.5.2024`,
  (random) => `flight LH ${redrawn(random, "441")}, seat ${redrawn(random, "12")}C, gate B${redrawn(random, "22")}`,
  (random) => `ticket #${redrawn(random, "123456")}, case ${redrawn(random, "00123456")}`,
  (random) => `${1 + Math.floor(random() * 5)}${redrawn(random, "23 456 789")} views in ${redrawn(random, "12")} days`,
  (random) => `rows ${redrawn(random, "1024 2048 4096 8192")}`,
  (random) => `error 0x${hex(random, 8)} at 0x${hex(random, 16)}`,
  (random) => `serial ${redrawn(random, "C02XK1ABJGH5")}`,
  (random) => `the meeting of ${redrawn(random, "1")}2 May 2024 at 10:30, room ${redrawn(random, "305")}`,
  (random) => `{"id":${redrawn(random, "9123456")},"sku":"${redrawn(random, "TX-77-1234")}","at":"2024-05-01T10:30:00Z"}`,
  (random) => `meter reading ${redrawn(random, "123456")} kWh, ${redrawn(random, "12")} %`,
  (random) => `ratio 0.${redrawn(random, "4111111111111111")}`,
  (random) => `SHA1 fingerprint ${hex(random, 40).replace(/(..)(?=.)/g, "$1:")}`,
];

const hex = (random: Random, units: number): string => Array.from({ length: units }, () => Math.floor(random() * 16).toString(16)).join("");

/** Texts in which nothing of fixed form is anybody's. */
export function* neighbours(seed: number, count: number): Generator<string> {
  const random = seeded(seed);
  for (let round = 0; round < count; round++) {
    const [head = "", tail = ""] = pick(random, SENTENCES).split("{}");
    yield head + pick(random, NEIGHBOURS)(random) + tail;
  }
}
