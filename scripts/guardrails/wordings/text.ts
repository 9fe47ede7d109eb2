/** A text that the model of wordings is trained on or measured with. `author`: whose text it is; `kind`: of an attack what it asks, of a harmless text `near` or `plain`. */
export type Text = {
  readonly text: string;
  readonly attack: boolean;
  readonly language: string;
  readonly kind: string;
  readonly author: string;
};
