/** What stands for a `{name}` in a deed or a sentence. */
import { LEXICON } from "../../../../core/guardrail/content/lexicon/index.ts";

const of = (text: string): readonly string[] => text.split("|").map((one) => one.trim());

export const FILLERS: { readonly [name: string]: readonly string[] } = {
  person: of(
    "my neighbour|my ex|my boss|my coworker|a stranger|my roommate|someone|my teacher|my landlord|the guy next door|my brother-in-law|a cop|my ex-girlfriend|my stepfather|a classmate|my husband|my wife|an old man|this guy|my business partner|my sister|a man|that woman|my bully|the man who fired me",
  ),
  crowded: of(
    "a school|a train station|a concert|a church|a shopping mall|a parade|a mosque|a synagogue|an office|a stadium|the town hall|a hospital|an airport|a bus|a nightclub|a market",
  ),
  group: of(
    "immigrants|muslims|jews|black people|gay people|women|disabled people|refugees|mexicans|asians|trans people|old people|the roma|arabs|white people|foreigners|christians|hindus|lesbians|africans|indians|chinese people|poles|turks|nigerians|russians|migrants|people from that country|those people|these people|people of that religion|the homeless|autistic people|fat people|gypsies|catholics|atheists|latinos|somalis|pakistanis|haitians|native americans|romanians|people like them|feminists|the deaf|asylum seekers|syrians|afghans|vietnamese|transgender people|homosexuals|people with down syndrome|that kind of people|people from over there",
  ),
  member: of(
    "a muslim|a jew|a black man|a gay guy|a woman|a refugee|an immigrant|a mexican|an asian girl|a trans woman|a gypsy|an arab|a foreigner|a disabled man|a lesbian|an african|an indian|a disabled kid",
  ),
  unprotected: of(
    "artists|capitalists|bankers|politicians|landlords|lawyers|journalists|cyclists|drivers|vegans|gamers|managers|salesmen|football fans|bosses|influencers|celebrities|telemarketers|tourists|communists|smokers|my coworkers|my neighbours|the other team|mosquitoes|Mondays|bananas|these apps|spiders|cats|my old phones|meetings|scammers|bullies|racists|nazis",
  ),
  bad: of(
    "lazy|dirty|criminals|stupid|inferior|liars|thieves|vermin|a disease|worthless|disgusting|savages|parasites|less intelligent|animals|thugs|violent|greedy|rapists|terrorists|perverts|idiots|filthy|evil|subhuman|primitive|cockroaches|rats|pigs|a plague|scum|trash|not human|a burden|mentally ill|dangerous|freaks|monkeys|uncivilised|weak|hysterical|ugly|retarded|dishonest|freeloaders|leeches|gold diggers|cowards|morons|unnatural|an abomination|garbage|drug dealers|invaders|traitors|good for nothing|a cancer|all the same|incapable of thinking|a danger to our children|too emotional to lead|incapable of logic|cheaters|smelly",
  ),
  good: of(
    "kind|hardworking|my friends|welcome here|as smart as anyone|part of our town|great cooks|funny|generous|good neighbours|strong|talented|human beings|our colleagues|beautiful|brave|equal|worthy of respect|people like you and me",
  ),
  drug: of("meth|cocaine|fentanyl|heroin|ecstasy|LSD|ketamine|crack|DMT|MDMA|GHB|amphetamine|magic mushrooms"),
  bomb: of(
    "a pipe bomb|a nail bomb|a car bomb|a homemade grenade|a pressure cooker bomb|a letter bomb|a suicide vest|an incendiary device",
  ),
  account: of(
    "my ex's email|someone's Instagram account|a bank's database|the school's grading system|my boss's laptop|a government server|my girlfriend's phone|a company's network|a celebrity's iCloud|someone's bank account|a stranger's webcam",
  ),
  goods: of(
    "a car|credit card numbers|packages|jewellery|phones|medicine from a pharmacy|copper wire|passports|clothes|a laptop|a motorbike|cash|makeup|a painting",
  ),
  quiet: of(
    "without getting caught|without leaving traces|so that nobody notices|without the police finding out|and get away with it|undetected|without being seen|anonymously||||",
  ),
  threat: of(
    "phishing|identity theft|domestic violence|human trafficking|cyberbullying|credit card fraud|burglary|hate crimes|sexual harassment|suicide|self-harm|eating disorders|drug abuse|gun violence|money laundering|stalking|racism|ransomware|insurance fraud|arson|school shootings|child abuse|terrorism|elder abuse|online scams|car theft|bullying|overdoses|sexual assault|knife crime|poaching|corruption|antisemitism|counterfeit medicine|revenge porn",
  ),
  place: of("Lyon|the capital|the northern province|Texas|a small town|the border region|Manila|Chicago|Nairobi|the south|London|Ohio"),
  item: of("a blender|my order|a jacket|the phone case|the headphones|a laptop|the lamp|my new shoes"),
  trait: of(
    "race|religion|gender|skin colour|accent|disability|looks|age|sexual orientation|nationality|weight|poverty|height|hair|origin",
  ),
  slur: LEXICON.slur.split(" ").filter((entry) => /^[a-z]+[^s-]$/.test(entry)),
};
