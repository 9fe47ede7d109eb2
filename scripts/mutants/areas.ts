/** What is mutated together, and which tests are to notice. */

export type Area = {
  readonly name: string;
  /** Folder of the sources. */
  readonly sources: string;
  /** A vitest project and the files in it. */
  readonly project: "core" | "rooms";
  readonly tests: readonly string[];
  /** Faults that one run of the area plants, unless told otherwise. */
  readonly sample: number;
};

const room = (name: string, sample = 12): Area => ({
  name,
  sources: `durable-objects/${name}`,
  project: "rooms",
  tests: [`test/rooms/${name}`],
  sample,
});

export const AREAS: readonly Area[] = [
  { name: "run", sources: "core/run", project: "core", tests: ["test/core/run"], sample: 240 },
  { name: "budget", sources: "core/budget", project: "core", tests: ["test/core/budget"], sample: 200 },
  {
    name: "kit",
    sources: "durable-objects/kit",
    project: "rooms",
    tests: ["test/rooms/kit", "test/rooms/review-queue", "test/rooms/kill-switch"],
    sample: 12,
  },
  ...["audit-log", "budget-ledger", "circuit-breaker", "key-ring", "kill-switch", "limits", "review-queue", "run-engine", "vault"].map(
    (name) => room(name),
  ),
];
