/**
 * The kill switch while a thousand runs are in flight: how long after the answer to a throw the last call leaves, until nothing is open
 * any more, and until new work is refused. What left and what is open is told by the server that the runs call, not by the platform.
 * Each scope is thrown in turn and lifted by two people, and the runs go on.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../core/json.ts";
import { type Client, createClient } from "../../sdk/client.ts";
import { startPlatformRuntime, VARIABLES } from "../engines/platform.ts";
import { type Answer, loadClient } from "../load/client.ts";
import { closedLoop } from "../load/closed-loop.ts";
import type { Figure } from "../report/figure.ts";
import { summarise } from "../report/statistics.ts";
import { startChildServer } from "../servers/child-server.ts";
import type { Part } from "./part.ts";

const RUNS = 1_000;
/** How long a call is held, in ms: so long that a thousand runs make forty calls a second. The long ones outlast the switch's time of grace, so that their connections are closed. */
const HELD_MS = 18_000;
const LONG_MS = 60_000;
const TIMEOUT_MS = 90_000;
/** More calls than a run makes while it is measured. */
const CALLS = 60;
/** Starts under way at once. */
const STARTERS = 16;
/** Before a start is repeated that the platform was too busy for. */
const AFTER_REFUSAL_MS = 200;

/** The bounds of docs/contract.md, "People and control", in ms from the answer to the throw, or to the approval. */
const BOUND = { refused: 2_000, dispatch: 5_000, drained: 30_000, open: 5_000 } as const;

/** Who shares the runs: workflow, what it calls, and its share of them. */
const KINDS = [
  { name: "held", workflow: "bench-kill-tool", share: 0.3, scope: "tool:bench.held" },
  { name: "model", workflow: "bench-kill-model", share: 0.3, scope: "model:bench/held-1" },
  { name: "long", workflow: "bench-kill-long", share: 0.4, scope: "workflow:bench-kill-long" },
] as const;
type Kind = (typeof KINDS)[number];

type Held = { readonly name: string; readonly at: number; readonly endedAt: number | null };
type Round = {
  readonly scope: string;
  readonly open: number;
  readonly refusedMs: number;
  readonly lastMs: number;
  readonly closedMs: number;
  readonly drainedMs: number;
  readonly backMs: number;
};

export const kill: Part = async ({ quick, tools, platform, tell }) => {
  const outside = await startChildServer("held-server.ts");
  const ours = await startPlatformRuntime({ bundle: await platform(), toolUrl: tools.url });
  try {
    const world = await furnish(ours.url, outside.url, ours.people.developer);
    tell(`starting ${RUNS} runs`);
    for (const kind of KINDS) await startRuns(ours.url, ours.appKey, kind, Math.round(RUNS * kind.share));
    const scopes = ["all", ...KINDS.map(({ scope }) => scope), ...(quick ? [] : ["org:default", "all"])];
    const rounds: Round[] = [];
    for (const scope of scopes) {
      const concerned = KINDS.filter((kind) => kind.scope === scope || !KINDS.some((one) => one.scope === scope));
      rounds.push(await measure(scope, concerned, { ...world, url: ours.url, appKey: ours.appKey, outside: outside.url, tell }));
    }
    return figuresOf(rounds);
  } finally {
    await ours.stop();
    await outside.stop();
  }
};

type World = {
  readonly ann: Client;
  readonly bob: Client;
  readonly url: string;
  readonly appKey: string;
  readonly outside: string;
  readonly tell: (what: string) => void;
};

/** Throws a switch, watches what happens, lifts it again, and waits until the runs work as before. */
async function measure(scope: string, kinds: readonly Kind[], world: World): Promise<Round> {
  const { ann, bob, outside, tell } = world;
  const wanted = Math.round(0.95 * RUNS * kinds.reduce((sum, { share }) => sum + share, 0));
  const open = await until(300_000, async () => {
    const { calls } = await logOf(outside);
    const under = openOf(calls, kinds).length;
    return under >= wanted ? under : null;
  });
  tell(`${scope}: ${open} calls in flight`);
  await fetch(`${outside}/forget`);
  await ann.killSwitch.throw(scope, "a measurement");
  const thrownAt = Date.now();
  const probed = probe(world, kinds[0] as Kind, scope, BOUND.dispatch);
  probed.catch(() => undefined); // awaited below
  const drained = await until(60_000, async () => {
    const status = await ann.killSwitch.status();
    return status.drained_at === null ? null : { at: Date.parse(status.drained_at), inFlight: status.in_flight };
  });
  if (drained.inFlight !== 0) throw new Error(`${scope} was told as drained with ${drained.inFlight} calls in flight`);
  await sleep(Math.max(0, thrownAt + BOUND.drained + 1_000 - Date.now()));
  const { calls } = await logOf(outside);
  const concerned = calls.filter(({ name }) => kinds.some((kind) => kind.name === name));
  const stillOpen = openOf(calls, kinds).length;
  if (stillOpen > 0) throw new Error(`${scope}: ${stillOpen} calls are open after the bound`);
  const closedAt = Math.max(thrownAt, ...concerned.map(({ endedAt }) => endedAt ?? thrownAt));
  if (drained.at < closedAt - CLOCK_MS)
    throw new Error(`${scope} was told as drained ${closedAt - drained.at} ms before its last call ended`);
  await othersWentOn(scope, calls, kinds, thrownAt);
  const { accepted } = await probed;
  const { id } = await ann.killSwitch.requestRecovery(scope, "measured");
  await bob.killSwitch.approveRecovery(id);
  const approvedAt = Date.now();
  const [backAt] = (await probe(world, kinds[0] as Kind, scope, BOUND.open + 1_000)).accepted;
  if (backAt === undefined) throw new Error(`${scope}: no new work was accepted after the recovery`);
  const round = {
    scope,
    open,
    refusedMs: Math.max(0, (accepted.at(-1) ?? thrownAt) - thrownAt),
    lastMs: Math.max(0, ...concerned.map(({ at }) => at - thrownAt)),
    closedMs: closedAt - thrownAt,
    drainedMs: drained.at - thrownAt,
    backMs: backAt - approvedAt,
  };
  tell(JSON.stringify(round));
  return round;
}

