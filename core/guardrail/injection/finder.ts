/** Expressions of instructions are asked about the same readings of a text: the words that any of them needs are looked for in one walk (needs.ts). */
import { companyOf } from "../needs.ts";

/** Tells which of some expressions, given by their sources, a normalised text may match. */
export const instructionFinderOf = companyOf();
