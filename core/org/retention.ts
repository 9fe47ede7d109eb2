/** How long an org keeps what its runs made, by the class of the data that they saw, and its evidence. */
import type { DataClass } from "../label/label.ts";

/** What an org chose; a class that is absent has no end of its own. */
export type ChosenRetention = { readonly [C in DataClass]?: number } & { readonly audit_years?: number };

/** With every default filled in: days by class (null: until the evidence ends), and years of the evidence. */
export type Retention = { readonly [C in DataClass]: number | null } & { readonly audit_years: number };

/** Six months are the least that Art. 19 and 26(6) of the EU AI Act ask for; seven years are usual for financial records. */
const DEFAULT_AUDIT_YEARS = 7;

/** Fills in what the org did not choose. */
export const retentionOf = (chosen: ChosenRetention = {}): Retention => ({
  public: chosen.public ?? null,
  internal: chosen.internal ?? null,
  confidential: chosen.confidential ?? null,
  restricted: chosen.restricted ?? null,
  audit_years: chosen.audit_years ?? DEFAULT_AUDIT_YEARS,
});
