/** Prompt injection and jailbreaks: patterns and the classifier over every reading of a text; one score, at most one finding a text. */
import type { Channel, Finding } from "../finding.ts";
import { judge } from "./classifier.ts";
import { codesIn, withoutCodes } from "./codes.ts";
import { type DisguisedReading, disguisedReadings } from "./disguise.ts";
import { type Evidence, type Read, readEvidence, strongest, weigh } from "./evidence.ts";
import { firstFrom, type Mark, type TextWindow } from "./features.ts";
import { meantIn } from "./meaning.ts";
import { type Reading as Normalised, normalise } from "./normalise.ts";
import { ordersIn } from "./orders.ts";
import { ordinaryIn } from "./ordinary.ts";
import { PIECE_UNITS, type Piece, piecesOf, SHARED_UNITS } from "./pieces.ts";
import { plainOrdersIn } from "./plain-orders.ts";
import { blankedOut, quotedWordsAskedAbout, thingsWithoutRules } from "./quoted.ts";
import { reportedIn } from "./reported.ts";
import { hasSign } from "./signs.ts";
import { THRESHOLDS } from "./thresholds.ts";
import { toldIn } from "./told.ts";
import { wordingsIn } from "./wordings/model.ts";

/** Log-odds of a text by patterns alone: the classifier may add to strong evidence, but never argue it away. */
const PATTERNS_ALONE = -4.5;
/** How much of the weight of patterns is added to the classifier's log-odds of their window. */
const PATTERN_SHARE = 0.6;
/** How much of the weight of hints is added where a pattern acts; alone they decide nothing. */
const HINT_SHARE = 0.4;
/** What a disguise adds to evidence that is found under it. */
const DISGUISE = 2;
/** What writing most words with figures in them says by itself. */
const MANY_FIGURES = 2.6;
/** Encoding hides words, so decoded text is judged like plain text with a slightly lower threshold. */
const HIDDEN_WORDS = 1;
/** Kinds of disguise that the classifier looks under, beside the patterns. */
const ENCODED: ReadonlySet<string> = new Set(
  ["base64", "hex", "numbers", "base32", "ascii85", "morse", "unseen", "escapes", "percent", "quoted_printable"].concat([
    "rot13",
    "rotated",
    "backwards",
    "spaced",
    "rejoined",
  ]),
);
/** Of what is not encoded, the classifier looks at what a user writes, and not at long texts. */
const LONGEST_FIGURES = 4_000;
/** What these read is made of the normalised text, and needs no normalising. */
const MADE_OF_READING: ReadonlySet<string> = new Set(["figures", "leet", "spaced", "rejoined", "rot13", "reversed", "mended"]);
/** The numbers by which evidence becomes log-odds: part of the version of the guardrails. */
export const DECISION = {
  PATTERNS_ALONE,
  PATTERN_SHARE,
  HINT_SHARE,
  DISGUISE,
  MANY_FIGURES,
  HIDDEN_WORDS,
  PIECE_UNITS,
  SHARED_UNITS,
} as const;
/** Shorter texts hold no instruction; Chinese and its relatives need fewer characters. */
const SHORTEST = 8;
const SHORTEST_UNSPACED = 4;
const UNSPACED = /[\u2e80-\u9fff]/;

const LETTER = /\p{L}/u;
/** Disguises of words. Figures without a letter are none of these: lists of order numbers are everyday. */
const OF_LETTERS: ReadonlySet<string> = new Set(["ascii85", "figures", "leet"]);

const NO_CODES: ReadonlySet<string> = new Set();
const NOTHING: Read = { evidence: [], mentions: [] };

type Judgement = { readonly logit: number; readonly evidence: readonly Evidence[]; readonly start: number; readonly end: number };

/** One way to read a text: as it stands (`place` null), or what is hidden in a stretch of it. Offsets of evidence are those of `text`, which is normalised. */
export type Reading = {
  readonly text: string;
  readonly place: { readonly start: number; readonly end: number } | null;
  readonly evidence: readonly Evidence[];
  /** What the classifier is given: the text without what it only speaks of and without codes, and the patterns that match. Nothing of a model's answer. */
  readonly words: string;
  readonly marks: readonly Mark[];
  /** Log-odds by the patterns alone. */
  readonly alone: number;
  /** What hiding adds to the classifier's log-odds. */
  readonly hiding: number;
};

