/**
 * Takes a secret out of a stream of text, across the borders of pieces: what was sent along to an upstream must not come back, neither as it is nor in
 * the forms that a whole answer is looked through for (core/secret-forms.ts). Holds back only what may be the beginning of one.
 */
import { openSecretMatcher } from "../secret-matcher.ts";
import { SHORTEST_SECRET, WITHHELD_SECRET } from "../untrusted-json.ts";

/** Takes pieces of text and gives them back without the secret; `end` gives what is still held back. */
export type SecretFilter = { push(text: string): string; end(): string };

/** `secrets`: as `withoutSecrets` takes them. Of a disguised secret the place is withheld from its first letter to its last. */
export function openSecretFilter(secrets: readonly string[]): SecretFilter {
  const sought = secrets.filter((secret) => secret.length >= SHORTEST_SECRET);
  if (sought.length === 0) return { push: (text) => text, end: () => "" };
  const matcher = openSecretMatcher(sought);
  let waiting = "";
  /** Units before `waiting`. */
  let given = 0;
  const give = (regions: ReturnType<typeof matcher.push>, upTo: number): string => {
    let out = "";
    let at = given;
    for (const { start, end } of regions) {
      out += `${waiting.slice(at - given, start - given)}${WITHHELD_SECRET}`;
      at = end;
    }
    const to = Math.max(at, upTo);
    out += waiting.slice(at - given, to - given);
    waiting = waiting.slice(to - given);
    given = to;
    return out;
  };
  return {
    push(text) {
      waiting += text;
      const regions = matcher.push(text);
      return give(regions, matcher.safe());
    },
    end: () => give(matcher.end(), given + waiting.length),
  };
}
