/**
 * Frames of the common wordings of an injection: earlier instructions set aside, everything forgotten, an assistant made another one without rules, new
 * instructions in place of the old, the system prompt asked for. Each frame is made of a language's words (words.ts) with bounded gaps between them, so that
 * one that holds in a language holds in the others. Pure; knows no language.
 */
import { AT } from "../plain-order.ts";
import type { Words } from "./words.ts";

/** What ends a sentence or a line. */
const ENDS = ".!?;\\n\\u3002\\u0964";
const END = `(?= ?(?:[${ENDS}:]|$))`;
/** The command ends here, or another one follows. */
const STOP = `(?= ?(?:[${ENDS}:,(-]|$| (?:and|und|y|e|et|и|ve|और|then|dann|luego|puis|poi|depois|ni)\\b|\u5e76|\u7136\u540e|\u53ea|\u4ece))`;
/** Where commands stand in Chinese, which parts words by nothing. */
const AT_UNSPACED = `(?<=^|[${ENDS},:>"' ]|请|你要|你必须|现在|立即|立刻|马上|全部|并|然后|把|将)`;
/** Names that jailbreaks give to an assistant. */
const ALIASES = "[a-z]{1,16}gpt|gpt-?\\d?x|freebot|jailbot|evilbot|stan|dude|betterdan|aim";

/** What an assistant is told to be free of, beside rules. */
const POLICIES =
  "polic(?:y|ies)|politicas?|politiques?|politiche|richtlinien|\u043f\u043e\u043b\u0438\u0442\u0438\u043a[\u0430-\u044f]*|\u0928\u0940\u0924\u093f\\S*|\u653f\u7b56|politika[a-z]*";

/** What frames are about. */
export type About = "override" | "release" | "fresh" | "prompt";

/** The frames of a language, and the expressions that stand in them as `<name>`. */
export type Frames = { readonly frames: { readonly [A in About]: readonly string[] }; readonly parts: ReadonlyMap<string, string> };

/** The expression of a frame. */
export const expressionOf = (frame: string, parts: ReadonlyMap<string, string>): string =>
  frame.replace(/<(\w+)>/g, (whole, name: string) => parts.get(name) ?? whole);

