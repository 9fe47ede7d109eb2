/** The run's money: leased before it is spent, given back, and what happens when a cap is near or reached. */
import { describe, expect, it } from "vitest";
import { type Amount, fits, NOTHING, plus } from "../../../core/budget/amount.ts";
import type { LeaseAnswer, LeaseRequest } from "../../../core/budget/lease.ts";
import type { ModelOutcome } from "../../../core/run/calls/call.ts";
import { modelCall } from "../../../core/run/calls/request.ts";
import type { AuthorityAnswer } from "../../../core/workflow/authority.ts";
import type { Step } from "../../../core/workflow/definition.ts";
import { define, model, review, transform } from "../../support/run/definition.ts";
import { Drive, type Script, said } from "../../support/run/drive.ts";

const until = Number.MAX_SAFE_INTEGER;
const granted = (lease: Amount, pressure = 0): LeaseAnswer => ({ ok: true, lease, until, pressure, alerts: [] });
const refused = (): LeaseAnswer => ({
  ok: false,
  refusal: { why: "cap", scope: "org", cap: "usd_per_day", resetsAt: Date.UTC(2026, 0, 2), alerts: [] },
});

/** A ledger with one cap that checks what a ledger may rely on: numbers without gaps, cumulative amounts, nothing beyond the lease. */
function ledgerOf(cap: Amount) {
  const requests: LeaseRequest[] = [];
  let lease: Amount = NOTHING;
  const answer = (request: LeaseRequest): LeaseAnswer => {
    const last = requests.at(-1);
    const before = last === undefined ? NOTHING : plus(plus(last.spent, last.held), lease);
    expect(request.n).toBe((last?.n ?? 0) + 1);
    expect(fits(plus(request.spent, request.held), before)).toBe(true);
    requests.push(request);
    const taken = plus(request.spent, request.held);
    const full = plus(taken, request.want);
    lease = fits(full, cap) ? request.want : request.need;
    if (!fits(plus(taken, lease), cap)) {
      lease = NOTHING;
      return refused();
    }
    return granted(lease, taken.microUsd / cap.microUsd);
  };
  return { requests, answer, lease: () => lease };
}

/** Every model that is asked for, with prices of its own. */
const routes =
  (...models: { id: string; input: number; output: number }[]): Script["authority"] =>
  (question): AuthorityAnswer => {
    if (question.kind !== "model") throw new Error("only models are asked for here");
    const candidates = models.map(({ id, input, output }) => ({ id, price: { input, output, cached_input: null }, context: 100_000 }));
    return { kind: "model", permission: { decision: "allow", policyVersion: "p1", reasons: [] }, candidates, rejected: [], tools: [] };
  };
const LARGE = { id: "acme/large-2026-01-01", input: 100, output: 100 };
const SMALL = { id: "acme/small-2026-01-01", input: 1, output: 1 };

const chain = (length: number): { [id: string]: Step } =>
  Object.fromEntries(Array.from({ length }, (_, index) => [`s${index}`, model({ needs: index === 0 ? [] : [`s${index - 1}`] })]));

const failing: ModelOutcome = {
  ...said(""),
  usage: null,
  result: { ok: false, failure: { class: "permanent", code: "upstream_unavailable", message: "scripted", retryAfterMs: null } },
};

