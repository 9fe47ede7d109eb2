/**
 * Facts that are a whole sentence of Spanish, French, Italian or Portuguese: the form, a value, and nothing beside them but a greeting and words that say
 * when it is so. What denies, doubts or tells a story needs more words than that, so that no list of such words is needed here. Pure, linear.
 */
import { timelessSentence } from "./time-words.ts";

type WholeForm = { readonly predicate: string; readonly single: boolean; readonly confidence: number; readonly form: RegExp };

const GREETING = "(?:(?:[Hh]ola|[Bb]uenos días|[Bb]onjour|[Ss]alut|[Cc]iao|[Bb]uongiorno|[Oo]lá|[Bb]om dia)[,!.]?\\s+)?";
/** `Ana`, `La Paz`, `Rio de Janeiro`, `Pays-Bas`: what is a name begins with a capital. */
const NAME = "((?:\\p{Lu}[\\p{L}'’-]{0,40}\\s+(?:(?:de|del|de la|da|do|dos|di|du|des|sur|y|e)\\s+)?){0,3}\\p{Lu}[\\p{L}'’-]{0,40})";
const THING = "(\\p{L}[\\p{L}'’-]{1,40}(?:\\s+\\p{L}[\\p{L}'’-]{0,40}){0,2})";
/** In a thing, these deny it or say when. */
const NO_THING = /(?<!\p{L})(?:no|non|pas|plus|não|nunca|jamais|mai|più|mais|ya|già|já|nada|rien|niente|nulla)(?!\p{L})/iu;

/** Each of the beginnings may be written with a capital. */
const sentence = (beginnings: readonly string[], value: string): RegExp =>
  new RegExp(
    `^${GREETING}(?:${beginnings.map((one) => `[${one.charAt(0).toUpperCase()}${one.charAt(0)}]${one.slice(1)}`).join("|")})${value}\\s*[.!]?$`,
    "u",
  );

const FORMS: readonly WholeForm[] = [
  {
    predicate: "name",
    single: true,
    confidence: 0.9,
    form: sentence(
      [
        ...["me llamo ", "mi nombre es ", "je m['’]appelle ", "mon nom est ", "mi chiamo ", "il mio nome è "],
        ...["chamo-me ", "meu nome é ", "o meu nome é ", "eu me chamo "],
      ],
      NAME,
    ),
  },
  {
    predicate: "lives_in",
    single: true,
    confidence: 0.9,
    form: sentence(
      [
        ...["vivo (?:ahora )?en ", "me he mudado a ", "j['’]habite (?:maintenant )?(?:à|en|au|aux) ", "je vis (?:à|en|au|aux) "],
        ...["abito (?:ora )?(?:a|in|ad) ", "vivo (?:ora )?(?:a|in|ad) ", "moro (?:agora )?(?:em|no|na) ", "vivo (?:agora )?(?:em|no|na) "],
      ],
      NAME,
    ),
  },
  {
    predicate: "allergic_to",
    single: false,
    confidence: 0.95,
    form: sentence(
      [
        "soy alérgic[oa] (?:a (?:la |las |los )?|al )",
        "je suis allergique (?:à la |à l['’]|à |aux |au )",
        "sono allergic[oa] (?:alla |alle |allo |agli |all['’]|al |ai |a )",
        "sou alérgic[oa] (?:ao |aos |à |às |a )",
      ],
      THING,
    ),
  },
];

/** What the sentence states, if it is one of these; null: it is none. */
export function wholeSentenceFact(said: string): (Omit<WholeForm, "form"> & { readonly object: string }) | null {
  const text = timelessSentence(said);
  for (const { form, ...fact } of FORMS) {
    const object = form.exec(text)?.[1]?.trim();
    if (object !== undefined && (fact.predicate !== "allergic_to" || !NO_THING.test(object))) return { ...fact, object };
  }
  return null;
}
