/** What is unusual about the use of a tool's credentials: hosts and scopes that are new, and bursts; flagged or refused as the org says. */
import { describe, expect, it } from "vitest";
import {
  admitUse,
  BURST_FLOOR,
  BURST_TIMES,
  type CredentialUse,
  DEFAULT_CREDENTIAL_RULES,
  noteUse,
  type UnusualKind,
} from "../../../core/limits/credential-use.ts";

const AT = 1_800_000_000_000 - (1_800_000_000_000 % 60_000);
const HERE = { tool: "a", destinations: ["https://a.example.com"], scopes: ["read:a"], made: 0 };
const refusing = (kind: UnusualKind) => ({ ...DEFAULT_CREDENTIAL_RULES, [kind]: "refuse" as const });
const known = (): CredentialUse => noteUse(null, HERE, DEFAULT_CREDENTIAL_RULES, AT).use;

/** One credential after another, each by itself: the calls that were refused, and what was told. */
function many(before: CredentialUse | null, count: number, at: number, rules = DEFAULT_CREDENTIAL_RULES) {
  let use = before;
  let refused = 0;
  const told: string[] = [];
  for (let made = 0; made < count; made++) {
    const noted = noteUse(use, HERE, rules, at);
    use = noted.use;
    if (noted.answer.refused !== null) refused++;
    told.push(...noted.answer.unusual.map(({ kind }) => kind));
  }
  return { use, refused, told };
}

describe("[TOOLC-16] what is new about a tool's credentials", () => {
  const elsewhere = { ...HERE, destinations: ["https://b.example.com"] };
  const more = { ...HERE, scopes: ["read:a", "write:a"] };

  it("is nothing for the first credential, and nothing for the same use again", () => {
    const first = noteUse(null, HERE, refusing("new_destination"), AT);
    expect(first.answer).toMatchObject({ unusual: [], refused: null });
    expect(noteUse(first.use, HERE, refusing("new_destination"), AT + 1).answer).toMatchObject({ unusual: [], refused: null });
  });

  it("is told until it is on record, and never again after that", () => {
    for (const [wish, kind, what] of [
      [elsewhere, "new_destination", { destinations: ["https://b.example.com"] }],
      [more, "new_scope", { scopes: ["write:a"] }],
    ] as const) {
      const told = noteUse(known(), wish, DEFAULT_CREDENTIAL_RULES, AT);
      expect(told.answer.unusual).toEqual([{ kind, refused: false, ...what }]);
      expect(told.answer.refused).toBeNull();
      expect(noteUse(told.use, wish, DEFAULT_CREDENTIAL_RULES, AT).answer.unusual).toHaveLength(1);
      expect(noteUse(admitUse(told.use, wish, AT), wish, DEFAULT_CREDENTIAL_RULES, AT).answer.unusual).toEqual([]);
    }
  });

  it("[TOOLC-17] is refused where the org says so, however often it is tried, and told once a minute", () => {
    for (const [wish, kind] of [
      [elsewhere, "new_destination"],
      [more, "new_scope"],
    ] as const) {
      const first = noteUse(known(), wish, refusing(kind), AT);
      expect(first.answer).toMatchObject({ refused: kind, retryMs: 0, unusual: [{ kind, refused: true }], lease: { more: 0 } });
      const second = noteUse(first.use, wish, refusing(kind), AT + 59_999);
      expect(second.answer).toMatchObject({ refused: kind, unusual: [] });
      expect(noteUse(second.use, wish, refusing(kind), AT + 60_000).answer.unusual).toHaveLength(1);
      const flagged = noteUse(known(), wish, DEFAULT_CREDENTIAL_RULES, AT).use;
      expect(noteUse(flagged, wish, refusing(kind), AT + 1).answer.unusual).toHaveLength(1);
      expect(second.use.count).toBe(1);
      expect(noteUse(admitUse(second.use, wish, AT), wish, refusing(kind), AT).answer.refused).toBeNull();
    }
  });

  it("is bounded: a tool that moves about for ever has no more than so many known hosts", () => {
    let use = known();
    for (let host = 0; host < 1_000; host++) use = admitUse(use, { destinations: [`https://h${host}.example.com`], scopes: [] }, AT);
    expect(use.destinations).toHaveLength(64);
    expect(use.destinations.at(-1)).toBe("https://h999.example.com");
  });
});

describe("[TOOLC-18] a burst", () => {
  it("is more in a minute than the floor, told once a minute, and let through unless the org refuses it", () => {
    const { refused, told, use } = many(null, BURST_FLOOR + 30, AT);
    expect({ refused, told }).toEqual({ refused: 0, told: ["burst"] });
    expect(many(use, 1, AT + 59_999).told).toEqual([]);
    expect(many(null, BURST_FLOOR, AT).told).toEqual([]);
  });

  it("says how many were made, how many are usual, and leases none any more", () => {
    const { use } = many(null, 100, AT);
    const told = noteUse(use, { ...HERE, made: 1_000 }, DEFAULT_CREDENTIAL_RULES, AT + 60_000).answer;
    expect(told).toEqual({
      unusual: [{ kind: "burst", refused: false, count: 1_000, usual: 100 }],
      refused: null,
      retryMs: 0,
      lease: { more: 0, ms: 0 },
    });
    expect(noteUse(use, { ...HERE, made: BURST_FLOOR - 104 }, DEFAULT_CREDENTIAL_RULES, AT + 1).answer.lease).toEqual({ more: 0, ms: 0 });
  });

  it("is refused until the minute ends, and what was refused does not count", () => {
    const { refused, use } = many(null, BURST_FLOOR + 30, AT, refusing("burst"));
    expect(refused).toBe(30);
    expect(use?.count).toBe(BURST_FLOOR);
    expect(noteUse(use, HERE, refusing("burst"), AT + 20_000).answer).toMatchObject({ refused: "burst", retryMs: 40_000 });
    expect(noteUse(use, HERE, refusing("burst"), AT + 60_000).answer.refused).toBeNull();
  });

  it("is measured by what is usual, which a quiet day halves", () => {
    const { use } = many(null, 100, AT);
    const next = AT + 60_000;
    expect(many(use, 100 * BURST_TIMES - 1, next).told).toEqual([]);
    expect(many(use, 100 * BURST_TIMES + 1, next).told).toEqual(["burst"]);
    const tomorrow = AT + 24 * 3_600_000;
    expect(many(use, 50 * BURST_TIMES - 1, tomorrow).told).toEqual([]);
    expect(many(use, 50 * BURST_TIMES + 1, tomorrow).told).toEqual(["burst"]);
  });

  it("counts what isolates made under their leases, and leases less the nearer it is", () => {
    const first = noteUse(null, HERE, refusing("burst"), AT);
    expect(first.answer.lease.more).toBe(14);
    const later = noteUse(first.use, { ...HERE, made: 100 }, refusing("burst"), AT + 1);
    expect(later.use.count).toBe(102);
    expect(later.answer.lease.more).toBe(2);
    expect(noteUse(later.use, { ...HERE, made: 18 }, refusing("burst"), AT + 2).answer.refused).toBe("burst");
  });
});
