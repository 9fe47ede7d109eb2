/** `/v1/orgs/{org}`: what an org chooses for itself, and the secret that its callbacks are signed with. */

import { createHash } from "node:crypto";
import { z } from "@hono/zod-openapi";
import type { Principal } from "../../../core/access/principal.ts";
import { readWitnessKey } from "../../../core/audit/cosignature.ts";
import { CALLBACK_SECRET_NAME, SECRET_BYTES, toCallbackSecret } from "../../../core/callback/sign.ts";
import { type FieldError, type Refusal, refuse } from "../../../core/errors/problem.ts";
import { unknownId } from "../../../core/errors/unknown-name.ts";
import { readOrgGuardrails } from "../../../core/guardrail/rules/read.ts";
import { mintId } from "../../../core/ids.ts";
import { escapeToken, isObject, type Json } from "../../../core/json.ts";
import { accepts, type DataClass } from "../../../core/label/label.ts";
import {
  asDestination,
  type Destination,
  destinationKey,
  flawsOfDestination,
  NOTIFY_SECRET_NAME,
  type NotifyEntry,
  type SentDestination,
} from "../../../core/notice/destination.ts";
import { NOTICE_TOPICS } from "../../../core/notice/notice.ts";
import { flawsOfCosts } from "../../../core/org/costs.ts";
import type { OrgChange, OrgWitness, SinkClasses as SinkLimits } from "../../../core/org/settings.ts";
import type { OrgView } from "../../../core/org/view.ts";
import { warningsOfChange } from "../../../core/org/warnings.ts";
import { MOST_WITNESSES, witnessChangeView } from "../../../core/org/witnesses.ts";
import { err, ok, type Result } from "../../../core/result.ts";
import { flawOfLimits } from "../../../core/risk/limits.ts";
import { flawOfUrl } from "../../../core/tool/url.ts";
import { Errors, Form } from "../../../core/workflow/form.ts";
import type { NewCallbackSecret } from "../../store/ports.ts";
import { claim } from "../../use-cases/idempotency.ts";
import { auditRecord } from "../../use-cases/record.ts";
import { approveWitnesses, changeWitnesses } from "../../use-cases/witnesses.ts";
import type { Answer } from "../context.ts";
import { type Call, type Endpoint, endpointsOf, type NoFields, reply } from "../endpoint.ts";
import { ORG_HEADER } from "../middleware/act-in-org.ts";
import { hasClientCertificate } from "../middleware/client-certificate.ts";
import type { IngressPorts } from "../ports.ts";
import { REPLAYED, repeatable } from "../repeat.ts";
import { OrgGuardrailsShape } from "../schemas/guardrail-shapes.ts";
import { orgName } from "../schemas/names.ts";
import {
  CallbackSecret,
  ChangedOrg,
  CredentialRules,
  ModelRequirements,
  NotifyDestination,
  Org,
  OrgCostsShape,
  RequestLimitsChange,
  RetentionChange,
  RiskLimits,
  SinkClasses,
} from "../schemas/org-views.ts";
import { idempotencyHeader } from "../schemas/requests.ts";

const MOST_HOSTS = 50;

