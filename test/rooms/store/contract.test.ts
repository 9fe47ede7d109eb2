/** The store over D1, with the memory in front of it, and the store in memory: one behaviour. */

import { waitUntil } from "cloudflare:workers";
import { withPrefix } from "../../../core/ids.ts";
import type { RunView } from "../../../core/run/outside/view.ts";
import { toRfc3339 } from "../../../core/time.ts";
import { cachedStore } from "../../../workers/store/cached.ts";
import { definitionsContract } from "../../contract/definitions-contract.ts";
import { storeContract } from "../../contract/store-contract.ts";
import type { StoreUnderTest } from "../../contract/store-under-test.ts";
import { FAR } from "../../support/far.ts";
import { makeStoreFake } from "../../support/store-fake.ts";
import { lineOf, storeWorld } from "./support.ts";

const inD1 = (): StoreUnderTest => {
  const world = storeWorld();
  const clock = {
    get at() {
      return world.at;
    },
    set at(at: number) {
      world.at = at;
    },
  };
  return {
    store: cachedStore(world.store, () => world.at, waitUntil),
    clock,
    recorded: (org) =>
      world.sent
        .filter((message) => message.org === org)
        .flatMap(({ rows }) => rows.flatMap(({ records }) => records.map(({ event_type }) => event_type))),
    async addRun(org, { id, user, workflow, status, isDeadLetter = false }) {
      const summary = { id, user, workflow, status };
      const reason = { code: "tool_error", message: "the tool failed" };
      const letter = { id: withPrefix("dl", id), step: null, reason, undone: [], status: "open" as const, created_at: FAR };
      await world.store.upsertRuns([
        lineOf(org, { id, user, workflow, status, summary, ...(isDeadLetter ? { dead_letter: letter } : {}) }),
      ]);
    },
  };
};

const inMemory = (): StoreUnderTest => {
  const clock = { at: FAR };
  const taken: { org: string; type: string }[] = [];
  const records: Parameters<typeof makeStoreFake>[0]["records"] = [];
  const runs: RunView[] = [];
  const { store } = makeStoreFake({
    now: () => clock.at,
    keep: (_what, org, record) => {
      if (org !== undefined && record !== undefined) taken.push({ org, type: record.event_type });
    },
    reach: () => undefined,
    records,
    runs: () => runs,
  });
  return {
    store,
    clock,
    recorded: (org) =>
      [...taken, ...records.map(({ org, record }) => ({ org, type: record.event_type }))]
        .filter((one) => one.org === org)
        .map(({ type }) => type),
    async addRun(org, { isDeadLetter = false, ...line }) {
      const letter = { id: withPrefix("dl", line.id), status: "open" as const, undone: [] };
      runs.push({ ...EMPTY, ...line, org, subject: line.user, ...(isDeadLetter ? { dead_letter: letter } : {}) });
    },
  };
};

const EMPTY: RunView = {
  id: "",
  org: "",
  user: "",
  subject: "",
  workflow: "",
  version: 1,
  status: "queued",
  input: null,
  output: null,
  error: null,
  flags: [],
  usage: { tokens_in: 0, tokens_out: 0, usd: 0, model_calls: 0, tool_calls: 0, cache_hits: 0 },
  budget: { usd: 0, tokens: 0 },
  risk_score: null,
  steps: [],
  waiting_for: null,
  metadata: {},
  trace_id: "",
  created_at: toRfc3339(FAR),
  started_at: null,
  ended_at: null,
};

for (const contract of [storeContract, definitionsContract]) {
  contract("in D1", inD1);
  contract("in memory", inMemory);
}