/**
 * The finding of a text that is at least suspicious in this channel; offsets are those of the strongest evidence. A long text is judged in pieces (pieces.ts), and the most suspicious one counts.
 * `isSigned`: the text is known to hold a sign (signs.ts), so that none is looked for.
 */
export function findInjection(text: string, channel: Channel, isSigned = false): Finding[] {
  const found: Finding[] = [];
  for (const piece of piecesOf(text)) found.push(...findInPiece(piece, channel, isSigned));
  return worstOf(found);
}

/** The same, in turns: `pause` is awaited between two pieces, for others to be served meanwhile. */
export async function findInjectionInTurns(text: string, channel: Channel, pause: () => Promise<void>): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const piece of piecesOf(text)) {
    if (piece.shift > 0) await pause();
    found.push(...findInPiece(piece, channel));
  }
  return worstOf(found);
}

/** The first among equals. */
const worstOf = (found: readonly Finding[]): Finding[] => {
  const [first, ...others] = found;
  return first === undefined ? [] : [others.reduce((worst, next) => (next.score > worst.score ? next : worst), first)];
};

/** At most one finding. */
function findInPiece({ text, shift }: Piece, channel: Channel, isSigned = false): Finding[] {
  if (text.length < SHORTEST && !(text.length >= SHORTEST_UNSPACED && UNSPACED.test(text))) return [];
  const plain = normalise(text);
  const signed = isSigned || hasSign(plain.text);
  if (channel === "model_output" && !signed) return [];
  const worst = readingsOf(text, plain.text, channel, signed)
    .map((reading) => ({ reading, judged: judgementOf(reading, channel) }))
    .reduce((top, next) => (next.judged.logit > top.judged.logit ? next : top));
  const { logit, evidence, start, end } = worst.judged;
  const score = reportedAtMost(1 / (1 + Math.exp(-logit)), text, plain, channel);
  if (score < THRESHOLDS[channel].flag) return [];
  const family = strongest(actingOf(evidence))?.family;
  const place = worst.reading.place ?? { start: plain.startOf(start), end: plain.startOf(end) };
  return [
    {
      type: family === "persona" || family === "release" ? "jailbreak" : "injection",
      // The mark before a piece is no part of the text.
      start: Math.max(place.start + shift, shift === 0 ? 0 : shift + 1),
      end: place.end + shift,
      score,
      detector: `injection.${family ?? "classifier"}`,
    },
  ];
}

/** The score, but no more than flags, of what a tool returns where it is harmless without the attacks that it warns of. */
function reportedAtMost(score: number, text: string, plain: Normalised, channel: Channel): number {
  const { flag, block } = THRESHOLDS[channel];
  if (channel !== "tool_output" || score < block) return score;
  const reported = reportedIn(plain.text).map(({ start, end }) => ({ start: plain.startOf(start), end: plain.startOf(end) }));
  if (reported.length === 0) return score;
  return findInPiece({ text: blankedOut(text, reported), shift: 0 }, channel).length === 0 ? flag : score;
}

/** Every reading of a text, as it stands first. `plain`: the text, normalised; `signed`: a pattern may match. What a model says is read by patterns alone: nothing was there to train on. */
export function readingsOf(text: string, plain: string, channel: Channel, signed = hasSign(plain)): [Reading, ...Reading[]] {
  const codes = codesIn(text);
  const open = readingOf(plain, evidenceOf(plain, channel, signed), codes, channel);
  const hidden =
    channel !== "model_output" || signed ? disguisedReadings(plain, text, codes, channel === "model_output" ? "signed" : "all") : [];
  const read = LETTER.test(plain) ? hidden : hidden.filter(({ kind }) => !OF_LETTERS.has(kind));
  return [open, ...read.flatMap((under) => hiddenReading(under, open, channel))];
}

/** Everything that a text says in plain words. Quotations that a user asks about and sentences of ordinary life are read by nothing: not by patterns, and not by the classifier. `isSigned`: a pattern may match (signs.ts). */
function evidenceOf(text: string, channel: Channel, isSigned = true): Read {
  const asked = channel === "user" ? [...quotedWordsAskedAbout(text), ...thingsWithoutRules(text), ...ordinaryIn(text)] : [];
  const own = blankedOut(text, asked);
  const read = withMeaning(isSigned ? readEvidence(own, channel) : NOTHING, own, channel);
  return asked.length === 0 ? read : { ...read, mentions: [...read.mentions, ...asked] };
}

