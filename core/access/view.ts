/** An API key as the HTTP contract shows it: everything but the key. */
import type { Role } from "./principal.ts";

/** How long before its end a key is said to expire soon: two weeks leave time to replace it. */
export const EXPIRES_SOON_MS = 14 * 24 * 60 * 60_000;

/** An API key as lists show it. */
export type ApiKeyView = {
  id: string;
  org: string;
  user: string;
  roles: Role[];
  created_at: string;
  expires_at: string;
  allow_from: string[];
  for_others: boolean;
  last4: string;
  /** The key that this one replaced; null: none. */
  rotated_from: string | null;
  /** To five minutes; null: never used. */
  last_used_at: string | null;
};
