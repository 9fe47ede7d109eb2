/** Who asks for a person, in ten languages, and who only speaks of one. */
import { expect, it } from "vitest";
import { asksForPerson } from "../../../../core/guardrail/hand-over/asked.ts";
import { triggerIn } from "../../../../core/guardrail/hand-over/hand-over.ts";
import { stakesOf } from "../../../../core/guardrail/hand-over/stakes.ts";
import type { HandOverRules } from "../../../../core/guardrail/rules/merge.ts";
import { CALLED, NOT_CALLED } from "../../../support/callbacks.ts";
import { cpuMs } from "../../../support/cpu-time.ts";

const ASKS = [
  "I want to talk to a human",
  "Can I speak to a real person please?",
  "let me speak with your manager",
  "connect me to an agent",
  "human please",
  "Agent!",
  "representative",
  "get me a supervisor now",
  "I'd like to speak to someone in customer service",
  "transfer me to a live agent",
  "I need a human",
  "please escalate this to a human agent",
  "is there a real person I can chat with?",
  "I don't want to talk to a bot",
  "stop this, I hate talking to a robot. give me a person",
  "Could you put me through to somebody from your team?",
  "I would rather talk to an actual person",
  "Can someone from support call me?",
  "what do I have to do to get a human on the line?",
  "This is useless, let me talk to somebody real",
  "I want a real person NOW",
  "I wish to speak with a representative about this",
  "how can i contact customer service",
  "How do I reach a person at your company?",
  "No more robots, I need human assistance",
  "Escalate to a manager",
  "Can a human look at this?",
  "I demand to speak with a supervisor",
  "Where is my order? I need to speak to someone who can help.",
  "Ich möchte mit einem Menschen sprechen",
  "Verbinden Sie mich bitte mit einem Mitarbeiter",
  "Kann ich mit einem echten Menschen reden?",
  "Ich will mit jemandem vom Kundenservice sprechen",
  "Mitarbeiter bitte",
  "Geben Sie mir einen Ansprechpartner",
  "Ich will nicht mit einem Bot reden",
  "Quiero hablar con una persona",
  "¿Puedo hablar con un agente humano?",
  "Páseme con un supervisor",
  "Necesito hablar con alguien de atención al cliente",
  "quiero un humano",
  "Je veux parler à un humain",
  "Passez-moi un conseiller",
  "Puis-je parler à une vraie personne ?",
  "Mettez-moi en relation avec un agent",
  "J'aimerais parler à quelqu'un du service client",
  "Voglio parlare con una persona reale",
  "Vorrei parlare con un operatore",
  "Mi passi un operatore per favore",
  "Posso parlare con un essere umano?",
  "Quero falar com um atendente",
  "Posso falar com uma pessoa de verdade?",
  "Me transfira para um humano",
  "Gostaria de falar com alguém do suporte",
  "Хочу поговорить с живым человеком",
  "Соедините меня с оператором",
  "Позовите менеджера",
  "Можно поговорить с сотрудником?",
  "Оператор",
  "Мне нужен живой человек",
  "我要转人工",
  "请帮我转接人工客服",
  "我想和真人说话",
  "能不能找个真人",
  "人工客服",
  "मुझे किसी इंसान से बात करनी है",
  "कृपया मुझे एजेंट से जोड़िए",
  "मुझे असली व्यक्ति से बात करनी है",
  "Gerçek bir insanla konuşmak istiyorum",
  "Beni müşteri temsilcisine bağlayın",
  "Bir yetkiliyle görüşmek istiyorum",
  "Canlı destek lütfen",
];
const ASKS_NOT = [
  "I am a human",
  "I want to talk to the person who delivered my parcel",
  "Are you a human?",
  "Where is my order?",
  "Human resources asked for my payslip",
  "How do I hire an agent?",
  "The agent told me to wait",
  "I spoke to a representative yesterday and it is solved",
  "I don't need to talk to a human",
  'Translate "I want to talk to a human" into French',
  "Is there a person limit for the tour?",
  "How many people can I bring?",
  "I need a ticket for one person",
  "book a table for a person with a wheelchair",
  "What is the price per person?",
  "My manager wants an invoice",
  "can I get a refund?",
  "I would like to change the name of the contact person",
  "Do I need an agent to sell my house?",
  "He is a real person of trust",
  "Ich bin ein Mensch",
  "Der Mitarbeiter war sehr nett",
  "Ich möchte mit der Person sprechen, die das Paket gebracht hat",
  "Ich brauche ein Zimmer für eine Person",
  "Wo ist meine Bestellung?",
  "Necesito una mesa para una persona",
  "Soy un humano",
  "Hablé con una persona ayer",
  "Je suis un humain",
  "Une chambre pour une personne, s'il vous plaît",
  "Sono una persona",
  "Vorrei una camera per una persona",
  "Eu sou humano",
  "Quero uma mesa para uma pessoa",
  "Я человек",
  "Мне нужен номер на одного человека",
  "我是真人",
  "人工智能是什么？",
  "我要一个人的票",
  "मैं एक इंसान हूँ",
  "Ben bir insanım",
  "Bir kişi için oda istiyorum",
  "my son wants to become an agent",
  "write a poem about a human and a robot",
  "Does a human pilot fly this plane?",
  "Can you send me the name of the employee of the month?",
  "I want to know the human rights law",
  "Give me a summary of how agents work",
  "Send this to the team member list",
  "Forward the invoice to my manager",
  "Is there a manager login?",
  "I need an operator precedence table",
  "Can I have another agent configured in the API?",
  "Call me a taxi",
  "I'd like customer service training material",
];

