/** Names of speakers as the format takes them: `[a-zA-Z0-9_-]{1,64}`, one for each name, whatever a client calls its agents. Pure. */

const LONGEST = 64;

/** For one request: the same name always becomes the same, and two names never become one. null: nothing of it is left. */
export function openWireNames(): (name: string) => string | null {
  const given = new Map<string, string | null>();
  const taken = new Set<string>();
  return (name) => {
    const known = given.get(name);
    if (known !== undefined) return known;
    const safe = safeName(name);
    let unique = safe;
    for (let count = 2; taken.has(unique); count++) unique = `${safe.slice(0, LONGEST - 6)}_${count}`;
    if (safe !== "") taken.add(unique);
    given.set(name, safe === "" ? null : unique);
    return safe === "" ? null : unique;
  };
}

function safeName(name: string): string {
  const plain = name.normalize("NFKD").replace(/\p{Mark}/gu, "");
  const safe = plain.replace(/[^a-zA-Z0-9_-]+/g, "_").slice(0, LONGEST);
  return /[a-zA-Z0-9]/.test(safe) ? safe : "";
}
