/**
 * Whether a message calls for what is remembered of its person: English and German, by words, so that nothing is fetched for most messages and
 * no model is asked. Pure, linear.
 */

/** `why`: the rule that decided, for people who look at the run (`GET /v1/runs/{id}/context`). */
export type Intent = {
  readonly needed: boolean;
  readonly why: "refers_to_the_past" | "about_the_person" | "asks_for_advice" | "stands_alone";
};

const RULES: readonly { readonly why: Intent["why"]; readonly form: RegExp }[] = [
  {
    why: "refers_to_the_past",
    form: /\b(?:again|last (?:time|week|month|year|order|visit)|as (?:before|usual|always|discussed|agreed)|like (?:before|always|last time)|previous(?:ly)?|earlier|before|remember(?:ed)?|remind|(?:you|we|i) (?:said|told|talked|spoke|agreed|discussed|ordered|bought|mentioned)|told you|still|already|the same|usual(?:ly)?|wieder|noch ?mal|letzte[nrsm]? (?:mal|woche|monat|jahr|bestellung)|wie (?:immer|zuvor|besprochen|vereinbart|gehabt|üblich)|vorhin|neulich|damals|früher|erinner\w*|schon|immer noch|(?:haben|hatten) wir|(?:habe|hatte) ich|dasselbe|das gleiche|üblich\w*)(?![\p{L}\p{N}_])/iu,
  },
  {
    why: "about_the_person",
    form: /\b(?:my|mine|about me|for me|do you know me|who am i|i (?:prefer|like|love|hate|want|need|always|never)|mein(?:e[nrsm]?)?|über mich|für mich|kennst du mich|wer bin ich|ich (?:bevorzuge|mag|möchte|hasse|brauche|will))(?![\p{L}\p{N}_])/iu,
  },
  {
    why: "asks_for_advice",
    form: /\b(?:recommend\w*|suggest\w*|advise|advice|should i|which (?:one|of)|what (?:would|should)|empfiehl\w*|empfehl\w*|vorschlag\w*|schlag\w* .{0,20}vor|rate[nt]? (?:mir|sie)|soll(?:te)? ich|welche[nrsm]?)(?![\p{L}\p{N}_])/iu,
  },
];

/** The first rule that holds. Text beyond the first 8,000 characters is not looked at. */
export function intentOf(text: string): Intent {
  const looked = text.slice(0, 8_000);
  const rule = RULES.find(({ form }) => form.test(looked));
  return rule === undefined ? { needed: false, why: "stands_alone" } : { needed: true, why: rule.why };
}
