/**
 * The gate that every request of sandboxed code passes: one for each call of a tool. It counts what the call sends, checks each request
 * and each redirect by itself, puts pinned secrets in, and bounds bodies both ways. A refused request is answered by the gate.
 */
import {
  afterRedirect,
  EGRESS_ADVICE,
  EGRESS_LIMITS,
  type EgressRefusal,
  type EgressRule,
  hostClass,
  isAddress,
  isCredentialHeader,
  isRedirect,
  isWithheldHeader,
  refuseAddresses,
  refuseEgress,
  refuseMethod,
} from "../../core/net/egress.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { isPrivateHost } from "../../core/net/public-host.ts";
import { err, ok, type Result } from "../../core/result.ts";
import { boundedStream, readBytes } from "./body.ts";
import type { EgressGrant, EgressPorts } from "./ports.ts";
import { withoutSecret } from "./secret-echo.ts";

/** Header of the gate's own answers; no other answer carries it. Its value is the refusal. */
export const REFUSED_HEADER = "bulkhead-egress-refused";

/** Sends what may be sent. */
export type Gate = {
  /** Never throws for what the code did: a refusal is a 403, an upstream that fails a 502, both with `REFUSED_HEADER`. */
  readonly send: (request: Request) => Promise<Response>;
  /** Requests that have left so far. */
  readonly sent: () => number;
  /** Cuts what is under way; every later request is refused. */
  readonly close: () => void;
};

type Hop = { readonly url: URL; readonly method: string; readonly headers: Headers; readonly body: Uint8Array<ArrayBuffer> | null };
type Answer = { readonly response: Response; readonly secret: string | null };

/** Opens a gate for one call. Nothing passes after the grant's time. */
export function openGate(ports: EgressPorts, grant: EgressGrant): Gate {
  const closing = new AbortController();
  let requests = 0;
  let sent = 0;
  let refusals = 0;
  const isOpen = () => !closing.signal.aborted && ports.now() < grant.until;

  const rule = async (): Promise<EgressRule> => {
    const { ownHosts, allowPrivateHosts } = ports;
    return { toolHosts: grant.hosts, orgHosts: await ports.orgHosts(grant.org), ownHosts, allowPrivateHosts };
  };

  /** null: one more request may be made. */
  const count = (): EgressRefusal | null => {
    requests += 1;
    return requests > EGRESS_LIMITS.requests ? "too_many_requests" : isOpen() ? null : "closed";
  };

  async function refuse(refusal: EgressRefusal, url: URL | null, method: string, rules: EgressRule): Promise<Response> {
    refusals += 1;
    if (refusals <= EGRESS_LIMITS.refusalsOnRecord) {
      const known = refuseMethod(method) === null ? method : "other";
      await ports.refused({ grant, refusal, host: hostClass(url, rules), method: known });
    }
    return answerOf(403, refusal);
  }

  /** One request to one host, judged before it leaves. */
  async function hop(next: Hop, rules: EgressRule): Promise<Result<Answer, EgressRefusal>> {
    const refusal = count() ?? refuseMethod(next.method) ?? refuseEgress(next.url, rules) ?? (await refuseName(ports, next.url));
    if (refusal !== null) return err(refusal);
    const secret = await secretFor(ports, grant, next.url);
    if (!secret.ok) return secret;
    const headers = new Headers(next.headers);
    if (secret.value !== null) headers.set("authorization", `Bearer ${secret.value}`);
    if (!isOpen()) return err("closed");
    const { method, body } = next;
    sent += 1;
    const response = await ports.fetch(next.url.href, { method, headers, body, redirect: "manual", signal: closing.signal });
    return ok({ response, secret: secret.value });
  }

  async function send(request: Request): Promise<Response> {
    const url = addressOf(request, grant, ports.allowPrivateHosts);
    const rules = await rule();
    const refused = (refusal: EgressRefusal, at: URL | null = url) => refuse(refusal, at, request.method, rules);
    if (url === null) return refused("malformed");
    if (request.headers.has("upgrade")) return refused("upgrade");
    // A request that goes nowhere is refused before its body is read.
    const early = refuseMethod(request.method) ?? refuseEgress(url, rules);
    if (early !== null) {
      requests += 1;
      return refused(requests > EGRESS_LIMITS.requests ? "too_many_requests" : early);
    }
    const body = request.body === null ? null : await readBytes(request.body, EGRESS_LIMITS.requestBytes);
    if (body === "too_large") return refused("request_too_large");
    let next: Hop = { url, method: request.method, headers: passedOn(request.headers), body };
    for (let redirects = 0; ; redirects += 1) {
      const answer = await hop(next, rules);
      if (!answer.ok) return refused(answer.error, next.url);
      const { response, secret } = answer.value;
      const location = response.headers.get("location");
      if (request.redirect === "manual" || location === null || !isRedirect(response.status)) {
        const handed = await handOver(response, secret, next.method);
        return handed.ok ? handed.value : refused(handed.error, next.url);
      }
      void response.body?.cancel().catch(() => undefined);
      if (request.redirect === "error" || redirects >= EGRESS_LIMITS.redirects) return refused("too_many_redirects", next.url);
      const to = URL.parse(location, next.url.href);
      if (to === null) return refused("malformed", null);
      next = redirected(next, to, response.status);
    }
  }

  return {
    send: async (request) => {
      try {
        return await send(request);
      } catch {
        return answerOf(502, "unreachable"); // its message may quote the URL
      }
    },
    sent: () => sent,
    close: () => closing.abort(),
  };
}

