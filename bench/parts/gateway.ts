/**
 * What a chat takes longer than asking its upstream directly: on the platform with a key, guardrails, budgets and audit, and on the
 * Portkey gateway, which does none of it here. Latencies are those added: a contender's less the direct call's of the same round.
 */
import { assertGoverned, chatModel, furnishChats, type Pace, upstreamOf } from "../engines/chat-model.ts";
import type { Engine } from "../engines/engine.ts";
import { LOAD_USER, startPlatformRuntime } from "../engines/platform.ts";
import { PORTKEY, portkeyHeaders, startPortkey } from "../engines/portkey.ts";
import { profiled } from "../engines/profile.ts";
import { chatContender } from "../load/chat.ts";
import { closedLoop } from "../load/closed-loop.ts";
import type { Contender } from "../load/contenders.ts";
import type { Figure, Side, Target } from "../report/figure.ts";
import { ratios, type Summary, summarise } from "../report/statistics.ts";
import { startChildServer } from "../servers/child-server.ts";
import { cpu } from "./cpu.ts";
import type { Part, PartTools } from "./part.ts";
import { interleave, type Rounds, valuesOf } from "./rounds.ts";

const OURS = "platform";
const DIRECT = "direct";
const NO_SLOWER: Target = { at: "most", value: 1 };
/** Few enough that nobody waits for a processor while the model writes. */
const LISTENERS = 4;

export const gateway: Part = async ({ quick, tools, platform, profile, tell }) => {
  tell("starting the platform, Portkey and the model");
  const portkey = await startPortkey();
  if (!portkey.ok) tell(`${portkey.error}: measured without it`);
  const peer = portkey.ok ? portkey.value : null;
  const model = await startChildServer("model-server.ts");
  const ours = await startPlatformRuntime({ bundle: await platform(), toolUrl: tools.url, inspect: profile !== null });
  await furnishChats(ours.url, model.url, LOAD_USER);
  const made: Contender[] = [];
  const three = (stream: boolean, pace: Pace = "fast"): Contender[] => {
    const chats = contendersOf({ url: ours.url, key: ours.appKey }, peer, upstreamOf(model.url, pace), chatModel(pace), stream);
    made.push(...chats);
    return chats;
  };
  try {
    const plain = three(false);
    const streamed = three(true);
    const written = three(true, "real");
    tell("warming up");
    for (const { run } of [...plain, ...streamed]) await closedLoop(run, 8, quick ? 200 : 1_000);
    for (const { run } of written) await closedLoop(run, LISTENERS, LISTENERS);
    await assertGoverned(ours);
    if (profile !== null) await profiles({ profile, tell }, ours, plain, streamed);
    const rounds = quick ? 3 : 7;
    const measure = (what: string, contenders: Contender[], concurrency: number, runs: number): Promise<Rounds> => {
      tell(what);
      return interleave(contenders, { concurrency, rounds, runs });
    };
    const alone = await measure("plain, one caller", plain, 1, quick ? 200 : 600);
    const crowd = await measure("plain, 32 callers", plain, 32, quick ? 600 : 2_000);
    const heard = await measure("streamed, one caller", streamed, 1, quick ? 30 : 60);
    const crowdHeard = await measure("streamed, 32 callers", streamed, 32, quick ? 300 : 900);
    const slow = await measure("streamed as models write", written, LISTENERS, quick ? 12 : 24);
    const figures = [
      added("gateway.plain.c1", "a plain chat, 1 caller: p50 added, over Portkey's", alone, NO_SLOWER),
      added("gateway.plain.c32", "a plain chat, 32 callers: p50 added, over Portkey's", crowd, null),
      perSecond("gateway.rate.c32", "plain chats, 32 callers: requests/s over Portkey's", crowd),
      added("gateway.stream.c1", "to the first word of a stream, 1 caller: p50 added, over Portkey's", heard, NO_SLOWER),
      added("gateway.stream.c32", "to the first word of a stream, 32 callers: p50 added, over Portkey's", crowdHeard, null),
      added("gateway.stream.written", `the same of a stream with 20 ms between its pieces, ${LISTENERS} callers`, slow, null),
    ];
    const [mine, theirs] = plain;
    if (peer !== null && mine !== undefined && theirs !== undefined) {
      const head = { id: "gateway.cpu", what: "a plain chat: CPU over Portkey's", target: null };
      figures.push(await cpu(head, ours, peer, [mine, theirs], quick, tell));
    }
    return figures;
  } finally {
    for (const { close } of made) close();
    await ours.stop();
    await peer?.stop();
    await model.stop();
  }
};