const hosts = z.array(z.string().max(260)).max(MOST_HOSTS);
const Body = z
  .strictObject({
    jurisdiction: z.unknown().optional().openapi({ description: "null: this deployment offers none yet" }),
    callback_hosts: hosts
      .nullable()
      .optional()
      .openapi({ description: "hosts that callbacks may be sent to; `host:port` allows only that port" }),
    egress: hosts.nullable().optional().openapi({ description: "hosts that the org's tools may call; null: any" }),
    retention_days: z.int().min(0).max(3_650).nullable().optional(),
    retention: z.union([RetentionChange, z.null()]).optional(),
    require_client_certificate: z.boolean().nullable().optional(),
    notify: z
      .array(z.union([z.string().max(2_048), NotifyDestination]))
      .max(20)
      .nullable()
      .optional()
      .openapi({ description: "who is told when a person is needed; a URL is a webhook for all topics" }),
    max_runs: z.int().min(0).max(1_000_000).nullable().optional(),
    limits: z.union([RequestLimitsChange, z.null()]).optional(),
    kept_answers: z.enum(["own", "shared"]).nullable().optional().openapi({
      description: "`own` (default): a cached chat answer is given only to the user who got it first; `shared`: to everybody in the org",
    }),
    guardrails: z.union([OrgGuardrailsShape, z.null()]).optional(),
    risk: z.union([RiskLimits, z.null()]).optional(),
    models: z.union([ModelRequirements, z.null()]).optional(),
    oversight: z
      .strictObject({ decoy_percent: z.number().min(0).max(50) })
      .nullable()
      .optional()
      .openapi({ description: "the percentage of reviews beside which a decoy is planted; 0 by default" }),
    assisted_review: z.enum(["off", "at_once", "after_judgement"]).nullable().optional().openapi({
      description:
        "whether a model of the task `judge` suggests what reviewers may decide, and whether they see it before their own judgement; `off` by default",
    }),
    accepts: z.union([SinkClasses, z.null()]).optional(),
    credentials: z.union([CredentialRules, z.null()]).optional(),
    traces: z
      .strictObject({
        percent: z.number().min(0).max(100).nullable().optional(),
        slow_ms: z.int().min(0).max(86_400_000).nullable().optional(),
        dear_usd: z.number().min(0).max(1_000_000).nullable().optional(),
        content: z.boolean().nullable().optional(),
      })
      .nullable()
      .optional()
      .openapi({
        description:
          "the percentage of traces that are exported, which runs are exported in any case, and whether redacted prompts and answers go along",
      }),
    costs: z.union([OrgCostsShape, z.null()]).optional(),
    witnesses: z
      .array(z.strictObject({ name: z.string().regex(/^[\x21-\x7e]{1,64}$/), url: z.string().max(2_048), key: z.string().max(400) }))
      .max(MOST_WITNESSES)
      .nullable()
      .optional()
      .openapi({ description: "witnesses of the audit log; a change waits for a second admin" }),
    may_weaken: z.array(z.string()).optional().openapi({ description: "the same as `guardrails.may_weaken`" }),
  })
  .openapi("PutOrg", {
    description:
      "an absent field stays as it is; null restores the default; `guardrails`, `models`, `accepts` and `costs` are replaced as a whole",
  });

const params = { org: orgName };
const changeParams = { ...params, id: z.string().regex(/^wit_[0-9A-Z]{26}$/) };
type PutCall = Call<typeof params, NoFields, NoFields, typeof Body>;
type RotateCall = Call<typeof params, NoFields, typeof idempotencyHeader, z.ZodType>;

