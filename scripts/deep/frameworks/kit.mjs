/** What every framework is given: where the platform is, its tools, and what an answer must say. */
import { z } from "zod";

export const BASE_URL = `${process.env.PLATFORM_URL}/v1`;
export const KEY = process.env.PLATFORM_KEY ?? "";
export const [TALK, FORM, SLOW] = ["talk", "form", "slow"].map((name) => `acme/${name}-2026-01-01`);

export const Weather = z.object({ city: z.string() });
export const Sum = z.object({ a: z.number(), b: z.number() });
export const Report = z.object({ city: z.string(), degrees: z.number() });
export const QUESTION = "What is the weather in Paris and in Oslo together?";

/** Tools that remember what they were asked. */
export function makeTools() {
  const asked = [];
  return {
    asked,
    weather({ city }) {
      asked.push(city);
      return city === "Paris" ? "18" : "21";
    },
    add({ a, b }) {
      asked.push(`${a}+${b}`);
      return String(a + b);
    },
  };
}
