/**
 * The store in memory. `test/contract/store-contract.ts` runs over it and over D1 alike, so that what tests of the ingress build on
 * behaves as the database does.
 */

import type { Role } from "../../core/access/principal.ts";
import { GENESIS_HASH, link } from "../../core/audit/entry.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import type { Incident } from "../../core/incident/incident.ts";
import { mergePatch } from "../../core/json.ts";
import type { Collection } from "../../core/knowledge/collection.ts";
import type { ModelEntry } from "../../core/model/entry.ts";
import type { TaskRoute } from "../../core/model/task-route.ts";
import { type ChosenSettings, REPLACED, withDefaults } from "../../core/org/settings.ts";
import type { OrgView } from "../../core/org/view.ts";
import type { WitnessChange } from "../../core/org/witnesses.ts";
import { type Override, statusOf } from "../../core/override/override.ts";
import type { Activation, SetVersion } from "../../core/policy/set.ts";
import { err, ok } from "../../core/result.ts";
import type { ApproverRule } from "../../core/review/approvers.ts";
import type { FeedbackView, RunView } from "../../core/run/outside/view.ts";
import { type EpochMs, orNullRfc3339, toRfc3339 } from "../../core/time.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import { type Layout, layOut, sharesOf, wholeOf } from "../../core/workflow/traffic.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { chooseVersion } from "../../workers/store/choose-version.ts";
import { IDEMPOTENCY_MS } from "../../workers/store/idempotency.ts";
import { LOGIN_COUNTS_MS } from "../../workers/store/keys.ts";
import { activeOf } from "../../workers/store/policies.ts";
import type { ApiKeyRow, StoredTool, StorePort } from "../../workers/store/ports.ts";
import { sha256Hex } from "./audit-chain.ts";
import { contentOf, deadLetter, namesOf, newestFirst, paged, shownKey } from "./store-fake-lists.ts";

export type StoreFakePorts = {
  readonly now: () => number;
  /** Told of each write, in the order of the writes. */
  readonly keep: (what: string, org?: string, record?: AuditRecord) => void;
  /** Told of a read or write that a test may make fail. */
  readonly reach: (port: string) => void;
  /** Every record so far: what `audit.entries` lists. */
  readonly records: { org: string; record: AuditRecord }[];
  /** The runs that the index shows. */
  readonly runs: () => readonly RunView[];
};

type Org = { readonly createdAt: number; settings: ChosenSettings };
type CallbackSecrets = { id: string; sealed: string[]; madeAt: number };
type Claim = { mac: string; id: string; status: number | null; at: number };

