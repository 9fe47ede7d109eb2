import { expect, it } from "vitest";
import { belongsTo } from "../../../core/audit/belongs.ts";
import type { AuditRecord } from "../../../core/audit/record.ts";
import { RUN, testRecord } from "../../support/audit-chain.ts";

const user = { type: "user", id: "bob" } as const;
const table: [string, Partial<AuditRecord>, { run: string | null; user: string | null }][] = [
  ["a step of a run, for its user", {}, { run: RUN, user: "alice" }],
  ["a run", { resource: `run/${RUN}` }, { run: RUN, user: "alice" }],
  ["a person who acted, not the one it was about", { actor: user }, { run: RUN, user: "bob" }],
  ["a review of a run", { actor: user, resource: "review/rev_1", data: { run: RUN } }, { run: RUN, user: "bob" }],
  ["what has no run", { resource: "workflow/refund@2", data: null }, { run: null, user: null }],
  ["what only looks like a run", { resource: "run/run_1", data: { run: "run_2", user: 7 } }, { run: null, user: null }],
];
it.each(table)("lists %s", (_name, record, expected) => expect(belongsTo(testRecord(1, record))).toEqual(expected));