/** How far the clocks of two processes on one machine, and the order of a close and its report, may differ. */
const CLOCK_MS = 50;

/** A switch of a tool, a model or a workflow stops nothing else. */
async function othersWentOn(scope: string, calls: readonly Held[], kinds: readonly Kind[], thrownAt: number): Promise<void> {
  for (const kind of KINDS) {
    if (kinds.includes(kind) || kind.name === "long") continue;
    const later = calls.filter(({ name, at }) => name === kind.name && at > thrownAt + BOUND.dispatch).length;
    if (later === 0) throw new Error(`${scope} stopped the calls of \`${kind.name}\`, too`);
  }
}

const openOf = (calls: readonly Held[], kinds: readonly Kind[]): readonly Held[] =>
  calls.filter(({ name, endedAt }) => endedAt === null && kinds.some((kind) => kind.name === name));

async function logOf(outside: string): Promise<{ readonly calls: readonly Held[] }> {
  return (await (await fetch(`${outside}/log`)).json()) as { calls: Held[] };
}

/** Sends new work in the scope ten times a second for a while. `accepted`: when what was accepted was sent, in order. */
async function probe(world: World, kind: Kind, scope: string, forMs: number): Promise<{ readonly accepted: readonly number[] }> {
  const sent: Promise<{ readonly at: number; readonly isAccepted: boolean }>[] = [];
  for (const from = Date.now(); Date.now() - from < forMs; await sleep(100)) sent.push(newWork(world, kind, scope));
  const answers = await Promise.all(sent);
  return { accepted: answers.filter(({ isAccepted }) => isAccepted).map(({ at }) => at) };
}

