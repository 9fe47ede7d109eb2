/** A run's ports into the simulated world, for one life of its object. */

import type { RecordsMessage } from "../core/audit/record.ts";
import type { Refusal } from "../core/errors/problem.ts";
import type { Json } from "../core/json.ts";
import type { Result } from "../core/result.ts";
import type { RunStart } from "../core/run/machine/birth.ts";
import type { RunEnginePorts, Undone } from "../durable-objects/run-engine/ports.ts";
import type { Turn as SessionTurn } from "../durable-objects/sessions/sessions.ts";
import { SKEW_MS } from "./climate.ts";
import { LIBRARY } from "./definitions.ts";
import { KEYS } from "./keys.ts";
import type { Life } from "./life.ts";
import { outward } from "./outward.ts";
import { endsWhoAsks, factsOf } from "./shop.ts";
import type { World } from "./world.ts";

export function runPorts(
  world: World,
  life: Life,
  authorize: RunEnginePorts["authorize"],
  send: (message: RecordsMessage) => Promise<void>,
): RunEnginePorts {
  const out = <T>(what: string, work: () => Promise<T>): Promise<T> => outward(world, life, what, world.climate.unreachable, work);
  /** A gateway is in the object's own isolate: it is always reached; what is behind it may not be. */
  const inside = <T>(what: string, work: () => Promise<T>): Promise<T> => outward(world, life, what, 0, work);
  const now = clockOf(world);
  return {
    now,
    stops: () => out("stops", () => world.stops()),
    authorize: (question, killEpoch) => out("authorize", () => authorize(question, killEpoch)),
    lease: (org, request) => out("lease", () => world.ask("BudgetLedger", org, "lease", org, request)),
    callTool: (call) =>
      inside("callTool", async () => {
        if (call.tool === "deadly.run") life.end("crash");
        return world.shop.call(call);
      }),
    lookUp: (call) =>
      inside("lookUp", () => {
        world.watch.lookedUp(call);
        if (endsWhoAsks(call)) life.end("crash");
        return world.shop.lookUp(call);
      }),
    callModel: (call) => inside("callModel", () => world.models.call(call)),
    openReview: (org, request) =>
      out("openReview", () => world.ask<{ id: string; until: number }>("ReviewQueue", org, "open", org, request)),
    withdrawReviews: (org, run, ids) => out("withdrawReviews", () => world.ask("ReviewQueue", org, "withdraw", run, ids)),
    toolEffects: (_org, names) => out("toolEffects", async () => Object.fromEntries(names.map((name) => [name, factsOf(name).effect]))),
    outputOf: (run, step) =>
      out(
        "outputOf",
        async () => (await new Response(await world.ask<ReadableStream>("RunEngine", run, "stepOutput", step)).json()) as Json,
      ),
    continueRun: (_from, start) =>
      out("continueRun", async () => void (await world.ask("RunEngine", start.id, "start", start, await world.stops(), 0))),
    callBack: (callback) => out("callBack", () => world.callbacks.take(callback)),
    queueCall: (message) => out("queueCall", () => world.calls.send(message)),
    startChild: ({ child, parent, parentSpanId, from, input, budget }) =>
      out("startChild", async () => {
        const definition = LIBRARY[child.workflow];
        if (definition === undefined) throw new Error("the child's workflow is out of reach");
        const { org, user, roles, subject, metadata, traceId, deadlineAt } = from;
        const birth: RunStart = {
          ...{ org, user, roles, subject, metadata, traceId, deadlineAt, budget, input, parent, parentSpanId, definition },
          id: child.run,
          version: child.version,
          digest: child.digest,
          inputFindings: [],
          redrive: null,
          callbackUrl: null,
        };
        await world.ask("RunEngine", child.run, "start", birth, await world.stops(), 0);
      }),
    cancelRun: (run, by, reason) =>
      out("cancelRun", async () => {
        const cancelled = (await world.ask("RunEngine", run, "cancel", by, reason)) as Result<unknown, Refusal>;
        return cancelled.ok || cancelled.error.code !== "not_found";
      }),
    holdRun: (run, hold) =>
      out("holdRun", async () => {
        const held = (await world.ask("RunEngine", run, "parentHeld", hold)) as Result<unknown, Refusal>;
        return held.ok || held.error.code !== "not_found";
      }),
    undoRun: (run) =>
      out("undoRun", async () => (await world.ask<Undone | "under way" | null>("RunEngine", run, "undo")) ?? { failed: true, left: false }),
    tellParent: (parent, end) => out("tellParent", () => world.ask("RunEngine", parent.run, "childEnded", parent.activity, end)),
    sealing: {
      sealingKey: (of) => out("sealingKey", () => KEYS.sealingKey(of)),
      openingKeys: (by) => out("openingKeys", () => KEYS.openingKeys(by)),
    },
    session: {
      enter: ({ org, subject, session, run }) =>
        out("session.enter", () => world.ask<SessionTurn>("Sessions", `${org}/${subject}`, "enter", org, subject, session, run)),
      stepAside: ({ org, subject, run }) => out("session.stepAside", () => world.ask("Sessions", `${org}/${subject}`, "stepAside", run)),
      leave: ({ org, subject, run }, _owner, said) =>
        out("session.leave", () => world.ask("Sessions", `${org}/${subject}`, "leave", run, said)),
    },
    memory: {
      recall: async () => ({ snippets: [], label: { trust: "trusted", class: "public", sources: [] } }),
      keep: async () => ({ ids: [], refused: 0 }),
    },
    values: {
      largerThan: world.bucket.largerThan,
      put: (key, text) => out("values.put", async () => world.bucket.put(key, text)),
      get: (key) => out("values.get", async () => world.bucket.get(key)),
    },
    keepTexts: (of, name, lines) => out("texts.put", async () => world.bucket.keepTexts(of.run, name, lines)),
    send,
    resends: { enter: () => 0, leave: () => {} },
    traces: null,
    log: () => {},
  };
}

/** The clock of one life: right, or off by a little, and then set to another time while the life lasts. In calm every clock is right. */
function clockOf({ clock, dice, trouble, climate }: World): () => number {
  if (!dice.happens("clock/wrong", climate.clock)) return () => clock.now;
  const [before, after] = [dice.between("clock/off", -SKEW_MS, SKEW_MS), dice.between("clock/off", -SKEW_MS, SKEW_MS)];
  const setAt = clock.now + dice.skewed("clock/set", 1, 120_000);
  return () => clock.now + (trouble.isCalm ? 0 : clock.now < setAt ? before : after);
}
