/**
 * A short memory in front of the store, for what every request reads: a warm isolate starts a run without asking D1. What is
 * remembered is true now or was true at most the given time ago; what is absent is not remembered, so that a thing just made is
 * found. A change made through this instance is seen by it at once.
 */
import type { OrgSettings } from "../../core/org/settings.ts";
import type { ActiveSets } from "../../core/policy/set.ts";
import type { EpochMs } from "../../core/time.ts";
import type { Layout } from "../../core/workflow/traffic.ts";
import { chooseVersion } from "./choose-version.ts";
import { RunSlots } from "./run-slots.ts";
import type { Store } from "./store.ts";

/** How long an answer may be repeated, in ms. A revoked key is refused everywhere after at most `keys`. */
export const CACHE_MS = {
  keys: 5_000,
  workflows: 2_000,
  tools: 2_000,
  models: 2_000,
  routes: 2_000,
  policies: 2_000,
  orgs: 60_000,
  settings: 5_000,
  costs: 30_000,
} as const;
/** Entries of each kind; the oldest makes room. */
const CAPACITY = 2_000;

/** Values by key, each for `ttlMs` after it was read. Bounded: the oldest go first. */
export class TtlCache<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly readAt: EpochMs }>();
  readonly #ttlMs: number;
  readonly #now: () => EpochMs;
  readonly #capacity: number;
  /** Counts evictions: an answer that was on its way while something was evicted may be older than the change, and is not kept. */
  #evictions = 0;

  constructor(ttlMs: number, now: () => EpochMs, capacity: number = CAPACITY) {
    this.#ttlMs = ttlMs;
    this.#now = now;
    this.#capacity = capacity;
  }

  /** The remembered value, else what `load` answers; null is passed on and not remembered. */
  async get(key: string, load: () => Promise<Value | null>): Promise<Value | null> {
    const readAt = this.#now(); // the age counts from before the read: never younger than it is
    const entry = this.#entries.get(key);
    if (entry !== undefined && readAt - entry.readAt < this.#ttlMs) return entry.value;
    const evictions = this.#evictions;
    const value = await load();
    if (value === null || evictions !== this.#evictions) return value;
    this.#entries.delete(key);
    this.#entries.set(key, { value, readAt });
    if (this.#entries.size > this.#capacity) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    return value;
  }

  evict(matches: (key: string, value: Value) => boolean): void {
    this.#evictions += 1;
    for (const [key, entry] of this.#entries) if (matches(key, entry.value)) this.#entries.delete(key);
  }
}

type KeyFound = NonNullable<Awaited<ReturnType<Store["keys"]["byHash"]>>>;
type Standing = Awaited<ReturnType<Store["keys"]["standing"]>>;
type WorkflowFound = NonNullable<Awaited<ReturnType<Store["workflows"]["get"]>>>;
type ToolFound = NonNullable<Awaited<ReturnType<Store["tools"]["get"]>>>;
type RouteFound = Awaited<ReturnType<Store["routes"]["get"]>>;
type PastCosts = Awaited<ReturnType<Store["pastCosts"]>>;
/** Past costs of at least this many runs are cached, since one more run hardly changes them; fewer are read again each time. */
const LONG_PAST = 20;
type ModelsFound = Awaited<ReturnType<Store["models"]["list"]>>;

/** Orgs, names and ids hold no slash that could make two of these equal: the org comes first and has none. */
const versionKey = (org: string, name: string, version: number | null): string => `${org}/${name}/${version ?? "newest"}`;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The same store with a memory. One for each isolate, made where rooms are fitted together. `waitUntil`: keeps what was asked under way after its
 * request is over.
 */
export function cachedStore(store: Store, now: () => EpochMs, waitUntil: (work: Promise<unknown>) => void): Store {
  const keys = new TtlCache<KeyFound>(CACHE_MS.keys, now);
  const standings = new TtlCache<{ readonly roles: Standing }>(CACHE_MS.keys, now);
  const workflows = new TtlCache<WorkflowFound>(CACHE_MS.workflows, now);
  const tools = new TtlCache<ToolFound>(CACHE_MS.tools, now);
  const models = new TtlCache<ModelsFound>(CACHE_MS.models, now);
  // That a task has no route of its own is an answer like any other.
  const routes = new TtlCache<{ readonly route: RouteFound }>(CACHE_MS.routes, now);
  // That an org has no policies of its own is an answer like any other.
  const policies = new TtlCache<ActiveSets>(CACHE_MS.policies, now);
  const orgs = new TtlCache<true>(CACHE_MS.orgs, now);
  const settings = new TtlCache<OrgSettings>(CACHE_MS.settings, now);
  const costs = new TtlCache<PastCosts>(CACHE_MS.costs, now);
  // That a workflow's traffic was never split is an answer like any other.
  const layouts = new TtlCache<{ readonly layout: Layout | null }>(CACHE_MS.workflows, now);
  const settingsOf = async (org: string): Promise<OrgSettings> =>
    (await settings.get(org, () => store.orgs.settings(org))) ?? store.orgs.settings(org);
  const slots = new RunSlots({ now, maxRuns: async (org) => (await settingsOf(org)).max_runs, look: store.keeping.look, waitUntil, sleep });
  const workflow: Store["workflows"]["get"] = (org, name, version) =>
    workflows.get(versionKey(org, name, version), () => store.workflows.get(org, name, version));
  const layout: Store["layout"] = async (org, name) =>
    (await layouts.get(`${org}/${name}`, async () => ({ layout: await store.layout(org, name) })))?.layout ?? null;
  const listModels = async (org: string): Promise<ModelsFound> => (await models.get(org, () => store.models.list(org))) ?? [];

  return {
    ...store,
    keeping: {
      ...store.keeping,
      async forget(org, ids, record) {
        const forgotten = await store.keeping.forget(org, ids, record);
        slots.listed(org, ids);
        return forgotten;
      },
    },
    policies: {
      ...store.policies,
      active: async (org) => (await policies.get(org, () => store.policies.active(org))) ?? store.policies.active(org),
      async approve(org, activation, approval, record) {
        try {
          return await store.policies.approve(org, activation, approval, record);
        } finally {
          policies.evict((key) => key === org);
        }
      },
    },
    async pastCosts(org, workflow, version) {
      let fresh: PastCosts = [];
      const kept = await costs.get(versionKey(org, workflow, version), async () => {
        fresh = await store.pastCosts(org, workflow, version);
        return fresh.length < LONG_PAST ? null : fresh;
      });
      return kept ?? fresh;
    },
    keys: {
      ...store.keys,
      byHash: (hash) => keys.get(hash, () => store.keys.byHash(hash)),
      async standing(org, user, how) {
        const read = async () => ({ roles: await store.keys.standing(org, user, how) });
        if (how === "now") return (await read()).roles;
        return (await standings.get(`${org}/${user}`, read))?.roles ?? null;
      },
      async create(key, record) {
        try {
          return await store.keys.create(key, record);
        } finally {
          standings.evict((of) => of === `${key.org}/${key.user}`);
        }
      },
      async rotate(old, key, overlapUntil, record, once) {
        try {
          return await store.keys.rotate(old, key, overlapUntil, record, once);
        } finally {
          keys.evict((_, { id, chain }) => id === old || chain === key.chain);
          standings.evict((of) => of === `${key.org}/${key.user}`);
        }
      },
      async revoke(org, id, at, record, successors) {
        try {
          return await store.keys.revoke(org, id, at, record, successors);
        } finally {
          keys.evict((_, key) => key.id === id || (successors === true && key.org === org));
          standings.evict((of) => of.startsWith(`${org}/`));
        }
      },
      orgExists: async (org) => (await orgs.get(org, async () => ((await store.keys.orgExists(org)) ? true : null))) ?? false,
    },
    logins: {
      async seen(principal, at) {
        try {
          return await store.logins.seen(principal, at);
        } finally {
          standings.evict((of) => of === `${principal.org}/${principal.user}`);
        }
      },
    },
    workflows: {
      ...store.workflows,
      async put(org, definition, digest, record) {
        try {
          return await store.workflows.put(org, definition, digest, record);
        } finally {
          workflows.evict((key) => key.startsWith(`${org}/${definition.name}/`)); // one that was withdrawn may be in force again
        }
      },
      get: workflow,
      choose: (org, name, user) => chooseVersion({ layout, version: workflow }, org, name, user),
      async withdraw(org, name, record) {
        try {
          return await store.workflows.withdraw(org, name, record);
        } finally {
          layouts.evict((key) => key === `${org}/${name}`);
          workflows.evict((key) => key.startsWith(`${org}/${name}/`));
        }
      },
      async setTraffic(org, name, shares, record) {
        try {
          return await store.workflows.setTraffic(org, name, shares, record);
        } finally {
          layouts.evict((key) => key === `${org}/${name}`);
          workflows.evict((key) => key.startsWith(`${org}/${name}/`)); // which versions are active changed too
        }
      },
    },
    layout,
    orgs: {
      ...store.orgs,
      settings: settingsOf,
      async put(org, change, secret, record) {
        try {
          return await store.orgs.put(org, change, secret, record);
        } finally {
          settings.evict((key) => key === org);
        }
      },
      async setWitnesses(org, change, record) {
        try {
          return await store.orgs.setWitnesses(org, change, record);
        } finally {
          settings.evict((key) => key === org);
        }
      },
    },
    runs: {
      ...store.runs,
      reserve: (org, run) => slots.take(org, run),
      release: (org, run) => slots.give(org, run),
      accepted: (org, run) => slots.accepted(org, run),
      isBehind: (org) => slots.isBehind(org),
    },
    tools: {
      ...store.tools,
      async put(org, manifest, record) {
        try {
          return await store.tools.put(org, manifest, record);
        } finally {
          tools.evict((key) => key === versionKey(org, manifest.name, null));
        }
      },
      async withdraw(org, name, record) {
        try {
          return await store.tools.withdraw(org, name, record);
        } finally {
          tools.evict((key) => key === versionKey(org, name, null));
        }
      },
      async approve(org, name, version, origin, record) {
        try {
          return await store.tools.approve(org, name, version, origin, record);
        } finally {
          tools.evict((key) => key === versionKey(org, name, null));
        }
      },
      get: (org, name, version) => tools.get(versionKey(org, name, version), () => store.tools.get(org, name, version)),
    },
    models: {
      async put(org, entry, record) {
        try {
          await store.models.put(org, entry, record);
        } finally {
          models.evict((key) => key === org);
        }
      },
      get: async (org, id) => (await listModels(org)).find((entry) => entry.id === id) ?? store.models.get(org, id),
      list: listModels,
    },
    routes: {
      ...store.routes,
      async put(org, route, record) {
        try {
          await store.routes.put(org, route, record);
        } finally {
          routes.evict((key) => key === `${org}/${route.task}`);
        }
      },
      async remove(org, task, record) {
        try {
          return await store.routes.remove(org, task, record);
        } finally {
          routes.evict((key) => key === `${org}/${task}`);
        }
      },
      get: async (org, task) =>
        (await routes.get(`${org}/${task}`, async () => ({ route: await store.routes.get(org, task) })))?.route ?? null,
    },
  };
}
