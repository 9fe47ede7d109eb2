/** What a start of a run asks for, and what is wrong with it. Reads, and keeps nothing but the record of a denial. */
import { z } from "@hono/zod-openapi";
import { type Refusal, refuse } from "../../core/errors/problem.ts";
import type { Json } from "../../core/json.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { flawOfUrl } from "../../core/tool/url.ts";
import { validate } from "../../core/workflow/schema.ts";
import type { WorkflowVersionView } from "../../core/workflow/view.ts";
import type { AnyCall } from "./endpoint.ts";
import { edgeRule, forbid } from "./middleware/check-access.ts";
import type { IngressPorts } from "./ports.ts";
import { anyJson, instant, userName, workflowName } from "./schemas/names.ts";
import { jsonObject } from "./schemas/requests.ts";

/** Notes of the caller's, not data to work on. */
const METADATA_CHARACTERS = 16_384;

/** docs/contract.md, "Runs"; `POST /v1/runs/estimate` takes the same. */
export const StartBody = z
  .strictObject({
    workflow: workflowName,
    version: z.int().min(1, "is a whole number from 1").optional(),
    input: anyJson,
    budget: z
      .strictObject({ usd: z.number().min(0).optional(), tokens: z.int().min(0).optional() })
      .optional()
      .openapi({ description: "lowers the definition's limits, never raises them" }),
    deadline: instant.optional(),
    subject: userName
      .optional()
      .openapi({ description: "whose data it is; another one than the caller's user needs a key with `for_others`" }),
    metadata: jsonObject
      .refine((value) => JSON.stringify(value).length <= METADATA_CHARACTERS, `has at most ${METADATA_CHARACTERS} characters`)
      .optional(),
    callback_url: z.string().max(2_048).optional().openapi({
      description: "gets a POST of the finished run, signed as Standard Webhooks say; its host is one of the org's `callback_hosts`",
    }),
  })
  .openapi("StartRun");

type Start = AnyCall & { readonly body: z.output<typeof StartBody> };

/** What can be refused before anything is looked up for the run itself. */
export const flawOfStart = async (ports: IngressPorts, call: Start): Promise<Refusal | null> =>
  checkRequest(call) ?? (await checkSubject(ports, call)) ?? (await checkCallback(ports, call));

/** The version that is asked for, or the one that this caller's runs start with. */
export function workflowOf({ store: { workflows } }: IngressPorts, { principal, body }: Start): Promise<WorkflowVersionView | null> {
  return body.version === undefined
    ? workflows.choose(principal.org, body.workflow, principal.user)
    : workflows.get(principal.org, body.workflow, body.version);
}

/** The input as it was sent, against the workflow's schema. */
export function flawOfInput({ definition }: WorkflowVersionView, { input }: Start["body"]): Refusal | null {
  const invalid = validate(definition.input, input as Json);
  if (invalid.length === 0) return null;
  const errors = invalid.map(({ path, message }) => ({ path: `/input${path}`, message }));
  return refuse("invalid_request", "the input does not fit the workflow's schema", errors);
}

/** A request lowers the definition's limits, never raises them. */
export const budgetOf = ({ definition: { limits } }: WorkflowVersionView, { budget }: Start["body"]) => ({
  usd: Math.min(limits.usd, budget?.usd ?? limits.usd),
  tokens: Math.min(limits.tokens, budget?.tokens ?? limits.tokens),
});

function checkRequest({ body, at }: Start): Refusal | null {
  if (body.input === undefined) return refuse("invalid_request", "the body is invalid", [{ path: "/input", message: "is required" }]);
  if (body.deadline !== undefined && Date.parse(body.deadline) <= at) {
    return refuse("invalid_request", "the body is invalid", [{ path: "/deadline", message: "is in the past" }]);
  }
  return null;
}

/** Whose data it is: the caller's own user, or anybody for a key that was made for that. */
async function checkSubject(ports: IngressPorts, call: Start): Promise<Refusal | null> {
  const { principal, body } = call;
  if (body.subject === undefined || body.subject === principal.user || principal.forOthers) return null;
  const detail = "another person's data needs a key with `for_others`";
  return forbid(ports, call, "run.start", `workflow/${body.workflow}`, detail, edgeRule("for_others"));
}

/** Where the finished run goes: an address that may be called at all, on a host that the org listed. */
async function checkCallback(ports: IngressPorts, { principal, body }: Start): Promise<Refusal | null> {
  if (body.callback_url === undefined) return null;
  const { allowPrivateHosts } = ports.settings;
  const flaw = flawOfUrl(body.callback_url, { allowPrivateHosts, fields: false });
  const wrong = (message: string): Refusal => refuse("invalid_request", "the body is invalid", [{ path: "/callback_url", message }]);
  if (flaw !== null) return wrong(flaw);
  if (!URL.canParse(body.callback_url)) return wrong("is not a URL");
  const { callback_hosts: hosts } = await ports.store.orgs.settings(principal.org);
  return isListedHost(new URL(body.callback_url), hosts) ? null : wrong("is on no host of the org's `callback_hosts`");
}
