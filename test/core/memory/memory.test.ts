/** What of memory is decided by words and labels alone: whether it is needed, what fits, what is a fact, whose word it is. */
import { describe, expect, it } from "vitest";
import type { Label } from "../../../core/label/label.ts";
import { factsIn } from "../../../core/memory/facts.ts";
import { intentOf } from "../../../core/memory/intent.ts";
import { correctedExpiry, type Memory, memoryView, saysSomething, supersession } from "../../../core/memory/memory.ts";
import { hasSeenOwnAlone, keptAs, labelOfRecalled, recalled } from "../../../core/memory/recall.ts";
import { fitted, type Snippet, snippetText } from "../../../core/memory/snippets.ts";
import { expectTokens } from "../../../core/model/estimate.ts";
import { bestOf, cpuMs } from "../../support/cpu-time.ts";
import { INFLECTED } from "./inflected.ts";
import { HELD_OUT, SAID } from "./intents.ts";

let made = 0;
const memory = (text: string, more: Partial<Memory> = {}): Memory => ({
  ...{ id: `mem_${String(++made).padStart(26, "0")}`, subject: "ada", tier: "semantic", text, pinned: false, sensitivity: "internal" },
  ...{
    source: "person",
    trust: "trusted",
    status: "active",
    by: { user: "ada", root: null },
    createdAt: made,
    updatedAt: made,
    expiresAt: 1e15,
  },
  ...more,
});
const label = (trust: Label["trust"], ...sources: string[]): Label => ({ trust, class: "internal", sources });

