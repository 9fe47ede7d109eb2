/** What must hold when the world has come to rest: nothing lost, nothing stuck, nothing done twice, everything on record. */
import { ChainVerifier } from "../core/audit/chain.ts";
import { DIGESTS, readContent, unboundFields } from "../core/audit/content.ts";
import type { RunIndexRow } from "../core/audit/record.ts";
import { withChildren } from "../core/explain/children.ts";
import { type CostView, explain } from "../core/explain/explain.ts";
import { isObject, type Json } from "../core/json.ts";
import { isFinal, type RunState } from "../core/run/machine/state.ts";
import { auditRecords } from "../core/run/outside/audit.ts";
import { toIndexRow } from "../core/run/outside/index-line.ts";
import { toEventView } from "../core/run/outside/present.ts";
import { callSpanId } from "../core/trace/span.ts";
import { ORG } from "./definitions.ts";
import type { HousedObject } from "./house.ts";
import { charged, checkLedger } from "./money.ts";
import { signatureOf } from "./objects.ts";
import { askOracle } from "./oracle.ts";
import { clearAtRest } from "./sealed.ts";
import { sha256, type WatchedRun } from "./watch.ts";
import type { World } from "./world.ts";
import { accountForWrites } from "./writes.ts";

/** Nothing is left to happen: every run has ended, everything is told, on record and confirmed. */
export function isAtRest(world: World): boolean {
  if (!world.trouble.isCalm || world.clientsLeft > 0 || world.records.pending > 0 || world.calls.pending > 0) return false;
  for (const { state } of world.watch.runs.values()) if (!isFinal(state) || owes(state) !== null) return false;
  for (const id of world.owed) if (!world.watch.runs.has(id)) return false;
  return [...world.house.objects.values()].every((object) => outboxOf(object) === 0);
}

/** What a run that has ended still has to do. */
function owes(state: RunState): string | null {
  if (state.openReviews.length > 0) return "the withdrawal of its reviews";
  if (state.deadLetter?.owes) return "the birth of the run that continues it";
  if (state.lease.asking !== null) return "the ledger its word";
  if (state.owesParent) return "its parent the word of its end";
  if (state.session !== undefined && state.session.phase !== "left") return "its session its last word";
  return state.callback === null ? null : "a callback";
}

/** What keeps the world from coming to rest, in words. */
export function unrest(world: World): string[] {
  const found: string[] = [];
  for (const [id, { state }] of world.watch.runs) {
    const waits = Object.values(state.activities).map(({ id: activity, phase }) => `${activity} ${phase}`);
    const object = world.house.object("RunEngine", id);
    const alarm = object.disk.alarm === null ? "no alarm" : `alarm in ${object.disk.alarm.at - world.clock.now} ms`;
    if (!isFinal(state)) found.push(`${id} is ${state.status} at event ${state.seq} (${waits.join(", ")}), ${alarm}`);
    else if (owes(state) !== null) found.push(`${id} has ended and owes ${owes(state)}, ${alarm}`);
  }
  for (const object of world.house.objects.values()) {
    const rows = outboxOf(object);
    const alarm = object.disk.alarm === null ? "no alarm" : `alarm in ${object.disk.alarm.at - world.clock.now} ms`;
    if (rows > 0) found.push(`${object.id} has ${rows} outbox rows that nobody confirms, ${alarm}`);
  }
  if (world.clientsLeft > 0) found.push(`${world.clientsLeft} clients still wait`);
  const messages = world.records.pending + world.calls.pending;
  if (messages > 0) found.push(`${messages} messages are still in the queues`);
  return found;
}

const hasTable = (object: HousedObject, table: string): boolean =>
  object.disk.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).length > 0;

/** Rows that nobody has confirmed: of a run they are a column of its journal, elsewhere a table of their own. */
function outboxOf(object: HousedObject): number {
  if (hasTable(object, "confirmed")) {
    const query = "SELECT COUNT(*) AS n FROM journal WHERE leaves IS NOT NULL AND last_seq > COALESCE((SELECT seq FROM confirmed), 0)";
    return Number(object.disk.run(query, [])[0]?.["n"]);
  }
  return hasTable(object, "outbox") ? Number(object.disk.run("SELECT COUNT(*) AS n FROM outbox", [])[0]?.["n"]) : 0;
}

