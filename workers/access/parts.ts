/** A text of policies, policy by policy, under their ids. */
import { policySetTextToParts } from "@cedar-policy/cedar-wasm/web";

const ID = /@id\(\s*"([^"]+)"\s*\)/;

/** Cedar numbers the policies of a text; their own ids, which reasons are to name, come in as keys. Throws where one has no id. */
export function byId(text: string): Record<string, string> {
  const parts = policySetTextToParts(text);
  if (parts.type !== "success") throw new TypeError("a policy file cannot be parsed");
  return Object.fromEntries(
    parts.policies.map((policy) => {
      const id = idOf(policy);
      if (id === null) throw new TypeError("a policy has no `@id`");
      return [id, policy];
    }),
  );
}

/** The id that a policy gives itself; null: none. */
export const idOf = (policy: string): string | null => ID.exec(policy)?.[1] ?? null;

/** One policy of a text, with where it begins in it (UTF-16 units). */
export type Part = { readonly id: string; readonly text: string; readonly at: number };

/** The policies of a text in its order. One without an id of its own is `policy1` if it is the first, and so on. */
export function partsOf(text: string, policies: readonly string[]): Part[] {
  const places: { readonly text: string; readonly at: number }[] = [];
  const next = new Map<string, number>();
  for (const policy of policies) {
    const at = text.indexOf(policy, next.get(policy) ?? 0);
    next.set(policy, at + policy.length);
    places.push({ text: policy, at });
  }
  return places.sort((a, b) => a.at - b.at).map((place, index) => ({ ...place, id: idOf(place.text) ?? `policy${index + 1}` }));
}
