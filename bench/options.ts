/** What `npm run bench -- ARGS` says. Pure. */
import { err, ok, type Result } from "../core/result.ts";

/** In the order they are run: first what needs a quiet machine most. */
export const PARTS = [
  "transform",
  "tool",
  "gateway",
  "guard",
  "growth",
  "audit",
  "rows",
  "wake",
  "chat",
  "noisy",
  "kill",
  "policy",
  "traces",
  "cost",
  "sandbox",
  "knowledge",
  "dev",
] as const;
export type PartName = (typeof PARTS)[number];

export type Options = {
  readonly parts: readonly PartName[];
  /** Fewer and shorter repetitions: for looking, not for publishing. */
  readonly quick: boolean;
  /** Keeps the result as the committed reference too. */
  readonly reference: boolean;
  /** Writes a CPU profile of the platform during `transform`, `tool` and `gateway` to this folder. */
  readonly profile: string | null;
};

export const USAGE = `usage: npm run bench -- [--only ${PARTS.join(",")}] [--quick] [--profile FOLDER] [--reference]`;

export function readOptions(words: readonly string[]): Result<Options, string> {
  let parts: readonly PartName[] = PARTS;
  let quick = false;
  let reference = false;
  let profile: string | null = null;
  for (let index = 0; index < words.length; index++) {
    const [name, inline] = splitAt(words[index] ?? "", "=");
    const value = (): string | null => inline ?? words[++index] ?? null;
    switch (name) {
      case "--only": {
        const names = (value() ?? "").split(",").filter((part) => part !== "");
        const unknown = names.find((part) => !isPart(part));
        if (names.length === 0) return err("`--only` needs the names of parts");
        if (unknown !== undefined) return err(`no such part: \`${unknown}\` (there are: ${PARTS.join(", ")})`);
        parts = PARTS.filter((part) => names.includes(part));
        break;
      }
      case "--profile":
        profile = value();
        if (profile === null) return err("`--profile` needs a folder");
        break;
      case "--quick":
        quick = true;
        break;
      case "--reference":
        reference = true;
        break;
      default:
        return err(`no such option: \`${name}\``);
    }
  }
  if (reference && (quick || parts.length < PARTS.length)) return err("a reference holds every part, and none of them quick");
  return ok({ parts, quick, reference, profile });
}

const isPart = (name: string): name is PartName => (PARTS as readonly string[]).includes(name);

function splitAt(word: string, mark: string): [string, string | null] {
  const at = word.indexOf(mark);
  return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
}
