/** The part of the ingress's world that orgs, traffic, limits and feedback need, in memory. */
import { createHash } from "node:crypto";
import type { AuditRecord } from "../../core/audit/record.ts";
import { mergePatch } from "../../core/json.ts";
import { type ChosenSettings, withDefaults } from "../../core/org/settings.ts";
import type { OrgView } from "../../core/org/view.ts";
import type { Page, PageRequest } from "../../core/page.ts";
import { err, ok } from "../../core/result.ts";
import type { FeedbackView } from "../../core/run/outside/view.ts";
import { toRfc3339 } from "../../core/time.ts";
import { type Layout, layOut, sharesOf, wholeOf } from "../../core/workflow/traffic.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { chooseVersion } from "../../workers/store/choose-version.ts";
import type { RunList, StorePort, WorkflowStore } from "../../workers/store/ports.ts";

type Keep = (what: string, org?: string, record?: AuditRecord) => void;
type Paged = <T>(items: readonly T[], page: PageRequest) => Page<T>;

export function makeOrgFakes(
  now: () => number,
  keep: Keep,
  paged: Paged,
  workflows: Map<string, WorkflowVersionView[]>,
  exists: (org: string) => boolean,
) {
  const orgs = new Map<string, { settings: ChosenSettings; secrets: { id: string; sealed: string }[] }>();
  const layouts = new Map<string, Layout>();
  const feedback = new Map<string, FeedbackView>();
  const reserved = new Map<string, Set<string>>();
  const orgOf = (org: string) => {
    const known = orgs.get(org) ?? { settings: {}, secrets: [] };
    if (exists(org)) orgs.set(org, known);
    return known;
  };
  const view = (org: string): OrgView => ({
    org,
    jurisdiction: null,
    ...withDefaults(orgOf(org).settings),
    created_at: toRfc3339(now()),
    callback_secret_made_at: orgOf(org).secrets.length > 0 ? toRfc3339(now()) : null,
  });

  const store: Pick<StorePort, "orgs" | "feedback"> = {
    orgs: {
      settings: async (org) => withDefaults(orgs.get(org)?.settings ?? {}),
      get: async (org) => (orgs.has(org) || exists(org) ? view(org) : null),
      async put(org, change, secret, record) {
        keep(`org ${org}`, org, record);
        const held = orgOf(org);
        orgs.set(org, held);
        held.settings = mergePatch(held.settings as never, change as never) as ChosenSettings;
        const secretKept = secret !== null && held.secrets.length === 0;
        if (secretKept && secret !== null) held.secrets.push({ ...secret });
        return { view: view(org), secretKept };
      },
      async rotateCallbackSecret(org, secret, record) {
        keep(`callback secret ${org}`, org, record);
        orgOf(org).secrets.unshift({ ...secret });
      },
      callbackSecrets: async (org) =>
        orgOf(org)
          .secrets.slice(0, 2)
          .map(({ sealed }) => sealed),
    },
    feedback: {
      async put(org, given, record) {
        keep(`feedback ${given.run}`, org, record);
        const key = `${org}/${given.run}/${given.user}`;
        const known = feedback.get(key);
        const kept = known === undefined ? given : { ...known, score: given.score, comment: given.comment };
        feedback.set(key, kept);
        return { view: kept, created: known === undefined };
      },
      of: async (org, run, user) => feedback.get(`${org}/${run}/${user}`) ?? null,
    },
  };
  const version = (org: string, name: string, wanted: number | null) => {
    const versions = workflows.get(`${org}/${name}`) ?? [];
    return (wanted === null ? versions.at(-1) : versions.find((item) => item.version === wanted)) ?? null;
  };
  const traffic: Pick<WorkflowStore, "choose" | "versions" | "setTraffic"> = {
    choose: (org, name, user) =>
      chooseVersion(
        { layout: async () => layouts.get(`${org}/${name}`) ?? null, version: async (...given) => version(...given) },
        org,
        name,
        user,
      ),
    async versions(org, name, page) {
      const percents = new Map(sharesOf(layouts.get(`${org}/${name}`) ?? []).map((share) => [share.version, share.percent]));
      const lines = (workflows.get(`${org}/${name}`) ?? []).map(({ definition: _none, ...line }) => ({
        ...line,
        percent: percents.get(line.version) ?? 0,
      }));
      return paged(lines.reverse(), page);
    },
    async setTraffic(org, name, shares, record) {
      const unknown = shares.find((share) => version(org, name, share.version) === null);
      if (unknown !== undefined) return err({ unknown: unknown.version });
      keep(`traffic ${name}`, org, record);
      const newest = version(org, name, null)?.version ?? 1;
      const layout = layOut(layouts.get(`${org}/${name}`) ?? wholeOf(newest), shares);
      layouts.set(`${org}/${name}`, layout);
      return ok(sharesOf(layout));
    },
  };
  const slots: Pick<RunList, "reserve" | "release"> = {
    async reserve(org, run) {
      const held = reserved.get(org) ?? new Set<string>();
      reserved.set(org, held);
      if (!held.has(run) && held.size >= withDefaults(orgs.get(org)?.settings ?? {}).max_runs) return false;
      held.add(run);
      return true;
    },
    release: (org, run) => void reserved.get(org)?.delete(run),
  };
  return { store, traffic, slots, reserved, orgs, sealOf: (value: string) => createHash("sha256").update(value).digest("hex") };
}
