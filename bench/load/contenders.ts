/** Who is compared: how one run is made on each engine, and that its result is the right one. */
import { setTimeout as sleep } from "node:timers/promises";
import { loadClient } from "./client.ts";
import type { Run } from "./closed-loop.ts";

export type Contender = {
  readonly name: string;
  readonly run: Run;
  /** How often it said "not now" (503) since the start; the same run was then tried again, and its time went on. */
  readonly refusals: () => number;
  close(): void;
};

const AFTER_REFUSAL_MS = 50;

/** The most callers at once, of any part. */
const CONNECTIONS = 64;

/** A run of the platform, from POST to its result (`Prefer: wait`). */
export function platformContender(url: string, key: string, workflow: string, output: number): Contender {
  const client = loadClient(
    {
      url: `${url}/v1/runs`,
      method: "POST",
      headers: { Authorization: `Bearer ${key}`, Prefer: "wait=30" },
      body: { workflow, input: { value: 0 } },
    },
    CONNECTIONS,
  );
  return contender("platform", client, output);
}

export function floorContender(name: string, url: string, body: { readonly steps: number; readonly tool?: string }): Contender {
  const client = loadClient({ url, method: "POST", body: { value: 0, ...body } }, CONNECTIONS);
  return contender(name, client, body.steps);
}

/** A request that is answered with next to no work: what the way to an engine costs by itself. */
export function emptyContender(name: string, url: string): Contender {
  const client = loadClient({ url, method: "GET" }, CONNECTIONS);
  const run = async (): Promise<undefined> => {
    const { status } = await client.send();
    if (status !== 200) throw new Error(`${name} answered ${status}`);
  };
  return { name, run, refusals: () => 0, close: client.close };
}

function contender(name: string, client: ReturnType<typeof loadClient>, output: number): Contender {
  let refused = 0;
  const run = async (): Promise<undefined> => {
    let { status, text } = await client.send();
    for (; status === 503; { status, text } = await client.send()) {
      refused += 1;
      await sleep(AFTER_REFUSAL_MS);
    }
    const answer = status === 200 ? (JSON.parse(text) as { status?: string; output?: unknown }) : null;
    if (answer?.status !== "completed" || answer.output !== output) throw new Error(`${name} answered ${status}: ${text.slice(0, 500)}`);
  };
  return { name, run, refusals: () => refused, close: client.close };
}
