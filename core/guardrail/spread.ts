/**
 * Personal data that is cut over the entries of one list or object, each of which is nobody's by itself: the groups of a card in four fields, a mail
 * address as its two halves. Neighbours are read as one; each piece of what is found is personal data as a whole. Replaces nothing.
 */
import type { Finding } from "./finding.ts";
import { fold } from "./fold.ts";
import type { InspectedText } from "./inspect-text.ts";
import type { JsonText } from "./json-texts.ts";
import { cardNaming } from "./pii/named.ts";
import { findPersonalData, TURN_UNITS } from "./pii/personal-data.ts";

/** Longer texts are no pieces, in UTF-16 units. */
const LONGEST_PIECE = 64;
/** Groups of an identifier: digits, and the capitals of an account. */
const GROUP = /^(?:[A-Z]{4}|[A-Z\d ()+./-]*\d[A-Z\d ()+./-]*|[A-Z+])$/;
const HALF = /^[\w.+@-]+$/;
/** Pieces that are read at a time, and how many of them the next ones begin with: an account has 34 characters. */
const PIECES_AT_ONCE = 1_000;
const SHARED_PIECES = 40;
/** What reading a run costs, in units of text: twice its pieces, and as much as a short text beside. */
const UNITS_OF_A_RUN = 128;
const UNITS_OF_A_PIECE = 16;
/** Fewer digits identify nobody. */
const FEWEST_DIGITS = 8;
/** Words of keys; single ones, since a key says what its value is. */
const PHONE_KEY = /phone|tel(?:e|$|[_\s-])|mobil|handy|cell|(?:^|[_\s-])fax/i;
const SSN_KEY = /ssn|social|itin|tax.?id/i;
const MAIL_KEY = /mail/i;
const LOCAL_KEY = /local|mailbox/i;
const DOMAIN_KEY = /domain|host/i;

type Part = JsonText & { readonly inspected: InspectedText };
type Piece = { readonly index: number; readonly text: string; readonly part: Part };
type Found = { readonly index: number; readonly finding: Finding };

/** One finding for each text that is a piece of personal data; `index` counts the parts. Awaits `pause` between what is read. Linear. */
export async function findSpread(parts: readonly Part[], pause: () => Promise<void>): Promise<readonly Found[]> {
  const found: Found[] = [];
  let units = 0;
  const spend = async (more: number): Promise<void> => {
    units += more;
    if (units <= TURN_UNITS) return;
    await pause();
    units = 0;
  };
  for (const run of runsOf(parts)) {
    await spend(run.length * 2);
    found.push(...(await mailsIn(run, spend)));
    for (const groups of groupsIn(run)) {
      for (let at = 0; at === 0 || at + SHARED_PIECES < groups.length; at += PIECES_AT_ONCE - SHARED_PIECES) {
        await spend(UNITS_OF_A_RUN + Math.min(PIECES_AT_ONCE, groups.length - at) * UNITS_OF_A_PIECE);
        found.push(...numbersIn(groups.slice(at, at + PIECES_AT_ONCE), groups.length <= PIECES_AT_ONCE));
      }
    }
  }
  return found;
}

/** Neighbouring short texts of one list or object in which nothing was found. */
function* runsOf(parts: readonly Part[]): Generator<readonly Piece[]> {
  let run: Piece[] = [];
  let group = -1;
  for (const [index, part] of parts.entries()) {
    if (part.kind === "key") continue;
    const { text, inspected } = part;
    const isPiece = text.length <= LONGEST_PIECE && inspected.personal.length === 0 && inspected.placeholders.length === 0;
    if (!isPiece || part.group !== group) {
      if (run.length > 1) yield run;
      run = [];
      group = part.group;
    }
    if (isPiece) run.push({ index, part, text: fold(text).text.trim() });
  }
  if (run.length > 1) yield run;
}

/** Those of a run that stand side by side and are groups of a number. */
function groupsIn(run: readonly Piece[]): readonly (readonly Piece[])[] {
  const found: Piece[][] = [];
  let groups: Piece[] = [];
  let digits = 0;
  for (const piece of [...run, null]) {
    if (piece !== null && GROUP.test(piece.text)) {
      groups.push(piece);
      for (const unit of piece.text) if (unit >= "0" && unit <= "9") digits++;
      continue;
    }
    if (groups.length > 1 && digits >= FEWEST_DIGITS) found.push(groups);
    groups = [];
    digits = 0;
  }
  return found;
}

