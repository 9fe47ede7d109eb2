/**
 * The consumer of the records queue. For each batch: lines of the run index first (lists are fresh within two seconds), then the
 * rows of each org, with pseudonyms in place of persons, are sequenced by its audit log, written to D1 as pages, declared integrated, and confirmed to the outbox they came
 * from. Only then is a message acknowledged: whatever fails on the way, it comes again, and nothing is done twice.
 */
import type { AuditPage } from "../../core/audit/page.ts";
import { isSourceKind, type RecordsMessage, type RecordsRow, type RunIndexRow, type SourceKind } from "../../core/audit/record.ts";
import type { CostsOf } from "../../core/costs/call.ts";
import type { Notice } from "../../core/notice/notice.ts";
import { noticeOf } from "../../core/notice/of-record.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import { type Pseudonyms, pseudonymised } from "./pseudonyms.ts";
import { type SeenThing, sightingsIn } from "./sightings.ts";
import { writePages } from "./write-pages.ts";

type Source = RecordsMessage["source"];
type SourcedRow = Pick<RecordsRow, "id" | "after" | "records"> & { readonly source: Source };

/** An org's audit log, as the consumer sees it. */
export type AuditLogPort = {
  /** Numbers the records of each row once, however often it comes. `pending`: what D1 does not have yet, oldest first. */
  append(
    org: string,
    rows: readonly SourcedRow[],
  ): Promise<{
    readonly pending: readonly AuditPage[];
    readonly refused: readonly { readonly source: Source; readonly row: string; readonly code: string }[];
  }>;
  /** D1 has everything up to this number. Answers what it still lacks. */
  integrated(upToSeq: number): Promise<readonly AuditPage[]>;
};

/**
 * How each kind of source hears that these rows of its outbox are sequenced and in D1. Idempotent; throws when the source is out of
 * reach. `id`: of the source. A kind without an entry does not compile: its outbox would send for ever.
 */
export type Outboxes = {
  readonly [K in SourceKind]: (rows: readonly string[], source: { readonly id: string; readonly org: string }) => Promise<void>;
};

/** What the consumer hands records to. */
export type ConsumerPorts = {
  readonly db: D1Database;
  readonly auditLog: (org: string) => AuditLogPort;
  /** The line with the higher `seq` wins; dead letters go along. Idempotent. */
  readonly upsertRuns: (rows: readonly RunIndexRow[]) => Promise<void>;
  /** What calls cost, of one org. Idempotent. */
  readonly putCosts: (org: string, costs: readonly CostsOf[]) => Promise<void>;
  /** Notes what ran, for the inventory. Idempotent; what fails is noted with later records. */
  readonly noteUse: (seen: readonly SeenThing[]) => Promise<void>;
  /** Tells the org's people, durably. Idempotent; what fails holds up no record. */
  readonly tell: (org: string, notice: Notice) => Promise<unknown>;
  readonly pseudonyms: Pseudonyms;
  /** Tells that D1 holds something else than was sequenced, from this number on. Never throws. */
  readonly tellBroken: (org: string, seq: number) => Promise<void>;
  readonly outboxes: Outboxes;
  readonly log: Log;
};

type RecordsQueueMessage = Message<RecordsMessage>;

/** Seconds until a message that failed comes again: doubles with each attempt up to five minutes. */
const RETRY_SECONDS = { first: 2, cap: 300 };
/** Rows of one append: keeps its transaction short. */
const ROWS_PER_APPEND = 200;

/** Takes one batch of the records queue; a message that fails is tried again. */
export async function consumeRecords(batch: MessageBatch<RecordsMessage>, ports: ConsumerPorts): Promise<void> {
  const readable = batch.messages.filter((message) => {
    const unknown =
      message.body.v !== 1 ? "records.unknown_version" : isSourceKind(message.body.source.kind) ? null : "records.unknown_source";
    if (unknown === null) return true;
    ports.log(logLine(unknown, { message_id: message.id }));
    retry(message); // another version of this code may know it; in the end the dead letter queue keeps it
    return false;
  });
  const indexed = await indexRuns(readable, ports);
  await noteWhatRan(indexed, ports);
  await tellPeople(indexed, ports);
  await Promise.all([...Map.groupBy(indexed, (message) => message.body.org)].map(([org, messages]) => settleOrg(org, messages, ports)));
}

/** Holds up no record: who is not told now finds it in the console. */
async function tellPeople(messages: readonly RecordsQueueMessage[], ports: ConsumerPorts): Promise<void> {
  for (const { body } of messages) {
    for (const { records, run } of body.rows) {
      for (const record of records) {
        const notice = noticeOf(record, run ?? null);
        if (notice === null) continue;
        await ports.tell(body.org, notice).catch(() => ports.log(logLine("notice.dropped", { org: body.org, message_id: notice.id })));
      }
    }
  }
}

