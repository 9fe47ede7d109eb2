/**
 * Ends the retention of texts that belong to no run: those of chats, embeddings and other calls. Their class is `internal`, since personal data
 * in them is redacted. It looks through the bucket in passes, a portion a sweep. Texts of runs go with their run (workers/erasure).
 */
import { type AuditRecord, auditRecord } from "../../core/audit/record.ts";
import { hasIdForm, idTime, mintId } from "../../core/ids.ts";
import type { Retention } from "../../core/org/retention.ts";
import type { EpochMs } from "../../core/time.ts";
import type { AuditKeeping } from "../store/audit-keeping.ts";

/** What the sweep needs. */
export type TextSweepPorts = {
  readonly now: () => EpochMs;
  readonly random: (bytes: number) => Uint8Array;
  readonly bucket: R2Bucket;
  readonly keeping: Pick<AuditKeeping, "textsAfter" | "setTextsAfter">;
  /** Years of the lock that was set at deploy: no org's evidence is kept shorter. */
  readonly lockYears: number;
  readonly retentionOf: (org: string) => Promise<{ readonly retention: Retention; readonly retention_days: number }>;
  /** Which of these runs of an org have a line in the index: their texts are not looked at here. */
  readonly runsIn: (org: string, runs: readonly string[]) => Promise<readonly string[]>;
  readonly record: (org: string, record: AuditRecord) => Promise<void>;
};

/** Pages of one sweep, of a thousand objects each: a pass over a million takes half a day. */
const PAGES = 5;
const DAY_MS = 24 * 60 * 60_000;
const YEAR_MS = 365.25 * DAY_MS;
/** A run stands in the index some seconds after its first text. */
const LEAST_AGE_MS = 60 * 60_000;
const CLASS = "internal";

type Text = { readonly key: string; readonly org: string; readonly call: string; readonly at: EpochMs };

/** One portion of the pass; answers how many texts were deleted. Safe at any time, also twice at once. */
export async function sweepTexts(ports: TextSweepPorts): Promise<number> {
  const { bucket, keeping } = ports;
  let after = await keeping.textsAfter();
  let deleted = 0;
  for (let page = 0; page < PAGES; page++) {
    const { objects, truncated } = await bucket.list({ prefix: "v1/", ...(after === "" ? {} : { startAfter: after }) });
    for (const [org, texts] of Map.groupBy(objects.flatMap(textOf), ({ org }) => org)) deleted += await sweepOrg(ports, org, texts);
    after = truncated ? (objects.at(-1)?.key ?? "") : "";
    await keeping.setTextsAfter(after);
    if (!truncated) break;
  }
  return deleted;
}

/** A key is `v1/{org}/{person}/{call}/{name}` (texts.ts). */
function textOf({ key, uploaded }: R2Object): Text[] {
  const [, org, , call] = key.split("/");
  if (org === undefined || call === undefined) return [];
  return [{ key, org, call, at: hasIdForm("run", call) ? idTime(call) : uploaded.getTime() }];
}

async function sweepOrg(ports: TextSweepPorts, org: string, texts: readonly Text[]): Promise<number> {
  const { retention, retention_days: longest } = await ports.retentionOf(org);
  const days = retention[CLASS] === null ? null : Math.min(retention[CLASS], longest);
  const years = Math.max(retention.audit_years, ports.lockYears);
  const before = ports.now() - Math.max(LEAST_AGE_MS, days === null ? years * YEAR_MS : days * DAY_MS);
  const old = texts.filter(({ at }) => at <= before);
  if (old.length === 0) return 0;
  const runs = new Set(await ports.runsIn(org, [...new Set(old.map(({ call }) => call))]));
  const over = old.filter(({ call }) => !runs.has(call));
  if (over.length === 0) return 0;
  const at = ports.now();
  const record = auditRecord({
    id: mintId("evt", at, ports.random(10)),
    at,
    type: "retention.applied",
    actor: { type: "system", id: "retention" },
    action: "texts.delete",
    resource: `org/${org}`,
    data: {
      class: CLASS,
      texts: over.length,
      calls: new Set(over.map(({ call }) => call)).size,
      ...(days === null ? { after_years: years } : { after_days: days }),
    },
  });
  // On record first: a portion that breaks off is counted again with the next, and nothing goes uncounted.
  await ports.record(org, record);
  await ports.bucket.delete(over.map(({ key }) => key));
  return over.length;
}
