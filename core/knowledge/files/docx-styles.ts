/** Styles of a Word document, as far as they decide what is seen, and how: headings, lists, hidden, white, tiny, raised and struck text. Pure, linear. */
import { attributesOf, tokensOf } from "./markup.ts";

/** What lies behind letters; null: nothing is said. */
export type Ground = "dark" | "light" | null;

/** How letters are seen, as a run or a style says it. null: it says nothing of that. */
export type Letters = {
  readonly isVanished: boolean | null;
  readonly isWhite: boolean | null;
  readonly isTiny: boolean | null;
  readonly isStruck: boolean | null;
  readonly shift: "up" | "down" | "none" | null;
  readonly ground: Ground;
};

/** Letters of which nothing is said. */
export const UNSAID: Letters = { isVanished: null, isWhite: null, isTiny: null, isStruck: null, shift: null, ground: null };

/** A style with what it has from those that it is based on. null: it says nothing of that. */
export type DocxStyle = Letters & {
  readonly id: string;
  readonly base: string | null;
  readonly heading: number | null;
  readonly numId: string | null;
  readonly level: number | null;
};

const NOTHING: DocxStyle = { id: "", base: null, heading: null, numId: null, level: null, ...UNSAID };
/** Styles that are based on each other. */
const MOST_BASES = 10;
/** In half points: nobody reads less than 1.5 points. */
const SMALLEST = 3;

/** The styles of `word/styles.xml`, by their ids. */
export function stylesOf(xml: string): ReadonlyMap<string, DocxStyle> {
  const written = new Map<string, DocxStyle>();
  let id: string | null = null;
  /** Of a table's style, the parts of tables are not known here. */
  let parts = 0;
  for (const token of tokensOf(xml, "xml")) {
    if (token.kind === "close" && token.name === "w:style") id = null;
    if (token.kind === "close" && token.name === "w:tblStylePr") parts--;
    if (token.kind !== "open") continue;
    const found = attributesOf(token.attributes);
    if (token.name === "w:tblStylePr" && !token.isEmpty) parts++;
    if (token.name === "w:style") {
      id = found.get("w:styleid") ?? "";
      written.set(id, { ...NOTHING, id });
    } else if (id !== null && parts === 0) written.set(id, { ...(written.get(id) ?? NOTHING), ...saidBy(token.name, found) });
  }
  const whole = new Map<string, DocxStyle>();
  for (const [name, style] of written) {
    let merged = style;
    let base = style.base;
    for (let n = 0; n < MOST_BASES && base !== null; n++) {
      const under: DocxStyle | undefined = written.get(base);
      if (under === undefined) break;
      merged = over(merged, under);
      base = under.base;
    }
    whole.set(name, merged);
  }
  return whole;
}

/** A style over the one that it is based on. */
const over = (style: DocxStyle, base: DocxStyle): DocxStyle => ({
  id: style.id,
  base: style.base,
  heading: style.heading ?? base.heading,
  numId: style.numId ?? base.numId,
  level: style.level ?? base.level,
  isVanished: style.isVanished ?? base.isVanished,
  isWhite: style.isWhite ?? base.isWhite,
  isTiny: style.isTiny ?? base.isTiny,
  isStruck: style.isStruck ?? base.isStruck,
  shift: style.shift ?? base.shift,
  ground: style.ground ?? base.ground,
});

function saidBy(name: string, found: ReadonlyMap<string, string>): Partial<DocxStyle> {
  const value = found.get("w:val") ?? "";
  if (name === "w:basedOn") return { base: value };
  if (name === "w:name") {
    const level = /^heading (\d)$/i.exec(value)?.[1];
    return level !== undefined ? { heading: Number(level) } : /^title$/i.test(value) ? { heading: 1 } : {};
  }
  if (name === "w:outlineLvl") return Number(value) < 9 ? { heading: Number(value) + 1 } : {};
  if (name === "w:numId") return { numId: value };
  if (name === "w:ilvl") return { level: Number(value) };
  if (name === "w:vanish" || name === "w:specVanish") return { isVanished: isOn(value) };
  if (name === "w:color") return { isWhite: isWhite(value) };
  if (name === "w:sz") return { isTiny: isTiny(value) };
  if (name === "w:strike" || name === "w:dstrike") return { isStruck: isOn(value) };
  if (name === "w:shd") return { ground: groundOf(found) };
  const shift = shiftOf(name, value);
  return shift === null ? {} : { shift };
}

/** Whether a property that is on by itself is not switched off. */
export const isOn = (value: string): boolean => !/^(?:0|false|off|none)$/i.test(value);
/** Nearly white is white. */
export const isWhite = (value: string): boolean => /^f[5-9a-f]f[5-9a-f]f[5-9a-f]$/i.test(value);
/** Whether nobody reads letters of that size, in half points. */
export const isTiny = (value: string): boolean => /^\d+(?:\.\d+)?$/.test(value) && Number(value) <= SMALLEST;

/** Raised or lowered, by its name or by a distance in half points. null: the property says nothing of that. */
export function shiftOf(name: string, value: string): "up" | "down" | "none" | null {
  if (name === "w:vertAlign") return value === "superscript" ? "up" : value === "subscript" ? "down" : "none";
  if (name !== "w:position") return null;
  return Number(value) >= 4 ? "up" : Number(value) <= -4 ? "down" : null;
}

/** The ground that a shading gives. */
export function groundOf(found: ReadonlyMap<string, string>): Ground {
  const fill = (found.get("w:val") === "solid" ? found.get("w:color") : found.get("w:fill")) ?? "auto";
  if (!/^[0-9a-f]{6}$/i.test(fill)) return null;
  return isWhite(fill) ? "light" : "dark";
}
