/**
 * The way of a tool's call, the same for every kind of tool: open personal data → check the input → check where it goes → look for a
 * kept answer → pass its rate and breaker → get a credential → send → check its age, size and schema → redact and scan it → keep it. A kept answer is checked,
 * redacted and scanned like one that was sent. Outcomes are data; nothing is retried here.
 */
import type { FindingSummary } from "../../core/guardrail/finding.ts";
import type { Json } from "../../core/json.ts";
import type { Label } from "../../core/label/label.ts";
import { misfitsOf, numberNotHeld } from "../../core/model-call/flaws.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { Failure, Opening, Reached, ToolCall, ToolOutcome } from "../../core/run/calls/call.ts";
import type { Idempotency, ToolEffect, ToolManifest } from "../../core/tool/manifest.ts";
import { type ExactJson, withoutSecrets } from "../../core/untrusted-json.ts";
import { takeInt64 } from "../../core/workflow/int64.ts";
import { knownPath, placeIn } from "../../core/workflow/known-path.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { Admitted, GuardContext } from "../guardrail/ports.ts";
import { type Deadline, DeadlineError, startDeadline } from "../kit/deadline.ts";
import { withholdingBreaks } from "../kit/withheld.ts";
import { credentialFor, refuseTarget } from "./egress.ts";
import { tellError } from "./error-words.ts";
import { failure, withoutAnswer, withWords } from "./failure.ts";
import { type LetThrough, passGate, refuseCredential, refuseUnusual } from "./gate.ts";
import { findKept, type Kept } from "./kept-results.ts";
import { openPersonalData } from "./personal-data.ts";
import type { ToolGatewayPorts } from "./ports.ts";
import type { Transport, Transports } from "./transports/transport.ts";

/** Maximum bytes of an answer; a longer one is refused. */
export const ANSWER_BYTES = 1024 * 1024;

/** Calls tools. Every outcome is data; `signal` ends the call. */
export type ToolGateway = { readonly call: (call: ToolCall, signal: AbortSignal) => Promise<ToolOutcome> };

/** What is known so far: an interruption is judged by it, and it is reported whatever the end. */
type Progress = {
  effect: ToolEffect;
  idempotency: Idempotency;
  reached: Reached;
  status: number | null;
  isMissing: boolean;
  openings: readonly Opening[];
  findings: readonly FindingSummary[];
  isKept: boolean;
  /** The tool's rate or its breaker did not let the call out. */
  isUnasked: boolean;
  /** Set once the call may go out. */
  gate: LetThrough | null;
  isSent: boolean;
  /** The answer is older than the tool's `max_age_ms`. */
  isStale: boolean;
  /** The output without the instruction that a person decides about. */
  withheld?: Json;
  /** Whose word the answer is, where that is not the tool's. */
  label?: Label;
};

/** A gateway that governs each call and leaves the sending to the transport of the tool's kind. */
export function governToolCalls(ports: ToolGatewayPorts, transports: Transports): ToolGateway {
  return {
    call: async (call, signal) => {
      const startedAt = ports.now();
      const deadline = startDeadline(call.timeoutMs, signal);
      const progress: Progress = {
        effect: "write",
        idempotency: "none",
        reached: "no",
        status: null,
        isMissing: false,
        openings: [],
        findings: [],
        isKept: false,
        isUnasked: false,
        gate: null,
        isSent: false,
        isStale: false,
      };
      const result = await perform(ports, transports, call, deadline, progress).catch((error: unknown) =>
        err(interrupted(error, progress)),
      );
      deadline.end();
      await progress.gate?.ended(result.ok ? null : result.error, progress.isSent);
      return {
        result: result.ok
          ? { ok: true, output: result.value, ...withheldOf(progress) }
          : { ok: false, failure: named(call.tool, result.error) },
        reached: progress.reached,
        status: progress.status,
        ...(progress.isMissing ? { found: false } : {}),
        durationMs: Math.max(0, ports.now() - startedAt),
        openings: progress.openings,
        findings: progress.findings,
        ...(progress.isKept ? { cached: "exact" } : {}),
        ...(progress.isUnasked ? { unasked: true } : {}),
        ...(progress.isStale && result.ok ? { stale: true } : {}),
        ...(progress.label === undefined ? {} : { label: progress.label }),
      };
    },
  };
}

