/**
 * The texts that audit entries name by digest (core/audit/content.ts), in R2: under the org, the person they are about, and the run or
 * call they are of, so that they are erased with their person. They are redacted before they get here.
 */
import { createHash } from "node:crypto";
import { readContent } from "../../core/audit/content.ts";
import type { Json } from "../../core/json.ts";

/** Whose texts they are. */
export type TextsOf = { readonly org: string; readonly subject: string; readonly run: string };

/** Texts beside the audit log. */
export type Texts = {
  /** Resolves when the lines are durable. The same name again replaces what it held. */
  readonly keep: (of: TextsOf, name: string, lines: readonly string[]) => Promise<void>;
  /** By digest, each checked against it; `isAll` false: there are more than `most` bytes, and those after them were left out. */
  readonly read: (of: TextsOf, most: number) => Promise<{ readonly texts: ReadonlyMap<string, Json>; readonly isAll: boolean }>;
  /** Erases everything of a person; answers how many objects that were. */
  readonly forget: (org: string, subject: string) => Promise<number>;
};

const sha256Hex = (text: string): string => createHash("sha256").update(text).digest("hex");

/** PERSISTED: keys in R2. The person is found by it, not read from it. An org's name has no slash. */
const personPrefix = (org: string, subject: string): string => `v1/${org}/${sha256Hex(subject)}/`;
const prefixOf = ({ org, subject, run }: TextsOf): string => `${personPrefix(org, subject)}${run}/`;

/** Texts over their bucket. */
export function defineTexts(bucket: R2Bucket): Texts {
  return {
    async keep(of, name, lines) {
      await bucket.put(`${prefixOf(of)}${name}`, `${lines.join("\n")}\n`, { httpMetadata: { contentType: "application/jsonl" } });
    },
    async read(of, most) {
      const files: string[] = [];
      let left = most;
      for await (const { key, size } of listed(bucket, prefixOf(of))) {
        left -= size;
        if (left < 0) return { texts: readContent(files, sha256Hex), isAll: false };
        files.push((await (await bucket.get(key))?.text()) ?? "");
      }
      return { texts: readContent(files, sha256Hex), isAll: true };
    },
    async forget(org, subject) {
      let erased = 0;
      for (;;) {
        const { objects } = await bucket.list({ prefix: personPrefix(org, subject) }); // a page has 1000 keys, as many as one `delete` takes
        if (objects.length === 0) return erased;
        await bucket.delete(objects.map(({ key }) => key));
        erased += objects.length;
      }
    },
  };
}

async function* listed(bucket: R2Bucket, prefix: string): AsyncGenerator<R2Object> {
  let cursor: string | undefined;
  do {
    const page: R2Objects = await bucket.list({ prefix, ...(cursor === undefined ? {} : { cursor }) });
    yield* page.objects;
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
}
