/**
 * A small honest world for the ingress: everything kept in maps, every write on a list that tests look at. Auth, guardrails and
 * rate limit are the real ones; storage, runs, reviews and the switch are in memory.
 */

import { createHash, createHmac, randomBytes } from "node:crypto";
import type { Role } from "../../core/access/principal.ts";
import type { AuditRecord } from "../../core/audit/record.ts";
import { type Account, newAccount } from "../../core/budget/account.ts";
import { withCaps } from "../../core/budget/alert.ts";
import { NOTHING } from "../../core/budget/amount.ts";
import { budgetView } from "../../core/budget/view.ts";
import { type ComplianceExport, NOTHING_YET } from "../../core/compliance/export.ts";
import { refuse } from "../../core/errors/problem.ts";
import { mintId, mintSealedRunId, parseSealedRunId, type RunId } from "../../core/ids.ts";
import type { Json } from "../../core/json.ts";
import { type StopScope, scopeText } from "../../core/kill-switch/stops.ts";
import type { SwitchView } from "../../core/kill-switch/view.ts";
import { type Book, EMPTY, grant } from "../../core/limits/book.ts";
import { admitUse, type CredentialUse } from "../../core/limits/credential-use.ts";
import { withDefaultModels } from "../../core/model/defaults.ts";
import type { ModelParameters } from "../../core/model/entry.ts";
import { type ErasureRecord, type ErasureView, erasureView } from "../../core/person/erasure.ts";
import { err, ok } from "../../core/result.ts";
import type { ReviewView } from "../../core/review/view.ts";
import type { RunSignal } from "../../core/run/machine/signal.ts";
import type { RunView } from "../../core/run/outside/view.ts";
import type { LogLine } from "../../core/telemetry/log-line.ts";
import { toRfc3339 } from "../../core/time.ts";
import type { Permission } from "../../core/workflow/authority.ts";
import { versionOf } from "../../workers/access/version.ts";
import { defineAuth } from "../../workers/auth/auth.ts";
import { defineLastUse } from "../../workers/auth/last-use.ts";
import { readIssuers } from "../../workers/auth/oidc/issuers.ts";
import { defineProviders } from "../../workers/auth/oidc/provider.ts";
import { defineSignIn } from "../../workers/auth/oidc/sign-in.ts";
import { defineGuard } from "../../workers/guardrail/guard.ts";
import { previewAdmission } from "../../workers/guardrail/preview.ts";
import { defineIngress } from "../../workers/ingress/app.ts";
import type { IngressPorts } from "../../workers/ingress/ports.ts";
import { defineKnowledge } from "../../workers/knowledge/knowledge.ts";
import { defineLimitsOfIsolate } from "../../workers/limits/limits.ts";
import { definePolicyWork } from "../../workers/policy-work/policy-work.ts";
import { checkDeclared, isDeclaredJson } from "./declared-answers.ts";
import { type FakeRuns, makeEngineFake } from "./engine-fake.ts";
import { permits } from "./ingress-rules.ts";
import { policyJobsInMemory } from "./policy-jobs.ts";
import { makeStoreFake } from "./store-fake.ts";
import { paged } from "./store-fake-lists.ts";

export const ADMIN_KEY = "a-platform-admins-key-for-tests";
export const NOW = Date.UTC(2026, 9, 1, 12);
const SECRET = "the deployment's key in tests";

const hmac = (text: string) => createHmac("sha256", SECRET).update(text);
const seal = (text: string): Uint8Array => new Uint8Array(hmac(text).digest());

export type World = ReturnType<typeof makeWorld>;

