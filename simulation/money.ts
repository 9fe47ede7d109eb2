/**
 * The org's money: its caps, which may be small, and what must hold of its ledger. At every commit nothing is granted beyond a cap;
 * at rest every lease is back, and the ledger has of each run what the run's journal has.
 */
import type { AuditRecord } from "../core/audit/record.ts";
import type { Account, Caps } from "../core/budget/account.ts";
import { plus } from "../core/budget/amount.ts";
import type { Holder } from "../core/budget/holder.ts";
import { DEPLOYMENT_LEDGER } from "../core/budget/lease.ts";
import { mintId } from "../core/ids.ts";
import { toRfc3339 } from "../core/time.ts";
import { ORG } from "./definitions.ts";
import type { HousedObject } from "./house.ts";
import type { World } from "./world.ts";

/** Some orgs have little money for the day: a run, or a part of one. */
export async function treasurer(world: World): Promise<void> {
  const { dice } = world;
  if (dice.skewed("money/poor", 0, 3) < 2) return;
  const caps: Caps = {
    usd_per_day: dice.between("money/cap", 200, 60_000),
    usd_per_month: null,
    tokens_per_month: null,
    usd_per_run: null,
  };
  for (;;) {
    try {
      const [ledger, scope] = dice.between("money/whose", 0, 2) === 0 ? [DEPLOYMENT_LEDGER, "deployment"] : [ORG, "org"];
      await world.ask("BudgetLedger", ledger, "setCaps", ledger, scope, caps, changeRecord(world));
      return;
    } catch {
      await world.sleep(1_000);
    }
  }
}

/** Who asks again makes a record of its own. */
function changeRecord({ clock, dice }: World): AuditRecord {
  return {
    event_id: mintId("evt", clock.now, dice.bytes("money/record", 10)),
    timestamp: toRfc3339(clock.now),
    trace_id: null,
    event_type: "budget.changed",
    actor: { type: "user", id: "otto" },
    action: "budget.write",
    resource: "budget/org",
    decision: "allow",
    policy_version: null,
    risk_score: null,
    data: {},
  };
}

const rowsOf = <T>(object: HousedObject, table: string): T[] =>
  object.disk.run("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", [table]).length === 0
    ? []
    : object.disk.run(`SELECT body FROM ${table}`, []).map(({ body }) => JSON.parse(String(body)) as T);

/** Called at every commit of a ledger: INVARIANT of core/budget/ledger.ts, read off the rows. */
export function checkCaps(world: World, object: HousedObject, before: Map<string, number>): void {
  const leased = rowsOf<Holder>(object, "lease");
  for (const { scope, caps, day } of rowsOf<Account>(object, "account")) {
    const limit = caps.usd_per_day;
    const concerned = leased.filter(
      ({ user, workflow }) =>
        scope === "org" || scope === "deployment" || scope === `user:${user}` || scope === `workflow:${workflow ?? ""}`,
    );
    const taken = concerned.reduce((sum, { lease }) => plus(sum, lease), plus(day.spent, day.held)).microUsd;
    // A cap that came later than the money was spent or leased may be below it; then nothing is added.
    const known = before.get(scope) ?? taken;
    if (limit !== null && taken > limit && taken > known)
      world.watch.note("over the cap", `the ledger has ${taken} of ${scope} under a cap of ${limit}`);
    before.set(scope, taken);
  }
}

/** What tools charged these runs. */
export const charged = ({ shop }: World, runs: ReadonlySet<string>): number =>
  shop.bills.filter(({ run }) => runs.has(run)).reduce((sum, { microUsd }) => sum + microUsd, 0);

/** At rest. */
export function checkLedger(world: World): void {
  const object = world.house.objects.get(`BudgetLedger/${ORG}`);
  if (object === undefined) return;
  for (const { id } of rowsOf<Holder>(object, "lease")) world.watch.note("lease left", `${id} has ended and its lease is not back`);
  const settled = new Map(rowsOf<Holder>(object, "settled").map((holder) => [holder.id, holder]));
  for (const [id, { state }] of world.watch.runs) {
    const { n, spent, held } = state.lease;
    const known = settled.get(id);
    const billed =
      world.models.asked.filter(({ call }) => call.context.run === id).reduce((sum, asked) => sum + asked.billed, 0) +
      charged(world, new Set([id]));
    if (billed > spent.microUsd + held.microUsd)
      world.watch.note(
        "bill not covered",
        `${id}: ${billed} billed, the ledger knows of ${spent.microUsd} spent and ${held.microUsd} held`,
      );
    const [counted] = world.database.run(
      `SELECT COALESCE(SUM(IIF(kind IN ('storage', 'people'), 0, micro_usd)), 0) AS usd, SUM(kind = 'storage') AS ends
       FROM cost_calls WHERE org = ? AND run = ?`,
      [ORG, id],
    );
    if (Number(counted?.["ends"]) !== 1)
      world.watch.note("costs differ", `${id}: the platform's own cost of it is there ${String(counted?.["ends"])} times`);
    if (Number(counted?.["usd"]) !== spent.microUsd)
      world.watch.note(
        "costs differ",
        `${id}: the costs of its calls sum to ${String(counted?.["usd"])}, its ledger has ${spent.microUsd} spent`,
      );
    if (n === 0) {
      if (billed > 0) world.watch.note("not leased", `${id}: ${billed} billed, and nothing was leased`);
      continue;
    }
    if (known === undefined) world.watch.note("not in the ledger", `${id} leased and its ledger knows nothing of it`);
    else if (JSON.stringify([known.spent, known.held]) !== JSON.stringify([spent, held]))
      world.watch.note(
        "ledger differs",
        `${id}: ${JSON.stringify([known.spent, known.held])} in the ledger, ${JSON.stringify([spent, held])} in the journal`,
      );
  }
}