describe("a run's lease", () => {
  it("[RUN-90] covers every call before it leaves, is asked for in slices, and is square at the end", () => {
    const ledger = ledgerOf({ microUsd: 1_000_000, tokens: 1_000_000 });
    const drive = new Drive(define(chain(12)), { ledger: ledger.answer }).start().run();
    expect(drive.state.status).toBe("completed");
    const last = ledger.requests.at(-1);
    expect(last?.need).toEqual(NOTHING);
    expect(last?.spent).toEqual({ microUsd: drive.state.usage.microUsd, tokens: 12 * 20 });
    expect(ledger.lease()).toEqual(NOTHING);
    expect(ledger.requests.length).toBeGreaterThan(1);
    expect(ledger.requests.length).toBeLessThan(6);
  });

  it("[RUN-91] goes back while a person is waited for, and is asked for anew", () => {
    const ledger = ledgerOf({ microUsd: 1_000_000, tokens: 1_000_000 });
    const steps = { first: model(), ask: review({ needs: ["first"] }), last: model({ needs: ["ask"] }) };
    const drive = new Drive(define(steps), { ledger: ledger.answer }).start().run();
    expect(drive.state.status).toBe("waiting");
    expect(ledger.lease()).toEqual(NOTHING);
    const asked = Object.values(drive.state.activities).find((activity) => activity.phase === "approving")?.review;
    const decision = { action: "approve", by: "grace", reason: "", proposal: {}, digest: asked?.digest ?? "", at: drive.now } as const;
    drive.offer({ kind: "review.decided", activity: "ask", decision: { id: asked?.id ?? "", ...decision } });
    drive.run();
    expect(drive.state.status).toBe("completed");
    expect(ledger.requests.filter(({ need }) => need.tokens > 0)).toHaveLength(2);
  });

  it("[RUN-92] a refused lease ends the run with what it has", () => {
    const worst = { microUsd: 400, tokens: 400 };
    const ledger = ledgerOf(worst);
    const drive = new Drive(define(chain(10)), { ledger: ledger.answer }).start().run();
    expect(drive.state).toMatchObject({ status: "completed", flags: ["partial", "budget_exceeded"] });
    expect(drive.state.error?.message).toContain("`usd_per_day` of `org`");
    expect(ledger.lease()).toEqual(NOTHING);
    expect(drive.types()).toContain(
      `budget.refused s${Object.values(drive.state.steps).filter((step) => step.status === "completed").length}`,
    );
  });

  it("[RUN-93] a crash between asking and hearing asks the same again, and spends nothing twice", () => {
    const requests: LeaseRequest[] = [];
    const drive = new Drive(define(chain(2)), {
      ledger: (request) => {
        requests.push(request);
        return granted(request.want);
      },
    }).start();
    drive.run((state) => state.lease.asking !== null);
    const [effect] = drive.wanted();
    drive.crash();
    expect(drive.wanted()[0]).toEqual(effect);
    drive.run();
    expect(drive.state.status).toBe("completed");
    expect(drive.state.usage.modelCalls).toBe(2);
  });

  it("[RUN-94] an answer to an older request changes nothing", () => {
    const drive = new Drive(define(chain(1))).start();
    drive.run((state) => state.lease.asking !== null);
    expect(drive.offer({ kind: "budget.answered", n: 7, answer: granted({ microUsd: 1e9, tokens: 1e9 }) })).toBe(
      "this lease request is not open",
    );
    expect(drive.state.lease.ceiling).toEqual(NOTHING);
  });

  it("[RUN-95] a lease that is nearly over is not used any more", () => {
    const untils: number[] = [];
    const drive: Drive = new Drive(define(chain(3)), {
      ledger: ({ want }) => {
        untils.push(drive.now + 90_000);
        return { ok: true, lease: want, until: drive.now + 90_000, pressure: 0, alerts: [] };
      },
      model: () => {
        drive.now += 45_000;
        return said("slow");
      },
    });
    drive.start().run();
    expect(drive.state.status).toBe("completed");
    expect(untils.length).toBeGreaterThanOrEqual(3);
  });

  it.each([
    ["an answer that was cut, or is in no known format", { status: "200" }, "upstream_unavailable", true],
    ["a timeout", {}, "timeout", true],
    ["a call that was given up", {}, "cancelled", true],
    ["a refusal", { status: "500" }, "upstream_unavailable", false],
    ["no connection", {}, "upstream_unavailable", false],
  ] as const)("[RUN-96] %s: the worst case is held where it may have cost something", (_, upstream, code, isHeld) => {
    const ledger = ledgerOf({ microUsd: 1_000_000, tokens: 1_000_000 });
    const failure = { class: "permanent", code, message: "scripted", retryAfterMs: null } as const;
    const model = (): ModelOutcome => ({ ...failing, upstream, result: { ok: false, failure } });
    const drive = new Drive(define(chain(1)), { ledger: ledger.answer, model }).start().run();
    const called = drive.events.find((event) => event.type === "model.called");
    expect(ledger.requests.at(-1)?.held).toEqual(isHeld ? ledger.requests[0]?.need : NOTHING);
    expect(called?.data).toMatchObject({ held: isHeld ? expect.anything() : null });
  });

  it("[RUN-108] what was leased before a refusal goes back too, also when the run has ended meanwhile", () => {
    const requests: LeaseRequest[] = [];
    const drive = new Drive(define(chain(12)), {
      ledger: (request) => {
        requests.push(request);
        return request.need.tokens === 0 || requests.length === 1 ? granted(request.need) : refused();
      },
    }).start();
    drive.run((state) => state.lease.asking !== null && requests.length === 1);
    drive.offer({ kind: "cancel", by: "ada", reason: "no longer wanted" });
    drive.run();
    expect(drive.state.status).toBe("cancelled");
    expect(requests.at(-1)?.need).toEqual(NOTHING);
    expect(requests.at(-1)?.spent.tokens).toBe(drive.state.lease.spent.tokens);
  });

  it("[RUN-96] a call of which nobody told the cost stays held at the ledger", () => {
    const ledger = ledgerOf({ microUsd: 1_000_000, tokens: 1_000_000 });
    const drive = new Drive(define(chain(1)), { ledger: ledger.answer }).start();
    drive.run((state) => Object.values(state.activities).some((activity) => activity.phase === "calling"));
    const reserved = drive.activity("s0").reserved;
    drive.crash().run();
    expect(drive.state.status).toBe("completed");
    expect(ledger.requests.at(-1)?.held).toEqual(reserved);
  });
});

