/** The platform's own objects, each with ports into the simulated world. */
import { createHash } from "node:crypto";
import type { RecordsMessage } from "../core/audit/record.ts";
import { DEPLOYMENT_LEDGER } from "../core/budget/lease.ts";
import {
  defineAuditLog,
  defineBudgetLedger,
  defineKillSwitch,
  defineReviewQueue,
  defineRunEngine,
  defineSessions,
  type KillSwitchPorts,
  type ReviewQueuePorts,
} from "../durable-objects/index.ts";
import type { SealingPort } from "../durable-objects/kit/sealing-port.ts";
import { defineAuthority } from "./authority.ts";
import { WORLD } from "./clock.ts";
import type { Construct } from "./house.ts";
import { KEYS } from "./keys.ts";
import type { Life } from "./life.ts";
import { outward } from "./outward.ts";
import { runPorts } from "./run-ports.ts";
import type { Fittings, World } from "./world.ts";

/** Stands for Ed25519, which is not what is simulated here: 64 bytes that only this hash gives. */
export const signatureOf = (hash: Uint8Array): Uint8Array => new Uint8Array(createHash("sha512").update("audit").update(hash).digest());
const SIGNER = { keyId: "simulated", sign: signatureOf };

/** The classes of the objects, by kind. */
export function objectsOf(world: World): Fittings["objects"] {
  const { clock, dice, climate } = world;
  const now = () => clock.now;
  const random = (bytes: number) => dice.bytes("random", bytes);
  const out = <T>(life: Life, what: string, work: () => Promise<T>, unreachable = climate.unreachable): Promise<T> =>
    outward(world, life, what, unreachable, work);
  const send = (life: Life) => (message: RecordsMessage) => out(life, "send", () => world.records.send(message), 0);
  const sealingFor = (life: Life): SealingPort => ({
    sealingKey: (run) => out(life, "sealingKey", () => KEYS.sealingKey(run)),
    openingKeys: (by) => out(life, "openingKeys", () => KEYS.openingKeys(by)),
  });
  const of = (env: Cloudflare.Env): Life => (env as unknown as { readonly life: Life }).life;

  const ReviewQueue = defineReviewQueue((env) => {
    const life = of(env);
    const tellRun: ReviewQueuePorts["tellRun"] = (run, message) =>
      out(life, "tellRun", async () => {
        const tell = () => world.ask<void>("RunEngine", run, "review", message);
        const struck = world.trouble.strike("review/told", climate.queue, ["told again"] as const);
        if (struck !== null) clock.after(dice.skewed("review/again", 1, 90_000), WORLD, () => void tell().catch(() => {}));
        await tell();
      });
    return { now, random, send: send(life), tellRun, sealing: sealingFor(life) };
  });
  const KillSwitch = defineKillSwitch((env) => {
    const life = of(env);
    const index = world.index(WORLD);
    const lookAgain: KillSwitchPorts["haltRun"] = (run, stops) =>
      out(life, "lookAgain", () => world.reachable(() => world.ask("RunEngine", run, "lookAgain", stops)));
    return {
      now,
      random,
      send: send(life),
      flag: {
        read: () => out(life, "flag.read", () => world.flag.read()),
        write: (value, mark) => out(life, "flag.write", () => world.flag.write(value, mark)),
      },
      runsInScope: (...given) => out(life, "runsInScope", () => index.runsInScope(...given)),
      countRunsInScope: (...given) => out(life, "countRunsInScope", () => index.countRunsInScope(...given)),
      tell: async () => undefined,
      drillRuns: { mint: async () => [], start: async () => undefined, told: async () => null, end: async () => undefined },
      haltRun: lookAgain,
      resumeRun: lookAgain,
    };
  });
  const authorize = defineAuthority(dice, world.trouble, climate.authority);
  const RunEngine = defineRunEngine((env) => runPorts(world, of(env), authorize, send(of(env))));
  const BudgetLedger = defineBudgetLedger((env) => {
    const life = of(env);
    return {
      now,
      random,
      send: send(life),
      askRun: (run) => out(life, "askRun", () => world.ask("RunEngine", run, "account")),
      notify: async () => "told",
      leaseOfDeployment: (request) =>
        out(life, "leaseOfDeployment", () => world.ask("BudgetLedger", DEPLOYMENT_LEDGER, "lease", DEPLOYMENT_LEDGER, request)),
      recall: (org) => out(life, "recall", () => world.ask("BudgetLedger", org, "recall", org)),
    };
  });
  const Sessions = defineSessions((env) => {
    const life = of(env);
    return {
      now,
      random,
      send: send(life),
      callRun: (run) =>
        out(life, "callRun", async () =>
          (await world.ask<boolean>("RunEngine", run, "yourTurn")) ? ("told" as const) : ("unborn" as const),
        ),
      forget: async () => undefined,
      sealing: sealingFor(life),
    };
  });
  const AuditLog = defineAuditLog(() => ({ now, signer: async () => SIGNER, publishing: null }));
  const construct =
    (Class: new (ctx: DurableObjectState, env: Cloudflare.Env) => object): Construct =>
    (ctx, life) =>
      new Class(ctx, { life } as unknown as Cloudflare.Env);
  return {
    RunEngine: construct(RunEngine),
    ReviewQueue: construct(ReviewQueue),
    KillSwitch: construct(KillSwitch),
    BudgetLedger: construct(BudgetLedger),
    AuditLog: construct(AuditLog),
    Sessions: construct(Sessions),
  };
}
