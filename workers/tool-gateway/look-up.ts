/**
 * Asks a read tool what became of a write (`idempotency: {"lookup": tool}`): a governed call like any other, and what its answer means.
 * The read tool gets `{"key": …}`, the write's `Idempotency-Key`, where its schema takes that, and else the write's own input. An
 * answer that the write itself could have given is its answer; null, `{"found": false}`, and a tool that says "there is no such thing"
 * mean that it did not happen.
 */
import type { SoFar } from "../../core/access/circumstances.ts";
import type { Role } from "../../core/access/principal.ts";
import { isObject, type Json } from "../../core/json.ts";
import type { LookupAnswer, ToolCall, ToolOutcome } from "../../core/run/calls/call.ts";
import type { ToolManifest } from "../../core/tool/manifest.ts";
import type { AuthorityAnswer } from "../../core/workflow/authority.ts";
import { validate } from "../../core/workflow/schema.ts";
import { failure } from "./failure.ts";

/** What a lookup needs: the tool's manifest, the policy, and the gateway. */
export type LookUpPorts = {
  /** null as version: the newest. */
  readonly manifest: (org: string, name: string, version: number | null) => Promise<ToolManifest | null>;
  /** Policy, asked as for every call. */
  readonly permission: (call: ToolCall, roles: readonly Role[], soFar: SoFar) => Promise<AuthorityAnswer>;
  readonly call: (call: ToolCall) => Promise<ToolOutcome>;
};

/** Lookups over the given ports. `name`: the reading tool; `roles`: those of the run's user; `soFar`: what happened in the run before. */
export function defineLookUp(ports: LookUpPorts) {
  return async (write: ToolCall, name: string, roles: readonly Role[], soFar: SoFar): Promise<LookupAnswer> => {
    const { context } = write;
    const [written, lookup] = await Promise.all([
      ports.manifest(context.org, write.tool, write.version),
      ports.manifest(context.org, name, null),
    ]);
    if (written === null || lookup === null || lookup.effect === "write") return unsure("the tool to be asked is not a read tool");
    const byKey: Json = { key: context.key };
    const input = validate(lookup.input, byKey).length === 0 ? byKey : write.input;
    const place = { activity: `${context.activity}/lookup`, key: `${context.key}/lookup` };
    const call: ToolCall = { ...write, context: { ...context, ...place }, tool: lookup.name, version: lookup.version, input };
    const allowed = await ports.permission(call, roles, soFar);
    if (allowed.kind !== "tool" || allowed.permission.decision !== "allow") return unsure("the policy does not let the tool be asked");
    const outcome = await ports.call({ ...call, timeoutMs: Math.min(write.timeoutMs, lookup.timeout_ms) });
    const { result, durationMs, findings } = outcome;
    const told = { input, durationMs, findings };
    if (!result.ok) {
      return outcome.found === false
        ? { found: "no", output: null, ...told }
        : { found: "unsure", output: null, ...told, failure: result.failure };
    }
    if (saysNo(result.output)) return { found: "no", output: null, ...told };
    const fits = validate(written.output, result.output).length === 0;
    return fits ? { found: "yes", output: result.output, ...told } : { found: "unsure", output: null, ...told };
  };
}

const saysNo = (output: Json): boolean => output === null || (isObject(output) && output["found"] === false);

const unsure = (message: string): LookupAnswer => ({
  found: "unsure",
  output: null,
  durationMs: 0,
  findings: [],
  failure: failure("permanent", "policy_denied", message),
});
