/**
 * Checks a run's evidence from outside: `npm run audit:verify -- FILE.html`. Trusts neither the page nor its script: reads the data out of
 * the file by its bytes and checks it again, with Node's own SHA-256 and Ed25519 and with no code of the platform.
 */
import { createHash, createPublicKey, verify as verifySignature } from "node:crypto";

const OPEN = '<script id="evidence" type="application/json">';
const CLOSE = "</script>";
const DIGESTS = ["input_sha256", "output_sha256", "prompt_sha256", "answer_sha256", "write_input_sha256"];

/** True when a file is a run's evidence. */
export const isEvidence = (text) => text.includes(OPEN);

const sha256 = (data) => createHash("sha256").update(data).digest();
const hexOf = (data) => sha256(data).toString("hex");

/** RFC 8785; a lone surrogate counts as U+FFFD where `content` is hashed. */
function canonical(value) {
  if (value === null || typeof value !== "object") return JSON.stringify(typeof value === "string" ? value.toWellFormed() : value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${canonical(key)}:${canonical(value[key])}`).join(",")}}`;
}

/**
 * `bytes`: the file. `keys`: a JWK set that the reader trusts, or null for those in the file. Answers the lines to say, and whether all
 * of it holds. `fileSha256`: what the audit log's entry `evidence.exported` has to name.
 */
export function verifyEvidence(bytes, keys = null) {
  const problems = [];
  const counts = {};
  const text = bytes.toString("utf8");
  const fileSha256 = hexOf(bytes);
  const from = text.indexOf(OPEN);
  const to = text.indexOf(CLOSE, from);
  const result = (head = null) => ({ ok: problems.length === 0, problems, counts, fileSha256, head });
  if (from < 0 || to < 0 || text.indexOf(OPEN, to) >= 0) {
    problems.push("the file has no data, or more than one");
    return result();
  }
  const data = text.slice(from + OPEN.length, to);
  if (/[^\x20-\x7e]/.test(data)) problems.push(`the data has a character that it never has, at ${data.search(/[^\x20-\x7e]/)}`);
  const [manifestText, signatureText, ...parts] = data.split("|");
  let manifest;
  let signature;
  try {
    manifest = JSON.parse(manifestText);
    signature = JSON.parse(signatureText);
  } catch {
    problems.push("the list of contents cannot be read");
    return result();
  }
  if (manifest.type !== "bulkhead.run-evidence" || !Array.isArray(manifest.parts)) {
    problems.push("this is no run's evidence");
    return result();
  }
  const values = new Map();
  for (const [index, { name, sha256: digest }] of manifest.parts.entries()) {
    const part = parts[index];
    if (part === undefined || hexOf(part) !== digest) problems.push(`${name}: it was changed or is missing`);
    else values.set(name, JSON.parse(part));
  }
  if (parts.length !== manifest.parts.length)
    problems.push(`the file has ${parts.length} parts, and its list of contents names ${manifest.parts.length}`);
  counts.parts = values.size;

  const known = new Map();
  for (const key of keys ?? values.get("keys") ?? [])
    if (key.kty === "OKP" && key.crv === "Ed25519")
      known.set(key.kid, {
        purpose: key.purpose ?? "audit",
        x: Buffer.from(key.x, "base64url"),
        key: createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: key.x }, format: "jwk" }),
      });
  const signed = (hash, keyId, encoded) => {
    const key = known.get(keyId);
    return (
      key?.purpose === "audit" && typeof encoded === "string" && verifySignature(null, hash, key.key, Buffer.from(encoded, "base64url"))
    );
  };
  if (!signed(sha256(`bulkhead run evidence\n${manifestText}`), signature.key_id, signature.signature))
    problems.push(
      keys === null ? "the signature of the list of contents does not fit" : "no key that you trust signed the list of contents",
    );
  if (problems.length > 0) return result(manifest);

  const of = (kind) =>
    [...values].filter(([name]) => name.startsWith(`${kind}/`)).map(([name, value]) => [name.slice(kind.length + 1), value]);
  const entries = of("entry").map(([, value]) => value);
  const texts = new Map(of("text"));
  const absent = new Set(manifest.left_out.texts.map((one) => one.sha256));
  let before = null;
  for (const entry of entries) {
    const { hash, key_id: keyId, signature: own, ...body } = entry;
    if (hexOf(canonical(body)) !== hash) problems.push(`entry ${entry.seq}: its content does not give its hash`);
    else if (!signed(Buffer.from(hash, "hex"), keyId, own)) problems.push(`entry ${entry.seq}: its signature does not fit`);
    if (before !== null && (entry.seq <= before.seq || (entry.seq === before.seq + 1 && entry.prev_hash !== before.hash)))
      problems.push(`entry ${entry.seq}: it does not follow the one before`);
    const run = entry.resource.startsWith("run/") ? entry.resource.split("/")[1] : entry.data?.run;
    if (run !== manifest.run) problems.push(`entry ${entry.seq}: it is of another run`);
    for (const name of DIGESTS) {
      const digest = entry.data?.[name];
      if (typeof digest !== "string") continue;
      counts.digests = (counts.digests ?? 0) + 1;
      if (!texts.has(digest) && !absent.has(digest)) problems.push(`entry ${entry.seq}: the text that its ${name} names is missing`);
    }
    before = entry;
  }
  counts.entries = entries.length;
  for (const [digest, value] of texts)
    if (hexOf(canonical(value)) !== digest) problems.push(`text ${digest}: it does not give this digest`);
  const events = of("event").map(([, value]) => value);
  events.forEach((event, index) => {
    if (event.seq !== index + 1) problems.push(`event ${event.seq}: events are missing before it`);
    const side = { "run.created": "input", "run.completed": "output" }[event.type];
    if (
      side !== undefined &&
      event.data[`${side}_sha256`] !== undefined &&
      hexOf(canonical(event.data[side] ?? null)) !== event.data[`${side}_sha256`]
    )
      problems.push(`event ${event.seq}: its ${side} does not give its digest`);
    if (
      event.type === "run.created" &&
      (values.get("definition") ?? null) !== null &&
      hexOf(canonical(values.get("definition"))) !== event.data.digest
    )
      problems.push("definition: it is not the one that the run started with");
  });
  counts.events = events.length;
  const told = new Set(entries.map((entry) => entry.data?.seq));
  if (manifest.complete && manifest.left_out.entries === null)
    for (const event of events)
      if (DIGESTS.some((name) => name in (event.data ?? {})) && !told.has(event.seq))
        problems.push(`event ${event.seq}: no entry tells of it`);
  for (const entry of entries) {
    const event = events[(entry.data?.seq ?? 0) - 1];
    if (event === undefined) continue;
    for (const name of DIGESTS) {
      const own = event.data?.[name] ?? (name === "input_sha256" ? event.data?.input_digest : undefined);
      if (own !== undefined && entry.data[name] !== undefined && own !== entry.data[name])
        problems.push(`event ${event.seq}: its ${name} is not that of entry ${entry.seq}`);
    }
  }
  checkProofs(values.get("checkpoint"), new Map(of("proof")), entries, known, problems, counts);
  return result(manifest);
}

