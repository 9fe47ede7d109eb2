/** The same questions to every detector of the lists: whoever adds one gets them all. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guardVersion } from "../../../core/cache/guard-version.ts";
import { fold } from "../../../core/guardrail/fold.ts";
import { codesIn } from "../../../core/guardrail/injection/codes.ts";
import { DISGUISES, listed } from "../../../core/guardrail/injection/disguise.ts";
import { findInjection } from "../../../core/guardrail/injection/injection.ts";
import { normalise } from "../../../core/guardrail/injection/normalise.ts";
import { hasSign } from "../../../core/guardrail/injection/signs.ts";
import { openBoundary } from "../../../core/guardrail/pii/boundary.ts";
import { censusOf } from "../../../core/guardrail/pii/census.ts";
import { LONGEST_FINDING, readSample } from "../../../core/guardrail/pii/detector.ts";
import { DETECTORS, rankOf, STAGES } from "../../../core/guardrail/pii/detectors.ts";
import { OPEN_ENDED } from "../../../core/guardrail/pii/open-ended.ts";
import { findPersonalData } from "../../../core/guardrail/pii/personal-data.ts";
import { openScan } from "../../../core/guardrail/pii/scan.ts";
import { text } from "./stream/texts.ts";

const runs = { numRuns: 400, seed: 20_261_120 };
const page = readFileSync(join(import.meta.dirname, "../../../docs/guardrails.md"), "utf8");
const detectors = DETECTORS.map((detector) => [detector.type, detector] as const);
const openEnded = Object.entries(OPEN_ENDED);

/** Everything that a stretch may stand beside. */
const around = fc.oneof(
  text.map((whole) => whole.slice(0, 60)),
  fc.constantFrom("", " ", ", ", ". ", "\n", "(", ")", '"', "see ", "and 7 ", ": "),
);

/** Where a quiet cut of the folded text lies inside a stretch; null: nowhere. */
function cutInside(folded: string, start: number, end: number): number | null {
  const boundary = openBoundary();
  for (let index = 0; index < end; index++) {
    const code = folded.charCodeAt(index);
    if (boundary.isQuiet(code, index)) {
      if (index > start) return index;
      boundary.restart(index);
    }
    boundary.see(code, index);
  }
  return null;
}

function streamed(whole: string): unknown {
  const found: unknown[] = [];
  const scan = openScan();
  for (const unit of whole) scan.push(unit, ({ findings }) => found.push(...findings));
  scan.end(({ findings }) => found.push(...findings));
  return found;
}

describe.each(detectors)("the detector of %s", { timeout: 60_000 }, (type, detector) => {
  const { names, samples, longest, mayFind, find } = detector;
  it.each([...samples.hits])("finds %s", (sample) => {
    const { text: whole, start, end } = readSample(sample);
    expect(start, "a sample marks what is found").toBeGreaterThanOrEqual(0);
    expect(find(whole, 0, "")).toContainEqual(expect.objectContaining({ type, start, end }));
    expect(findPersonalData(whole)).toContainEqual(expect.objectContaining({ type, start, end }));
  });
  it.each([...samples.misses])("leaves %s", (sample) => expect(find(fold(sample).text, 0, "")).toEqual([]));
  it("gives findings of its own type, by its own names, each of them in a sample", () => {
    const given = samples.hits.flatMap((sample) => find(readSample(sample).text, 0, ""));
    expect([...new Set(given.map((one) => one.detector))].sort()).toEqual([...names].sort());
    expect(new Set(given.map((one) => one.type))).toEqual(new Set([type]));
  });
  it("declares a length that the window holds, and finds nothing in a text whose make-up it passes over", () => {
    expect(longest).toBeLessThanOrEqual(LONGEST_FINDING);
    fc.assert(
      fc.property(around, fc.constantFrom(...samples.hits), around, (before, sample, after) => {
        const folded = fold(before + readSample(sample).text + after).text;
        const found = find(folded, 0, "");
        for (const { start, end } of found) expect(end - start).toBeLessThanOrEqual(longest);
        if (found.length > 0) expect(mayFind(censusOf(folded))).toBe(true);
      }),
      runs,
    );
  });
  it("[STREAM-2] finds nothing that a quiet cut lies in, whatever stands around it", () => {
    fc.assert(
      fc.property(around, fc.constantFrom(...samples.hits), around, (before, sample, after) => {
        const folded = fold(before + readSample(sample).text + after).text;
        fc.pre(!/eyJ|-BEGIN/.test(folded));
        for (const { start, end } of find(folded, 0, ""))
          expect(cutInside(folded, start, end), JSON.stringify(folded.slice(start, end))).toBeNull();
      }),
      runs,
    );
  });
  it("has a rank of its own and a line in docs/guardrails.md", () => {
    expect(DETECTORS.filter((other) => rankOf(other.type) === rankOf(type))).toEqual([detector]);
    expect(page).toContain(`| ${type} |`);
  });
});