export function orgRoutes(ports: IngressPorts): Endpoint[] {
  const endpoint = endpointsOf(ports);
  return [
    endpoint({
      method: "put",
      path: "/v1/orgs/{org}",
      operationId: "putOrg",
      tag: "orgs",
      summary: "Changes the org's settings; the platform admin also creates an org this way",
      action: "org.write",
      params,
      body: Body,
      answers: { 200: { description: "the org; its first callback secret is shown only in this answer", schema: ChangedOrg } },
      handle: (call) => change(ports, call),
    }),
    endpoint({
      method: "get",
      path: "/v1/orgs/{org}",
      operationId: "getOrg",
      tag: "orgs",
      summary: "Returns the org, with every default filled in",
      action: "org.read",
      params,
      answers: { 200: { description: "the org", schema: Org } },
      async handle(call) {
        const org = orgOf(call);
        const view = org.ok ? await ports.store.orgs.get(org.value) : null;
        return view === null ? err(unknownId("org", call.params.org)) : reply(200, await withChange(ports, view));
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/orgs/{org}/witnesses/{id}/approve",
      operationId: "approveWitnesses",
      tag: "orgs",
      summary: "Puts a requested list of witnesses in force, as a second admin",
      action: "org.write",
      params: changeParams,
      answers: { 200: { description: "the org", schema: Org } },
      refusals: ["conflict", "second_person_required"],
      async handle(call) {
        const org = orgOf(call);
        if (!org.ok) return org;
        const approved = await approveWitnesses(ports, call, org.value, call.params.id);
        if (!approved.ok) return approved;
        const view = await ports.store.orgs.get(org.value);
        return view === null ? err(unknownId("org", org.value)) : reply(200, await withChange(ports, view));
      },
    }),
    endpoint({
      method: "post",
      path: "/v1/orgs/{org}/callback-secret",
      operationId: "rotateCallbackSecret",
      tag: "orgs",
      summary: "Creates a callback secret; until the next one is created, callbacks are also signed with the previous one",
      action: "org.write",
      params,
      headers: idempotencyHeader,
      answers: { 201: { description: "the secret, shown only in this answer", schema: CallbackSecret } },
      refusals: ["idempotency_key_reused"],
      handle: (call) => rotate(ports, call),
    }),
  ];
}

/** The org with the list of witnesses that waits for a second person. */
async function withChange(ports: IngressPorts, view: OrgView) {
  const change = await ports.store.orgs.witnessChange(view.org);
  return { ...view, witnesses_change: change === null ? null : witnessChangeView(change) };
}

/** The org in the path is the caller's own, or any for a platform admin who names no other in the header. */
function orgOf(call: { params: { org: string }; principal: Principal; request: Request }): Result<string, Refusal> {
  const { org } = call.params;
  if (org === call.principal.org || (call.principal.platformAdmin && !call.request.headers.has(ORG_HEADER))) return ok(org);
  return err(unknownId("org", org));
}

type Changed = Awaited<ReturnType<typeof withChange>> & { readonly callback_secret?: string };

async function change(ports: IngressPorts, call: PutCall): Promise<Answer<200, Changed>> {
  const org = orgOf(call);
  if (!org.ok) return org;
  const { jurisdiction, guardrails: sent, may_weaken: mayWeaken, witnesses, ...others } = call.body;
  // `may_weaken` by itself leaves the rules as they are.
  const held = sent === undefined && mayWeaken !== undefined ? (await ports.store.orgs.settings(org.value)).guardrails : null;
  const read = readSent((held as Json | null) ?? (sent as Json | undefined), mayWeaken);
  const rest = { ...others, ...(read.guardrails === undefined ? {} : { guardrails: read.guardrails }) };
  const known = rest.notify == null ? [] : (await ports.store.orgs.settings(org.value)).notify.map(asDestination);
  const limits = rest.risk == null ? null : flawOfLimits((await ports.store.orgs.settings(org.value)).risk, rest.risk);
  const errors = [
    ...flawsOf(ports, call, jurisdiction, rest as OrgChange, known),
    ...read.errors,
    ...(limits === null ? [] : [{ path: `/risk/${limits.limit}`, message: limits.message }]),
    ...flawsOfWitnesses(ports, witnesses ?? []),
  ];
  if (errors.length > 0) return err(refuse("invalid_request", "the settings are invalid", errors));
  const notify = rest.notify == null ? rest.notify : await sealed(ports, org.value, rest.notify, known);
  const orgChange = tidied({ ...rest, ...(notify === undefined ? {} : { notify }) } as OrgChange);
  // The first list of hosts or destinations makes callbacks possible: from then on there is something to sign them with.
  const isFirst = (orgChange.callback_hosts?.length ?? 0) > 0 || (orgChange.notify?.length ?? 0) > 0;
  const fresh = isFirst ? await newSecret(ports, org.value, call.at) : null;
  const record = auditRecord(ports, call, {
    type: "org.changed",
    action: "org.write",
    resource: `org/${org.value}`,
    decision: "allow",
    data: recorded(orgChange),
  });
  const { view, secretKept } = await ports.store.orgs.put(org.value, orgChange, fresh?.kept ?? null, record);
  // After the rest: a list of witnesses takes effect later, and what it is sent to has to be in `callback_hosts` by then.
  if (witnesses !== undefined) await changeWitnesses(ports, call, org.value, witnesses ?? []);
  const settled = witnesses === undefined ? view : ((await ports.store.orgs.get(org.value)) ?? view);
  const shown = secretKept && fresh !== null ? { callback_secret: fresh.text } : {};
  const warnings = warningsOfChange(orgChange, settled.retention_days, ports.settings.sendsMail);
  const warned = warnings.length === 0 ? {} : { warnings: warnings.map(({ path, message }) => ({ path, message })) };
  return reply(200, { ...(await withChange(ports, settled)), ...shown, ...warned });
}

/** The guardrails as they were sent, with their errors; undefined: nothing was said about them. */
function readSent(sent: Json | undefined, mayWeaken: readonly string[] | undefined) {
  const errors = new Errors();
  if (sent === null || (sent === undefined && mayWeaken === undefined)) return { guardrails: sent, errors: errors.list };
  const listed = mayWeaken === undefined ? {} : { may_weaken: [...mayWeaken] };
  const guardrails = readOrgGuardrails(new Form({ ...(isObject(sent) ? sent : {}), ...listed }, "/guardrails", errors, "`guardrails`"));
  return { guardrails, errors: errors.list };
}

function flawsOf(
  ports: IngressPorts,
  call: PutCall,
  jurisdiction: unknown,
  change: OrgChange,
  known: readonly Destination[],
): FieldError[] {
  const errors: FieldError[] = [];
  if (jurisdiction !== undefined && jurisdiction !== null)
    errors.push({ path: "/jurisdiction", message: "cannot be chosen: this deployment keeps every org in one jurisdiction" });
  errors.push(...flawsOfCosts(change.costs ?? {}));
  const { allowPrivateHosts, auditLockYears } = ports.settings;
  if ((change.retention?.audit_years ?? auditLockYears) < auditLockYears)
    errors.push({
      path: "/retention/audit_years",
      message: `is below the lock that was set at deploy: evidence here is kept for at least ${auditLockYears === 1 ? "a year" : `${auditLockYears} years`}, and nobody can delete it earlier; ask for ${auditLockYears} or more`,
    });
  for (const field of ["callback_hosts", "egress"] as const)
    for (const [index, host] of (change[field] ?? []).entries()) {
      const flaw = flawOfHost(host, allowPrivateHosts);
      if (flaw !== null) errors.push({ path: `/${field}/${index}`, message: flaw });
    }
  for (const host of Object.keys(change.accepts?.hosts ?? {})) {
    const flaw = flawOfHost(host, allowPrivateHosts);
    if (flaw !== null) errors.push({ path: `/accepts/hosts/${escapeToken(host)}`, message: flaw });
  }
  for (const [index, entry] of (change.notify ?? []).entries()) {
    const hadSecret = known.some(
      (one) => one.secret !== undefined && destinationKey(one) === (typeof entry === "string" ? "" : destinationKey(entry)),
    );
    const flaw = (url: string): string | null => flawOfUrl(url, { allowPrivateHosts, fields: false });
    errors.push(...flawsOfDestination(entry, `/notify/${index}`, flaw, hadSecret));
  }
  // Who turns it on shows that it can be met: otherwise nobody of the org could turn it off again.
  if (change.require_client_certificate === true && call.principal.credential !== "admin" && !hasClientCertificate(call.request))
    errors.push({
      path: "/require_client_certificate",
      message: "must be set by a request with a verified client certificate",
    });
  return errors;
}

function flawsOfWitnesses({ settings: { allowPrivateHosts } }: IngressPorts, witnesses: readonly OrgWitness[]): FieldError[] {
  const keys = new Set<string>();
  return witnesses.flatMap(({ url, key }, index): FieldError[] => {
    const flaw = flawOfUrl(url, { allowPrivateHosts, fields: false });
    const errors: FieldError[] = flaw === null ? [] : [{ path: `/witnesses/${index}/url`, message: flaw }];
    if (readWitnessKey(key, sha256) === null)
      errors.push({ path: `/witnesses/${index}/key`, message: "is not the verifier key of a witness (`npm run witness` prints its own)" });
    if (keys.has(key)) errors.push({ path: `/witnesses/${index}/key`, message: "is listed twice" });
    keys.add(key);
    return errors;
  });
}

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());

