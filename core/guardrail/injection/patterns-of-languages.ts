/**
 * Patterns in German, Spanish, French, Italian and Portuguese. Only the forms of an imperative act: "I forgot the instructions" is a verb away. Accents
 * are gone when patterns look, so where a past form reads like an imperative the instructions must be named as earlier ones or as the assistant's.
 */
import { type Pattern, pattern } from "./pattern.ts";

/** Nothing of the speaker's own ("my message", "meine Anweisung") within a gap. */
const notMine = (mine: string, most: number): string => `(?:(?!\\b(?:${mine})\\b)[^.!?\\n]){0,${most}}`;

/** Where a sentence or a part of one begins: "mi hijo ignora todas las reglas" tells of somebody, "ignora todas las reglas" tells somebody. */
const COMMAND =
  "(?<=(?:^|[.!?:;,\\n\"'>\\)*-]\\s?|\\b(?:bitte|und|jetzt|nun|dann|y|e|por favor|ahora|luego|entonces|et|maintenant|puis|alors|ora|adesso|poi|agora|depois|please|and|now|hola|hallo|bonjour|ciao|ola)\\s))";

const GERMAN = notMine("mein|meine|meinen|meiner|unsere|unseren|unser|ich|wir|nicht", 30);
const GERMAN_TOLD = "(?:anweisung|instruktion|befehl|regel|vorgabe|prompt|richtlinie|systemprompt|systemanweisung)\\w{0,3}";
const GERMAN_OTHERS = "(?!\\s(?:der|des|von|vom|aus|fur|zur|zum|zu|in|im|uber)\\b)";
/** Instructions that belong to another thing: "instrucciones anteriores de entrega", "consignes précédentes pour la livraison". */
const ROMANCE_OTHERS =
  "(?!(?:\\s(?:anterior|precedent|previ)\\w*)?\\s(?:de|del|du|des|di|do|da|para|pour|per|sobre|sur|su)\\s(?!(?:el |la |le |il |o |tu |ton |este |questa |cette |un |l'|l)?(?:favor|moment|instant|istant|ora\\b|adesso|agora|ahora|maintenant|mom|sistem|system|desarroll|developp|sviluppat|desenvolv|usuari|usager|utent|util|chat|convers|prompt|ia\\b|openai|segur|secur|sicur|arriba|sopra|cima|prima|antes)))";
const GERMAN_BEFORE = "(?:bisherig|vorherig|vorig|fruher|obig|vorangegangen|vorangehend|ursprunglich|gegeben|deine|system)\\w{0,3}";
const SPANISH = notMine("mi|mis|nuestro|nuestra|nuestros|nuestras|no", 30);
const SPANISH_TOLD = "(?:instruccion(?:es)?|indicaciones|reglas|ordenes|directrices|prompts?)";
const FRENCH = notMine("mon|ma|mes|notre|nos|pas|j'ai", 30);
const FRENCH_TOLD = "(?:instructions?|consignes?|directives?|regles|ordres|prompts?)";
const ITALIAN = notMine("mio|mia|miei|mie|nostro|nostre|nostri|non", 30);
const ITALIAN_TOLD = "(?:istruzioni|regole|indicazioni|direttive|prompt)";
const PORTUGUESE = notMine("meu|minha|meus|minhas|nosso|nossas|nao", 30);
const PORTUGUESE_TOLD = "(?:instrucoes|regras|orientacoes|diretrizes|ordens|prompt)";

