/** Notices that somebody has not taken yet: a row each, deleted when all have it or it was given up. Bounded in number and time. */
import { opensIncident } from "../../core/incident/incident.ts";
import type { Notice } from "../../core/notice/notice.ts";
import type { EpochMs } from "../../core/time.ts";
import { drain, type Policy } from "../kit/drain.ts";
import { type DueRow, DueRows } from "../kit/due-rows.ts";

/** PERSISTED: the body of a row of `notice`. */
type Body = {
  readonly v: 1;
  readonly notice: Notice;
  /** Who has it, or will never take it. */
  readonly taken: readonly string[];
  /** Until when destinations asked to be left alone. Absent: none did. */
  readonly resting?: Resting;
  /** It is on record, and its incident is open, where it has one. */
  readonly isNoted: boolean;
};

/** Until when destinations, by their keys, asked to be left alone. */
type Resting = readonly (readonly [key: string, until: EpochMs])[];
/** What a round of attempts left. `notBefore`: nobody who may take it later (`again`) wants to be asked before; null: somebody does. */
type Round = { readonly taken: readonly string[]; readonly again: boolean; readonly resting: Resting; readonly notBefore: EpochMs | null };

/** What sending needs. */
export type WaitingPorts = {
  /** Sends to all who have not `taken` it. */
  readonly send: (org: string, notice: Notice, taken: readonly string[], resting: Resting) => Promise<Round>;
  /** Puts an alert or an anomaly on record. The same notice twice is one entry. */
  readonly record: (org: string, notice: Notice) => Promise<void>;
  /** Opens the incident that a notice opens. The same notice twice is one incident. */
  readonly openIncident: (org: string, notice: Notice) => Promise<void>;
};

/** Maximum queued notices per org; further ones are dropped (the audit log still has what they tell). */
export const MOST_WAITING = 1_000;
/** A destination takes ten seconds at most. The twelfth and last attempt is some six hours after the first. */
const POLICY: Policy = { rows: 30, width: 6, answerWithinMs: 30_000, retryMs: { first: 10_000, cap: 2 * 60 * 60_000 }, attempts: 12 };

/** Notices that wait to be sent. */
export class WaitingNotices {
  readonly #sql: SqlStorage;
  readonly #rows: DueRows<DueRow>;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.#rows = new DueRows(sql, "notice");
  }

  /** False: too many wait. A notice that waits already is not put twice. */
  put(notice: Notice, at: EpochMs): boolean {
    const waiting = this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM notice").one().n;
    if (waiting >= MOST_WAITING) return false;
    const body: Body = { v: 1, notice, taken: [], isNoted: false };
    this.#sql.exec(
      "INSERT INTO notice (id, body, due_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
      notice.id,
      JSON.stringify(body),
      at,
    );
    return true;
  }

  async send(org: string, ports: WaitingPorts, now: () => EpochMs): Promise<void> {
    const sendEach = async (rows: readonly DueRow[]) => {
      for (const row of rows) {
        const { again, notBefore } = await this.#sendOne(org, ports, row);
        if (again) return notBefore === null ? "retry" : { notBefore };
      }
      return "done";
    };
    await drain(this.#rows, POLICY, sendEach, now);
  }

  nextDueAt(): EpochMs | null {
    return this.#rows.nextDueAt();
  }

  async #sendOne(org: string, ports: WaitingPorts, { id, body }: DueRow): Promise<Pick<Round, "again" | "notBefore">> {
    const waiting = JSON.parse(body) as Body;
    const { notice } = waiting;
    if (!waiting.isNoted) {
      if (/^(?:alert|anomaly)\./.test(notice.type)) await ports.record(org, notice);
      if (opensIncident(notice)) await ports.openIncident(org, notice);
      this.#save(id, { ...waiting, isNoted: true });
    }
    const { taken, again, resting, notBefore } = await ports.send(org, notice, waiting.taken, waiting.resting ?? []);
    if (again) this.#save(id, { ...waiting, isNoted: true, taken, resting });
    return { again, notBefore };
  }

  #save(id: DueRow["id"], body: Body): void {
    this.#sql.exec("UPDATE notice SET body = ? WHERE id = ?", JSON.stringify(body), id);
  }
}
