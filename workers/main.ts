/** The composition root: the only place where rooms meet. */
import {
  defineAuditLog,
  defineKeyRing,
  defineKillSwitch,
  defineReviewQueue,
  defineRunEngine,
  defineVault,
} from "../durable-objects/index.ts";

export const RunEngine = defineRunEngine(() => ({ now: Date.now }));
export const ReviewQueue = defineReviewQueue(() => ({ now: Date.now }));
export const KillSwitch = defineKillSwitch(() => ({ now: Date.now }));
export const Vault = defineVault(() => ({ now: Date.now }));
export const AuditLog = defineAuditLog(() => ({ now: Date.now }));
export const KeyRing = defineKeyRing(() => ({ now: Date.now }));

export default { fetch: () => new Response("ok") } satisfies ExportedHandler<Cloudflare.Env>;
