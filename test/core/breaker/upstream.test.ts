/** Whose calls count for whom. */
import { describe, expect, it } from "vitest";
import { CLOSED, FAILURES_TO_OPEN, OPEN_MS, opened, WINDOW_MS } from "../../../core/breaker/breaker.ts";
import {
  admitOrg,
  FAILURES_OF_ONE_ORG,
  readUpstream,
  reportOrg,
  type UpstreamState,
  viewOfOrg,
  WELL,
} from "../../../core/breaker/upstream.ts";

const AT = 1_900_000_000_000;
const fail = (state: UpstreamState, org: string, times: number, at = AT): UpstreamState => {
  let next = state;
  for (let n = 0; n < times; n++) next = reportOrg(next, org, "bad", null, at, 0.5);
  return next;
};
const mayCall = (state: UpstreamState, org: string, at = AT): boolean => admitOrg(state, org, at, 1_000).admission.allowed;

describe("an upstream that several orgs call", () => {
  it("[BREAKER-20] rests for the org whose calls fail, however often, and for no other", () => {
    for (const times of [FAILURES_TO_OPEN, 500]) {
      const state = fail(WELL, "acme", times);
      expect([mayCall(state, "acme"), mayCall(state, "globex")]).toEqual([false, true]);
      expect([viewOfOrg(state, "acme", AT), viewOfOrg(state, "globex", AT)]).toEqual([{ restingMs: OPEN_MS.first }, "closed"]);
    }
  });

  it("[BREAKER-20] rests for all when several orgs' calls fail, each counting for half at most", () => {
    const half = fail(WELL, "acme", 500);
    const nearly = fail(half, "globex", FAILURES_OF_ONE_ORG - 1);
    expect([mayCall(nearly, "globex"), mayCall(nearly, "initech")]).toEqual([true, true]);
    const open = fail(nearly, "globex", 1);
    for (const org of ["acme", "globex", "initech"]) expect(mayCall(open, org), org).toBe(false);
  });

  it("[BREAKER-20] forgets failures of other orgs after the window", () => {
    const half = fail(WELL, "acme", 500);
    const later = fail(half, "globex", FAILURES_OF_ONE_ORG, AT + WINDOW_MS);
    expect(mayCall(later, "initech", AT + WINDOW_MS)).toBe(true);
    expect(later.evidence.map(([org]) => org)).toEqual(["globex"]);
  });

  it("[BREAKER-20] while it rests for all one probe of anybody decides, and afterwards everybody begins anew", () => {
    let state = fail(fail(WELL, "acme", FAILURES_OF_ONE_ORG), "globex", FAILURES_OF_ONE_ORG);
    const at = AT + OPEN_MS.first;
    for (const org of ["initech", "acme"]) {
      const asked = admitOrg(state, org, at, 1_000);
      const { admission } = asked;
      expect(admission).toMatchObject({ allowed: true, probe: expect.any(Number) });
      expect(mayCall(asked.state, "globex", at)).toBe(false);
      state = reportOrg(asked.state, org, "good", admission.allowed ? admission.probe : null, at, 0.5);
    }
    expect([state.shared, state.own, state.evidence]).toEqual([CLOSED, [], []]);
  });

  it("[BREAKER-5] an org's own probes close its own breaker and take back what it said", () => {
    let state = fail(WELL, "acme", FAILURES_TO_OPEN);
    const at = AT + OPEN_MS.first;
    for (let n = 0; n < 2; n++) {
      const asked = admitOrg(state, "acme", at, 1_000);
      state = reportOrg(asked.state, "acme", "good", asked.admission.allowed ? asked.admission.probe : null, at, 0.5);
    }
    expect(state).toEqual(WELL);
  });

  it("[BREAKER-7] reads what an older version stored", () => {
    const open = opened(2, AT, 0.5);
    expect(readUpstream(open)).toEqual({ ...WELL, shared: open });
    expect(readUpstream({ v: 1, phase: "closed", failures: [AT] })).toEqual(WELL);
    const state = fail(WELL, "acme", 3);
    expect(readUpstream(state)).toBe(state);
  });
});
