/** An API key as the HTTP contract shows it: everything but the key. */
import type { Role } from "./principal.ts";

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
};
