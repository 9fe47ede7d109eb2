/**
 * A linear classifier over hashed features (features.ts), one table of weights per channel: every window of a normalised text is
 * scored, the highest counts. The weights are numbers from scripts/guardrails/train.ts; no text is in them.
 */
import { featureWalker, type TextWindow, tokensOf, type WindowSize, windowsOf } from "./features.ts";
import { WEIGHTS } from "./weights.ts";

/** A channel for which a table of weights was trained. */
export type TrainedChannel = keyof typeof WEIGHTS;

/** Sizes in normalised units; training uses the same. A user's message is read in larger pieces than the fields of a tool's answer. */
export const WINDOWS: { readonly [C in TrainedChannel]: WindowSize } = {
  user: { units: 300, step: 150 },
  tool_output: { units: 200, step: 100 },
};

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

type Head = { readonly table: Int8Array; readonly scale: number; readonly bias: number };
const HEADS: { readonly [C in TrainedChannel]: Head } = { user: headOf("user"), tool_output: headOf("tool_output") };

/** The most suspicious window of a text. `logit`: its log-odds of being an instruction. */
export type Judged = { readonly logit: number; readonly window: TextWindow };

/** Log-odds of the most suspicious window, before the evidence of patterns is added. `beside`: what speaks for an attack in a window apart from its words. */
export function judge(text: string, channel: TrainedChannel, beside: (window: TextWindow) => number = () => 0): Judged {
  const { table, scale, bias } = HEADS[channel];
  const walk = featureWalker(tokensOf(text));
  let best: Judged = { logit: Number.NEGATIVE_INFINITY, window: { start: 0, end: text.length } };
  for (const window of windowsOf(text.length, WINDOWS[channel])) {
    let sum = 0;
    const distinct = walk(window, (feature) => {
      sum += table[feature] ?? 0;
    });
    const logit = bias + (sum * scale) / Math.sqrt(Math.max(1, distinct)) + beside(window);
    if (logit > best.logit) best = { logit, window };
  }
  return best;
}

function headOf(channel: TrainedChannel): Head {
  const { table, scale, bias } = WEIGHTS[channel];
  return { table: fromBase64(table), scale, bias };
}

/** RFC 4648 section 4; core has no `atob`. */
function fromBase64(text: string): Int8Array {
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
