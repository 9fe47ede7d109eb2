/**
 * The texts that audit entries name by digest (core/audit/content.ts), in R2: under the org, the person they are about, and the run or
 * call they are of, so that they are erased with their person. They are redacted before they get here, and sealed when their run is.
 */
import { createHash } from "node:crypto";
import { readContent } from "../../core/audit/content.ts";
import type { Json } from "../../core/json.ts";
import { placeOfTexts } from "../../kit/sealed-text.ts";
import type { Placed, Seals } from "../kit/seals.ts";

/** Whose texts they are. */
export type TextsOf = { readonly org: string; readonly subject: string; readonly run: string };

/** Texts beside the audit log. */
export type Texts = {
  /** Resolves when the lines are durable. The same name again replaces what it held. */
  readonly keep: (of: TextsOf, name: string, lines: readonly string[]) => Promise<void>;
  /** By digest, each checked against it; `isAll` false: there are more than `most` bytes, and those after them were left out. */
  readonly read: (of: TextsOf, most: number) => Promise<{ readonly texts: ReadonlyMap<string, Json>; readonly isAll: boolean }>;
  /** Runs and calls about a person that have texts, by id, those after `after`. */
  readonly runsOf: (org: string, subject: string, after: string, limit: number) => Promise<readonly string[]>;
  /** Erases everything of a run; answers how many objects that were. */
  readonly forgetRun: (of: TextsOf) => Promise<number>;
  /** Erases everything of a person; answers how many objects that were. */
  readonly forget: (org: string, subject: string) => Promise<number>;
};

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** PERSISTED: keys in R2. The person is found by it, not read from it. An org's name has no slash. */
const personPrefix = (org: string, subject: string): string => `v1/${org}/${sha256Hex(subject)}/`;
const prefixOf = ({ org, subject, run }: TextsOf): string => `${personPrefix(org, subject)}${run}/`;

/** Texts over their bucket. */
export function defineTexts(bucket: R2Bucket, seals: Pick<Seals, "openAll">): Texts {
  return {
    async keep(of, name, lines) {
      await bucket.put(`${prefixOf(of)}${name}`, `${lines.join("\n")}\n`, { httpMetadata: { contentType: "application/jsonl" } });
    },
    async read(of, most) {
      const prefix = prefixOf(of);
      const files: Placed[] = [];
      let left = most;
      for await (const { key, size } of listed(bucket, prefix)) {
        left -= size;
        if (left < 0) break;
        const text = (await (await bucket.get(key))?.text()) ?? "";
        files.push({ place: placeOfTexts(key.slice(prefix.length)), text: text.startsWith("sealed:") ? text.trimEnd() : text });
      }
      return { texts: readContent(await seals.openAll(files), sha256Hex), isAll: left >= 0 };
    },
    async runsOf(org, subject, after, limit) {
      const prefix = personPrefix(org, subject);
      const runs: string[] = [];
      let startAfter = after === "" ? null : `${prefix}${after}0`; // the character after the slash: behind all that is in its folder
      for (;;) {
        const options = { prefix, delimiter: "/", limit: Math.min(limit, 1_000), ...(startAfter === null ? {} : { startAfter }) };
        const { delimitedPrefixes, truncated } = await bucket.list(options);
        for (const folder of delimitedPrefixes) if (runs.length < limit) runs.push(folder.slice(prefix.length, -1));
        const last = runs.at(-1);
        if (!truncated || runs.length >= limit || last === undefined) return runs;
        startAfter = `${prefix}${last}0`;
      }
    },
    forgetRun: (of) => forgetUnder(bucket, prefixOf(of)),
    forget: (org, subject) => forgetUnder(bucket, personPrefix(org, subject)),
  };
}

async function forgetUnder(bucket: R2Bucket, prefix: string): Promise<number> {
  let erased = 0;
  for (;;) {
    const { objects } = await bucket.list({ prefix }); // a page has 1000 keys, as many as one `delete` takes
    if (objects.length === 0) return erased;
    await bucket.delete(objects.map(({ key }) => key));
    erased += objects.length;
  }
}

async function* listed(bucket: R2Bucket, prefix: string): AsyncGenerator<R2Object> {
  let cursor: string | undefined;
  do {
    const page: R2Objects = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.objects;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}
