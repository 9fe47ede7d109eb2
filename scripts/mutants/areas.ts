/** What is mutated together, and which tests are to notice. */

/** Files of one vitest project. */
export type Suite = { readonly project: "core" | "rooms"; readonly tests: readonly string[] };

export type Area = {
  readonly name: string;
  /** Folder of the sources. */
  readonly sources: string;
  /** One after the other: what the first lets pass, the next is to notice. */
  readonly suites: readonly Suite[];
  /** Faults that one run of the area plants, unless told otherwise. */
  readonly sample: number;
};

/** Of pure code. */
const pure = (name: string, sample: number, tests: readonly string[] = [`test/core/${name}`]): Area => ({
  name,
  sources: `core/${name}`,
  suites: [{ project: "core", tests }],
  sample,
});

/** Of a Durable Object. `inNode`: it has tests of pure parts, too. */
const room = (name: string, { tests = [`test/rooms/${name}`], inNode = false, sample = 24 } = {}): Area => ({
  name,
  sources: `durable-objects/${name}`,
  suites: [
    ...(inNode ? [{ project: "core" as const, tests: [`test/durable-objects/${name}`] }] : []),
    { project: "rooms" as const, tests },
  ],
  sample,
});

export const AREAS: readonly Area[] = [
  pure("run", 240),
  pure("budget", 200),
  pure("label", 60, ["test/core/label", "test/core/run/labels.test.ts"]),
  pure("policy", 60, ["test/core/policy", "test/workers/policy-work"]),
  { ...pure("limits", 60), name: "core-limits" },
  pure("session", 60),
  room("kit", { inNode: true, tests: ["test/rooms/review-queue", "test/rooms/kill-switch"] }),
  room("archive-index", { inNode: true, tests: ["test/rooms/archive", "test/rooms/store/archived-lines.test.ts"] }),
  room("audit-log", { inNode: true }),
  room("budget-ledger", { inNode: true }),
  room("circuit-breaker", { inNode: true }),
  room("key-ring", { inNode: true }),
  room("kill-switch", { inNode: true }),
  room("knowledge-index", { inNode: true }),
  room("limits", { inNode: true }),
  room("memory-store", { inNode: true }),
  room("review-queue"),
  room("run-engine", { inNode: true }),
  room("sandbox-pool", { inNode: true, tests: [] }),
  room("sessions", { inNode: true }),
  room("tool-sandbox", { inNode: true, tests: [] }),
  room("vault", { inNode: true }),
  room("watch", { inNode: true }),
];
