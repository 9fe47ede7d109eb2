/** An org as the HTTP contract shows it: its settings, with every default filled in. */
import type { Destination } from "../notice/destination.ts";
import type { OrgSettings } from "./settings.ts";

/** A destination without its secret. */
export type NotifyView = Omit<Destination, "secret"> & { has_secret: boolean };

/** An org as HTTP shows it. */
export type OrgView = Omit<OrgSettings, "notify"> & {
  /** As it was chosen; a destination's secret is never shown, only whether it has one. */
  notify: (string | NotifyView)[];
  org: string;
  jurisdiction: null;
  created_at: string;
  /** When its callback secret was made; null: it has none. */
  callback_secret_made_at: string | null;
};
