/** What follows when authority has answered: the call is refused, a person is asked, or it is sent. */
import { layerOfReasons } from "../../audit/layer.ts";
import { own } from "../../json.ts";
import type { ToolFacts } from "../../tool/manifest.ts";
import type { AuthorityAnswer, Permission } from "../../workflow/authority.ts";
import { isHeld } from "../hand-over/state.ts";
import type { Activity, AskedBecause } from "../machine/state.ts";
import type { Turn } from "../machine/turn.ts";
import { asksForChange } from "../steps/changed.ts";
import { callChild } from "../steps/child.ts";
import { askPerson, isApproved, toolProposal } from "../steps/question.ts";
import { isNamedByManifest } from "../steps/undo.ts";
import { isBeforeItsTurn } from "./afford.ts";
import type { Failure } from "./call.ts";
import { dispatch } from "./dispatch.ts";
import { failCall } from "./failure.ts";

/** Takes the answer to a question of authority. Returns why it is refused, or null. */
export function takeAuthority(turn: Turn, activityId: string, answer: AuthorityAnswer): string | null {
  const activity = own(turn.state.activities, activityId);
  const asked = activity?.phase === "deciding" || (activity?.phase === "backing-off" && (activity.resumeAt ?? 0) <= turn.at);
  // What a held run asked before it was held is asked again when it goes on: a child run would begin with the answer.
  if (!activity || !asked || turn.state.status === "paused" || isHeld(turn.state)) return "nobody asked";
  if (activity.kind === "run" && isBeforeItsTurn(turn, activity)) return "calls beside it go first"; // it is asked again
  if (answer.kind === "refused") {
    const failure: Failure = {
      class: answer.transient ? "transient" : "safety",
      code: answer.code,
      message: answer.message,
      ...(answer.layer === undefined ? {} : { layer: answer.layer }),
      retryAfterMs: null,
    };
    failCall(turn, activity, failure, activity.attempt + 1);
    return null;
  }
  if (answer.kind === "run") {
    const { child: run, workflow, version, digest, limits } = answer;
    callChild(turn, activity, { run, workflow, version, digest, limits });
    return null;
  }
  const { permission } = answer;
  const outside = answer.kind === "tool" ? outsideOf(turn, activity, answer.facts) : null;
  const isUnseen =
    answer.kind === "tool" &&
    outside === null &&
    permission.decision === "allow" &&
    asksForChange(turn.machinery, turn.state, { ...activity, facts: answer.facts });
  const decision = outside !== null ? "deny" : isUnseen ? "ask" : permission.decision;
  const reasons = isUnseen ? [...permission.reasons, CHANGED_INPUT] : permission.reasons;
  turn.emit(
    "policy.decided",
    {
      activity: activityId,
      decision,
      policy_version: permission.policyVersion,
      reasons: outside === null ? reasons : [outside],
      ...(outside === null ? {} : { layer: "allowlist" as const }),
      subject: answer.kind === "tool" ? `tool:${answer.facts.tool}@${answer.facts.version}` : "model",
      facts: answer.kind === "tool" ? answer.facts : null,
      ...(permission.asked === undefined ? {} : { asked: permission.asked }),
      ...(answer.kind === "tool" && answer.risk !== undefined ? { risk: answer.risk } : {}),
    },
    activity.step,
  );
  if (decision === "deny") {
    failCall(
      turn,
      activity,
      {
        class: "safety",
        code: "policy_denied",
        message: outside ?? permission.why ?? deniedBecause(permission),
        retryAfterMs: null,
        layer: outside === null ? layerOfReasons(permission.reasons) : "allowlist",
      },
      activity.attempt + 1,
    );
  } else if (answer.kind === "model") route(turn, activity, answer);
  else if (decision === "ask") {
    const decided = own(turn.state.activities, activityId) ?? activity;
    if (isApproved(turn, decided)) dispatch(turn, activityId);
    else
      askPerson(
        turn,
        activityId,
        "policy",
        answer.facts.effect === "write" ? "high" : "medium",
        toolProposal(decided),
        because({ ...permission, reasons }),
      );
  }
  return null;
}

/** Why a call is put to a person that the policies allow: its input rests on one that a redrive changed. */
const CHANGED_INPUT = "redrive.changed_input";

const because = ({ policyVersion: version, reasons, asked }: Permission): { readonly policy: AskedBecause } => ({
  policy: { version, reasons, guarded: asked?.context?.guarded_reached === true },
});

const deniedBecause = ({ told }: Permission): string => `the policy denies this call${told === undefined ? "" : `: ${told}`}`;

/** Why the run may not call the tool, whatever the policy says; null: it may. What the manifest of a listed tool names need not be listed. */
function outsideOf(turn: Turn, activity: Activity, { tool, effect }: ToolFacts): string | null {
  const { insteadOf } = activity;
  if (insteadOf !== undefined) return effect === "write" && insteadOf.effect !== "write" ? `the fallback \`${tool}\` writes` : null;
  return isNamedByManifest(turn, activity) ? null : unlisted(turn, tool);
}

/** Whose `tools` lack it; null: the workflow and every run above it list it (docs/contract.md, "Tools"). */
function unlisted({ birth }: Turn, tool: string): string | null {
  if (!birth.definition.tools.includes(tool)) return `the workflow's \`tools\` do not list \`${tool}\``;
  return birth.parent === null || birth.parent.tools.includes(tool) ? null : `the parent's \`tools\` do not list \`${tool}\``;
}

function route(
  turn: Turn,
  activity: Activity,
  { candidates, rejected, tools, complexity }: Extract<AuthorityAnswer, { kind: "model" }>,
): void {
  if (candidates.length === 0) {
    return failCall(
      turn,
      activity,
      { class: "permanent", code: "upstream_unavailable", message: "no registered model fits this step", retryAfterMs: null },
      1,
    );
  }
  const known = own(turn.state.agents, activity.node)?.tools;
  const listed = tools.filter((tool) => unlisted(turn, tool.name) === null);
  const isNews = activity.purpose === "agent" && JSON.stringify(known) !== JSON.stringify(listed);
  const said = { ...(complexity === undefined ? {} : { complexity }), ...(isNews ? { tools: listed } : {}) };
  turn.emit("model.routed", { activity: activity.id, candidates, rejected, ...said }, activity.step);
}
