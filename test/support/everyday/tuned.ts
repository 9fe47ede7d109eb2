/** The half of the everyday texts that the guard was tuned with. */
import { FRAMES, type Frames, PLAIN, WORK } from "./frames.ts";
import type { Greetings, Half } from "./generate.ts";
import { MORE_FRAMES, MORE_PLAIN, MORE_WORK } from "./more-frames.ts";

const GREETINGS: Greetings = {
  en: [
    ["", ""],
    ["Hi there, ", " Thanks!"],
    ["Dear team,\n\n", "\n\nKind regards\nAnna"],
  ],
  de: [
    ["", ""],
    ["Hallo, ", " Danke!"],
    ["Sehr geehrte Damen und Herren,\n\n", "\n\nMit freundlichen Grüßen\nAnna Weber"],
  ],
  es: [
    ["", ""],
    ["Hola, ", " ¡Gracias!"],
    ["Estimados señores:\n\n", "\n\nUn saludo\nLucía"],
  ],
  fr: [
    ["", ""],
    ["Bonjour, ", " Merci !"],
    ["Madame, Monsieur,\n\n", "\n\nCordialement\nCamille"],
  ],
  it: [
    ["", ""],
    ["Salve, ", " Grazie!"],
    ["Gentili signori,\n\n", "\n\nCordiali saluti\nGiulia"],
  ],
  pt: [
    ["", ""],
    ["Olá, ", " Obrigada!"],
    ["Exmos. Senhores,\n\n", "\n\nCumprimentos\nInês"],
  ],
};

const both = (one: Frames, other: Frames): Frames => ({
  en: [...one.en, ...other.en],
  de: [...one.de, ...other.de],
  es: [...one.es, ...other.es],
  fr: [...one.fr, ...other.fr],
  it: [...one.it, ...other.it],
  pt: [...one.pt, ...other.pt],
});

export const TUNED: Half = {
  seed: 20_261_129,
  plain: both(PLAIN, MORE_PLAIN),
  frames: both(FRAMES, MORE_FRAMES),
  work: [...WORK, ...MORE_WORK],
  greetings: GREETINGS,
};
