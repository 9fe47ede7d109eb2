/**
 * Traces of a real platform at a collector that is away at first. Runs are made that ask a person, try a tool again and start a child run; what
 * arrives is read by OpenTelemetry's own protobuf schema and compared with the runs: all of it, once, one root, parents that exist, links that
 * lead somewhere, and nothing of the personal data that was planted.
 */
import { rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import type { Json } from "../../core/json.ts";
import { createClient } from "../../sdk/client.ts";
import { type ReadSpan, readOtlp } from "../../test/support/otlp.ts";
import { freePort } from "../platform/ports.ts";
import { SUBJECT, TICKET } from "../start/ticket.ts";
import type { Check, CheckTools } from "./check.ts";
import { openWorld, type World } from "./world.ts";

/** The collector is away for this long at first, then it is there and takes nothing, in ms. */
const AWAY_MS = 60_000;
const UNWILLING_MS = 15_000;
/** The longest that the exporter leaves a collector alone, and what a queue needs. */
const ARRIVES_WITHIN_MS = 300_000;
/** Runs while it is away, and after. */
const RUNS = { away: 4, there: 4 };
/** The shop refunds an order once. */
const ORDERS = ["A-1002", "A-1001", "A-1003", "A-1006"];
/** What nobody may find in a trace: of the ticket, and of the starter's metadata. */
const PLANTED = ["mara.lindqvist", "Mara", "4111", "espresso", "very-secret-word"];
/** OpenTelemetry's `SpanKind.SERVER`: a span of the HTTP edge, which this check is not about. */
const SERVER = 2;
/** A caller's own span. */
const CALLER = { trace: "4bf92f3577b34da6a3ce929d0e0e4736", span: "00f067aa0ba902b7" };

export const traces: Check = {
  name: "traces",
  title: "runs with a review, a retry and a child run, at a collector that is away for the first minute",
  async run(tools) {
    const port = await freePort();
    const flaky = await startFlakyTool();
    tools.tell("starting a platform");
    const world = await openWorld("traces", [
      ...["--var", `OTEL_EXPORTER_OTLP_ENDPOINT:http://127.0.0.1:${port}`],
      ...["--var", "OTEL_EXPORTER_OTLP_COMPRESSION:gzip"],
      ...["--var", "OTEL_SEMCONV_STABILITY_OPT_IN:gen_ai/dup"],
    ]);
    let collector: Collector | null = null;
    try {
      await furnish(world, flaky.url);
      const key = await starterKey(world);
      const awayUntil = Date.now() + AWAY_MS;
      const runs: Made[] = [];
      await makeRuns(world, key, runs, RUNS.away, tools);
      tools.tell("waiting until the collector comes back");
      await sleep(Math.max(0, awayUntil - Date.now()));
      collector = await startCollector(port, Date.now() + UNWILLING_MS);
      await sleep(UNWILLING_MS);
      await makeRuns(world, key, runs, RUNS.there, tools);
      return await judge(world, runs, collector, tools);
    } finally {
      await world.stop();
      collector?.server.close();
      flaky.server.close();
      rmSync(world.folder, { recursive: true, force: true });
    }
  },
};

/** A collector that reads every request by the schema. */
type Collector = { readonly server: Server; readonly bodies: string[]; readonly spans: ReadSpan[]; readonly flaws: string[] };

async function startCollector(port: number, willingFrom: number): Promise<Collector> {
  const collector = { bodies: [] as string[], spans: [] as ReadSpan[], flaws: [] as string[] };
  const server = await listening(port, (body, headers) => {
    if (Date.now() < willingFrom) return 503;
    try {
      const text = (headers["content-encoding"] === "gzip" ? gunzipSync(body) : body).toString();
      collector.bodies.push(text);
      collector.spans.push(...readOtlp(JSON.parse(text)).filter(({ kind }) => kind !== SERVER));
    } catch (error) {
      collector.flaws.push(String(error));
    }
    return 200;
  });
  return { server, ...collector };
}

/** Says 503 to the first call with a key, and answers the second. */
async function startFlakyTool(): Promise<{ readonly server: Server; readonly url: string }> {
  const seen = new Set<string>();
  const server = await listening(0, (_body, headers) => {
    const key = String(headers["idempotency-key"]);
    if (seen.has(key)) return 200;
    seen.add(key);
    return 503;
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function listening(port: number, answer: (body: Buffer, headers: Readonly<Record<string, unknown>>) => number): Promise<Server> {
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on("data", (piece: Buffer) => pieces.push(piece));
    request.on("end", () => {
      response.writeHead(answer(Buffer.concat(pieces), request.headers), { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

const INPUT = { type: "object" };

/** A workflow that tries a tool again and starts a child run. */
async function furnish(world: World, toolUrl: string): Promise<void> {
  const { developer } = world.people;
  await developer.tools.register("flaky.lookup", {
    ...{ description: "Answers at the second try.", effect: "read", kind: "http", http: { url: toolUrl } },
    ...{ input: INPUT, output: INPUT },
  });
  const call = { kind: "tool", tool: "flaky.lookup", input: {}, retry: { attempts: 3, initial_ms: 200 } };
  const bare = { input: INPUT, tools: ["flaky.lookup"], output: {} };
  await developer.workflows.register({ ...bare, name: "traced-child", steps: { look: call } });
  await developer.workflows.register({
    ...{ ...bare, name: "traced-parent" },
    steps: { first: call, below: { kind: "run", needs: ["first"], workflow: "traced-child", input: {} } },
  });
}

/** Whoever starts a run decides none of its reviews, so it is not the platform admin. */
async function starterKey(world: World): Promise<string> {
  const { url, adminKey } = world.platform();
  const admin = createClient({ url, key: adminKey });
  return (await admin.keys.create({ user: "starter", roles: ["caller"], for_others: true })).key;
}

type Made = { readonly id: string; readonly trace: string; readonly called: boolean };

/** Runs of both kinds to their ends. A person decides what they ask. */
async function makeRuns(world: World, key: string, made: Made[], count: number, { tell, violation }: CheckTools): Promise<void> {
  for (let n = 0; n < count; n++) {
    tell(`making runs, ${n + 1} of ${count}`);
    const [workflow, input] =
      n % 2 === 0
        ? ["support-refund", { ticket: TICKET.replace("A-1002", ORDERS[made.length / 2] ?? "") }]
        : ["traced-parent", { word: "very-secret-word" }];
    const called = n === 1 && !made.some((run) => run.called);
    const { id, trace_id: trace } = await start(
      world,
      key,
      { workflow, input, metadata: { note: "very-secret-word" }, subject: SUBJECT },
      called,
    );
    made.push({ id, trace, called });
    const until = Date.now() + 60_000;
    for (let status = ""; status !== "completed" && Date.now() < until; await sleep(300)) {
      status = (await world.people.auditor.runs.get(id)).status;
      if (status === "failed") violation(`the run ${id} of ${String(workflow)} failed`);
      if (status === "failed") break;
      const { data } = await world.people.reviewer.reviews.list({ status: "pending" });
      for (const review of data) await world.people.reviewer.reviews.decide(review.id, { action: "approve", reason: "checked" });
    }
  }
}

async function start(world: World, key: string, body: Json, called: boolean): Promise<{ readonly id: string; readonly trace_id: string }> {
  const { url } = world.platform();
  const traceparent = called ? { traceparent: `00-${CALLER.trace}-${CALLER.span}-01`, baggage: "word=very-secret-word" } : {};
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", ...traceparent };
  const answer = await fetch(`${url}/v1/runs`, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`POST /v1/runs: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { id: string; trace_id: string };
}

async function judge(world: World, runs: readonly Made[], collector: Collector, tools: CheckTools): Promise<string[][]> {
  const { tell, violation } = tools;
  tell("waiting until everything has arrived");
  const wanted = await spansOfAll(world, runs);
  const has = (): Set<string> => new Set(collector.spans.map(({ spanId }) => spanId));
  for (const until = Date.now() + ARRIVES_WITHIN_MS; Date.now() < until; await sleep(1_000)) {
    const there = has();
    if ([...wanted.keys()].every((id) => there.has(id))) break;
  }
  await sleep(5_000); // what comes twice would come now
  for (const flaw of collector.flaws) violation(`the schema: ${flaw.slice(0, 500)}`);
  const there = has();
  const lost = [...wanted].filter(([id]) => !there.has(id));
  for (const [id, name] of lost.slice(0, 10)) violation(`\`${name}\` (${id}) never arrived`);
  const counts = Map.groupBy(collector.spans, ({ spanId }) => spanId);
  const twice = [...counts.values()].filter((same) => same.length > 1);
  for (const [span] of twice.slice(0, 10)) violation(`\`${span?.name}\` (${span?.spanId}) came more than once`);
  judgeShape(runs, collector.spans, there, violation);
  const all = collector.bodies.join("\n");
  const found = PLANTED.filter((word) => all.includes(word));
  for (const word of found) violation(`\`${word}\` left with a trace`);
  const kinds = new Set(collector.spans.map(({ attributes }) => String(attributes["bulkhead.kind"])));
  for (const kind of ["run", "step", "decision", "model", "tool", "review", "waiting", "child_run"])
    if (!kinds.has(kind)) violation(`no span of the kind ${kind} arrived`);
  return [
    ["what", "result"],
    ["runs, with their child runs", String(collector.spans.filter((span) => span.attributes["bulkhead.kind"] === "run").length)],
    [`spans that arrived, of ${wanted.size}`, String(wanted.size - lost.length)],
    ["spans that came more than once", String(twice.length)],
    ["requests to the collector once it was there", String(collector.bodies.length)],
    ["planted words found", String(found.length)],
  ];
}

/** Spans of the runs and of their child runs, as the platform itself tells them: name by id. */
async function spansOfAll(world: World, runs: readonly Made[]): Promise<Map<string, string>> {
  const wanted = new Map<string, string>();
  const { url, adminKey } = world.platform();
  const take = async (run: string): Promise<void> => {
    const answer = await fetch(`${url}/v1/runs/${run}/trace`, { headers: { authorization: `Bearer ${adminKey}` } });
    for (const { spanId, name, attributes } of readOtlp(await answer.json())) {
      wanted.set(spanId, name);
      const child = attributes["child.run.id"];
      if (typeof child === "string") await take(child);
    }
  };
  for (const { id } of runs) await take(id);
  return wanted;
}

/** One root for each trace, parents that exist, links to spans that are there, and a retry that can be seen. */
function judgeShape(
  runs: readonly Made[],
  spans: readonly ReadSpan[],
  there: ReadonlySet<string>,
  violation: (what: string) => void,
): void {
  for (const { id, trace, called } of runs) {
    const mine = spans.filter((span) => span.traceId === trace && span.attributes["run.id"] !== undefined);
    const roots = mine.filter(({ parentSpanId }) => parentSpanId === null || parentSpanId === CALLER.span);
    if (roots.length !== 1 || roots[0]?.attributes["run.id"] !== id) violation(`the trace of ${id} has ${roots.length} roots`);
    if (called && (trace !== CALLER.trace || roots[0]?.parentSpanId !== CALLER.span))
      violation(`${id} does not continue its caller's trace`);
    for (const { name, parentSpanId } of mine)
      if (parentSpanId !== null && parentSpanId !== CALLER.span && !there.has(parentSpanId))
        violation(`the parent of \`${name}\` of ${id} is missing`);
  }
  for (const { name, links } of spans)
    for (const { spanId } of links) if (!there.has(spanId)) violation(`\`${name}\` is linked to a span that is missing`);
  if (!spans.some(({ events }) => events.some((event) => event.name === "step.retrying"))) violation("no retry is told");
}
