/**
 * The key that signs the audit log is replaced on a platform that holds entries: under the first key, then under the next one with the first beside
 * it, then under the next one alone. The whole log verifies from outside; an entry that a key signed which nothing introduced is named, whether
 * somebody forged it in a copy or the platform itself was started with such a key.
 */
import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey, sign } from "node:crypto";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../../core/json.ts";
import { auditVerify } from "../audit-verify.ts";
import type { Check } from "./check.ts";
import { waitFor } from "./verdict.ts";
import { openWorld, type World } from "./world.ts";

const RUNS = 20;
const ON_RECORD_WITHIN_MS = 60_000;
const WORKFLOW: { readonly [key: string]: Json } = {
  name: "turning",
  input: { type: "object" },
  tools: [],
  steps: { say: { kind: "transform", value: { cel: "input.n" } } },
  output: { cel: "steps.say.output" },
};

/** What of an entry this check looks at. */
type Entry = { readonly seq: number; readonly event_type: string; readonly key_id: string; readonly hash: string; readonly data: Json };

export const rotation: Check = {
  name: "rotation",
  title:
    "the key of the audit log is replaced on a platform with entries, and the whole log verifies; a key that nothing introduced is named",
  async run({ tell, violation }) {
    const [first, next, stranger] = [newKey(), newKey(), newKey()];
    const rows = [["the platform", "entries", "signed by", "audit:verify"]];
    const world = await openWorld("rotation", vars({ AUDIT_KEY: first }));
    let sound = true;
    const broken = (what: string): void => {
      sound = false;
      violation(what);
    };
    try {
      await world.people.developer.workflows.register(WORKFLOW as never);
      const under = async (name: string, kid: string, fault: string | null, options: readonly string[] = []): Promise<void> => {
        tell(`${name}: ${RUNS} runs`);
        const before = (await entriesOf(world)).length;
        const runs = await Promise.all(
          Array.from({ length: RUNS }, (_, n) => world.people.app.runs.start({ workflow: "turning", input: { n } }, { wait: 20 })),
        );
        await waitFor(
          async () =>
            (await endsIn(
              await entriesOf(world),
              runs.map(({ id }) => id),
            )) === RUNS,
          ON_RECORD_WITHIN_MS,
        );
        const entries = await entriesOf(world);
        const signers = new Set(entries.slice(before).map(({ key_id }) => key_id));
        if (!signers.has(kid)) broken(`${name}: no new entry is signed by ${kid}`);
        const { code, said } = await verified([world.platform().url, "--token", world.platform().adminKey, ...options]);
        if (fault === null && code !== 0) broken(`${name}: the log does not verify: ${said}`);
        if (fault !== null && (code !== 1 || !said.includes(fault))) broken(`${name}: \`${fault}\` is not told: ${said}`);
        rows.push([name, String(entries.length), `${signers.size} keys`, code === 0 ? "holds" : `fails: ${fault ?? "?"}`]);
      };
      const again = async (given: { readonly [name: string]: JsonWebKey }): Promise<void> => {
        await world.stopPlatform();
        await world.startPlatformAgain(undefined, vars(given));
      };
      await under("under the first key", kidOf(first), null);
      await again({ AUDIT_KEY: next, AUDIT_KEY_PREVIOUS: first });
      await under("under the next, the first beside it", kidOf(next), null);
      await again({ AUDIT_KEY: next });
      await under("under the next alone", kidOf(next), null);

      const entries = await entriesOf(world);
      const turns = entries.filter(({ event_type }) => event_type === "audit.key_rotated");
      if (turns.length !== 1 || turns[0]?.key_id !== kidOf(first))
        broken(`the log has ${turns.length} changes of its key, not one by the first`);
      const forged = await verified(await forgedCopy(world, entries, stranger));
      const last = entries.at(-1)?.seq ?? 0;
      if (forged.code !== 1 || !forged.said.includes(`seq ${last}: key_not_introduced`))
        broken(`the forged entry ${last} is not named: ${forged.said}`);
      rows.push(["a copy whose last entry a stranger's key signed", String(entries.length), "3 keys", `names entry ${last}`]);

      await again({ AUDIT_KEY: stranger });
      await under("under a key that nothing introduced", kidOf(stranger), "key_not_introduced");
      await under("the same, for who knows the key", kidOf(stranger), null, ["--trust-key", kidOf(stranger)]);
      return rows;
    } finally {
      await world.stop();
      if (sound) rmSync(world.folder, { recursive: true, force: true });
      else tell(`its folder is kept: ${world.folder}`);
    }
  },
};

const newKey = (): JsonWebKey => generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });

/** RFC 7638. */
const kidOf = ({ crv, kty, x }: JsonWebKey): string => createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");

const vars = (given: { readonly [name: string]: JsonWebKey }): string[] =>
  Object.entries(given).flatMap(([name, key]) => ["--var", `${name}:${JSON.stringify(key)}`]);

/** The whole log, as an auditor reads it. */
async function entriesOf(world: World): Promise<readonly Entry[]> {
  const { audit } = world.people.auditor;
  const entries: Entry[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: { readonly data: readonly unknown[]; readonly next_cursor: string | null } = await audit.entries({
      limit: 200,
      ...(cursor === undefined ? {} : { cursor }),
    });
    entries.push(...(page.data as readonly Entry[]));
    cursor = page.next_cursor;
  }
  return entries;
}

const endsIn = async (entries: readonly Entry[], runs: readonly string[]): Promise<number> => {
  const ended = JSON.stringify(entries.filter(({ event_type }) => event_type === "run.completed"));
  return runs.filter((run) => ended.includes(run)).length;
};

async function verified(args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const lines: string[] = [];
  const code = await auditVerify(args, { say: (line) => lines.push(line), progress: () => undefined });
  return { code, said: lines.join("\n") };
}

/** A copy of the log whose last entry a stranger signed, with the stranger's key among the keys: the signature itself is right. */
async function forgedCopy(world: World, entries: readonly Entry[], stranger: JsonWebKey): Promise<string[]> {
  const published = (await (await fetch(`${world.platform().url}/.well-known/jwks.json`)).json()) as { keys: Record<string, Json>[] };
  const model = published.keys.find(({ purpose }) => purpose === "audit") ?? {};
  const forgedKey = { ...model, kid: kidOf(stranger), x: stranger.x ?? "" };
  const last = entries.at(-1);
  if (last === undefined) throw new Error("the log is empty");
  const signed = sign(null, Buffer.from(last.hash, "hex"), createPrivateKey({ key: stranger, format: "jwk" }));
  const signature = Buffer.from(signed).toString("base64url");
  const forged = [...entries.slice(0, -1), { ...last, key_id: kidOf(stranger), signature }];
  const [file, keys] = [join(world.folder, "forged.jsonl"), join(world.folder, "keys.json")];
  writeFileSync(file, forged.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
  writeFileSync(keys, JSON.stringify({ keys: [...published.keys, forgedKey] }));
  return [file, "--keys", keys];
}
