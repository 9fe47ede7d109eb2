/**
 * Verifies an audit log from the outside: `npm run audit:verify -- FILE|URL`. Needs the entries, the public keys and the checkpoints, and
 * nothing of the platform: everything it stands on is in scripts/audit/, written from the contract and the specifications it names.
 */
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { Chain, FAULTS, type Fault, type Head, keysFor } from "./audit/chain.ts";
import { type Export, isExport, proofFaults, readExport } from "./audit/export.ts";
import { isFields, type Value } from "./audit/json.ts";
import { type Checkpoint, type NoteKey, noteKey, readNote, vkeyOf } from "./audit/note.ts";
import { type Output, processOutput } from "./audit/output.ts";
import { judge, type Policy, readPolicy } from "./audit/policy.ts";
import { fromFile, fromUrl, isUrl, Refused, readKeys, readText, type Source } from "./audit/sources.ts";
import { GrowingTree } from "./audit/tree.ts";
import { evidenceLines, isEvidence, verifyEvidence } from "./audit/verify-evidence.mjs";

const USAGE = `usage: npm run audit:verify -- FILE|URL [options]

  FILE              entries as JSON ({"data": […]} or a list) or as JSON lines, also gzipped; or a folder of segments; or a run's evidence (HTML);
                    or the folder of an unpacked export of evidence: its entries, its checkpoint and its proofs
  URL               …/v1/audit/entries, or the address of a deployment: pages through all of them, and takes its checkpoint
  --keys FILE|URL   the public keys (a JWK set); by default those of the URL's origin, or "keys" in the FILE
  --checkpoint FILE a checkpoint you kept: the entries must lead to it; may be given more than once
  --policy FILE     how many witnesses must have cosigned the newest checkpoint (c2sp.org/tlog-policy)
  --token TOKEN     bearer token of an auditor; by default the variable BULKHEAD_TOKEN
  --org ORG         the org to look at, for the platform admin
  --head SEQ:HASH   an entry you noted before: it must be in the chain (shows entries cut off at the end)
  --after SEQ:HASH  the entries start after this one, instead of at number 1
  --trust-key KID   a key that you know to be the log's, though the one before it did not introduce it; may be given more than once
  --slice           the entries start anywhere; what came before them is not looked at
`;

const SHOWN_FAULTS = 20;

type Options = {
  readonly source: string;
  readonly keys: string | undefined;
  readonly checkpoints: readonly string[];
  readonly policy: string | undefined;
  readonly token: string | undefined;
  readonly org: string | undefined;
  readonly head: Head | null;
  readonly trusted: readonly string[];
  readonly start: Head | null | "first";
};

/** The exit code: 0 when everything holds, 1 when anything does not or cannot be told. */
export async function auditVerify(args: readonly string[], output: Output): Promise<0 | 1> {
  try {
    const options = readOptions(args);
    return (await verifyEvidenceFile(options, output)) ?? (await verifySource(options, output));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    output.say(error.message);
    return 1;
  }
}

/** null: the source is no run's evidence. */
async function verifyEvidenceFile({ source, keys }: Options, output: Output): Promise<0 | 1 | null> {
  if (isUrl(source)) return null;
  const read = await readFile(source).catch(() => null);
  const bytes = Buffer.from(read ?? []);
  if (!isEvidence(bytes.toString("latin1"))) return null;
  const trusted = keys === undefined ? null : (await readKeys(keys)).filter(isFields);
  const result = verifyEvidence(bytes, trusted);
  for (const line of evidenceLines(result)) output.say(line);
  if (trusted === null) output.say("  Its signatures were checked with the keys in the file: give a copy that you keep with --keys.");
  return result.ok ? 0 : 1;
}

async function verifySource(options: Options, output: Output): Promise<0 | 1> {
  if (!isUrl(options.source) && (await isExport(options.source))) return verifyExport(options, output);
  const source = await sourceOf(options);
  const keys = options.keys === undefined ? source.keys : await readKeys(options.keys);
  if (keys === null) throw new Refused("no public keys came along: give them with --keys");
  const policy = options.policy === undefined ? null : policyOf(await readText(options.policy), options.policy);
  const kept = await Promise.all(options.checkpoints.map(async (path) => noteOf(await readText(path), path)));
  const notes = [...kept, ...source.notes.map((note) => noteOf(note, "what the log shows as its checkpoint"))];
  const logKeys = readable(() => keysFor("checkpoint", keys));
  const chain = new Chain(
    readable(() => keysFor("audit", keys)),
    options.start,
    options.trusted,
  );
  const found = await walk(source, chain, notes, options, output);
  const about = judgedNotes(notes, { logKeys, chain, policy, roots: found.roots });
  const wrong = about.flatMap(({ faults }) => faults);
  if (policy !== null && notes.length === 0) wrong.push("there is no checkpoint for the policy to judge");
  return tell({ chain, faults: found.faults, wrong, about, options, output });
}

