/** Looks names up over DNS over HTTPS (RFC 8484's JSON form), so that a name that points into a private network is seen before it is called. */
import type { EpochMs } from "../../core/time.ts";

type ResolverPorts = { readonly fetch: typeof fetch; readonly now: () => EpochMs; readonly url: string };
type Kept = { readonly addresses: readonly string[]; readonly until: EpochMs };

/** Record types with an address: A and AAAA (RFC 1035, RFC 3596). */
const TYPES = [
  ["A", 1],
  ["AAAA", 28],
] as const;
/** Seconds. A short time keeps a name that moves from being judged by where it was. */
const LONGEST_KEPT_S = 60;
const MOST_KEPT = 500;
const LOOK_UP_MS = 3_000;
const ANSWER_CHARS = 65_536;

/** Throws when a name cannot be looked up. An empty list: the name has no address. IPv6 in brackets, both kinds as URLs write them. */
export function defineResolver({ fetch, now, url }: ResolverPorts): (hostname: string) => Promise<readonly string[]> {
  const kept = new Map<string, Kept>();

  async function ask(hostname: string, type: (typeof TYPES)[number]): Promise<{ addresses: string[]; ttl: number }> {
    const query = new URL(url);
    query.searchParams.set("name", hostname);
    query.searchParams.set("type", type[0]);
    const headers = { accept: "application/dns-json" };
    const response = await fetch(query, { headers, redirect: "error", signal: AbortSignal.timeout(LOOK_UP_MS) });
    const text = await response.text();
    if (!response.ok || text.length > ANSWER_CHARS) throw new Error("the resolver did not answer");
    return readAnswer(JSON.parse(text), type[1]);
  }

  return async (hostname) => {
    const known = kept.get(hostname);
    if (known !== undefined && known.until > now()) return known.addresses;
    const answers = await Promise.all(TYPES.map((type) => ask(hostname, type)));
    const addresses = answers.flatMap((answer) => answer.addresses);
    const ttl = Math.min(LONGEST_KEPT_S, ...answers.map((answer) => answer.ttl));
    kept.delete(hostname);
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value ?? "");
    kept.set(hostname, { addresses, until: now() + ttl * 1_000 });
    return addresses;
  };
}

/** NOERROR and NXDOMAIN are answers (RFC 1035 section 4.1.1); SERVFAIL and others are none. */
function readAnswer(answer: unknown, type: number): { addresses: string[]; ttl: number } {
  const { Status, Answer = [] } = (answer ?? {}) as { readonly Status?: unknown; readonly Answer?: unknown };
  if ((Status !== 0 && Status !== 3) || !Array.isArray(Answer)) throw new Error("the resolver gave no answer");
  const records = Answer.filter(
    (record): record is { data: string; TTL?: unknown } => record?.type === type && typeof record.data === "string",
  );
  const ttls = records.map(({ TTL }) => (typeof TTL === "number" && TTL >= 0 ? TTL : 0));
  return { addresses: records.map(({ data }) => written(data, type)), ttl: Math.min(LONGEST_KEPT_S, ...ttls) };
}

/** As a URL writes it. What is no address stays as it is, and no address is what it is judged as. */
const written = (data: string, type: number): string =>
  URL.parse(type === 28 ? `https://[${data}]/` : `https://${data}/`)?.hostname ?? data;
