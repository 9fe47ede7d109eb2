/**
 * Every user's default, and the deployment's caps: many orgs lease from one ledger, at random: holders ask, spend and give back, answers
 * get lost, old requests arrive late, caps change. After every step all orgs together stay under the deployment's caps.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everOf } from "../../../core/budget/account.ts";
import { type Amount, NOTHING, total } from "../../../core/budget/amount.ts";
import type { LeaseAnswer, LeaseRequest } from "../../../core/budget/lease.ts";
import { EMPTY_PURSE, nextRequest, type PurseRefusal, recalled, TELL_MS, takeAnswer, tellsAt } from "../../../core/budget/purse.ts";
import { amount, makeLedger, request } from "../../support/budget.ts";

const START = Date.UTC(2026, 10, 20, 6);

/** An org's ledger with its purse, and a way to the deployment's that loses what it is told to lose. */
function makeOrg(name: string, clock: { at: number }, deployment: ReturnType<typeof makeLedger>) {
  const ledger = makeLedger(clock);
  ledger.purse = { purse: EMPTY_PURSE, refusal: null };
  const facts = () => ({ ever: everOf(ledger.account("org")), leased: ledger.leased("org") });
  const sent: LeaseRequest[] = [];
  let losses = { request: false, answer: false };

  const exchange = (least: Amount | null): PurseRefusal | null => {
    const next = nextRequest(ledger.purse?.purse ?? EMPTY_PURSE, name, { ...facts(), least }, clock.at);
    ledger.purse = { purse: next.purse, refusal: null };
    sent.push(next.request);
    if (losses.request) return null;
    const answer = deployment.lease(next.request);
    if (losses.answer) return null;
    ledger.purse = { purse: takeAnswer(next.purse, next.request.n, answer), refusal: null };
    return !answer.ok && answer.refusal.why === "cap" ? { ...answer.refusal, need: next.request.need } : null;
  };

  return {
    ledger,
    sent,
    exchange,
    lose: (now: typeof losses) => {
      losses = now;
    },
    recall() {
      const { ever, leased } = facts();
      ledger.purse = { purse: recalled(ledger.purse?.purse ?? EMPTY_PURSE, ever, leased), refusal: null };
      exchange(null);
    },
    tellsAt: () => tellsAt(ledger.purse?.purse ?? EMPTY_PURSE, facts().ever, facts().leased),
    /** As the room does it: asks the deployment when only the purse is too small. null: the answer got lost. */
    lease(wish: LeaseRequest): LeaseAnswer | null {
      let refusal: PurseRefusal | null = null;
      for (let tries = 0; tries < 3; tries++) {
        ledger.purse = { purse: ledger.purse?.purse ?? EMPTY_PURSE, refusal };
        const turn = ledger.decide(wish);
        if (turn.short === null) return ledger.keep(turn);
        refusal = exchange(turn.short);
      }
      return null;
    },
  };
}

describe("every user's default", () => {
  const clock = { at: START };
  const spend = (ledger: ReturnType<typeof makeLedger>, user: string, wish: number) =>
    ledger.lease(request({ holder: `run_${user}${wish}`, user, need: amount(wish), want: amount(wish) }));

  it("[LEDGER-17] binds each user for themselves, and names itself", () => {
    const ledger = makeLedger(clock);
    ledger.setCaps("user:*", { usd_per_day: 100 });
    expect(spend(ledger, "ann", 100)).toMatchObject({ ok: true });
    expect(spend(ledger, "bob", 100)).toMatchObject({ ok: true });
    expect(spend(ledger, "bob", 1)).toMatchObject({ ok: false, refusal: { scope: "user:*", cap: "usd_per_day" } });
  });

  it("[LEDGER-17] is overridden by a user's own line, as a whole, until that line is empty", () => {
    const ledger = makeLedger(clock);
    ledger.setCaps("user:*", { usd_per_day: 100, usd_per_run: 10 });
    ledger.setCaps("user:ann", { usd_per_day: 1_000 });
    expect(spend(ledger, "ann", 500)).toMatchObject({ ok: true });
    expect(spend(ledger, "bob", 50)).toMatchObject({ ok: false, refusal: { scope: "user:*", cap: "usd_per_run" } });
    ledger.setCaps("user:ann", {});
    expect(spend(ledger, "ann", 1)).toMatchObject({ ok: false, refusal: { scope: "user:*", cap: "usd_per_day" } });
  });

  it("[LEDGER-17] knows of what was spent before it was set, and raises alerts for the user, anew when its value changes", () => {
    const ledger = makeLedger(clock);
    const tell = (n: number, spent: number) => ledger.lease(request({ holder: "run_1", n, spent: amount(spent) }));
    tell(1, 40);
    ledger.setCaps("user:*", { usd_per_day: 100 });
    tell(2, 60);
    expect(ledger.alerts).toMatchObject([{ scope: "user:ann", cap: "usd_per_day", percent: 50, spent: 60, limit: 100 }]);
    ledger.setCaps("user:*", { usd_per_day: 1_000 });
    tell(3, 520);
    expect(ledger.alerts.slice(1)).toMatchObject([{ scope: "user:ann", percent: 50, spent: 520, limit: 1_000 }]);
  });
});

