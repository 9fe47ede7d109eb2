/** Jobs of policies in D1. */
import { expect, it } from "vitest";
import { JOB_LIFETIME_MS, MOST_KEPT_JOBS, type PolicyJob } from "../../../core/policy/job.ts";
import { nextId, recordOf, storeWorld } from "./support.ts";

const jobOf = (org: string, askedAt: number, over: Partial<PolicyJob> = {}): PolicyJob => ({
  ...{ id: nextId("job"), org, version: "0".repeat(32), task: { kind: "replay", runs: 5 }, against: { policies: null, permissions: null } },
  ...{ askedBy: "ann", askedAt, status: "running", completedAt: null },
  state: {
    v: 1,
    kind: "replay",
    shipped: "s",
    runs: ["run_1", "run_2"],
    done: 1,
    after: [3, 4],
    bytes: 0,
    decisions: 7,
    changed: [],
    truncated: false,
  },
  ...over,
});
const page = { limit: 50, cursor: null };

it("[JOB-4] of an org four run at once, and each is its org's alone", async () => {
  const { store, at } = storeWorld();
  const jobs = Array.from({ length: 5 }, () => jobOf("j1", at));
  const made = await Promise.all(jobs.map((job) => store.policyJobs.create(job, recordOf(job.id))));
  expect(made.filter(Boolean)).toHaveLength(4);
  const [first] = jobs.filter((_, index) => made[index]);
  if (first === undefined) throw new Error("none was made");
  expect(await store.policyJobs.get("j1", first.id)).toEqual(first);
  expect(await store.policyJobs.get("other", first.id)).toBeNull();
  expect(await store.policyJobs.running("other")).toBe(0);
  expect(await store.policyJobs.create(first, recordOf("again"))).toBe(false);
  await store.policyJobs.keep({ ...first, status: "completed", completedAt: at });
  expect(await store.policyJobs.running("j1")).toBe(3);
  await store.policyJobs.keep({ ...first, status: "running" });
  expect(await store.policyJobs.get("j1", first.id)).toMatchObject({ status: "completed" });
});

it("[JOB-4] of those that have ended the oldest beyond fifty go, and all go after seven days", async () => {
  const world = storeWorld();
  const { policyJobs } = world.store;
  const ids: string[] = [];
  for (let made = 0; made < MOST_KEPT_JOBS + 3; made++) {
    const job = jobOf("j2", world.at);
    ids.push(job.id);
    expect(await policyJobs.create(job, recordOf(job.id))).toBe(true);
    await policyJobs.keep({ ...job, status: "completed", completedAt: world.at });
  }
  const listed = await policyJobs.list("j2", { limit: 200, cursor: null });
  expect(listed.data.map(({ job }) => job.id)).toEqual(ids.slice(-MOST_KEPT_JOBS).reverse());
  const two = await policyJobs.list("j2", { limit: 2, cursor: null });
  expect((await policyJobs.list("j2", { limit: 1, cursor: two.next_cursor })).data[0]?.job.id).toBe(ids.at(-3));
  world.at += JOB_LIFETIME_MS;
  expect((await policyJobs.list("j2", page)).data).toEqual([]);
  expect(await policyJobs.get("j2", String(ids.at(-1)))).toBeNull();
  expect(await policyJobs.expire(world.at)).toBeGreaterThanOrEqual(MOST_KEPT_JOBS);
  expect(await policyJobs.expire(world.at)).toBe(0);
});

it("[JOB-3] is taken once nobody went on with it, by one of two sweeps", async () => {
  const world = storeWorld();
  const { policyJobs } = world.store;
  const job = jobOf("j3", world.at);
  await policyJobs.create(job, recordOf(job.id));
  const mine = async (before: number) => (await policyJobs.take(before, 50)).filter((one) => one.job.id === job.id);
  expect(await mine(world.at - 1)).toEqual([]);
  world.at += 60_000;
  const both = await Promise.all([mine(world.at - 1), mine(world.at - 1)]);
  expect(both.flat()).toEqual([{ job, tries: 1 }]);
  world.at += 60_000;
  expect(await mine(world.at - 1)).toMatchObject([{ tries: 2 }]);
  await policyJobs.keep(job);
  world.at += 60_000;
  expect(await mine(world.at - 1)).toMatchObject([{ tries: 1 }]);
});
