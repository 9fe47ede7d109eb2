/** Trust policies (c2sp.org/tlog-policy): which logs, which witnesses, and how many of them must have seen a checkpoint. Stands alone. */
import { type Checkpoint, type NoteKey, readVkey, signatureOf } from "./note.ts";

/** Whether these witnesses are enough. */
type Rule = (cosigned: ReadonlySet<string>) => boolean;

/** A policy. */
export type Policy = { readonly logs: readonly NoteKey[]; readonly witnesses: ReadonlyMap<string, NoteKey>; readonly quorum: Rule };

/** The policy, or what is wrong with the file, with its line. */
export function readPolicy(file: string): Policy | string {
  const logs: NoteKey[] = [];
  const witnesses = new Map<string, NoteKey>();
  const rules = new Map<string, Rule>();
  const members = new Set<string>();
  let quorum: Rule | null = null;
  for (const [index, line] of file.split("\n").entries()) {
    const [word, ...rest] = line.trim().split(/[ \t]+/);
    const wrong = (why: string): string => `line ${index + 1}: ${why}`;
    if (word === undefined || word === "" || word.startsWith("#")) continue;
    if (word === "log" || word === "witness") {
      const name = word === "log" ? null : (rest.shift() ?? "");
      const key = readVkey(rest[0] ?? "");
      if (key?.kind !== word || rest.length > 2)
        return wrong(`\`${word}\` needs ${word === "log" ? "" : "a name and "}a verifier key of a ${word}`);
      if ([...logs, ...witnesses.values()].some(({ raw }) => Buffer.compare(raw, key.raw) === 0)) return wrong("this key is listed twice");
      if (name === null) logs.push(key);
      else {
        if (name === "" || name === "none" || rules.has(name)) return wrong(`the name \`${name}\` cannot be used, or is used twice`);
        witnesses.set(name, key);
        rules.set(name, (cosigned) => cosigned.has(name));
      }
    } else if (word === "group") {
      const [name = "", count = "", ...names] = rest;
      const parts = names.map((member) => rules.get(member));
      if (name === "" || name === "none" || rules.has(name)) return wrong(`the name \`${name}\` cannot be used, or is used twice`);
      if (names.length === 0 || parts.includes(undefined)) return wrong("a group needs members that stand above it");
      if (names.some((member) => members.has(member)) || new Set(names).size < names.length)
        return wrong("a name is a member of one group, once");
      for (const member of names) members.add(member);
      const least = count === "all" ? names.length : count === "any" ? 1 : /^[1-9]\d*$/.test(count) ? Number(count) : 0;
      if (least < 1 || least > names.length) return wrong("a group needs `all`, `any`, or a number up to that of its members");
      rules.set(name, (cosigned) => parts.filter((part) => part?.(cosigned)).length >= least);
    } else if (word === "quorum") {
      const rule = rest[0] === "none" ? () => true : rules.get(rest[0] ?? "");
      if (quorum !== null || rule === undefined || rest.length !== 1)
        return wrong("a policy has one `quorum`, which names a witness or group above it, or `none`");
      quorum = rule;
    } else return wrong(`\`${word}\` is no word of a policy`);
  }
  return quorum === null ? "there is no `quorum`" : { logs, witnesses, quorum };
}

/** What a policy says to a checkpoint. `cosigned`: names of the witnesses whose cosignature holds. */
export type Judgement = { readonly log: "signed" | "unknown" | "invalid"; readonly cosigned: readonly string[]; readonly quorum: boolean };

/** `logs`: keys that count as the log's where the policy names none. */
export function judge(checkpoint: Checkpoint, policy: Policy, logs: readonly NoteKey[]): Judgement {
  const own = (policy.logs.length > 0 ? policy.logs : logs).filter(({ name }) => name === checkpoint.origin);
  const results = own.map((key) => signatureOf(checkpoint, key).result);
  const log = results.includes("invalid") ? "invalid" : results.includes("valid") ? "signed" : "unknown";
  const cosigned = [...policy.witnesses].filter(([, key]) => signatureOf(checkpoint, key).result === "valid").map(([name]) => name);
  return { log, cosigned, quorum: policy.quorum(new Set(cosigned)) };
}
