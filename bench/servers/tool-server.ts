/**
 * The outside that runs call: a tool that answers at once, a tool and a model that take their time. A process of its own, so that it
 * and the load generator do not wait for each other. `/next` remembers when each call came. Prints its port.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { completion, readText, reply, serve } from "./serve.ts";

/** Epoch milliseconds with fractions, in the order of arrival. */
let arrivals: { readonly at: number; readonly value: number }[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const at = performance.timeOrigin + performance.now();
  const [, kind, pause] = (request.url ?? "").split("/");
  const body = await readText(request);
  if (kind === "next") {
    const { value } = JSON.parse(body) as { value: number };
    arrivals.push({ at, value });
    return reply(response, { value: value + 1 });
  }
  if (kind === "arrivals") {
    const seen = arrivals;
    arrivals = [];
    return reply(response, { arrivals: seen });
  }
  if (kind === "slow") {
    await sleep(Number(pause));
    const { value } = JSON.parse(body) as { value: number };
    return reply(response, { value: value + 1 });
  }
  if (kind === "model") {
    await sleep(Number(pause));
    return reply(response, completion("slow-1"));
  }
  return reply(response, { status: "ok" });
}

serve(answer);
