/** The platform admin's key of a local platform: random, made once, in a file that git ignores and only its owner reads. */
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { ADMIN_KEY_FILE } from "./places.ts";

/** docs/contract.md, "Who calls": any string of 24 or more characters. */
const SHORTEST = 24;

export function adminKey(file: string = ADMIN_KEY_FILE): string {
  const kept = read(file);
  if (kept !== null && kept.length >= SHORTEST) return kept;
  mkdirSync(dirname(file), { recursive: true });
  const made = Buffer.from(randomBytes(32)).toString("base64url");
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  chmodSync(file, 0o600); // the mode above counts only where the file is new
  return made;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return null;
  }
}
