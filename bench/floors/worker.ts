/**
 * The floors: what a person would write by hand as a Durable Object, with nothing around it (no caller, no policy, no budget, no
 * record). They show what the runtime itself costs, and nothing can be both durable and cheaper. Each run is a new object.
 */
import { DurableObject } from "cloudflare:workers";
import { defineIsolates } from "../../workers/isolate/isolates.ts";
import { startDeadline } from "../../workers/kit/deadline.ts";
import { decide } from "./decisions.ts";
import { guard } from "./guarded.ts";

type Env = {
  readonly ONE_COMMIT: DurableObjectNamespace<OneCommit>;
  readonly FLUSHED: DurableObjectNamespace<Flushed>;
  readonly CALLING: DurableObjectNamespace<Calling>;
  readonly LOADER: WorkerLoader;
};
type Order = { readonly value: number; readonly steps: number; readonly tool?: string };
type Outcome = { readonly status: "completed"; readonly output: number };

const TABLE = "CREATE TABLE IF NOT EXISTS steps (number INTEGER PRIMARY KEY, output TEXT NOT NULL)";
const INSERT = "INSERT INTO steps (number, output) VALUES (?, ?)";

/** All steps in one commit; the answer leaves when it is durable (output gate). */
export class OneCommit extends DurableObject<Env> {
  perform({ value, steps }: Order): Outcome {
    const { storage } = this.ctx;
    let output = value;
    storage.transactionSync(() => {
      storage.sql.exec(TABLE);
      for (let step = 1; step <= steps; step++) {
        output += 1;
        storage.sql.exec(INSERT, step, JSON.stringify(output));
      }
    });
    return { status: "completed", output };
  }
}

/** Each step durable before the next begins. */
export class Flushed extends DurableObject<Env> {
  async perform({ value, steps }: Order): Promise<Outcome> {
    const { storage } = this.ctx;
    storage.sql.exec(TABLE);
    let output = value;
    for (let step = 1; step <= steps; step++) {
      output += 1;
      storage.sql.exec(INSERT, step, JSON.stringify(output));
      await storage.sync();
    }
    return { status: "completed", output };
  }
}

/** Each step a call to the tool; its answer durable before the next call. The intent of a call is not written: a crash may call twice. */
export class Calling extends DurableObject<Env> {
  async perform({ value, steps, tool = "" }: Order): Promise<Outcome> {
    const { storage } = this.ctx;
    storage.sql.exec(TABLE);
    let output = value;
    for (let step = 1; step <= steps; step++) {
      const response = await fetch(tool, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ value: output }),
      });
      ({ value: output } = await response.json<{ value: number }>());
      storage.sql.exec(INSERT, step, JSON.stringify(output));
      await storage.sync();
    }
    return { status: "completed", output };
  }
}

/** A tool's code in the platform's isolates, without the call's governance. `cold`: in an isolate that nobody used before. */
async function inIsolate(loader: WorkerLoader, cold: boolean): Promise<Response> {
  const deadline = startDeadline(10_000, new AbortController().signal);
  const gate = { send: async () => new Response(null, { status: 403 }), close: () => undefined, sent: () => 0 };
  const code = "export default async ({ value }) => ({ value: value + 1 });";
  const job = { org: "bench", run: "run_1", code, fresh: cold, input: { value: 1 }, ctx: {}, timeoutMs: 10_000, outputBytes: 1_000_000 };
  const answer = await defineIsolates({ loader }).run(job, gate, deadline);
  deadline.end();
  return answer.kind === "answered" && answer.body.ok ? new Response(answer.body.text) : new Response(answer.kind, { status: 500 });
}

/** The Worker Loader by itself: a module that answers, and nothing around it. */
const bareIsolate = (loader: WorkerLoader): Promise<Response> =>
  loader
    .load({
      compatibilityDate: "2026-09-25",
      mainModule: "main.js",
      modules: { "main.js": "export default { fetch: () => Response.json({ value: 2 }) };" },
      globalOutbound: null,
    })
    .getEntrypoint()
    .fetch("https://isolate.invalid/");

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/empty") return Response.json({ status: "ok" });
    if (pathname === "/isolate") return inIsolate(env.LOADER, true);
    if (pathname === "/isolate-bare") return bareIsolate(env.LOADER);
    if (pathname === "/isolate-again") return inIsolate(env.LOADER, false);
    if (pathname.startsWith("/decide/"))
      return new Response(null, { status: decide(Number(pathname.slice("/decide/".length))) ? 200 : 500 });
    if (pathname.startsWith("/guard/")) {
      const [place, times] = pathname.slice("/guard/".length).split("/").map(Number);
      return new Response(null, { status: guard(place ?? -1, times ?? 0) ? 200 : 404 });
    }
    const order = await request.json<Order>();
    const name = crypto.randomUUID();
    if (pathname === "/one-commit") return Response.json(await env.ONE_COMMIT.getByName(name).perform(order));
    if (pathname === "/flushed") return Response.json(await env.FLUSHED.getByName(name).perform(order));
    if (pathname === "/calling") return Response.json(await env.CALLING.getByName(name).perform(order));
    return new Response(null, { status: 404 });
  },
};