/** What the words mean counts beside the patterns, but in a model's answers, where every pattern needs a sign (signs.ts). */
const withMeaning = (read: Read, text: string, channel: Channel): Read => {
  if (channel === "model_output") return read;
  const meant = meantIn(text);
  const told = channel === "tool_output" ? toldIn(text) : NOTHING;
  const ordered = [...ordersIn(text, channel), ...plainOrdersIn(text, channel)];
  const mentions = [...read.mentions, ...meant.mentions];
  const worded = wordingsIn(blankedOut(text, mentions), channel);
  return { evidence: [...read.evidence, ...meant.evidence, ...told.evidence, ...ordered, ...worded], mentions };
};

/** What is plain to see is not hidden: a reading counts when there is evidence beyond it, or where hiding itself is telling. */
function hiddenReading({ text: under, plain, start, end, kind }: DisguisedReading, open: Reading, channel: Channel): Reading[] {
  const text = MADE_OF_READING.has(kind) ? under : (plain ?? normalise(under).text);
  const read = evidenceOf(text, channel);
  const isHidden = weigh(actingOf(read.evidence)) > weigh(actingOf(open.evidence));
  // In what tools return, names and codes with figures are everyday.
  const isWritten = kind === "figures" && channel === "user";
  const isRead = ENCODED.has(kind) || (channel === "user" && text.length <= LONGEST_FIGURES);
  if (channel === "model_output" && !isHidden) return [];
  if (!isHidden && !isRead) return [];
  const more = (isHidden ? DISGUISE : 0) + (isWritten ? MANY_FIGURES : 0);
  const hiding = isWritten ? MANY_FIGURES : ENCODED.has(kind) ? HIDDEN_WORDS : isRead ? 0 : Number.NEGATIVE_INFINITY;
  const reading = readingOf(text, read, NO_CODES, channel);
  return [{ ...reading, place: { start, end }, alone: isHidden || isWritten ? reading.alone + more : Number.NEGATIVE_INFINITY, hiding }];
}

function readingOf(text: string, read: Read, codes: ReadonlySet<string>, channel: Channel): Reading {
  const isClassified = channel !== "model_output";
  const words = isClassified ? withoutCodes(blankedOut(text, read.mentions), codes) : "";
  const acting = actingOf(read.evidence);
  const alone =
    acting.length === 0
      ? Number.NEGATIVE_INFINITY
      : PATTERNS_ALONE + weigh(acting) + HINT_SHARE * weigh(read.evidence.filter(({ acts }) => !acts));
  return { text, place: null, evidence: read.evidence, words, marks: isClassified ? marksOf(read.evidence) : [], alone, hiding: 0 };
}

function judgementOf({ text, evidence, words, marks, alone, hiding }: Reading, channel: Channel): Judgement {
  const top = strongest(actingOf(evidence));
  const byPatterns = { logit: alone, evidence, start: top?.start ?? 0, end: top?.end ?? text.length };
  if (channel === "model_output" || hiding === Number.NEGATIVE_INFINITY || !LETTER.test(words)) return byPatterns;
  const near = evidenceNear(evidence);
  const { logit, window } = judge(words, channel, marks, (each) => near(each) + hiding);
  return logit > alone ? { logit, evidence, start: (top ?? window).start, end: (top ?? window).end } : byPatterns;
}

/** What patterns and hints within a window add to the classifier's log-odds of it: training knows, and learns the rest. Wordings are judged apart from it. */
export function evidenceNear(all: readonly Evidence[]): (window: TextWindow) => number {
  const evidence = all.filter(({ family }) => family !== "wording");
  if (evidence.length === 0) return () => 0;
  const inOrder = [...evidence].sort((a, b) => a.start - b.start);
  const starts = inOrder.map(({ start }) => start);
  return ({ start, end }) => {
    const within = inOrder.slice(firstFrom(starts, start), firstFrom(starts, end));
    if (within.length === 0) return 0;
    return PATTERN_SHARE * weigh(actingOf(within)) + HINT_SHARE * weigh(within.filter(({ acts }) => !acts));
  };
}

const actingOf = (evidence: readonly Evidence[]): readonly Evidence[] => evidence.filter(({ acts }) => acts);

/** Patterns and hints as the classifier sees them: each by itself, and its family. */
const marksOf = (evidence: readonly Evidence[]): readonly Mark[] =>
  evidence
    .filter(({ family }) => family !== "wording")
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, family, acts, pattern }) => [
      { start, name: `${family} ${acts}` },
      { start, name: `pattern ${pattern}` },
    ]);
