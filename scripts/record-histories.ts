/**
 * Records journals of today's engine as histories that every later version must fold, and what each history shows (test/core/run/history.test.ts).
 * Never overwrites. After a change of what runs show that is meant: delete the files in test/shown/ that the test names, record anew, and
 * look at the difference.
 */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Reached } from "../core/run/calls/call.ts";
import { define, model, review, tool, transform, undoneBy } from "../test/support/run/definition.ts";
import { answered, Drive, failed, said } from "../test/support/run/drive.ts";
import { type Journal, shownOf } from "../test/support/run/shown.ts";

/** v1: `tool.answered` has a status alone. v2: it says how far the call `reached`. v3: journals of the engine's tests, with their turns. */
const folder = new URL("../test/histories/v2/", import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const order = define(
  {
    reserve: tool("stock.reserve", { compensate: undoneBy("stock.release") }),
    charge: tool("payments.refund", { needs: ["reserve"], compensate: undoneBy("payments.cancel") }),
    ship: tool("mail.send", { needs: ["charge"] }),
  },
  { output: { cel: "steps.ship.output.id" } },
);
const refusesToShip = (name: string) => (name === "mail.send" ? failed("tool_error", "permanent") : answered({ id: `${name}-1` }));
const common = { needs: [] as string[], when: null, on_error: null };
const agent = {
  ...common,
  kind: "agent" as const,
  model: { id: "acme/small-2026-01-01", task: null, max_tokens: 100, temperature: 0, fallback: [] },
  prompt: { template: "Find {{what}}", slots: { what: "it" } },
  tools: ["orders.get"],
  max_iterations: 5,
  output: null,
  retry: { attempts: 3, initial_ms: 1000, max_ms: 32_000, factor: 2 },
  timeout_ms: 1000,
};
const asks = { ...said(""), result: { ok: true as const, asks: { text: null, calls: [{ id: "c", name: "orders.get", input: {} }] } } };
let words = 0;
let corrections = 0;

/** A call that cannot be made, and an end as a call without one. */
const refused: readonly ReturnType<typeof said>[] = [
  {
    answer: '{"text":null,"calls":[{"name":"Orders","arguments":"{\'id\': 1}"}]}',
    errors: ["call 1 names no tool that there is: the tools are `orders_get`"],
    layer: "allowlist" as const,
    asked: { text: null, calls: [{ id: "c", name: "Orders", arguments: "{}", unread: "{'id': 1}" }] },
  },
  { answer: "I look it up.", errors: ["the answer ends as a call of a tool and has none"] },
].map((invalid) => ({ ...said(""), result: { ok: false, invalid } }));

const charge = define({ charge: tool("payments.refund") });
/** The charge's first answer is lost; the later ones came as far as `reached` says, which is what the fold reads. */
const lostThen = (reached: Reached, status: number, kind: "transient" | "permanent"): Drive => {
  let calls = 0;
  const later = { ...failed("tool_error", kind), reached, status };
  return new Drive(charge, { tool: () => (++calls === 1 ? failed("timeout", "unknown") : later) }).start().run();
};

const drives: { readonly [name: string]: Drive } = {
  completed: new Drive(order).start().run(),
  compensated: new Drive(order, { tool: refusesToShip }).start().run(),
  parked: new Drive({ ...order, on_failure: "park" }, { tool: refusesToShip }).start().run(),
  approved: new Drive(define({ ask: review({ proposal: { n: 1 } }), say: model({ needs: ["ask"] }) }), { person: () => "approve" })
    .start()
    .run(),
  waiting: new Drive(define({ ask: review({ proposal: { n: 1 } }) })).start().run(),
  map: new Drive(define({ all: { ...common, kind: "map", over: [1, 2, 3], concurrency: 2, step: transform({ cel: "item * 2" }) } }))
    .start()
    .run(),
  agent: new Drive(define({ desk: agent }), { model: () => (words++ === 0 ? asks : said("found")) }).start().run(),
  corrected: new Drive(define({ desk: agent }), { model: () => refused[corrections++] ?? said("found") }).start().run(),
  "lost-then-refused": lostThen("refused", 404, "permanent"),
  "lost-then-redirected": lostThen("no", 302, "permanent"),
  "lost-then-busy": lostThen("answered", 503, "transient"),
  unusable: new Drive(charge, { tool: () => ({ ...failed("tool_error", "permanent"), reached: "answered", status: 200 }) }).start().run(),
  failing: new Drive(charge, { tool: () => failed("tool_error", "transient") }).start().run(),
  signal: new Drive(define({ s: { ...common, kind: "wait", seconds: null, until: null, signal: "paid", timeout_ms: null } })).start().run(),
};

for (const [name, drive] of Object.entries(drives)) {
  const file = `${folder}${name}.json`;
  if (existsSync(file)) continue;
  writeFileSync(file, `${JSON.stringify({ birth: drive.machinery.birth, events: drive.events, state: drive.state }, null, 1)}\n`);
  console.log(`recorded ${name}: ${drive.events.length} events, ${drive.state.status}`);
}

const test = new URL("../test/", import.meta.url).pathname;
for (const name of globSync("*/*.json", { cwd: `${test}histories` })) {
  const file = `${test}shown/${name}`;
  if (existsSync(file)) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, written(shownOf(JSON.parse(readFileSync(`${test}histories/${name}`, "utf8")) as Journal)));
  console.log(`recorded what ${name} shows`);
}

/** JSON with a line for each turn, record, span and line of the log, so that a difference can be read. */
function written(shown: ReturnType<typeof shownOf>): string {
  const lines = Object.entries(shown).map(([name, part]) => {
    const items = name === "line" ? null : Object.entries(part);
    if (items === null || items.length === 0) return `${JSON.stringify(name)}: ${JSON.stringify(part)}`;
    const isList = Array.isArray(part);
    const inside = items.map(([key, item]) => `${isList ? "" : `${JSON.stringify(key)}: `}${JSON.stringify(item)}`).join(",\n");
    return `${JSON.stringify(name)}: ${isList ? "[" : "{"}\n${inside}\n${isList ? "]" : "}"}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}
