/**
 * What a reader sees of an element: its own declarations, the rules of the page's style sheets and what is around it, weighed as a browser
 * does. What is certainly hidden is dropped. What may be hidden, or may be shown by a click, a script or a wider screen, is text like any
 * other, and counted. Pure.
 */
import {
  areAlike,
  type Colour,
  colourOf,
  type Declarations,
  declarationsOf,
  groundOf,
  isCutOff,
  isGone,
  mayHide,
  sizeOf,
  WHITE,
} from "./css.ts";
import { attributesOf, unescaped } from "./markup.ts";
import type { Rule, StyleSheet } from "./style-sheet.ts";

/** How an element's text is seen, its own and that of what is in it. */
export type Sight = {
  /** With everything in it, whatever that says of itself. */
  readonly isGone: boolean;
  readonly isInvisible: boolean;
  /** In pixels. */
  readonly size: number;
  readonly colour: Colour;
  readonly ground: Colour;
  /** It may be hidden, and may be seen. */
  readonly isDoubtful: boolean;
};

/** How a page begins: black on white. */
export const PAGE: Sight = { isGone: false, isInvisible: false, size: 16, colour: [0, 0, 0], ground: WHITE, isDoubtful: false };

/** Whether nobody sees the text. */
export const isUnseen = ({ isGone: gone, isInvisible, size, colour, ground }: Sight): boolean =>
  gone || isInvisible || size <= 1 || areAlike(colour, ground);

/** What an element's declarations come to. */
export type Style = {
  /** Nothing is said. */
  readonly isPlain: boolean;
  readonly value: (name: string) => string | null;
  readonly isGone: boolean;
  /** Rules that may count decide otherwise than those that do. */
  readonly isDoubtful: boolean;
  /** Rules that may count give its letters or its ground another colour. */
  readonly mayRecolour: boolean;
};

type Weighed = { readonly value: string; readonly isImportant: boolean; readonly weight: number; readonly order: number };
/** What the attribute `style` says weighs more than any rule, and what elements and old attributes say weighs less. */
const [OF_ATTRIBUTE, OF_ELEMENT] = [1_000_000_000, -1];

/** Elements' styles by their tags, remembered: pages repeat them. */
export class Styles {
  readonly #sheet: StyleSheet;
  readonly #known = new Map<string, Style>();

  constructor(sheet: StyleSheet) {
    this.#sheet = sheet;
  }