export function makeWorld(
  options: { perMinute?: number; allowPrivateHosts?: boolean; adminApiKey?: string; oidcIssuers?: string; fetch?: typeof fetch } = {},
) {
  const clock = { at: NOW };
  /** Every write to anything that keeps: the name of the port and of what it wrote. */
  const writes: string[] = [];
  const records: { org: string; record: AuditRecord }[] = [];
  const lines: LogLine[] = [];
  const budgets = new Map<string, Account>();
  const runs: FakeRuns = new Map();
  /** What orgs were alerted of. */
  const alerts: { readonly org: string; readonly id: string; readonly type: string; readonly data: Json }[] = [];
  const reviews = new Map<string, { org: string; startedBy: string; view: ReviewView }>();
  const switches = new Map<string, { scope: StopScope; view: SwitchView }>();
  const erasures = new Map<string, ErasureView>();
  const compliance = new Map<string, ComplianceExport>();
  const vault = new Map<string, { placeholder: string; value: string }[]>();
  /** What tests put in place of what happens. */
  const books = new Map<string, Book>();
  const script: {
    stops: (() => never) | null;
    onStart: (view: RunView) => void;
    decide: (() => never) | null;
    throws: { [port: string]: unknown[] };
    callTool: IngressPorts["callTool"];
    /** What an MCP server lists, and what lies at a document's address. */
    listed: Awaited<ReturnType<IngressPorts["sources"]["mcpTools"]>>;
    document: Awaited<ReturnType<IngressPorts["sources"]["document"]>>;
    touched: string[];
    /** What the upstreams of all models taught. */
    taught: ModelParameters;
    limits: (() => never) | null;
    mayTry: (address: string) => boolean;
    /** What the policies say to every start, and to every decision that is made again. */
    mayStart: Permission;
    /** Questions of an analysis of policies; each takes a tenth of a second. */
    questions: number;
  } = {
    questions: 0,
    mayStart: { decision: "allow", policyVersion: "p1", reasons: [] },
    taught: {},
    limits: null,
    mayTry: () => true,
    stops: null,
    onStart: () => undefined,
    decide: null,
    throws: {},
    listed: ok([]),
    document: ok({}),
    callTool: async () => ({
      result: { ok: true, output: { done: true } },
      reached: "answered",
      status: 200,
      durationMs: 3,
      openings: [],
      findings: [],
    }),
    touched: [],
  };
  /** A port that the test makes fail throws once for each error it was given. */
  const reach = (port: string): void => {
    script.touched.push(port);
    const errors = script.throws[port];
    if (errors !== undefined && errors.length > 0) throw errors.shift();
  };
  const keep = (what: string, org?: string, record?: AuditRecord): void => {
    writes.push(what);
    if (record !== undefined && org !== undefined) records.push({ org, record });
  };

  const storeFake = makeStoreFake({ now: () => clock.at, keep, reach, records, runs: () => [...runs.values()].map(({ view }) => view) });
  const { store, keys, secrets, claims } = storeFake;
  const signals: { run: string; signal: RunSignal }[] = [];

  const guard = defineGuard({
    vault: {
      async assign(org, { run, values }) {
        if (values.length === 0) return [];
        keep("vault");
        const held = vault.get(`${org}/${run}`) ?? [];
        vault.set(`${org}/${run}`, held);
        return values.map(({ type, value }) => {
          const known = held.find((item) => item.value === value && item.placeholder.startsWith(`{{${type}_`));
          if (known !== undefined) return known.placeholder;
          const placeholder = `{{${type}_${held.filter((item) => item.placeholder.startsWith(`{{${type}_`)).length + 1}}}`;
          held.push({ placeholder, value });
          return placeholder;
        });
      },
      async open(org, { run, placeholders }) {
        const held = vault.get(`${org}/${run}`) ?? [];
        return placeholders.map((placeholder) => held.find((item) => item.placeholder === placeholder)?.value ?? null);
      },
    },
  });

  const engine = makeEngineFake({
    ...{ runs, signals, reach, keep },
    now: () => clock.at,
    advance: (ms) => {
      clock.at += ms;
    },
    onStart: (view) => script.onStart(view),
  });

  const provider = {
    fetch: options.fetch ?? (async () => new Response(null, { status: 503 })),
    now: () => clock.at,
    wait: async () => undefined,
    allowPrivateHosts: options.allowPrivateHosts ?? false,
  };
  const { issuers } = readIssuers(options.oidcIssuers ?? null, provider.allowPrivateHosts, "urn:bulkhead");
  const providers = defineProviders(provider);

  const uses = new Map<string, CredentialUse>();
  const ports: IngressPorts = {
    now: () => clock.at,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    exportsTraces: false,
    settings: {
      auditLockYears: 3,
      sendsMail: false,
      adminApiKey: options.adminApiKey ?? ADMIN_KEY,
      allowPrivateHosts: options.allowPrivateHosts ?? false,
      version: "test",
      perMinute: options.perMinute ?? 1_000_000,
      publicUrl: null,
    },
    guard,
    sessions: () => Promise.reject(new Error("unscripted: sessions")) as never,
    memories: () => Promise.reject(new Error("unscripted: memories")) as never,
    // Documents lie in objects, which these tests have none of (test/scenario/knowledge.test.ts has).
    readDocument: () => Promise.reject(new Error("unscripted: readDocument")),
    knowledge: defineKnowledge({
      shard: () => Promise.reject(new Error("unscripted: knowledge")) as never,
      nameOf: (collection) => collection,
      embed: async () => null,
      weightOf: () => 1,
    }),
    moderate: async () => null,
    taskModels: { ask: async () => null, isRegistered: async () => false },
    chat: {
      complete: async () => err(refuse("not_found", "there is no such model")),
      embed: async () => err(refuse("not_found", "there is no such model")),
    },
    takenBy: (_org, { parameters }) => ({ ...parameters, ...script.taught }),
    models: async (org) => withDefaultModels(await ports.store.models.list(org), null),
    signIn: defineSignIn({
      ...provider,
      issuers,
      providers,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      mac: (text) => ports.keys.mac("session", `sign-in\n${text}`),
      clientSecret: () => null,
    }),
    noteUse: defineLastUse({
      now: () => clock.at,
      log: (line) => lines.push(line),
      key: (id, at) => ports.store.keys.used(id, at),
      login: (principal, at) => ports.store.logins.seen(principal, at),
    }),
    auth: defineAuth({
      now: () => clock.at,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      adminApiKey: options.adminApiKey ?? ADMIN_KEY,
      keyByHash: (hash) => ports.store.keys.byHash(hash),
      sessions: { end: (id, until) => ports.store.sessions.end(id, until), isEnded: (id) => ports.store.sessions.isEnded(id) },
      sessionMac: (text) => ports.keys.mac("session", text),
      issuers,
      providers,
    }),
    mayStart: async () => script.mayStart,
    mayKnow: async () => script.mayStart,
    policies: {
      flawsOf: (cedar) =>
        cedar.includes("permit") || cedar.includes("forbid") ? [] : [{ line: 1, column: 1, message: "holds no policy" }],
      versionOf,
    },
    starts: { enter: () => 0, leave: () => undefined },
    limits: defineLimitsOfIsolate({
      now: () => clock.at,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      wait: async (_, left) =>
        left === undefined ? undefined : new Promise<void>((resolve) => left.addEventListener("abort", () => resolve())),
      log: (line) => lines.push(line),
      object: (org) => ({
        async ask(isolate, wishes) {
          if (script.limits !== null) script.limits();
          return wishes.map((wish) => {
            const answered = grant(books.get(`${org} ${wish.scope}`) ?? EMPTY, isolate, wish, clock.at);
            books.set(`${org} ${wish.scope}`, answered.book);
            return answered.grant;
          });
        },
      }),
    }),
    pastRuns: async () => [],
    costs: {
      ask: async (_org, user, { by }) =>
        ok({
          data: [{ ...Object.fromEntries(by.map((name) => [name, user])), usd: 0.25, tokens_in: 4, tokens_out: 2, calls: 1 }],
          total_usd: 0.25,
        }),
    },
    mayTry: async (address) => script.mayTry(address),
    keys: {
      jwks: async () => ({ keys: [] }),
      mintRunId: async (org, at) => mintSealedRunId(org, at, new Uint8Array(randomBytes(6)), seal),
      parseRunId: async (org, id) => parseSealedRunId(org, id, seal),
      mac: async (purpose, text) => hmac(`${purpose}\n${text}`).digest("hex"),
      introspect: async (token) => (token.startsWith("good-") ? { active: true, org: token.slice(5), sub: "run_1" } : { active: false }),
      sealSecret: async (_org, _name, value) => createHash("sha256").update(value).digest("hex"),
    },
    access: {
      decide(principal, action, resource) {
        if (script.decide !== null) script.decide();
        const scrapes = principal.roles.every((role) => role === "monitor") && principal.org === "default";
        const metrics = action === "metrics.read" && (principal.platformAdmin || scrapes);
        const byRole = principal.roles.some((role) => permits(role, action, principal.user, resource.owner));
        const allowed = principal.org === resource.org && (metrics || byRole);
        const everything = resource.attributes?.["scope"] === "all" && !principal.platformAdmin;
        return { decision: allowed && !everything ? "allow" : "deny", policyVersion: "test-policy", reasons: [] };
      },
    },
    runs: (id) => ({
      start: (start) => engine.start(start),
      awaitBirth: () => engine.awaitBirth(id),
      view: () => engine.view(id),
      stepOutput: async (step) => {
        const output = (await engine.view(id))?.steps.find((one) => one.id === step)?.output;
        return output === undefined ? null : new Blob([JSON.stringify(output)]).stream();
      },
      news: (...given) => engine.news(id, ...given),
      events: (after) => engine.events(id, after),
      cancel: (...given) => engine.cancel(id, ...given),
      pause: (...given) => engine.pause(id, ...given),
      resume: (...given) => engine.resume(id, ...given),
      spans: () => engine.spans(id),
      explain: async () => null,
      context: async () => null,
      redrive: (...given) => engine.redrive(id, ...given),
      discard: (...given) => engine.discard(id, ...given),
      signal: (signal) => engine.signal(id, signal),
      replay: () => engine.replay(id),
      starters: async () => null,
    }),
    reviews: (org) => ({
      list: async (status, page) =>
        paged(
          [...reviews.values()]
            .filter((review) => review.org === org && (status === null || review.view.status === status))
            .map(({ view }) => view),
          page,
        ),
      read: async (id) => (reviews.get(id)?.org === org ? (reviews.get(id)?.view ?? null) : null),
      callOf: async () => null,
      suggestionOf: async () => null,
      askSuggestion: async () => null,
      suggest: async () => {},
      operationsOf: async () => [],
      tallies: async () => ({}),
      oversight: async () => [],
      async decide(id, decision) {
        const review = reviews.get(id);
        if (review === undefined || review.org !== org) return err(refuse("not_found", "not found"));
        if (review.startedBy === decision.by) return err(refuse("second_person_required", "another person has to decide"));
        if (review.view.status !== "pending") return err(refuse("conflict", "the review is decided"));
        if (decision.digest !== null && decision.digest !== review.view.digest) return err(refuse("conflict", "the proposal changed"));
        keep(`decide ${JSON.stringify(decision)}`);
        review.view.status = "approved";
        review.view.decision = { action: decision.action, by: decision.by, reason: decision.reason, at: toRfc3339(clock.at) };
        return ok(review.view);
      },
    }),
    killSwitch: {
      async stops() {
        reach("killSwitch.stops");
        if (script.stops !== null) script.stops();
        return { epoch: switches.size, active: [...switches.values()].map(({ scope }) => scope), asOf: clock.at };
      },
      async throwSwitch(scope, by, reason) {
        keep(`throw ${scopeText(scope)} ${reason}`);
        const view = {
          id: mintId("kill", clock.at, new Uint8Array(10)),
          scope: scopeText(scope),
          active: true,
          epoch: 1,
          by: by.user,
          at: toRfc3339(clock.at),
          reason,
        };
        switches.set(view.id, { scope, view });
        return view;
      },
      status: async () => ({ switches: [...switches.values()].map(({ view }) => view), recoveries: [], in_flight: 0, drained_at: null }),
      async drill(scope) {
        keep(`drill ${scopeText(scope)}`);
        return ok({ id: mintId("drill", clock.at, new Uint8Array(randomBytes(10))) });
      },
      drills: async () => [],
      async requestRecovery(scope) {
        const thrown = [...switches.values()].find((item) => scopeText(item.scope) === scopeText(scope));
        if (thrown === undefined) return err(refuse("conflict", "no switch is active for this scope"));
        keep(`recovery ${scopeText(scope)}`);
        return ok({ id: mintId("rec", clock.at, new Uint8Array(randomBytes(10))) });
      },
      async approveRecovery(id) {
        return err(refuse(id.startsWith("rec_") ? "second_person_required" : "not_found", "another admin has to approve"));
      },
    },
    store,
    budgets: () => ({
      async setCaps(org, scope, caps, record) {
        keep(`budget ${scope}`, org, record);
        const account = withCaps(budgets.get(`${org} ${scope}`) ?? newAccount(scope, clock.at), caps);
        budgets.set(`${org} ${scope}`, account);
        return budgetView({ account, leased: NOTHING }, clock.at);
      },
      view: async (org, page) =>
        paged(
          [...budgets]
            .filter(([key]) => key.startsWith(`${org} `))
            .map(([, account]) => budgetView({ account, leased: NOTHING }, clock.at)),
          page,
        ),
    }),
    estimates: {
      preview: previewAdmission,
      authorize: async () => ({
        kind: "model",
        permission: { decision: "allow", policyVersion: "test-policy", reasons: [] },
        rejected: [],
        candidates: [{ id: "acme/small-1.0.0", price: { input: 1, output: 4, cached_input: null }, context: 128_000 }],
        tools: [],
      }),
      pastCosts: async () => [],
    },
    auditLog: () => ({
      checkpoint: async () => err({ code: "empty" }),
      proof: async () => err({ code: "empty" }),
      consistency: async () => err({ code: "empty" }),
      tile: async () => null,
    }),
    erasures: {
      erase: async (org, subject, by) => {
        keep("person.erase");
        const record: ErasureRecord = {
          id: mintId("era", clock.at, randomBytes(10)),
          org,
          subject: null,
          status: "completed",
          askedBy: by.user,
          askedAt: clock.at,
          completedAt: clock.at,
          gone: { VAULT_KEYS: 1 },
        };
        const view = erasureView(record, 0);
        erasures.set(`${org}/${subject}`, view);
        erasures.set(`${org} ${view.id}`, view);
        return { view, rest: Promise.resolve() };
      },
      underWay: async (org, subject) => erasures.get(`${org}/${subject}`) ?? null,
      get: async (org, id) => erasures.get(`${org} ${id}`) ?? null,
    },
    policyWork: definePolicyWork({
      now: () => clock.at,
      random: (bytes) => new Uint8Array(randomBytes(bytes)),
      log: (line) => lines.push(line),
      store: policyJobsInMemory((what, org, record) => {
        keep(what);
        if (record !== null) records.push({ org, record });
      }).store,
      version: (org, version) => store.policies.get(org, version),
      active: (org) => store.policies.active(org),
      answerTo: () => script.mayStart,
      analysis: () => ({
        ...{ of: script.questions, ids: [], sampled: false },
        ask: () => {
          clock.at += 100;
          return { deciding: [], example: null };
        },
      }),
      shipped: () => "p1",
      newestRuns: async () => [],
      decisions: async () => ({ decisions: [], next: null }),
    }),
    inventory: async () => ({ data: [], next: null }),
    compliance: {
      begin: async ({ id, org, user, framework, fromAt, toAt }) => {
        keep("compliance.begin");
        const at = clock.at;
        const one: ComplianceExport = {
          ...{ id, org, framework, askedBy: user, askedAt: at, fromAt, toAt },
          ...{ status: "completed", progress: NOTHING_YET, completedAt: at },
        };
        compliance.set(id, one);
        return { export: one, rest: Promise.resolve() };
      },
      get: async (org, id) => {
        const one = compliance.get(id);
        return one?.org === org ? one : null;
      },
      list: async (org) => ({ data: [...compliance.values()].filter((one) => one.org === org), next_cursor: null }),
      zip: () => new Blob(["PK"]).stream(),
    },
    personExports: {
      isKnown: async () => true,
      async *pieces({ org, subject, ownOnly }) {
        const values = ownOnly ? "from_input" : "all";
        const rest = { pseudonym: null, runs: [], calls: [], feedback: [], erasure: null, next_cursor: null };
        yield JSON.stringify({ subject, org, generated_at: toRfc3339(clock.at), values, ...rest });
      },
    },
    evidence: async () => ({ html: "<!doctype html>", sha256: "0".repeat(64), complete: true }),
    rawAudit: {
      standing: async () => ({ head: null, fork: null, checkpoint: null, tree: null, published: null }),
      pages: async () => [],
      segments: async () => [],
      object: async () => null,
    },
    verifyAudit: async (_org, { cursor }) => {
      if (cursor !== null) return err("no_cursor");
      const rest = { from: null, again: 0, checkpoint: null, next_cursor: null };
      return ok({ ok: true, checked: records.length, problems: [], head: null, ...rest });
    },
    authorize: async (question) => {
      const manifest = question.kind === "tool" ? await store.tools.get(question.caller.org, question.tool, null) : null;
      if (manifest === null) return { kind: "refused", code: "not_found", message: "no such tool", transient: false };
      const { name: tool, version, effect, idempotency, timeout_ms, approval } = manifest;
      const decision = approval === "always" ? "ask" : "allow";
      const permission = { decision, policyVersion: "test-policy", reasons: [`approval.${approval}`] } as const;
      return { kind: "tool", permission, facts: { tool, version, effect, idempotency, timeout_ms } };
    },
    callTool: (call) => script.callTool(call),
    sources: {
      mcpTools: async () => script.listed,
      document: async () => script.document,
    },
    credentialUse: (org) => ({
      credentialUse: async (tool) => uses.get(`${org} ${tool}`) ?? null,
      admitCredential: async (use) => {
        const name = `${org} ${use.tool}`;
        uses.set(name, admitUse(uses.get(name) ?? null, use, clock.at));
      },
    }),
    alert: (org, notice) => void alerts.push({ org, ...notice }),
    alerts: async () => [],
    anomalies: async (org, since) => [
      {
        ...{ at: new Date(since).toISOString(), metric: "latency", workflow: org, value: 9.5, expected: [1.2, 5.5], score: 7.1 },
        status: "open",
      },
    ],
    timeline: async () => [],
    metrics: async () => "agent_kill_switch_active 0\n",
    console: (request) =>
      new URL(request.url).pathname === "/console" ? new Response("<!doctype html>", { headers: { "Content-Type": "text/html" } }) : null,
    log: (line) => lines.push(line),
  };

  const ingress = defineIngress(ports);
  const context = { waitUntil: () => undefined, passThroughOnException: () => undefined } as unknown as ExecutionContext;

  /** `body`: text goes out as it is, everything else as JSON. */
  async function send(
    method: string,
    path: string,
    sent: { key?: string | null; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const headers = new Headers(sent.headers);
    if (sent.key !== null && sent.key !== undefined) headers.set("Authorization", `Bearer ${sent.key}`);
    const hasBody = sent.body !== undefined;
    if (hasBody && !headers.has("Content-Type")) headers.set("Content-Type", "application/json");
    const raw = typeof sent.body === "string" || sent.body instanceof Uint8Array || sent.body instanceof ReadableStream;
    const body = raw ? (sent.body as BodyInit) : JSON.stringify(sent.body);
    const answer = await ingress.fetch(
      new Request(`https://bulkhead.test${path}`, { method, headers, ...(hasBody ? { body } : {}) }),
      context,
    );
    if (!isDeclaredJson(answer)) return answer;
    checkDeclared(method, path, answer.status, await answer.clone().json());
    return answer;
  }

  async function makeKey(
    roles: readonly Role[],
    more: { org?: string; user?: string; allow_from?: string[]; expires_at?: string; for_others?: boolean } = {},
  ): Promise<string> {
    const answer = await send("POST", "/v1/api-keys", { key: ADMIN_KEY, body: { org: "acme", user: "ada", ...more, roles } });
    return ((await answer.json()) as { key: string }).key;
  }

  return {
    clock,
    signals,
    orgs: storeFake.orgs,
    callbackSecrets: storeFake.callbackSecrets,
    slots: storeFake.slots,
    writes,
    records,
    lines,
    keys,
    claims,
    runs,
    reviews,
    alerts,
    switches,
    secrets,
    vault,
    script,
    engine,
    ports,
    ingress,
    send,
    makeKey,
  };
}

export const aRunId = (org: string): RunId => mintSealedRunId(org, NOW, new Uint8Array(randomBytes(6)), seal);

/** A workflow and a tool that hold together. */
export const TOOL = {
  description: "looks an order up",
  effect: "read",
  kind: "http",
  http: { url: "https://shop.example/orders/{id}", method: "GET" },
  input: { type: "object", properties: { id: { type: "string" } }, required: ["id"], additionalProperties: false },
  output: { type: "object" },
};
export const WORKFLOW = {
  name: "echo",
  input: { type: "object", properties: { text: { type: "string" } }, required: ["text"], additionalProperties: false },
  output: { cel: "steps.say.output" },
  limits: { usd: 1, tokens: 1000 },
  steps: { say: { kind: "transform", value: { cel: "input.text" } } },
};
