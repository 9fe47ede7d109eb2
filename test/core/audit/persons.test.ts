import { describe, expect, it } from "vitest";
import {
  actingAs,
  isMereCaller,
  isPseudonym,
  personsOf,
  pseudonymCodeOf,
  pseudonymOf,
  pseudonymsIn,
  resolvedIn,
  withPseudonyms,
} from "../../../core/audit/persons.ts";
import { type AuditFact, type AuditRecord, auditRecord } from "../../../core/audit/record.ts";
import type { Json, JsonObject } from "../../../core/json.ts";
import { RUN } from "../../support/audit-chain.ts";

const CODE = { ann: pseudonymOf("a".repeat(24)), bob: pseudonymOf("b".repeat(24)) };
const codeOf = (person: string) => CODE[person as "ann"] as string | undefined;
const record = (more: Partial<AuditFact> = {}): AuditRecord =>
  auditRecord({
    ...{ id: "evt_1", at: 0, type: "tool.called", actor: { type: "agent", id: RUN }, action: "tool.call", resource: `run/${RUN}` },
    ...more,
  });

/** The places of persons, each with a record that has Ann there. */
const PLACES: readonly (readonly [string, AuditRecord, readonly string[]])[] = [
  ["the user that an agent acts for", record({ data: { user: "ann", tool: "ann" } }), ["data", "user"]],
  ["the subject of a run", record({ type: "run.created", data: { subject: "ann" } }), ["data", "subject"]],
  ["the person of a session", record({ type: "session.deleted", data: { subject: "ann" } }), ["data", "subject"]],
  ["a mere caller who acts", record({ actor: actingAs("ann", true) }), ["actor", "id"]],
  ["whom a policy was asked about", record({ data: { asked: { principal: { user: "ann" } } } }), ["data", "asked", "principal", "user"]],
  [
    "whose thing a policy was asked about",
    record({ data: { asked: { resource: { owner: "ann" } } } }),
    ["data", "asked", "resource", "owner"],
  ],
  ["the account of a refused budget", record({ data: { scope: "user:ann" } }), ["data", "scope"]],
  [
    "who may read a collection",
    record({ type: "collection.set", data: { allow: { roles: ["developer"], users: ["ann"] } } }),
    ["data", "allow", "users", "0"],
  ],
  ["the account of a budget", record({ resource: "budget/user:ann" }), ["resource"]],
  ["the holder of a key that only calls", record({ type: "key.created", data: { user: "ann", roles: ["caller"] } }), ["data", "user"]],
];

const at = (value: AuditRecord, path: readonly string[]): Json =>
  path.reduce<Json>((inner, name) => (inner as JsonObject)[name] ?? null, value as unknown as JsonObject);

describe("persons in records", () => {
  it.each(PLACES)("[PSEUDO-1] %s gets a pseudonym, there and nowhere else", (_, given, path) => {
    expect(personsOf(given)).toEqual(["ann"]);
    const renamed = withPseudonyms(given, codeOf);
    expect(String(at(renamed, path)).endsWith(CODE.ann)).toBe(true);
    expect(JSON.stringify(renamed).replaceAll(CODE.ann, "ann")).toBe(JSON.stringify(given));
    expect(pseudonymsIn(renamed as unknown as Json)).toEqual([CODE.ann]);
    expect(resolvedIn(renamed.data, new Map([[CODE.ann, "ann"]]))).toEqual(given.data);
    expect(withPseudonyms(renamed, codeOf)).toEqual(renamed);
  });

  it("[PSEUDO-1] who decides, operates or configures is named", () => {
    for (const named of [
      record({ actor: actingAs("ann", false), type: "review.decided" }),
      record({ type: "key.created", data: { user: "ann", roles: ["caller", "reviewer"] } }),
      record({ type: "policy.decided", data: { subject: "ann" } }),
      record({ data: { scope: "user:*" } }),
      record({ data: { scope: "workflow:ann", requested_by: "ann" } }),
      record({ data: { user: "", asked: { resource: { owner: "" } } } }),
    ])
      expect(withPseudonyms(named, codeOf)).toEqual(named);
    expect([isMereCaller(["caller"]), isMereCaller(["caller", "auditor"]), isMereCaller(["admin"])]).toEqual([true, false, false]);
  });

  it("[PSEUDO-1] a person without a pseudonym stops the record", () => {
    expect(() => withPseudonyms(record({ data: { user: "carol" } }), codeOf)).toThrow("no pseudonym");
  });

  it("[PSEUDO-2] a record of version 1 keeps its names", () => {
    const { version: _, ...old } = record({ actor: actingAs("ann", true), data: { user: "ann" } });
    expect(personsOf(old)).toEqual([]);
    expect(withPseudonyms(old, codeOf)).toEqual(old);
  });

  it("[PSEUDO-2] nothing that a person can be called has the form of a pseudonym", () => {
    expect(isPseudonym(CODE.ann)).toBe(true);
    expect(pseudonymCodeOf(CODE.ann)).toBe("a".repeat(24));
    for (const name of ["a".repeat(24), "pseudonym", `pseudonym:${"a".repeat(24)}`, "pseudonym/", `${CODE.ann}x`, CODE.ann.slice(0, -1)])
      expect(isPseudonym(name)).toBe(false);
    // A name of a person is 1 to 128 characters without a slash (docs/contract.md, "Conventions").
    expect(CODE.ann).toContain("/");
    for (const name of ["__proto__", "constructor", "user:ann"])
      expect(withPseudonyms(record({ data: { user: name } }), () => CODE.bob).data).toEqual({ user: CODE.bob });
  });
});
