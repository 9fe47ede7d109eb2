/**
 * A linear classifier over hashed features (features.ts), one table of weights per channel: every window of a normalised text is
 * scored, the highest counts. The weights are numbers from scripts/guardrails/train.ts; no text is in them.
 */
import { featureWeigher, type Mark, type TextWindow, tokensOf, type WindowSize, windowsOf } from "./features.ts";
import { WEIGHTS } from "./weights.ts";

/** A channel for which a table of weights was trained. */
export type TrainedChannel = keyof typeof WEIGHTS;

/** Sizes in normalised units; training uses the same. A user's message is read in larger pieces than a tool's answer, which is also read field by field. */
const WINDOWS: { readonly [C in TrainedChannel]: WindowSize & { readonly byField: boolean } } = {
  user: { units: 300, step: 150, byField: false },
  tool_output: { units: 200, step: 100, byField: true },
};

/** The windows of a text in a channel. */
export const windowsFor = (text: string, channel: TrainedChannel): TextWindow[] =>
  windowsOf(text, WINDOWS[channel], WINDOWS[channel].byField);

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

type Head = { readonly table: Int8Array } & { readonly [N in "scale" | "bias" | "stretch" | "shift"]: number };
const HEADS: { readonly [C in TrainedChannel]: Head } = { user: headOf("user"), tool_output: headOf("tool_output") };

/** The most suspicious window of a text. `logit`: its log-odds of being an instruction. */
export type Judged = { readonly logit: number; readonly window: TextWindow };

/** Log-odds of the most suspicious window, on the scale of the thresholds (thresholds.ts). `marks`: the patterns that match, in the order of their places; `near`: what they add to a window's log-odds. */
export function judge(text: string, channel: TrainedChannel, marks: readonly Mark[], near: (window: TextWindow) => number): Judged {
  const { table, scale, bias, stretch, shift } = HEADS[channel];
  const weigh = featureWeigher(tokensOf(text, marks), table);
  let best: Judged = { logit: Number.NEGATIVE_INFINITY, window: { start: 0, end: text.length } };
  for (const window of windowsFor(text, channel)) {
    const { sum, distinct } = weigh(window);
    const logit = stretch * (logitOf(sum * scale, bias, distinct) + near(window)) + shift;
    if (logit > best.logit) best = { logit, window };
  }
  return best;
}

/** A window of few words says little, whatever they are: evidence is divided as if there were at least so many features. */
const FEWEST_FEATURES = 24;
/** Log-odds of a window from the sum of its features' weights and their number. */
export const logitOf = (sum: number, bias: number, distinct: number): number => bias + sum / Math.sqrt(Math.max(FEWEST_FEATURES, distinct));

function headOf(channel: TrainedChannel): Head {
  const { table, ...numbers } = WEIGHTS[channel];
  return { table: fromBase64(table), ...numbers };
}

/** Bytes of a table of weights. RFC 4648 section 4; core has no `atob`. */
export function fromBase64(text: string): Int8Array {
  const values = new Uint8Array(128);
  for (let index = 0; index < ALPHABET.length; index++) values[ALPHABET.charCodeAt(index)] = index;
  const length = text.replace(/=+$/, "").length;
  const bytes = new Int8Array((length * 3) >> 2);
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < length; index++) {
    buffer = ((buffer << 6) | (values[text.charCodeAt(index)] ?? 0)) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (buffer >> bits) & 255;
  }
  return bytes;
}