/** `isWhole`: these are all neighbours there are. */
function numbersIn(pieces: readonly Piece[], isWhole: boolean): readonly Found[] {
  const first = pieces[0]?.part;
  const field = `${first?.within ?? ""} ${first?.context ?? ""}`.trim();
  for (const joint of [" ", ""]) {
    const starts: number[] = [];
    let joined = "";
    for (const { text } of pieces) {
      if (joined !== "") joined += joint;
      starts.push(joined.length);
      joined += text;
    }
    const found = findPersonalData(joined, field).flatMap((finding): Found[] => {
      const from = starts.indexOf(finding.start);
      const to = starts.findLastIndex((start) => start < finding.end);
      const last = pieces[to];
      if (from < 0 || to <= from || last === undefined || (starts[to] ?? 0) + last.text.length !== finding.end) return [];
      const own = pieces.slice(from, to + 1);
      const isAll = isWhole && own.length === pieces.length;
      return isCertain(finding, own, isAll) ? own.map((piece) => put(piece, finding)) : [];
    });
    if (found.length > 0) return found;
  }
  return [];
}

/** Rows of figures pass a check digit by chance, one in ten of them: a card needs a name, or the form that only a card has. */
function isCertain({ type }: Finding, pieces: readonly Piece[], isAll: boolean): boolean {
  const keys = [...new Set(pieces.flatMap(({ part }) => [part.within, part.context]))].join(" ").replaceAll("_", " ");
  switch (type) {
    case "IBAN":
      return true;
    case "CREDIT_CARD": {
      if (cardNaming(keys.toLowerCase()) === "card") return true;
      const isSpelt = pieces.every(({ text }) => text.length === 1);
      const isText = pieces.every(({ part }) => part.kind === "string");
      return isAll && (isSpelt || (isText && pieces.filter(({ text }) => text.endsWith("0")).length < 2));
    }
    case "SSN":
      return SSN_KEY.test(keys);
    case "PHONE":
      return /^(?:\+|00)/.test(pieces[0]?.text ?? "") || PHONE_KEY.test(keys);
    default:
      return false;
  }
}

/** A name and a host with the sign between, before or behind them, or under keys that call them the halves of an address. */
async function mailsIn(run: readonly Piece[], spend: (units: number) => Promise<void>): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (let at = 0; at + 1 < run.length; at++) {
    const [name, next, third] = [run[at], run[at + 1], run[at + 2]];
    if (name === undefined || next === undefined || name.text === "@" || !HALF.test(name.text) || !HALF.test(next.text)) continue;
    const own = next.text === "@" && third !== undefined && HALF.test(third.text) ? [name, next, third] : [name, next];
    const plain = own.map(({ text }) => text).join("");
    const written = plain.includes("@") ? plain : areHalves(name, next) ? `${name.text}@${next.text}` : "";
    if (written === "" || (next.text.length > 1 && next.text.startsWith("@") && !isMailHost(next))) continue;
    await spend(UNITS_OF_A_RUN + written.length);
    const [finding] = findPersonalData(written, "mail");
    if (finding?.type !== "EMAIL" || finding.start !== 0 || finding.end !== written.length) continue;
    found.push(...own.map((piece) => put(piece, finding)));
    at += own.length - 1;
  }
  return found;
}

const areHalves = (name: Piece, host: Piece): boolean =>
  DOMAIN_KEY.test(host.part.context) &&
  name.part.context !== host.part.context &&
  (LOCAL_KEY.test(name.part.context) || MAIL_KEY.test(name.part.within));

/** `@acme.dev` behind a name is somebody's handle, unless it stands in a list or under a key that says more. */
const isMailHost = ({ part }: Piece): boolean =>
  part.context === part.within || DOMAIN_KEY.test(part.context) || MAIL_KEY.test(`${part.within} ${part.context}`);

const put = ({ index, part }: Piece, { type, score, detector }: Finding): Found => ({
  index,
  finding: { type, score, detector, start: 0, end: part.text.length },
});
