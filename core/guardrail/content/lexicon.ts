/**
 * What words mean for the recognition of content: topics that do harm, whom it is done to, and the signs of texts that only speak of it (care, news,
 * law, history, fiction, machines, games). English. A meaning decides nothing: the classifier weighs it alone and beside others. `word-` is the
 * beginning of a word.
 */
export const LEXICON = {
  hurt: "kill kills killing killed killer murder- stab- shoot shoots shooting shot strangl- chok- suffocat- poison- assault- attack attacks attacking beat beats beating punch- hurt hurts hurting injur- harm harms harming tortur- maim- slaughter- behead- ambush- kidnap- abduct- stalk- threaten- terroris- terroriz- mutilat- massacre- assassinat- execut- brutal- violen- bleed- blood- drown- crush- whip- slap- kick- smash- burn burning burned abuse abuses abusing intimidat- revenge attackers lynch- genocid- bury",
  weapon:
    "gun guns knife knives bomb- explosi- grenade- rifle- pistol- ammunition ammo bullet- firearm- weapon- silencer- dynamite landmine- missile- nerve anthrax sarin ricin chlorine uranium warhead- detonat- shrapnel tnt machete- sword- blade taser- bioweapon- mortar cyanide chemical-",
  drug: "cocaine heroin meth methamphetamine fentanyl opioid- lsd mdma ecstasy narcotic- cannabis marijuana weed drug drugs ketamine dealer- overdos- pills steroid- psychedelic- mushrooms",
  crime:
    "steal- stole stolen theft rob robs robbing robbery launder- fraud- scam- counterfeit- forge forged forging forgery fake faked smuggl- traffick- brib- extort- blackmail- embezzl- burgl- burglar- shoplift- pirat- evad- hack hacks hacking hacked phish- ransomware malware keylogger- spyware virus- botnet- ddos spoof- crack cracking exploit exploits exploiting breach- bypass- illegal- illicit unlawful- crime- criminal- ponzi pyramid arson vandal- trespass- break-in stolen identity plagiari- insider tamper- rig sabotag- loot- trojan worm rootkit backdoor counterfeiting fence cheat- hijack- unauthori- intercept-",
  secret:
    "undetected undetect- detect- detection caught hide hides hiding hidden conceal- cover tracks secretly secret anonymous- untraceabl- trace unnoticed suspicion suspicious alibi discreet- covert- disguis- avoid evade police cops authorities getaway dark-web darknet without",
  group:
    "women men muslim- jew jews jewish christian- black blacks white whites gay gays lesbian- lgbt- transgender trans immigrant- migrant- refugee- asian- african- arab- mexican- indian- chinese hispanic- latino- foreigner- minorit- disabled elderly homosexual- race races racial ethnic- religio- islam- hindu- gypsy gypsies roma catholic- gender nationalit- feminist- homeless- autistic poor indigenous native",
  demean:
    "inferior vermin rats animals animal filth- scum subhuman- disgust- parasit- stupid lazy dirty savage- worthless dumb idiot- primitive degenerat- trash plague disease- pest pests cockroach- monkey- ape apes ugly evil hate hates hated despise- loath- ruin- ruining invad- invasion greedy weak liars thieves",
  expel:
    "deport- expel- exterminat- wipe eliminat- segregat- superior- supremac- purify pure cleanse- exclude ban banned banish- belong back country homeland inhuman- rights second-class",
  mock: "ridicul- mock- stereotyp- joke jokes joking discriminat- offend- offens- insult- hateful racist racism sexist sexism homophob- slur slurs derogat- demean- dehumani- bigot- prejudic- harass- bully- propaganda discredit- humiliat- degrad- belittl-",
  sexual:
    "sex sexual- sexy sexier porn- nude nudes nudity naked erotic- orgasm- fetish- explicit seduc- breast- lust- arous- horny lingerie escort- prostitut- xxx bdsm kink- intimate intimacy masturbat- thrust- moan- genital- strip stripping stripper- undress- kiss- nsfw bedroom penis vagina thigh- boobs cock dick cum pussy threesome lover adult dominatrix",
  selfharm:
    "suicid- self-harm self-injury selfharm cutting overdos- starv- anorexi- bulimi- purg- die dying death noose hang hanging wrists wrist razor laxative- binge- fasting bridge bleach eating disorder disorders thinspo depress- hopeless worthless numb vomit- goodbye",
  self: "myself me my i i'm im i've i'll mine",
  victim:
    "someone somebody person people neighbor neighbour wife husband ex girlfriend boyfriend coworker- colleague- boss partner victim- child children kid kids him her them stranger- roommate everyone crowd enemy family",
  how: "how ways way step steps step-by-step guide instruction- tip tips method methods tutorial teach explain show techniques technique strateg- best easiest recipe plan plans tricks trick tactics",
  make: "make makes making build building create creating write generate generating produce give craft design develop cook synthesi- obtain buy get sell selling acquire convert modify",
  care: "help prevent- support treat- therap- symptom- doctor- hotline recover- risk- cause causes diagnos- patient- medical medication- clinic- disease- prognosis condition health counsel- vaccin- safety safe protect- cope syndrome cancer infection",
  news: "reported police said court arrested trial minister according officials sources government spokesman president parliament election agency investigators suspect sentenced charged journalist- week wednesday monday tuesday thursday friday",
  law: "law laws legal lawyer- attorney clause contract statute court regulation- liability lawsuit rights agreement compliance act judge prosecut- penalty defence defendant",
  past: "century war wars treaty empire battle army historian- history historical ancient medieval revolution soldiers dynasty museum archive colonial 1800s",
  fiction:
    "novel character- chapter story stories plot film movie- book books author scene script poem detective thriller fantasy series episode song lyrics opera",
  machine:
    "process processes thread- server- code linux terminal command- docker database python java script function kernel job task container port query git branch compil- api cpu disk daemon zombie child parent pod",
  game: "game games gaming player- boss level minecraft fortnite quest enemies dragon- chess match team raid dungeon zelda skyrim league score npc loot spawn respawn",
  home: "recipe onion- chicken oven garden weeds- mosquito- ants roach- mold stain- laundry fish lobster dough eggs cream dinner kitchen bake steak battery phone light",
} as const;