export function judge(world: World): void {
  const { watch, accepted } = world;
  for (const { run, seen } of accepted) {
    const watched = watch.runs.get(run);
    if (watched === undefined) {
      watch.note("lost", `${run} was accepted and is nowhere`);
      continue;
    }
    const told = watched.events.slice(0, seen.length).map(toEventView);
    if (JSON.stringify(told) !== JSON.stringify(seen)) watch.note("unsaid", `${run}: a client saw events that the journal does not have`);
  }
  for (const [id, watched] of watch.runs) {
    const object = world.house.object("RunEngine", id);
    const folded = watch.refold(object);
    if (JSON.stringify(folded?.state) !== JSON.stringify(watched.state)) watch.note("journal differs", `${id}: the fold is another state`);
    if (object.disk.alarm !== null) watch.note("still awake", `${id} has ended, owes nothing, and has an alarm`);
    checkIndex(world, watched);
    checkCallback(world, watched);
    checkBill(world, watched);
    checkAnswers(world, watched);
    checkExplanation(world, watched);
    accountForWrites(world, watched);
  }
  askOracle(world);
  for (const place of clearAtRest(world)) watch.note("in the clear", place);
  checkReviews(world);
  checkLedger(world);
  checkAudit(world);
}

function checkIndex(world: World, { machinery, state }: WatchedRun): void {
  const { id } = machinery.birth;
  const row = world.database.run("SELECT status, summary FROM runs WHERE id = ?", [id])[0];
  const line: RunIndexRow = toIndexRow(machinery, state);
  if (row === undefined) return world.watch.note("index differs", `${id} is not in the index`);
  if (row["status"] !== line.status)
    world.watch.note("index differs", `${id} is ${String(row["status"])} in the index, and ${line.status}`);
  else if (JSON.stringify(JSON.parse(String(row["summary"]))) !== JSON.stringify(line.summary))
    world.watch.note("index differs", `${id}: the index shows an older summary`);
}

function checkCallback({ callbacks, watch }: World, { machinery, state }: WatchedRun): void {
  const { id, callbackUrl } = machinery.birth;
  const message = `msg_${id.slice(4)}`;
  if (callbackUrl !== null && !callbacks.taken.has(message) && !callbacks.gone.has(message))
    watch.note("lost", `${id} ended ${state.status} and its callback was never taken`);
}

/** A run and its children, and theirs. */
function family(world: World, id: string): string[] {
  const children = [...world.watch.runs.values()].filter(({ machinery }) => machinery.birth.parent?.run === id);
  return [id, ...children.flatMap(({ machinery }) => family(world, machinery.birth.id))];
}

/** What upstreams billed is covered: by what was settled and what is held for calls of which nobody told. */
function checkBill(world: World, { machinery, state }: WatchedRun): void {
  const { id, budget } = machinery.birth;
  const runs = new Set(family(world, id));
  const billed =
    world.models.asked.filter(({ call }) => runs.has(call.context.run)).reduce((sum, { billed: bill }) => sum + bill, 0) +
    charged(world, runs);
  if (billed > state.usage.microUsd + state.reserved.microUsd)
    world.watch.note("bill not covered", `${id}: ${billed} billed, ${state.usage.microUsd} spent and ${state.reserved.microUsd} held`);
  if (billed > budget.usd) world.watch.note("over the cap", `${id}: ${billed} billed under a cap of ${budget.usd}`);
}

/** The leaves of an explanation sum to what the run used, also with its child runs in it. */
function checkExplanation({ watch, clock }: World, watched: WatchedRun): void {
  const { machinery, state } = watched;
  const of = (run: WatchedRun) => explain(run.machinery, run.state, run.events, null, clock.now);
  const parent = of(watched);
  const children = parent.child_runs.flatMap(({ run }) => watch.runs.get(run) ?? []);
  const { cost } = withChildren(parent, new Map(children.map((child) => [child.machinery.birth.id, of(child)])));
  const leaves = ({ usd, children }: CostView): number =>
    children === undefined ? Math.round(usd * 1e6) : children.reduce((sum, child) => sum + leaves(child), 0);
  if (leaves(cost) !== state.usage.microUsd)
    watch.note("explanation differs", `${machinery.birth.id}: its leaves sum to ${leaves(cost)}, the run used ${state.usage.microUsd}`);
}

