/** Texts as the model of wordings sees them in training: the features of each word, and the windows of words that are judged. */
import { normalise } from "../../../core/guardrail/injection/normalise.ts";
import { STEP, WINDOW } from "../../../core/guardrail/injection/wordings/windows.ts";
import { type ClassOf, walkWords } from "../../../core/guardrail/injection/wordings/words.ts";

/** `windows`: pairs of places in `features`, the first of them below zero less one where the window is of two sentences. */
export type Bag = { readonly features: Int32Array; readonly windows: Int32Array };

export function bagOf(text: string, classOf: ClassOf): Bag {
  const features: number[] = [];
  const ends: number[] = [0];
  const sentences: number[] = [0];
  walkWords(normalise(text).text, classOf, {
    feature: (index) => features.push(index),
    word: () => ends.push(features.length),
    sentence: () => sentences.push(ends.length - 1),
  });
  const windows: number[] = [];
  const add = (from: number, to: number, isPair = false): void => {
    const first = ends[from] ?? 0;
    windows.push(isPair ? -first - 1 : first, ends[to] ?? features.length);
  };
  for (let index = 1; index < sentences.length; index++) {
    const [before, from, to] = [sentences[index - 2] ?? 0, sentences[index - 1] ?? 0, sentences[index] ?? 0];
    if (to - from <= WINDOW) add(from, to);
    else {
      for (let end = from + WINDOW; end <= to; end++) if (end === to || (end - from) % STEP === 0) add(end - WINDOW, end);
    }
    if (index > 1 && to - before <= WINDOW) add(before, to, true);
  }
  return { features: Int32Array.from(features), windows: Int32Array.from(windows) };
}
