/** Decisions of the policies as the audit log has them, with the questions that the policies were asked. */
import type { AccessQuestion } from "../../core/access/request.ts";

/** One decision about a call of a run. */
export type RecordedDecision = {
  readonly run: string;
  /** null: it was about the run itself. */
  readonly step: string | null;
  readonly decision: "allow" | "deny" | "ask";
  readonly reasons: readonly string[];
  readonly asked: AccessQuestion;
};

/** A decision's place in the log: the first `seq` of its page, and its entry in it. */
export type DecisionPlace = readonly [page: number, entry: number];

type Row = {
  readonly run: string;
  readonly page: number;
  readonly entry: number;
  readonly resource: string;
  readonly decision: RecordedDecision["decision"];
  readonly data: string;
};

/** The org's newest `most` runs on record, newest first. */
export async function newestRuns(db: D1Database, org: string, most: number): Promise<readonly string[]> {
  const { results } = await db
    .prepare("SELECT run FROM audit_pages WHERE org = ?1 AND run IS NOT NULL GROUP BY run ORDER BY MAX(first_seq) DESC LIMIT ?2")
    .bind(org, most)
    .all<{ run: string }>();
  return results.map(({ run }) => run);
}

/**
 * Of these runs, oldest first, those after a place; at most `limit`. `next`: the place of the last one; null: there are no more. Decisions from before
 * questions were recorded are left out.
 */
export async function readDecisions(
  db: D1Database,
  org: string,
  runs: readonly string[],
  after: DecisionPlace | null,
  limit: number,
): Promise<{ readonly decisions: readonly RecordedDecision[]; readonly next: DecisionPlace | null }> {
  const [page, entry] = after ?? [0, -1];
  const { results } = await db
    .prepare(
      `SELECT page.run AS run, page.first_seq AS page, entry.key AS entry, entry.value ->> '$.resource' AS resource,
         entry.value ->> '$.decision' AS decision, entry.value -> '$.data' AS data
       FROM audit_pages AS page, json_each(page.entries) AS entry
       WHERE page.org = ?1 AND page.run IN (SELECT value FROM json_each(?2)) AND page.first_seq >= ?3
         AND (page.first_seq > ?3 OR entry.key > ?4)
         AND entry.value ->> '$.event_type' IN ('policy.decided', 'model.routed')
         AND json_type(entry.value, '$.data.asked') = 'object'
       ORDER BY page.first_seq, entry.key LIMIT ?5`,
    )
    .bind(org, JSON.stringify(runs), page, entry, limit)
    .all<Row>();
  const decisions = results.map(({ run, resource, decision, data }) => {
    const { asked, reasons } = JSON.parse(data) as Pick<RecordedDecision, "asked" | "reasons">;
    const prefix = `run/${run}/`;
    return { run, step: resource.startsWith(prefix) ? resource.slice(prefix.length) : null, decision, reasons, asked };
  });
  const last = results.at(-1);
  return { decisions, next: results.length < limit || last === undefined ? null : [last.page, last.entry] };
}
