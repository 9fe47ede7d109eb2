/** What a start of a run asks for, and what is wrong with it. Reads, and keeps nothing but the record of a denial. */

import { type Refusal, refuse } from "../../core/errors/problem.ts";
import { unknownName } from "../../core/errors/unknown-name.ts";
import { personalPartOf } from "../../core/guardrail/pii/personal-name.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import { fromUsd, type MicroUsd } from "../../core/money.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { err, ok, type Result } from "../../core/result.ts";
import type { EpochMs } from "../../core/time.ts";
import { flawOfUrl } from "../../core/tool/url.ts";
import { takeInt64 } from "../../core/workflow/int64.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import { denied, edgeRule, forbid } from "./access.ts";
import type { UseCasePorts } from "./ports.ts";
import type { Requester } from "./requester.ts";

/** Names in it have the forms that core/workflow asks for; whether they exist is found out here. */
export type RunRequest = {
  readonly workflow: string;
  /** null: the version that this caller's runs start with. */
  readonly version: number | null;
  readonly input: Json;
  /** JSON Pointers into `input`: whole numbers that a double does not hold, as texts of their digits. Absent: none. */
  readonly long?: readonly string[];
  /** Lowers the definition's limits, never raises them; null: the limit itself. `usd` in dollars. */
  readonly budget: { readonly usd: number | null; readonly tokens: number | null };
  readonly deadlineAt: EpochMs | null;
  /** Whose data it is; null: the caller's own. */
  readonly subject: string | null;
  /** The session of the subject that the run belongs to; null: none. */
  readonly session: string | null;
  readonly metadata: JsonObject;
  readonly callbackUrl: string | null;
};

/** Whether the caller may start such a run at all. Comes before the workflow is looked up. */
export const flawOfRequest = async (ports: UseCasePorts, by: Requester, request: RunRequest): Promise<Refusal | null> =>
  (await denied(ports, by, "run.start")) ??
  flawOfDeadline(by, request) ??
  (await flawOfSubject(ports, by, request)) ??
  (await flawOfCallback(ports, by, request));

/** The version that is asked for, or the one that runs about this subject start with: an app with one key has many customers. */
export async function findWorkflow(
  { store: { workflows } }: UseCasePorts,
  by: Requester,
  request: RunRequest,
): Promise<Result<WorkflowVersionView, Refusal>> {
  const { workflow, version } = request;
  const { org } = by.principal;
  const newest = await (version === null ? workflows.choose(org, workflow, subjectOf(by, request)) : workflows.get(org, workflow, null));
  // A workflow without a version in force is withdrawn: its versions are there to be read, and start nothing.
  const found = newest === null || version === null ? newest : await workflows.get(org, workflow, version);
  if (found !== null) return ok(found);
  if (newest !== null) return err(refuse("not_found", `there is no version ${version} of the workflow \`${workflow}\``));
  return err(unknownName("workflow", workflow, await workflows.names(org)));
}

/** The request with its input as the workflow's schema has it, its 64-bit numbers as digits; or why the input does not fit. */
export function fitted<R extends RunRequest>({ definition }: WorkflowVersionView, request: R): Result<R, Refusal> {
  const taken = takeInt64(definition.input, { value: request.input, long: request.long ?? [] });
  if (!taken.ok) return err(wrong(`/input${taken.error}`, "is a number that a double does not hold"));
  const invalid = validate(definition.input, taken.value);
  if (invalid.length === 0) return ok({ ...request, input: taken.value });
  const errors = invalid.map(({ path, message }) => ({ path: `/input${path}`, message }));
  return err(refuse("invalid_request", "the input does not fit the workflow's schema", errors));
}

/** What the run may spend: the definition's limits, lowered by the request. */
export function budgetOf(
  { definition: { limits } }: WorkflowVersionView,
  { budget }: RunRequest,
): { readonly usd: MicroUsd; readonly tokens: number } {
  return {
    usd: fromUsd(Math.min(limits.usd, budget.usd ?? limits.usd)),
    tokens: Math.min(limits.tokens, budget.tokens ?? limits.tokens),
  };
}

/** The person whose personal data the run holds: the one that the request names, otherwise the caller. */
export const subjectOf = ({ principal }: Requester, { subject }: RunRequest): string => subject ?? principal.user;

const wrong = (path: string, message: string): Refusal => refuse("invalid_request", "the body is invalid", [{ path, message }]);

const flawOfDeadline = ({ at }: Requester, { deadlineAt }: RunRequest): Refusal | null =>
  deadlineAt !== null && deadlineAt <= at ? wrong("/deadline", "is in the past") : null;

/** The caller's own data, or anybody's for a key that was made for that. */
async function flawOfSubject(ports: UseCasePorts, by: Requester, { subject, workflow }: RunRequest): Promise<Refusal | null> {
  if (subject === null || subject === by.principal.user || by.principal.forOthers) return null;
  return forbid(
    ports,
    by,
    "run.start",
    `workflow/${workflow}`,
    "another person's data needs a key with `for_others`",
    edgeRule("for_others"),
  );
}

/** Where the finished run goes: an address that may be called at all, on a host that the org listed. */
async function flawOfCallback(ports: UseCasePorts, { principal }: Requester, { callbackUrl }: RunRequest): Promise<Refusal | null> {
  if (callbackUrl === null) return null;
  const { allowPrivateHosts } = ports.settings;
  const flaw = flawOfUrl(callbackUrl, { allowPrivateHosts, fields: false });
  if (flaw !== null) return wrong("/callback_url", flaw);
  if (!URL.canParse(callbackUrl)) return wrong("/callback_url", "is not a URL");
  const part = personalPartOf(new URL(callbackUrl));
  if (part !== null) return wrong("/callback_url", `holds personal data in its ${part}; send an opaque id instead`);
  const { callback_hosts: hosts } = await ports.store.orgs.settings(principal.org);
  return isListedHost(new URL(callbackUrl), hosts) ? null : wrong("/callback_url", "is on no host of the org's `callback_hosts`");
}