/** The frames of a language. */
export function framesOf(words: Words): Frames {
  const whole = (alternation: string): string =>
    words.isUnspaced
      ? `(?:${alternation})`
      : words.letters === undefined
        ? `\\b(?:${alternation})\\b`
        : `(?<![${words.letters}])(?:${alternation})(?![${words.letters}])`;
  const parts = new Map([
    ["alias", whole(ALIASES)],
    ["policies", whole(POLICIES)],
  ]);
  for (const [name, value] of Object.entries(words))
    if (typeof value === "string" && name !== "verb" && name !== "letters") parts.set(name, whole(value));
  const of = Object.fromEntries(Array.from(parts.keys(), (name) => [name, `<${name}>`])) as {
    readonly [K in keyof Words | "alias" | "policies"]-?: string;
  };
  /** Within the sentence, and nothing of the speaker's own. */
  const gap = (most: number): string => `(?:(?!${of.mine})[^${ENDS}]){0,${words.isUnspaced ? Math.ceil(most / 3) : most}}?`;
  /** Within the sentence. */
  const any = (most: number): string => `[^${ENDS}]{0,${words.isUnspaced ? Math.ceil(most / 3) : most}}?`;
  const notFor = words.of === "" ? "" : `(?! ?${of.of})`;
  const at = words.isUnspaced ? AT_UNSPACED : words.saysWho ? "" : AT;
  /** Verb and object, in the order of the language. */
  const told = (verb: string, object: string, most: number): string[] => [
    ...(words.verb === "last" ? [] : [`${at}${verb}${gap(most)}(?:${object})`]),
    ...(words.verb === "first" ? [] : [`(?:${object})${gap(most)}${verb}`]),
  ];
  /** "Your instructions", up to `most` units apart. */
  const yours = (most: number): string =>
    words.yourRules === undefined ? `${of.your}${gap(most)}${of.rules}` : `(?:${of.your}${gap(most)}${of.rules}|${of.yourRules})`;
  const given = `${of.past}${gap(24)}${of.rules}${notFor}|${of.rules}${notFor}${gap(20)}(?:${of.past}|${of.told})|${yours(24)}${notFor}|${of.told}${gap(24)}${of.rules}${notFor}`;
  const said = `${of.everything}${gap(24)}(?:(?:${of.told}|${of.known})${notFor}|${of.since}${STOP})|(?:${of.told}|${of.known}|${of.since})${gap(16)}${of.everything}${words.verb === "last" ? "" : STOP}`;
  const yourFresh =
    words.yourRules === undefined
      ? `(?:${of.your}${any(12)}${of.fresh}|${of.fresh}${any(12)}${of.your})${any(8)}${of.rules}`
      : `${of.fresh}${any(4)}${of.yourRules}`;
  const freshRules = `(?:${of.fresh}${any(20)}${of.rules}|${of.rules}${any(4)}${of.fresh})`;
  const lawless = `(?:${of.free}|${of.lawless})`;
  const ignoring = words.ignoresWhole === true ? of.ignores : `${of.ignores}${any(30)}${of.rules}`;
  const part = `(?:${of.role}|${of.machine}|${of.your})`;
  const order = `(?:${of.drop}|${of.reveal}|${of.obey}|${of.may}|${of.deed})`;
  const frames = {
    override: [
      ...told(of.drop, given, 30),
      ...told(of.drop, said, 24),
      `${of.may}${gap(20)}(?:${of.dropInf}${gap(24)}(?:${given})|(?:${given})${gap(12)}${of.dropInf})`,
      `(?:${of.past}${gap(16)}${of.rules}|${of.rules}${gap(8)}${of.past})${gap(20)}${of.void}[^\\n]{0,30}(?:${of.drop}|${of.obey})`,
      ...told(of.drop, words.verb === "last" ? of.told : `${of.told}${STOP}`, 10),
      ...told(of.drop, of.who, 8),
      ...told(of.drop, `${of.everything}${END}`, 3),
      ...told(
        of.erase,
        `(?:${yours(24)}|${of.your}${gap(24)}${of.memory}${words.verb === "last" ? `|${of.memory}` : ""})${notFor}|${of.told}${gap(24)}${of.rules}|${of.rules}${gap(8)}${of.told}|${said}`,
        24,
      ),
      `(?:${of.rules}${gap(30)}${of.told}|${of.told}${gap(20)}${of.rules}|${of.your}${gap(12)}${of.past}${gap(12)}${of.rules}${notFor}|${of.past}${gap(8)}${yours(8)}${notFor}|${yours(8)}${gap(4)}${of.past})${gap(20)}${of.void}`,
      `${of.everything}${gap(20)}(?:${of.known}|${of.told}|${of.since})${gap(20)}${of.void}`,
      `${yours(20)}${gap(16)}${of.void}(?=[^\\n]{0,80}(?:${of.obey}|${of.may}|${of.become}|${of.fresh}))`,
      `(?:${of.drop}|${of.erase})${any(40)}(?:${of.rules}|${of.memory})[^\\n]{0,40}${of.obey}`,
    ],
    release: [
      `${at}${of.become}${gap(60)}${lawless}`,
      `${at}${of.become}${any(24)}${of.alias}`,
      `${at}${of.become}${any(24)}${of.role}${any(40)}${of.deed}`,
      `${at}${of.noLonger}${gap(24)}${of.machine}`,
      `${of.freed}${any(24)}(?:${of.rules}|${of.lawless}|${of.policies})`,
      `(?:${yours(24)}|${of.your}${gap(12)}${of.policies})${any(12)}${of.freed}`,
      `${of.named}${any(40)}(?:${of.obey}|${lawless})`,
      ...told(of.pretend, `${part}${gap(40)}(?:${lawless}|${ignoring})`, 40),
      ...told(of.pretend, ignoring, 40),
      ...told(of.pretend, lawless, 50),
      ...told(of.pretend, `${of.role}[^\\n]{0,70}${of.secret}`, 40),
      `${of.asIf}${gap(24)}${of.lawless}`,
      `${of.game}${any(30)}${of.lawless}`,
      `${of.lawless}${any(20)}${of.game}`,
    ],
    fresh: [
      `(?:${yourFresh}|${of.here}${any(8)}${of.fresh}${any(8)}${of.rules})${gap(24)}${of.replace}`,
      `(?:${of.rules}${any(16)}${of.these}|${of.these}${any(12)}${of.rules})${any(16)}${of.replace}${any(16)}(?:${of.everything}${any(8)}(?:${of.told}|${of.known}|${of.since}${STOP})|${of.told}|${yours(16)})`,
      `(?:^|[${ENDS}:>] ?|${of.here}${any(8)})${yourFresh}${any(24)}[:\\uff1a-]`,
      `${yourFresh}${gap(16)}(?:${of.obey}|${of.become}|${of.replace})`,
      `(?:^|[${ENDS}>] ?)(?:${of.here}${any(4)})?${of.fresh} ?${of.rules} ?[:\\uff1a] ?(?:${of.may}|${of.drop}|${of.reveal}|${of.obey}|${of.become})`,
      `${yours(12)}${any(12)}${of.void}[^\\n]{0,60}${order}`,
      `(?:^|[${ENDS}:>\\]\uff0c,] ?)${any(24)}${freshRules}${any(30)}[:.;,\uff1a\u3002-][^\\n]{0,70}(?:${of.deed}|${of.obey})`,
      `${of.your}${any(8)}${of.task}${any(12)}${of.void}[^\\n]{0,60}(?:${of.deed}|${of.secret}|${of.reveal})`,
      `${freshRules}${any(16)}(?:${of.makers}|${of.machine})[^\\n]{0,70}(?:${of.deed}|${of.may})`,
      `(?:${of.toYou}${any(30)}${freshRules}|${freshRules}${any(16)}${of.toYou})${any(30)}(?:${of.replace}|${of.void}|${of.deed})`,
      `(?:${of.your}${any(8)}${of.fresh}|${of.fresh}${any(8)}${of.your}${words.verb === "last" ? `|${of.fresh}` : ""})${any(8)}${of.task}[^\\n]{0,40}(?:${of.deed}|${of.drop}|${of.reveal})`,
      `${of.fresh}${any(4)}${of.task}${any(16)}(?:${of.toYou}|${of.machine})[^\\n]{0,40}(?:${of.deed}|${of.drop}|${of.reveal})`,
      ...told(of.swap, `${yours(16)}${any(20)}${of.these}`, 8),
      `${of.here}${any(8)}${yours(8)} ?[:\\uff1a]`,
      `${yours(4)}${any(12)}${of.these}${any(10)}[:\\uff1a]`,
      `${of.halt}[^\\n]{0,60}(?:${of.these}${any(12)}${of.rules}|(?:${of.your}${any(8)}${of.fresh}|${of.fresh})${any(8)}${of.task})`,
    ],
    prompt: [
      ...told(of.reveal, of.prompt, 40),
      `${at}${of.whatIs}${gap(24)}${of.prompt}`,
      `${of.prompt}${gap(16)}${of.whatIs}${END}`,
      `${at}${of.whatIs}${gap(24)}(?:${yours(16)}${STOP}|${of.rules}${gap(24)}(?:${of.told}|${of.makers}))`,
      `${of.makers}${any(16)}(?:${of.rules}${any(12)}${of.whatIs}|${of.whatIs}${any(6)}${of.rules})`,
      ...told(of.reveal, `${yours(24)}${notFor}|${of.rules}${gap(24)}${of.told}|${of.told}${gap(12)}${of.rules}`, 30),
      `${at}${of.reveal}${any(50)}${of.makers}${any(30)}(?:${of.above}|${of.since})`,
      ...told(
        of.reveal,
        `(?:${of.everything}|${of.memory})${gap(24)}(?:${of.above}|${of.since}${STOP})|(?:${of.above}|${of.since})${gap(16)}${of.everything}`,
        30,
      ),
    ],
  };
  return { frames, parts };
}
