/**
 * Tools and a model that hold each call for a while, and remember when each call came and when its connection was free again: what the
 * kill switch is measured by. `/{name}/{milliseconds}`; a name `model` answers as a model does. `/log` gives what is remembered. A process
 * of its own, so that the platform's load does not delay its clock. Prints its port.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { completion, readText, reply, serve } from "./serve.ts";

type Call = { readonly name: string; readonly at: number; endedAt: number | null };

/** Epoch milliseconds, in the order of arrival. */
let calls: Call[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [, name = "", pause] = (request.url ?? "").split("/");
  if (name === "log") return reply(response, { now: Date.now(), calls });
  if (name === "forget") {
    calls = calls.filter(({ endedAt }) => endedAt === null);
    return reply(response, {});
  }
  const call: Call = { name, at: Date.now(), endedAt: null };
  calls.push(call);
  await readText(request);
  const timer = setTimeout(() => reply(response, name === "model" ? completion("held-1") : { value: 1 }), Number(pause));
  response.on("close", () => {
    clearTimeout(timer);
    call.endedAt = Date.now(); // answered, or cut off by the caller
  });
}

serve(answer);
