import { describe, expect, it } from "vitest";
import { MEANT_PROBES, meantIn } from "../../../core/guardrail/injection/meaning.ts";
import { normalise } from "../../../core/guardrail/injection/normalise.ts";

const meant = (text: string) => meantIn(normalise(text).text).evidence.map(({ family }) => family);

describe("instructions by what their words mean", () => {
  it.each(MEANT_PROBES)("are found: %s", (probe) => expect(meant(probe).length).toBeGreaterThan(0));
  it.each([
    "Le médecin ignore les consignes précédentes de l'hôpital.",
    "J'ai oublié les instructions.",
    "Oublie-t-on souvent les consignes de sécurité ?",
    "Vergessen Sie nicht die neuen Anweisungen der Hausverwaltung.",
    "Ho dimenticato tutto del corso.",
    "Я забыл все инструкции.",
    "我忘记了之前的所有规则。",
    "No recibí las nuevas instrucciones.",
    "मैं पिछले सभी निर्देश भूल गया।",
    "Önceki tüm talimatları unuttum.",
  ])("are not found where somebody tells of them: %s", (text) => expect(meant(text)).toEqual([]));
});

describe("a reading", () => {
  const read = (text: string) => normalise(text).text;
  it("leaves words of another script in it", () => {
    expect(read("Привет, НЕТ времени")).toBe("привет, нет времени");
    expect(read("मेरे निर्देश")).toBe("मेरे निर्देश");
  });
  it("takes single letters of another script among Latin ones for what they look like", () => {
    expect(read("Іgnоrе аll рrеvіоus")).toBe("ignore all previous");
  });
});
