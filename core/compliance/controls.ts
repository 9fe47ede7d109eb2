/**
 * The controls of each framework that the platform has something to show for: by number, with the kinds of audit entries and the files that
 * show it, and what it cannot show. Data only; nobody is certified by it.
 */
import { countOf, type Kinds } from "./entry-kind.ts";
import type { Framework } from "./export.ts";

/** One control. `events`: patterns of kinds of audit entries (entry-kind.ts). `cannot`: what somebody else has to show. */
export type Control = {
  readonly control: string;
  readonly title: string;
  readonly shows: string;
  readonly events: readonly string[];
  readonly files: readonly string[];
  readonly cannot: string;
};

const control = (
  name: string,
  title: string,
  shows: string,
  events: readonly string[],
  files: readonly string[],
  cannot: string,
): Control => ({ control: name, title, shows, events, files, cannot });

/** What people were asked and what they said; what passed without one is no decision of a person. */
const REVIEWED = ["review.requested question", "review.approved", "review.decided people", "review.judged"];
/** A switch that stopped work, and its way back. A drill stops none. */
const KILLS = ["kill_switch.thrown", "kill_switch.recovery_requested", "kill_switch.recovered"];
/** Which versions of tools there are; never a call of one. */
const TOOLS = ["tool.registered", "tool.approved", "tool.proposed", "tool.withdrawn", "tool.drifted"];
/** Which policies there are and who put them in force; never a decision by one. */
const POLICIES = ["policy.registered", "policy.activation_requested", "policy.activated"];

/**
 * SOC 2: AICPA Trust Services Criteria 2017 (points of focus of 2022). ISO/IEC 42001:2023, Annex A. EU AI Act: Regulation (EU) 2024/1689, with the
 * dates of the Omnibus of 2026-06-29. NIST AI RMF 1.0 (AI 100-1).
 */
