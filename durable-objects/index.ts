/** The single writers: every class that wrangler.toml names. */
export { defineAuditLog } from "./audit-log/audit-log.ts";
export { defineKeyRing } from "./key-ring/key-ring.ts";
export { defineKillSwitch } from "./kill-switch/kill-switch.ts";
export { defineReviewQueue } from "./review-queue/review-queue.ts";
export { defineRunEngine } from "./run-engine/run-engine.ts";
export { defineVault } from "./vault/vault.ts";