export function makeStoreFake({ now, keep, reach, records, runs }: StoreFakePorts) {
  const rotated = new Set<string>();
  const keys = new Map<string, ApiKeyRow & { revoked_at: string | null }>();
  const orgs = new Map<string, Org>([["default", { createdAt: 0, settings: {} }]]);
  const callbackSecrets = new Map<string, CallbackSecrets>();
  const workflows = new Map<string, WorkflowVersionView[]>();
  const layouts = new Map<string, Layout>();
  const feedback = new Map<string, FeedbackView>();
  const tools = new Map<string, StoredTool[]>();
  const checkedAt = new Map<StoredTool, number>();
  const withdrawnTools = new Map<string, { readonly at: EpochMs; readonly versions: number }>();
  const everyToolOf = (org: string, name: string): StoredTool[] => tools.get(`${org}/${name}`) ?? [];
  const toolsOf = (org: string, name: string): StoredTool[] =>
    everyToolOf(org, name).slice(withdrawnTools.get(`${org}/${name}`)?.versions ?? 0);
  const withdrawnWorkflows = new Map<string, EpochMs>();
  /** The newest active version, and what is proposed after it. */
  const inSight = (versions: StoredTool[]): StoredTool[] =>
    versions.slice(
      Math.max(
        0,
        versions.findLastIndex(({ status }) => status === "active"),
      ),
    );
  const models = new Map<string, ModelEntry>();
  const routes = new Map<string, TaskRoute>();
  const policies = new Map<string, SetVersion>();
  const activations = new Map<string, { org: string; activation: Activation }>();
  const secrets = new Map<string, { sealed: string; hosts: readonly string[] }>();
  const overrides = new Map<string, Override>();
  const incidents = new Map<string, Incident>();
  const approvers = new Map<string, ApproverRule>();
  const collections = new Map<string, Collection>();
  const witnessChanges = new Map<string, WitnessChange>();
  const slots = new Map<string, Set<string>>();
  const claims = new Map<string, Claim>();
  const endedSessions = new Set<string>();
  /** Keys whose orgs were told that they expire soon. */
  const told = new Set<string>();
  const logins = new Map<string, { org: string; user: string; roles: readonly Role[]; seenAt: number }>();
  const inForce = (org: string, id: string) => {
    const key = keys.get(id);
    return key?.org === org && key.revoked_at === null && Date.parse(key.expires_at) > now() ? key : null;
  };

  const orgView = (org: string): OrgView | null => {
    const held = orgs.get(org);
    if (held === undefined) return null;
    const madeAt = callbackSecrets.get(org)?.madeAt ?? null;
    return {
      org,
      jurisdiction: null,
      ...withDefaults(held.settings),
      notify: withDefaults(held.settings).notify.map((entry) => {
        if (typeof entry === "string") return entry;
        const { secret, ...shown } = entry;
        return { ...shown, has_secret: secret !== undefined };
      }),
      created_at: toRfc3339(held.createdAt),
      callback_secret_made_at: orNullRfc3339(madeAt),
    };
  };
  const settingsOf = (org: string) => withDefaults(orgs.get(org)?.settings ?? {});
  const versionsOf = (org: string, name: string) => workflows.get(`${org}/${name}`) ?? [];
  const newestActive = (org: string, name: string) => versionsOf(org, name).findLast(({ status }) => status === "active") ?? null;
  const versionOf = (org: string, name: string, version: number | null) =>
    (version === null ? newestActive(org, name) : versionsOf(org, name).find((view) => view.version === version)) ?? null;
  const layoutOf = (org: string, name: string): Layout => {
    const newest = newestActive(org, name);
    return layouts.get(`${org}/${name}`) ?? (newest === null ? [] : wholeOf(newest.version));
  };

  const store: StorePort = {
    sessions: {
      end: async (id: string) => void endedSessions.add(id),
      isEnded: async (id: string) => endedSessions.has(id),
    },
    logins: {
      async seen({ org, user, roles, credential }, at) {
        const last = logins.get(`${org}/${user}/${credential}`);
        if (last === undefined || at >= last.seenAt) logins.set(`${org}/${user}/${credential}`, { org, user, roles, seenAt: at });
      },
    },
    keys: {
      async byHash(hash) {
        reach("keys.byHash");
        return [...keys.values()].find((key) => key.hash === hash) ?? null;
      },
      async create(key, record) {
        keep(`key ${key.id}`, key.org, record);
        keys.set(key.id, { ...key, revoked_at: null });
        if (!orgs.has(key.org)) orgs.set(key.org, { createdAt: Date.parse(key.created_at), settings: {} });
      },
      list: async (org, page) =>
        paged(
          [...keys.values()]
            .filter((key) => key.org === org && key.revoked_at === null)
            .sort(newestFirst)
            .map(shownKey),
          page,
        ),
      async get(org, id) {
        const key = keys.get(id);
        return key?.org === org && key.revoked_at === null ? shownKey(key) : null;
      },
      async rolesOf(org, user) {
        const held = [...keys.values()].filter((key) => key.org === org && key.user === user && key.revoked_at === null);
        const kept = held.filter((key) => Date.parse(key.expires_at) > now()).flatMap((key) => key.roles);
        const seen = [...logins.values()].filter(
          (login) => login.org === org && login.user === user && login.seenAt > now() - LOGIN_COUNTS_MS,
        );
        return [...new Set([...kept, ...seen.flatMap(({ roles }) => roles)])];
      },
      async standing(org, user) {
        const held = [...keys.values()].filter((key) => key.org === org && key.user === user);
        const seen = [...logins.values()].filter((login) => login.org === org && login.user === user);
        if (held.length + seen.length === 0) return null;
        const valid = await this.rolesOf(org, user);
        if (valid.length > 0) return valid;
        const revoked = Math.max(0, ...held.map((key) => Date.parse(key.revoked_at ?? toRfc3339(0))));
        const lapsed = held.filter((key) => key.revoked_at === null && Date.parse(key.expires_at) > revoked);
        return [...new Set(lapsed.flatMap(({ roles }) => roles))];
      },
      async holding(org, id) {
        const key = inForce(org, id);
        return key === null
          ? null
          : {
              ...shownKey(key),
              created_by: key.created_by,
              root: key.root,
              chain: key.chain,
              ends_at: key.ends_at,
              rotated: rotated.has(id),
            };
      },
      async rotate(old, key, overlapUntil, record, once = false) {
        const replaced = inForce(key.org, old);
        if (replaced === null || (once && rotated.has(old))) return false;
        keep(`rotate ${old}`, key.org, record);
        keys.set(key.id, { ...key, revoked_at: null });
        rotated.add(old);
        replaced.expires_at = toRfc3339(Math.min(Date.parse(replaced.expires_at), overlapUntil));
        const earlier = once
          ? [...keys.values()].filter(({ id, org, chain }) => org === key.org && chain === key.chain && id !== old && id !== key.id)
          : [];
        for (const each of earlier) each.expires_at = toRfc3339(Math.min(Date.parse(each.expires_at), now()));
        return true;
      },
      async used(id, at) {
        const key = keys.get(id);
        if (key !== undefined) key.last_used_at = toRfc3339(Math.max(at, Date.parse(key.last_used_at ?? toRfc3339(0))));
      },
      expiring: async (until, limit) =>
        [...keys.values()]
          .filter((key) => key.revoked_at === null && !told.has(key.id))
          .filter(({ expires_at }) => Date.parse(expires_at) > now() && Date.parse(expires_at) < until)
          .sort((a, b) => Date.parse(a.expires_at) - Date.parse(b.expires_at))
          .slice(0, limit)
          .map(shownKey),
      async tellExpiry(key, _at, record) {
        if (told.has(key.id)) return;
        keep(`expiry ${key.id}`, key.org, record);
        told.add(key.id);
      },
      async revoke(org, id, at, record, successors = false) {
        const first = keys.get(id);
        if (first === undefined || first.org !== org) return false;
        const line = [first];
        for (const each of successors ? line : [])
          line.push(...[...keys.values()].filter((key) => key.org === org && key.chain === first.chain && key.rotated_from === each.id));
        const inUse = line.filter((key) => key.revoked_at === null);
        if (inUse.length === 0) return false;
        keep(`revoke ${id}`, org, record);
        for (const key of inUse) key.revoked_at = toRfc3339(at);
        return true;
      },
      orgExists: async (org) => orgs.has(org),
    },
    workflows: {
      async put(org, definition, digest, record) {
        const versions = versionsOf(org, definition.name);
        const same = versions.find((view) => view.digest === digest);
        if (same !== undefined && newestActive(org, definition.name) === null) {
          keep(`workflow ${definition.name}`, org, record(same.version));
          const again: WorkflowVersionView = { ...same, status: "active" };
          workflows.set(
            `${org}/${definition.name}`,
            versions.map((view) => (view === same ? again : view)),
          );
          return { view: again, created: false };
        }
        if (same !== undefined) return { view: same, created: false };
        const version = versions.length + 1;
        keep(`workflow ${definition.name}`, org, record(version));
        const { name } = definition;
        const view: WorkflowVersionView = { name, version, digest, status: "active", created_at: toRfc3339(now()), definition };
        workflows.set(`${org}/${name}`, [...versions, view]);
        return { view, created: true };
      },
      async get(org, name, version) {
        reach("workflows.get");
        return versionOf(org, name, version);
      },
      list: async (org, page) =>
        paged(
          namesOf(workflows, org).flatMap((name) => newestActive(org, name) ?? []),
          page,
        ),
      async heldBy(org, name, born) {
        const at = withdrawnWorkflows.get(`${org}/${name}`) ?? 0;
        return at > born && newestActive(org, name) === null ? (versionsOf(org, name).at(-1) ?? null) : null;
      },
      async withdraw(org, name, record) {
        if (newestActive(org, name) === null) return false;
        keep(`withdrawal ${name}`, org, record);
        withdrawnWorkflows.set(`${org}/${name}`, now());
        layouts.delete(`${org}/${name}`);
        workflows.set(
          `${org}/${name}`,
          versionsOf(org, name).map((view) => ({ ...view, status: "retired" as const })),
        );
        return true;
      },
      names: async (org) => namesOf(workflows, org).filter((name) => newestActive(org, name) !== null),
      choose: (org, name, user) =>
        chooseVersion(
          { layout: async () => layouts.get(`${org}/${name}`) ?? null, version: async (...given) => versionOf(...given) },
          org,
          name,
          user,
        ),
      async versions(org, name, page) {
        const percents = new Map(sharesOf(layoutOf(org, name)).map(({ version, percent }) => [version, percent]));
        const lines = versionsOf(org, name).map(({ definition: _none, ...line }) => ({
          ...line,
          percent: percents.get(line.version) ?? 0,
        }));
        return paged(lines.reverse(), page);
      },
      shares: async (org, name) => sharesOf(layoutOf(org, name)),
      async setTraffic(org, name, shares, record) {
        const unknown = shares.find((share) => versionOf(org, name, share.version) === null);
        if (unknown !== undefined) return err({ unknown: unknown.version });
        keep(`traffic ${name}`, org, record);
        const layout = layOut(layoutOf(org, name), shares);
        layouts.set(`${org}/${name}`, layout);
        const named = new Set(shares.map(({ version }) => version));
        const marked = versionsOf(org, name).map((view) => ({
          ...view,
          status: named.has(view.version) ? ("active" as const) : ("retired" as const),
        }));
        workflows.set(`${org}/${name}`, marked);
        return ok(sharesOf(layout));
      },
    },
    orgs: {
      settings: async (org) => settingsOf(org),
      get: async (org) => orgView(org),
      isKnown: async (org) => org === "default" || orgs.has(org) || [...keys.values()].some((key) => key.org === org),
      names: async () => [...new Set([...orgs.keys(), ...[...keys.values()].map(({ org }) => org)])],
      async put(org, change, secret, record) {
        keep(`org ${org}`, org, record);
        const held = orgs.get(org) ?? { createdAt: now(), settings: {} };
        orgs.set(org, held);
        const before = Object.fromEntries(
          Object.entries(held.settings).filter(([name]) => !REPLACED.some((one) => one === name && change[one] !== undefined)),
        );
        held.settings = mergePatch(before as never, change as never) as ChosenSettings;
        const secretKept = secret !== null && !callbackSecrets.has(org);
        if (secretKept && secret !== null) callbackSecrets.set(org, { id: secret.id, sealed: [secret.sealed], madeAt: now() });
        const view = orgView(org);
        if (view === null) throw new Error("an org that was just written is not there");
        return { view, secretKept };
      },
      async rotateCallbackSecret(org, secret, record) {
        keep(`callback secret ${org}`, org, record);
        const held = callbackSecrets.get(org);
        if (held?.id === secret.id) return;
        callbackSecrets.set(org, { id: secret.id, sealed: [secret.sealed, ...(held?.sealed ?? [])].slice(0, 2), madeAt: now() });
      },
      callbackSecrets: async (org) => callbackSecrets.get(org)?.sealed ?? [],
      witnessChange: async (org) => witnessChanges.get(org) ?? null,
      async askWitnesses(org, change, record) {
        keep(`witnesses asked ${org}`, org, record);
        witnessChanges.set(org, change);
      },
      async setWitnesses(org, change, record) {
        if (witnessChanges.get(org)?.id !== change.id) return false;
        keep(`witnesses ${org}`, org, record);
        const held = orgs.get(org) ?? { createdAt: now(), settings: {} };
        orgs.set(org, { ...held, settings: { ...held.settings, witnesses: change.witnesses } });
        witnessChanges.delete(org);
        return true;
      },
    },
    feedback: {
      async put(org, given, record) {
        keep(`feedback ${given.run}`, org, record);
        const key = `${org}/${given.run}/${given.user}`;
        const known = feedback.get(key);
        const kept = known === undefined ? given : { ...known, score: given.score, comment: given.comment };
        feedback.set(key, kept);
        return { view: kept, created: kept.id === given.id };
      },
      of: async (org, run, user) => feedback.get(`${org}/${run}/${user}`) ?? null,
    },
    tools: {
      async put(org, manifest, record) {
        const versions = toolsOf(org, manifest.name);
        const newest = versions.findLast(({ status }) => status === "active")?.manifest;
        if (newest !== undefined && contentOf(newest) === contentOf(manifest)) return newest;
        const every = everyToolOf(org, manifest.name);
        keep(`tool ${manifest.name}`, org, record(every.length + 1));
        const stored: ToolManifest = { ...manifest, version: every.length + 1 };
        tools.set(`${org}/${manifest.name}`, [...every, { manifest: stored, status: "active", origin: null }]);
        return stored;
      },
      async get(org, name, version) {
        const active = (version === null ? toolsOf : everyToolOf)(org, name).filter(({ status }) => status === "active");
        return (version === null ? active.at(-1) : active.find(({ manifest }) => manifest.version === version))?.manifest ?? null;
      },
      async heldBy(org, name, born) {
        const withdrawn = withdrawnTools.get(`${org}/${name}`);
        if (withdrawn === undefined || withdrawn.at <= born) return null;
        const held = everyToolOf(org, name).slice(0, withdrawn.versions);
        return held.findLast(({ status }) => status === "active")?.manifest ?? null;
      },
      async withdraw(org, name, record) {
        if (toolsOf(org, name).length === 0) return false;
        keep(`withdrawal ${name}`, org, record);
        withdrawnTools.set(`${org}/${name}`, { at: now(), versions: everyToolOf(org, name).length });
        return true;
      },
      async list(org, page) {
        const newest = namesOf(tools, org).flatMap((name) => {
          const versions = toolsOf(org, name);
          return versions.findLast(({ status }) => status === "active") ?? versions.at(-1) ?? [];
        });
        return paged(newest, page);
      },
      stored: async (org, names) => names.toSorted().flatMap((name) => inSight(toolsOf(org, name))),
      async propose(org, manifest, origin, record) {
        const versions = toolsOf(org, manifest.name);
        const same = inSight(versions).find((known) => contentOf(known.manifest) === contentOf(manifest));
        if (same !== undefined) return { ...same, isNew: false };
        const every = everyToolOf(org, manifest.name);
        keep(`proposal ${manifest.name}`, org, record(every.length + 1));
        const stored: StoredTool = { manifest: { ...manifest, version: every.length + 1 }, status: "proposed", origin };
        tools.set(`${org}/${manifest.name}`, [...every, stored]);
        return { ...stored, isNew: true };
      },
      async approve(org, name, version, origin, record) {
        const versions = toolsOf(org, name);
        const proposed = inSight(versions).find(({ manifest, status }) => manifest.version === version && status === "proposed");
        if (proposed === undefined) return false;
        keep(`approval ${name}`, org, record);
        tools.set(
          `${org}/${name}`,
          everyToolOf(org, name).map((known) => (known === proposed ? { ...known, status: "active", origin } : known)),
        );
        return true;
      },
      async claimCheck(org, url, before) {
        const due = namesOf(tools, org).flatMap((name) => {
          const active = toolsOf(org, name).findLast(({ status }) => status === "active");
          return active?.origin?.kind === "mcp" && active.origin.url === url ? [active] : [];
        });
        const claimed = due.filter((tool) => (checkedAt.get(tool) ?? 0) <= before);
        for (const tool of claimed) checkedAt.set(tool, now());
        return claimed;
      },
      names: async (org) => namesOf(tools, org).filter((name) => toolsOf(org, name).some(({ status }) => status === "active")),
      known: async (org, names) => new Set(names.filter((name) => toolsOf(org, name).some(({ status }) => status === "active"))),
    },
    models: {
      async put(org, entry, record) {
        keep(`model ${entry.id}`, org, record);
        models.set(`${org}/${entry.id}`, entry);
      },
      get: async (org, id) => models.get(`${org}/${id}`) ?? null,
      list: async (org) => namesOf(models, org).flatMap((id) => models.get(`${org}/${id}`) ?? []),
    },
    policies: {
      async put(org, version, record) {
        if (policies.has(`${org}/${version.version}`)) return false;
        keep(`policy ${version.version}`, org, record);
        policies.set(`${org}/${version.version}`, version);
        return true;
      },
      get: async (org, version) => policies.get(`${org}/${version}`) ?? null,
      list: async (org, kind, page) =>
        paged(
          namesOf(policies, org)
            .flatMap((version) => policies.get(`${org}/${version}`) ?? [])
            .filter(({ content }) => content.kind === kind)
            .sort((a, b) => b.createdAt - a.createdAt || (a.version < b.version ? 1 : -1)),
          page,
        ),
      active: async (org) => {
        reach("store.policies");
        const inForce = [...activations.values()].filter((one) => one.org === org && one.activation.status === "active");
        return activeOf(inForce.flatMap(({ activation }) => policies.get(`${org}/${activation.version}`) ?? []));
      },
      async request(org, activation, record) {
        keep(`activation ${activation.id}`, org, record);
        activations.set(`${org}/${activation.id}`, { org, activation });
      },
      activation: async (org, id) => activations.get(`${org}/${id}`)?.activation ?? null,
      activations: async (org, page) =>
        paged(
          [...activations.values()].flatMap((one) => (one.org === org ? [one.activation] : [])).sort((a, b) => (a.id < b.id ? 1 : -1)),
          page,
        ),
      async approve(org, { id, kind }, { by, at }, record) {
        const asked = activations.get(`${org}/${id}`);
        if (asked?.activation.status !== "pending") return false;
        keep(`active ${id}`, org, record);
        for (const [key, one] of activations) {
          if (one.org !== org || one.activation.kind !== kind || one.activation.status !== "active") continue;
          activations.set(key, { org, activation: { ...one.activation, status: "superseded" } });
        }
        activations.set(`${org}/${id}`, { org, activation: { ...asked.activation, status: "active", approvedBy: by, activatedAt: at } });
        return true;
      },
    },
    routes: {
      async put(org, route, record) {
        keep(`route ${route.task}`, org, record);
        routes.set(`${org}/${route.task}`, route);
      },
      async remove(org, task, record) {
        if (!routes.delete(`${org}/${task}`)) return false;
        keep(`no route ${task}`, org, record);
        return true;
      },
      get: async (org, task) => routes.get(`${org}/${task}`) ?? null,
      list: async (org, page) =>
        paged(
          namesOf(routes, org).flatMap((task) => routes.get(`${org}/${task}`) ?? []),
          page,
        ),
    },
    secrets: {
      async put(org, name, sealed, hosts, record) {
        keep(`secret ${name}`, org, record);
        secrets.set(`${org}/${name}`, { sealed, hosts });
      },
      get: async (org, name) => secrets.get(`${org}/${name}`) ?? null,
    },
    runs: {
      async reserve(org, run) {
        const held = slots.get(org) ?? new Set<string>();
        slots.set(org, held);
        if (!held.has(run) && held.size >= settingsOf(org).max_runs) return false;
        held.add(run);
        return true;
      },
      release: (org, run) => void slots.get(org)?.delete(run),
      accepted: () => undefined,
      isBehind: async () => false,
      list: async (org, { status, workflow, user, session = null, traceId = null, since = null, until = null }, page) =>
        paged(
          runs()
            .filter((view) => view.org === org && (user === null || view.user === user))
            .filter((view) => session === null || (view as { session?: string }).session === session)
            .filter((view) => traceId === null || view.trace_id === traceId)
            .filter(
              ({ created_at }) => Date.parse(created_at) >= (since ?? 0) && Date.parse(created_at) < (until ?? Number.POSITIVE_INFINITY),
            )
            .filter((view) => (status === null || view.status === status) && (workflow === null || view.workflow === workflow))
            .toSorted(newestFirst)
            .map(({ input: _input, output: _output, steps: _steps, ...line }) => line),
          page,
        ),
    },
    health: { health: async () => [] },
    deadLetters: {
      list: async (org, page, status) =>
        paged(
          runs()
            .filter((view) => view.org === org && view.dead_letter !== undefined)
            .filter((view) => status === undefined || view.dead_letter?.status === status)
            .map(deadLetter)
            .sort(newestFirst),
          page,
        ),
    },
    approvers: {
      async put(org, rule, record) {
        keep(`approvers ${rule.operation}`, org, record);
        approvers.set(`${org} ${rule.operation}`, rule);
      },
      async remove(org, operation, record) {
        if (!approvers.delete(`${org} ${operation}`)) return false;
        keep(`no approvers ${operation}`, org, record);
        return true;
      },
      of: async (org, operations) => operations.flatMap((operation) => approvers.get(`${org} ${operation}`) ?? []),
      list: async (org, page) =>
        paged(
          [...approvers]
            .filter(([key]) => key.startsWith(`${org} `))
            .map(([, rule]) => rule)
            .sort((a, b) => (a.operation < b.operation ? -1 : 1)),
          page,
        ),
    },
    failedRuns: async () => [],
    incidents: {
      async open(incident, record) {
        if ([...incidents.values()].some(({ org, source }) => org === incident.org && source === incident.source)) return false;
        keep(`incident ${incident.id}`, incident.org, record);
        incidents.set(incident.id, incident);
        return true;
      },
      async get(org, id) {
        const found = incidents.get(id);
        return found?.org === org ? found : null;
      },
      async change(incident, record) {
        keep(`incident changed ${incident.id}`, incident.org, record);
        incidents.set(incident.id, incident);
      },
      list: async (org, page) => paged([...incidents.values()].filter((one) => one.org === org).sort(newestFirst), page),
    },
    overrides: {
      async put(override, record) {
        if (overrides.has(override.id)) return;
        keep(`override ${override.id}`, override.org, record);
        overrides.set(override.id, override);
      },
      async get(org, id) {
        const found = overrides.get(id);
        return found?.org === org ? found : null;
      },
      async approve(read, approval, record) {
        const held = overrides.get(read.id);
        if (held?.org !== read.org || JSON.stringify(held.approvals) !== JSON.stringify(read.approvals)) return false;
        keep(`approval ${read.id}`, read.org, record);
        overrides.set(read.id, { ...held, approvals: [...held.approvals, approval] });
        return true;
      },
      async active(org, runs, step, at) {
        const found = [...overrides.values()].filter((one) => one.org === org && runs.includes(one.run) && one.step === step);
        return found.find((one) => statusOf(one, at) === "active")?.id ?? null;
      },
      list: async (org, page) => paged([...overrides.values()].filter((one) => one.org === org).sort(newestFirst), page),
    },
    collections: {
      get: async (org, name) => collections.get(`${org}/${name}`) ?? null,
      async put(collection, before, record) {
        const { org, name } = collection;
        const known = collections.get(`${org}/${name}`);
        const stateOf = (one: Collection | null | undefined) => (one == null ? null : JSON.stringify([one.id, one.settings]));
        if (stateOf(known) !== stateOf(before)) return null;
        keep(`collection ${name}`, org, record);
        const kept = { ...collection, id: known?.id ?? collection.id, createdAt: known?.createdAt ?? now(), updatedAt: now() };
        collections.set(`${org}/${name}`, kept);
        return kept;
      },
      async remove(org, name, id, record) {
        if (collections.get(`${org}/${name}`)?.id !== id) return false;
        collections.delete(`${org}/${name}`);
        keep(`no collection ${name}`, org, record);
        return true;
      },
      list: async (org, page) =>
        paged(
          namesOf(collections, org).flatMap((name) => collections.get(`${org}/${name}`) ?? []),
          page,
        ),
    },
    audit: {
      persons: async () => new Map(),
      entries: async (org, { after, limit }) => ({
        entries: records
          .filter((item) => item.org === org)
          .map(({ record }, index) => ({ ...link(record, index + 1, GENESIS_HASH, sha256Hex), key_id: "test", signature: "" }))
          .filter(({ seq }) => seq > after)
          .slice(0, limit),
        goesOn: null,
      }),
      async record(org, record) {
        records.push({ org, record });
      },
    },
    idempotency: {
      async claim({ scope, key, mac, id, at }) {
        reach("idempotency.claim");
        const known = claims.get(`${scope}\n${key}`);
        if (known !== undefined && known.at > at - IDEMPOTENCY_MS)
          return { claimed: false, mac: known.mac, id: known.id, status: known.status };
        claims.set(`${scope}\n${key}`, { mac, id, status: null, at });
        return { claimed: true };
      },
      async settle(scope, key, status) {
        reach("idempotency.settle");
        const known = claims.get(`${scope}\n${key}`);
        if (known !== undefined) known.status = status;
      },
      async release(scope, key) {
        if (claims.get(`${scope}\n${key}`)?.status === null) claims.delete(`${scope}\n${key}`);
      },
    },
  };
  return { store, keys, orgs, callbackSecrets, secrets, slots, claims };
}