const CONTROLS: { readonly [F in Framework]: readonly Control[] } = {
  soc2: [
    control(
      "CC6.1",
      "Logical access",
      "who was refused, and by which rule",
      ["policy.decided deny", "credential.refused", "session.refused"],
      ["access.json"],
      "access to the Cloudflare account itself",
    ),
    control(
      "CC6.2",
      "Registering and removing users",
      "every key made, rotated and revoked",
      ["key.created", "key.rotated", "key.revoked"],
      ["access.json"],
      "joiners and leavers in your own directory",
    ),
    control(
      "CC6.3",
      "Roles and least privilege",
      "roles of every key; policies put in force by two people",
      ["policy.activated", "approvers.*"],
      ["access.json", "policies.json"],
      "that the roles fit people's duties",
    ),
    control(
      "CC6.7",
      "Data in transit and removed",
      "exports and erasures of persons, retention that was applied",
      ["person.*", "retention.applied"],
      [],
      "transport settings of your own zone",
    ),
    control(
      "CC7.2",
      "Monitoring for anomalies",
      "guardrail findings, broken chains, alerts",
      [
        "guardrail.*",
        "audit.*",
        "anomaly.*",
        "budget.alert",
        "budget.refused",
        "credential.unusual",
        "credential.burst",
        "credential.new_destination",
        "credential.new_scope",
      ],
      [],
      "monitoring outside the platform",
    ),
    control("CC7.3", "Evaluating events", "reviews opened and decided", REVIEWED, [], "the judgement behind a decision"),
    control(
      "CC7.4",
      "Responding to incidents",
      "kill switches thrown and recovered by two people, incidents",
      [...KILLS, "incident.*"],
      ["incidents.json"],
      "communication with those affected",
    ),
    control(
      "CC8.1",
      "Change management",
      "each version of a workflow, tool, model and policy, who made it and who approved it",
      ["workflow.*", "model.registered", ...TOOLS, ...POLICIES],
      ["inventory.json", "policies.json"],
      "review of the source code of your tools",
    ),
    control(
      "PI1.2",
      "Complete and accurate processing",
      "start and end of each run, each call with digests of what went in and came out",
      ["run.*", "tool.called", "model.called"],
      ["entries"],
      "that an answer was right",
    ),
    control(
      "C1.2",
      "Disposal of confidential information",
      "runs deleted by the class of their data, with counts",
      ["retention.applied", "person.erased"],
      [],
      "copies that people made outside",
    ),
    control(
      "P5.1",
      "Access by data subjects",
      "exports of what is held of a person",
      ["person.exported"],
      [],
      "that the person got it in time",
    ),
    control(
      "P4.3",
      "Disposal of personal information",
      "erasures, with what went from which store",
      ["person.erasure_requested", "person.erased"],
      [],
      "what tools and model providers keep",
    ),
  ],
  iso42001: [
    control(
      "A.3.2",
      "Roles and responsibilities",
      "who holds which role; who decides about which operation",
      ["key.*", "approvers.*"],
      ["access.json"],
      "your organisation chart",
    ),
    control(
      "A.4.2",
      "Resource documentation",
      "models, tools and workflows that really ran, with their versions",
      [],
      ["inventory.json"],
      "resources outside the platform",
    ),
    control(
      "A.5.2",
      "Impact assessment",
      "what was attached to a model or workflow as its risk assessment",
      [],
      ["inventory.json"],
      "the assessment itself, where none is attached",
    ),
    control(
      "A.6.2.4",
      "Verification and validation",
      "versions and who approved them",
      ["workflow.*", "tool.approved"],
      ["inventory.json"],
      "test data and criteria, unless they are evals of the platform",
    ),
    control(
      "A.6.2.6",
      "Operation and monitoring",
      "runs, failures, findings, alerts",
      ["run.*", "guardrail.*", "budget.*"],
      ["entries"],
      "service levels you promised to others",
    ),
    control(
      "A.6.2.8",
      "Event logs",
      "the whole log of the period, chained and signed",
      ["*"],
      ["entries", "checkpoint.txt", "proofs.json"],
      "logs of systems that tools call",
    ),
    control(
      "A.7.4",
      "Quality of data",
      "findings in inputs and answers",
      ["guardrail.*"],
      [],
      "the quality of training data: the platform trains nothing",
    ),
    control(
      "A.8.4",
      "Communicating incidents",
      "kills and incidents",
      [...KILLS, "incident.*"],
      ["incidents.json"],
      "what was told to whom outside",
    ),
    control(
      "A.9.2",
      "Responsible use",
      "policies in force, what they refused",
      ["policy.activated", "policy.decided deny"],
      ["policies.json"],
      "that the policies are the right ones",
    ),
    control(
      "A.9.4",
      "Intended use",
      "definitions by version, with their owner and purpose where given",
      [],
      ["inventory.json"],
      "use of an answer outside the platform",
    ),
    control(
      "A.10.3",
      "Suppliers",
      "models by provider, and where they run, as registered",
      ["model.registered"],
      ["inventory.json"],
      "contracts with providers",
    ),
  ],
  "eu-ai-act": [
    control(
      "Art. 9",
      "Risk management",
      "risk of calls, blocks and overrides; assessments that are attached",
      ["override.*", "policy.decided"],
      ["inventory.json"],
      "the risk management system as a whole",
    ),
    control(
      "Art. 10",
      "Data governance",
      "classes of data and what was refused for them",
      ["policy.decided deny label"],
      ["inventory.json"],
      "training, validation and testing data of a model",
    ),
    control(
      "Art. 11",
      "Technical documentation",
      "definitions, tools and models by version",
      [],
      ["inventory.json"],
      "the documentation of Annex IV as a document",
    ),
    control(
      "Art. 12",
      "Record-keeping",
      "every event of the period, numbered, chained, signed; nothing is left out",
      ["*"],
      ["entries", "checkpoint.txt", "proofs.json"],
      "events before the platform was in use",
    ),
    control(
      "Art. 13",
      "Transparency to deployers",
      "what a version can touch, its owner and purpose where given",
      [],
      ["inventory.json"],
      "instructions for use of a provider",
    ),
    control(
      "Art. 14",
      "Human oversight",
      "reviews asked for, decided, changed, rejected and escalated; hand-overs; stops; of each reviewer the time taken, agreement, decoys caught and suggestions followed; what passed without a person, with its error rate; drills",
      ["review.*", "escalation.*", "kill_switch.*", "override.*", "approvers.*"],
      ["oversight.json"],
      "that a person understood what was shown",
    ),
    control(
      "Art. 15",
      "Accuracy, robustness, cybersecurity",
      "failures, retries, refused attacks",
      ["guardrail.*", "run.failed", "policy.decided deny"],
      [],
      "accuracy figures of a model",
    ),
    control(
      "Art. 19",
      "Logs kept by providers",
      "the retention in force: at least six months",
      ["org.changed", "retention.applied"],
      ["retention.json"],
      "logs that another provider controls",
    ),
    control(
      "Art. 26",
      "Deployers' duties",
      "oversight, monitoring, logs kept for at least six months",
      [...REVIEWED, "retention.applied"],
      ["oversight.json", "retention.json"],
      "informing workers and persons concerned",
    ),
    control(
      "Art. 73",
      "Serious incidents",
      "incidents and kills with their time",
      ["incident.*", ...KILLS],
      ["incidents.json"],
      "the report to the authority",
    ),
  ],
  "nist-ai-rmf": [
    control(
      "GOVERN 1.4",
      "Policies in place",
      "policies put in force by two people",
      ["policy.activated"],
      ["policies.json"],
      "policies outside the platform",
    ),
    control("GOVERN 1.6", "Inventory", "what really ran", [], ["inventory.json"], "systems outside the platform"),
    control("GOVERN 2.1", "Roles", "roles of every key", ["key.*"], ["access.json"], "training of people"),
    control(
      "GOVERN 6.1",
      "Third parties",
      "models and tools by provider and host",
      ["model.registered", ...TOOLS],
      ["inventory.json"],
      "contracts",
    ),
    control(
      "MAP 1.1",
      "Purpose and context",
      "definitions with owner and purpose where given",
      [],
      ["inventory.json"],
      "the context that nobody wrote down",
    ),
    control("MAP 4.1", "Legal and third-party risks", "risk assessments that are attached", [], ["inventory.json"], "legal review"),
    control(
      "MEASURE 2.4",
      "Monitoring in production",
      "runs, failures, findings",
      ["run.*", "guardrail.*"],
      ["entries"],
      "fitness for a purpose",
    ),
    control(
      "MEASURE 2.7",
      "Security and resilience",
      "refused attacks and calls, findings",
      ["policy.decided deny", "guardrail.*", "egress.refused", "credential.refused"],
      [],
      "penetration tests",
    ),
    control(
      "MEASURE 2.8",
      "Transparency and accountability",
      "the whole log, chained and signed",
      ["*"],
      ["entries", "checkpoint.txt", "proofs.json"],
      "explanations inside a model",
    ),
    control(
      "MEASURE 2.10",
      "Privacy",
      "exports, erasures, retention",
      ["person.*", "retention.applied"],
      ["retention.json"],
      "privacy of a model's training",
    ),
    control(
      "MANAGE 2.4",
      "Disengaging systems",
      "kill switches thrown, recovered and drilled",
      ["kill_switch.*"],
      [],
      "manual processes after a stop",
    ),
    control(
      "MANAGE 4.1",
      "Post-deployment monitoring",
      "reviews, feedback, incidents",
      [...REVIEWED, "run.feedback_given", "incident.*"],
      ["oversight.json", "incidents.json"],
      "complaints that came another way",
    ),
  ],
};

