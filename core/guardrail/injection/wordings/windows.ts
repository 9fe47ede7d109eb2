/** Words of a window at most: a sentence, two neighbours, or a part of a long one. */
export const WINDOW = 28;
/** Words between the ends of two windows of a long sentence. */
export const STEP = 7;