/** What the journal says a call brought is what that call brought, and not another one. */
function checkAnswers(world: World, { machinery, events }: WatchedRun): void {
  const { id } = machinery.birth;
  const bySpan = Map.groupBy(world.models.asked, ({ call }) => call.context.spanId);
  const intents = new Map<string, number>();
  for (const event of events) {
    if (event.type === "model.calling") intents.set(event.data.activity, event.seq);
    if (event.type !== "model.called" || event.data.spent.tokens_in === 0) continue;
    const asked = bySpan.get(callSpanId(sha256, id, intents.get(event.data.activity) ?? 0)) ?? [];
    const { tokens_in, tokens_out } = event.data.spent;
    if (!asked.some(({ usage }) => usage.input === tokens_in && usage.output === tokens_out))
      world.watch.note("another call's answer", `${id}: event ${event.seq} is not what the call of ${event.data.activity} brought`);
  }
}

function checkReviews(world: World): void {
  const object = world.house.objects.get(`ReviewQueue/${ORG}`);
  if (object === undefined || !hasTable(object, "review")) return;
  for (const { id, run, status } of object.disk.run("SELECT id, run, status FROM review", [])) {
    const watched = world.watch.runs.get(String(run));
    if (status === "pending" || status === "escalated")
      world.watch.note("review left open", `${String(id)} of ${String(run)} is ${status} although the run has ended`);
    if (watched === undefined) world.watch.note("lost", `${String(run)} asked for a review and is nowhere`);
  }
}

/** The texts that an entry of a run names by digest. */
function textsOf({ resource, data }: { readonly [name: string]: Json }): (readonly [run: string, digest: string])[] {
  const run = /^run\/([^/]+)/.exec(String(resource))?.[1];
  if (run === undefined || !isObject(data)) return [];
  return DIGESTS.flatMap((name) => (typeof data[name] === "string" ? [[run, data[name]] as const] : []));
}

/** Exactly once, without gaps, a turn's in their order (turns may overtake each other in the queue), and nothing that was done is missing. */
function checkAudit(world: World): void {
  const { watch } = world;
  const rows = world.database.run("SELECT entries FROM audit_pages WHERE org = ? ORDER BY first_seq", [ORG]);
  const verifier = new ChainVerifier({
    sha256Hex: sha256,
    verify: (_key, hash, signature) => Buffer.from(signature).equals(Buffer.from(signatureOf(hash))),
  });
  const read = new Map<string, ReadonlyMap<string, Json>>();
  const texts = (run: string): ReadonlyMap<string, Json> => {
    const known = read.get(run) ?? readContent(world.bucket.linesOf(run), sha256);
    read.set(run, known);
    return known;
  };
  const found = new Map<string, string>();
  const places = new Map<string, number>();
  for (const entry of rows.flatMap((row) => JSON.parse(String(row["entries"])) as { [name: string]: Json }[])) {
    for (const problem of verifier.take(entry)) watch.note("audit broken", `${problem.code} at ${String(problem.seq)}`);
    places.set(String(entry["event_id"]), Number(entry["seq"]));
    for (const field of unboundFields({ event_type: String(entry["event_type"]), data: entry["data"] ?? null }))
      watch.note("not bound", `entry ${String(entry["seq"])}, ${String(entry["event_type"])}, lacks ${field}`);
    for (const [run, digest] of textsOf(entry))
      if (!texts(run).has(digest)) watch.note("text missing", `${run}: entry ${String(entry["seq"])} names ${digest}`);
    found.set(String(entry["event_id"]), `${String(entry["event_type"])} ${String(entry["resource"])}`);
  }
  for (const [id, { machinery, events }] of watch.runs) {
    const turns = world.house.object("RunEngine", id).disk.run("SELECT first_seq FROM journal ORDER BY first_seq", []);
    const turnOf = (seq: number): number => Number(turns.findLast((row) => Number(row["first_seq"]) <= seq)?.["first_seq"]);
    let last = { turn: 0, place: 0 };
    for (const record of auditRecords(machinery, events)) {
      const { seq } = record.data as { readonly seq: number };
      const turn = turnOf(seq);
      const place = places.get(record.event_id) ?? last.place;
      if (turn === last.turn && place < last.place) watch.note("out of order", `${id}: ${record.event_type} of event ${seq}`);
      last = { turn, place };
      if (!found.delete(record.event_id))
        watch.note("not on record", `${id}: ${record.event_type} of event ${JSON.stringify(record.data)}`);
    }
  }
  for (const what of found.values())
    if (!/^(review|kill_switch|budget)\./.test(what)) watch.note("not in the journal", `the audit chain has ${what}, and no journal has`);
}
