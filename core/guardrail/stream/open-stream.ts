/**
 * The guard of an answer while it streams (channel `model_output`): personal data gives way to placeholders across the borders of
 * pieces, and content that is refused is not let out. The text that goes on is byte for byte the same however it arrives, and that of
 * the whole-text way: both read by `../pii/scan.ts`, whose segments depend on the text alone.
 *
 * Prose without any sign of an instruction (`../injection/signs.ts`) goes on word by word: a judgement of it would find nothing. From a
 * sign on text waits, until none is left in what is judged.
 *
 * Instructions are judged in windows of `JUDGED_UNITS` before the fresh text and the fresh text itself, at segment ends that the text
 * alone fixes; no text goes on before it was judged. So what completes an instruction is never sent; what began it may have been, when
 * the two are further apart than the fresh text. At the end the whole text is judged once more by the whole-text rules: evidence that
 * only counts together over more than a window stops the stream there, and nothing more is sent.
 *
 * What waits at most: `WINDOW_UNITS` folded units of the scan, and `FRESH_UNITS` with one segment on top; a private key or token until
 * it is over. In the mode `sentences`: `SENTENCE_UNITS`. Where names are found, a piece of whole sentences on top (`PIECE_UNITS`). At the
 * end nothing does.
 */
import type { Finding } from "../finding.ts";
import { findInjection } from "../injection/injection.ts";
import { openSigns } from "../injection/signs.ts";
import { verdictOfScore } from "../injection/thresholds.ts";
import { isExample } from "../pii/example.ts";
import { openPersonalScan } from "../pii/personal-data.ts";
import { type Segment, WINDOW_UNITS } from "../pii/scan.ts";
import { isPlaceholderType } from "../pipeline.ts";
import { findPlaceholders } from "../placeholder.ts";
import { replaceStretches } from "../replace.ts";
import { FOREIGN_PLACEHOLDER } from "../verdict.ts";
import type { Stop, StreamOptions, StreamStep, TextStream } from "./step.ts";

/** Judged again with what is fresh: two or three sentences. What lies further apart is judged at the end. */
const JUDGED_UNITS = 192;
/** Fresh text that is judged together; less at the beginning, so that the first words come soon. */
export const FRESH_UNITS = 128;
const FIRST_FRESH_UNITS = 32;
const FIRST_UNITS = 240;
/** Maximum UTF-16 units that the mode `sentences` holds back. */
export const SENTENCE_UNITS = 4096;
const SENTENCE_END = /(?:[.!?\u2026\u3002\uff01\uff1f]["')\]\u201d\u2019]*\s|\n)\s*$/;

/** Begins the guard of one answer. One call, one stream. */
export function openStream(options: StreamOptions): TextStream {
  const scan = openPersonalScan("", options.names ?? false);
  const everything: string[] = [];
  /** Judged text before the fresh one, and where it begins. */
  let judged = "";
  let judgedTo = 0;
  let fresh: string[] = [];
  let freshUnits = 0;
  /** The fresh text without personal data. */
  let waiting: string[] = [];
  let ready: string[] = [];
  let findings: Finding[] = [];
  let stopped: Stop | null = null;
  const letsPass = options.onInstruction === "off" || options.onInstruction === "flag";
  const signs = openSigns();
  /** Where the last piece with a sign of an instruction ends. */
  let signedTo = Number.NEGATIVE_INFINITY;

  const stop = (finding: Finding): void => {
    stopped = { why: finding.type === "jailbreak" ? "jailbreak" : "injection", finding, at: judgedTo };
    findings.push(finding);
    waiting = [];
    fresh = [];
  };

  /** Without a sign in all that would be judged, the judgement is known. */
  const isSigned = (): boolean => signedTo > judgedTo - JUDGED_UNITS;

  /** Lets the fresh text go on, or stops. */
  const judge = (): void => {
    const text = fresh.join("");
    // A window that begins in the middle of a text must not look like the beginning of one.
    const before = judged.length < judgedTo ? `x${judged}` : judged;
    const [worst] = letsPass || !isSigned() ? [] : findInjection(before + text, "model_output", true);
    if (worst !== undefined && verdictOfScore(worst.score, "model_output") === "block") {
      const shift = judgedTo - before.length;
      return stop({ ...worst, start: Math.max(0, worst.start + shift), end: worst.end + shift });
    }
    pass(text);
  };

  const pass = (text: string): void => {
    judged = (judged + text).slice(-JUDGED_UNITS);
    judgedTo += text.length;
    fresh = [];
    freshUnits = 0;
    for (const piece of waiting) ready.push(piece);
    waiting = [];
  };

  const isDue = (segment: Segment): boolean => {
    if (options.mode === "sentences") return freshUnits >= SENTENCE_UNITS - WINDOW_UNITS || SENTENCE_END.test(segment.text);
    return freshUnits >= (judgedTo < FIRST_UNITS ? FIRST_FRESH_UNITS : FRESH_UNITS);
  };

  const take = (segment: Segment): void => {
    if (stopped !== null) return;
    everything.push(segment.text);
    fresh.push(segment.text);
    freshUnits += segment.text.length;
    waiting.push(redacted(segment));
    if (signs.see(segment.text)) signedTo = judgedTo + freshUnits;
    if (options.mode !== "sentences" && !isSigned()) pass(fresh.join(""));
    else if (isDue(segment)) judge();
  };

  const redacted = (segment: Segment): string => {
    const { text, start } = segment;
    const personal = segment.findings.filter((one) => !isExample({ ...one, start: one.start - start, end: one.end - start }, text));
    for (const site of text.includes("{{") ? findPlaceholders(text) : []) {
      if (options.isKnown(site.text)) continue;
      findings.push({ type: "LITERAL", start: start + site.start, end: start + site.end, score: 1, detector: FOREIGN_PLACEHOLDER });
    }
    if (personal.length === 0) return text;
    findings.push(...personal);
    const stretches = personal.map((one) => ({ start: one.start - start, end: one.end - start }));
    return replaceStretches(text, stretches, (index) => {
      const type = personal[index]?.type;
      const stretch = stretches[index];
      if (type === undefined || stretch === undefined || !isPlaceholderType(type) || type === "LITERAL") return "";
      return options.number(type, text.slice(stretch.start, stretch.end));
    });
  };

  const step = (): StreamStep => {
    const taken = { text: ready.join(""), findings: findings.sort((a, b) => a.start - b.start || a.end - b.end), stopped };
    ready = [];
    findings = [];
    return taken;
  };

  return {
    push(text) {
      if (stopped === null) scan.push(text, take);
      return step();
    },
    end() {
      const sentTo = judgedTo;
      if (stopped === null) scan.end(take);
      if (stopped === null && fresh.length > 0) judge();
      if (stopped !== null) return step();
      // Without a sign anywhere the judgement of the whole is known, too.
      const isUnsigned = signedTo === Number.NEGATIVE_INFINITY;
      const [worst] = isUnsigned || options.onInstruction === "off" ? [] : findInjection(everything.join(""), "model_output");
      if (worst === undefined) return step();
      if (letsPass) findings.push({ ...worst, rule: "output.injection", action: "flag" });
      else if (verdictOfScore(worst.score, "model_output") === "block") {
        ready = [];
        judgedTo = sentTo;
        stop(worst);
      } else findings.push(worst);
      return step();
    },
  };
}
