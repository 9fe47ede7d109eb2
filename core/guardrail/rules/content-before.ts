/** What the classifier of content says of a value's texts, worked out in turns before the rules judge the value in one go. */

import type { Json } from "../../json.ts";
import { type KnownContent, scoreContentInTurns } from "../content/content.ts";
import { strictest } from "./action.ts";
import type { ContentRule } from "./settings.ts";
import { textsIn } from "./texts.ts";

/** `value`: as the rules will read it; a text that they change first is scored when they ask. `pause`: lets others be served before it is read on. */
export async function contentBefore(value: Json, content: ContentRule, pause: () => Promise<void>): Promise<KnownContent> {
  if (strictest(Object.values(content)) === "off") return new Map();
  const texts = textsIn(value);
  return scoreContentInTurns(texts.length > 1 ? [...texts, texts.join("\n")] : texts, pause);
}