describe("the deployment's caps", () => {
  const world = (over: Parameters<ReturnType<typeof makeLedger>["setCaps"]>[1]) => {
    const clock = { at: START };
    const deployment = makeLedger(clock);
    deployment.setCaps("deployment", over);
    return { clock, deployment, orgs: ["acme", "beta"].map((name) => makeOrg(name, clock, deployment)) as [Org, Org] };
  };
  type Org = ReturnType<typeof makeOrg>;
  const wish = (n: number, need: number, over: Partial<LeaseRequest> = {}) =>
    request({ n, need: amount(need), want: amount(need), ...over });

  it("[LEDGER-18] bound all orgs together, and are named", () => {
    const { orgs } = world({ usd_per_day: 100 });
    expect(orgs[0].lease(wish(1, 60))).toMatchObject({ ok: true, lease: amount(60) });
    expect(orgs[1].lease(wish(1, 60))).toMatchObject({ ok: false, refusal: { scope: "deployment", cap: "usd_per_day" } });
    expect(orgs[1].lease(wish(2, 20))).toMatchObject({ ok: true });
  });

  it("[LEDGER-18] without a cap of a part, the deployment is asked once and not again", () => {
    const { orgs, clock } = world({});
    for (let n = 1; n <= 50; n++) expect(orgs[0].lease(wish(n, 1_000 * n))).toMatchObject({ ok: true });
    expect(orgs[0].sent).toHaveLength(1);
    expect(orgs[0].tellsAt()).toBe(clock.at + TELL_MS);
  });

  it("[LEDGER-18] an org asks ahead, so that far from a cap few of its requests ask the deployment", () => {
    const { orgs } = world({ usd_per_day: 1_000_000_000 });
    let spent = 0;
    for (let n = 1; n <= 200; n++) {
      expect(orgs[0].lease(wish(n, 100, { spent: amount(spent) }))).toMatchObject({ ok: true });
      spent += 100;
    }
    expect(orgs[0].sent.length).toBeGreaterThan(0);
    expect(orgs[0].sent.length).toBeLessThan(20);
  });

  it("[LEDGER-18] what an org leased and does not need goes back when it tells", () => {
    const { orgs } = world({ usd_per_day: 1_000 });
    orgs[0].lease(wish(1, 100));
    orgs[0].lease(wish(2, 0, { spent: amount(30) }));
    expect(orgs[0].tellsAt()).not.toBeNull();
    orgs[0].exchange(null);
    expect(orgs[0].tellsAt()).toBeNull();
    expect(orgs[1].lease(wish(1, 970))).toMatchObject({ ok: true });
  });

  it("[LEDGER-18] what a request itself tells is covered by what is asked for it", () => {
    const { orgs } = world({ usd_per_day: 10_000 });
    orgs[0].lease(wish(1, 10));
    expect(orgs[0].lease(wish(2, 900, { spent: amount(5), held: amount(4_000) }))).toMatchObject({ ok: true });
  });

  it("[LEDGER-18] a cap of single runs bounds every org's runs", () => {
    const { orgs } = world({ usd_per_run: 10 });
    expect(orgs[0].lease(wish(1, 5))).toMatchObject({ ok: true });
    expect(orgs[0].lease(wish(2, 11))).toMatchObject({ ok: false, refusal: { scope: "deployment", cap: "usd_per_run" } });
  });

  it("[LEDGER-18] a cap that is set later binds at once, and what is leased stays", () => {
    const { orgs, deployment } = world({});
    orgs[0].lease(wish(1, 80));
    deployment.setCaps("deployment", { usd_per_day: 100 });
    for (const org of orgs) org.recall();
    expect(orgs[0].lease(wish(2, 120))).toMatchObject({ ok: false, refusal: { scope: "deployment" } });
    expect(orgs[0].lease(wish(3, 90))).toMatchObject({ ok: true });
    expect(orgs[1].lease(wish(1, 20))).toMatchObject({ ok: false });
    orgs[0].exchange(null); // what it asked for ahead goes back
    expect(orgs[1].lease(wish(2, 10))).toMatchObject({ ok: true });
  });

  it("[LEDGER-18] raise alerts by what all orgs spent", () => {
    const { orgs, deployment } = world({ usd_per_day: 100 });
    for (const org of orgs) {
      org.lease(wish(1, 41));
      org.lease(wish(2, 0, { spent: amount(41) }));
      org.exchange(null);
    }
    expect(deployment.alerts).toMatchObject([50, 80].map((percent) => ({ scope: "deployment", cap: "usd_per_day", percent, spent: 82 })));
  });

  it("[LEDGER-18] hold whatever gets lost, repeated or late", () => {
    const steps = fc.array(
      fc.record({
        org: fc.nat(2),
        run: fc.nat(3),
        need: fc.nat(60),
        spend: fc.nat(60),
        what: fc.constantFrom("ask", "ask", "ask", "back", "tell", "late"),
        lose: fc.constantFrom("nothing", "nothing", "request", "answer"),
      }),
      { maxLength: 120 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 50, max: 600 }), (all, cap) => {
        const clock = { at: START };
        const deployment = makeLedger(clock);
        deployment.setCaps("deployment", { usd_per_day: cap });
        const orgs = ["a", "b", "c"].map((name) => makeOrg(name, clock, deployment));
        const runs = new Map<string, { n: number; spent: number; left: number }>();
        for (const { org: at, run: index, need, spend, what, lose } of all) {
          const org = orgs[at];
          if (org === undefined) continue;
          clock.at += 1_000;
          org.lose({ request: lose === "request", answer: lose === "answer" });
          if (what === "tell") org.exchange(null);
          else if (what === "late") {
            const old = org.sent[index];
            if (old !== undefined) deployment.lease(old);
          } else {
            const run = runs.get(`${at}/${index}`) ?? { n: 0, spent: 0, left: 0 };
            runs.set(`${at}/${index}`, run);
            run.spent += Math.min(spend, run.left);
            run.left -= Math.min(spend, run.left);
            const asked = what === "back" ? 0 : Math.max(need, run.left);
            const wished = request({
              holder: `run_${index}`,
              n: ++run.n,
              spent: amount(run.spent),
              need: amount(asked),
              want: amount(asked * 2),
            });
            const answer = org.lease(wished);
            if (answer?.ok) run.left = answer.lease.microUsd;
            else if (answer === null) run.n--; // the ledger decided nothing
            if (answer === null) {
              const told = org.ledger.lease(request({ ...wished, need: NOTHING, want: NOTHING }));
              run.n++;
              if (told.ok) run.left = 0;
            }
          }
          // The truth: what every org's ledger has granted and counted, added up.
          const taken = total(orgs.flatMap(({ ledger }) => [everOf(ledger.account("org")).spent, ledger.leased("org")]));
          expect(taken.microUsd).toBeLessThanOrEqual(cap);
          expect(deployment.broken()).toEqual([]);
        }
        for (const org of orgs) {
          org.lose({ request: false, answer: false });
          org.exchange(null);
        }
        const spent = total(orgs.map(({ ledger }) => everOf(ledger.account("org")).spent));
        expect(deployment.account("deployment").day.spent).toEqual(spent);
      }),
      { numRuns: 300 },
    );
  });
});
