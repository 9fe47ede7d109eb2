/**
 * The chunks of a stream put together to the same `ChatAnswer` that a whole answer gives, so that its end is judged by the same
 * rules. Bounded in units; linear in what comes.
 */
import { joinOpaque } from "../../chat/opaque.ts";
import { type Json, type JsonObject, wellFormed } from "../../json.ts";
import { err, ok, type Result } from "../../result.ts";
import { type AskedCall, type ChatAnswer, MOST_CALLS_READ } from "../answer.ts";
import { type Ending, mergedEnding } from "../finish.ts";
import { isNoArguments, type JsonScan, openJsonScan } from "../json-pieces.ts";
import { laterUsage, type ReportedUsage } from "../reported-usage.ts";
import type { CallPiece, ChatDelta, ChoicePiece } from "./chunk.ts";

/** The answer exceeds the maximum number of UTF-16 units. */
export type AssemblyRefusal = "too_long";

/** An answer that is being put together. */
export type Assembly = {
  /** The text that the chunk adds to the answer. Once refused, always refused. */
  take(chunk: ChatDelta): Result<string, AssemblyRefusal>;
  /** The last usage that was told counts. */
  note(usage: ReportedUsage): void;
  /** What has come so far. */
  answer(): ChatAnswer;
  /** The upstream said how it ended: without that, a stream was cut. */
  isFinished(): boolean;
};

/** Maximum UTF-16 units of text, refusal and arguments together; a longer answer is refused. */
const MOST_UNITS = 4 * 1024 * 1024;

type Entry = {
  readonly choice: number;
  readonly index: number | null;
  id: string | null;
  name: string | null;
  readonly pieces: string[];
  /** Whether the pieces are complete JSON. */
  readonly scan: JsonScan;
  /** The arguments when they were complete for the first time; null: not yet. */
  first: string | null;
  value: Json;
  opaque?: JsonObject | undefined;
};

/** Begins an answer. `mostUnits`: maximum UTF-16 units of text and arguments together; more is refused. */
export function openAssembly(mostUnits: number = MOST_UNITS): Assembly {
  const text: string[] = [];
  const entries: Entry[] = [];
  const latest = new Map<string, Entry>();
  /** What is known of each choice that came: how it ended, and whether it is part of the answer. */
  const choices = new Map<number, { ending: Ending | null; isPart: boolean }>();
  let speaker: number | null = null;
  let hasText = false;
  const refusal: string[] = [];
  let rehearsal = false;
  let opaque: JsonObject | undefined;
  let usage: ReportedUsage = { kind: "absent" };
  let units = 0;

  const takePiece = (choice: number, piece: CallPiece): void => {
    const entry = entryFor(choice, piece, entries, latest);
    if (entry === null) return;
    // The first id and name stand: servers that repeat them in every piece mean the same call.
    entry.id ??= piece.id;
    entry.name ??= piece.name;
    entry.opaque = joinOpaque(entry.opaque, piece.opaque);
    if (typeof piece.arguments === "string") {
      entry.pieces.push(piece.arguments);
      entry.scan.push(piece.arguments);
      if (entry.first === null && entry.scan.isComplete()) entry.first = entry.pieces.join("").trim();
    } else if (piece.arguments !== null) entry.value = piece.arguments;
  };

  /** The words of the first choice that says any are the answer's. */
  const takePart = ({ choice, calls, finish, ...said }: ChoicePiece): string => {
    const known = choices.get(choice) ?? { ending: null, isPart: false };
    choices.set(choice, known);
    known.ending = finish ?? known.ending;
    known.isPart ||= calls.length > 0;
    for (const piece of calls) takePiece(choice, piece);
    opaque = joinOpaque(opaque, said.opaque);
    hasText ||= said.text !== null;
    if ((said.text ?? "") === "" && said.refusal === null) return "";
    speaker ??= choice;
    if (speaker !== choice) return "";
    known.isPart = true;
    if (said.refusal !== null) refusal.push(said.refusal);
    text.push(said.text ?? "");
    return said.text ?? "";
  };

  /** Those that say nothing count where none says anything. */
  const endings = (): readonly (Ending | null)[] => {
    const all = [...choices.values()];
    const parts = all.filter(({ isPart }) => isPart);
    return (parts.length > 0 ? parts : all).map(({ ending }) => ending);
  };

  return {
    take(chunk) {
      units += unitsOf(chunk);
      // Counted, not undone: once over, always over.
      if (units > mostUnits) return err("too_long");
      rehearsal ||= chunk.rehearsal;
      this.note(chunk.usage);
      return ok(chunk.parts.map(takePart).join(""));
    },
    // Some servers count with every chunk.
    note(told) {
      usage = laterUsage(usage, told);
    },
    answer: () => ({
      text: hasText ? text.join("").toWellFormed() : null,
      finish: mergedEnding(endings()),
      refused: refusal.length > 0,
      ...(refusal.length > 0 ? { refusal: refusal.join("").toWellFormed() } : {}),
      ...(opaque === undefined ? {} : { opaque: wellFormed(opaque) as JsonObject }),
      calls: inOrder(entries).map(callOf),
      usage,
      rehearsal,
    }),
    isFinished: () => choices.size > 0 && endings().every((ending) => ending !== null),
  };
}