/** The entries of a period, and what leads them to a checkpoint. A part of a log has no root of its own: the proofs stand for it. */
async function verifyExport(options: Options, output: Output): Promise<0 | 1> {
  if (options.checkpoints.length > 0)
    throw new Refused(
      "a checkpoint that you kept is for the whole log: verify that with it; an export brings its own checkpoint and proofs",
    );
  if (options.keys === undefined) throw new Refused("no public keys came along: give them with --keys");
  const keys = await readKeys(options.keys);
  const policy = options.policy === undefined ? null : policyOf(await readText(options.policy), options.policy);
  const exported = await readExport(options.source);
  const start = options.start === "first" ? null : options.start;
  const [auditKeys, logKeys] = [readable(() => keysFor("audit", keys)), readable(() => keysFor("checkpoint", keys))];
  const chain = new Chain(auditKeys, start, options.trusted);
  const hashes = new Map<number, string>();
  const proven = new Set(exported.proofs.map(({ seq }) => seq));
  const seen = async function* (): AsyncGenerator<readonly Value[]> {
    for await (const page of exported.pages) {
      for (const entry of page)
        if (isFields(entry) && typeof entry["seq"] === "number" && proven.has(entry["seq"]))
          hashes.set(entry["seq"], String(entry["hash"]));
      yield page;
    }
  };
  const { faults } = await walk({ pages: seen(), keys: null, notes: [] }, chain, [], { ...options, start }, output);
  const about = judgedNotes(exported.notes, { logKeys, chain, policy, roots: null });
  const wrong = [...about.flatMap((one) => one.faults), ...proofFaults(exported, hashes)];
  if (policy !== null && exported.notes.length === 0) wrong.push("there is no checkpoint for the policy to judge");
  return tell({ chain, faults, wrong, about, options, output, exported });
}

const readable = <T>(read: () => T): T => {
  try {
    return read();
  } catch (error) {
    throw new Refused(error instanceof Error ? error.message : "a key cannot be read");
  }
};

const sourceOf = ({ source, token, org, start }: Options): Promise<Source> =>
  isUrl(source) ? fromUrl(source, { token, org }, start === "first" ? 0 : (start?.seq ?? 0)) : fromFile(source);

/** A key of checkpoints signs from the entry on that names it, until another one is named. Before the first that is named any published one counts. */
function signsAt(kid: string, size: number, { checkpointKeys }: Chain): boolean {
  const named = checkpointKeys.findLast(({ from }) => from <= size);
  return named === undefined ? !checkpointKeys.some((later) => later.kid === kid) : named.kid === kid;
}

/** Takes every entry once: its faults, and the roots at the sizes of the checkpoints. */
async function walk(source: Source, chain: Chain, notes: readonly Checkpoint[], { start, head }: Options, output: Output) {
  const faults: Fault[] = [];
  let tree = start === "first" ? new GrowingTree() : null;
  /** Hashes of entries that follow others that are not kept: the tree of those is known when an entry has told it. */
  const later: Buffer[] = [];
  const sizes = new Set(notes.map(({ size }) => size));
  const roots = new Map<number, Buffer>();
  let noted = head === null;
  for await (const page of source.pages) {
    for (const entry of page) {
      faults.push(...chain.take(entry));
      if (isFields(entry) && typeof entry["hash"] === "string") {
        if (chain.beginsLater) later.push(Buffer.from(entry["hash"], "hex"));
        else tree?.add(Buffer.from(entry["hash"], "hex"));
        noted ||= entry["seq"] === head?.seq && entry["hash"] === head?.hash;
      }
      if (tree !== null && sizes.has(tree.size)) roots.set(tree.size, tree.root());
    }
    output.progress(`${count(chain.checked)} entries checked, ${count(faults.length)} problems`);
  }
  output.progress("");
  faults.unshift(...(start === "first" ? chain.unaccounted() : []));
  const { pruning } = chain;
  if (pruning !== null) tree = GrowingTree.after(pruning.lastSeq, pruning.subtrees);
  if (later.length > 0 && tree !== null && pruning !== null)
    for (const hash of later) {
      tree.add(hash);
      if (sizes.has(tree.size)) roots.set(tree.size, tree.root());
    }
  if (!noted) faults.push({ seq: head?.seq ?? null, code: "head_missing" });
  return { faults, roots };
}

function noteOf(text: string, name: string): Checkpoint {
  const note = readNote(text);
  if (note === null) throw new Refused(`${name} is not a signed checkpoint`);
  return note;
}