/** null: it cannot be parsed. */
function addressOf(request: Request, { meansHttps }: EgressGrant, allowPrivateHosts: boolean): URL | null {
  const url = URL.parse(request.url);
  const staysPlain = meansHttps !== true || url?.protocol !== "http:" || (allowPrivateHosts && isPrivateHost(url.hostname));
  return url === null || staysPlain ? url : URL.parse(url.href.replace(/^http:/, "https:"));
}

/** null: every address of the name is public, or names are not looked up here. */
async function refuseName(ports: EgressPorts, { hostname }: URL): Promise<EgressRefusal | null> {
  if (ports.resolve === null || isAddress(hostname)) return null;
  const addresses = await ports.resolve(hostname).catch(() => []);
  return refuseAddresses(addresses);
}

async function secretFor(ports: EgressPorts, { org, secrets }: EgressGrant, url: URL): Promise<Result<string | null, EgressRefusal>> {
  const [, name] = Object.entries(secrets).find(([host]) => isListedHost(url, [host])) ?? [];
  if (name === undefined) return ok(null);
  const secret = await ports.secret(org, name);
  if (secret === null) return err("secret_missing");
  return isListedHost(url, secret.hosts) ? ok(secret.value) : err("secret_host");
}

/** The next request of a redirect: no credential of the code goes to another origin, no body where the method became GET. */
function redirected({ url, method, headers, body }: Hop, to: URL, status: number): Hop {
  const after = afterRedirect(status, method);
  const crosses = to.origin !== url.origin;
  const kept = [...headers].filter(([name]) => !(crosses && isCredentialHeader(name)) && (after.keepsBody || !name.startsWith("content-")));
  return { url: to, method: after.method, headers: new Headers(kept), body: after.keepsBody ? body : null };
}

const passedOn = (headers: Headers): Headers => new Headers([...headers].filter(([name]) => !isWithheldHeader(name)));

/** The answer with a bounded body. What a secret was sent with is read whole first, so that the secret does not come back to the code. */
async function handOver(response: Response, secret: string | null, method: string): Promise<Result<Response, EgressRefusal>> {
  const declared = Number(response.headers.get("content-length") ?? 0);
  const limit = EGRESS_LIMITS.responseBytes;
  if (declared > limit && method !== "HEAD") {
    void response.body?.cancel().catch(() => undefined);
    return err("response_too_large");
  }
  const headers = new Headers([...response.headers].filter(([name]) => name !== REFUSED_HEADER && !isHopHeader(name)));
  const init = { status: response.status, headers };
  if (response.body === null || NO_BODY.includes(response.status)) {
    return secret === null ? ok(new Response(null, init)) : withoutSecret(secret, init, new Uint8Array());
  }
  if (secret === null) return ok(new Response(boundedStream(response.body, limit), init));
  const body = await readBytes(response.body, limit);
  return body === "too_large" ? err("response_too_large") : withoutSecret(secret, init, body);
}

/** The runtime has undone the encoding of the body, and the length is that of another body. */
const isHopHeader = (name: string): boolean => ["content-encoding", "content-length", "transfer-encoding", "connection"].includes(name);
/** Statuses whose answers have no body (Fetch standard, "null body status"). */
const NO_BODY = [101, 204, 205, 304];

const answerOf = (status: number, refusal: EgressRefusal | "unreachable"): Response =>
  Response.json({ error: refusal, message: EGRESS_ADVICE[refusal] }, { status, headers: { [REFUSED_HEADER]: refusal } });
