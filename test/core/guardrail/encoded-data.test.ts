/** Personal data and tokens in every code that is read, and in codes of ordinary life, which stay. */
import { describe, expect, it } from "vitest";
import { findPersonalData } from "../../../core/guardrail/pii/personal-data.ts";
import { dice } from "../../support/budget.ts";
import { often } from "../../support/depth.ts";

const bytes = (text: string) => Buffer.from(text);
const base32 = (data: Uint8Array): string => {
  const bits = [...data].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const units = (bits.match(/.{1,5}/g) ?? []).map((five) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[Number.parseInt(five.padEnd(5, "0"), 2)]);
  return units.join("");
};
const pairs = (text: string, before: string) => bytes(text).toString("hex").toUpperCase().replace(/../g, `${before}$&`);
const every = (text: string, write: (unit: number) => string) => [...bytes(text)].map(write).join("");

const CODES: readonly (readonly [string, (text: string) => string])[] = [
  ["base64", (text) => bytes(text).toString("base64")],
  ["base64 twice", (text) => bytes(bytes(text).toString("base64")).toString("base64")],
  ["base64 of URLs", (text) => bytes(text).toString("base64url")],
  ["base32", (text) => base32(bytes(text)).padEnd(8 * Math.ceil(base32(bytes(text)).length / 8), "=")],
  ["base32 without padding", (text) => base32(bytes(text))],
  ["hexadecimal", (text) => bytes(text).toString("hex")],
  ["hexadecimal with 0x", (text) => `0x${bytes(text).toString("hex")}`],
  ["hexadecimal with colons", (text) => pairs(text, ":").slice(1)],
  ["quoted-printable", (text) => pairs(text, "=")],
  ["percent", (text) => pairs(text, "%")],
  ["percent twice", (text) => encodeURIComponent(encodeURIComponent(text))],
  ["octal", (text) => every(text, (unit) => `\\${unit.toString(8).padStart(3, "0")}`)],
  ["HTML", (text) => every(text, (unit) => `&#${unit};`)],
  ["JSON", (text) => every(text, (unit) => `\\u00${unit.toString(16)}`)],
];
const DATA = [
  ["a mail address", "ada.lovelace@example.org"],
  ["a card", "4111 1111 1111 1111"],
  ["an account", "DE89370400440532013000"],
  ["a phone", "+49 30 901820 12"],
  ["a token", `gh${"p"}_abcdefghijklmnopqrstuvwxyz0123456789`],
] as const;

describe("[GUARD-26] a code hides no personal data and no token", () => {
  it.each(CODES)("in %s", (_name, write) => {
    for (const [what, data] of DATA) {
      const word = write(data);
      const [found] = findPersonalData(`See ${word} please`, "", false);
      expect(found, what).toMatchObject({ start: 4, end: 4 + word.length });
    }
  });
});

it("[GUARD-27] ids, digests, fingerprints, query strings and numbers are in no code", () => {
  const roll = dice(20_261_130);
  const data = (count: number) => Uint8Array.from({ length: count }, () => Math.floor(roll() * 256));
  const hex = (count: number) => Buffer.from(data(count)).toString("hex");
  const kinds: readonly (() => string)[] = [
    () => hex(16).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    () => hex(20),
    () => hex(32).toUpperCase(),
    () => Buffer.from(data(32)).toString("base64"),
    () => Buffer.from(data(16)).toString("base64url"),
    () => base32(data(20)),
    () => `run_${base32(data(16)).toLowerCase()}`,
    () => (hex(32).toUpperCase().match(/../g) ?? []).join(":"),
    () => `00-${hex(16)}-${hex(8)}-01`,
    () => `page=20&size=20&from=20${Math.floor(roll() * 1e6)}`,
  ];
  const rounds = often(500, 20_000);
  const texts = kinds.flatMap((make) => Array.from({ length: rounds }, () => `id ${make()}.`));
  const coded = texts.filter((text) => findPersonalData(text, "", false).some(({ detector }) => detector === "secret_encoded"));
  expect([texts.length, coded]).toEqual([10 * rounds, []]);
});
