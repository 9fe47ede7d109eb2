/**
 * The floors: what a person would write by hand as a Durable Object, with nothing around it (no caller, no policy, no budget, no
 * record). They show what the runtime itself costs, and nothing can be both durable and cheaper. Each run is a new object.
 */
import { DurableObject } from "cloudflare:workers";

type Env = {
  readonly ONE_COMMIT: DurableObjectNamespace<OneCommit>;
  readonly FLUSHED: DurableObjectNamespace<Flushed>;
  readonly CALLING: DurableObjectNamespace<Calling>;
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

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/empty") return Response.json({ status: "ok" });
    const order = await request.json<Order>();
    const name = crypto.randomUUID();
    if (pathname === "/one-commit") return Response.json(await env.ONE_COMMIT.getByName(name).perform(order));
    if (pathname === "/flushed") return Response.json(await env.FLUSHED.getByName(name).perform(order));
    if (pathname === "/calling") return Response.json(await env.CALLING.getByName(name).perform(order));
    return new Response(null, { status: 404 });
  },
};