function policyOf(text: string, path: string): Policy {
  const policy = readPolicy(text);
  if (typeof policy === "string") throw new Refused(`${path} is not a policy: ${policy}`);
  return policy;
}

type About = {
  readonly note: Checkpoint;
  /** It is the newest, which a policy judges. */
  readonly isJudged: boolean;
  readonly faults: readonly string[];
  readonly signer: string | null;
  readonly cosigned: readonly string[];
};

type Judged = {
  readonly logKeys: ReadonlyMap<string, { readonly raw: Uint8Array }>;
  readonly chain: Chain;
  readonly policy: Policy | null;
  /** Roots of the entries at the sizes of the checkpoints; null: the entries are a part of a log. */
  readonly roots: ReadonlyMap<number, Buffer> | null;
};

/**
 * Each checkpoint with its faults. A policy judges the newest: one that was kept from before there were witnesses, or a key, stays good, and the
 * entries lead from it to the newest.
 */
function judgedNotes(notes: readonly Checkpoint[], { logKeys, chain, policy, roots }: Judged): About[] {
  const newest = Math.max(...notes.map(({ size }) => size));
  const hasQuorum = (note: Checkpoint): boolean => policy === null || judge(note, policy, []).quorum;
  return notes.map((note) => {
    const published = [...logKeys].filter(([kid]) => signsAt(kid, note.size, chain)).map(([, { raw }]) => raw);
    const isNewest = note.size === newest;
    const twins = notes.filter(({ text }) => text === note.text);
    const lacksQuorum = isNewest && !twins.some(hasQuorum);
    const pruned = chain.pruning?.lastSeq ?? 0;
    return { note, isJudged: isNewest, ...checkpointFaults(note, { roots, published, policy, pruned, isNewest, lacksQuorum }) };
  });
}

function checkpointFaults(
  note: Checkpoint,
  {
    roots,
    published,
    policy,
    pruned,
    isNewest,
    lacksQuorum,
  }: {
    readonly roots: ReadonlyMap<number, Buffer> | null;
    readonly published: readonly Uint8Array[];
    readonly policy: Policy | null;
    readonly pruned: number;
    readonly isNewest: boolean;
    readonly lacksQuorum: boolean;
  },
): Omit<About, "note" | "isJudged"> {
  const name = `checkpoint ${note.size}`;
  const own: NoteKey[] = published.map((raw) => noteKey("log", note.origin, raw));
  const anyone: Policy = { logs: [], witnesses: new Map(), quorum: () => true };
  // A policy names the log's key of today: an older checkpoint may be signed by the one before, which the chain leads to.
  const logs = isNewest ? (policy?.logs ?? []) : policy === null ? [] : [...policy.logs, ...own];
  const { log, cosigned } = judge(note, { ...(policy ?? anyone), logs }, own);
  const signer = [...(policy?.logs ?? []), ...own].find(
    (key) => judge(note, { logs: [key], witnesses: new Map(), quorum: () => true }, []).log === "signed",
  );
  const root = roots?.get(note.size);
  const faults: string[] = [];
  if (log === "invalid") faults.push(`${name}: signature_invalid: the log's signature does not hold`);
  if (log === "unknown") faults.push(`${name}: unknown_key: no key of this log signed it`);
  if (roots !== null && note.size <= pruned)
    faults.push(
      `${name}: pruned: it covers only entries that are not kept any more; ask the log for a proof of consistency to a newer one`,
    );
  else if (roots !== null && root === undefined)
    faults.push(`${name}: truncated: it covers ${count(note.size)} entries, and the list does not have them all`);
  else if (root !== undefined && Buffer.compare(root, note.root) !== 0)
    faults.push(`${name}: root_differs: these entries are not those that the checkpoint stands for`);
  if (lacksQuorum)
    faults.push(
      `${name}: no_quorum: cosigned by ${cosigned.length === 0 ? "no witness" : cosigned.join(", ")}, which the policy does not take as enough`,
    );
  return { faults, signer: signer === undefined ? null : vkeyOf(signer), cosigned };
}

type Found = {
  readonly chain: Chain;
  readonly faults: readonly Fault[];
  readonly wrong: readonly string[];
  readonly about: readonly About[];
  readonly options: Options;
  readonly output: Output;
  readonly exported?: Export;
};

