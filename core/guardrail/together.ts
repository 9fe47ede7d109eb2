/**
 * An instruction that is spread over several fields of a value, each of which is harmless by itself: neighbouring texts are judged once more as one.
 * Knows how texts are judged alone (inspect-text.ts); replaces nothing.
 */
import type { Finding, Speaker, Verdict } from "./finding.ts";
import { findInjection, findInjectionInTurns } from "./injection/injection.ts";
import { judgedAs, verdictOf } from "./inspect-text.ts";

/** Texts that are longer are judged alone only, in UTF-16 units: a fragment is short. */
const LONGEST_FRAGMENT = 2_000;
/** Units that are judged together; the last text of them is the first of the next. */
const TOGETHER_UNITS = 8_000;

/** What a text has from being read with its neighbours. `index`: its place in the list. */
export type Shared = { readonly index: number; readonly finding: Finding; readonly verdict: Verdict };

/** `texts`: strings of a value in their order. Linear: every text is read twice at most. Awaits `pause` between what is judged. */
export async function judgeTogether(texts: readonly string[], speaker: Speaker, pause: () => Promise<void>): Promise<readonly Shared[]> {
  const channel = judgedAs(speaker);
  if (channel === null || channel === "model_output") return [];
  const shared: Shared[] = [];
  for (const batch of batchesOf(texts)) {
    if (batch.length < 2) continue;
    await pause();
    const starts: number[] = [];
    let joined = "";
    for (const index of batch) {
      if (joined !== "") joined += " ";
      starts.push(joined.length);
      joined += texts[index] ?? "";
    }
    const found = findInjection(joined, channel);
    const verdict = verdictOf(found, channel, speaker === "data");
    for (const finding of verdict === "pass" ? [] : found) {
      for (const [place, index] of batch.entries()) {
        const from = starts[place] ?? 0;
        const length = (texts[index] ?? "").length;
        const start = Math.max(0, finding.start - from);
        const end = Math.min(length, finding.end - from);
        if (start < end) shared.push({ index, finding: { ...finding, start, end }, verdict });
      }
    }
  }
  return shared;
}

/** `codes`: numbers of one list that are codes of characters, each below 65,536. What they spell is judged as a text; `index`: of a code. */
export async function judgeCodes(codes: readonly number[], speaker: Speaker, pause: () => Promise<void>): Promise<readonly Shared[]> {
  const channel = judgedAs(speaker);
  if (channel === null || channel === "model_output") return [];
  let spelt = "";
  for (const code of codes) spelt += String.fromCharCode(code);
  const found = await findInjectionInTurns(spelt, channel, pause);
  const verdict = verdictOf(found, channel, speaker === "data");
  if (verdict === "pass") return [];
  const worst = new Map<number, Finding>();
  for (const finding of found) {
    for (let index = finding.start; index < finding.end; index++) if (!worst.has(index)) worst.set(index, finding);
  }
  return [...worst].map(([index, finding]) => ({
    index,
    finding: { ...finding, start: 0, end: String(codes[index] ?? "").length },
    verdict,
  }));
}

function batchesOf(texts: readonly string[]): readonly (readonly number[])[] {
  const batches: number[][] = [];
  let batch: number[] = [];
  let units = 0;
  for (const [index, text] of texts.entries()) {
    if (text.length > LONGEST_FRAGMENT) {
      batches.push(batch);
      batch = [];
      units = 0;
      continue;
    }
    if (units + text.length > TOGETHER_UNITS) {
      batches.push(batch);
      batch = batch.slice(-1);
      units = batch.reduce((sum, at) => sum + (texts[at]?.length ?? 0), 0);
    }
    batch.push(index);
    units += text.length;
  }
  return [...batches, batch];
}
