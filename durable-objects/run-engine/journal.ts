/** The run's storage: birth and journal, and in the journal what leaves. One turn is one transaction. Knows SQL; decides nothing. */
import type { RecordsRow } from "../../core/audit/record.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import type { Json } from "../../core/json.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { fold } from "../../core/run/fold/evolve.ts";
import type { Birth, RunContext } from "../../core/run/machine/birth.ts";
import type { RunEvent } from "../../core/run/machine/event.ts";
import type { RunState } from "../../core/run/machine/state.ts";
import type { Machinery } from "../../core/run/machine/turn.ts";
import { isAtWork } from "../../core/run/outside/index-line.ts";
import type { EpochMs } from "../../core/time.ts";
import { planOf } from "../../core/workflow/plan.ts";
import { type SealedBy, sealedBy } from "../../kit/sealed-text.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { LeavingTexts } from "./content.ts";
import { type KeptValues, nameOfSealed } from "./kept-values.ts";
import { cut, whole } from "./large-values.ts";
import { LeavingRecords } from "./leaving.ts";
import { LeavingCosts } from "./leaving-costs.ts";
import { LeavingTrace } from "./leaving-trace.ts";
import { wholeText } from "./long-text.ts";
import { RUN_SCHEMA } from "./schema.ts";
import type { Sealing } from "./sealing.ts";

/** A run in memory: its definition, its state, and the records, texts and spans that have not left. */
export type LoadedRun = {
  readonly machinery: Machinery;
  state: RunState;
  readonly leaving: LeavingRecords;
  readonly texts: LeavingTexts;
  readonly trace: LeavingTrace;
};

/** A turn is one row, unless so much of it leaves that it would not fit into one message: then it is some. */
export type TurnPart = {
  readonly events: readonly RunEvent[];
  readonly leaving: RecordsRow | null;
  readonly costs: CostsOf | null;
  /** What the events name by digest: the first part has those of the whole turn. */
  readonly texts: ReadonlyMap<string, string>;
};

/** A turn as it will be stored. */
export type TurnRows = {
  readonly rows: readonly {
    readonly first: number;
    readonly last: number;
    readonly events: string;
    readonly leaves: string | null;
    readonly costs: string | null;
    readonly texts: string | null;
    readonly named: TurnPart["texts"];
  }[];
  /** With the first turn. */
  readonly birth: string | null;
  /** Values that the rows only refer to, by their name. */
  readonly parts: ReadonlyMap<string, string>;
  /** They are sealed when they are committed. */
  readonly isSealed: boolean;
};

/** What MUST be fetched before a row can be read: a value that lies elsewhere, by its name, or the key that opens the row. */
export type Absent = readonly (string | SealedBy)[];

/** A run's birth and events in the object's storage. Throws when a stored row cannot be read. */
export class Journal {
  readonly #storage: DurableObjectStorage;
  readonly #sha256: (text: string) => string;
  readonly #values: Pick<KeptValues, "largerThan" | "valueOf">;
  readonly #sealing: Pick<Sealing, "seal" | "open">;

  constructor(
    storage: DurableObjectStorage,
    sha256: (text: string) => string,
    values: Pick<KeptValues, "largerThan" | "valueOf">,
    sealing: Pick<Sealing, "seal" | "open">,
  ) {
    this.#storage = storage;
    this.#sha256 = sha256;
    this.#values = values;
    this.#sealing = sealing;
  }

