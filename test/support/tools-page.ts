/** The examples of docs/tools.md, read by its headings. */

import type { Json } from "../../core/json.ts";
import PAGE from "../../docs/tools.md?raw";

/** A call with curl. `key`: what its bearer is written as, such as `$KEY`. */
export type Shell = { readonly method: string; readonly path: string; readonly key: string; readonly body: Json };
/** What stands below one heading. Reading what does not stand there throws. */
export type Examples = {
  /** The first whole manifest. */
  readonly manifest: Json;
  /** The first JSON that is neither a manifest nor a definition. */
  readonly json: Json;
  readonly commands: readonly Shell[];
  /** Answers that commands show behind `# `. */
  readonly comments: readonly string[];
  /** The request that stores a secret, written within the text. */
  readonly secret: { readonly path: string; readonly body: Json };
};

const SECTIONS = new Map(
  PAGE.split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf("\n")), text] as const),
);
const CURL = /curl (?:-s )?(?:-X (\w+) )?"\$BULKHEAD(\/[^"]+)"[^']*?Bearer (\$\w+|\$\([^)]*\))"[\s\S]*?-d '([^']*)'/g;

/** The examples below a heading. Throws where the page has no such heading. */
export function examplesOf(heading: string): Examples {
  const text = SECTIONS.get(heading);
  if (text === undefined) throw new Error(`docs/tools.md has no heading "${heading}"`);
  const block = (fence: string): string => {
    const found = new RegExp(`^\`\`\`${fence}\\n([\\s\\S]*?)^\`\`\``, "m").exec(text)?.[1];
    if (found === undefined) throw new Error(`docs/tools.md has no \`${fence}\` below "${heading}"`);
    return found;
  };
  return {
    get manifest() {
      return JSON.parse(block("json tool")) as Json;
    },
    get json() {
      return JSON.parse(block("json")) as Json;
    },
    get commands() {
      return [...shells(text).matchAll(CURL)].map(([, method = "POST", path = "", key = "", body = ""]) => ({
        ...{ method, path, key },
        body: JSON.parse(body) as Json,
      }));
    },
    get comments() {
      return [...shells(text).matchAll(/^# (\{.*)$/gm)].map(([, answer = ""]) => answer);
    },
    get secret() {
      const [, path = "", body = ""] = /`PUT (\/v1\/secrets\/[\w-]+)` `(\{[^`]*\})`/.exec(text) ?? [];
      return { path, body: JSON.parse(body.replace("…", "sk-0123456789")) as Json };
    },
  };
}

/** Headings below which something whole is sent: a manifest or a command. */
export const sent = (): string[] =>
  [...SECTIONS].filter(([, text]) => text.includes("```json tool\n") || shells(text).includes("curl ")).map(([heading]) => heading);

const shells = (text: string): string => [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block).join("\n");
