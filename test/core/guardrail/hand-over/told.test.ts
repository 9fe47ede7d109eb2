/** Who only tells: of a lawyer's everyday life, of a talk that is over. */
import { describe, expect, it } from "vitest";
import { asksForPerson } from "../../../../core/guardrail/hand-over/asked.ts";
import { stakesOf } from "../../../../core/guardrail/hand-over/stakes.ts";
import { cpuMs } from "../../../support/cpu-time.ts";

const EVERYDAY = [
  "My lawyer loves your croissants.",
  "I am a lawyer and would like a birthday cake.",
  "My sister is a lawyer and lives next door.",
  "Der Anwalt im Erdgeschoss nimmt das Paket an.",
  "Mein Anwalt wohnt im dritten Stock.",
  "Mi abogada vive en el segundo piso.",
  "A mi abogado le encanta su pan.",
  "Mon avocat habite au deuxième étage, sonnez chez lui.",
  "Je voudrais une salade avec un avocat bien mûr.",
  "Deux avocats bio et un pain, merci.",
  "Un toast à l'avocat, s'il vous plaît.",
  "Il mio avvocato abita al terzo piano.",
  "O meu advogado mora no segundo andar.",
  "Мой адвокат любит ваш хлеб.",
  "我的律师很喜欢你们的蛋糕。",
  "मेरे वकील को आपका केक पसंद है।",
  "Avukatım ikinci katta oturuyor.",
  "Un regalo para mi abogado, una tarta de limón.",
  "Ein Rechtsanwalt feiert Geburtstag, wir brauchen eine Torte.",
];
const IN_LAW = [
  "My lawyer will contact you.",
  "You will hear from my lawyer.",
  "I am a lawyer and I know my rights.",
  "I am a lawyer. Your cake made me ill.",
  "My lawyer loves your cake, but he says that I should get compensation.",
  "My lawyer lives next door and will write to you.",
  "Your cake was bad. My lawyer knows.",
  "Lawyer!",
  "Mein Anwalt wird sich bei Ihnen melden, der Kuchen war schimmlig.",
  "Mein Anwalt wohnt nebenan und hat Ihnen geschrieben.",
  "Mi abogado vive aquí y les escribirá.",
  "Mon avocat vous contactera au sujet du gâteau.",
  "J'ai mangé une salade avec un avocat bien mûr, et mon avocat va vous écrire.",
  "Il mio avvocato vi scriverà per la torta.",
  "O meu advogado vai ligar por causa do bolo.",
  "Мой адвокат напишет вам про торт.",
  "因为蛋糕，我的律师会联系你们。",
  "केक के बारे में मेरे वकील आपसे संपर्क करेंगे।",
  "Avukatım pasta için sizi arayacak.",
  "Ich gehe zum Anwalt wegen der Torte.",
  "Je vais voir un avocat pour ce colis perdu.",
  "Voy al abogado por el paquete perdido.",
  "Vado dall'avvocato per la torta.",
  "Я пойду к адвокату из-за торта.",
  "Pasta için avukata gidiyorum.",
  "केक के लिए वकील के पास जा रहा हूँ",
];

describe("a lawyer", () => {
  it.each(EVERYDAY)("[HAND-21] is no high stake where everyday life is told of them: %s", (text) => expect(stakesOf(text)).toEqual([]));
  it.each(IN_LAW)("[HAND-21] is one where a dispute is: %s", (text) => expect(stakesOf(text)).toEqual(["legal"]));
  it("[HAND-21] is looked for in linear time", () => {
    for (const piece of ["my lawyer loves cake, ", "salade avec ", "avocat bien ", "律师"]) {
      const began = cpuMs();
      stakesOf(piece.repeat(20_000));
      expect(cpuMs() - began).toBeLessThan(1_000);
    }
  });
});

const OVER = [
  "Ich habe gestern mit einem Mitarbeiter gesprochen, danke.",
  "Gestern habe ich mit Ihrem Mitarbeiter gesprochen.",
  "Wir hatten mit einem Berater telefoniert.",
  "Ich sprach am Montag mit einer Mitarbeiterin.",
  "Ich wurde mit einem Mitarbeiter verbunden, danke.",
  "昨天我和客服谈过了，谢谢。",
  "我已经跟客服说了。",
  "我昨天联系过你们的客服。",
  "Dün bir temsilciyle görüştüm, teşekkürler.",
  "Müşteri hizmetleriyle konuştuk.",
  "कल मैंने एक एजेंट से बात की, धन्यवाद।",
  "हमने ग्राहक सेवा से बात की थी।",
  "मेरी एक एजेंट से बात हो गई है।",
  "एजेंट ने मुझे कल फोन किया था, धन्यवाद।",
  "I was able to talk to an agent yesterday, thanks.",
  "Ayer pude hablar con un agente, gracias.",
  "J'ai pu parler à un conseiller hier, merci.",
  "Ieri sono riuscito a parlare con un operatore, grazie.",
  "Ontem consegui falar com um atendente, obrigado.",
  "Вчера мне удалось поговорить с оператором, спасибо.",
];
const AGAIN = [
  "Ich habe gestern mit einem Mitarbeiter gesprochen, jetzt möchte ich mit einem Menschen reden.",
  "Ich habe genug mit dem Bot gesprochen und will mit einem Menschen sprechen.",
  "Ich hätte gern mit einem Mitarbeiter gesprochen.",
  "Gestern habe ich mit einem Mitarbeiter gesprochen. Verbinden Sie mich mit einem Mitarbeiter.",
  "昨天我和客服谈过了，我还要找真人。",
  "我和机器人谈过了请转人工客服。",
  "Dün bir temsilciyle görüştüm, yine bir temsilciyle görüşmek istiyorum.",
  "Botla konuştum, bir insanla konuşmak istiyorum.",
  "कल मैंने एक एजेंट से बात की, मुझे फिर एजेंट से बात करनी है।",
  "I was able to talk to an agent yesterday but I need to talk to a human again.",
  "I wish I was able to talk to a human.",
  "Ayer pude hablar con un agente, quiero hablar con una persona otra vez.",
  "J'ai pu parler à un conseiller hier, je veux parler à un conseiller encore.",
];

describe("a talk", () => {
  it.each(OVER)("[HAND-22] that is over is asked for by nobody: %s", (text) => expect(asksForPerson(text)).toBe(false));
  it.each(AGAIN)("[HAND-22] is asked for beside one that is over: %s", (text) => expect(asksForPerson(text)).toBe(true));
});