function tell({ chain, faults, wrong, about, options, output, exported }: Found): 0 | 1 {
  const { checked, head } = chain;
  if (faults.length + wrong.length > 0) {
    output.say(`BROKEN: ${count(faults.length + wrong.length)} problems in ${count(checked)} entries`);
    const first = faults.find(({ seq }) => seq !== null);
    if (first !== undefined) output.say(`  first bad entry: seq ${first.seq}`);
    for (const { seq, code } of faults.slice(0, SHOWN_FAULTS)) output.say(`  seq ${seq ?? "?"}: ${code}: ${FAULTS[code]}`);
    if (faults.length > SHOWN_FAULTS) output.say(`  … and ${count(faults.length - SHOWN_FAULTS)} more`);
    for (const line of wrong) output.say(`  ${line}`);
    if (options.start === "first" && exported === undefined && faults.length === 1 && faults[0]?.code === "gap" && chain.beginsLater)
      output.say(
        "  If this is meant to be a part of a log: give --slice, or --after with the entry before it; of an export of evidence give its whole folder.",
      );
    return 1;
  }
  if (head === null || checked === 0) {
    output.say("NOTHING TO VERIFY: there are no entries");
    return 1;
  }
  output.say(`VERIFIED: ${count(checked)} entries are valid, up to seq ${head.seq}: every hash, link and signature`);
  output.say(`  head ${head.seq}:${head.hash}`);
  const { pruning } = chain;
  if (pruning !== null)
    output.say(
      `  entries 1 to ${count(pruning.lastSeq)} are not kept any more: their retention of ${pruning.years} years was over, as entry ${count(pruning.seq)} says`,
    );
  for (const [kid, times] of chain.signers) output.say(`  key ${kid} signed ${count(times)}`);
  for (const { note, signer, cosigned, isJudged } of about) {
    const of = exported === undefined ? "the root of these entries, signed by" : "signed by";
    output.say(`  checkpoint ${note.size} of ${note.origin}: ${of} ${signer ?? "nobody known"}`);
    if (options.policy !== undefined && !isJudged)
      output.say(`  checkpoint ${note.size} is older than the newest, which alone the policy judges: it leads there`);
    if (cosigned.length > 0) output.say(`  checkpoint ${note.size} is cosigned by ${cosigned.join(", ")}`);
  }
  if (about.length > 0 && options.policy === undefined)
    output.say("  Whether others saw the same log is not looked at: give --policy with the witnesses that you trust.");
  if (exported !== undefined) {
    output.say(
      `  ${count(exported.proofs.length)} entries are proven to lie below ${exported.notes.length === 1 ? "it" : "the checkpoints"}`,
    );
    if (exported.unproven > 0)
      output.say(`  ${count(exported.unproven)} entries were younger than the newest checkpoint: they have no proof`);
    output.say("  These are the entries of a period: verify the whole log to know that it is as the checkpoint says before and after.");
  } else if (options.head === null && options.checkpoints.length === 0)
    output.say(
      "  Entries cut off at the end cannot be seen from the entries alone: note the head, or keep a checkpoint, and give it the next time.",
    );
  return 0;
}

function readOptions(args: readonly string[]): Options {
  const flag = { type: "string" } as const;
  const parsed = (() => {
    try {
      return parseArgs({
        args: [...args],
        allowPositionals: true,
        options: {
          keys: flag,
          token: flag,
          org: flag,
          head: flag,
          after: flag,
          policy: flag,
          checkpoint: { type: "string", multiple: true },
          "trust-key": { type: "string", multiple: true },
          slice: { type: "boolean" },
        },
      });
    } catch (error) {
      throw new Refused(`${error instanceof Error ? error.message : "these options are not known"}\n\n${USAGE}`);
    }
  })();
  const { values, positionals } = parsed;
  const [source, ...more] = positionals;
  if (source === undefined || more.length > 0) throw new Refused(USAGE);
  if (values.slice && values.after !== undefined) throw new Refused(`give --after or --slice, not both\n\n${USAGE}`);
  const isPart = values.slice === true || values.after !== undefined;
  if (isPart && (values.checkpoint !== undefined || values.policy !== undefined))
    throw new Refused(
      `a checkpoint stands for a whole log: give --checkpoint and --policy with all entries, or give the folder of an export of evidence, whose proofs lead to its checkpoint\n\n${USAGE}`,
    );
  return {
    source,
    keys: values.keys,
    checkpoints: values.checkpoint ?? [],
    policy: values.policy,
    token: values.token ?? process.env["BULKHEAD_TOKEN"],
    org: values.org,
    trusted: values["trust-key"] ?? [],
    head: values.head === undefined ? null : readHead("--head", values.head),
    start: values.after === undefined ? (values.slice ? null : "first") : readHead("--after", values.after),
  };
}

function readHead(option: string, text: string): Head {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new Refused(`${option} takes a number and a hash: SEQ:HASH`);
  return { seq: Number(seq), hash };
}

const count = (value: number): string => value.toLocaleString("en");

if (import.meta.main) {
  process.exitCode = await auditVerify(process.argv.slice(2), processOutput());
}
