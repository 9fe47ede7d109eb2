/** An org as the HTTP contract shows it: its settings, with every default filled in. */
import type { OrgSettings } from "./settings.ts";

/** An org as HTTP shows it. */
export type OrgView = OrgSettings & {
  org: string;
  jurisdiction: null;
  created_at: string;
  /** When its callback secret was made; null: it has none. */
  callback_secret_made_at: string | null;
};
