/** The card and the risk assessment of a model or a workflow: documentation for people and for the inventory. */
import type { Form } from "../workflow/form.ts";

/** A model card, or the same of a workflow. PERSISTED: with an entry or a definition. */
export type Card = {
  readonly purpose: string;
  readonly limitations?: string;
  readonly evaluation?: string;
  readonly contact?: string;
  /** Where more is written. */
  readonly url?: string;
};

/** Levels of risk, as the EU AI Act tells them apart. */
export const RISK_LEVELS = ["minimal", "limited", "high"] as const;

/** Who judged the risk, when, and what is done about it. PERSISTED: with an entry or a definition. */
export type RiskAssessment = {
  readonly level: (typeof RISK_LEVELS)[number];
  readonly summary: string;
  readonly measures?: string;
  readonly assessed_by: string;
  /** A day: `2026-11-30`. */
  readonly assessed_on: string;
};

/** What may be attached. Absent: nothing is. */
export type Attached = { readonly card?: Card; readonly risk_assessment?: RiskAssessment };

const LONG = 4_000;
const SHORT = 200;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const HTTPS = /^https:\/\/[^\s]+$/;

const isSaid = (form: Form, name: string): boolean => (form.json(name) ?? null) !== null;
const optional = (form: Form, name: string, rule: Parameters<Form["text"]>[1]) =>
  isSaid(form, name) ? { [name]: form.text(name, rule) } : {};

/** Reads `card` and `risk_assessment`. What says nothing of them has no such fields. */
export function readAttached(form: Form): Attached {
  const card = form.form("card");
  const risk = form.form("risk_assessment");
  return { ...(card === null ? {} : { card: readCard(card) }), ...(risk === null ? {} : { risk_assessment: readRisk(risk) }) };
}

function readCard(form: Form): Card {
  const card = {
    purpose: form.text("purpose", { min: 1, max: LONG }),
    ...optional(form, "limitations", { max: LONG }),
    ...optional(form, "evaluation", { max: LONG }),
    ...optional(form, "contact", { max: SHORT }),
    ...optional(form, "url", { max: 2_048, pattern: HTTPS, hint: "must be an https address" }),
  };
  form.close();
  return card;
}

function readRisk(form: Form): RiskAssessment {
  const assessment = {
    level: form.choice("level", RISK_LEVELS),
    summary: form.text("summary", { min: 1, max: LONG }),
    ...optional(form, "measures", { max: LONG }),
    assessed_by: form.text("assessed_by", { min: 1, max: SHORT }),
    assessed_on: form.text("assessed_on", { max: 10, pattern: DAY, hint: "must be a day, as in `2026-11-30`" }),
  };
  form.close();
  return assessment;
}