/** A test of the tool, a chat with the model, or else the start of a run. Throws unless it is accepted, or refused by the switch. */
async function newWork({ url, appKey }: World, kind: Kind, scope: string): Promise<{ readonly at: number; readonly isAccepted: boolean }> {
  const [path, body, key] = scope.startsWith("tool:")
    ? ["/v1/tools/bench.held/test", { input: { value: 1 } }, VARIABLES.ADMIN_API_KEY]
    : scope.startsWith("model:")
      ? ["/v1/chat/completions", { model: "bench/held-1", messages: [{ role: "user", content: "Hello" }], max_tokens: 16 }, appKey]
      : ["/v1/runs", { workflow: kind.workflow, input: { value: 0 } }, appKey];
  const at = Date.now();
  const send = () =>
    fetch(`${url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const response = await send().catch(send); // a connection that rested may have been closed by the runtime: nothing was asked yet
  const text = await response.text();
  const isRefused = response.status === 503 && text.includes("kill_switch_active") && response.headers.get("retry-after") === "60";
  const isTooBusy = response.status === 503 && text.includes("overloaded");
  if (response.status >= 300 && !isRefused && !isTooBusy)
    throw new Error(`${scope}: new work was answered ${response.status}: ${text.slice(0, 300)}`);
  return { at, isAccepted: response.status < 300 };
}

/** Starts that are answered with the run's id, some at once. */
async function startRuns(url: string, key: string, { workflow }: Kind, count: number): Promise<void> {
  const start = {
    url: `${url}/v1/runs`,
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: { workflow, input: { value: 0 } },
  } as const;
  const client = loadClient(start, STARTERS);
  await closedLoop(
    async () => {
      const { status, text } = await startedOnce(client.send);
      if (status !== 202) throw new Error(`a start was answered ${status}: ${text.slice(0, 300)}`);
      return undefined;
    },
    STARTERS,
    count,
  );
  client.close();
}

/** Starts that the runtime itself ended (a plain 500): on a starved machine; told with the figures, since nothing a client sends should end so. */
let broken = 0;

/** Repeated while the platform is busy: the index of runs takes some hundred starts a second, and a shared machine fewer. */
async function startedOnce(send: () => Promise<Answer>): Promise<Answer> {
  for (;;) {
    const answer = await send().catch((): Answer => ({ status: 503, text: "overloaded: the connection broke" }));
    const isBroken = answer.status === 500 && answer.text === "Internal Server Error";
    if (isBroken) broken += 1;
    if (!isBroken && (answer.status !== 503 || !answer.text.includes("overloaded"))) return answer;
    await sleep(AFTER_REFUSAL_MS);
  }
}

/** Two admins whose keys are older than every throw, and what the runs call. */
async function furnish(url: string, outside: string, developer: Client): Promise<Pick<World, "ann" | "bob">> {
  const admin = createClient({ url, key: VARIABLES.ADMIN_API_KEY });
  const person = async (user: string): Promise<Client> =>
    createClient({ url, key: (await admin.keys.create({ user, roles: ["admin"] })).key });
  const value = { type: "object", properties: { value: { type: "number" } }, required: ["value"], additionalProperties: false };
  const tool = (path: string): JsonObject => ({
    ...{ description: "Holds a call for a while", effect: "read", kind: "http", http: { url: `${outside}${path}` } },
    ...{ input: value, output: value, timeout_ms: TIMEOUT_MS },
  });
  await developer.tools.register("bench.held", tool(`/held/${HELD_MS}`));
  await developer.tools.register("bench.long", tool(`/long/${LONG_MS}`));
  await admin.models.register("bench/held-1", {
    ...{ base_url: `${outside}/model/${HELD_MS}`, upstream_id: "held-1", price: { input: 0.1, output: 0.4 } },
    ...{ context: 128_000, tasks: ["bench-held"], pinned: true, pii: "allowed" },
  });
  const call = (tool: string): JsonObject => ({ kind: "tool", tool, input: { value: 1 } });
  const ask: JsonObject = {
    kind: "model",
    model: { id: "bench/held-1", max_tokens: 64 },
    prompt: { template: "Say what to do next.", slots: {} },
  };
  for (const [name, step, tools] of [
    ["bench-kill-tool", call("bench.held"), ["bench.held"]],
    ["bench-kill-model", ask, []],
    ["bench-kill-long", call("bench.long"), ["bench.long"]],
  ] as const) {
    const steps = Array.from({ length: CALLS }, (_, n): [string, JsonObject] => [
      `s${n}`,
      { ...step, needs: n === 0 ? [] : [`s${n - 1}`] },
    ]);
    const limits = { usd: 10, tokens: 1_000_000, seconds: 3_600, steps: 1_000 };
    await developer.workflows.register({ name, input: value, output: 1, limits, tools, steps: Object.fromEntries(steps) });
  }
  return { ann: await person("ann"), bob: await person("bob") };
}

/** Asks twice a second until there is an answer. */
async function until<T>(withinMs: number, ask: () => Promise<T | null>): Promise<T> {
  for (const from = Date.now(); Date.now() - from < withinMs; await sleep(500)) {
    const answer = await ask();
    if (answer !== null) return answer;
  }
  throw new Error(`nothing came of it in ${withinMs / 1000} s`);
}

function figuresOf(rounds: readonly Round[]): Figure[] {
  const figure = (id: string, what: string, bound: number, value: (round: Round) => number): Figure => ({
    ...{ part: "kill", id: `kill.${id}`, what, unit: "ms", target: { at: "most", value: bound } },
    value: worst(rounds.map(value)),
    sides: rounds.map((round) => ({ name: round.scope, unit: "ms", value: summarise([value(round)]) })),
    note: `${RUNS} runs; calls in flight at the throw: ${rounds.map(({ scope, open }) => `${scope} ${open}`).join(", ")}; the value is the worst scope's; starts that the runtime ended by itself: ${broken}`,
  });
  return [
    figure("refused", "kill switch: last new work that was accepted, after the answer", BOUND.refused, ({ refusedMs }) => refusedMs),
    figure("dispatch", "kill switch: last call that left, after the answer", BOUND.dispatch, ({ lastMs }) => lastMs),
    figure("closed", "kill switch: last connection that was closed, after the answer", BOUND.drained, ({ closedMs }) => closedMs),
    figure("drained", "kill switch: told as drained, after the answer", BOUND.drained, ({ drainedMs }) => drainedMs),
    figure("back", "kill switch: first new work that was accepted, after the approval", BOUND.open, ({ backMs }) => backMs),
  ];
}

/** A bound is kept by the worst round, not by the one in the middle. */
function worst(values: readonly number[]): Figure["value"] {
  const { low, high } = summarise(values);
  return { median: high, low, high, values };
}