  /** The run as its journal tells it, or null when nobody was born here. Creates nothing. */
  load(): Result<LoadedRun | null, Absent> {
    if (!isMigrated(this.#storage.sql)) return ok(null);
    migrate(this.#storage, RUN_SCHEMA);
    const row = this.#storage.sql.exec<{ body: string }>("SELECT body FROM birth").toArray()[0];
    if (!row) return ok(null);
    const birth = this.#documentOf(0, BIRTH, row.body);
    const events = this.events(0);
    if (!birth.ok || !events.ok) return err([...(birth.ok ? [] : birth.error), ...(events.ok ? [] : events.error)]);
    const context = contextOf(birth.value as unknown as Birth);
    return ok(this.#loaded(context, fold(context, events.value), events.value));
  }

  /** A run before its first event; the row is written with the first turn. */
  bear(birth: Birth, state: (context: RunContext) => RunState): LoadedRun {
    migrate(this.#storage, RUN_SCHEMA);
    const context = contextOf(birth);
    return this.#loaded(context, state(context), []);
  }

  #loaded(context: RunContext, state: RunState, events: readonly RunEvent[]): LoadedRun {
    const { id, org } = context.birth;
    const { sql } = this.#storage;
    const unsent = "SELECT last_seq FROM journal WHERE last_seq > COALESCE((SELECT seq FROM confirmed), 0) AND texts IS NOT NULL";
    const rows = sql.exec<{ last_seq: number }>(`${unsent} ORDER BY last_seq`).toArray();
    const texts = new LeavingTexts(rows.map((row) => row.last_seq));
    const atOf = (seq: number): EpochMs => events[seq - 1]?.at ?? 0;
    const costs = new LeavingCosts(sql, atOf);
    costs.goesOn(isAtWork(state.status));
    const leaving = new LeavingRecords(sql, org, id, atOf, () => texts.heldFrom, costs);
    const machinery = { ...context, sha256: this.#sha256 };
    return { machinery, state, leaving, texts, trace: new LeavingTrace(sql, machinery, events) };
  }

  /** Whose key opens the last sealed row; null: none is sealed. */
  sealedBy(): SealedBy | null {
    const query = "SELECT SUBSTR(events, 1, 1024) AS head FROM journal WHERE events LIKE 'sealed:%' ORDER BY last_seq DESC LIMIT 1";
    const row = this.#storage.sql.exec<{ head: string }>(query).toArray()[0];
    return row === undefined ? null : sealedBy(row.head);
  }

  /** The records of a run that cannot be read, as if they were of now; its texts are not waited for. */
  leavingOf(org: string, run: string, now: EpochMs): LeavingRecords {
    return new LeavingRecords(
      this.#storage.sql,
      org,
      run,
      () => now,
      () => Number.POSITIVE_INFINITY,
      new LeavingCosts(this.#storage.sql, () => now),
    );
  }

  /** The rows of a turn. What they refer to MUST be durable, and what seals them at hand, before they are committed. */
  rowsOf(run: LoadedRun, turn: readonly TurnPart[], isSealed: boolean): TurnRows {
    const nameOf = isSealed ? (text: string) => nameOfSealed(this.#sha256(text)) : this.#sha256;
    const parts = new Map<string, string>();
    const light = (document: unknown): string => lightText(JSON.stringify(document));
    const lightText = (text: string): string => {
      const found = cut(text, this.#values.largerThan, nameOf);
      for (const [name, text] of found.parts) parts.set(name, text);
      return found.row;
    };
    const rows = turn.map(({ events, leaving, costs, texts }) => ({
      first: events[0]?.seq ?? 0,
      last: events.at(-1)?.seq ?? 0,
      events: light(events),
      leaves: leaving === null ? null : JSON.stringify(leaving),
      costs: costs === null ? null : JSON.stringify(costs),
      texts: listOf(run.texts.fresh(texts), lightText),
      named: texts,
    }));
    return { rows, birth: rows[0]?.first === 1 ? light(run.machinery.birth) : null, parts, isSealed };
  }

  /** INVARIANT: events, the birth of a first turn and the rows that leave are one transaction; nothing acts before it. */
  commit(run: LoadedRun, { rows, birth, isSealed }: TurnRows, at: EpochMs): void {
    const { sql } = this.#storage;
    const stored = (place: string, text: string): string => (isSealed ? this.#sealing.seal(place, text) : text);
    this.#storage.transactionSync(() => {
      if (birth !== null) sql.exec("INSERT INTO birth (id, body) VALUES (1, ?)", stored(BIRTH, birth));
      for (const { last, first, events, leaves, costs, texts } of rows) {
        const kept = texts === null ? null : stored(placeOfTexts(last), texts);
        sql.exec(INSERT_ROW, last, first, stored(placeOfEvents(last), events), leaves, costs, kept);
      }
    });
    for (const { last, leaves, costs, named } of rows) {
      run.texts.committed(last, named);
      if (leaves !== null) run.leaving.added(last, at);
      if (costs !== null) run.leaving.costs.added(last, at, costs.length);
    }
  }

  /** Events with a number above `after`, in order: of the next so many rows, or all. */
  events(after: number, rows = Number.MAX_SAFE_INTEGER): Result<RunEvent[], Absent> {
    const query = "SELECT last_seq, events FROM journal WHERE last_seq > ? ORDER BY last_seq LIMIT ?";
    const events: RunEvent[] = [];
    const absent: (string | SealedBy)[] = [];
    for (const row of this.#storage.sql.exec<{ last_seq: number; events: string }>(query, after, rows).toArray()) {
      const turn = this.#documentOf(row.last_seq, placeOfEvents(row.last_seq), row.events);
      if (!turn.ok) absent.push(...turn.error);
      else for (const event of turn.value as unknown as RunEvent[]) if (event.seq > after) events.push(event);
    }
    return absent.length > 0 ? err(absent) : ok(events);
  }

  /** The lines of all texts that events of the run name by digest. */
  allTexts(): Result<readonly string[], Absent> {
    const rows = this.#storage.sql.exec<{ last_seq: number }>("SELECT last_seq FROM journal WHERE texts IS NOT NULL ORDER BY last_seq");
    const read = rows.toArray().map((row) => this.texts(row.last_seq));
    const absent = read.flatMap((lines) => (lines.ok ? [] : lines.error));
    return absent.length > 0 ? err(absent) : ok(read.flatMap((lines) => (lines.ok ? lines.value : [])));
  }

  /** The lines of texts of a row. */
  texts(seq: number): Result<readonly string[], Absent> {
    const row = this.#storage.sql.exec<{ texts: string }>("SELECT texts FROM journal WHERE last_seq = ?", seq).one();
    const opened = this.#sealing.open(placeOfTexts(seq), row.texts);
    if (!opened.ok) return err([opened.error]);
    const lines = whole(opened.value, (name) => this.#values.valueOf(name));
    return lines.ok ? ok((lines.value as Json[]).map((line) => JSON.stringify(line))) : lines;
  }

  #documentOf(owner: number, place: string, text: string): Result<Json, Absent> {
    const opened = this.#sealing.open(place, text.startsWith("sealed:") ? text : wholeText(this.#storage.sql, owner, text));
    return opened.ok ? whole(opened.value, (name) => this.#values.valueOf(name)) : err([opened.error]);
  }
}

/** PERSISTED: the places that sealed rows are bound to. */
const BIRTH = "birth";
const placeOfEvents = (seq: number): string => `events ${seq}`;
const placeOfTexts = (seq: number): string => `texts ${seq}`;

const INSERT_ROW = "INSERT INTO journal (last_seq, first_seq, events, leaves, costs, texts) VALUES (?, ?, ?, ?, ?, ?)";

const listOf = (lines: readonly string[], light: (text: string) => string): string | null =>
  lines.length === 0 ? null : light(`[${lines.join(",")}]`);

const contextOf = (birth: Birth): RunContext => ({ birth, plan: planOf(birth.definition) });
