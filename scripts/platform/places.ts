/** Where things lie: the programs that the scripts start and the folder that they keep their own files in. */
import { join, resolve } from "node:path";

export const ROOT = resolve(import.meta.dirname, "..", "..");

/** Ignored by git: the admin's key, logs, and what a run of `npm start` leaves. */
export const OWN_FOLDER = join(ROOT, ".bulkhead");
export const LOG_FOLDER = join(OWN_FOLDER, "logs");
export const ADMIN_KEY_FILE = join(OWN_FOLDER, "admin-key");
export const DEFAULT_STATE = join(ROOT, ".wrangler", "state");

/** wrangler without its starter, which would be one more process between us and it. */
export const WRANGLER = join(ROOT, "node_modules", "wrangler", "wrangler-dist", "cli.js");
export const MIGRATIONS = join(ROOT, "migrations");
export const DATABASE = "bulkhead";