async function perform(
  ports: ToolGatewayPorts,
  transports: Transports,
  call: ToolCall,
  deadline: Deadline,
  progress: Progress,
): Promise<Result<Json, Failure>> {
  const { context } = call;
  const manifest = await deadline.within(ports.manifest(context.org, call.tool, call.version));
  if (manifest === null) return err(failure("permanent", "not_found", "the tool is not registered in this version"));
  progress.effect = manifest.effect;
  progress.idempotency = manifest.idempotency;

  const guarded: GuardContext = { org: context.org, run: context.run, subject: context.subject };
  const opened = await deadline.within(openPersonalData(ports.guard, guarded, manifest, call.input)).catch(rethrowDeadline);
  if (opened === null) return err(failure("safety", "content_blocked", "the guardrails could not open the input, so nothing was sent"));
  progress.openings = opened.openings;
  const misfit = misfitsOf(manifest.input, opened.input)[0]; // what was taken from a model is not refused here
  if (misfit !== undefined) {
    const field = knownPath(manifest.input, misfit.path);
    const flaw = failure(
      "permanent",
      "invalid_request",
      `the input breaks the tool's schema at ${placeIn(manifest.input, misfit.path)}: ${misfit.message}`,
    );
    return err({ ...flaw, field });
  }

  const transport: Transport<ToolManifest> = transports[manifest.kind];
  const plan = transport.check(manifest, opened.input);
  if (!plan.ok) return plan;
  const refusal = await refuseTarget(ports, context.org, plan.value.target, deadline);
  if (refusal !== null) return err(refusal);

  const kept = await deadline.within(findKept(ports, call, manifest, opened.input));
  const again = await giveAgain(ports, guarded, call, manifest, kept, deadline, progress);
  if (again !== undefined) return ok(again);

  const gate = await passGate(ports, call, manifest);
  progress.isUnasked = !gate.ok;
  if (!gate.ok) return gate;
  progress.gate = gate.value;
  const quota = plan.value.secret === null ? await refuseCredential(ports, call, manifest) : null;
  progress.isUnasked = quota !== null;
  if (quota !== null) return err(quota);
  const unusual = await deadline.within(refuseUnusual(ports, call, manifest));
  if (unusual !== null) return err(unusual);
  const credential = await credentialFor(ports, call, manifest, plan.value, deadline);
  if (!credential.ok) return credential;
  const request = transport.prepare(manifest, plan.value, { context, credential: credential.value });
  if (!request.ok) return request;

  progress.isSent = true;
  progress.reached = "unknown"; // until the transport says more
  const sent = await transport.send(request.value, deadline);
  const arrivedAt = ports.now();
  progress.status = sent.status;
  progress.isMissing = sent.found === false;
  if (!sent.answer.ok) {
    const failed = unanswered(sent.reached, inDoubt(sent.reached, sent.answer.error, progress), progress);
    if (sent.said === undefined || failed.ok) return failed;
    const { known, words, findings } = await tellError(ports.guard, guarded, sent.said, [credential.value], manifest.errors);
    progress.findings = [...progress.findings, ...findings];
    return known === null && words === null ? failed : err(withWords(failed.error, known, words));
  }
  const answer = sent.answer.value;
  if (answer.label !== undefined) progress.label = answer.label;
  progress.isStale = manifest.max_age_ms !== undefined && answer.ageMs > manifest.max_age_ms;
  if (progress.isStale && manifest.effect === "write") {
    answer.drop();
    // Something on the way answered for the tool: whether the tool was reached is not known.
    return err(withoutAnswer(manifest.effect, "unknown", "tool_error", "the tool's answer is older than its `max_age_ms`"));
  }
  const { reached, body } = await answer.read(ANSWER_BYTES, deadline);
  if (!body.ok) return unanswered(reached, body.error, progress);
  progress.reached = reached;

  const dropped = (why: Failure) => withoutAdmitted(ports, guarded, body.value.value, [credential.value], why, deadline, progress);
  const other = await flawOfStandIn(ports, call, body.value, deadline);
  if (other !== null) return dropped(other);
  const taken = takeInt64(manifest.output, body.value);
  if (!taken.ok)
    return dropped(failure("permanent", "output_invalid", `in the tool's answer ${numberNotHeld(manifest.output, taken.error)}`));
  const said = taken.value;
  const admitted = await admit(ports, guarded, call, manifest, said, [credential.value], deadline, progress);
  if (!admitted.ok) return admitted;
  // A good answer is not lost because it could not be kept.
  if (answer.mayBeKept && !progress.isStale)
    await deadline.within(kept.keep(said, admitted.value, arrivedAt - answer.ageMs)).catch(() => undefined);
  return ok(admitted.value.value);
}

/** The answer of a fallback fits the output schema of the tool that it stands in for, whatever became of the two since they were compared. */
async function flawOfStandIn(
  ports: ToolGatewayPorts,
  { context, insteadOf }: ToolCall,
  said: ExactJson,
  deadline: Deadline,
): Promise<Failure | null> {
  if (insteadOf === undefined) return null;
  const { tool, version } = insteadOf;
  const first = await deadline.within(ports.manifest(context.org, tool, version));
  const taken = first === null ? null : takeInt64(first.output, said);
  if (first !== null && taken?.ok && validate(first.output, taken.value).length === 0) return null;
  return failure("permanent", "output_invalid", `the answer does not fit the output of \`${tool}\`, for which the tool stands in`);
}