/** Ours, theirs where there is one, and the direct call. */
function contendersOf(
  platform: { readonly url: string; readonly key: string },
  peer: Engine | null,
  upstream: string,
  model: string,
  stream: boolean,
): Contender[] {
  const path = "/chat/completions";
  const headers = { Authorization: `Bearer ${platform.key}` };
  const asked = { model: "bench-1", stream };
  return [
    chatContender({ name: OURS, url: `${platform.url}/v1${path}`, headers, model, stream }),
    ...(peer === null ? [] : [chatContender({ ...asked, name: PORTKEY, url: `${peer.url}/v1${path}`, headers: portkeyHeaders(upstream) })]),
    chatContender({ ...asked, name: DIRECT, url: `${upstream}${path}`, headers: {} }),
  ];
}

async function profiles(
  { profile, tell }: { readonly profile: string; readonly tell: PartTools["tell"] },
  ours: Parameters<typeof profiled>[0],
  plain: readonly Contender[],
  streamed: readonly Contender[],
): Promise<void> {
  tell("taking profiles");
  for (const [name, contenders, runs] of [
    ["gateway-plain", plain, 2_000],
    ["gateway-stream", streamed, 600],
  ] as const) {
    const run = contenders[0]?.run;
    if (run !== undefined) await profiled(ours, profile, name, async () => void (await closedLoop(run, 32, runs)));
  }
}

/** What a contender adds to the direct call, round by round. */
function addedBy(rounds: Rounds, name: string, field: "p50" | "p95"): number[] {
  const direct = valuesOf(rounds, DIRECT, field);
  return valuesOf(rounds, name, field).map((value, round) => value - (direct[round] ?? Number.NaN));
}

/** Over the peer's where there is one; else in milliseconds, without a target. */
function added(id: string, what: string, rounds: Rounds, target: Target | null): Figure {
  const ms = (name: string, value: readonly number[]): Side => ({ name, unit: "ms", value: summarise(value) });
  const gateways = [...rounds.keys()].filter((name) => name !== DIRECT);
  const sides = [
    ...gateways.flatMap((name) => [
      ms(`${name} adds p50`, addedBy(rounds, name, "p50")),
      ms(`${name} adds p95`, addedBy(rounds, name, "p95")),
    ]),
    ms(`${DIRECT} p50`, valuesOf(rounds, DIRECT, "p50")),
    ms(`${DIRECT} p95`, valuesOf(rounds, DIRECT, "p95")),
  ];
  const mine = addedBy(rounds, OURS, "p50");
  if (!rounds.has(PORTKEY)) return alone({ id, what: `${what} (which is not here)`, unit: "ms" }, summarise(mine), sides);
  return { part: "gateway", id, what, unit: "×", target, value: ratios(mine, addedBy(rounds, PORTKEY, "p50")), sides };
}

function perSecond(id: string, what: string, rounds: Rounds): Figure {
  const unit = "requests/s";
  const sides = [...rounds.keys()].map((name): Side => ({ name, unit, value: summarise(valuesOf(rounds, name, "perSecond")) }));
  const mine = valuesOf(rounds, OURS, "perSecond");
  if (!rounds.has(PORTKEY)) return alone({ id, what: `${what} (which is not here)`, unit }, summarise(mine), sides);
  return { part: "gateway", id, what, unit: "×", target: null, value: ratios(mine, valuesOf(rounds, PORTKEY, "perSecond")), sides };
}

const alone = (head: Pick<Figure, "id" | "what" | "unit">, value: Summary, sides: readonly Side[]): Figure => ({
  ...head,
  part: "gateway",
  target: null,
  value,
  sides,
});
