/**
 * Two orgs on one platform: what a quiet org's runs take while another one floods the platform beyond its limit, over what they take alone.
 * The flood is an open loop: it does not slow down because it is refused.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../sdk/client.ts";
import { benchWorkflows, transformChain } from "../definitions.ts";
import { startPlatformRuntime, VARIABLES } from "../engines/platform.ts";
import { loadClient } from "../load/client.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { platformContender } from "../load/contenders.ts";
import type { Figure } from "../report/figure.ts";
import { percentile, ratios, summarise } from "../report/statistics.ts";
import type { Part } from "./part.ts";

const STEPS = 5;
const NOISY = "noisy";
/** What the noisy org may ask a minute, and what it asks a second. */
const NOISY_PER_MINUTE = 300;
const FLOOD_PER_SECOND = 100;
const FLOOD_TICK_MS = 50;

export const noisy: Part = async ({ quick, tools, platform, tell }) => {
  tell("starting the platform");
  const ours = await startPlatformRuntime({ bundle: await platform(), toolUrl: tools.url });
  const quiet = platformContender(ours.url, ours.appKey, transformChain(STEPS), STEPS);
  try {
    const noisyKey = await openNoisyOrg(ours.url);
    tell("warming up");
    await closedLoop(quiet.run, 4, quick ? 100 : 300);
    const alone: { p50: number; p95: number }[] = [];
    const beside: { p50: number; p95: number }[] = [];
    const seen: Seen = { accepted: 0, refused: 0, otherwise: 0 };
    const runs = quick ? 100 : 300;
    for (let round = 0; round < (quick ? 3 : 7); round++) {
      tell(`round ${round + 1}`);
      alone.push(await slice(quiet.run, runs));
      const flood = startFlood(ours.url, noisyKey, seen);
      await sleep(500);
      beside.push(await slice(quiet.run, runs));
      await flood.stop();
    }
    if (seen.refused === 0) throw new Error("the noisy org was never refused: its limit does not hold");
    const note = `${FLOOD_PER_SECOND} starts a second from an org that may make ${NOISY_PER_MINUTE} a minute: ${seen.accepted} accepted, ${seen.refused} refused, ${seen.otherwise} otherwise`;
    const figure = (field: "p50" | "p95", target: number): Figure => {
      const values = (of: readonly { p50: number; p95: number }[]): number[] => of.map((one) => one[field]);
      return {
        part: "noisy",
        id: `noisy.${field}`,
        what: `a quiet org's run beside a flooding org: ${field} over alone`,
        unit: "×",
        target: { at: "most", value: target },
        value: ratios(values(beside), values(alone)),
        sides: [
          { name: "beside", unit: "ms", value: summarise(values(beside)) },
          { name: "alone", unit: "ms", value: summarise(values(alone)) },
        ],
        note,
      };
    };
    return [figure("p50", 1.5), figure("p95", 2)];
  } finally {
    quiet.close();
    await ours.stop();
  }
};

type Seen = { accepted: number; refused: number; otherwise: number };

async function slice(run: () => Promise<number | undefined>, count: number): Promise<{ p50: number; p95: number }> {
  const { latencies } = await closedLoop(run, 1, count);
  return { p50: percentile(latencies, 0.5), p95: percentile(latencies, 0.95) };
}

/** The org's caller has its key; the org's limit is its own, and the deployment's is out of the way. */
async function openNoisyOrg(url: string): Promise<string> {
  const admin = createClient({ url, key: VARIABLES.ADMIN_API_KEY });
  const { key } = await admin.keys.create({ org: NOISY, user: "loud", roles: ["caller", "developer"] });
  const theirs = createClient({ url, key });
  for (const definition of benchWorkflows().filter(({ name }) => name === transformChain(STEPS)))
    await theirs.workflows.register(definition);
  const put = await fetch(`${url}/v1/orgs/${NOISY}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${VARIABLES.ADMIN_API_KEY}`, "bulkhead-org": NOISY, "content-type": "application/json" },
    body: JSON.stringify({ limits: { org: { per_minute: NOISY_PER_MINUTE } } }),
  });
  if (!put.ok) throw new Error(`the noisy org's limit: ${put.status} ${await put.text()}`);
  return key;
}

/** Starts that nobody waits for, at a fixed rate. */
function startFlood(url: string, key: string, seen: Seen): { stop(): Promise<void> } {
  const client = loadClient(
    {
      url: `${url}/v1/runs`,
      method: "POST",
      headers: { Authorization: `Bearer ${key}` },
      body: { workflow: transformChain(STEPS), input: { value: 0 } },
    },
    32,
  );
  const under = new Set<Promise<void>>();
  const ask = async (): Promise<void> => {
    const { status } = await client.send().catch(() => ({ status: 0 }));
    if (status === 429) seen.refused += 1;
    else if (status === 202 || status === 201) seen.accepted += 1;
    else seen.otherwise += 1;
  };
  const timer = setInterval(() => {
    for (let n = 0; n < (FLOOD_PER_SECOND * FLOOD_TICK_MS) / 1_000; n++) {
      const one: Promise<void> = ask().finally(() => under.delete(one));
      under.add(one);
    }
  }, FLOOD_TICK_MS);
  return {
    async stop() {
      clearInterval(timer);
      await Promise.allSettled(under);
      client.close();
    },
  };
}
