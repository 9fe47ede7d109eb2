/**
 * Asks an org's witnesses to cosign a checkpoint (c2sp.org/tlog-witness). Whether an address is allowed is asked at every attempt, by the rules
 * of callbacks: a host that the org takes off its list is obeyed at once. A witness that is silent, or refuses, costs its cosignature only.
 */
import { createHash, createPublicKey, verify } from "node:crypto";
import { addCheckpointBody, cosignaturesIn, readSize, readWitnessKey, type WitnessKey } from "../../core/audit/cosignature.ts";
import { isListedHost } from "../../core/net/listed-host.ts";
import { refuseHost } from "../../core/net/public-host.ts";
import type { OrgSettings, OrgWitness } from "../../core/org/settings.ts";
import { errorName, type Log, logLine } from "../../core/telemetry/log-line.ts";
import type { CosignRequest } from "../../durable-objects/audit-log/audit-log.ts";
import { type Deadline, startDeadline } from "../kit/deadline.ts";

/** What asking witnesses needs from outside. */
export type CosignPorts = {
  readonly settings: (org: string) => Promise<Pick<OrgSettings, "callback_hosts" | "witnesses">>;
  readonly fetch: typeof fetch;
  readonly allowPrivateHosts: boolean;
  readonly log: Log;
};

/** A checkpoint waits for its witnesses no longer than this, in ms. */
const COSIGN_TIMEOUT_MS = 5_000;
/** A witness's answer has a line or two. */
const MOST_BYTES = 16_384;
const NOBODY = new AbortController().signal;

/** Why a witness gave no cosignature, in words of the log. */
type Why = "host_refused" | "host_not_listed" | "key_unreadable" | "saw_more" | "refused" | "not_its_signature" | "silent";

const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha256").update(bytes).digest());
const holds = (publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean =>
  verify(
    null,
    bytes,
    createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") }, format: "jwk" }),
    signature,
  );

/** The cosignature lines of every witness that gave one in time. Never throws. */
export function defineCosign(ports: CosignPorts): (asked: CosignRequest) => Promise<readonly string[]> {
  return async (asked) => {
    const { witnesses } = await ports.settings(asked.org).catch(() => ({ witnesses: [] }));
    const lines = await Promise.all(witnesses.map((witness) => askOne(ports, asked, witness)));
    return lines.flat();
  };
}

async function askOne(ports: CosignPorts, asked: CosignRequest, witness: OrgWitness): Promise<readonly string[]> {
  const deadline = startDeadline(COSIGN_TIMEOUT_MS, NOBODY);
  try {
    const lines = await cosigned(ports, asked, witness, deadline);
    if (typeof lines !== "string") return lines;
    ports.log(logLine("witness.not_cosigned", { org: asked.org, source: witness.name, result: lines, error: null }));
  } catch (error) {
    ports.log(logLine("witness.not_cosigned", { org: asked.org, source: witness.name, result: "silent", error: errorName(error) }));
  } finally {
    deadline.end();
  }
  return [];
}

async function cosigned(
  ports: CosignPorts,
  asked: CosignRequest,
  witness: OrgWitness,
  deadline: Deadline,
): Promise<readonly string[] | Why> {
  const key = readWitnessKey(witness.key, sha256);
  if (key === null) return "key_unreadable";
  if (!URL.canParse(witness.url)) return "host_refused";
  const url = new URL(`${witness.url.replace(/\/+$/, "")}/add-checkpoint`);
  if (refuseHost(url, ports.allowPrivateHosts) !== null) return "host_refused";
  const { callback_hosts: hosts } = await deadline.within(ports.settings(asked.org));
  if (!isListedHost(url, hosts)) return "host_not_listed";
  const first = await send(ports, asked, url, asked.previous, deadline);
  if (first.status !== 409) return linesOf(first, asked, key);
  // It has cosigned another one last, or none: it says which, and is asked from there.
  const size = readSize(first.text);
  if (size === null || size === asked.previous) return "refused";
  if (size > asked.size) return "saw_more";
  return linesOf(await send(ports, asked, url, size, deadline), asked, key);
}

type Answered = { readonly status: number; readonly text: string };

async function send(ports: CosignPorts, asked: CosignRequest, url: URL, old: number, deadline: Deadline): Promise<Answered> {
  const proof = old === 0 || old === asked.size ? [] : await deadline.within(asked.proofFrom(old));
  const body = addCheckpointBody(old, proof, asked.note);
  const headers = { "content-type": "text/plain; charset=utf-8", "user-agent": "Bulkhead" };
  const request = ports.fetch; // a platform's `fetch` refuses to be called as somebody's method
  const response = await deadline.within(request(url.href, { method: "POST", headers, body, redirect: "manual", signal: deadline.signal }));
  return { status: response.status, text: await deadline.within(shortText(response)) };
}

function linesOf({ status, text }: Answered, asked: CosignRequest, key: WitnessKey): readonly string[] | Why {
  if (status !== 200) return "refused";
  const lines = cosignaturesIn(text, asked.note, key, holds);
  return lines.length === 0 ? "not_its_signature" : lines;
}

/** The first bytes of an answer; what is longer is no answer of a witness. */
async function shortText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    text += decoder.decode(read.value, { stream: true });
    bytes += read.value.length;
    if (bytes > MOST_BYTES) {
      await reader.cancel();
      return "";
    }
  }
  return text + decoder.decode();
}