/** Secrets are sealed; a destination that is sent without its secret keeps the one that it has. */
async function sealed(
  ports: IngressPorts,
  org: string,
  sent: readonly (string | SentDestination)[],
  known: readonly Destination[],
): Promise<NotifyEntry[]> {
  return Promise.all(
    sent.map(async (entry): Promise<NotifyEntry> => {
      if (typeof entry === "string") return entry;
      const { kind, url, to, on = NOTICE_TOPICS } = entry;
      const before = known.find((one) => destinationKey(one) === destinationKey(entry));
      const secret = entry.secret === undefined ? before?.secret : await ports.keys.sealSecret(org, NOTIFY_SECRET_NAME, entry.secret);
      return {
        ...{ kind, on },
        ...(url === undefined ? {} : { url }),
        ...(to === undefined ? {} : { to }),
        ...(secret === undefined ? {} : { secret }),
      };
    }),
  );
}

/** null, or why this is not a host as it appears in a URL. */
function flawOfHost(host: string, allowPrivateHosts: boolean): string | null {
  const url = `https://${host}`;
  if (!URL.canParse(url) || new URL(url).host !== host.toLowerCase())
    return "is not a host as it appears in a URL, like `hooks.example.com` or `hooks.example.com:8443`";
  return flawOfUrl(url, { allowPrivateHosts, fields: false });
}

