/** An export of evidence for a framework of compliance: what was asked for, and how far it is. */

/** Frameworks, as the path names them. */
export const FRAMEWORKS = ["soc2", "iso42001", "eu-ai-act", "nist-ai-rmf"] as const;

/** PERSISTED: how far an export is. `after`: the `seq` of the last entry that is written. */
export type ExportProgress = {
  readonly parts: number;
  readonly after: number;
  readonly entries: number;
  /** Entries by type, of the period. */
  readonly byType: { readonly [type: string]: number };
  /** The period has more entries than one export takes. */
  readonly isCut: boolean;
};
