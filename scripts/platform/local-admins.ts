/**
 * Two admins of a local platform, Ada and Ben, each with a key of their own in a file that git ignores. A thrown kill switch is lifted
 * by two people, and the platform's own key and a key that it makes afterwards never are: the two MUST exist before the first throw.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "../../sdk/client.ts";
import { OWN_FOLDER } from "./places.ts";

/** Who they are. */
export const LOCAL_ADMINS = ["ada", "ben"] as const;
const YEAR_MS = 365 * 24 * 60 * 60_000;

/** Where the key of one of them lies. */
export const localAdminFile = (user: string): string => join(OWN_FOLDER, `admin-${user}-key`);

/** Makes the keys that are missing, or that this platform's state does not know (another state, or an expired key). */
export async function makeLocalAdmins(url: string, adminKey: string): Promise<void> {
  const platform = createClient({ url, key: adminKey });
  await Promise.all(
    LOCAL_ADMINS.map(async (user) => {
      const file = localAdminFile(user);
      if (existsSync(file) && (await isGood(url, readFileSync(file, "utf8").trim()))) return;
      const { key } = await platform.keys.create({ user, roles: ["admin"], expires_at: new Date(Date.now() + YEAR_MS).toISOString() });
      rmSync(file, { force: true });
      writeFileSync(file, `${key}\n`, { mode: 0o600 });
    }),
  );
}

async function isGood(url: string, key: string): Promise<boolean> {
  const answer = await fetch(`${url}/v1/models`, { headers: { Authorization: `Bearer ${key}` } });
  await answer.arrayBuffer();
  return answer.ok;
}