describe.each(openEnded)("the machine of %s", (name, { samples, score }) => {
  it.each([...samples.hits])("finds %j", (sample) => {
    const { text: whole, start, end } = readSample(sample);
    expect(findPersonalData(whole)).toEqual([{ type: "SECRET", start, end, score, detector: name }]);
  });
  it.each([...samples.misses])("leaves %j", (sample) => expect(findPersonalData(sample)).toEqual([]));
});

describe("all detectors", { timeout: 60_000 }, () => {
  const samples = [...DETECTORS, ...Object.values(OPEN_ENDED)].flatMap((one) => [...one.samples.hits, ...one.samples.misses]);
  it("[STREAM-1] say the same of a text that comes unit by unit, for any two samples between any neighbours", () => {
    fc.assert(
      fc.property(around, fc.constantFrom(...samples), around, fc.constantFrom(...samples), (before, first, between, second) => {
        const whole = before + readSample(first).text + between + readSample(second).text;
        expect(streamed(whole)).toEqual(findPersonalData(whole));
      }),
      runs,
    );
  });
  it("are each in one stage", () => {
    expect(STAGES.flat().toSorted((a, b) => rankOf(a.type) - rankOf(b.type))).toEqual(DETECTORS);
  });
});

describe.each(DISGUISES.map((disguise) => [disguise.kinds.join(" or "), disguise] as const))(
  "the disguise %s",
  (_name, { kinds, probe, read, isQuiet }) => {
    it("has a sign, is read, and hides nothing", () => {
      const reading = normalise(probe).text;
      // What needs no sign is not looked for in what a model says.
      if (isQuiet !== true) expect(hasSign(reading)).toBe(true);
      const kindsRead = listed(read(reading, probe, codesIn(probe))).map(({ kind }) => kind);
      expect(kindsRead.length).toBeGreaterThan(0);
      expect(kindsRead.filter((kind) => !kinds.includes(kind))).toEqual([]);
      expect(findInjection(probe, "user")).toHaveLength(1);
    });
  },
);

describe("the version of the guardrails", () => {
  const sha256 = (content: string): string => createHash("sha256").update(content).digest("hex");
  it("holds what each detector makes of each of its samples, and each disguise of its own", () => {
    const contents: string[] = [];
    guardVersion((content) => {
      contents.push(content);
      return sha256(content);
    });
    const { probed } = JSON.parse(contents[0] ?? "") as { probed: { personal: unknown[][]; disguised: unknown[] } };
    expect(probed.personal.map((findings) => findings.length)).toEqual(
      [...DETECTORS, ...Object.values(OPEN_ENDED)].map((one) => one.samples.hits.length + one.samples.misses.length),
    );
    expect(probed.disguised).toHaveLength(DISGUISES.length);
    expect(guardVersion(sha256)).toBe(guardVersion(sha256));
  });
});
