/** What a check of evidence from outside found (verify-evidence.mjs, which is plain JavaScript so that it can be read and run alone). */
export type EvidenceResult = {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly counts: { readonly [what: string]: number };
  readonly fileSha256: string;
  readonly head: { readonly run: string; readonly complete: boolean } | null;
};
export function isEvidence(text: string): boolean;
export function verifyEvidence(bytes: Buffer, keys?: readonly object[] | null): EvidenceResult;
export function evidenceLines(result: EvidenceResult): string[];
