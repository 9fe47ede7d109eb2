/**
 * The consumer of the records queue. For each batch: lines of the run index first (lists are fresh within two seconds), then the
 * records of each org are sequenced by its audit log, written to D1, declared integrated, and confirmed to the outbox they came
 * from. Only then is a message acknowledged: whatever fails on the way, it comes again, and nothing is done twice.
 */
import type { AuditEntry } from "../../core/audit/entry.ts";
import type { AuditRecord, RecordsMessage, RunIndexRow } from "../../core/audit/record.ts";
import type { JsonObject } from "../../core/json.ts";
import { writeEntries } from "./write-entries.ts";

/** An org's audit log, as the consumer sees it. */
export type AuditLogPort = {
  append(
    org: string,
    records: readonly AuditRecord[],
  ): Promise<{
    readonly entries: readonly AuditEntry[];
    readonly refused: readonly { readonly event_id: string; readonly code: string }[];
  }>;
  pending(): Promise<readonly AuditEntry[]>;
  integrated(upToSeq: number): Promise<number>;
};

export type ConsumerPorts = {
  readonly db: D1Database;
  readonly auditLog: (org: string) => AuditLogPort;
  /** The line with the higher `seq` wins; dead letters go along. Idempotent. */
  readonly upsertRuns: (rows: readonly RunIndexRow[]) => Promise<void>;
  /** Deletes outbox rows at their source. Idempotent. */
  readonly confirm: (source: RecordsMessage["source"], rowIds: readonly string[], org: string) => Promise<void>;
  /** One JSON log line: names and numbers only. */
  readonly report: (line: JsonObject) => void;
};

type RecordsQueueMessage = Message<RecordsMessage>;

/** Seconds until a message that failed comes again: doubles with each attempt up to five minutes. */
const RETRY_SECONDS = { first: 2, cap: 300 };
/** Records of one append: keeps its transaction short. */
const RECORDS_PER_APPEND = 500;

export async function consumeRecords(batch: MessageBatch<RecordsMessage>, ports: ConsumerPorts): Promise<void> {
  const readable = batch.messages.filter((message) => {
    if (message.body.v === 1) return true;
    ports.report({ level: "error", event: "records.unknown_version", message: message.id });
    retry(message);
    return false;
  });
  const indexed = await indexRuns(readable, ports);
  await Promise.all([...Map.groupBy(indexed, (message) => message.body.org)].map(([org, messages]) => settleOrg(org, messages, ports)));
}

/** The messages whose index lines are in; the others are given back to the queue. One line that cannot be written holds up no other message. */
async function indexRuns(messages: readonly RecordsQueueMessage[], ports: ConsumerPorts): Promise<readonly RecordsQueueMessage[]> {
  const rows = runRowsOf(messages);
  if (rows.length === 0) return messages;
  try {
    await ports.upsertRuns(rows);
    return messages;
  } catch (error) {
    ports.report({ level: "error", event: "records.index_failed", runs: rows.length, error: nameOf(error) });
    if (messages.length > 1) return (await Promise.all(messages.map((message) => indexRuns([message], ports)))).flat();
    for (const message of messages) retry(message);
    return [];
  }
}

/** Of each run the newest line. */
function runRowsOf(messages: readonly RecordsQueueMessage[]): RunIndexRow[] {
  const newest = new Map<string, RunIndexRow>();
  for (const message of messages)
    for (const { run } of message.body.rows) if (run !== undefined && run.seq >= (newest.get(run.id)?.seq ?? 0)) newest.set(run.id, run);
  return [...newest.values()];
}

async function settleOrg(org: string, messages: readonly RecordsQueueMessage[], ports: ConsumerPorts): Promise<void> {
  try {
    const refused = await integrate(org, messages, ports);
    await Promise.all(messages.map((message) => confirmMessage(message, refused, ports)));
  } catch (error) {
    ports.report({ level: "error", event: "records.not_integrated", org, messages: messages.length, error: nameOf(error) });
    for (const message of messages) retry(message);
  }
}

/** Brings the records into the chain and the chain into D1. Answers with the ids of records that can never have a number. */
async function integrate(org: string, messages: readonly RecordsQueueMessage[], ports: ConsumerPorts): Promise<ReadonlySet<string>> {
  const records = messages.flatMap((message) => message.body.rows.flatMap((row) => row.records));
  const refused = new Set<string>();
  if (records.length === 0) return refused;
  const log = ports.auditLog(org);
  const sequenced = new Map<number, AuditEntry>();
  for (let start = 0; start < records.length; start += RECORDS_PER_APPEND) {
    const answer = await log.append(org, records.slice(start, start + RECORDS_PER_APPEND));
    for (const entry of answer.entries) sequenced.set(entry.seq, entry);
    for (const { event_id, code } of answer.refused) {
      refused.add(event_id);
      ports.report({ level: "error", event: "audit.record_refused", org, event_id, code });
    }
  }
  for (let owed = 1; owed > 0; ) {
    const pending = await log.pending();
    const last = pending.at(-1);
    if (last === undefined) break;
    await write(org, pending, ports);
    for (const entry of pending) sequenced.delete(entry.seq);
    owed = await log.integrated(last.seq);
  }
  // What had its number from an earlier delivery: D1 must hold exactly that.
  if (sequenced.size > 0)
    await write(
      org,
      [...sequenced.values()].sort((a, b) => a.seq - b.seq),
      ports,
    );
  return refused;
}

async function write(org: string, entries: readonly AuditEntry[], ports: ConsumerPorts): Promise<void> {
  const written = await writeEntries(ports.db, org, entries);
  if (written.ok) return;
  ports.report({ level: "error", event: "audit.chain_broken", org, seqs: [...written.error.seqs] });
  throw new Error("audit.chain_broken");
}

async function confirmMessage(message: RecordsQueueMessage, refused: ReadonlySet<string>, ports: ConsumerPorts): Promise<void> {
  const { org, source, rows } = message.body;
  const settled = rows.filter((row) => !row.records.some((record) => refused.has(record.event_id)));
  try {
    if (settled.length > 0)
      await ports.confirm(
        source,
        settled.map((row) => row.id),
        org,
      );
    if (settled.length === rows.length) message.ack();
    else retry(message);
  } catch (error) {
    ports.report({ level: "warn", event: "records.not_confirmed", org, source: source.kind, error: nameOf(error) });
    retry(message);
  }
}

const retry = (message: RecordsQueueMessage): void =>
  message.retry({ delaySeconds: Math.min(RETRY_SECONDS.first * 2 ** Math.min(message.attempts - 1, 10), RETRY_SECONDS.cap) });

/** The kind of an error, never its text: texts may carry what was stored. */
const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "unknown");
