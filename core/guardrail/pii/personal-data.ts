/**
 * All detectors of personal data over one text: fold, blank out placeholders, detect, resolve overlaps, and look again at what is
 * left, until nothing is found. Findings never overlap, are in order, and have offsets of the original text.
 */
import { type Finding, PERSONAL_DATA_TYPES } from "../finding.ts";
import { fold } from "../fold.ts";
import { findPlaceholders } from "../placeholder.ts";
import { findCards } from "./credit-card.ts";
import { type Detector, FILLER } from "./detector.ts";
import { findEmails } from "./email.ts";
import { findIbans } from "./iban.ts";
import { findIpAddresses } from "./ip.ts";
import { findPhones } from "./phone.ts";
import { findSecrets } from "./secret.ts";
import { findSocialSecurityNumbers } from "./ssn.ts";

/** Phone numbers come last: they have the loosest form and the dearest check, and need not look at what is another's for sure. */
const STAGES: readonly (readonly Detector[])[] = [
  [findSecrets, findEmails, findIbans, findCards, findSocialSecurityNumbers, findIpAddresses],
  [findPhones],
];
/** Cutting one thing out may bare another beside it; three looks are enough for what people write. */
const LOOKS = 3;
/** Which kind names a stretch that several detectors claim: the one with a checksum or a fixed form first. */
const RANK: Partial<Record<Finding["type"], number>> = { SECRET: 0, EMAIL: 1, IBAN: 2, CREDIT_CARD: 3, IP: 4, SSN: 5, PHONE: 6 };

/** `context`: the key of the JSON field that holds the text, or nothing. */
export function findPersonalData(text: string, context = ""): Finding[] {
  const folded = fold(text);
  const field = fold(context).text;
  let rest = blankPlaceholders(folded.text);
  let found: Finding[] = [];
  for (let look = 0; look < LOOKS; look++) {
    const before = found;
    for (const stage of STAGES) {
      const fresh = stage.flatMap((detect) => detect(rest, field));
      if (fresh.length === 0) continue;
      found = withoutOverlap([...found, ...fresh]);
      rest = blank(rest, found);
    }
    if (found === before) break;
  }
  return found.map((finding) => ({ ...finding, start: folded.startOf(finding.start), end: folded.endOf(finding.end - 1) }));
}

/** Overlapping findings become one that covers them all, so that no rest of the loser stays behind. In order of place. */
export function withoutOverlap(findings: readonly Finding[]): Finding[] {
  const inOrder = [...findings].sort((a, b) => a.start - b.start || b.end - a.end);
  const kept: Finding[] = [];
  for (const next of inOrder) {
    const last = kept.at(-1);
    if (last === undefined || next.start >= last.end) kept.push(next);
    else kept[kept.length - 1] = { ...stronger(last, next), start: last.start, end: Math.max(last.end, next.end) };
  }
  return kept;
}

/** The higher rank names it; of one rank, the longer. */
function stronger(a: Finding, b: Finding): Finding {
  const rankA = RANK[a.type] ?? PERSONAL_DATA_TYPES.length;
  const rankB = RANK[b.type] ?? PERSONAL_DATA_TYPES.length;
  if (rankA !== rankB) return rankA < rankB ? a : b;
  return b.end - b.start > a.end - a.start ? b : a;
}

const blankPlaceholders = (text: string): string => blank(text, findPlaceholders(text));

/** The stretches filled with what no detector takes, between the braces that a placeholder will put there: same length, same offsets. */
function blank(text: string, stretches: readonly { readonly start: number; readonly end: number }[]): string {
  if (stretches.length === 0) return text;
  const parts: string[] = [];
  let from = 0;
  for (const { start, end } of stretches) {
    parts.push(text.slice(from, start), end - start > 1 ? `{${FILLER.repeat(end - start - 2)}}` : "{");
    from = end;
  }
  parts.push(text.slice(from));
  return parts.join("");
}
