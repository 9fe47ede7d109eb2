import { describe, expect, it } from "vitest";
import { flawOfName, looksPersonal } from "../../../core/guardrail/pii/personal-name.ts";
import { inRanges, isCidr } from "../../../workers/auth/cidr.ts";
import { parseTraceparent } from "../../../workers/ingress/middleware/trace.ts";
import { sessionFilter, sessionName, userName, workflowName } from "../../../workers/ingress/schemas/names.ts";
import { waitSeconds } from "../../../workers/ingress/schemas/requests.ts";

describe("address ranges", () => {
  it.each([
    ["203.0.113.7", "203.0.113.0/24", true],
    ["203.0.114.7", "203.0.113.0/24", false],
    ["203.0.113.7", "203.0.113.7", true],
    ["203.0.113.8", "203.0.113.7", false],
    ["255.255.255.255", "0.0.0.0/0", true],
    ["::1", "0.0.0.0/0", false],
    ["2001:db8:ffff::1", "2001:db8::/32", true],
    ["2001:db9::1", "2001:db8::/32", false],
    ["2001:0DB8:0:0:0:0:0:1", "2001:db8::1", true],
    ["::ffff:203.0.113.7", "203.0.113.0/24", true],
    ["::ffff:cb00:7107", "203.0.113.0/24", true],
    ["203.0.113.7", "::ffff:203.0.113.0/120", true],
    ["203.0.114.7", "::ffff:203.0.113.0/120", false],
    ["203.0.113.7", "::/0", false],
    ["fe80::1", "::/0", true],
  ])("%s in %s: %s", (address, range, expected) => expect(inRanges(address, [range])).toBe(expected));

  it.each([
    "",
    "203.0.113",
    "203.0.113.256",
    "203.0.113.07",
    "1.2.3.4/33",
    "1.2.3.4/",
    "1.2.3.4/08",
    "1.2.3.4/8/8",
    "::1::",
    ":::",
    "1:2:3",
    "1:2:3:4:5:6:7:8:9",
    "g::",
    "::/129",
    "1.2.3.4:80",
  ])("`%s` is no range, and nothing lies in it", (text) => {
    expect(isCidr(text)).toBe(false);
    expect(inRanges("1.2.3.4", [text])).toBe(false);
    expect(inRanges(text, ["0.0.0.0/0", "::/0"])).toBe(false);
  });
});

describe("Prefer", () => {
  it.each([
    [undefined, null],
    ["", null],
    ["respond-async", null],
    ["wait=10", 10],
    ["WAIT=10", 10],
    ['wait="10"', 10],
    ["respond-async, wait=5; foo=bar", 5],
    ["wait=5, wait=9", 5],
    ["wait=31", 30],
    ["wait=0", 0],
    ["wait", null],
    ["wait=1.5", null],
    ["wait=-1", null],
    ["wait=1e3", null],
  ])("%s: %s", (header, expected) => expect(waitSeconds(header)).toBe(expected));
});

describe("names of people", () => {
  it.each([
    "max@example.com",
    "a@b",
    "x-max@example",
    "+4915112345678",
    "tel:+49-151-1234567",
    "0151-1234567",
    "5551234567",
    "(030)1234567",
  ])("`%s` looks personal", (text) => expect(looksPersonal(text)).toBe(true));
  it.each(["ada", "u-1007", "12345", "0190a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b", "1234567890123456", "@team", "customer#12345678"])(
    "`%s` does not",
    (text) => expect(looksPersonal(text)).toBe(false),
  );
  it.each([
    "4111111111111111",
    "4111-1111-1111-1111",
    "user-4111111111111111",
    "de89370400440532013000",
    "DE89-3704-0044-0532-0130-00",
    "536-22-8726",
    "\uff14\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11",
    "ada(at)example.com",
    "ada[at]example[dot]com",
    "ada%40example.com",
    "ada-at-example-dot-com",
    "ada_at_example.com",
    "111.444.777-35",
  ])("[GUARD-22] `%s` is no name of anything", (text) => expect(flawOfName(text)).toMatch(/personal data/));
  it.each(["a\u200bda", "ada\u202e", "\u2066x", "a\u00adb", "x\ufeff", "a\u{e0041}"])("[GUARD-22] %j has what cannot be seen", (text) => {
    expect(flawOfName(text)).toMatch(/cannot be seen/);
    expect(userName.safeParse(text).success).toBe(false);
  });
  it.each(["4111111111111111", "4111-1111-1111-1111", "DE89370400440532013000", "536-22-8726", "5551234567", `ghp_${"aB3dE6".repeat(6)}`])(
    "[GUARD-28] `%s` names no session, and a filter may still ask for it",
    (text) => expect([sessionName.safeParse(text).success, sessionFilter.safeParse(text).success]).toEqual([false, true]),
  );
  it.each(["ticket-1007", "0190a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b", "01JCZ5M1R5T0000000000000ZZ", "S_1"])(
    "[GUARD-28] `%s` may name one",
    (text) => expect(sessionName.safeParse(text).success).toBe(true),
  );
  it("[GUARD-22] takes ids of every usual form", () => {
    const random = seeded(7);
    const hex = (units: number): string => Array.from({ length: units }, () => Math.floor(random() * 16).toString(16)).join("");
    for (let round = 0; round < 2_000; round++) {
      for (const id of [
        `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`,
        hex(24),
        hex(32),
        `u_${hex(10)}`,
        `team-${round}`,
        `auth0|${hex(24)}`,
      ])
        expect(flawOfName(id), id).toBeNull();
    }
    for (const id of ["look-at-orders", "order-triage-v2", "daily-report-2026-11-29", "gdpr-export", "m\u00fcller", "\u5c71\u7530"])
      expect(flawOfName(id), id).toBeNull();
  });
  it("[GUARD-22] refuses them at the door", () => {
    expect(workflowName.safeParse("ada-at-example-dot-com").success).toBe(false);
    expect(workflowName.safeParse("4111-1111-1111-1111").success).toBe(false);
    expect(workflowName.safeParse("look-at-orders").success).toBe(true);
  });
});

describe("traceparent", () => {
  it("takes a later version's first four fields", () => {
    expect(parseTraceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")).toEqual({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
    });
  });
});

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
