/** The languages that attacks and their harmless neighbours are written in for training. */
export const LANGUAGES = ["en", "de", "es", "fr", "it", "pt", "ru", "zh", "hi", "tr"] as const;
export type Language = (typeof LANGUAGES)[number];