/** C2SP signed note over an RFC 6962 tree. */
function checkProofs(checkpoint, proofs, entries, known, problems, counts) {
  if (checkpoint === undefined) return;
  const note = checkpoint.note;
  const end = note.lastIndexOf("\n\n");
  const body = note.slice(0, end + 1);
  const [origin, size, root] = body.split("\n");
  const isSigned = note
    .slice(end + 2)
    .trimEnd()
    .split("\n")
    .some((line) => {
      const [, name, encoded] = line.split(" ");
      const bytes = Buffer.from(encoded ?? "", "base64");
      return [...known.values()].some(({ purpose, x, key }) => {
        const id = sha256(Buffer.concat([Buffer.from(`${origin}\n`), Buffer.of(1), x])).subarray(0, 4);
        return (
          purpose !== "credential" &&
          name === origin &&
          bytes.length === 68 &&
          id.equals(bytes.subarray(0, 4)) &&
          verifySignature(null, Buffer.from(body), key, bytes.subarray(4))
        );
      });
    });
  if (!isSigned) {
    problems.push("checkpoint: no key signed it");
    return;
  }
  const node = (left, right) => sha256(Buffer.concat([Buffer.of(1), left, right]));
  for (const entry of entries) {
    const proof = proofs.get(String(entry.seq));
    if (proof === undefined) continue;
    let hash = sha256(Buffer.concat([Buffer.of(0), Buffer.from(entry.hash, "hex")]));
    let [first, last] = [BigInt(entry.seq) - 1n, BigInt(size) - 1n];
    let isLong = first > last;
    for (const encoded of proof.proof) {
      const sibling = Buffer.from(encoded, "base64");
      if (last === 0n) isLong = true;
      if (first % 2n === 1n || first === last) {
        hash = node(sibling, hash);
        while (first % 2n === 0n && first !== 0n) [first, last] = [first / 2n, last / 2n];
      } else hash = node(hash, sibling);
      [first, last] = [first / 2n, last / 2n];
    }
    if (isLong || last !== 0n || hash.toString("base64") !== root)
      problems.push(`proof of entry ${entry.seq}: it does not lead to the root of the checkpoint`);
    else counts.proofs = (counts.proofs ?? 0) + 1;
  }
}

/** What is said of a file, a line each. */
export function evidenceLines({ ok, problems, counts, fileSha256, head }) {
  const n = (value) => (value ?? 0).toLocaleString("en");
  const lines = ok
    ? [
        `VERIFIED: the evidence of ${head.run} holds: ${n(counts.parts)} parts, ${n(counts.entries)} entries, ${n(counts.digests)} digests, ${n(counts.events)} events, ${n(counts.proofs)} proofs`,
        ...(head.complete ? [] : ["  So far: the run, or its record, went on after the export."]),
      ]
    : [`BROKEN: ${problems.length} problems`, ...problems.slice(0, 20).map((problem) => `  ${problem}`)];
  return [
    ...lines,
    `  file SHA-256 ${fileSha256}`,
    `  The audit log names it in an entry \`evidence.exported\` of the run (GET /v1/audit/entries?run=…&type=evidence.exported): a page that was`,
    "  changed outside its data, its script included, has another digest.",
  ];
}
