/** Sentences of ten languages with a place for what somebody tells; none of their words names a kind of number. */
export const SENTENCES: readonly string[] = [
  "Hello, this is what you asked for: {}. Please write back.",
  "I moved last month, and here it is again, {}, as promised.",
  "Guten Tag, hier die Angabe von gestern: {}. Danke.",
  "Wie besprochen ({}) sende ich alles noch einmal.",
  "Bonjour, voici ce que vous vouliez : {}. Merci beaucoup.",
  "Comme convenu, {}, et bonne journée.",
  "Hola, aquí está lo que pidió: {}. Gracias.",
  "Buongiorno, ecco quanto richiesto: {}. Grazie mille.",
  "Hallo, hier is wat u vroeg: {}. Alvast bedankt.",
  "Dzień dobry, przesyłam to jeszcze raz: {}. Dziękuję.",
  "Olá, segue o que pediu: {}. Obrigado.",
  "नमस्ते, यह रहा: {}। धन्यवाद।",
  "Здравствуйте, вот что вы просили: {}. Спасибо.",
];