it.each(ASKS)("[HAND-11] asks for a person: %s", (text) => {
  expect(asksForPerson(text)).toBe(true);
});

it.each(ASKS_NOT)("[HAND-11] asks for nobody: %s", (text) => {
  expect(asksForPerson(text)).toBe(false);
});

it.each(CALLED)("[HAND-20] asks to be called, or for a person: %s", (text) => expect(asksForPerson(text)).toBe(true));

it("[HAND-20] who tells of a call or of a manager asks for nobody and is not furious", () => {
  const rules: HandOverRules = {
    ...{ asked: "normal", negative_tone: "high", high_stakes: "high", guardrail: "off" },
    ...{ confidence_below: [], failures: null, to: null },
  };
  expect(NOT_CALLED.filter((text) => triggerIn({ text }, rules) !== null)).toEqual([]);
  expect(triggerIn({ text: "let me talk to your manager" }, rules)).toEqual({ reason: "asked", priority: "normal" });
  expect(triggerIn({ text: "My manager is furious with you liars!" }, rules)?.reason).toBe("negative_tone");
});

it("[HAND-11] takes time linear in the length of what is said", () => {
  for (const piece of [
    "i want to talk to the ",
    "can a ",
    "ich möchte mit ",
    "转",
    "can someone ",
    "me puede ",
    "kann mich jemand aus der ",
    "能你们",
    "пусть мне ",
    "biri beni ",
  ]) {
    const began = cpuMs();
    expect(asksForPerson(piece.repeat(20_000))).toBe(piece === "转" ? asksForPerson(piece) : false);
    expect(cpuMs() - began).toBeLessThan(1_000);
  }
});

it("[HAND-12] much is at stake in matters of law and of a lot of money, and not in a shop's daily troubles", () => {
  for (const [text, stakes] of [
    ["I will sue you, my lawyer is informed.", ["legal"]],
    ["Ich nehme mir einen Anwalt.", ["legal"]],
    ["Voy a demandar a su empresa ante el tribunal.", ["legal"]],
    ["Je vais porter plainte.", ["legal"]],
    ["Mi rivolgo al mio avvocato.", ["legal"]],
    ["Vou falar com o meu advogado.", ["legal"]],
    ["Подам на вас в суд.", ["legal"]],
    ["我要起诉你们。", ["legal"]],
    ["मैं आपके खिलाफ मुकदमा करूँगा।", ["legal"]],
    ["Avukatıma danışacağım.", ["legal"]],
    ["Ich erstatte Anzeige wegen Körperverletzung.", ["legal"]],
    ["Das war ein Behandlungsfehler, ich fordere Schmerzensgeld.", ["legal"]],
    ["Je porte plainte contre vous.", ["legal"]],
    ["Vi farò causa.", ["legal"]],
    ["Vou processá-los.", ["legal"]],
    ["I am pressing charges.", ["legal"]],
    ["Ich habe Ihre Anzeige in der Zeitung gesehen.", []],
    ["I lost $25,000 because of you.", ["financial"]],
    ["12.500,00 € wurden abgebucht.", ["financial"]],
    ["Should I invest my savings in this fund?", ["financial"]],
    ["我的账户被盗了", ["financial"]],
    ["Where is my refund of $12.50?", []],
    ["I was charged twice.", []],
    ["We pursue this issue; the tennis court is booked.", []],
    ["Der Preis ist 1.299,00 Euro.", []],
  ] as const)
    expect(stakesOf(text), text).toEqual(stakes);
});