/** A whole list of chunks at once. */
export function assemble(chunks: readonly ChatDelta[], mostUnits: number = MOST_UNITS): Result<ChatAnswer, AssemblyRefusal> {
  const assembly = openAssembly(mostUnits);
  for (const chunk of chunks) {
    const taken = assembly.take(chunk);
    if (!taken.ok) return taken;
  }
  return ok(assembly.answer());
}

/** Without an index, a new id or a name begins a call, and anything else belongs to the last one. null: more calls than are read. */
function entryFor(choice: number, piece: CallPiece, entries: Entry[], latest: Map<string, Entry>): Entry | null {
  const known = latest.get(`${choice}/${piece.index ?? ""}`);
  // Some servers say index 0 of every parallel call: another id with a name beside it begins another call. Others make a new id for
  // every piece of one call: as long as its arguments are incomplete, the same name at the same index is the same call.
  const isRenumbered =
    known !== undefined &&
    known.id !== null &&
    piece.id !== null &&
    piece.id !== known.id &&
    piece.name !== null &&
    (piece.name !== known.name || known.value !== null || known.scan.isComplete());
  const isRepeated = known !== undefined && piece.index !== null && beginsAnother(known, piece);
  const isOther =
    piece.index === null
      ? (piece.id !== null && piece.id !== known?.id) || (piece.id === null && piece.name !== null)
      : isRenumbered || isRepeated;
  if (known !== undefined && !isOther) return known;
  if (entries.length >= MOST_CALLS_READ) return null;
  const entry: Entry = { choice, index: piece.index, id: null, name: null, pieces: [], scan: openJsonScan(), first: null, value: null };
  entries.push(entry);
  latest.set(`${choice}/${piece.index ?? ""}`, entry);
  if (piece.index !== null) latest.set(`${choice}/`, entry);
  return entry;
}

/**
 * Without ids, a name with arguments behind arguments that are whole is another call at the same index. Not where the first are none, or the same
 * once more: some servers say `{}` first, or everything again.
 */
function beginsAnother(known: Entry, { id, name, arguments: more }: CallPiece): boolean {
  if (known.id !== null || id !== null || known.name === null || name === null || more === null || more === "") return false;
  if (typeof more !== "string") return known.value !== null && JSON.stringify(more) !== JSON.stringify(known.value);
  return known.first !== null && known.scan.isComplete() && !isNoArguments(known.first) && known.first !== more.trim();
}

/** By choice, and in it by index where all have one; otherwise as they came. */
function inOrder(entries: readonly Entry[]): readonly Entry[] {
  const areCounted = entries.every(({ index }) => index !== null);
  return [...entries].sort((a, b) => a.choice - b.choice || (areCounted ? (a.index ?? 0) - (b.index ?? 0) : 0));
}

const callOf = ({ id, name, pieces, value, opaque }: Entry): AskedCall => ({
  id,
  name,
  arguments: pieces.length > 0 ? pieces.join("").toWellFormed() : value,
  ...(opaque === undefined ? {} : { opaque }),
});

const unitsOf = ({ parts }: ChatDelta): number => parts.reduce((units, part) => units + unitsOfPart(part), 0);

function unitsOfPart({ text, refusal, calls, opaque }: ChoicePiece): number {
  let units = (text?.length ?? 0) + (refusal?.length ?? 0) + sizeOf(opaque ?? null);
  for (const { id, name, arguments: piece, opaque: beside } of calls)
    units +=
      64 + sizeOf(beside ?? null) + (id?.length ?? 0) + (name?.length ?? 0) + (typeof piece === "string" ? piece.length : sizeOf(piece));
  return units;
}

const sizeOf = (value: Json): number => (value === null ? 0 : JSON.stringify(value).length);
