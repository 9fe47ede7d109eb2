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

type Row = { readonly run: string; readonly resource: string; readonly decision: RecordedDecision["decision"]; readonly data: string };

/** Of the org's newest `runs` runs, oldest first; at most `most`. Decisions from before questions were recorded are left out. */
export async function readDecisions(db: D1Database, org: string, runs: number, most: number): Promise<readonly RecordedDecision[]> {
  const { results } = await db
    .prepare(
      `SELECT page.run AS run, entry.value ->> '$.resource' AS resource, entry.value ->> '$.decision' AS decision, entry.value -> '$.data' AS data
       FROM audit_pages AS page, json_each(page.entries) AS entry
       WHERE page.org = ?1
         AND page.run IN (SELECT run FROM audit_pages WHERE org = ?1 AND run IS NOT NULL GROUP BY run ORDER BY MAX(first_seq) DESC LIMIT ?2)
         AND entry.value ->> '$.event_type' IN ('policy.decided', 'model.routed')
         AND json_type(entry.value, '$.data.asked') = 'object'
       ORDER BY page.first_seq, entry.key LIMIT ?3`,
    )
    .bind(org, runs, most)
    .all<Row>();
  return results.map(({ run, resource, decision, data }) => {
    const { asked, reasons } = JSON.parse(data) as Pick<RecordedDecision, "asked" | "reasons">;
    const prefix = `run/${run}/`;
    return { run, step: resource.startsWith(prefix) ? resource.slice(prefix.length) : null, decision, reasons, asked };
  });
}
