/** Jobs of policies in memory, and a world for work that takes as long as a test says. */
import type { AuditRecord } from "../../core/audit/record.ts";
import { MOST_RUNNING_JOBS, type PolicyJob, progressOf } from "../../core/policy/job.ts";
import type { PolicyJobStore } from "../../workers/store/policy-jobs.ts";

/** `write`: hears of each write. */
export function policyJobsInMemory(write: (what: string, org: string, record: AuditRecord | null) => void = () => undefined) {
  const jobs = new Map<string, { job: PolicyJob; tries: number }>();
  const store: PolicyJobStore = {
    async create(job, record) {
      if (jobs.has(job.id) || (await store.running(job.org)) >= MOST_RUNNING_JOBS) return false;
      write(`policy-job ${job.id}`, job.org, record);
      jobs.set(job.id, { job: structuredClone(job), tries: 0 });
      return true;
    },
    running: async (org) => [...jobs.values()].filter(({ job }) => job.org === org && job.status === "running").length,
    async get(org, id) {
      const found = jobs.get(id)?.job;
      return found?.org === org ? found : null;
    },
    list: async (org) => ({
      data: [...jobs.values()].filter(({ job }) => job.org === org).map(({ job }) => ({ job, progress: progressOf(job.state) })),
      next_cursor: null,
    }),
    async take() {
      const running = [...jobs.values()].filter(({ job }) => job.status === "running");
      for (const one of running) one.tries += 1;
      return structuredClone(running);
    },
    async keep(job) {
      const kept = jobs.get(job.id);
      if (kept?.job.status === "running") jobs.set(job.id, { job: structuredClone(job), tries: 0 });
    },
    expire: async () => 0,
  };
  return { store, jobs };
}
