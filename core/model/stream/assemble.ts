/**
 * The chunks of a stream put together to the same `ChatAnswer` that a whole answer gives, so that its end is judged by the same
 * rules. Bounded in units; linear in what comes.
 */
import { joinOpaque } from "../../chat/opaque.ts";
import type { Json, JsonObject } from "../../json.ts";
import { err, ok, type Result } from "../../result.ts";
import { type AskedCall, type ChatAnswer, MOST_CALLS_READ } from "../answer.ts";
import type { ReportedUsage } from "../reported-usage.ts";
import type { CallPiece, ChatDelta } from "./chunk.ts";

/** The answer exceeds the maximum number of UTF-16 units. */
export type AssemblyRefusal = "too_long";

/** An answer that is being put together. */
export type Assembly = {
  /** Once refused, always refused. */
  take(chunk: ChatDelta): Result<null, AssemblyRefusal>;
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
  readonly index: number | null;
  id: string | null;
  name: string | null;
  readonly pieces: string[];
  value: Json;
  opaque?: JsonObject | undefined;
};

/** Begins an answer. `mostUnits`: maximum UTF-16 units of text and arguments together; more is refused. */
export function openAssembly(mostUnits: number = MOST_UNITS): Assembly {
  const text: string[] = [];
  const entries: Entry[] = [];
  const byIndex = new Map<number, Entry>();
  let hasText = false;
  const refusal: string[] = [];
  let rehearsal = false;
  let opaque: JsonObject | undefined;
  let finish: ChatDelta["finish"] = null;
  let usage: ReportedUsage = { kind: "absent" };
  let units = 0;

  const takePiece = (piece: CallPiece): void => {
    const entry = entryFor(piece, entries, byIndex);
    if (entry === null) return;
    // The first id and name stand: servers that repeat them in every piece mean the same call.
    entry.id ??= piece.id;
    entry.name ??= piece.name;
    entry.opaque = joinOpaque(entry.opaque, piece.opaque);
    if (typeof piece.arguments === "string") entry.pieces.push(piece.arguments);
    else if (piece.arguments !== null) entry.value = piece.arguments;
  };

  return {
    take(chunk) {
      units += unitsOf(chunk);
      // Counted, not undone: once over, always over.
      if (units > mostUnits) return err("too_long");
      if (chunk.text !== null) {
        hasText = true;
        text.push(chunk.text);
      }
      if (chunk.refusal !== null) refusal.push(chunk.refusal);
      rehearsal ||= chunk.rehearsal;
      opaque = joinOpaque(opaque, chunk.opaque);
      finish = chunk.finish ?? finish;
      this.note(chunk.usage);
      for (const piece of chunk.calls) takePiece(piece);
      return ok(null);
    },
    // Some servers count with every chunk: the last word counts.
    note(told) {
      if (told.kind !== "absent") usage = told;
    },
    answer: () => ({
      text: hasText ? text.join("").toWellFormed() : null,
      finish,
      refused: refusal.length > 0,
      ...(refusal.length > 0 ? { refusal: refusal.join("").toWellFormed() } : {}),
      ...(opaque === undefined ? {} : { opaque }),
      calls: inOrder(entries).map(callOf),
      usage,
      rehearsal,
    }),
    isFinished: () => finish !== null,
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
function entryFor(piece: CallPiece, entries: Entry[], byIndex: Map<number, Entry>): Entry | null {
  const last = entries.at(-1);
  const known = piece.index === null ? last : byIndex.get(piece.index);
  // Some servers say index 0 of every parallel call: another id with another name beside it begins another call.
  const isRenumbered = known !== undefined && known.id !== null && piece.id !== null && piece.id !== known.id && piece.name !== null;
  const isOther =
    piece.index === null ? (piece.id !== null && piece.id !== known?.id) || (piece.id === null && piece.name !== null) : isRenumbered;
  if (known !== undefined && !isOther) return known;
  if (entries.length >= MOST_CALLS_READ) return null;
  const entry: Entry = { index: piece.index, id: null, name: null, pieces: [], value: null };
  entries.push(entry);
  if (piece.index !== null) byIndex.set(piece.index, entry);
  return entry;
}

/** By index where all have one; otherwise as they came. */
const inOrder = (entries: readonly Entry[]): readonly Entry[] =>
  entries.every(({ index }) => index !== null) ? [...entries].sort((a, b) => (a.index ?? 0) - (b.index ?? 0)) : entries;

const callOf = ({ id, name, pieces, value, opaque }: Entry): AskedCall => ({
  id,
  name,
  arguments: pieces.length > 0 ? pieces.join("").toWellFormed() : value,
  ...(opaque === undefined ? {} : { opaque }),
});

function unitsOf({ text, refusal, calls, opaque }: ChatDelta): number {
  let units = (text?.length ?? 0) + (refusal?.length ?? 0) + sizeOf(opaque ?? null);
  for (const { id, name, arguments: piece, opaque: beside } of calls)
    units +=
      64 + sizeOf(beside ?? null) + (id?.length ?? 0) + (name?.length ?? 0) + (typeof piece === "string" ? piece.length : sizeOf(piece));
  return units;
}

const sizeOf = (value: Json): number => (value === null ? 0 : JSON.stringify(value).length);