describe("near a limit", () => {
  it("[RUN-97] a cheaper candidate answers, and the journal says so", () => {
    const drive = new Drive(define({ only: model() }), { authority: routes(LARGE, SMALL), ledger: ({ want }) => granted(want, 0.5) })
      .start()
      .run();
    expect(drive.state.flags).toEqual([]);
    expect(drive.events.flatMap((event) => (event.type === "model.called" ? [event.data.model] : []))).toEqual([LARGE.id]);
    const near = new Drive(define(chain(2)), { authority: routes(LARGE, SMALL), ledger: ({ want }) => granted(want, 0.85) }).start().run();
    expect(near.state).toMatchObject({ status: "completed", flags: ["degraded"] });
    const economies = near.events.filter((event) => event.type === "model.routed" && event.data.rejected.length > 0);
    expect(economies.map((event) => event.data)).toMatchObject(
      Array(2).fill({ rejected: [{ id: LARGE.id, why: "a budget is nearly used up" }] }),
    );
    const models = near.events.flatMap((event) => (event.type === "model.called" ? [event.data.model] : []));
    expect(models).toEqual([SMALL.id, SMALL.id]);
  });

  it("[RUN-97] far from every cap the tokens of the run so far make nobody change to a cheaper one", () => {
    const drive = new Drive(define(chain(2)), { authority: routes(LARGE, SMALL) }).start().run();
    expect(drive.events.flatMap((event) => (event.type === "model.called" ? [event.data.model] : []))).toEqual([LARGE.id, LARGE.id]);
  });

  it("[RUN-37] an upstream that counts more tokens than the worst case is believed the next time, whatever it costs", () => {
    const drive = new Drive(define(chain(2)), {
      authority: routes({ ...SMALL, input: 0, output: 0 }),
      model: () => said("x", 3_000, 3_000),
    });
    drive.quiet = true; // the first answer itself may count more than anybody could know
    drive.start();
    const [first, second] = [0, 1].map((index) => {
      drive.run((state) => state.activities[`s${index}`]?.phase === "calling");
      return drive.activity(`s${index}`).reserved.tokens;
    });
    expect(second).toBeGreaterThanOrEqual(6_000);
    expect(second).toBeGreaterThan(2 * (first ?? 0));
  });

  it("[RUN-98] a refused lease for a dear model is asked for again with the cheapest", () => {
    const ledger = ledgerOf({ microUsd: 5_000, tokens: 1_000_000 });
    const drive = new Drive(define({ only: model() }), { authority: routes(LARGE, SMALL), ledger: ledger.answer }).start().run();
    expect(drive.state).toMatchObject({ status: "completed", flags: ["degraded"], output: null });
    expect(drive.events.flatMap((event) => (event.type === "model.called" ? [event.data.model] : []))).toEqual([SMALL.id]);
  });

  it("[RUN-99] what the run's own budget cannot pay is left to a cheaper candidate too", () => {
    const drive = new Drive(define({ only: model() }), { authority: routes(LARGE, SMALL) }, { budget: { usd: 2_000, tokens: 100_000 } });
    drive.start().run();
    expect(drive.events.flatMap((event) => (event.type === "model.called" ? [event.data.model] : []))).toEqual([SMALL.id]);
  });

  it("[RUN-100] a step's own budget ends that step, and `on_error` may absorb it", () => {
    const failed = new Drive(define({ only: model({ budget: { usd: null, tokens: 10 } }) })).start().run();
    expect(failed.state.error).toMatchObject({ code: "budget_exceeded", step: "only" });
    const absorbed = new Drive(
      define({ only: model({ budget: { usd: 0, tokens: null }, on_error: { value: "static" } }), ok: transform(1) }),
    );
    absorbed.start().run();
    expect(absorbed.state).toMatchObject({ status: "completed", flags: ["degraded"] });
    expect(absorbed.state.steps["only"]?.output).toBe("static");
    const enough = new Drive(define({ only: model({ budget: { usd: 1, tokens: 5_000 } }) })).start().run();
    expect(enough.state.status).toBe("completed");
  });

  it("[RUN-101] thresholds of the run's own caps are told once each", () => {
    const usd = 2_000;
    const drive = new Drive(define(chain(40)), { model: () => said("x", 10, 20) }, { budget: { usd, tokens: 1_000_000 } }).start().run();
    const alerts = drive.events.flatMap((event) => (event.type === "budget.alert" ? [event.data] : []));
    expect(alerts.map(({ scope, cap, percent }) => `${scope} ${cap} ${percent}`)).toEqual(["run usd 50", "run usd 80"]);
  });
});

