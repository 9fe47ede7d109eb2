import { describe, expect, it } from "vitest";
import type { RunStatus } from "../../../core/run/outside/view.ts";
import { lineOf, nextId, storeWorld } from "./support.ts";

const line = (org: string, usd: number, version = 1, status: RunStatus = "completed", workflow = "refund") => {
  const id = nextId("run");
  const usage = { usd, tokens_in: 100, tokens_out: 20, model_calls: 2, tool_calls: 1, cache_hits: 0 };
  return lineOf(org, { id, status, version, workflow, summary: { id, status, usage } });
};

describe("what past runs cost", () => {
  it("[STORE-20] tells completed runs of the version, newest first, and of nobody else", async () => {
    const { store } = storeWorld();
    await store.upsertRuns([
      line("cost", 0.001),
      line("cost", 0.002),
      line("cost", 9, 2),
      line("cost", 9, 1, "running"),
      line("cost", 9, 1, "failed"),
      line("cost", 9, 1, "completed", "other"),
      line("stranger", 9),
    ]);
    expect(await store.pastCosts("cost", "refund", 1)).toEqual([
      { microUsd: 2_000, tokens: 120, calls: 2 },
      { microUsd: 1_000, tokens: 120, calls: 2 },
    ]);
    expect(await store.pastCosts("cost", "refund", 3)).toEqual([]);
  });

  it("[STORE-21] looks back on the newest fifty only", async () => {
    const { store } = storeWorld();
    await store.upsertRuns(Array.from({ length: 60 }, (_, index) => line("many", index / 1_000)));
    const past = await store.pastCosts("many", "refund", 1);
    expect([past.length, past.at(0)?.microUsd, past.at(-1)?.microUsd]).toEqual([50, 59_000, 10_000]);
  });
});