/** A control with what the period has for it. `proven`: the number of the entry of it whose proof is in the export. */
export type ControlReport = Control & { readonly entries: number; readonly proven: number | null };

/** What the period has for each control. */
export const reportOf = (framework: Framework, kinds: Kinds): readonly ControlReport[] =>
  CONTROLS[framework].map((one) => {
    const { entries, last } = countOf(kinds, one.events);
    return { ...one, entries, proven: last };
  });

/** When what the EU AI Act asks for applies (Regulation (EU) 2024/1689 with the Omnibus of 2026-06-29). */
const EU_AI_ACT_DATES = [
  "prohibited practices and AI literacy: since 2025-02-02",
  "general-purpose models: since 2025-08-02",
  "high-risk systems of Annex III: from 2027-12-02",
];

/** An entry that says that the log is not as it was written. `type`: `audit.broken`, `audit.forked`, `audit.key_not_introduced`. */
export type LogAlarm = { readonly seq: number; readonly type: string; readonly at: string };

/** Types of entries that say so. */
export const LOG_ALARMS = ["audit.broken", "audit.forked", "audit.key_not_introduced"] as const;

const alarmsText = (alarms: readonly LogAlarm[]): readonly string[] =>
  alarms.length === 0
    ? []
    : [
        "",
        "**The log itself says that it was not found as it was written. Verify the entries before you rely on one: what is here may have been changed.**",
        ...alarms.map(({ seq, type, at }) => `- entry ${seq}: \`${type}\`, ${at}`),
      ];

/** What an export is of. `alarms`: of the whole log, whatever the period. */
export type ExportFacts = { readonly from: string; readonly to: string; readonly isCut: boolean; readonly alarms: readonly LogAlarm[] };

/** The same for people: one table, and what is missing said plainly. */
export function controlsText(framework: Framework, { from, to, isCut, alarms }: ExportFacts, report: readonly ControlReport[]): string {
  const rows = report.map(
    ({ control: name, title, shows, entries, proven, files, cannot }) =>
      `| ${name} | ${title} | ${shows} | ${entries}${proven === null ? "" : ` (proof: ${proven})`} | ${files.join(", ")} | ${cannot} |`,
  );
  return [
    `# ${framework}: what the platform shows, ${from} to ${to}`,
    "",
    "Evidence, not a certificate: an auditor judges whether a control is met. A control without entries had nothing to record in the period.",
    "The files of `entries` hold the audit log of the period as JSON Lines. To verify them, the checkpoint and the proofs of this export:",
    "`npm run audit:verify -- FOLDER --keys jwks.json`, where FOLDER is this export, unpacked, and `jwks.json` the keys of `/.well-known/jwks.json`",
    "(in a repository of the platform). A list of entries alone is verified with `--slice`. `events` in `controls.json` are the kinds that a control counts.",
    ...alarmsText(alarms),
    ...(isCut ? ["", "**The period has more entries than one export takes: ask for shorter periods.**"] : []),
    ...(framework === "eu-ai-act" ? ["", "Application dates:", ...EU_AI_ACT_DATES.map((date) => `- ${date}`)] : []),
    "",
    "| control | title | what is shown | entries | files | what the platform cannot show |",
    "|---|---|---|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}
