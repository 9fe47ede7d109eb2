/**
 * Takes a secret out of a stream of text, across the borders of pieces: what was sent along to an upstream must not come back.
 * Holds back only what may be the beginning of one.
 */
import { withoutSecrets } from "../untrusted-json.ts";

/** Takes pieces of text and gives them back without the secret; `end` gives what is still held back. */
export type SecretFilter = { push(text: string): string; end(): string };

/** `secrets`: as `withoutSecrets` takes them. */
export function openSecretFilter(secrets: readonly string[]): SecretFilter {
  const clean = (text: string): string => String(withoutSecrets(text, secrets).value);
  let waiting = "";
  return {
    push(text) {
      const all = clean(waiting + text);
      const held = Math.max(0, ...secrets.map((secret) => overlap(all, secret)));
      waiting = all.slice(all.length - held);
      return all.slice(0, all.length - held);
    },
    end() {
      const rest = clean(waiting);
      waiting = "";
      return rest;
    },
  };
}

/** How much of the end of `text` is a beginning of `secret`. */
function overlap(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length - 1); length > 0; length--) {
    if (secret.startsWith(text.slice(text.length - length))) return length;
  }
  return 0;
}
