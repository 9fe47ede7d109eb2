/**
 * A witness of audit logs (c2sp.org/tlog-witness): it cosigns a checkpoint only when it is consistent with the last one that it cosigned of
 * the same log. It keeps that one in a file before it answers, and trusts nobody else. Stands alone: its own process, key and memory.
 */
import { createHash, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { isFields, parsed } from "./json.ts";
import { type NoteKey, noteKey, readNote, signatureOf } from "./note.ts";
import { isConsistent } from "./tree.ts";

/** An answer over HTTP. */
export type WitnessAnswer = { readonly status: number; readonly type: string; readonly text: string };

/** What a witness is made of. */
export type WitnessOptions = {
  /** A key name: by the specification an address without a scheme. */
  readonly name: string;
  readonly keyFile: string;
  readonly stateFile: string;
  /** The logs whose checkpoints it cosigns. */
  readonly logs: readonly NoteKey[];
  /** Seconds since 1970. */
  readonly seconds: () => number;
};

type Seen = { readonly size: number; readonly root: string };

/** Longest request: 63 hashes and a checkpoint with many signatures. */
export const MOST_BYTES = 64 * 1024;
const MOST_PROOF_LINES = 63;
const TEXT = "text/plain; charset=utf-8";

/** One witness. Its methods are synchronous: two requests for one log never interleave. */
export class Witness {
  readonly #options: WitnessOptions;
  readonly #key: KeyObject;
  /** As verifiers know it. */
  readonly key: NoteKey;
  readonly #seen: Map<string, Seen>;

  constructor(options: WitnessOptions) {
    this.#options = options;
    this.#key = keyIn(options.keyFile);
    this.key = noteKey("witness", options.name, publicHalf(this.#key));
    this.#seen = seenIn(options.stateFile);
  }

  /** `POST …/add-checkpoint`. */
  addCheckpoint(body: string): WitnessAnswer {
    const request = readRequest(body);
    if (request === null) return told(400, "this is not a request of c2sp.org/tlog-witness");
    const { old, proof, checkpoint } = request;
    const keys = this.#options.logs.filter(({ name }) => name === checkpoint.origin);
    if (keys.length === 0) return told(404, "this witness does not know the log");
    if (!keys.some((key) => signatureOf(checkpoint, key).result === "valid")) return told(403, "no key of this log signed the checkpoint");
    if (old > checkpoint.size) return told(400, "the old size is greater than the checkpoint's");
    const seen = this.#seen.get(checkpoint.origin);
    if (old !== (seen?.size ?? 0)) return { status: 409, type: "text/x.tlog.size", text: `${seen?.size ?? 0}\n` };
    const before = Buffer.from(seen?.root ?? "", "base64");
    if (!isConsistent(old, old === 0 ? checkpoint.root : before, checkpoint.size, checkpoint.root, proof))
      return told(422, "the checkpoint is not consistent with the one that was cosigned last");
    this.#seen.set(checkpoint.origin, { size: checkpoint.size, root: Buffer.from(checkpoint.root).toString("base64") });
    keepSeen(this.#options.stateFile, this.#seen);
    return { status: 200, type: TEXT, text: this.#cosign(checkpoint.text) };
  }

  /** c2sp.org/tlog-cosignature. */
  #cosign(text: string): string {
    const at = this.#options.seconds();
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${at}\n${text}`), this.#key);
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at));
    return `\u2014 ${this.key.name} ${Buffer.concat([Buffer.from(this.key.id, "hex"), time, signature]).toString("base64")}\n`;
  }
}

const told = (status: number, text: string): WitnessAnswer => ({ status, type: TEXT, text: `${text}\n` });

function readRequest(body: string) {
  const end = body.indexOf("\n\n");
  const [first = "", ...lines] = body.slice(0, Math.max(end, 0)).split("\n");
  const [, old] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? [];
  const checkpoint = readNote(body.slice(end + 2));
  if (end < 0 || old === undefined || checkpoint === null || lines.length > MOST_PROOF_LINES) return null;
  if (lines.some((line) => !/^[A-Za-z0-9+/]{43}=$/.test(line))) return null;
  return { old: Number(old), proof: lines.map((line) => Buffer.from(line, "base64")), checkpoint };
}

const publicHalf = (key: KeyObject): Buffer => Buffer.from(String(key.export({ format: "jwk" }).x), "base64url");

/** The key in the file; made there when the file is not there yet. */
function keyIn(path: string): KeyObject {
  if (!existsSync(path)) write(path, String(generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" })), 0o600);
  return createPrivateKey(readFileSync(path, "utf8"));
}

/** Throws for a file that is not what this wrote: a witness that has forgotten what it saw would cosign a fork. */
function seenIn(path: string): Map<string, Seen> {
  if (!existsSync(path)) return new Map();
  const state = parsed(readFileSync(path, "utf8"));
  const logs = isFields(state) ? state["logs"] : undefined;
  if (!isFields(logs) || !isFields(state) || state["check"] !== digestOf(JSON.stringify(logs)))
    throw new Error(`${path} is not the memory of a witness, or was cut off: this witness must not go on with it`);
  return new Map(
    Object.entries(logs).map(([origin, seen]): [string, Seen] => {
      const { size, root } = seen as unknown as Seen;
      return [origin, { size, root }];
    }),
  );
}

function keepSeen(path: string, seen: ReadonlyMap<string, Seen>): void {
  const logs = Object.fromEntries(seen);
  write(path, JSON.stringify({ logs, check: digestOf(JSON.stringify(logs)) }), 0o600);
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Whole or not at all, whenever the machine stops. */
function write(path: string, text: string, mode: number): void {
  const file = openSync(`${path}.new`, "w", mode);
  writeSync(file, text);
  fsyncSync(file);
  closeSync(file);
  renameSync(`${path}.new`, path);
}
