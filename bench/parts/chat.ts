/**
 * What one chat costs on Cloudflare's price list, counted while it happens. Chats of a busy org share slices of budget and messages of
 * records; one that comes alone shares nothing: both are told.
 */

import { PLATFORM_PRICES } from "../../core/costs/platform-prices.ts";
import { type Counts, difference, rowsWritten } from "../counted/counts.ts";
import { chatModel, furnishChats } from "../engines/chat-model.ts";
import { startCounted } from "../engines/counted.ts";
import { LOAD_USER } from "../engines/platform.ts";
import { chatContender } from "../load/chat.ts";
import { closedLoop } from "../load/closed-loop.ts";
import { type PricedUse, priced, totalUsd } from "../prices.ts";
import type { Figure, Side } from "../report/figure.ts";
import { median, summarise } from "../report/statistics.ts";
import { startChildServer } from "../servers/child-server.ts";
import type { Part } from "./part.ts";

type Load = { readonly id: string; readonly what: string; readonly callers: number; readonly chats: number };
const LOADS: readonly Load[] = [
  { id: "chat.busy", what: "one of many chats, 8 callers", callers: 8, chats: 200 },
  { id: "chat.lonely", what: "one chat that comes alone", callers: 1, chats: 1 },
];

export const chat: Part = async ({ quick, tools, tell }) => {
  tell("starting the platform with its meter");
  const model = await startChildServer("model-server.ts");
  const platform = await startCounted(tools.url);
  const chats = chatContender({
    name: "platform",
    url: `${platform.url}/v1/chat/completions`,
    headers: { Authorization: `Bearer ${platform.appKey}` },
    model: chatModel("fast"),
    stream: false,
  });
  try {
    await furnishChats(platform.url, model.url, LOAD_USER);
    await closedLoop(chats.run, 8, 50); // the org's own first rows, and everything that is fetched once
    const figures: Figure[] = [];
    for (const load of LOADS) {
      const measured: Used[] = [];
      for (let round = 1; round <= (quick ? 1 : 3); round++) {
        tell(`${load.what}, round ${round}`);
        const before = await platform.counts();
        const cpuBefore = platform.cpuMs();
        await closedLoop(chats.run, load.callers, load.chats);
        const counts = difference(await platform.counts(), before);
        measured.push(usedBy(counts, platform.cpuMs() - cpuBefore, load.chats));
      }
      figures.push(figureOf(load, measured));
    }
    return figures;
  } finally {
    chats.close();
    await platform.stop();
    await model.stop();
  }
};

type Used = { readonly uses: readonly PricedUse[]; readonly rows: number };

function usedBy(counts: Counts, cpuMs: number, chats: number): Used {
  const uses = priced(counts, cpuMs, 0).map(({ what, amount, usd }) => ({ what, amount: amount / chats, usd: usd / chats }));
  return { uses, rows: rowsWritten(counts) / chats };
}

function figureOf({ id, what }: Load, measured: readonly Used[]): Figure {
  const valuesOf = (name: PricedUse["what"], field: "amount" | "usd"): number[] =>
    measured.map(({ uses }) => uses.find((use) => use.what === name)?.[field] ?? 0);
  const names = (measured[0]?.uses ?? []).map(({ what }) => what).filter((name) => median(valuesOf(name, "amount")) > 0);
  const sides: Side[] = names.map((name) => ({
    name: `${name} (${median(valuesOf(name, "amount")).toFixed(2)} ${PLATFORM_PRICES[name].unit})`,
    unit: "USD",
    value: summarise(valuesOf(name, "usd")),
  }));
  return {
    part: "chat",
    id,
    what: `${what}: what it costs beyond what the plan includes`,
    unit: "USD",
    target: null,
    value: summarise(measured.map(({ uses }) => totalUsd(uses))),
    sides,
    note: `prices: ${[...new Set(names.map((name) => PLATFORM_PRICES[name].source))].join(", ")}; the model's own price is not in it`,
  };
}