/** The call failed at the transport, or its answer did; `reached` says how far it came. */
function unanswered(reached: Reached, why: Failure, progress: Progress): Result<never, Failure> {
  progress.reached = reached;
  return err(reached === "unknown" ? { ...why, class: withoutAnswer(progress.effect, reached, why.code, why.message).class } : why);
}

/**
 * A status that leaves open what the tool did. A write is sent again only under a key that its tool honours, so any other is in doubt: its
 * lookup is asked, or a person. A redirect would be given again, so where nothing can be looked up the call fails, and is named as not undone.
 */
function inDoubt(reached: Reached, why: Failure, { effect, idempotency }: Progress): Failure {
  if (reached !== "answered" || effect !== "write" || idempotency === "key") return why;
  return why.class === "permanent" && idempotency === "none" ? why : { ...why, class: "unknown" };
}

/** The tool's name stands in front: a run has many tools, and its error has no other place for it. */
const named = (tool: string, why: Failure): Failure => ({ ...why, message: `\`${tool}\`: ${why.message}` });

/** undefined: nothing is kept, or today's checks refuse what is. */
async function giveAgain(
  ports: ToolGatewayPorts,
  guarded: GuardContext,
  call: ToolCall,
  manifest: ToolManifest,
  { output, drop }: Kept,
  deadline: Deadline,
  progress: Progress,
): Promise<Json | undefined> {
  if (output === undefined) return undefined;
  const judged: Progress = { ...progress };
  const admitted = await admit(ports, guarded, call, manifest, output, [], deadline, judged);
  if (!admitted.ok || admitted.value.verdict !== "pass" || judged.findings.length > 0) {
    await deadline.within(drop());
    return undefined;
  }
  progress.isKept = true;
  return admitted.value.value;
}

async function admit(
  ports: ToolGatewayPorts,
  guarded: GuardContext,
  { injection, names }: ToolCall,
  manifest: ToolManifest,
  answer: Json,
  secrets: readonly string[],
  deadline: Deadline,
  progress: Progress,
): Promise<Result<Admitted, Failure>> {
  const { value, count } = withoutSecrets(answer, secrets);
  if (count > 0) progress.findings = [{ type: "SECRET", detector: "echoed-credential", count, score: 1, pointer: "" }];
  const misfit = validate(manifest.output, value)[0];
  if (misfit !== undefined) {
    const { path, message } = misfit;
    // Of a field that the answer made up, the message would repeat the name.
    const why = knownPath(manifest.output, path) === path ? `: ${message}` : "";
    const broken = failure("permanent", "output_invalid", `the tool's answer breaks its schema at ${placeIn(manifest.output, path)}${why}`);
    return withoutAdmitted(ports, guarded, value, [], broken, deadline, progress);
  }
  const admitted = await deadline.within(ports.guard.admit(guarded, "tool_output", "tool", value, names, injection)).catch(rethrowDeadline);
  if (admitted === null) return err(failure("safety", "content_blocked", "the guardrails could not judge the tool's answer"));
  progress.findings = [...progress.findings, ...admitted.findings];
  if (admitted.withheld !== undefined) progress.withheld = admitted.withheld;
  // A withheld string alone is no failure: the run reads the marker. Nothing at all, or a broken schema, is.
  const refused = admitted.verdict === "block" && admitted.value === null;
  const isLeft = admitted.action === "flag" || admitted.action === "review";
  if (refused || (!isLeft && withholdingBreaks(manifest.output, value, admitted))) {
    return err(failure("safety", "injection_detected", "the tool's answer carried an instruction and was refused"));
  }
  return ok(admitted);
}

/** An answer that nobody gets, for `why`: what is found in it counts all the same, since the tool said it. */
async function withoutAdmitted(
  ports: ToolGatewayPorts,
  guarded: GuardContext,
  answer: Json,
  secrets: readonly string[],
  why: Failure,
  deadline: Deadline,
  progress: Progress,
): Promise<Result<never, Failure>> {
  const { value } = withoutSecrets(answer, secrets);
  const judged = await deadline.within(ports.guard.admit(guarded, "tool_output", "tool", value)).catch(rethrowDeadline);
  if (judged === null) return err(failure("safety", "content_blocked", "the guardrails could not judge the tool's answer"));
  progress.findings = [...progress.findings, ...judged.findings];
  return err(why);
}

const withheldOf = ({ withheld }: Progress): { readonly withheld?: Json } => (withheld === undefined ? {} : { withheld });

/** For work whose failure has a meaning of its own (null); the deadline's end goes on upwards. */
function rethrowDeadline(error: unknown): null {
  if (error instanceof DeadlineError) throw error;
  return null;
}

function interrupted(error: unknown, progress: Progress): Failure {
  const { effect, reached } = progress;
  if (!(error instanceof DeadlineError)) return withoutAnswer(effect, reached, "internal", "the call could not be made");
  return error.reason === "timeout"
    ? withoutAnswer(effect, reached, "timeout", "the tool did not answer in time")
    : withoutAnswer(effect, reached, "cancelled", "the call was cancelled");
}
