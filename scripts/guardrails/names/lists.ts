/**
 * Lists of first names, surnames, places and streets of many countries, for made-up sentences and for the hashed word list of the model.
 * From the package faker (MIT licence), which training alone needs; the words themselves are in no file of ours.
 */
/** Words of one country. Lists may be empty. */
export type Country = {
  readonly locale: string;
  readonly first: readonly string[];
  readonly last: readonly string[];
  readonly places: readonly string[];
  readonly states: readonly string[];
  readonly countries: readonly string[];
  readonly streets: readonly string[];
};

const PACKAGE = "@faker-js/faker";
const LATIN = /^[\p{Script=Latin}\p{M} .'\u2019-]+$/u;

/** All texts below a node of the package's data, whatever their weights. */
function textsOf(node: unknown): string[] {
  if (typeof node === "string") return LATIN.test(node) && node.length > 1 ? [node] : [];
  if (Array.isArray(node)) return node.flatMap(textsOf);
  if (typeof node === "object" && node !== null) {
    if ("value" in node && "weight" in node) return textsOf(node.value);
    return Object.values(node).flatMap(textsOf);
  }
  return [];
}

const at = (node: unknown, ...keys: readonly string[]): unknown =>
  keys.reduce<unknown>((inner, key) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined), node);

/** null: the package is not installed. */
export async function readCountries(): Promise<readonly Country[] | null> {
  const loaded: unknown = await import(PACKAGE).catch(() => null);
  const locales = at(loaded, "allLocales");
  if (typeof locales !== "object" || locales === null) return null;
  return Object.entries(locales)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([locale, data]: [string, unknown]) => ({
      locale,
      first: distinct(textsOf(at(data, "person", "first_name"))),
      last: distinct(textsOf(at(data, "person", "last_name"))),
      places: distinct(textsOf(at(data, "location", "city_name"))),
      states: distinct(textsOf(at(data, "location", "state"))),
      countries: distinct(textsOf(at(data, "location", "country"))),
      streets: distinct(textsOf(at(data, "location", "street_name"))),
    }))
    .filter(({ locale }) => !["en_BORK", "base"].includes(locale));
}

const distinct = (texts: readonly string[]): readonly string[] => [...new Set(texts)];
