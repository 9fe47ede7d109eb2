/**
 * Counters that the shipped rules ask for, before anything counted: Prometheus sees no increase in a series that is born above 0, so that the first
 * burst of failures, findings or costs would raise no alert. Series of what is known: workflows and models that are registered, and chats. Bounded by org.
 */
import type { CostKind } from "../../core/costs/call.ts";
import { ATTACK_TYPES, CHANNELS, PERSONAL_DATA_TYPES } from "../../core/guardrail/finding.ts";
import { isOfDrill } from "../../core/kill-switch/of-drill.ts";

/** A registered workflow or model. */
export type Named = { readonly org: string; readonly name: string };
/** A counter of no events, as the scrape reads counters from D1 (metrics.ts). */
type Zero = { org: string; series: string; name: string; of: string; sort: string; n: 0 };
/** A bucket of no observations. */
type EmptyBucket = {
  org: string;
  series: string;
  name: string;
  sort: string;
  le: number;
  n: 0;
  total: 0;
  trace: "";
  traced_at: 0;
  traced: 0;
};

/** Workflows of an org that have series before their first run: those of runs and costs, and those of findings, of which a workflow has some fifty. */
const MOST_WORKFLOWS = { runs: 1_000, findings: 50 } as const;
/** Models of an org that have series before their first call. */
const MOST_MODELS = 100;
/** The kinds of costs that are billed. */
const COSTS: readonly CostKind[] = ["llm", "embedding", "tool"];
/** Chats are no workflow's. */
const CHATS = "";
/** In this channel the rule on personal data counts. */
const LEAKS_IN = "model_output";

/** Counters of costs, attacks, and personal data in answers. */
export const sumsFromZero = (orgs: readonly string[], workflows: readonly Named[]): Zero[] => [
  ...namesOf(orgs, workflows, MOST_WORKFLOWS.runs).flatMap(({ org, name }) =>
    COSTS.map((sort): Zero => ({ org, series: "micro_usd", name, of: "", sort, n: 0 })),
  ),
  ...namesOf(orgs, workflows, MOST_WORKFLOWS.findings).flatMap(({ org, name }) => [
    ...ATTACK_TYPES.flatMap((of) => CHANNELS.map((sort): Zero => ({ org, series: "findings", name, of, sort, n: 0 }))),
    ...PERSONAL_DATA_TYPES.map((of): Zero => ({ org, series: "findings", name, of, sort: LEAKS_IN, n: 0 })),
  ]),
];

/** Histograms of runs: durations (`run_s`) or costs (`run_usd`). */
export const runsFromZero = (series: "run_s" | "run_usd", workflows: readonly Named[]): EmptyBucket[] =>
  eachOrg(workflows, MOST_WORKFLOWS.runs).map(({ org, name }) => emptyBucket(org, series, name, "completed"));

/** Histograms of models' calls. */
export const modelsFromZero = (models: readonly Named[]): EmptyBucket[] =>
  eachOrg(models, MOST_MODELS).map(({ org, name }) => emptyBucket(org, "call_s", name, "llm"));

const emptyBucket = (org: string, series: string, name: string, sort: string): EmptyBucket => ({
  ...{ org, series, name, sort, le: 0, n: 0, total: 0 },
  ...{ trace: "", traced_at: 0, traced: 0 },
});

const namesOf = (orgs: readonly string[], workflows: readonly Named[], most: number): Named[] => [
  ...orgs.map((org) => ({ org, name: CHATS })),
  ...eachOrg(workflows, most),
];

/** Of each org the first names; a drill's runs count nowhere. */
const eachOrg = (named: readonly Named[], most: number): Named[] =>
  [...Map.groupBy(named, ({ org }) => org).values()].flatMap((mine) => mine.filter(({ name }) => !isOfDrill(name)).slice(0, most));
