/**
 * An unpacked export of evidence (`POST /v1/compliance/…`): the entries of a period, a checkpoint, and proofs that single entries lie below a
 * checkpoint. Stands alone.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Fields, isFields, parsed, type Value } from "./json.ts";
import { type Checkpoint, readNote } from "./note.ts";
import { fromFile, Refused } from "./sources.ts";
import { isIncluded, leafOf } from "./tree.ts";

/** What an export holds for a verifier. `unproven`: entries that no checkpoint covered when it was made. */
export type Export = {
  readonly pages: AsyncIterable<readonly Value[]>;
  readonly notes: readonly Checkpoint[];
  readonly proofs: readonly Proof[];
  readonly unproven: number;
};

type Proof = { readonly seq: number; readonly leaf: Buffer; readonly path: readonly Buffer[]; readonly note: Checkpoint };

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** True for the folder of an unpacked export. */
export const isExport = async (path: string): Promise<boolean> =>
  (await isThere(join(path, "controls.json"))) && (await isThere(join(path, "proofs.json")));

/** The export. Throws `Refused` when a part of it cannot be read. */
export async function readExport(folder: string): Promise<Export> {
  const [proofsFile, noteFile, entries] = ["proofs.json", "checkpoint.txt", "entries"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const listed = parsed(await readFile(proofsFile, "utf8"));
  if (!Array.isArray(listed)) throw new Refused(`${proofsFile} is no list of proofs`);
  const text = await readFile(noteFile, "utf8").catch(() => {
    throw new Refused(`${noteFile} cannot be read`);
  });
  const newest = text.startsWith("there is no checkpoint yet") ? null : readNote(text);
  if (newest === null && !text.startsWith("there is no checkpoint yet")) throw new Refused(`${noteFile} is not a signed checkpoint`);
  const isUnproven = (item: Value): boolean => isFields(item) && item["proof"] === null;
  const proofs = listed
    .filter((item: Value) => !isUnproven(item))
    .map((item: Value, index) => proofIn(item, `${proofsFile}, item ${index + 1},`));
  const notes = new Map([...(newest === null ? [] : [newest]), ...proofs.map(({ note }) => note)].map((note) => [note.note, note]));
  const { pages } = (await isThere(entries)) ? await fromFile(entries) : { pages: nothing() };
  return { pages, notes: [...notes.values()], proofs, unproven: listed.length - proofs.length };
}

async function* nothing(): AsyncGenerator<readonly Value[]> {}

function proofIn(item: Value, name: string): Proof {
  const { seq, size, leaf_hash: leaf, proof: path, checkpoint } = isFields(item) ? item : ({} as Fields);
  const note = typeof checkpoint === "string" ? readNote(checkpoint) : null;
  if (typeof seq !== "number" || typeof leaf !== "string" || !Array.isArray(path) || note === null || note.size !== size)
    throw new Refused(`${name} is no proof`);
  return { seq, leaf: Buffer.from(leaf, "base64"), path: path.map((hash: Value) => Buffer.from(String(hash), "base64")), note };
}

/** What is wrong with the proofs. `hashes`: those of the entries by their number, in hex. */
export function proofFaults({ proofs }: Export, hashes: ReadonlyMap<number, string>): string[] {
  return proofs.flatMap(({ seq, leaf, path, note }) => {
    const hash = hashes.get(seq);
    if (hash === undefined) return [`proof of ${seq}: entry_missing: the entry that it proves is not in the export`];
    if (Buffer.compare(leafOf(Buffer.from(hash, "hex")), leaf) !== 0)
      return [`proof of ${seq}: entry_differs: it proves another entry of this number`];
    return isIncluded(leaf, seq - 1, note.size, note.root, path)
      ? []
      : [`proof of ${seq}: proof_invalid: it does not lead to the root of checkpoint ${note.size}`];
  });
}