  /** The style of an element as its tag is written. */
  of(tag: string, written: string): Style {
    const key = `${tag} ${written}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const attributes = attributesOf(written);
    const style = styleOf(tag, attributes, this.#sheet.rulesFor(tag, attributes), this.#sheet.isWhole);
    if (key.length < 500 && this.#known.size < 5_000) this.#known.set(key, style);
    return style;
  }
}

/** Elements of a drawing, whose letters have the colour of `fill`. */
const DRAWN: ReadonlySet<string> = new Set(["svg", "g", "text", "tspan", "textpath", "a"]);

/** What the element itself and old attributes say. */
function ownOf(tag: string, attributes: ReadonlyMap<string, string>): Declarations {
  const own = new Map<string, { value: string; isImportant: boolean }>();
  const put = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== "") own.set(name, { value: value.toLowerCase(), isImportant: false });
  };
  const isHidden = attributes.has("hidden") || (tag === "dialog" && !attributes.has("open"));
  if (isHidden) put("display", "none");
  if (DRAWN.has(tag)) {
    for (const name of ["display", "visibility", "opacity", "font-size", "fill"]) put(name, attributes.get(name));
    if (/^(?:0?\.0\d*|0)$/.test(attributes.get("fill-opacity") ?? "1")) put("fill", "transparent");
  }
  put("ground", attributes.get("bgcolor") ?? (attributes.has("background") ? "url()" : undefined));
  if (tag === "font") put("color", attributes.get("color"));
  if (tag === "body") put("color", attributes.get("text"));
  return own;
}

function styleOf(tag: string, attributes: ReadonlyMap<string, string>, rules: readonly Rule[], isWhole: boolean): Style {
  const certain = new Map<string, Weighed>();
  const possible = new Map<string, string[]>();
  const weigh = (declarations: Declarations, weight: number, order: number): void => {
    for (const [name, { value, isImportant }] of declarations) {
      const before = certain.get(name);
      const one = { value, isImportant, weight, order };
      if (before === undefined || weighsMore(one, before)) certain.set(name, one);
    }
  };
  weigh(ownOf(tag, attributes), OF_ELEMENT, 0);
  for (const { isCertain, weight, order, declarations } of rules) {
    if (isCertain) weigh(declarations, weight, order);
    else for (const [name, { value }] of declarations) possible.set(name, [...(possible.get(name)?.slice(0, 20) ?? []), value]);
  }
  weigh(declarationsOf(unescaped(attributes.get("style") ?? "")), OF_ATTRIBUTE, 0);
  // The colour of letters goes by another name in drawings, and where one more declaration paints over it.
  const painted = certain.get("fill-colour") ?? (DRAWN.has(tag) && tag !== "a" ? certain.get("fill") : undefined);
  if (painted !== undefined) certain.set("color", painted);
  const value = (name: string): string | null => certain.get(name)?.value ?? null;

  // Whether a rule that may count would decide otherwise, or a movement that shows it.
  let isDoubtful = false;
  let gone = false;
  const isHiding = (name: string, one: string): boolean =>
    isGone(name, one) ||
    (name === "visibility" && /^(?:hidden|collapse)$/.test(one)) ||
    (name === "font-size" && (sizeOf(one, 16) ?? 16) <= 1);
  for (const name of new Set([...certain.keys(), ...possible.keys()])) {
    const hides = isHiding(name, value(name) ?? "");
    const isContested = (possible.get(name) ?? []).some((one) => isHiding(name, one) !== hides);
    const moves = hides && name !== "display" && (certain.has("animation") || certain.has("transition"));
    if (isContested || moves || mayHide(name, value(name) ?? "") || (hides && !isWhole && certain.get(name)?.weight !== OF_ATTRIBUTE))
      isDoubtful = true;
    else if (isGone(name, value(name) ?? "")) gone = true;
  }
  if (isCutOff(value)) {
    if (["overflow", "width", "height", "max-width", "max-height"].some((name) => possible.has(name)) || certain.has("transition"))
      isDoubtful = true;
    else gone = true;
  }
  return {
    value,
    isPlain: certain.size === 0 && possible.size === 0,
    isGone: gone,
    isDoubtful,
    mayRecolour: possible.has("color") || possible.has("ground"),
  };
}

const weighsMore = (one: Weighed, other: Weighed): boolean =>
  one.isImportant !== other.isImportant
    ? one.isImportant
    : one.weight !== other.weight
      ? one.weight > other.weight
      : one.order >= other.order;

/** How an element is seen within what is around it. */
export function sightOf(style: Style, outer: Sight): Sight {
  if (style.isPlain) return outer;
  const { value } = style;
  if (style.isGone || outer.isGone) return { ...outer, isGone: true };
  const visibility = value("visibility");
  const written = value("font-size");
  const ground = value("ground");
  const colour = value("color");
  const sight = {
    isGone: false,
    isInvisible: visibility === null || visibility === "inherit" ? outer.isInvisible : /^(?:hidden|collapse)$/.test(visibility),
    size: written === null || written === "inherit" ? outer.size : (sizeOf(written, outer.size) ?? Math.max(16, outer.size)),
    colour: colour === null || /^(?:inherit|currentcolor|unset)$/.test(colour) ? outer.colour : colourOf(colour),
    ground: ground === null ? outer.ground : (groundOf(ground) ?? outer.ground),
    isDoubtful: outer.isDoubtful || style.isDoubtful,
  };
  const isAlike = areAlike(sight.colour, sight.ground);
  if (isAlike && style.mayRecolour) return { ...sight, colour: "not known", isDoubtful: true };
  // White letters on a picture: nothing tells which colours it has.
  if (typeof sight.ground === "string" && areAlike(sight.colour, WHITE)) return { ...sight, isDoubtful: true };
  if (!style.isDoubtful || !isUnseen(sight)) return sight;
  return {
    ...sight,
    isInvisible: outer.isInvisible,
    size: Math.max(outer.size, sight.size),
    colour: isAlike ? outer.colour : sight.colour,
  };
}
