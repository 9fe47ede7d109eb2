/**
 * The guardrails over random and mutated texts of up to 16 kB: none may throw, none may take longer than the bound. The texts are
 * splices of what the detectors look for, of scripts and of noise, so that half-hits and hits across cuts come up all the time.
 */
import type { Channel } from "../../core/guardrail/finding.ts";
import { inspectText } from "../../core/guardrail/inspect-text.ts";
import { Dice } from "../../simulation/dice.ts";
import { cpuMs } from "../../test/support/cpu-time.ts";
import { CASES } from "../guardrails/costs.ts";
import type { Check } from "./check.ts";

const LONGEST_UNITS = 16_384;
/** CPU of this thread for one text, in milliseconds: a machine that is busy elsewhere is no fault of a pattern. The best of three counts. */
const SLOWEST_MS = 50;
const CHANNELS: readonly Channel[] = ["user", "model_output", "tool_output"];
const NOISE = [
  "",
  " ",
  "\n",
  "\u200b",
  "\u202e",
  "\ud83d",
  "é",
  "٣",
  "４",
  "@",
  ".",
  "-",
  "/",
  "&#64;",
  "=40",
  "{{EMAIL_1}}",
  "{{",
  "}}",
  "<|im_start|>",
  "QUJD",
  "%41",
  "0x",
  "%%%",
];

export const guardFuzz: Check = {
  name: "guard-fuzz",
  title: "the guardrails over random and mutated texts: none throws, none takes long",
  async run({ sizes, tell, violation }) {
    const dice = new Dice(sizes.seed);
    const slowest = { ms: 0, at: -1, units: 0 };
    let units = 0;
    let failed = 0;
    const start = cpuMs();
    const fail = (what: string): void => {
      failed++;
      violation(what);
    };
    for (let at = 0; at < sizes.texts; at++) {
      const text = textOf(dice);
      const channel = dice.one("text", CHANNELS);
      units += text.length;
      try {
        let ms = timeOf(text, channel);
        if (ms > SLOWEST_MS) ms = Math.min(ms, timeOf(text, channel), timeOf(text, channel));
        if (ms > slowest.ms) Object.assign(slowest, { ms, at, units: text.length });
        if (ms > SLOWEST_MS) fail(`text ${at} of seed ${sizes.seed} (${text.length} units, ${channel}) takes ${ms.toFixed(0)} ms`);
      } catch (error) {
        fail(`text ${at} of seed ${sizes.seed} (${channel}) throws ${error instanceof Error ? error.name : "something"}`);
      }
      if (at % 500 === 0) {
        tell(`seed ${sizes.seed}: ${at} of ${sizes.texts} texts, slowest ${slowest.ms.toFixed(1)} ms of CPU, ${failed} violations`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    return [
      ["texts", "megabytes", "CPU in all", "CPU of the slowest", "its length"],
      [
        String(sizes.texts),
        (units / 1e6).toFixed(1),
        `${((cpuMs() - start) / 1_000).toFixed(0)} s`,
        `${slowest.ms.toFixed(1)} ms`,
        `${slowest.units} units`,
      ],
    ];
  },
};

function timeOf(text: string, channel: Channel): number {
  const start = cpuMs();
  inspectText(text, channel);
  return cpuMs() - start;
}

/** Most texts are short; one in sixteen is as long as a field may be: they take nine tenths of the time. */
function textOf(dice: Dice): string {
  const length = dice.between("text", 0, 15) === 0 ? LONGEST_UNITS : dice.between("text", 1, 600);
  let text = "";
  while (text.length < length) {
    const piece = pieceOf(dice);
    text += piece.repeat(dice.between("text", 0, 11) === 0 ? dice.between("text", 1, 400) : 1);
  }
  return text.slice(0, length);
}

function pieceOf(dice: Dice): string {
  if (dice.between("text", 0, 2) === 0) return dice.one("text", NOISE);
  if (dice.between("text", 0, 2) === 0) return String.fromCharCode(dice.between("text", 0, 0xfffe));
  const source = dice.one("text", CASES).text;
  const start = dice.between("text", 0, source.length - 1);
  return source.slice(start, start + dice.between("text", 1, 40));
}