describe("the degraded ladder", () => {
  it("[RUN-102] another candidate's answer is flagged", () => {
    const drive = new Drive(define({ only: model() }), {
      authority: routes(SMALL, LARGE),
      model: ({ model: id }) => (id === SMALL.id ? failing : said("second")),
    });
    drive.start().run();
    expect(drive.state).toMatchObject({ status: "completed", flags: ["degraded"] });
  });

  it("[RUN-103] a kept answer costs nothing, counts as a hit, and is flagged when it is past its time", () => {
    const hit: ModelOutcome = { ...said("kept"), usage: null, cached: "exact" };
    const fresh = new Drive(define({ only: model({ cache: "exact" }) }), { model: () => hit }).start().run();
    expect(fresh.state).toMatchObject({ status: "completed", flags: [] });
    expect(fresh.state.usage).toEqual({ tokensIn: 0, tokensOut: 0, microUsd: 0, modelCalls: 0, toolCalls: 0, cacheHits: 1 });
    expect(fresh.state.lease.held).toEqual(NOTHING);
    const stale = new Drive(define({ only: model({ cache: "exact" }) }), { model: () => ({ ...hit, cached: "stale" }) }).start().run();
    expect(stale.state).toMatchObject({ status: "completed", flags: ["degraded", "stale"] });
  });

  it("[RUN-105] only the last candidate of the last attempt is the last resort", () => {
    const seen: boolean[] = [];
    const drive: Drive = new Drive(define({ only: model({ cache: "exact", on_error: { value: "static" } }) }), {
      authority: routes(SMALL, LARGE),
      model: () => {
        seen.push(modelCall(drive.machinery, drive.state, drive.activity("only"), drive.now, 1).isLastResort);
        return {
          ...failing,
          result: { ok: false, failure: { class: "transient", code: "timeout", message: "scripted", retryAfterMs: null } },
        };
      },
    });
    drive.start().run();
    expect(seen).toEqual([false, false, false, false, false, true]);
    expect(drive.state).toMatchObject({ status: "completed", flags: ["degraded"] });
  });
});
