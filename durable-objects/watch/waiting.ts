/**
 * Notices that somebody has not taken yet: a row each, deleted when all have it or it was given up. Bounded in number and time. Of
 * notices about one thing a destination gets the earlier one first: an alert that is over does not begin again at a pager.
 */
import { opensIncident } from "../../core/incident/incident.ts";
import type { Notice } from "../../core/notice/notice.ts";
import type { EpochMs } from "../../core/time.ts";
import { drain, type Policy } from "../kit/drain.ts";
import { type DueRow, DueRows } from "../kit/due-rows.ts";
import { waitingAbout } from "../kit/same-thing.ts";

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
  /** The notices about the same thing that waited when it came. Absent: there were none. */
  readonly after?: readonly string[];
  /** Who may take it later. Absent: nobody was asked yet. */
  readonly left?: readonly string[];
};

/** Until when destinations, by their keys, asked to be left alone. */
type Resting = readonly (readonly [key: string, until: EpochMs])[];
/** What a round of attempts left. `notBefore`: nobody who may take it later (`left`) wants to be asked before; null: somebody does. */
type Round = {
  readonly taken: readonly string[];
  readonly left: readonly string[];
  readonly resting: Resting;
  readonly notBefore: EpochMs | null;
};

/** What sending needs. */
export type WaitingPorts = {
  /** Sends to all who have not `taken` it and are not `held`. */
  readonly send: (org: string, notice: Notice, taken: readonly string[], resting: Resting, held: readonly string[]) => Promise<Round>;
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
    const after = waitingAbout(this.#sql, notice);
    const body: Body = { v: 1, notice, taken: [], isNoted: false, ...(after.length === 0 ? {} : { after }) };
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
        const round = await this.#sendOne(org, ports, row);
        if (round === "held") return "retry";
        if (round.left.length > 0) return round.notBefore === null ? "retry" : { notBefore: round.notBefore };
      }
      return "done";
    };
    await drain(this.#rows, POLICY, sendEach, now);
  }

  nextDueAt(): EpochMs | null {
    return this.#rows.nextDueAt();
  }

  async #sendOne(org: string, ports: WaitingPorts, { id, body }: DueRow): Promise<Pick<Round, "left" | "notBefore"> | "held"> {
    const waiting = JSON.parse(body) as Body;
    const { notice } = waiting;
    if (!waiting.isNoted) {
      if (/^(?:alert|anomaly)\./.test(notice.type)) await ports.record(org, notice);
      if (opensIncident(notice)) await ports.openIncident(org, notice);
      this.#save(id, { ...waiting, isNoted: true });
    }
    const held = this.#heldBy(waiting.after ?? []);
    if (held === "all") return "held";
    const { taken, left, resting, notBefore } = await ports.send(org, notice, waiting.taken, waiting.resting ?? [], held);
    this.#save(id, { ...waiting, isNoted: true, taken, resting, left });
    return { left, notBefore };
  }

  /** Whom an earlier notice about the same thing has not reached; `all`: it was not sent to anybody yet. */
  #heldBy(after: readonly string[]): readonly string[] | "all" {
    const earlier = after.flatMap((id) => this.#sql.exec<{ body: string }>("SELECT body FROM notice WHERE id = ?", id).toArray());
    const left = earlier.map(({ body }) => (JSON.parse(body) as Body).left);
    return left.includes(undefined) ? "all" : [...new Set(left.flatMap((keys) => keys ?? []))];
  }

  #save(id: DueRow["id"], body: Body): void {
    this.#sql.exec("UPDATE notice SET body = ? WHERE id = ?", JSON.stringify(body), id);
  }
}
