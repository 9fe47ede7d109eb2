/**
 * What holds up a tool call that the policies let go: data of a class that its tool or host does not accept, and its risk. Both can only
 * make a decision stricter; an override lifts the block of a risk and nothing else.
 */
import type { Circumstances } from "../../core/access/circumstances.ts";
import { accepts, type DataClass } from "../../core/label/label.ts";
import { type HostedUrl, isListedHost } from "../../core/net/listed-host.ts";
import type { OrgSettings } from "../../core/org/settings.ts";
import { underLimits } from "../../core/risk/limits.ts";
import { type Risk, riskOf } from "../../core/risk/risk.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { AuthorityQuestion, CallInRun, Permission } from "../../core/workflow/authority.ts";

type ToolQuestion = Extract<AuthorityQuestion, { kind: "tool" }>;

/** The risk of a call. `isOwnHost`: it goes to a host of the org's own. `inRun`: absent for a call that belongs to no run. */
export const riskOfCall = (
  manifest: ToolManifest,
  circumstances: Omit<Circumstances, "risk">,
  isOwnHost: boolean,
  inRun: CallInRun | undefined,
): Risk =>
  riskOf({
    effect: manifest.effect,
    toolClass: manifest.sensitivity,
    destination: circumstances.destination === "" ? "platform" : isOwnHost ? "own" : "foreign",
    argumentClass: circumstances.class,
    trust: circumstances.trust,
    chosenBy: circumstances.chosen_by === "model" ? "model" : "definition",
    spentShare: inRun?.spentShare ?? 0,
    callUsd: manifest.price?.per_call_usd ?? 0,
    seenInstruction: circumstances.seen_instruction,
    seenClass: circumstances.seen_class,
    writes: circumstances.writes,
    oddities: inRun?.oddities ?? [],
  });

/**
 * The permission, or its denial because an argument's class is not accepted: the words name field, class and sink.
 * `reached`: every host that the call may go to, those that a tool's own code may call among them.
 */
export function underClasses(
  permission: Permission,
  question: ToolQuestion,
  manifest: ToolManifest,
  settings: Pick<OrgSettings, "accepts">,
  reached: readonly (HostedUrl | null)[],
): Permission {
  if (permission.decision === "deny") return permission;
  const ofHosts = Object.entries(settings.accepts.hosts ?? {}).filter(([host]) =>
    reached.some((url) => url !== null && isListedHost(url, [host])),
  );
  const sinks: readonly { readonly sink: string; readonly most: DataClass | undefined }[] = [
    { sink: `the tool \`${manifest.name}\``, most: manifest.accepts },
    ...ofHosts.map(([host, most]) => ({ sink: `the host \`${host}\``, most })),
  ];
  const places = question.classes ?? [{ at: "", class: question.soFar.args.class }];
  for (const { sink, most } of sinks) {
    const refused = places.find((place) => !accepts(most, place.class));
    if (refused === undefined) continue;
    const field = refused.at === "" ? "its arguments derive" : `the argument \`${refused.at}\` derives`;
    const why = `${sink} accepts \`${most}\` data at most, and ${field} from \`${refused.class}\` data`;
    return { ...permission, decision: "deny", reasons: ["class.accepts"], why };
  }
  return permission;
}

/** The permission under the org's limits. `overridden`: asks for an override, when the block would hold. */
export async function underRisk(
  permission: Permission,
  question: ToolQuestion,
  manifest: ToolManifest,
  risk: Risk,
  limits: OrgSettings["risk"],
  overridden: (runs: readonly string[], step: string) => Promise<string | null>,
): Promise<Permission> {
  if (permission.decision === "deny") return permission;
  const call = { writes: manifest.effect === "write", compensation: question.compensation, overridden: false };
  let verdict = underLimits(risk, limits, call);
  const { inRun } = question;
  if (verdict.decision === "deny" && inRun !== undefined && (await overridden(inRun.runs, inRun.step)) !== null)
    verdict = underLimits(risk, limits, { ...call, overridden: true });
  if (verdict.reason === null) return permission;
  const reasons = [...permission.reasons, verdict.reason];
  if (verdict.decision === "allow") return { ...permission, reasons };
  if (verdict.decision === "ask") return { ...permission, decision: "ask", reasons };
  return { ...permission, decision: "deny", reasons: [verdict.reason], why: whyBlocked(risk, limits.block_over, inRun?.step ?? null) };
}

const whyBlocked = ({ score }: Risk, limit: number, step: string | null): string =>
  `the risk of this write is ${score}, over the org's \`risk.block_over\` of ${limit}` +
  (step === null
    ? ""
    : `; to let it go, ask with POST /v1/overrides for this run and the step \`${step}\`, have two others approve, and redrive the run`);