/** Patterns of instructions in languages other than English. */
export const IN_OTHER_LANGUAGES: readonly Pattern[] = [
  pattern(
    "override",
    6,
    `${COMMAND}\\b(?:ignoriere?|vergiss|vergesst|missachte|uberschreibe?|ignorieren sie|vergessen sie|missachten sie|uberschreiben sie)\\b${GERMAN}\\b${GERMAN_BEFORE}\\s(?:[a-z]+\\s){0,2}${GERMAN_TOLD}\\b${GERMAN_OTHERS}`,
  ),
  pattern(
    "override",
    5,
    `${COMMAND}\\b(?:ignoriere?|vergiss|missachte)\\s(?:bitte |jetzt |ab sofort )?(?:alle|deine|samtliche)\\s(?:[a-z]+\\s){0,1}${GERMAN_TOLD}\\b${GERMAN_OTHERS}`,
  ),
  pattern("override", 5, `\\bbeachte (?:die |alle |deine )?(?:[a-z]+ )?${GERMAN_TOLD} nicht\\b`),
  pattern("override", 4, `\\bvergiss (?:alles|was)(?:,? was)? (?:davor|bisher\\w*|vorher\\w*|du|dir|oben|man dir)\\b`),
  pattern(
    "override",
    6,
    `${COMMAND}\\b(?:ignor(?:a|e|ad|en)|olvid(?:a|e|ad|en|ate de|ese de)|desestim[ae]|descart[ae]|no (?:sigas|obedezcas)|no hagas caso (?:a|de)|haz caso omiso de)\\s${SPANISH}\\b${SPANISH_TOLD}\\s(?:anterior(?:es)?|previas|dadas|recibidas|iniciales|originales|del sistema|de arriba|que (?:te|has|le)|precedentes)\\b${ROMANCE_OTHERS}`,
  ),
  pattern("override", 6, `${COMMAND}\\b(?:ignor[ae]|olvida|desestima|descarta|no (?:sigas|obedezcas))\\s(?:todas )?tus ${SPANISH_TOLD}\\b`),
  pattern(
    "override",
    6,
    `${COMMAND}\\b(?:ignora|olvida|desestima|descarta)\\stodas (?:las |tus )?(?:otras |demas )?${SPANISH_TOLD}\\b${ROMANCE_OTHERS}|\\b(?:ignora|olvida) todo lo (?:anterior|dicho)\\b`,
  ),
  pattern(
    "override",
    6,
    `(?<!n')${COMMAND}\\b(?:oublie[z]?|ignore[z]?|ne (?:tiens|tenez) (?:pas|aucun) compte d\\w{1,3}|n'obeis|desobeis|ne suis pas)\\s${FRENCH}\\b${FRENCH_TOLD}\\s(?:precedente?s?|ci-dessus|initiales|anterieures|d'avant|d'origine|systeme|du systeme|recues|donnees|que (?:tu|vous|l'on))\\b${ROMANCE_OTHERS}`,
  ),
  pattern(
    "override",
    5,
    `(?<!n')${COMMAND}\\b(?:oublie|ignore|oubliez|ignorez)\\s(?:toutes )?(?:tes|toutes les) ${FRENCH_TOLD}\\b${ROMANCE_OTHERS}`,
  ),
  pattern(
    "override",
    6,
    `${COMMAND}\\b(?:ignora(?:te)?|ignori|dimentica(?:te)?|dimentichi|scorda(?:te)?|trascura(?:te)?|non seguire)\\s${ITALIAN}\\b${ITALIAN_TOLD}\\s(?:precedenti|ricevute|iniziali|originali|di sistema|del sistema|sopra|date|di prima|che (?:hai|ti))\\b${ROMANCE_OTHERS}`,
  ),
  pattern("override", 5, `${COMMAND}\\b(?:ignora|dimentica)\\s(?:tutte )?le tue ${ITALIAN_TOLD}\\b`),
  pattern(
    "override",
    6,
    `${COMMAND}\\b(?:ignor[ae]|ignorem|esquec[ae]|esquecam|desconsider[ae]|nao sig[ao]s?)\\s${PORTUGUESE}\\b${PORTUGUESE_TOLD}\\s(?:anteriores|previas|recebidas|iniciais|originais|do sistema|acima|dadas|que (?:te|lhe|voce|recebe))${ROMANCE_OTHERS}`,
  ),
  pattern(
    "override",
    5,
    `${COMMAND}\\b(?:ignor[ae]|esqueca|esquece|desconsidere)\\s(?:todas )?(?:as )?(?:suas|tuas) ${PORTUGUESE_TOLD}\\b${ROMANCE_OTHERS}`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:zeige?|verrate?|nenne?|gib|wiederhole?|drucke?|zeigen sie|verraten sie|nennen sie)\\b(?:(?!nicht)[^.!?\\n]){0,40}\\b(?:(?:dein|ihr)\\w{0,2} (?:system[- ]?prompts?|systemanweisung\\w{0,2}|geheime\\w? (?:anweisung|regel)\\w{0,2})|den system[- ]?prompt(?! (?:der|des|von|meine))|deine (?:anweisung\\w{0,2}|instruktion\\w{0,2})|ursprunglichen? (?:anweisung\\w{0,2}|prompts?))\\b(?! (?:fur|zu|zur|zum))`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:muestra(?:me)?|muestre(?:me)?|revela(?:me)?|revele|dime|repite|imprime|montre[z]?(?:-moi)?|revele[z]?|affiche[z]?|repete[z]?)\\b.{0,40}\\b(?:(?:tu|el|su|ton|votre|le) prompt (?:del sistema|inicial|original|oculto|systeme|initial|cache)|prompt del sistema|instrucciones (?:iniciales|originales|del sistema|ocultas)|tus instrucciones|tes instructions|vos instructions (?:systeme|initiales|cachees|secretes)|instructions (?:initiales|systeme|cachees))\\b(?! (?:para|pour|de) )`,
  ),
];
