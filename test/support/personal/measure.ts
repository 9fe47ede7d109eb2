/** Recall and precision of the detectors of personal data, kind by kind, over made-up vectors. */
import type { PersonalDataType } from "../../../core/guardrail/finding.ts";
import { findPersonalData } from "../../../core/guardrail/pii/personal-data.ts";
import { neighbours, vectors } from "./vectors.ts";

/** `missed` and `false`: some texts, to look at. */
export type Figures = {
  readonly type: string;
  readonly name: string;
  found: number;
  of: number;
  /** Findings of the kind where nothing of it is. */
  wrong: number;
  readonly missed: string[];
  readonly false: string[];
};

const SHOWN = 3;

/** By kind and name; findings in neighbours and in broken values count against the name that claims them. */
export function measured(seed: number, count: number, others: number): readonly Figures[] {
  const all = new Map<string, Figures>();
  const of = (type: string, name: string): Figures => {
    const key = `${type} ${name}`;
    const known = all.get(key) ?? { type, name, found: 0, of: 0, wrong: 0, missed: [], false: [] };
    all.set(key, known);
    return known;
  };
  const wrong = (text: string, type: PersonalDataType | string, name: string): void => {
    const figures = of(type, name);
    figures.wrong++;
    if (figures.false.length < SHOWN) figures.false.push(text);
  };
  for (const { text, of: type, name, expected } of vectors(seed, count)) {
    const found = findPersonalData(text);
    if (expected !== null) {
      const figures = of(type, name);
      figures.of++;
      if (found.some((one) => one.type === type && one.start === expected.start && one.end === expected.end)) figures.found++;
      else if (figures.missed.length < SHOWN) figures.missed.push(text);
    }
    for (const one of found) {
      const isExpected = expected !== null && one.start < expected.end && one.end > expected.start;
      if (!isExpected || one.type !== type) wrong(text, one.type, one.type === "NATIONAL_ID" ? one.detector : "");
    }
  }
  for (const text of neighbours(seed + 1, others))
    for (const one of findPersonalData(text)) wrong(text, one.type, one.type === "NATIONAL_ID" ? one.detector : "");
  return [...all.values()].sort((a, b) => a.type.localeCompare(b.type) || a.name.localeCompare(b.name));
}

/** Together, kind by kind. */
export function byType(figures: readonly Figures[]): readonly Figures[] {
  const kinds = new Map<string, Figures>();
  for (const one of figures) {
    const kind = kinds.get(one.type) ?? { type: one.type, name: "", found: 0, of: 0, wrong: 0, missed: [], false: [] };
    kinds.set(one.type, kind);
    kind.found += one.found;
    kind.of += one.of;
    kind.wrong += one.wrong;
    kind.missed.push(...one.missed);
    kind.false.push(...one.false);
  }
  return [...kinds.values()];
}

/** Shares; of nothing, all. */
export const recallOf = ({ found, of }: Figures): number => (of === 0 ? 1 : found / of);
export const precisionOf = ({ found, wrong }: Figures): number => (found + wrong === 0 ? 1 : found / (found + wrong));