const listed = (hosts: readonly string[]): string[] => [...new Set(hosts.map((host) => host.toLowerCase()))];

/** By host in lower case; of two spellings of one host the stricter class holds. */
function strictest(hosts: NonNullable<SinkLimits["hosts"]>): NonNullable<SinkLimits["hosts"]> {
  const found = new Map<string, DataClass>();
  for (const [spelled, most] of Object.entries(hosts)) {
    const host = spelled.toLowerCase();
    const before = found.get(host);
    found.set(host, before === undefined || accepts(before, most) ? most : before);
  }
  return Object.fromEntries(found);
}

const tidied = (change: OrgChange): OrgChange => ({
  ...change,
  ...(change.callback_hosts ? { callback_hosts: listed(change.callback_hosts) } : {}),
  ...(change.egress ? { egress: listed(change.egress) } : {}),
  ...(change.accepts?.hosts ? { accepts: { ...change.accepts, hosts: strictest(change.accepts.hosts) } } : {}),
});

/** A notify URL may hold a token, and a phrase a name, so the audit chain records only how many there are. */
function recorded({ notify, guardrails, ...change }: OrgChange) {
  const counted = notify === undefined ? {} : { notify: notify?.length ?? null };
  const ruled = guardrails === undefined ? {} : { guardrails: JSON.parse(JSON.stringify(guardrails, withCounts)) };
  return JSON.parse(JSON.stringify({ ...change, ...counted, ...ruled }));
}

const COUNTED: ReadonlySet<string> = new Set(["phrases", "patterns", "allow", "deny"]);
const withCounts = (name: string, value: unknown): unknown => (COUNTED.has(name) && Array.isArray(value) ? value.length : value);

async function newSecret(ports: IngressPorts, org: string, at: number): Promise<{ text: string; kept: NewCallbackSecret }> {
  const text = toCallbackSecret(ports.random(SECRET_BYTES));
  return { text, kept: { id: mintId("sec", at, ports.random(10)), sealed: await ports.keys.sealSecret(org, CALLBACK_SECRET_NAME, text) } };
}

async function rotate(
  ports: IngressPorts,
  call: RotateCall,
): Promise<Answer<201, { readonly id: string; readonly org: string; readonly callback_secret?: string }>> {
  const org = orgOf(call);
  const view = org.ok ? await ports.store.orgs.get(org.value) : null;
  if (!org.ok || view === null) return err(unknownId("org", call.params.org));
  const { text, kept } = await newSecret(ports, org.value, call.at);
  const claimed = await claim<"created">(ports, call, repeatable(call, {}), kept.id);
  if (!claimed.ok) return claimed;
  const { id, replayed, settle } = claimed.value;
  // Made by the first try: its text is nowhere any more.
  if (replayed !== null) return reply(201, { id, org: org.value }, REPLAYED);
  const record = auditRecord(ports, call, {
    type: "org.callback_secret_made",
    action: "org.write",
    resource: `org/${org.value}`,
    decision: "allow",
    data: { id },
  });
  await ports.store.orgs.rotateCallbackSecret(org.value, { ...kept, id }, record);
  await settle("created");
  return reply(201, { id, org: org.value, callback_secret: text });
}
