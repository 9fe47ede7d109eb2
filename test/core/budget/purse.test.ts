/** The org's purse by itself: which answers count, what is granted while none has come, and when the org tells though nobody asks. */
import { beforeEach, describe, expect, it } from "vitest";
import { NOTHING } from "../../../core/budget/amount.ts";
import type { LeaseAnswer } from "../../../core/budget/lease.ts";
import { boundsOfPurse, EMPTY_PURSE, nextRequest, type Purse, recalled, TELL_MS, takeAnswer, tellsAt } from "../../../core/budget/purse.ts";
import { amount, makeLedger, request } from "../../support/budget.ts";

const NOON = Date.UTC(2026, 10, 20, 12);
const MIDNIGHT = Date.UTC(2026, 10, 21);
const NOTHING_YET = { spent: NOTHING, held: NOTHING };

const grant = (microUsd: number, open = { microUsd: false, tokens: false }): LeaseAnswer => ({
  ok: true,
  lease: amount(microUsd),
  until: NOON,
  pressure: 0.5,
  alerts: [],
  open,
});
const refusal: LeaseAnswer = {
  ok: false,
  refusal: { why: "cap", scope: "deployment", cap: "usd_per_day", resetsAt: MIDNIGHT, alerts: [] },
};
const ask = (purse: Purse) => nextRequest(purse, "acme", { ever: NOTHING_YET, leased: NOTHING, least: amount(10) }, NOON).purse;
/** After one request and its answer. */
const answered = (): Purse => takeAnswer(ask(EMPTY_PURSE), 1, grant(100, { microUsd: false, tokens: true }));
let purse: Purse;
beforeEach(() => {
  purse = answered();
});
const tells = (of: Purse, over: { ever?: typeof NOTHING_YET; leased?: number } = {}) =>
  tellsAt(of, over.ever ?? NOTHING_YET, amount(over.leased ?? 100));

describe("[LEDGER-18] an answer of the deployment", () => {
  it("counts for the last request only", () => {
    const waiting = ask(purse);
    expect(takeAnswer(waiting, 1, grant(900))).toBe(waiting);
    expect(takeAnswer(waiting, 1, refusal)).toBe(waiting);
    expect(takeAnswer(waiting, 2, grant(900)).lease).toEqual(amount(900));
  });

  it("changes nothing when it says that the request is stale", () => {
    expect(takeAnswer(purse, 1, { ok: false, refusal: { why: "stale" } })).toBe(purse);
  });

  it("closes every part when it refuses, and leaves the lease", () => {
    expect(takeAnswer(purse, 1, refusal)).toEqual({ ...purse, open: { microUsd: false, tokens: false } });
  });

  it("says what one run may cost, or that no cap says so", () => {
    expect(purse.perRun).toBeNull();
    const perCall = { scope: "deployment", limit: 7 } as const;
    expect(takeAnswer(purse, 1, { ...grant(100), perCall } as LeaseAnswer).perRun).toBe(7);
  });
});

describe("[LEDGER-18] what bounds an org's grants", () => {
  it("is nothing of either part before the deployment was asked", () => {
    expect(boundsOfPurse(EMPTY_PURSE, NOTHING_YET, NOTHING, null)).toMatchObject([
      { part: "microUsd", limit: 0 },
      { part: "tokens", limit: 0 },
    ]);
  });

  it("is the part that a cap of the deployment bounds, under a cap's name", () => {
    const bound = { scope: "deployment", part: "microUsd", limit: 100, used: 0, taken: 30 };
    expect(boundsOfPurse(purse, NOTHING_YET, amount(30), null)).toStrictEqual([{ ...bound, cap: "usd_per_month", resetsAt: null }]);
    const of = boundsOfPurse({ ...purse, open: { microUsd: true, tokens: false } }, NOTHING_YET, NOTHING, null);
    expect(of.map(({ cap }) => cap)).toEqual(["tokens_per_month"]);
  });

  it("has the name and the end of the cap that the deployment has just refused by", () => {
    const refused = { need: amount(10), cap: "usd_per_day", resetsAt: MIDNIGHT } as const;
    expect(boundsOfPurse(purse, NOTHING_YET, NOTHING, refused)).toMatchObject([{ cap: "usd_per_day", resetsAt: MIDNIGHT }]);
  });
});

describe("[LEDGER-18] an org tells the deployment though nobody asks", () => {
  it("never before its first request", () => expect(tells(EMPTY_PURSE, { leased: 0 })).toBeNull());

  it("not once the deployment knows all of it, granted or refused", () => {
    expect(tells(purse)).toBeNull();
    expect(tells(takeAnswer(ask(purse), 2, grant(100)))).toBeNull();
    expect(tells({ ...takeAnswer(ask(purse), 2, refusal), lease: amount(100) })).toBeNull();
  });

  it.each([
    ["its request is not answered", () => ask(answered()), { leased: 10 }],
    ["the caps were changed", () => recalled(answered(), NOTHING_YET, amount(100)), {}],
    ["it spent money", answered, { ever: { spent: amount(1), held: NOTHING } }],
    ["it spent tokens", answered, { ever: { spent: amount(0, 1), held: NOTHING } }],
    ["it holds money", answered, { ever: { spent: NOTHING, held: amount(1) } }],
    ["it holds tokens", answered, { ever: { spent: NOTHING, held: amount(0, 1) } }],
    ["its holders have less than the purse", answered, { leased: 99 }],
  ])("a minute after its last request, when %s", (_, of, over) => expect(tells(of(), over)).toBe(NOON + TELL_MS));
});

describe("[LEDGER-18] an org's ledger asks the deployment", () => {
  const shortOf = (wish: { need: number; want: number }, of: Purse) => {
    const ledger = makeLedger({ at: NOON });
    ledger.purse = { purse: of, refusal: null };
    return ledger.decide(request({ need: amount(wish.need), want: amount(wish.want) })).short;
  };

  it("before its first grant, also for who needs nothing yet; not for who wishes nothing", () => {
    expect(shortOf({ need: 0, want: 10 }, EMPTY_PURSE)).toEqual(NOTHING);
    expect(shortOf({ need: 0, want: 0 }, EMPTY_PURSE)).toBeNull();
  });

  it("later only when the purse is too small", () => {
    expect(shortOf({ need: 0, want: 900 }, purse)).toBeNull();
    expect(shortOf({ need: 100, want: 900 }, purse)).toBeNull();
    expect(shortOf({ need: 101, want: 900 }, purse)).toEqual(amount(101));
  });

  it.each([
    [{ usd_per_day: 5 }, { microUsd: false, tokens: true }],
    [{ tokens_per_month: 5 }, { microUsd: true, tokens: false }],
    [{}, { microUsd: true, tokens: true }],
    [
      { usd_per_month: 5, tokens_per_month: 5 },
      { microUsd: false, tokens: false },
    ],
  ])("and hears, under caps of %j, which parts are not bounded: %j", (limits, open) => {
    const deployment = makeLedger({ at: NOON });
    deployment.setCaps("deployment", limits);
    expect(deployment.lease(request({ holder: "org:acme", user: "", workflow: null }))).toMatchObject({ ok: true, open });
  });
});
