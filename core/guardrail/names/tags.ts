/** The labels of the sequence model: outside, and for every kind the first word of a name and a further one. */
import type { PersonalDataType } from "../finding.ts";

/** The kinds that the model finds. PERSISTED: their order is that of the weights (weights.ts). */
export const NAME_TYPES = ["PERSON", "LOCATION", "ORG", "ADDRESS"] as const satisfies readonly PersonalDataType[];
/** A kind of name. */
export type NameType = (typeof NAME_TYPES)[number];

/** Labels: 0 is outside; 1 + 2k begins a name of the k-th kind, 2 + 2k goes on with it. */
export const TAGS = 1 + 2 * NAME_TYPES.length;
/** The label of a word outside every name. */
export const OUTSIDE = 0;

/** The label that begins a name of this kind. */
export const beginOf = (type: NameType): number => 1 + 2 * NAME_TYPES.indexOf(type);
/** Whether a label goes on with a name that another began. */
export const isInside = (tag: number): boolean => tag !== OUTSIDE && tag % 2 === 0;
/** The kind of a label; null: outside. */
export const typeOf = (tag: number): NameType | null => NAME_TYPES[(tag - 1) >> 1] ?? null;
/** Whether `next` may follow `tag`: a name goes on only where one of its kind began. */
export const mayFollow = (tag: number, next: number): boolean => !isInside(next) || tag === next || tag === next - 1;