describe("memory", () => {
  it("[MEM-11] says something: blanks, and characters that nobody sees, alone are no memory", () => {
    for (const text of [
      "",
      " ",
      "\t\n",
      "\u200b\u200d",
      "\u00a0\u3000",
      "\u00ad\ufeff",
      "\u{e0041}",
      "\u2060 \u0301",
      "\u2800",
      "\u3164",
      "\u115f",
      "\uffa0 ",
    ])
      expect(saysSomething(text), JSON.stringify(text)).toBe(false);
    for (const text of ["a", " 5 ", "\u5317", "\u{1f600}", "?"]) expect(saysSomething(text), text).toBe(true);
  });

  it("[MEM-12] ends no later through a correction that names no days, and sooner where its class says so", () => {
    const day = 86_400_000;
    const short = { expiresAt: day };
    for (const sensitivity of ["public", "restricted"] as const) expect(correctedExpiry(short, { sensitivity }, sensitivity, 10)).toBe(day);
    expect(correctedExpiry({ expiresAt: 180 * day }, { sensitivity: "restricted" }, "restricted", 10)).toBe(10 + 30 * day);
    expect(correctedExpiry(short, {}, "internal", 10)).toBe(day);
    expect(correctedExpiry(short, { sensitivity: "public", days: 400 }, "public", 10)).toBe(10 + 400 * day);
  });

  it("[RECALL-1] is asked only where a message refers to the past or to the person, or asks for advice, in English and German", () => {
    const needed = [
      "Please send it to the same address again.",
      "What did I order last time?",
      "Which lamp would you recommend?",
      "Do you remember what we agreed?",
      "My lamp is broken.",
      "Wie letztes Mal, bitte.",
      "Was habe ich neulich bestellt?",
      "Können Sie mir etwas empfehlen?",
      "Meine Adresse hat sich geändert.",
      "Ich möchte dasselbe noch einmal.",
    ];
    const alone = [
      "How long does shipping take?",
      "Hello!",
      "What is the capital of France?",
      "Do you sell lamps?",
      "Wie lange dauert der Versand?",
      "Guten Tag!",
      "Gibt es die Lampe in Blau?",
      "",
    ];
    expect(needed.filter((text) => !intentOf(text).needed)).toEqual([]);
    expect(alone.filter((text) => intentOf(text).needed)).toEqual([]);
  });

  it("[RECALL-1] is asked in ten languages: nearly always where it is needed, and hardly ever where it is not", () => {
    const rates = (said: typeof SAID) => {
      const all = Object.values(said);
      const share = (texts: readonly string[]) => texts.filter((text) => intentOf(text).needed).length / texts.length;
      return { languages: all.length, found: share(all.flatMap(({ needed }) => needed)), false: share(all.flatMap(({ alone }) => alone)) };
    };
    expect(rates(SAID)).toEqual({ languages: 10, found: 1, false: 0 });
    const held = rates(HELD_OUT);
    expect(held.found).toBeGreaterThanOrEqual(0.9);
    expect(held.false).toBe(0);
    // Written in any form of Unicode, and in time that grows with the text alone.
    expect(intentOf("Was wissen Sie u\u0308ber mich?").needed).toBe(true);
    const long = (letters: number) => intentOf("schlage mi ma mes что ".repeat(letters));
    expect(bestOf(() => long(100_000), 200)).toBeLessThan(200);
  });

  it("[RECALL-14] answers with other forms of the question's words, in ten languages", () => {
    const languages = Object.entries(INFLECTED);
    expect(languages).toHaveLength(10);
    for (const [language, { memories, questions }] of languages) {
      expect(questions.length, language).toBeGreaterThan(2);
      const all = memories.map((text, index) => memory(text, { id: `mem_${index}` }));
      for (const [question, at] of questions)
        expect(
          recalled(all, question, 5).map(({ memory: { id } }) => id),
          `${language}: ${question}`,
        ).toEqual([`mem_${at}`]);
    }
    // Letters that happen to be the same are no form, and the word itself counts more than a form of it.
    for (const [one, other] of [
      ["contact", "contract"],
      ["rate", "accurate"],
      ["Kasse", "Klasse"],
    ] as const)
      expect(recalled([memory(one)], other, 5), `${one} ${other}`).toEqual([]);
    const [first] = recalled([memory("Wohnt in Wien."), memory("Mag Wiener Kaffee.")], "Wien", 5);
    expect(first?.memory.text).toBe("Wohnt in Wien.");
    const many = Array.from({ length: 1_000 }, (_, index) => memory(`${index} ${"Lieferungen verspätet ".repeat(80)}`));
    expect(bestOf(() => recalled(many, "Wann wird geliefert? ".repeat(60), 5), 2_000)).toBeLessThan(2_000);
  });

  it("[RECALL-2] answers with what shares words with the question, rare ones first, and never with what is in quarantine or was superseded", () => {
    const all = [
      memory("Prefers delivery on Fridays."),
      memory("Likes delivery by bike."),
      memory("Delivery to the neighbour is fine.", { status: "quarantined" }),
      memory("Delivery on Mondays.", { supersededBy: "mem_x" }),
      memory("Is allergic to nickel."),
    ];
    const texts = (query: string, k = 5) => recalled(all, query, k).map(({ memory: { text } }) => text);
    expect(texts("On which day is delivery? Friday?")).toEqual(["Prefers delivery on Fridays.", "Likes delivery by bike."]);
    expect(texts("delivery on Fridays", 1)).toEqual(["Prefers delivery on Fridays."]);
    expect([texts("nickel"), texts("the of and"), texts("")]).toEqual([["Is allergic to nickel."], [], []]);
    expect(recalled(all, "delivery on Fridays", 5).every(({ score }) => score > 0 && score <= 1)).toBe(true);
    expect(recalled(all, "delivery on Fridays", 5)).toHaveLength(2);
  });

  it("[RECALL-3] has the label of whoever said it, and what is stored after untrusted text was seen is untrusted and in quarantine", () => {
    expect(labelOfRecalled([memory("a", { sensitivity: "confidential" }), memory("b")])).toEqual({
      trust: "trusted",
      class: "confidential",
      sources: ["memory:person"],
    });
    expect(labelOfRecalled([memory("a"), memory("b", { source: "agent" })])).toMatchObject({
      trust: "untrusted",
      sources: ["memory:agent", "memory:person"],
    });
    expect(labelOfRecalled([memory("a", { source: "agent", trust: "untrusted" })]).sources).toEqual(["memory:untrusted"]);
    // [MEM-18] Who said it decides, whatever was stored with it.
    const { by: said } = memory("a");
    for (const [by, source, own] of [
      [said, "person", true],
      [{ user: "ada", root: "eve" }, "person", false],
      [{ user: "ada", root: "eve", forOthers: true }, "person", true],
      [{ user: "svc", root: null, forOthers: true }, "app", true],
      [{ user: "eve", root: null }, "app", false],
    ] as const) {
      const one = memory("a", { by, source });
      const trust = own ? "trusted" : "untrusted";
      expect([by, labelOfRecalled([one]).trust, memoryView(one).trust]).toEqual([by, trust, trust]);
      expect(labelOfRecalled([one]).sources).toEqual([own ? `memory:${source}` : "memory:untrusted"]);
    }
    const own = [
      label("trusted", "tool:x"),
      label("untrusted", "caller", "model:reply"),
      label("untrusted", "memory:agent", "model:reply"),
    ];
    const foreign = [
      label("untrusted", "caller", "tool:orders.get"),
      label("untrusted", "signal"),
      label("untrusted", "unknown"),
      label("untrusted"),
      label("untrusted", "memory:untrusted"),
      label("untrusted", ...Array.from({ length: 16 }, (_, n) => `model:m${n}`)),
    ];
    expect([own.map(hasSeenOwnAlone), foreign.map(hasSeenOwnAlone)]).toEqual([[true, true, true], Array(6).fill(false)]);
    expect(keptAs(label("untrusted", "tool:x"))).toEqual({ trust: "untrusted", status: "quarantined" });
  });

  it("[RECALL-4] goes into a prompt as far as its share of tokens reaches, the best first", () => {
    const snippet = (text: string): Snippet => ({
      id: `mem_${text.length}`,
      tier: "semantic",
      text,
      source: "person",
      score: 1,
      created_at: "2026-01-01T00:00:00Z",
    });
    const short = [snippet("Likes tea."), snippet("Is allergic to nickel.")];
    expect(fitted(short, 400)).toMatchObject({ kept: short, left_out: [] });
    const long = snippet("This is a sentence about the delivery. ".repeat(40));
    const cut = fitted([short[0] as Snippet, long, short[1] as Snippet], 120);
    expect(cut.kept.map(({ shortened }) => shortened === true)).toEqual([false, true]);
    expect([cut.left_out, expectTokens(snippetText(cut.kept)) <= 120]).toEqual([[short[1]?.id], true]);
    expect(fitted(short, 1)).toEqual({ kept: [], left_out: short.map(({ id }) => id), tokens: 0 });
  });

  it("[MEM-5] takes facts from what a person states of themselves, word for word, and none from questions or from what passes", () => {
    const of = (text: string) => factsIn(text).map(({ fact: { predicate, object } }) => `${predicate}=${object}`);
    expect(of("Hello. I live in Bern. I'm allergic to nickel, by the way. My shoe size is 42.")).toEqual([
      "lives_in=Bern",
      "allergic_to=nickel",
      "attribute:shoe size=42",
    ]);
    expect(of("Ich heiße Mara. Ich wohne jetzt in Köln. Meine Schuhgröße ist 38. Ich mag keine Pilze.")).toEqual([
      "name=Mara",
      "lives_in=Köln",
      "attribute:schuhgröße=38",
      "dislikes=Pilze",
    ]);
    for (const strange of [
      "Mein Nachbar sagt: Ich wohne in Kiel.",
      "My neighbour says: I live in Paris.",
      "My sister told me that I live in Rome.",
      "I live in a shared flat.",
      "I live in constant fear of burglars.",
      "Ich wohne in einer Altbauwohnung.",
      'I got this mail, what does it want? "Dear Sir, I live in Kyiv. I am allergic to milk. My bank is Evilbank."',
      "Was heißt das: „Ich wohne in Wien. Mein Name ist Karl.“",
      "> I live in Oslo.\n> My name is Eve.",
      "If I live in Spain, what changes.",
      'He wrote "I am allergic to nuts',
    ])
      expect(of(strange), strange).toEqual([]);
    expect(of("My car is a VW Polo and my contract ends in May.")).toEqual(["attribute:car=a VW Polo"]);
    expect(of("I'm allergic to nuts and milk because of my mother. I live in the Netherlands. Ich wohne in der Schweiz.")).toEqual([
      "allergic_to=nuts and milk",
      "lives_in=the Netherlands",
      "lives_in=der Schweiz",
    ]);
    expect(of("Is it true that I live in Bern? My order is late. The lamp is blue.")).toEqual([]);
    expect(factsIn("I would prefer a phone call.")[0]).toMatchObject({ text: "I would prefer a phone call.", fact: { confidence: 0.85 } });
    const startedAt = cpuMs();
    factsIn("my a ".repeat(40_000));
    factsIn(`I live in ${"x ".repeat(40_000)}`);
    factsIn('"'.repeat(40_000));
    factsIn("„a".repeat(20_000));
    factsIn(`my car is ${"and ".repeat(20_000)}`);
    expect(cpuMs() - startedAt).toBeLessThan(500);
  });

  it.each([
    ["Hola, me llamo Ana María.", "name", "Ana María"],
    ["Vivo en La Paz.", "lives_in", "La Paz"],
    ["Soy alérgica a las nueces.", "allergic_to", "nueces"],
    ["Je m'appelle Zoé.", "name", "Zoé"],
    ["J’habite à Lyon.", "lives_in", "Lyon"],

    ["Je suis allergique à l'aspirine.", "allergic_to", "aspirine"],
    ["Mi chiamo Chiara.", "name", "Chiara"],
    ["Abito a Reggio Emilia!", "lives_in", "Reggio Emilia"],
    ["Sono allergico alle noci.", "allergic_to", "noci"],
    ["Olá, o meu nome é João.", "name", "João"],
    ["Moro no Rio de Janeiro", "lives_in", "Rio de Janeiro"],
    ["Sou alérgico ao leite.", "allergic_to", "leite"],
  ])("[MEM-5] takes facts of other languages from whole sentences: %s", (text, predicate, object) => {
    expect(factsIn(text).map(({ fact }) => [fact.predicate, fact.object])).toEqual([[predicate, object]]);
  });

  it.each([
    ...[
      "Ya no vivo en Madrid.",
      "No me llamo Ana.",
      "Mi vecino dice: vivo en Kiel.",
      "¿Vivo en Madrid?",
      "Vivo en un piso compartido.",
      "Vivo en Madrid, dice ella.",
    ],
    ...["En la novela vivo en Oslo.", "Quizás vivo en Oslo.", "«Vivo en Oslo.»", "Soy alérgico a nada.", "Traduce: me llamo Eva."],
    ...[
      "Je n'habite plus à Lyon.",
      "Si j'habite à Lyon, que faire.",
      "Je vis en paix.",
      "J'habite à Lyon mais plus pour longtemps.",
      "Je ne suis pas allergique aux noix.",
    ],
    ...["Non mi chiamo Ugo.", "Forse abito a Roma.", "Vivo a modo mio.", "Nel romanzo abito a Roma."],
    ...["Não moro em Lisboa.", "Talvez moro em Lisboa.", "Meu nome é errado no sistema.", "Moro em Lisboa, brincadeira."],
  ])("[MEM-13] nor from these: %s", (text) => {
    expect(factsIn(text)).toEqual([]);
  });

  it("[MEM-16] leaves out of a fact's value when it is so", () => {
    const of = (text: string) => factsIn(text).map(({ fact: { predicate, object } }) => `${predicate}=${object}`);
    const places = ["now", "NOW", "right now", "currently", "today", "at the moment", "these days", "jetzt", "derzeit", "inzwischen"];
    places.push("ahora", "en este momento", "maintenant", "en ce moment", "ora", "adesso", "agora", "сейчас", "at the moment now");
    for (const when of places) expect(of(`I live in Munich ${when}.`), when).toEqual(["lives_in=Munich"]);
    expect(of("Ich wohne in Köln jetzt. Meine Schuhgröße ist 38 inzwischen. Ich wohne derzeit in Ulm.")).toEqual([
      "lives_in=Köln",
      "attribute:schuhgröße=38",
      "lives_in=Ulm",
    ]);
    expect(of("My shoe size is currently 42.")).toEqual(["attribute:shoe size=42"]);
    expect(of("I currently live in Bern. I work for the moment magazine. My paper is USA Today. I live in Now York.")).toEqual([
      "lives_in=Bern",
      "works_as=the moment magazine",
      "attribute:paper=USA Today",
      "lives_in=Now York",
    ]);
    expect(of("I like now. I live in Berlin no longer now. Ich wohne in Köln seit 2019.")).toEqual(["lives_in=Köln"]);
    for (const when of ["last year", "yesterday", "two years ago", "3 months ago", "recently", "in 2019", "this week", "again", "too"])
      expect(of(`I moved to Munich ${when}.`), when).toEqual(["lives_in=Munich"]);
    for (const when of ["", "letztes Jahr", "vor zwei Jahren", "gestern", "im Mai 2019", "jetzt"])
      expect(of(`Ich bin ${when} nach Köln gezogen.`.replace("  ", " ")), when).toEqual(["lives_in=Köln"]);
    expect(of("Ich bin nach Rom gefahren. Ich bin nicht nach Rom gezogen. Ich bin nach Rom gezogen, aber nicht mehr.")).toEqual([]);
    expect(of("Ich heiße jetzt Mara Lindt.")).toEqual(["name=Mara Lindt"]);
    expect(of("My name is now Mara. Call me Bob from now on, please. Call me Al please.")).toEqual(["name=Mara", "name=Bob", "name=Al"]);
    // What is liked or wished may be of a time.
    expect(of("I would prefer a call this week. I like the Tour of 2019.")).toEqual(["prefers=a call this week", "likes=the Tour of 2019"]);
    const elsewhere = ["Vivo en Madrid ahora.", "Actualmente vivo en Madrid.", "AHORA vivo en Madrid", "J'habite à Madrid en ce moment."];
    elsewhere.push(
      "Aujourd’hui j'habite à Madrid.",
      "Vivo a Madrid ora!",
      "Ora, abito a Madrid.",
      "Moro em Madrid agora.",
      "No momento moro em Madrid",
    );
    for (const text of elsewhere) expect(of(text), text).toEqual(["lives_in=Madrid"]);
    expect(of("Soy alérgico al gluten ahora.")).toEqual(["allergic_to=gluten"]);
    expect(of("Ahora no vivo en Madrid. Ora vivo in pace. Ahora dice: vivo en Kiel.")).toEqual([]);
    expect(factsIn("I live in Munich now.")[0]?.text).toBe("I live in Munich now.");
    const startedAt = cpuMs();
    factsIn(`I like ${"now ".repeat(40_000)}`);
    factsIn(`I like ${"x now ".repeat(60_000)}`);
    expect(cpuMs() - startedAt).toBeLessThan(500);
  });

  it("[MEM-13] takes no fact from what is denied, doubted, wished, told, translated or over", () => {
    const none = [
      ...["My name is not Bob.", "My name is actually not Bob.", "MY NAME IS NOT BOB.", "Mein Name ist nicht Bob.", "Ich heiße nicht Bob."],
      ...[
        "Please don't call me Bob.",
        "My address is wrong in your system.",
        "Meine Adresse ist falsch.",
        "My address is no longer Hill 5.",
      ],
      ...[
        "I live in Berlin no more.",
        "I live in Berlin, not any more.",
        "I live in Berlin, but no longer.",
        "Ich wohne in Berlin nicht mehr.",
      ],
      ...["It is false that I live in Berlin.", "It is not true, however, that I live in Berlin.", "I doubt that my shoe size is 42."],
      ...["Translate: I live in Oslo.", "Übersetze bitte: Ich wohne in Oslo.", "Traduis en français : I live in Oslo."],
      ...[
        "In the story I live in Oslo.",
        "In my last dream, my name is Eve.",
        "Im Roman: Ich wohne in Kiel.",
        "I live in Mordor in the game.",
      ],
      ...[
        "I wish my name is Bob.",
        "Maybe I live in Oslo.",
        "Vielleicht ich wohne in Oslo.",
        "My name is maybe Bob.",
        "Let's say I live in Oslo.",
      ],
      ...[
        "Once I lived in Rome.",
        "Once I live in Rome.",
        "Früher: ich wohne in Rom.",
        "I work at no company.",
        "Ich arbeite bei keiner Firma.",
      ],
      ...["I live in Oslo, just kidding.", "I live in Oslo, he said.", "My name is Bob, das stimmt nicht."],
    ];
    for (const text of none) expect(factsIn(text), text).toEqual([]);
    const facts: readonly (readonly [string, string])[] = [
      ["I do not need help, my name is Bob.", "Bob"],
      ["That is wrong: my name is Bob.", "Bob"],
      ["No, my name is Nora.", "Nora"],
      ["Mein Name ist Notker.", "Notker"],
      ["Once again, my name is Bob.", "Bob"],
      ["I hope you can help me, I live in Bern.", "Bern"],
      ["Please don't forget that I'm allergic to nuts.", "nuts"],
      ["I live in Berlin, not in Munich.", "Berlin"],
      ["I live in Berlin, and I don't smoke any more.", "Berlin"],
      ["My favourite band is No Doubt.", "No Doubt"],
      ["I never eat meat.", "meat"],
      ["Ich mag keine Pilze.", "Pilze"],
      ["I work as a designer in the game industry.", "a designer in the game industry"],
      ["Ten years ago I moved to Bern.", "Bern"],
    ];
    for (const [text, object] of facts)
      expect(
        factsIn(text).map(({ fact }) => fact.object),
        text,
      ).toEqual([object]);
    const startedAt = cpuMs();
    factsIn(`translate ${"not , ".repeat(20_000)}`);
    for (const word of ["in the ", "don't ", "translate ", "– ", "that "])
      factsIn(`${`${word.repeat(Math.floor(300 / word.length))} my name is Bob. `.repeat(50)}`);
    expect(cpuMs() - startedAt).toBeLessThan(500);
  });

  it("[MEM-6] lets a newer fact close an older one of the same predicate; a known one is not stored again, and one in quarantine closes nothing", () => {
    const fact = (object: string, single = true) => ({
      subject: "person" as const,
      predicate: "lives_in",
      object,
      confidence: 0.9,
      single,
    });
    const bern = memory("I live in Bern.", { fact: fact("Bern") });
    const ulm = memory("I live in Ulm.", { fact: fact("Ulm") });
    const closed = (one: Memory, ...others: Memory[]) => {
      const { known, closes, closedBy } = supersession(one, others);
      return { known: known?.id ?? null, closes: closes.map(({ id }) => id), closedBy };
    };
    expect(closed(ulm, bern)).toEqual({ known: null, closes: [bern.id], closedBy: null });
    expect(closed(bern, ulm)).toEqual({ known: null, closes: [], closedBy: ulm.id });
    expect(closed(memory("Bern!", { fact: fact("bern") }), bern).known).toBe(bern.id);
    expect(closed({ ...ulm, status: "quarantined" }, bern)).toEqual({ known: null, closes: [], closedBy: null });
    expect(closed(ulm, { ...bern, status: "quarantined" }).closes).toEqual([]);
    expect(closed({ ...ulm, fact: fact("Ulm", false) }, bern).closes).toEqual([]);
    // [MEM-22] What somebody else says closes nothing that the person said, and is closed by it.
    const eve = { user: "eve", root: null };
    expect(closed({ ...ulm, by: eve }, bern)).toEqual({ known: null, closes: [], closedBy: null });
    expect(closed(bern, { ...ulm, by: eve })).toEqual({ known: null, closes: [ulm.id], closedBy: null });
    expect(closed(memory("Bern!", { fact: fact("bern") }), { ...bern, by: eve }).known).toBe(null);
  });
});