/** Holds up no record: what cannot be noted now comes with later records. */
async function noteWhatRan(messages: readonly RecordsQueueMessage[], ports: ConsumerPorts): Promise<void> {
  try {
    await ports.noteUse(sightingsIn(messages.map(({ body }) => body)));
  } catch (error) {
    ports.log(logLine("inventory.not_noted", { error: errorName(error) }));
  }
}

/** The messages whose index lines are in; the others are given back to the queue. One line that cannot be written holds up no other message. */
async function indexRuns(messages: readonly RecordsQueueMessage[], ports: ConsumerPorts): Promise<readonly RecordsQueueMessage[]> {
  const rows = runRowsOf(messages);
  if (rows.length === 0) return messages;
  try {
    await ports.upsertRuns(rows);
    return messages;
  } catch (error) {
    ports.log(logLine("records.index_failed", { runs: rows.length, error: errorName(error) }));
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
    const costs = messages.flatMap(({ body }) => body.rows.flatMap((row) => row.costs ?? []));
    if (costs.length > 0) await ports.putCosts(org, costs);
    const refused = await integrate(org, messages, ports);
    await Promise.all(messages.map((message) => confirmMessage(message, refused, ports)));
  } catch (error) {
    ports.log(logLine("records.not_integrated", { org, messages: messages.length, error: errorName(error) }));
    for (const message of messages) retry(message);
  }
}

/** Brings the records into the chain and the chain into D1. Answers with the rows that can never have numbers. */
async function integrate(org: string, messages: readonly RecordsQueueMessage[], ports: ConsumerPorts): Promise<ReadonlySet<string>> {
  const rows = messages.flatMap(({ body }) => body.rows.filter(hasPlace).map((row) => sourced(body.source, row)));
  const refused = new Set<string>();
  if (rows.length === 0) return refused;
  const named = await pseudonymised(org, rows, ports.pseudonyms);
  const log = ports.auditLog(org);
  let pending: readonly AuditPage[] = [];
  for (let start = 0; start < rows.length; start += ROWS_PER_APPEND) {
    const answer = await log.append(org, named.slice(start, start + ROWS_PER_APPEND));
    pending = answer.pending;
    for (const { source, row, code } of answer.refused) {
      refused.add(keyOf(source, row));
      ports.log(logLine("audit.row_refused", { org, source: source.kind, source_id: source.id, row, code }));
    }
  }
  // Also what other batches left behind: a row that comes again is confirmed only when D1 has all that was numbered before.
  for (let last = pending.at(-1); last !== undefined; last = pending.at(-1)) {
    await write(org, pending, ports);
    pending = await log.integrated(last.last_seq);
  }
  return refused;
}

/** A row of a run without records has its place between the others; any other is an index line only. */
const hasPlace = (row: RecordsRow): boolean => row.records.length > 0 || row.after !== undefined;

const sourced = (source: Source, { id, after, records }: RecordsRow): SourcedRow => ({
  source,
  id,
  records,
  ...(after === undefined ? {} : { after }),
});

const keyOf = (source: Source, row: string): string => JSON.stringify([source.kind, source.id, row]);

async function write(org: string, pages: readonly AuditPage[], ports: ConsumerPorts): Promise<void> {
  const written = await writePages(ports.db, org, pages);
  if (written.ok) return;
  ports.log(logLine("audit.chain_broken", { org, seqs: [...written.error.seqs] }));
  await ports.tellBroken(org, written.error.seqs[0] ?? 0);
  throw new Error("audit.chain_broken");
}

async function confirmMessage(message: RecordsQueueMessage, refused: ReadonlySet<string>, ports: ConsumerPorts): Promise<void> {
  const { org, source, rows } = message.body;
  const settled = rows.filter((row) => !refused.has(keyOf(source, row.id)));
  try {
    if (settled.length > 0)
      await ports.outboxes[source.kind](
        settled.map((row) => row.id),
        { id: source.id, org },
      );
    if (settled.length === rows.length) message.ack();
    else retry(message);
  } catch (error) {
    ports.log(logLine("records.not_confirmed", { org, source: source.kind, error: errorName(error) }));
    retry(message);
  }
}

const retry = (message: RecordsQueueMessage): void =>
  message.retry({ delaySeconds: Math.min(RETRY_SECONDS.first * 2 ** Math.min(message.attempts - 1, 10), RETRY_SECONDS.cap) });
