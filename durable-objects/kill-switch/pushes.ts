/**
 * Telling the work in a switch's scope: a row for each kind of work, whose pages are told one after another. Work also asks by
 * itself, so a push only makes it quicker: one that is lost leaves nothing running. When to go on is decided in core/kill-switch/push.ts.
 */
import type { PushedWork } from "../../core/keeping/work.ts";
import { afterPass, afterTrouble, type Direction, type Next, newPush, type Progress } from "../../core/kill-switch/push.ts";
import { type Stops, scopeKey } from "../../core/kill-switch/stops.ts";
import type { Switch } from "../../core/kill-switch/switch.ts";
import type { EpochMs } from "../../core/time.ts";
import { sideBySide, within } from "../../kit/bounded.ts";
import { drain, type Policy, type Shelf } from "../kit/drain.ts";
import type { Pausable, Pausables } from "./pausable.ts";

/** One after another. A push whose turn died is taken up again after half a minute. */
const POLICY: Policy = { rows: 1_000, width: 1, answerWithinMs: null, retryMs: { first: 30_000, cap: 30_000 }, attempts: null };
const PAGE = 50;
const PAGES_PER_TURN = 10;
/** A turn begins no further page after this, in ms: the watch over the flag and the outbox share its alarm. */
const TURN_MS = 8_000;
const PIECES_AT_A_TIME = 6;
const ANSWER_WITHIN_MS = 2_000;

type Row = { readonly id: number; readonly switch: string; readonly kind: Direction; readonly body: string; readonly attempts: number };

/** What a turn has to know of the switches. */
export type Switchboard = {
  readonly now: () => EpochMs;
  readonly stops: () => Stops;
  readonly find: (id: string) => Switch | null;
  /** No call is open under the switch, and enough time has passed to know. */
  readonly isQuiet: (state: Switch) => boolean;
  /** Nothing is in flight under the switch any more. */
  readonly drained: (id: string) => void;
};

/** The rows of pushes that are not done, and the sending of those that are due. */
export class Pushes implements Shelf<Row> {
  readonly #sql: SqlStorage;
  readonly #work: Pausables;

  constructor(sql: SqlStorage, work: Pausables) {
    this.#sql = sql;
    this.#work = work;
  }

  /** MUST be called inside the transaction of the throw or recovery. What was pushed for this scope before is over. */
  begin(state: Switch, kind: Direction, at: EpochMs): void {
    const scope = scopeKey(state.scope);
    this.#sql.exec("DELETE FROM push WHERE scope = ?", scope);
    for (const work of Object.keys(this.#work) as PushedWork[]) {
      const body = JSON.stringify(newPush(work, at));
      this.#sql.exec("INSERT INTO push (switch, scope, kind, due_at, body) VALUES (?, ?, ?, ?, ?)", state.id, scope, kind, at, body);
    }
  }

  /** What was pushed for this scope is over, and nothing follows. MUST be called inside the transaction that ends the switch. */
  end(state: Switch): void {
    this.#sql.exec("DELETE FROM push WHERE scope = ?", scopeKey(state.scope));
  }

  nextDueAt(): EpochMs | null {
    return this.#sql.exec<{ at: number | null }>("SELECT MIN(due_at) AS at FROM push").one().at;
  }

  /** Some pages of each push that is due. */
  async turn(board: Switchboard): Promise<void> {
    const pushEach = async (rows: readonly Row[]) => {
      for (const row of rows) await this.#turnOne(row, board);
      return "kept" as const;
    };
    await drain(this, POLICY, pushEach, board.now);
  }

  due(at: EpochMs, limit: number): Row[] {
    const query = "SELECT id, switch, kind, body, 0 AS attempts FROM push WHERE due_at <= ? ORDER BY due_at, id LIMIT ?";
    return this.#sql.exec<Row>(query, at, limit).toArray();
  }

  claim({ id }: Row, until: EpochMs): void {
    this.#sql.exec("UPDATE push SET due_at = ? WHERE id = ?", until, id);
  }

  async #turnOne(row: Row, board: Switchboard): Promise<void> {
    const { now, stops } = board;
    const state = board.find(row.switch);
    if (state === null || !this.#isWanted(row)) return;
    let progress = JSON.parse(row.body) as Progress;
    const until = now() + TURN_MS;
    try {
      const work = this.#pausable(progress.work ?? "runs");
      for (let page = 0; page < PAGES_PER_TURN && now() < until; page++) {
        const { data, next_cursor } = await work.page(state.scope, row.kind, PAGE, progress.cursor);
        let missed = progress.missed;
        await sideBySide(data, PIECES_AT_A_TIME, async ({ id }) => {
          if (!this.#isWanted(row)) return; // the other direction began meanwhile
          await within(ANSWER_WITHIN_MS, work[row.kind](id, stops())).catch(() => missed++);
        });
        progress = { ...progress, cursor: next_cursor, missed };
        this.#save(row, { progress, at: now() + POLICY.retryMs.first });
        if (next_cursor === null) {
          if (row.kind === "halt" && progress.missed === 0 && (await this.#isDrained(row, state, work, board))) return;
          this.#save(row, afterPass(row.kind, progress, now()));
          return;
        }
      }
      this.#save(row, { progress, at: now() + 1 });
    } catch {
      this.#save(row, afterTrouble(progress, now())); // the index is out of reach
    }
  }

  /** Nothing of this kind moves, and nothing is open: the halts of this kind are over. */
  async #isDrained(row: Row, state: Switch, work: Pausable, { isQuiet, drained }: Switchboard): Promise<boolean> {
    const moving = await work.countMoving(state.scope);
    if (moving > 0 || !isQuiet(state) || !this.#isWanted(row)) return false;
    this.#save(row, null);
    if (this.#sql.exec("SELECT 1 FROM push WHERE switch = ? AND kind = 'halt'", state.id).toArray().length === 0) drained(state.id);
    return true;
  }

  /** A row may be of another version of this code, with work that this one does not know. */
  #pausable(name: PushedWork): Pausable {
    if (!Object.hasOwn(this.#work, name)) throw new Error("a push of work that is not known here");
    return this.#work[name];
  }

  #isWanted({ id }: Row): boolean {
    return this.#sql.exec("SELECT 1 FROM push WHERE id = ?", id).toArray().length > 0;
  }

  /** A row that is gone stays gone: an update brings nothing back. */
  #save({ id }: Row, next: Next): void {
    if (next === null) this.#sql.exec("DELETE FROM push WHERE id = ?", id);
    else this.#sql.exec("UPDATE push SET body = ?, due_at = ? WHERE id = ?", JSON.stringify(next.progress), next.at, id);
  }
}
