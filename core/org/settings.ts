/** What an org chooses for itself, and what holds while it has chosen nothing. */

import type { OrgGuardrails } from "../guardrail/rules/settings.ts";
import type { DataClass } from "../label/label.ts";
import { type CredentialRules, DEFAULT_CREDENTIAL_RULES } from "../limits/credential-use.ts";
import type { ModelRequirements } from "../model/requirements.ts";
import type { NotifyEntry } from "../notice/destination.ts";
import type { AssistMode } from "../review/suggestion.ts";
import { DEFAULT_RISK_LIMITS, type RiskLimits } from "../risk/limits.ts";
import { DEFAULT_TRACE_SETTINGS, type TraceSettings } from "../trace/rule.ts";
import type { OrgCosts } from "./costs.ts";
import { type ChosenRetention, type Retention, retentionOf } from "./retention.ts";

/** Requests a minute, and requests under way at once; what is absent is without a limit. */
export type RequestLimit = { readonly per_minute?: number; readonly at_once?: number };
/** Of each key, of each user with all of their keys, and of the whole org. */
export type RequestLimits = { readonly key?: RequestLimit; readonly user?: RequestLimit; readonly org?: RequestLimit };

/** The highest class of data that may go to each; absent: any. */
export type SinkClasses = {
  readonly callbacks?: DataClass;
  /** What a person who decides a review is shown. */
  readonly reviews?: DataClass;
  /** Hosts of tools, and those that a tool's own code may call; with a port, that port alone. In lower case. */
  readonly hosts?: { readonly [host: string]: DataClass };
};

/** What of it a run keeps from its start. */
export function sinksOf({ callbacks, reviews }: SinkClasses): { readonly sinks?: Pick<SinkClasses, "callbacks" | "reviews"> } {
  if (callbacks === undefined && reviews === undefined) return {};
  return { sinks: { ...(callbacks === undefined ? {} : { callbacks }), ...(reviews === undefined ? {} : { reviews }) } };
}

/** A witness of an org's audit log (c2sp.org/tlog-witness). `url`: its submission prefix; `key`: its verifier key. */
export type OrgWitness = { readonly name: string; readonly url: string; readonly key: string };

/** Settings of an org with every default filled in. */
export type OrgSettings = {
  /** Hosts that callbacks and notices may go to; with a port, that port alone. None by default: no callback leaves. */
  readonly callback_hosts: readonly string[];
  /** Hosts that the org's tools may call; null: any that the deployment allows. */
  readonly egress: readonly string[] | null;
  /** Days after its end until a run goes to the archive. */
  readonly retention_days: number;
  /** By class, when its runs are deleted, and how long evidence is kept (docs/privacy.md). */
  readonly retention: Retention;
  /** Callers of the org come with a client certificate that Cloudflare verified (mTLS). */
  readonly require_client_certificate: boolean;
  /** Whom the platform tells of what needs a person (docs/notices.md). */
  readonly notify: readonly NotifyEntry[];
  /** Runs that are under way at once; a start beyond is refused. */
  readonly max_runs: number;
  /** How often its callers may ask, beside the deployment's own limit for each key. */
  readonly limits: RequestLimits;
  /** Whom a chat's kept answer may be given to: the user whose call it was (`own`), or everybody of the org (`shared`). */
  readonly kept_answers: "own" | "shared";
  /** What is asked of all its workflows and chats (docs/guardrails.md); null: what the platform asks. */
  readonly guardrails: OrgGuardrails | null;
  /** From which risk on a write waits for a person or is denied (docs/risk.md). */
  readonly risk: RiskLimits;
  /** What is required of the models that its data goes to, by class (docs/information-flow.md). */
  readonly models: ModelRequirements;
  /** How reviewers are looked after: the percentage of questions beside which a decoy is planted; 0: none. */
  readonly oversight: { readonly decoy_percent: number };
  /** Whether a model suggests what reviewers may decide, and when they see it (docs/reviews.md). */
  readonly assisted_review: AssistMode;
  /** What is done about an unusual use of credentials: on record, or refused as well (docs/orgs.md). */
  readonly credentials: CredentialRules;
  /** What may be sent where (docs/information-flow.md). */
  readonly accepts: SinkClasses;
  /** Who witnesses its audit log; two people change the list (core/org/witnesses.ts). */
  readonly witnesses: readonly OrgWitness[];
  /** Which traces leave for the deployment's collector, and what of them (docs/observability.md). */
  readonly traces: TraceSettings;
  /** What people's time costs, and what the workflows' successes are worth (docs/costs.md). */
  readonly costs: OrgCosts;
};

/** Settings of an org that a change replaces as a whole: what is no longer asked for must not stay. */
export const REPLACED = ["guardrails", "models", "accepts", "costs"] as const satisfies readonly (keyof OrgSettings)[];

/** What holds while an org has chosen nothing. */
export const DEFAULT_ORG_SETTINGS: OrgSettings = {
  callback_hosts: [],
  egress: null,
  retention_days: 30,
  retention: retentionOf(),
  require_client_certificate: false,
  notify: [],
  max_runs: 10_000,
  limits: {},
  kept_answers: "own",
  guardrails: null,
  risk: DEFAULT_RISK_LIMITS,
  models: {},
  oversight: { decoy_percent: 0 },
  assisted_review: "off",
  credentials: DEFAULT_CREDENTIAL_RULES,
  accepts: {},
  witnesses: [],
  traces: DEFAULT_TRACE_SETTINGS,
  costs: {},
};

/** RFC 7396: what is absent stays, null goes back to the default. What `REPLACED` lists is replaced as a whole. */
export type OrgChange = {
  readonly [K in keyof Omit<OrgSettings, "risk" | "retention" | "traces" | "credentials">]?: OrgSettings[K] | null;
} & {
  readonly traces?: { readonly [T in keyof TraceSettings]?: TraceSettings[T] | null } | null;
  readonly retention?: { readonly [R in keyof Retention]?: number | null } | null;
  readonly risk?: { readonly [L in keyof RiskLimits]?: number | null } | null;
  readonly credentials?: { readonly [K in keyof CredentialRules]?: CredentialRules[K] | null } | null;
};

/** PERSISTED: what an org chose lies in D1 without the defaults, so that a default may change. */
export type ChosenSettings = Partial<Omit<OrgSettings, "risk" | "retention" | "traces" | "credentials">> & {
  readonly traces?: Partial<TraceSettings>;
  readonly risk?: Partial<RiskLimits>;
  readonly credentials?: Partial<CredentialRules>;
  readonly retention?: ChosenRetention;
};

/** Fills in what an org did not choose. */
export const withDefaults = (chosen: ChosenSettings): OrgSettings => ({
  ...DEFAULT_ORG_SETTINGS,
  ...chosen,
  risk: { ...DEFAULT_RISK_LIMITS, ...chosen.risk },
  traces: { ...DEFAULT_TRACE_SETTINGS, ...chosen.traces },
  credentials: { ...DEFAULT_CREDENTIAL_RULES, ...chosen.credentials },
  retention: retentionOf(chosen.retention),
});
