/** What is counted about decisions: what passed without a person, and the judgements of reviewers. */
import type { Tally } from "../../core/review/auto.ts";
import type { NotedJudgement } from "../../core/review/oversight.ts";
import type { EpochMs } from "../../core/time.ts";

/** Judgements that are kept; older ones make room. */
const KEPT = 10_000;
const NONE: Tally = { passed: 0, sampled: 0, judged: 0, wrong: 0 };

/** Tallies by operation, and judgements. */
export class Measures {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** MUST be called inside the transaction of what is counted. */
  add(operation: string, more: Partial<Tally>): void {
    const { passed, sampled, judged, wrong } = { ...NONE, ...more };
    this.#sql.exec(
      `INSERT INTO tally (operation, passed, sampled, judged, wrong) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (operation) DO UPDATE SET
       passed = passed + ?2, sampled = sampled + ?3, judged = judged + ?4, wrong = wrong + ?5`,
      ...[operation, passed, sampled, judged, wrong],
    );
  }

  /** MUST be called inside the transaction of the judgement. */
  note(judgement: NotedJudgement): void {
    this.#sql.exec("INSERT INTO judgement (at, body) VALUES (?, ?)", judgement.at, JSON.stringify(judgement));
    this.#sql.exec("DELETE FROM judgement WHERE id <= (SELECT MAX(id) FROM judgement) - ?", KEPT);
  }

  /** By operation. */
  tallies(): { [operation: string]: Tally } {
    const rows = this.#sql.exec<Tally & { operation: string }>("SELECT operation, passed, sampled, judged, wrong FROM tally").toArray();
    return Object.fromEntries(rows.map(({ operation, ...tally }) => [operation, tally]));
  }

  judgements(since: EpochMs): NotedJudgement[] {
    return this.#sql
      .exec<{ body: string }>("SELECT body FROM judgement WHERE at >= ? ORDER BY id", since)
      .toArray()
      .map(({ body }) => JSON.parse(body) as NotedJudgement);
  }
}
