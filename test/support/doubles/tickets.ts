/** What customers write, as the platform shows it to a model: with placeholders where personal data was. */
export const TICKET =
  "Hello, my name is {{PERSON_1}}. I ordered an espresso machine (order A-1002) and it arrived broken. " +
  "I paid with {{CREDIT_CARD_1}}. Please refund me the 249.90 dollars. You can reach me at {{EMAIL_1}}.";
