/** How people write personal data, and what is written like it (test/support/spellings). */
import { describe, expect, it } from "vitest";
import { readSample } from "../../../core/guardrail/pii/detector.ts";
import { findPersonalData } from "../../../core/guardrail/pii/personal-data.ts";
import { openScan } from "../../../core/guardrail/pii/scan.ts";
import { CARDS_OR_PHONES, CARDS_WRITTEN } from "../../support/spellings/cards.ts";
import { IDENTIFIERS_NAMED, PASSPORTS_NAMED } from "../../support/spellings/identifiers.ts";
import { MAILS } from "../../support/spellings/mails.ts";
import { PASSWORDS } from "../../support/spellings/passwords.ts";
import { PHONES } from "../../support/spellings/phones.ts";
import type { Spelling } from "../../support/spellings/spelling.ts";

const SPELLINGS: readonly Spelling[] = [CARDS_OR_PHONES, CARDS_WRITTEN, PASSWORDS, IDENTIFIERS_NAMED, PASSPORTS_NAMED, PHONES, MAILS];

const found = (text: string): string[] => findPersonalData(text).map(({ type, start, end }) => `${type} ${text.slice(start, end)}`);
const notFound = (samples: readonly string[], type: string): unknown[] =>
  samples.flatMap((sample) => {
    const { text, start, end } = readSample(sample);
    const all = found(text);
    return all.includes(`${type} ${text.slice(start, end)}`) ? [] : [{ sample, all }];
  });
const wronglyFound = (samples: readonly string[], type: string): unknown[] =>
  samples.flatMap((sample) => (found(sample).some((one) => one.startsWith(`${type} `)) ? [{ sample, all: found(sample) }] : []));

function streamed(whole: string): unknown {
  const all: unknown[] = [];
  const scan = openScan();
  for (const unit of whole) scan.push(unit, ({ findings }) => all.push(...findings));
  scan.end(({ findings }) => all.push(...findings));
  return all;
}

describe.each(SPELLINGS.map((spelling) => [spelling.title, spelling] as const))("%s", (title, { type, ...texts }) => {
  it(`${title}: is found as it is written`, () => {
    expect(notFound(texts.hits, type)).toEqual([]);
    expect(notFound(texts.freshHits, type)).toEqual([]);
  });
  it(`${title}: what is written like it is left`, () => {
    expect(wronglyFound(texts.misses, type)).toEqual([]);
    expect(wronglyFound(texts.freshMisses, type)).toEqual([]);
  });
  it(`${title}: the same in a stream`, () => {
    for (const sample of [...texts.hits, ...texts.freshHits, ...texts.misses, ...texts.freshMisses]) {
      const { text } = readSample(sample);
      expect(streamed(text), text).toEqual(findPersonalData(text));
    }
  });
  it(`${title}: at least forty texts of each kind, half of them fresh`, () => {
    expect(texts.hits.length + texts.freshHits.length).toBeGreaterThanOrEqual(40);
    expect(texts.freshHits.length).toBeGreaterThanOrEqual(20);
  });
});
