/** The run's storage: birth and journal, and in the journal what leaves. One turn is one transaction. Knows SQL; decides nothing. */
import type { RecordsRow } from "../../core/audit/record.ts";
import type { Birth } from "../../core/run/birth.ts";
import type { RunContext } from "../../core/run/context.ts";
import type { RunEvent } from "../../core/run/event.ts";
import { fold } from "../../core/run/evolve.ts";
import type { RunState } from "../../core/run/state.ts";
import type { Machinery } from "../../core/run/turn.ts";
import type { EpochMs } from "../../core/time.ts";
import { planOf } from "../../core/workflow/plan.ts";
import { isMigrated, migrate } from "../kit/schema.ts";
import { LeavingRecords } from "./leaving.ts";
import { keepRest, wholeText } from "./long-text.ts";
import { RUN_SCHEMA } from "./schema.ts";

export type LoadedRun = { readonly machinery: Machinery; state: RunState; readonly leaving: LeavingRecords };

/** A turn is one row, unless so much of it leaves that it would not fit into one message: then it is some. */
export type TurnPart = { readonly events: readonly RunEvent[]; readonly leaving: RecordsRow | null };

export class Journal {
  readonly #storage: DurableObjectStorage;
  readonly #sha256: (text: string) => string;

  constructor(storage: DurableObjectStorage, sha256: (text: string) => string) {
    this.#storage = storage;
    this.#sha256 = sha256;
  }

  /** The run as its journal tells it, or null when nobody was born here. Creates nothing. */
  load(): LoadedRun | null {
    if (!isMigrated(this.#storage.sql)) return null;
    migrate(this.#storage, RUN_SCHEMA);
    const row = this.#storage.sql.exec<{ body: string }>("SELECT body FROM birth").toArray()[0];
    if (!row) return null;
    const birth = JSON.parse(wholeText(this.#storage.sql, 0, row.body)) as Birth;
    const context: RunContext = { birth, plan: planOf(birth.definition) };
    return this.#loaded(context, fold(context, this.events(0)));
  }

  /** A run before its first event; the row is written with the first turn. */
  bear(birth: Birth, state: (context: RunContext) => RunState): LoadedRun {
    migrate(this.#storage, RUN_SCHEMA);
    const context: RunContext = { birth, plan: planOf(birth.definition) };
    return this.#loaded(context, state(context));
  }

  #loaded(context: RunContext, state: RunState): LoadedRun {
    const { id, org } = context.birth;
    return { machinery: { ...context, sha256: this.#sha256 }, state, leaving: new LeavingRecords(this.#storage, org, id) };
  }

  /** INVARIANT: events, the birth of a first turn and the rows that leave are one transaction; nothing acts before it. */
  commit(run: LoadedRun, parts: readonly TurnPart[], at: EpochMs): void {
    this.#storage.transactionSync(() => {
      for (const part of parts) this.#insert(run, part);
    });
    for (const { events, leaving } of parts) if (leaving !== null) run.leaving.added(events.at(-1)?.seq ?? 0, at);
  }

  #insert(run: LoadedRun, { events, leaving }: TurnPart): void {
    const first = events[0]?.seq ?? 0;
    const last = events.at(-1)?.seq ?? 0;
    const { sql } = this.#storage;
    if (first === 1) sql.exec("INSERT INTO birth (id, body) VALUES (1, ?)", keepRest(sql, 0, JSON.stringify(run.machinery.birth)));
    const leaves = leaving === null ? null : JSON.stringify(leaving);
    const text = keepRest(sql, last, JSON.stringify(events));
    sql.exec("INSERT INTO journal (last_seq, first_seq, events, leaves) VALUES (?, ?, ?, ?)", last, first, text, leaves);
  }

  /** Folds the journal again and compares it with the state as it lived. `divergedAt`: the first event that is missing or after which they differ. */
  refold(run: LoadedRun): { readonly state: RunState; readonly divergedAt: number | null } {
    const events = [...this.events(0)];
    const state = fold(run.machinery, events);
    const gap = events.findIndex((event, index) => event.seq !== index + 1);
    const differs = JSON.stringify(state) !== JSON.stringify(run.state);
    return { state, divergedAt: gap >= 0 ? gap + 1 : differs ? state.seq : null };
  }

  /** Events with a number above `after`, in order. */
  *events(after: number): Generator<RunEvent> {
    const { sql } = this.#storage;
    const query = "SELECT last_seq, events FROM journal WHERE last_seq > ? ORDER BY last_seq";
    for (const row of sql.exec<{ last_seq: number; events: string }>(query, after).toArray()) {
      for (const event of JSON.parse(wholeText(sql, row.last_seq, row.events)) as RunEvent[]) if (event.seq > after) yield event;
    }
  }
}
