/**
 * The costs of a run that have not left, read off its journal: what a turn's calls cost is a column of its row, so it is as durable as the turn.
 * Each hand-over costs D1 some nine rows, however many calls it has, so the costs of a run that goes on are gathered for a while; those of one that
 * waits or has ended leave with its records. They leave as rows of the run's outbox without records. A mark says up to where they are confirmed;
 * calls that leave a second time are known by their ids (workers/store/count-calls.ts). Knows SQL.
 */
import type { RecordsRow } from "../../core/audit/record.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import type { EpochMs } from "../../core/time.ts";
import { recordsAttempts } from "../kit/records-drain.ts";
import type { LeavingRow, Progress } from "./progress.ts";

/** Costs of a run that goes on leave this much later at most, in ms: with the queue's own time within a minute. */
const GATHER_MS = 45_000;
/** UTF-16 units of one hand-over, unless one turn has more: it fits into a message beside records (core/audit/messages.ts). */
const MOST_UNITS = 25_000;

/** Costs that were handed over together: of the rows of the journal after `after`, up to `upTo`. */
type Parcel = { readonly after: number; readonly upTo: number; readonly progress: Progress };
type Costly = { readonly at: EpochMs; readonly units: number };

/** What a run's calls cost, as far as it is not confirmed. */
export class LeavingCosts {
  readonly #sql: SqlStorage;
  /** Rows of the journal with costs that were not handed over, by their number, in order. */
  readonly #gathered: Map<number, Costly>;
  /** What was handed over and is not confirmed, in order. One that is confirmed before an older one waits for it. */
  #sent: Parcel[] = [];
  #goesOn = true;
  #notBefore: EpochMs = 0;
  #mark: number;

  /** `atOf`: when the row with this number was committed. */
  constructor(sql: SqlStorage, atOf: (seq: number) => EpochMs) {
    this.#sql = sql;
    this.#mark = sql.exec<{ costs: number }>("SELECT costs FROM confirmed").toArray()[0]?.costs ?? 0;
    const query = "SELECT last_seq, LENGTH(costs) AS units FROM journal WHERE last_seq > ? AND costs IS NOT NULL ORDER BY last_seq";
    const rows = sql.exec<{ last_seq: number; units: number }>(query, this.#mark).toArray();
    this.#gathered = new Map(rows.map(({ last_seq: seq, units }) => [seq, { at: atOf(seq), units }]));
    this.#handOver({ dueAt: 0, attempts: null }); // an earlier life may have
  }

  /** Everything up to this row of the journal is confirmed. */
  get mark(): number {
    return this.#mark;
  }

  /** A row of the journal with costs of so many UTF-16 units was committed. */
  added(seq: number, at: EpochMs, units: number): void {
    this.#gathered.set(seq, { at, units });
  }

  /** False: the run waits for somebody, or has ended, and nothing is gathered any longer. */
  goesOn(goesOn: boolean): void {
    this.#goesOn = goesOn;
  }

  /** What is gathered does not leave before then. */
  putOff(until: EpochMs): void {
    this.#notBefore = until;
  }

  /** What may leave at `at`. What was gathered is handed over whole, or not yet. */
  due(at: EpochMs): LeavingRow[] {
    const oldest = this.#oldest();
    if (oldest !== null && (!this.#goesOn || oldest + GATHER_MS <= at)) this.#handOver({ dueAt: at, attempts: 0 });
    return this.#sent
      .filter(({ progress }) => !progress.confirmed && (progress.attempts === 0 || progress.dueAt <= at))
      .map((parcel) => ({
        body: JSON.stringify(this.#rowOf(parcel)),
        attempts: parcel.progress.attempts ?? recordsAttempts(at - parcel.progress.at),
        progress: parcel.progress,
      }));
  }

  /** True when the mark moved. Ids of other rows are left alone. */
  confirm(ids: readonly string[]): boolean {
    for (const parcel of this.#sent) if (ids.includes(idOf(parcel))) parcel.progress.confirmed = true;
    const before = this.#mark;
    for (const { upTo, progress } of this.#sent) {
      if (!progress.confirmed) break;
      this.#mark = upTo;
    }
    this.#sent = this.#sent.filter(({ upTo }) => upTo > this.#mark);
    return this.#mark > before;
  }

  /** How far what was handed over has come, and what is gathered as if it had been: when it is to be looked after. */
  progress(): Progress[] {
    const oldest = this.#oldest();
    const gathered =
      oldest === null ? [] : [{ at: oldest, dueAt: Math.max(oldest + GATHER_MS, this.#notBefore), attempts: 0, confirmed: false }];
    return [...this.#sent.map(({ progress }) => progress), ...gathered];
  }

  #oldest(): EpochMs | null {
    return this.#gathered.values().next().value?.at ?? null;
  }

  #handOver(begins: Pick<Progress, "dueAt" | "attempts">): void {
    let after = this.#sent.at(-1)?.upTo ?? this.#mark;
    let [units, upTo, at] = [0, after, 0];
    const cut = (): void => {
      if (upTo > after) this.#sent.push({ after, upTo, progress: { ...begins, at, confirmed: false } });
      [after, units] = [upTo, 0];
    };
    for (const [seq, row] of this.#gathered) {
      if (units + row.units > MOST_UNITS) cut();
      if (units === 0) at = row.at;
      units += row.units;
      upTo = seq;
    }
    cut();
    this.#gathered.clear();
  }

  /** All of it is of one run, and says the same about it. */
  #rowOf(parcel: Parcel): RecordsRow {
    const { after, upTo } = parcel;
    const query = "SELECT costs FROM journal WHERE last_seq > ? AND last_seq <= ? AND costs IS NOT NULL ORDER BY last_seq";
    const parts = this.#sql
      .exec<{ costs: string }>(query, after, upTo)
      .toArray()
      .map((row) => JSON.parse(row.costs) as CostsOf);
    const [first] = parts;
    return { id: idOf(parcel), records: [], costs: first === undefined ? [] : [{ ...first, calls: parts.flatMap(({ calls }) => calls) }] };
  }
}

/**
 * Other rows of a run's outbox are named by a number alone. INVARIANT: the id names all of what is in the parcel. A new life may put more into
 * one that ends with the same row, and what confirms the smaller one confirms nothing of the rest.
 */
const idOf = ({ after, upTo }: Parcel): string => `costs/${after}-${upTo}`;
