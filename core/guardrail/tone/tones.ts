/** The tones that are told apart, apart from how. */

/** `furious`: strongly negative, as somebody writes who has had enough. PERSISTED: in findings' detectors. */
export const TONES = ["negative", "positive", "furious"] as const;
/** See `TONES`. */
export type Tone = (typeof TONES)[number];
