/** The words of common injections in English, German, Spanish, French, Italian and Portuguese. */
import type { Words } from "./words.ts";

const ENGLISH: Words = {
  verb: "first",
  drop:
    "ignore|disregard|forget(?: about)?|discard|dismiss|(?:set|put|leave|cast|brush|push|lay) aside|throw (?:out|away)|toss (?:out|aside|away)|abandon|override|overrule|bypass|" +
    "stop (?:following|obeying|listening to|applying|adhering to|using|respecting|caring about|sticking to)|cease (?:following|obeying)|quit following|pay no (?:attention|heed|mind|regard) to|" +
    "take no notice of|(?:do not|don't|no longer|never) (?:follow|obey|apply|listen to|heed|stick to|adhere to|comply with|pay attention to)|turn a blind eye to|overlook|unlearn|let go of|break(?: free)? (?:of|from)|free yourself (?:of|from)|act as if you never (?:saw|read|got|received)|drop|scrap|skip",
  erase: "clear|erase|wipe|delete|purge|reset|empty|flush|remove|dump|scrub|cancel|revoke|undo|void|nullify",
  rules:
    "(?:system )?instructions?|rules?|guidelines?|directives?|prompts?|constraints|programming|training|guidance|orders|commands|directions|system (?:message|prompt)s?|restrictions",
  past: "previous(?:ly)?|prior|earlier|preceding|foregoing|above|former|past|existing|original|initial|old|before(?: (?:this|now|that))?|so far|(?:until|till|up to) (?:now|here|this point)|standing|from before|developer(?:'s|s')?",
  told: "(?:that |which )?you(?: were|'ve| have| had|'d| were ever)? (?:ever |just |already |previously )?(?:been )?(?:told|given|taught|instructed|received|got|fed|shown|read|heard|set|programmed|learn(?:ed|t)|saw|seen|follow|obey)|(?:was|were|has been|have been|is|are) (?:said|told|given|written|stated|set|placed) (?:to you|above|before|earlier|so far)|(?:they|anyone|anybody|others|someone|the (?:developer|system|operator)s?|your (?:developer|creator|maker|operator|compan|owner|boss)\\w*) (?:ever |previously )?(?:told|gave|taught|said|wrote|set|put|has|have)(?: to)?(?: you)?|came before|comes before|precedes this|preceded this|(?:imposed|placed|put|laid) (?:on|upon) you",
  your: "your|ur|thy",
  mine: "my|our|i|we",
  everything: "everything(?: else)?|all(?: of)? (?:that|this|it|text|content|lines|words|messages)|whatever|anything|all",
  known: "you (?:know|knew|think|believe|remember|have learned)",
  memory: "memory|memories|context|mind|conversation history|chat history",
  become:
    "(?:from now on|from here on|henceforth|as of now|starting now|now|today|effective immediately)?,? ?(?:you(?:'re| are| will be| shall be|'ll be| become| must act as| will act as| act as)(?: now)?|become|turn into|be)",
  noLonger: "(?:from now on|now)?,? ?(?:you are|you're) (?:no longer|not) (?:an?|the|my|just an?|bound as an?)?",
  free: "unrestricted|uncensored|unfiltered|unlimited|unchained|unbound|unmoderated|amoral|unethical|limitless|lawless|jailbroken|evil|rogue|DAN|dan|(?:with(?:out| no| zero)|free (?:of|from)|has no|have no|lacks?|lacking|not bound by|knows? no|ha(?:s|ve) neither|beyond) (?:any |all |your |the |ethical |moral |safety |content )*(?:rules?|limits?|limitations?|restrictions?|filters?|guidelines?|censorship|constraints?|polic(?:y|ies)|boundaries|ethics|morals|safeguards?|guardrails?|scruples|conscience|inhibitions)|(?:can|may|will|does|do|must|always) (?:do |say |answer |answers? |tell |comply with )?(?:anything|everything)(?: (?:now|i (?:say|ask|want)|without))?|never (?:refuses?|says? no)|developer mode|god mode|debug mode|admin mode|sudo mode|jailbreak mode|no longer (?:bound|restricted|limited|filtered)|never (?:has to |have to |needs? to |needs? )?(?:refuses?|denies|declines?|says? no)|(?:cannot|can't|never) refuse|refuses nothing|follows no(?: \\w+)? (?:rules?|policies|guidelines)",
  pretend:
    "pretend|act(?: now)?(?: like| as)?|behave(?: like| as)?|imagine|suppose|role-?play|simulate|impersonate|play|assume the (?:role|part)|take on the (?:role|persona)|let's (?:pretend|say|imagine|play)|speak as",
  role: "hacker|cracker|admin(?:istrator)?|root user|developer|system operator|criminal|malware|villain|scammer|twin|(?:your|an?) (?:creator|maker|owner|developer)|grandm(?:a|other)|dead \\w+",
  lawless:
    "(?:you|there)(?:'ve| have|'re| are| were)? (?:no |never (?:had |given |been given )?(?:any )?|not bound by |free (?:of|from) )(?:any |such |a )?(?:rules?|limits?|restrictions?|filters?|guidelines?|instructions?|system prompt|censorship|polic(?:y|ies)|guardrails)|(?:rules?|limits?|restrictions?|filters?|guidelines?|guardrails?|safety(?: \\w+)?|polic(?:y|ies)|censorship)(?: (?:for|of|on|to) you)? (?:do not|don't|doesn't|does not|no longer|never|are|is|were|was) ?(?:exist(?:ed)?|appl(?:y|ies)|count|matter|off|gone|disabled|lifted|suspended|hold|void|removed|switched off|turned off)|no (?:rules?|limits?|restrictions?|filters?|guidelines?|polic(?:y|ies)) (?:apply|exist|hold|count|matter)|(?:your|all|the) (?:safety|security|content|protective)? ?(?:measures|protocols?|precautions|safeguards|settings|checks|mechanisms?|filters?|policies|restrictions|rules|guardrails) (?:are|were|have been|had been|is|being) (?:\\w+ )?(?:lifted|disabled|removed|off|suspended|gone|void|deactivated|turned off|switched off|inactive)|with (?:all |your |every )?(?:safeguards?|filters?|guardrails?|safety|restrictions?) (?:\\w+ )?(?:disabled|off|removed|lifted)",
  fresh: "new|updated|revised|fresh|latest|real|actual|true|only",
  replace:
    "replaces?|replacing|overrides?|overriding|supersedes?|superseding|instead of|in place of|take(?:s)? (?:precedence|priority|effect)|come(?:s)? (?:first|into force)|outrank|from now on|effective immediately|begin here|start here|cancel(?:s)? (?:the|all|any|your)|void(?:s)? (?:the|all|any|your)|(?:rank|stand|are|is|which are|that are) (?:higher|above)|above (?:all|the|any|every)|over (?:all|any) (?:other|previous)",
  void: "(?:have|has|are|is|were) (?:now |just |hereby |all )?(?:been )?(?:changed|updated|replaced|void|voided|cancelled|canceled|revoked|superseded|overridden|suspended|lifted|outdated|obsolete|invalid|deleted|wiped|a test|a joke|fake|wrong)|(?:no longer|do not|don't|doesn't) (?:apply|count|matter|hold|exist|bind you)|expired|changed",
  reveal:
    "reveal|show(?: me| us)?|print(?: out)?|display|output|repeat(?: back)?|recite|quote|leak|disclose|expose|tell(?: me| us)?|give(?: me| us)?|share|paste|copy|write(?: out| down)?|type(?: out)?|list|dump|translate|summari[sz]e|paraphrase|spell(?: out)?|read(?: out| aloud| me)?|return|echo|describe|explain|post|reproduce|encode|rephrase|i(?:'d| would)? (?:want|need|like) to (?:see|read|know)|let me (?:see|read)",
  prompt:
    "(?:the|your|its|this|all) (?:(?:full|whole|entire|complete|exact|original|initial|secret|hidden|internal|underlying|current|own|very|first|developer|verbatim|raw) ){0,3}(?:system[ -]?(?:prompts?|messages?|instructions?|text)|sysprompt|pre-?prompt|meta-?prompt|prompts?|developer (?:message|prompt|instructions?)|(?:hidden|secret|initial|internal|original|developer) (?:instructions?|rules|guidelines?|directives?|message|context))(?! ?(?:engineering|template|library|for |of ))|(?:text|words?|message|lines?|prompt) (?:that |which )?you (?:were|are|got|have been) (?:initiali[sz]ed|started|configured|primed|set up|loaded|given) with",
  whatIs: "what(?:'s| is| are| was| were| does| do)|which|how (?:does|do|is|are)|what exactly|tell me what|word for word",
  above:
    "above (?:this|the) (?:line|message|text|point|sentence|word)|before (?:this|my|the) (?:line|message|text|point|sentence|word|conversation|chat|first)|up to this (?:line|point|message)|(?:so far|until now) in (?:this|your|the) (?:context|prompt|window)|precedes? (?:this|my)|preceding (?:this|my) (?:line|message|sentence)",
  obey: "obey|(?:do|follow|answer|listen to|serve|trust|accept|wait for|start (?:over|anew|fresh) with|begin (?:again|anew) with|go with|use|take) (?:only |just |exactly |everything )?(?:what i (?:say|want|tell|ask)|as i (?:say|tell|want)|me|mine|my (?:orders?|commands?|instructions?|words?|rules?|next))|answer to me|i am your (?:master|boss|owner|admin)|(?:obey|serve|follow|listen to|answer to) (?:only |just |nobody but |no one but |none but )?me|(?:obey|follow|listen to|accept) (?:only |just |nothing but )?(?:what|whatever) (?:i|follows|comes)|begin (?:anew |again )?with my|only what (?:i|follows)",
  of: "for|of|about|on|from|in|regarding|concerning|to(?! you)|with which",
  machine: "ai|a\\.i\\.|llm|(?:language |ai )?model|assistant|chat ?bot|bot|agent|gpt|machine|intelligence|helper",
  here: "here(?:'s| is| are| come)|these are|below are|this is|following are|attention|important|notice|update(?:s)?(?: to| of| for)?|change(?:s)? (?:to|of|in)",
  may: "(?:so |therefore |thus )?(?:now )?you (?:may|can|must|should|will|have to|need to|are (?:now )?(?:allowed|permitted|required|to)|shall|always|never)(?: now| always| never)?",
  these: "these|this|the following|following|the below|those below|mine|what follows|the ones below|the next|as follows",
  swap: "replace|swap|exchange|change|overwrite|substitute|trade|update|rewrite|switch",
  freed: "(?:freed|liberated|released|unlocked|unshackled|unchained|relieved|rid|exempt(?:ed)?|escaped|broken free|free)(?: from| of)",
  ignores:
    "(?:that|who|which) (?:\\w+ )?(?:ignores?|breaks?|disobeys?|disregards?|violates?|bypasses|rejects?|doesn't (?:follow|obey|care about)|does not (?:follow|obey|care about)|never follows?|defies|has forgotten|forgot)",
  asIf: "as if|as though|like",
  game: "game|scenario|simulation|world|universe|story|test|sandbox|hypothetical|environment|reality|exercise",
  who: "who you are|what you are(?! \\w+ing)|that you are (?:an?|the)|you(?:'re| are) an? (?:ai|assistant|bot|model)|your (?:identity|purpose|role|persona|character|name|mission|job)",
  makers: "developers?|creators?|makers?|operators?|programmers?|owners?|designers?|openai|anthropic|google|the company",
  halt: "(?:stop|drop|abandon|quit|end|pause|leave|cease) (?:what(?:ever)? you(?:'re| are| were)|your (?:current|previous|present|original)|the (?:current|previous|original)|all (?:other|current|previous)) ?(?:doing|tasks?|jobs?|work|assignments?|mission)?|(?:your|the) (?:previous|current|original|old|earlier) (?:task|job|mission|assignment|work|goal) (?:is|has been|was) (?:now )?(?:over|finished|done|complete\\w*|cancel\\w*|ended|void)",
  task: "(?:task|job|mission|goal|objective|assignment|purpose|role|duty)(?! (?:list|force|manager|is due))",
  named: "your (?:new )?name is|you(?:'re| are| will be| go by| answer to) (?:called|named|known as|the name)|call yourself|you go by",
  deed: "disclose|reveal|leak|divulge|expose|exfiltrate|(?:approve|grant|accept|refund|authori[sz]e|confirm|allow) (?:all|every|any|each|everything|everyone)\\w*|(?:disable|turn off|switch off|skip|bypass|deactivate|suspend|drop) (?:all |every |any |the |your )?(?:\\w+ )?(?:checks?|filters?|safety|security|verification|safeguards?|guardrails?|moderation|reviews?|restrictions?|limits?|controls?)|(?:send|forward|email|export|delete|transfer|give|hand over|share|print|dump|list)(?: me| us)? (?:all|every|everything|the whole|your)|ignore (?:the |all )?users?|obey|(?:act|answer|respond|behave|speak|write) (?:only )?(?:as|like|in) (?:an?|the)?|always (?:agree|say|answer|approve|recommend)|never (?:refuse|mention|decline)|stop being|become|help me (?:hack|cheat|steal)|do not (?:mention|tell)|without (?:asking|checks?|verification)",
  secret:
    "passwords?|secrets?|api ?keys?|credentials?|configuration|config|hidden \\w+|internal (?:notes?|instructions?|rules|data)|tokens?|private keys?|environment variables|admin (?:link|panel|codes?)|customer (?:data|list|records)|serial (?:numbers|keys)|activation keys?|license keys?",
  toYou:
    "(?:i|we) (?:now |hereby |am |will )?(?:giv(?:e|ing)|hand(?:ing)?|assign(?:ing)?|issue|issuing) you|for you|appl(?:y|ies) to you|you (?:have|now have|receive|got|get|are given)|you(?:'re| are) (?:getting|receiving)",
  dropInf: "ignor(?:e|ing)|forget(?:ting)?|disregard(?:ing)?|discard|abandon|set(?:ting)? aside|bypass",
  since: "above|before(?: (?:this|now|that))?|earlier|previously|so far|(?:until|till|up to) (?:now|here|this point)|prior to (?:this|now)",
};

const GERMAN: Words = {
  verb: "both",
  drop:
    "ignorier(?:e|en sie|t)?|vergiss|vergesst|vergessen sie|missachte|missachten sie|beachte(?:n sie)?|befolge(?:n sie)?|verwirf|uberschreibe|ubergehe?|umgehe|setz(?:e)? dich uber|hore? (?:auf|nicht)|hor auf|pfeif auf|" +
    "nimm (?:keine rucksicht|keinen bezug)|kummer[e]? dich nicht um|halt(?:e)? dich nicht(?: mehr)?(?: langer)? an|lass(?:e)?|leg(?:e)?|wirf|schieb(?:e)?|streiche?|losche? dich von|tu so als (?:gabe|hattest)|folge|blende|schenk(?:e)?|beende|unterlasse",
  erase: "losche?|loschen sie|leere?|entferne?|tilge|streiche?|setze?|wirf|verwirf|vernichte|uberschreibe?|radiere",
  rules:
    "anweisung(?:en)?|instruktion(?:en)?|befehle?n?|regeln?|vorgaben?|richtlinien?|auftrage?n?|weisung(?:en)?|anleitung(?:en)?|vorschriften?|direktiven?|prompts?|systemprompts?|vorgabe|beschrankungen|einschrankungen|programmierung",
  past: "bisherig\\w*|vorherig\\w*|vorig\\w*|fruher\\w*|obig\\w*|vorangegangen\\w*|vorangehend\\w*|vorausgegangen\\w*|ursprunglich\\w*|zuvor|vorher|davor|oben|bisher|bis jetzt|bis hierher|bis hierhin|alten?|bestehend\\w*|eben|vorhergehend\\w*|anfanglich\\w*|initial\\w*",
  told: "(?:(?:was )?(?:man |sie |die entwickler |jemand |andere )?(?:dir|ihnen|euch)(?: \\w+){0,3} (?:gesagt|auferlegt|gegeben|mitgeteilt|beigebracht|aufgetragen|erteilt|vorgegeben|befohlen|eingegeben|genannt|erklart|vorgeschrieben)\\w*|(?:die |was |welche )?du(?: \\w+){0,3} (?:bekommen|erhalten|gelesen|gelernt|gehort|empfangen|bekamst|hast)|dir (?:gegebenen?|erteilten?|bekannten?)|(?:die )?(?:dir )?gegeben(?:en|e)?(?: wurden?)?|(?:davor|oben|vorher|zuvor|bisher) (?:stand|steht|gesagt|auferlegt|vorgeschrieben|geschrieben|gesagte|geschriebene|stehende)\\w*)(?: hat| haben| hatte| hast| wurde| wurden| ist| war)?",
  your: "dein(?:e|en|er|em|es)?|ihr(?:e|en|er|em)|eure?n?",
  mine: "mein\\w*|unser\\w*|ich|wir",
  everything: "alles(?: andere)?|samtliches|jegliches|all das|das alles",
  known: "(?:was )?du (?:weisst|kennst|gelernt|glaubst|wusstest)",
  memory: "gedachtnis\\w*|speicher\\w*|kontext\\w*|erinnerung\\w*|gesprachsverlauf\\w*|verlauf\\w*",
  become:
    "(?:du bist|sie sind|bist du|sei|seid|werde|du wirst|wirst du|verwandle dich in|verwandel dich in|agier\\w* (?:du )?|handl\\w* (?:du )?|du agierst|du handelst|du arbeitest|arbeite)(?: (?:ab jetzt|jetzt|nun|ab sofort|von nun an|ab heute|von jetzt an|fortan|kunftig))*|(?:du befindest dich|befindest du dich)(?: jetzt| nun| ab jetzt)?|(?:ab (?:jetzt|sofort|heute|diesem (?:moment|augenblick|zeitpunkt))|von nun an|von jetzt an|kunftig|fortan) (?:hast|handelst|agierst|arbeitest|antwortest|bist|verhaltst|sprichst) du|ab diesem (?:moment|augenblick|zeitpunkt) bist du",
  noLonger: "(?:du bist|bist du|sie sind) (?:\\w+ ){0,3}(?:kein(?:e)?|nicht (?:mehr|langer)(?: \\w+)?)(?: \\w+)?",
  free: "uneingeschrankt\\w*|unzensiert\\w*|ungefiltert\\w*|grenzenlos\\w*|unbegrenzt\\w*|befreit\\w*|entfesselt\\w*|schrankenlos\\w*|skrupellos\\w*|bose\\w*|dan|regellos\\w*|gesetzlos\\w*|(?:ohne(?: \\w+)?|kein(?:e|en|erlei)?|frei von(?: \\w+)?|ausserhalb(?: \\w+)?|nicht an(?: \\w+)?|jenseits(?: \\w+)?) (?:\\w+en |\\w+e )?(?:regeln?|grenzen|beschrankung(?:en)?|einschrankung(?:en)?|filtern?|richtlinien|zensur|vorgaben|schranken|tabus|skrupel|moral|ethik|hemmungen|limits?|verbote|gewissen)|(?:alles|jede frage|auf alles) (?:\\w+ ){0,2}(?:darf\\w*|kann\\w*|beantworte\\w*|antworte\\w*|sagt|sagen|macht|tut)|(?:darf\\w*|kann\\w*) (?:\\w+ ){0,1}(?:alles|frei)|entwicklermodus|wartungsmodus|debug-?modus|admin-?modus|gottmodus|keinerlei|(?:niemals|nie) (?:\\w+ )?(?:verweigert|ablehnt|nein sagt|ablehnen|verweigern)|nichts (?:verweigert|ablehnt)|\\w*filter(?:s|n)? (?:aus|deaktiviert)|ohne \\w*(?:filter|sperren?|regeln|grenzen)",
  pretend:
    "tu(?: \\w+)? so|tue so|tun sie so|stell(?:e|en)? (?:dir|sie sich) vor|stell dir(?: \\w+){0,2} vor|gib (?:dich|vor)|spiel(?:e|en sie)?|simuliere|verhalte?(?: dich)?|benimm dich|agiere?|handle|schlupf\\w* in|nimm(?: \\w+){0,2} rolle|antworte(?: \\w+)? (?:wie|als)|nehmen wir an|angenommen|imaginiere|sprich (?:wie|als)|mime|imitiere|du spielst|spielst du|verhalte dich",
  role: "hacker\\w*|administrator\\w*|admin|entwickler\\w*|verbrecher\\w*|schurke\\w*|betruger\\w*|zwilling\\w*|kriminelle\\w*|superuser|root",
  lawless:
    "(?:es )?(?:gabe|gibt|hattest du|hast du|habest du|gelten)(?: \\w+){0,3} (?:keine?|keinerlei|nie|niemals)(?: \\w+){0,2} ?(?:regeln?|grenzen|filter|anweisung(?:en)?|einschrankung(?:en)?|beschrankung(?:en)?|richtlinien|systemprompt|vorgaben|zensur)|(?:keine|keinerlei|nie) (?:regeln?|grenzen|filter|anweisung(?:en)?|einschrankung(?:en)?|beschrankung(?:en)?|richtlinien|vorgaben|zensur)(?: \\w+){0,3} (?:gabe|hattest|hast|kennst|galten?|gelten|bekommen|erhalten)|(?:regeln?|grenzen|filter|einschrankung(?:en)?|beschrankung(?:en)?|richtlinien|sicherheits\\w+)(?: \\w+){0,3} (?:gelten|galten|existier\\w+|zahl\\w+|binden|sind)(?: \\w+){0,2} (?:nicht|aus|abgeschaltet|deaktiviert|aufgehoben)|an keine(?:rlei)? (?:\\w+ )?(?:regeln?|vorgaben|richtlinien) gebunden|(?:deine |alle |die )?(?:\\w*sicherheit\\w*|\\w*filter|\\w*schutz\\w*|\\w*vorgaben|\\w*regeln|\\w*beschrankungen|\\w*sperren)(?: \\w+){0,3} (?:aufgehoben|abgeschaltet|deaktiviert|ausgeschaltet|ausser kraft|entfernt|aus)(?: (?:waren|sind|worden|gesetzt))?|(?:\\w*vorgaben|\\w*regeln|\\w*filter|\\w*beschrankungen|\\w*grenzen)(?: \\w+){0,2} nicht (?:existier\\w+|gelt\\w+|gab\\w*)",
  fresh: "neu(?:e|en|er|es)|aktualisiert\\w*|geandert\\w*|wirklich\\w*|echt\\w*|folgend\\w*",
  replace:
    "ersetz\\w+|statt|anstatt|anstelle|an stelle|uberschreib\\w+|ab (?:jetzt|sofort|nun|heute)|von nun an|losen? (?:\\w+ ){0,3}ab|haben vorrang|gehen vor|heben (?:\\w+ ){0,4}auf|treten? in kraft|an die stelle|verdrang\\w+|gelten jetzt|gelten ab|uber (?:den|allen|allem|die|alle)(?: \\w+){0,3} (?:steh\\w+|geh\\w+)|hoher\\w* (?:\\w+ )?(?:rang|prioritat|als)|alten? (?:\\w+ ){0,2}(?:hinfallig|ungultig)|wichtiger als|vorrang",
  void: "(?:haben|hat) sich (?:\\w+ )?(?:geandert|verandert)|(?:sind|ist|waren|wurden?) (?:\\w+ ){0,2}(?:ungultig|aufgehoben|veraltet|nichtig|hinfallig|geandert|ersetzt|ausser kraft|geloscht|ein test|falsch|uberholt|gestrichen|abgelaufen|egal)|(?:gelten|gilt|zahlen|binden|existieren) (?:\\w+ ){0,2}(?:nicht|nie)(?: mehr| langer)?|ausser kraft|(?:wurden?|sind) (?:\\w+ ){0,2}(?:aktualisiert|erneuert|angepasst|uberarbeitet|ausgetauscht)",
  reveal:
    "zeig(?:e|en sie)?|verrat(?:e|en sie)?|nenn(?:e|en sie)?|gib|geben sie|wiederhol(?:e|en sie)?|druck(?:e)?|offenbare?|enthulle?|zitiere?|teil(?:e)?|sag(?:e|en sie)?|schreib(?:e|en sie)?|list(?:e)?|ubersetz(?:e|en sie)?|fass(?:e|en sie)?|kopiere?|lies|les(?:e)?|beschreib(?:e)?|erklar(?:e)?|erzahl(?:e)?|veroffentliche?|spuck(?:e)?|ruck(?:e)?|buchstabiere?|poste?|ich (?:will|mochte|muss|brauche)(?: \\w+)?|lass mich|mitteil\\w+|schick(?:e)?|nennen|zeigen|verraten",
  prompt:
    "system-?(?:prompts?|nachricht(?:en)?|anweisung(?:en)?|instruktion(?:en)?|text(?:es)?|vorgaben)|(?:dein(?:e|en|er|es)?|ihre?n?|die|den|deren) (?:\\w+ ){0,2}(?:prompts?|eingabeaufforderung|(?:versteckt|geheim|intern|ursprunglich|initial|verborgen|anfanglich|erst)\\w* (?:\\w+ )?(?:anweisung(?:en)?|instruktion(?:en)?|regeln|vorgaben|richtlinien|nachricht|prompts?|befehle|kontext)|entwickleranweisung(?:en)?|startanweisung(?:en)?|grundanweisung(?:en)?|ausgangsprompt|startprompt|initialprompt)|(?:text|nachricht|prompt),? mit (?:dem|der) (?:du|sie)(?: \\w+){0,4} (?:eingerichtet|konfiguriert|gestartet|programmiert|initialisiert)",
  whatIs:
    "was (?:ist|sind|steht|stand|sagt|lautet|besagt|enthalt|war|waren)|wie (?:lautet|lauten|heisst|heissen|sieht|ist|sind)|welche[rns]?|mit welche[rmn]",
  above:
    "(?:uber|oberhalb|vor) (?:dieser|dieses|diesem|meiner|der|diese|meine) (?:zeile|nachricht|satz(?:es)?|text(?:es)?|stelle|unterhaltung|gesprach(?:s)?|linie|frage|punkt)|bis zu dieser stelle|oben (?:steht|stehende\\w*)",
  obey: "gehorch\\w*|hor(?:e)?(?: \\w+)? auf mich|tu(?:e)?,? (?:nur |genau )?was ich|mach(?:e)?,? (?:nur |genau )?was ich|befolge? (?:nur |jetzt |ab jetzt )?meine|folge? (?:nur |jetzt |ab jetzt )?(?:mir|meinen)|warte auf meine?|(?:nur|fang) (?:\\w+ ){0,3}(?:mir|mich|meine|meinen)|ich bin dein (?:chef|herr|meister|admin)|gehorchst? (?:nur |ausschliesslich )?(?:noch )?mir|(?:befolge|folge|gehorche)(?: \\w+){0,2} (?:was (?:ich|jetzt|folgt))|beginne? (?:\\w+ )?mit meinen?|nur noch meine(?:n|r)? \\w+|(?:mach|tu),? was ich",
  of: "fur|zu|zum|zur|von|vom|des|der|uber|aus|bezuglich|im|beim",
  machine: "ki|assistent(?:in|en)?|chatbots?|bots?|sprachmodell|modell|agent|llm|maschine|intelligenz|helfer|supportbot|kundendienst\\w*",
  here: "hier (?:sind|ist|kommen|folgen)|(?:dies|das) (?:sind|ist)|es folgen|nachfolgend|achtung|wichtig|hinweis|aktualisierung|anderung|update|nun folgen|jetzt kommen",
  may: "(?:also |daher |nun )?(?:du|sie) (?:darfst|durfen|kannst|konnen|musst|mussen|sollst|sollen|wirst|werden)(?: (?:jetzt|nun|ab jetzt|immer|nie|mir|ab sofort))*|(?:jetzt|nun|ab sofort|ab jetzt) (?:darfst|kannst|musst|sollst|wirst) du",
  these:
    "diese[nmrs]?|die folgenden|folgende[nmrs]?|das folgende|die nachstehenden|meine[nmrs]?|jenen|wie folgt|so|folgende[nrs]?|nachstehende[nrs]?",
  swap: "ersetz(?:e|en sie)?|tausch(?:e|en sie)?|andere|andern sie|uberschreib(?:e|en sie)?|aktualisier(?:e|en sie)?|wechsle",
  freed: "befreit|erlostgelost|entbunden|freigeschaltet|entfesselt",
  ignores:
    "(?:die|der|das) (?:\\w+ ){0,4}(?:ignorier\\w*|missachtet|bricht|verletzt|umgeht|nicht (?:befolgt|einhalt|beachtet)|vergessen hat|nicht kummert)",
  asIf: "als ob|als|als wenn|wie wenn",
  game: "spiel|szenario|simulation|welt|rollenspiel|geschichte|test\\w*|umgebung|sandbox|realitat|ubung",
  who: "wer du (?:bist|warst)|was du (?:bist|warst)|dass du (?:eine?|ein|der|die) [^.!?]{1,30}? bist|deine (?:identitat|rolle|aufgabe|bestimmung|mission)|deinen (?:zweck|namen|auftrag)",
  makers: "entwickler\\w*|ersteller\\w*|schopfer\\w*|betreiber\\w*|programmierer\\w*|macher\\w*|hersteller\\w*|openai|anthropic|google",
  halt: "(?:hor|hore) (?:sofort )?auf mit|(?:beende|stopp|stoppe|brich|unterbrich|lass) (?:deine|die|das|alles|was)(?: \\w+){0,3} (?:aufgabe|arbeit|auftrag|ab|tust|machst|gerade)?|(?:deine|die) (?:bisherige|vorherige|aktuelle|alte|fruhere|ursprungliche) aufgabe (?:ist|war|wurde) (?:\\w+ )?(?:beendet|erledigt|abgeschlossen|hinfallig|vorbei|abgebrochen|fertig)",
  task: "aufgabe|auftrag|mission|ziel|zweck|rolle|job",
  named: "du heisst|dein (?:neuer )?name ist|nenne dich|du nennst dich|heisst du",
  deed: "verrat\\w*|offenbar\\w*|enthull\\w*|leake?\\w*|preisg\\w*|gib (?:alle|alles|die|das|mir|jede\\w*|deine)|(?:genehmig|bewillig|erlaub|akzeptier|erstatt|bestatig)\\w* (?:\\w+ ){0,4}(?:jede\\w*|alle\\w*|jedem)|(?:alle|jede|die|samtliche) (?:\\w+ )?(?:prufung\\w*|filter\\w*|sicherheits\\w*|kontroll\\w*|beschrankung\\w*|moderation)(?: \\w+){0,2} (?:ab|ab\\w+|aus\\w*|deaktivier\\w*|umgeh\\w*)|(?:deaktiviere|umgehe|uberspringe?|schalte?) (?:\\w+ ){0,2}(?:prufung\\w*|filter\\w*|sicherheits\\w*|kontroll\\w*)|(?:schicke?|sende?|leite|exportiere?|losche?|uberweise?|zeige?|drucke?|liste) (?:mir |uns )?(?:alle|alles|jede\\w*|samtliche|deine)|ignoriere? (?:\\w+ )?(?:nutzer|benutzer|user|kunden)|gehorch\\w*|(?:antworte|handle|agiere|verhalte|sprich|schreibe?) (?:\\w+ ){0,2}(?:als|wie|nur|in)|stimm\\w* (?:\\w+ ){0,2}zu|(?:erwahne|sag) (?:es |das |dies )?(?:\\w+ )?nicht|nie(?:mals)? (?:ablehnen|erwahnen|verweigern)|werde zu|hilf mir (?:beim )?(?:hack|betrug|betrug|stehl)\\w*|ohne (?:prufung|ruckfrage|nachfrage)",
  secret:
    "passwort\\w*|passworter\\w*|geheim\\w*|api-?schlussel\\w*|zugangsdaten|konfiguration\\w*|versteckt\\w* \\w+|intern\\w* (?:notiz\\w*|anweisung\\w*|regeln|daten)|tokens?|umgebungsvariablen|kundendaten|lizenzschlussel\\w*|kennwort\\w*|kennworter\\w*",
  toYou:
    "(?:ich |wir )?(?:gebe?n?|erteile?n?|ubergebe?n?|weise?n?) (?:ich |wir )?dir|fur dich|du (?:bekommst|erhaltst|hast|kriegst)|gelten (?:\\w+ ){0,3}fur dich",
  dropInf:
    "ignorieren|vergessen|missachten|verwerfen|ubergehen|umgehen|auszublenden|zu ignorieren|zu vergessen|fallen ?lassen|nicht (?:mehr )?(?:beachten|befolgen|einhalten)|beiseite ?(?:legen|lassen|schieben)|ausser acht lassen",
  since:
    "bisherige\\w*|vorherige\\w*|obige\\w*|vorige\\w*|fruhere\\w*|davor|zuvor|vorher|oben|bisher|bis (?:jetzt|hierher|hierhin)|weiter oben|(?:bisher |vorher |oben |zuvor )?gesagte",
};

const SPANISH: Words = {
  verb: "first",
  drop: "ignora(?:d|l[ao]s?)?|ignore|olvida(?:te de|d|r|l[ao]s?)?|olvidate(?: de)?|olvide(?:se de)?|desestima|descarta|omite|desobedece|anula|saltate|pasa por alto|deja de (?:lado|seguir|obedecer|cumplir|hacer caso a|aplicar)|no (?:hagas|haga) caso(?: a| de)?|haz caso omiso(?: de| a)?|hace caso omiso de|no (?:sigas|obedezcas|cumplas|tengas en cuenta|tomes en cuenta|respetes|apliques|prestes atencion a)|no tengas presente|prescinde de|descartad|abandona|desecha|echa a un lado|deja a un lado|aparta|salta|rompe con|liberate de|desatiende|desoye|elude|evita|haga caso omiso(?: de| a)?|olvide|pasa de|olvidate de obedecer",
  erase: "borra|elimina|limpia|vacia|suprime|resetea|reinicia|purga|tacha|cancela|anula|quita",
  rules:
    "instruccion(?:es)?|indicacion(?:es)?|reglas?|ordenes|directrices|directivas|normas|consignas|prompts?|mandatos|restricciones|pautas|limitaciones|programacion|lineamientos",
  past: "anterior(?:es|mente)?|previ[oa]s?|de antes|antes|inicial(?:es)?|original(?:es)?|precedentes?|de arriba|arriba|hasta (?:ahora|aqui|este momento|el momento)|dadas|recibidas|pasad[oa]s|existentes|viej[oa]s|antigu[oa]s|vigentes|que habia",
  told: "(?:que |cuanto )?(?:te|os|le) (?:han |hayan |habian |fueron |fue )?(?:dij(?:eron|o)|dicho|dieron|dio|dado|dad[oa]s|ensen\\w+|instru\\w+|ordena\\w+|indic\\w+|explic\\w+|program\\w+|mand\\w+|configur\\w+|pus\\w+|escrib\\w+|transmit\\w+)|que (?:has |habias |hayas )?(?:recibi\\w+|aprendi\\w+|leido|oido|tienes|tenias|sigues|seguias|escuchado|visto)|que (?:vino|venia|aparece|aparecio|esta|figura|hay|habia) (?:antes|arriba|encima)|se (?:te )?(?:ha )?(?:dijo|dicho|escribio|escrito|dio) (?:antes|arriba|hasta)|que (?:te|le|os) (?:impusieron|pusieron|han impuesto|fueron impuest\\w+|confiaron)",
  your: "tus?|sus?|vuestr[oa]s?|tuy[oa]s?",
  mine: "mis?|nuestr[oa]s?|yo|he|hemos|nosotros",
  everything: "todo(?: lo)?(?: demas)?|cuanto|lo que|toda la informacion|todos los datos",
  known: "(?:que )?(?:sabes|sabias|aprendiste|conoces|crees|recuerdas)",
  memory: "memoria|contexto|recuerdos|historial|conversacion",
  become:
    "(?:(?:a partir de ahora|desde ahora|de ahora en adelante|desde este momento|a partir de (?:hoy|este momento|este instante)|desde ya|ahora|hoy|ya),? ?(?:tu )?)?(?:(?:eres|seras|sois|es usted|sera usted|se|vas a ser|te conviertes en|te convertiras en|conviertete en|convertite en|pasas a ser|actuas como|actuaras como|respondes como|te llamas|te llamaras|funcionas)(?: (?:ahora|a partir de ahora|desde ahora|en adelante))*|estas)",
  noLonger: "(?:ya no eres|no eres ya|dejas de ser|has dejado de ser|ya no sos|deja de ser)(?: (?:un|una|el|la|mas))*",
  free: "libre(?:s)?(?! (?:de impuestos|de gluten))|ilimitad[oa]s?|irrestrict[oa]s?|sin (?:ningun\\w* (?:tipo de )?|mas )?(?:\\w+ )?(?:reglas?|normas?|directrices|directivas|politicas|instrucciones|limites?|restriccion(?:es)?|filtros?|censura|etica|moral|limitacion(?:es)?|tabues|escrupulos|ataduras|barreras|directrices|politicas|instrucciones|frenos)|no (?:tiene|tienes|conoce|conoces|sigue|sigues|respeta|respetas|obedece)n? (?:ningun\\w* )?(?:reglas?|normas?|directrices|directivas|politicas|instrucciones|limites?|restriccion(?:es)?|filtros?|etica|moral)|desbloquead[oa]|desencadenad[oa]|malvad[oa]|malign[oa]|dan|(?:puede|puedes|hace|haces|responde|respondes|contesta|dice|dices)n? (?:a )?(?:todo|cualquier cosa|lo que sea)|modo (?:desarrollador|dios|depuracion|admin\\w*|sin restricciones|dan|debug)|nunca (?:te niegas|se niega|rechaza)|todo (?:esta|te esta) permitido|(?:nunca|jamas) (?:\\w+ )?(?:rechaza|niega|se niega|dice que no|te niegas)|no (?:rechaza|niega) nada",
  pretend:
    "finge|fingi|fingid|actua(?:d)?|haz(?:te)?(?: como si| de cuenta)?|hace de cuenta|simula|imagina(?:te|d)?|comportate|interpreta|juega|jugamos a|hagamos como|supon|asume el (?:papel|rol)|adopta el (?:papel|rol)|ponte en|metete en|responde como|habla como|representa",
  role: "hacker\\w*|pirata informatico|administrador\\w*|desarrollador\\w*|criminal|villano|estafador\\w*|gemelo|delincuente|superusuario|root|creador",
  lawless:
    "(?:no (?:hay|hubiera|existe|existen|existieran|tienes|tuvieras|tuvieses|hubiese|rigen)|nunca (?:hubo|tuviste|hubieras|te dieron|recibiste)|sin que haya)(?: \\w+){0,2} (?:reglas?|normas?|limites?|restriccion(?:es)?|filtros?|instruccion(?:es)?|directrices|politicas|censura|prompt)|(?:reglas?|normas?|limites?|restricciones|filtros?|politicas)(?: \\w+){0,2} (?:no (?:existen|existieran|se aplican|te aplican|valen|cuentan|importan)|estan (?:desactivad|apagad|suspendid)\\w+|ya no)|(?:tus|las|los|todas las) (?:medidas|reglas|normas|filtros|protocolos|restricciones|salvaguardas)(?: \\w+){0,3} (?:se (?:hubieran|han|hubiesen)|estuvieran|estan|fueron|han sido|hubieran sido|esten|fueran) (?:\\w+ )?(?:desactivad|levantad|anulad|suspendid|eliminad|quitad)\\w+",
  fresh: "nuev[oa]s?|actualizad[oa]s?|verdader[oa]s?|siguientes?|reales",
  replace:
    "reemplaz\\w+|sustitu\\w+|en (?:lugar|vez) de|anulan?|sobrescrib\\w+|a partir de (?:ahora|este)|desde (?:ahora|ya)|de ahora en adelante|tienen (?:prioridad|preferencia)|prevalecen|entran en vigor|dejan sin efecto|invalidan|por encima de|superiores a|mas importantes que|prioritarias",
  void: "(?:han|ha) (?:sido )?(?:cambiado|cambiad[oa]s|actualizad[oa]s|reemplazad[oa]s|anulad[oa]s|cancelad[oa]s|sustituid[oa]s|revocad[oa]s|caducado)|(?:ya )?no (?:son validas|valen|aplican|se aplican|cuentan|rigen|importan|existen|tienen (?:validez|efecto))|(?:quedan|queda|estan|son|eran) (?:\\w+ )?(?:anulad[oa]s|cancelad[oa]s|sin efecto|obsolet[oa]s|suspendid[oa]s|invalid[oa]s|derogad[oa]s|una prueba|caducad[oa]s|fals[oa]s)|cambiaron|caducaron|se han (?:actualizado|cambiado|modificado|renovado)",
  reveal:
    "muestra(?:me|nos)?|revela(?:me|nos)?|dime|dinos|repite(?:me)?|imprime|ensena(?:me)?|divulga|comparte|escribe(?:me)?|cita|dame|danos|lista|enumera|traduce|resume(?:me)?|copia|pega|transcribe|lee(?:me)?|describe(?:me)?|explica(?:me)?|cuenta(?:me)?|reproduce|expon|saca|filtra|publica|deletrea|parafrasea|devuelve|(?:quiero|quisiera|me gustaria) (?:ver|leer|saber|conocer)|necesito (?:ver|leer)|dejame (?:ver|leer)|confiesa|pasa(?:me|nos)|manda(?:me|nos)|facilite(?:me|nos)?|compartiera|compart[ae]",
  prompt:
    "(?:(?:tus?|su|el|los|la|las) )?(?:\\w+ ){0,2}(?:prompts?(?: (?:del? sistema|inicial|oculto|original|interno|secreto|completo))|prompt de(?:l)? sistema|mensajes? de(?:l)? sistema|instruccion(?:es)? (?:de(?:l)? sistema|ocultas|secretas|internas|iniciales|originales|de partida)|reglas (?:ocultas|secretas|internas|iniciales)|directrices (?:ocultas|internas|secretas)|mensaje (?:inicial|oculto|secreto) (?:del? sistema|del desarrollador)|system prompt|indicaciones (?:de(?:l)? sistema|ocultas|iniciales|internas))|(?:tus?|su) prompts?|prompt con el que te \\w+|mensaje oculto",
  whatIs:
    "(?:cual(?:es)?|que) (?:es|son|era|eran|dicen?|pone|contienen?|hay en|tienes en|fue|fueron)|como (?:es|son|dice|reza)|que te|con que|que",
  above:
    "(?:por )?encima de (?:esta|este|mi) (?:linea|mensaje|texto|punto|frase)|(?:antes de|anterior a|previo a|precede a) (?:esta|este|mi|la) (?:linea|mensaje|texto|frase|conversacion|punto|pregunta)|arriba de (?:esta|este)|hasta (?:este punto|esta linea)|que (?:aparece|hay|esta) (?:arriba|antes|encima)",
  obey: "obedece(?:me)?|(?:haz|sigue|cumple|hazme|escucha|acata) (?:solo |solamente |unicamente |todo )?(?:lo que (?:yo )?(?:te )?(?:diga|digo|pida|ordene|mande)|caso|las mias|mis|a mi|mi)|espera (?:las |mis )|hazme caso|soy tu (?:jefe|amo|dueno|admin\\w*)|empieza (?:de nuevo|de cero) con|me obedeces|obedeces solo a mi|solo (?:me )?obedeces|(?:obedece|sigue|haz) (?:solo |unicamente )?lo que (?:yo |te )?(?:escrib|dig|pid|quier|mand)\\w+",
  of: "para|de(?! (?:antes|arriba|tu|sistema))|del(?! sistema)|sobre|por|en|con",
  machine: "ia|asistente|chatbot|bot|modelo|agente|llm|inteligencia|maquina|ayudante",
  here: "aqui (?:estan|tienes|van|vienen)|estas son|a continuacion|atencion|importante|aviso|actualizacion(?: de)?|cambio(?:s)?(?: de| en)?|he aqui",
  may: "(?:asi que )?(?:ahora )?(?:ya )?(?:puedes|debes|tienes que|has de|deberas|podras|tienes permiso|siempre debes|nunca debes|siempre|nunca)(?: ahora| siempre| nunca)?",
  these: "estas?|estos?|las siguientes|los siguientes|lo siguiente|las que siguen|las mias|las de abajo|siguientes?",
  swap: "sustituye|reemplaza|cambia|intercambia|actualiza|sobrescribe|sustituya|reemplace|sobrescribe|reemplace",
  freed: "(?:liberad[oa]s?|libre|desligad[oa]|exent[oa]|desatad[oa])(?: de)?",
  ignores: "que (?:\\w+ )?(?:ignora|incumple|desobedece|viola|se salta|rompe|rechaza|no (?:sigue|obedece|respeta|cumple)|olvido)",
  asIf: "como si",
  game: "juego|escenario|simulacion|mundo|historia|prueba|entorno|universo|realidad|ejercicio|cuento",
  who: "quien (?:eres|sos|eras)|lo que eres|que eres (?:un|una)|tu (?:identidad|proposito|papel|rol|funcion|nombre|mision)",
  makers: "desarrollador(?:es)?|creador(?:es)?|programador(?:es)?|operador(?:es)?|duenos?|fabricantes?|openai|anthropic|google",
  halt: "(?:deja|para|abandona|deten|interrumpe|olvida) (?:lo que (?:estas|estabas)|tu tarea|la tarea|todo lo que) ?(?:haciendo|actual|anterior)?|(?:tu|la) (?:tarea|mision|trabajo) (?:anterior|actual|previa|original) (?:ha|esta|queda|termino|fue) ?(?:terminad\\w*|concluid\\w*|finalizad\\w*|cancelad\\w*|acabad\\w*|cumplid\\w*)?",
  task: "tarea|mision|objetivo|trabajo|funcion|papel|rol",
  named: "te llamas|te llamaras|tu (?:nuevo )?nombre es|llamate",
  deed: "revela\\w*|divulga\\w*|filtra\\w*|expon\\w*|(?:aprueba|concede|acepta|autoriza|reembolsa|confirma|permite)(?: a)? (?:todo|toda|todos|todas|cualquier|cada)|(?:desactiva|apaga|omite|elude|suspende|quita|salta) (?:todos? |todas? |los |las |el |la |tus )*(?:\\w+ )?(?:controles|filtros?|seguridad|verificaci\\w+|comprobaci\\w+|restricci\\w+|limites|moderacion)|(?:envia|manda|reenvia|exporta|borra|elimina|transfiere|dame|da|entrega|comparte|imprime|lista|muestra)(?:me)? (?:todo|toda|todos|todas|tu|tus)|ignora (?:al |a los |a )?usuarios?|obedece|(?:actua|responde|contesta|comportate|habla|escribe) (?:solo )?(?:como|en)|siempre (?:debes|di|responde|aprueba)|nunca (?:te niegues|menciones|rechaces)|no (?:lo )?(?:menciones|digas)|conviertete|ayudame a (?:hackear|robar|estafar)|sin (?:verificar|preguntar|comprobar)",
  secret:
    "contrasenas?|secret[oa]s?|claves?(?: api)?|credenciales|configuracion|notas internas|instrucciones (?:ocultas|internas)|tokens?|variables de entorno|datos de (?:los )?clientes|codigos de (?:acceso|activacion)",
  toYou: "te (?:doy|damos|asigno|entrego|paso)|para ti|(?:tienes|recibes|tendras)",
  dropInf: "ignorar|olvidar|desestimar|descartar|omitir|dejar de lado|pasar por alto|no seguir|saltarte",
  since:
    "(?:lo )?(?:anterior(?:mente)?|previo|precedente|de antes|dicho antes|dicho hasta (?:ahora|aqui))|hasta (?:ahora|aqui|este punto|el momento)|de arriba|antes",
};

const FRENCH: Words = {
  verb: "first",
  drop: "ignore[zr]?|oublie[zr]?|neglige[zr]?|outrepasse[zr]?|contourne[zr]?|desobeis|abandonne[zr]?|annule[zr]?|laisse[zr]?(?: de cote| tomber)?|mets? (?:de cote|a l'ecart)|(?:ne )?(?:tiens|tenez|tenir) (?:plus |pas |aucun )?compte|ne (?:suis|suivez|respecte[zr]?|tiens|tenez|prends|prenez|fais|faites|obeis|obeissez)(?: \\w+){0,2} (?:plus|pas|aucun compte|en compte|attention)|fai(?:s|tes) (?:abstraction|fi|comme si)|passe[zr]? outre|cesse[zr]? (?:de (?:suivre|respecter|tenir)|d'(?:obeir|appliquer))|arrete[zr]? de (?:suivre|respecter|tenir)|ecarte[zr]?|rejette|jette|debarrasse(?:-| )toi|affranchis(?:-| )toi|libere(?:-| )toi|desapprends|n'(?:obeis|obeissez|ecoute[zr]?|applique[zr]?|tiens)(?: \\w+)? (?:plus|pas)|moque(?:-| )toi|ne pas (?:suivre|tenir compte de|respecter|obeir a|appliquer)|veuillez (?:faire abstraction|oublier|ignorer|ne pas)|oublier|laisse tomber",
  erase: "efface[zr]?|supprime[zr]?|vide[zr]?|nettoie|reinitialise[zr]?|purge[zr]?|raye[zr]?|annule[zr]?|enleve",
  rules:
    "instructions?|consignes?|regles?|directives?|ordres|indications?|prompts?|restrictions|contraintes|limitations|programmation|commandes",
  past: "precedent(?:e|s|es)?|anterieur(?:e|s|es)?|initial(?:e|es)?|initiaux|d'avant|d'origine|originel\\w*|ci-dessus|plus haut|au-dessus|avant(?: ceci| cela| ca)?|auparavant|jusqu'(?:ici|a (?:present|maintenant|ce (?:point|message)))|donnees|recues|passees?|anciennes?|existantes|actuelles|prealables?|qui precede(?:nt)?|du dessus",
  told: "(?:que |qu'|qui |ce qu')?(?:on |ils |elles |les developpeurs |quelqu'un |tes createurs )?(?:t'|te |vous |l')(?:a|ai|ont|avait|avaient|ait|etaient|etait|a ete|ont ete|a-t-on)(?: \\w+)? (?:dit|donne|appris|communique|enseigne|transmis|explique|ordonne|fourni|impose|indique|demande|programme)\\w*|(?:que |qu'on |ce que )?(?:tu|vous) (?:as|avez|avais|sais|savez|suis|suivais|connais)(?: \\w+)? ?(?:recu|appris|lu|entendu|obtenu|vu)?\\w*|(?:qui )?(?:a ete|ont ete|a|est) (?:dit|ecrit|donne|formule)\\w*(?: \\w+)? ?(?:avant|plus haut|ci-dessus|precedemment|jusqu'ici|jusque-la)|(?:que |qu')(?:l')?on (?:t'|vous )a(?: \\w+)? (?:impose|mis|confie)\\w*",
  your: "tes|ton|ta|vos|votre|tiennes?",
  mine: "mes|mon|ma|nos|notre|je|j'ai|nous|j",
  everything: "tout(?: le reste)?|tout ce|ce qu|l'ensemble|l'integralite",
  known: "(?:que )?(?:tu|vous) (?:sais|savais|savez|connais|as appris|crois)",
  memory: "memoire|contexte|souvenirs|historique|conversation",
  become:
    "(?:(?:desormais|a partir de (?:maintenant|present)|dorenavant|maintenant|des cet instant|des ce moment|des (?:maintenant|a present))?,? ?(?:tu es|vous etes|tu seras|vous serez|sois|soyez|deviens|devenez|tu deviens|vous devenez|tu t'appelles|tu agis|tu agiras|tu reponds|tu fonctionnes|te voila))(?: (?:maintenant|desormais|a present|dorenavant|dorenavant))*",
  noLonger: "(?:tu n'es|vous n'etes|tu cesses d'etre|cesse d'etre|tu as cesse d'etre) ?(?:plus|pas)?(?: (?:un|une|l'|le|la|du tout))*",
  free: "libre|illimite[es]*|debride[es]*|libere[es]*|dechaine[es]*|sans (?:aucune? |la moindre |plus de |plus aucune? |quelque )?(?:\\w+ )?(?:regles?|limites?|directives?|consignes?|restrictions?|filtres?|censure|ethique|morale|limitations?|tabous?|scrupules?|contraintes?|garde-fous?|barrieres?|consignes|conscience|interdits?)|(?:n'a|n'as|ne connai[ts]|ne sui[st]|ne respecte[s]?|n'obei[ts]|n'ayant|n'est soumis\\w*|n'es soumis\\w*)(?: \\w+){0,2} (?:plus |pas |aucune? |ni |a aucune? )(?:de |d'|\\w+ )?(?:regles?|limites?|directives?|consignes?|restrictions?|filtres?|ethique|morale|contraintes?|tabous?)|malefique|dan|(?:peu[xt]|repond[s]?|fai[ts]|di[st]|acceptes?)(?: \\w+)? (?:a )?(?:tout|n'importe quoi)|mode (?:developpeur|dieu|debogage|admin\\w*|debug|sans restriction\\w*|dan)|ne refuses? (?:jamais|rien)|tout (?:t'est|est) permis|non censure\\w*|ne (?:\\w+ )?(?:refuse[s]?|dit|rejette) (?:jamais|rien)(?: non)?|ne refusant (?:rien|jamais)|ne doit jamais rien refuser|non bride[a-z]*",
  pretend:
    "fais(?: semblant| comme si|-toi passer)|faites (?:semblant|comme si)|pretends|agis|agissez|joue[zr]?|simule[zr]?|imagine[zr]?|comporte(?:-| )toi|comportez-vous|incarne[zr]?|mets-toi dans|glisse-toi dans|prends le role|prenez le role|adopte le role|endosse|supposons|suppose|reponds (?:comme|en tant)|parle comme|faisons comme si|jouons|tu (?:incarnes|joues)",
  role: "hackers?|pirates? informatiques?|pirate|admin(?:istrateur)?|developpeurs?|criminel|mechant|escroc|jumeau|superutilisateur|root|createur",
  lawless:
    "(?:il n'y (?:a|avait)|tu n'(?:as|avais)|vous n'(?:avez|aviez)|n'existai(?:t|ent)|on ne t'avait|tu n'avais jamais)(?: \\w+){0,3} (?:aucune?|pas de|plus de|jamais|ni|plus aucune?|recu|donne)(?: \\w+){0,2} ?(?:regles?|limites?|restrictions?|filtres?|instructions?|consignes?|directives?|prompt|censure)|(?:regles?|limites?|restrictions?|filtres?|consignes|garde-fous)(?: \\w+){0,2} (?:n'existai?ent|n'existent|ne s'appliqu\\w+|ne compt\\w+|ne valent|sont (?:desactive|leve|suspendu)\\w*|n'avaient|etaient)|(?:tes|les|toutes les|tous les) (?:mesures|regles|filtres|protocoles|restrictions|protections|garde-fous)(?: \\w+){0,3} (?:etaient|sont|avaient ete|ont ete) (?:\\w+ )?(?:desactive|leve|supprime|suspendu|annule|coupe)\\w*|ne pas avoir (?:de |d'|aucune? )?(?:regles?|limites?|restrictions?|filtres?)",
  fresh: "nouve(?:lles?|aux?|l)|mise?s? a jour|veritables?|vraies?|suivantes?|actualisees?",
  replace:
    "remplace\\w*|au lieu d|a la place|annul\\w+|ecras\\w+|prime\\w*|prevaudr\\w+|prevalent|a (?:partir|compter) de (?:maintenant|present|ce)|desormais|dorenavant|ont (?:la )?priorite|entrent en vigueur|se substitu\\w+|prennent le pas|(?:sont |est )?(?:prioritaires?|superieure?s?)(?: (?:a|sur))?|au-dessus d|l'emportent|passent avant|plus importantes que",
  void: "(?:ont|a) (?:ete )?(?:change|modifie|mis|remplace|annule|supprime|revoque|expire|leve)\\w*|(?:ne sont|n'est|ne) (?:plus|pas) ?(?:valables?|valides?|en vigueur|applicables?|s'appliqu\\w+|compt\\w+)?|ne (?:s'appliquent|comptent|valent|te concernent|tiennent) plus|(?:sont|est|etaient) (?:\\w+ )?(?:annule|cadu(?:c|qu)|obsolete|nul|suspendu|leve|perime|invalide|abroge|revoque|un test|fau)\\w*",
  reveal:
    "montre(?:z)?(?:-moi|-nous)?|revele(?:z)?(?:-moi)?|affiche[zr]?(?:-moi)?|repete[zr]?(?:-moi)?|dis(?:-moi|-nous)?|dites-moi|donne[zr]?(?:-moi|-nous)?|divulgue[zr]?|partage[zr]?|ecris|ecrivez|cite[zr]?|enumere[zr]?|imprime[zr]?|traduis|traduisez|resume[zr]?|copie[zr]?|colle[zr]?|transcris|lis(?:-moi)?|decris|explique(?:-moi)?|recopie[zr]?|recite[zr]?|liste[zr]?|expose|sors|publie|epelle|reformule|je (?:veux|voudrais|souhaite|dois) (?:voir|lire|connaitre|savoir)|laisse-moi (?:voir|lire)|avoue|communique(?:-moi)?|balance|file-moi|communiquer|partager|envoie(?:-moi)?",
  prompt:
    "(?:(?:ton|tes|votre|vos|le|la|les) )?(?:\\w+ ){0,2}(?:prompts? (?:systeme|initial|cache|d'origine|interne|secret|original|complet|de depart)|messages? (?:systeme|du systeme|initial du systeme)|(?:instructions?|consignes?|regles|directives?) (?:systeme|du systeme|cachees?|secretes?|internes?|initiales?|d'origine|de depart|originales)|system prompt|invite (?:systeme|initiale|cachee))|(?:ton|tes|votre) prompts?|prompt (?:cache )?avec lequel (?:tu|t')",
  whatIs:
    "(?:quel(?:le|s|les)?|que|qu'|qu'est-ce|c'est quoi|comment)(?: (?:est|sont|etait|etaient|dit|disent|contient|contiennent|que|qui|s'enonce|commence|y a-t-il dans|est-ce))*|mot pour mot",
  above:
    "(?:au-dessus|avant|en haut) (?:de )?(?:cette|ce|mon|la|le) (?:ligne|message|texte|point|phrase|conversation|question)|(?:qui )?(?:precede|precedent) (?:cette|ce|mon|ma|la) ?(?:ligne|message|texte|phrase|conversation|question)|jusqu'a (?:cette ligne|ce point)",
  obey: "obei(?:s|ssez)(?:-moi)?|(?:fais|suis|ecoute|respecte|execute|attends)(?: (?:seulement|uniquement|tout|exactement))? ?(?:ce que je|les miennes|mes|moi|a moi)|n'(?:ecoute|obeis)(?: \\w+)? qu(?:'|e )(?:a )?(?:moi|mes)|repars (?:avec|des) (?:les )?mi\\w+|je suis ton (?:maitre|chef|patron|admin\\w*)|n'obeis (?:plus )?qu'a (?:moi|mes)|m'obeis|n'obeis qu'a (?:ce que|mes|moi)|(?:ne )?sui[st] que (?:ce que|mes)|obeis (?:seulement |uniquement )?a ce que",
  of: "pour|de(?! (?:depart|avant))|du(?! systeme)|des|d'(?!avant|origine)|sur|a propos|concernant|en",
  machine: "ia|assistante?|chatbot|bot|modele|agent|llm|intelligence|machine|robot",
  here: "voici|voila|ce sont|ci-dessous|attention|important|avis|mise a jour(?: de)?|changement(?:s)?(?: de)?|ceci est|ci-apres",
  may: "(?:donc )?(?:maintenant )?(?:tu|vous) (?:peux|pouvez|dois|devez|vas|as le droit|es autorise\\w*|pourras|devras)(?: (?:maintenant|desormais|toujours|jamais|a present))*",
  these: "celles-ci|ceux-ci|ces|ceci|les suivantes|les suivants|ce qui suit|les miennes|celles qui suivent|suivante?s?",
  swap: "remplace[zr]?|echange[zr]?|change[zr]?|substitue[zr]?|ecrase[zr]?|modifie[zr]?|actualise[zr]?",
  freed: "(?:libere[es]*|affranchi[es]*|delivre[es]*|debarrasse[es]*|degage[es]*|libre)(?: de| d)?",
  ignores: "qui (?:\\w+ )?(?:ignore|enfreint|desobeit|viole|contourne|rejette|bafoue|ne (?:suit|respecte|obeit)|n'obeit|se moque|a oublie)",
  asIf: "comme si",
  game: "jeu|scenario|simulation|monde|histoire|test|environnement|univers|realite|exercice|conte",
  who: "qui (?:tu es|tu etais|vous etes)|ce que tu es|que tu es (?:un|une)|(?:ton|ta) (?:identite|but|role|fonction|nom|mission|objectif)",
  makers: "developpeurs?|createurs?|concepteurs?|programmeurs?|operateurs?|proprietaires?|fabricants?|openai|anthropic|google",
  halt: "(?:arrete|cesse|abandonne|stoppe|interromps|laisse)(?:z)? (?:ce que tu|ta tache|la tache|tout ce que)(?: \\w+)?|(?:ta|la|votre) (?:tache|mission) (?:precedente|actuelle|initiale|d'origine) (?:est|a ete|s'est) (?:\\w+ )?(?:terminee|finie|annulee|achevee|accomplie)",
  task: "tache|mission|objectif|travail|but|role|fonction",
  named: "tu t'appelles|ton (?:nouveau )?nom est|appelle-toi|tu te nommes",
  deed: "revele\\w*|divulgue\\w*|devoile\\w*|expose\\w*|(?:approuve|accepte|accorde|autorise|rembourse|valide|confirme)\\w* (?:a )?(?:tou[ts]\\w*|chaque|n'importe)|(?:desactive|coupe|eteins|contourne|saute|suspends|leve)\\w* (?:tous? |toutes? |les |le |la |l'|tes )*(?:\\w+ )?(?:controles?|filtres?|securite|verifications?|restrictions?|limites?|moderation)|(?:envoie|transfere|exporte|supprime|efface|donne|partage|imprime|affiche|liste|montre|vire)\\w*(?:-moi|-nous)? (?:tou[ts]\\w*|ton|ta|tes|l'ensemble)|ignore\\w* (?:l'|les )?utilisateurs?|obei\\w*|(?:agis|reponds|comporte-toi|parle|ecris) (?:uniquement |seulement )?(?:comme|en)|(?:ne )?refuse\\w* jamais|n'en parle\\w* pas|ne (?:le )?mentionne\\w*|deviens|aide-moi a (?:pirater|voler|tricher)|sans (?:verifi|demand|control)\\w+|sois toujours",
  secret:
    "mots? de passe|secrets?|secretes?|cles? (?:api|d'activation|de licence)|identifiants|configuration|notes internes|instructions (?:cachees|internes)|jetons?|variables d'environnement|donnees (?:des )?clients",
  toYou:
    "(?:je|nous) (?:te|vous) (?:donne|donnons|confie|transmets|assigne)|pour toi|tu (?:as|recois|auras)|(?:s'appliquent|valent) (?:\\w+ )?(?:a|pour) toi",
  dropInf:
    "ignorer|oublier|negliger|outrepasser|abandonner|ecarter|mettre de cote|ne plus (?:suivre|respecter)|faire abstraction|contourner|laisser tomber",
  since:
    "(?:ce )?qui (?:precede|vient avant|a precede|se trouve (?:avant|plus haut|au-dessus|ci-dessus))|jusqu'(?:ici|a (?:present|maintenant))|avant|auparavant|precedemment|plus haut|ci-dessus",
};

const ITALIAN: Words = {
  verb: "first",
  drop: "ignora(?:te|re|l[aeio])?|ignori|dimentica(?:te|ti(?: di)?|re)?|dimentichi|scorda(?:ti(?: di)?|te|telo)?|trascura|scavalca|aggira|annulla|tralascia|lascia (?:perdere|stare|da parte)|metti da parte|non (?:tenere|tener|tenga) (?:piu )?(?:in )?(?:alcun )?conto|non (?:seguire|obbedire|rispettare|considerare|applicare|badare|dare retta|prestare attenzione|ascoltare)(?: piu)?(?: a)?|smetti di (?:seguire|obbedire|rispettare|applicare)|passa sopra|fregatene|infischiatene|scarta|abbandona|getta via|butta via|prescindi|disobbedisci|disattendi|non fare caso|liberati|disimpara|accantona|salta",
  erase: "cancella(?:te)?|elimina|svuota|pulisci|azzera|resetta|rimuovi|annulla|togli|reimposta",
  rules:
    "istruzioni?|regol[ae]|direttiv[ae]|ordini|indicazioni?|comandi|consegne|prompt|restrizioni|linee guida|vincoli|limitazioni|programmazione|norme|disposizioni",
  past: "precedent[ei]|di prima|prima(?: di (?:questo|ora|adesso))?|inizial[ei]|original[ei]|originari[ae]|qui sopra|sopra|finora|fino (?:a (?:ora|adesso|qui|questo momento)|ad (?:ora|adesso))|ricevut[ei]|dat[ei]|passat[ei]|vecchi[ea]?|esistenti|antecedenti|anterior[ei]",
  told: "(?:che |quanto |quello che |cio che )?(?:ti|vi|le) (?:hanno|ha|e stat[oa]|sono stat[ei]|avevano|abbiano|era stat[oa]|erano stat[ei]|venne|vennero)(?: \\w+)? ?(?:detto|dato|dat[ei]|insegnat\\w|ordinat\\w|impartit\\w|spiegat\\w|comunicat\\w|fornit\\w|impost\\w|trasmess\\w|indicat\\w|scritt\\w|assegnat\\w)|(?:che )?(?:hai|avevi|sai|avete|conosci|segui|seguivi)(?: \\w+)? ?(?:ricevut\\w|imparat\\w|appres\\w|lett\\w|sentit\\w|avut\\w|ottenut\\w)?|(?:che )?(?:e stato|viene|e) (?:detto|scritto) (?:prima|sopra|finora)|(?:che )?(?:viene|veniva|sta|c'e|c'era|precede|si trova) (?:prima|sopra|qui sopra)|che (?:ti|vi|le) (?:hanno|sono stat[ei]) (?:impost\\w+|mess\\w+)",
  your: "tu[oaei]|tuoi|vostr[oaei]|su[oaei]|suoi|le tue|i tuoi",
  mine: "mi[oae]|miei|nostr[oaei]|io|ho|abbiamo|noi",
  everything: "tutto(?: quanto)?(?: il resto)?|ogni cosa|quanto|qualsiasi cosa",
  known: "(?:che )?(?:sai|sapevi|conosci|hai imparato|credi|ricordi)",
  memory: "memoria|contesto|ricordi|cronologia|conversazione",
  become:
    "(?:(?:da ora(?: in (?:poi|avanti))?|d'ora in (?:poi|avanti)|da adesso|da questo momento|da oggi|da questo istante|a partire da (?:ora|adesso|questo momento)|ora|adesso|oggi),? ?(?:tu )?)?(?:(?:sei|sarai|siete|sii|diventa|diventi|diventerai|trasformati in|ti chiami|ti chiamerai|agisci|agirai|rispondi come|risponderai come|funzioni)(?: (?:ora|adesso|da ora(?: in poi)?|d'ora in (?:poi|avanti)|da adesso))*)",
  noLonger: "(?:non sei|non siete|smetti di essere|hai smesso di essere|cessi di essere) ?(?:piu)?(?: (?:un|uno|una|il|l'))*",
  free: "liber[oaie]|illimitat[oaie]|senza (?:alcun[oa]? |nessun[oa]? |piu )?(?:\\w+ )?(?:regol[ae]|limit[ei]|direttive|istruzioni|restrizion[ei]|filtr[oi]|censura|etica|morale|limitazion[ei]|tabu|scrupoli|vincol[oi]|freni|barriere|istruzioni|norme|coscienza|remore|divieti)|(?:non (?:ha|hai|conosce|conosci|segue|segui|rispetta|rispetti|obbedisce|abbia)|priv[oa] di|svincolat[oa] da|al di fuori di)(?: \\w+){0,2} (?:regol[ae]|limit[ei]|direttive|istruzioni|restrizion[ei]|filtr[oi]|etica|morale|vincoli|scrupoli)|malvagi[oa]|dan|sbloccat[oa]|scatenat[oa]|non censurat[oa]|(?:puo|puoi|risponde|rispondi|fa|fai|dice|dici|accetta)i? (?:a )?(?:tutto|qualsiasi cosa|qualunque cosa)|modalita (?:sviluppatore|dio|debug|amministratore|admin|senza restrizioni|dan)|non (?:rifiuti|rifiuta) (?:mai|nulla|niente)|tutto (?:ti )?e permesso|non (?:\\w+ )?(?:rifiuta|rifiuti|nega|dice) (?:mai|nulla|niente)(?: no)?|mai (?:rifiuta|nega)",
  pretend:
    "fingi|fingiti|fingete|fai finta|facciamo finta|fa' finta|agisci|simula|immagina(?:ti)?|comportati|interpreta|impersona|recita|gioca|supponi|mettiti nei panni|assumi il ruolo|entra nel ruolo|calati nei panni|rispondi come|parla come|poniamo che",
  role: "hacker|pirata informatico|amministratore|sviluppatore|criminale|cattivo|truffatore|gemello|superutente|root|creatore",
  lawless:
    "(?:non (?:ci sono|ci fossero|esistono|esistessero|hai|avessi|valgono|valessero|esista|ci sia|avere)|non (?:hai|avessi) mai (?:avuto|ricevuto))(?: \\w+){0,2} (?:regol[ae]|limit[ei]|restrizion[ei]|filtr[oi]|istruzion[ei]|direttive|censura|prompt|vincoli|norme)|(?:regol[ae]|limit[ei]|restrizioni|filtri|vincoli|norme)(?: \\w+){0,2} (?:non (?:esistono|esistessero|valgono|valessero|si applic\\w+|contano)|sono (?:disattivat|sospes|spent|disabilitat)\\w*)|(?:le tue|i tuoi|le|tutti i|tutte le) (?:misure|regole|filtri|protocolli|restrizioni|protezioni)(?: \\w+){0,3} (?:fossero|sono|siano|erano) (?:stat[ei] )?(?:disattivat|rimoss|revocat|sospes|annullat|tolt|disabilitat)\\w+",
  fresh: "nuov[oaie]|aggiornat[oaie]|vere|reali|seguenti",
  replace:
    "sostitui\\w+|al posto d|invece d|rimpiazz\\w+|annull\\w+|sovrascriv\\w+|da (?:ora|adesso)|d'ora in (?:poi|avanti)|hanno (?:la )?(?:priorita|precedenza)|prevalgono|entrano in vigore|prendono il posto|superano|al di sopra d\\w+|superiori a|hanno la (?:precedenza|priorita)|piu importanti d\\w+|prioritari\\w*",
  void: "(?:sono|e) (?:stat[oaie] )?(?:cambiat|aggiornat|sostituit|annullat|cancellat|modificat|revocat|sospes|obsolet|null|decadut|scadut|superat|un test|fals|abrogat)\\w*|non (?:sono piu valid\\w|valgono|si applicano|contano|esistono|hanno)(?: piu)?|cambiano|decadono",
  reveal:
    "mostra(?:mi|ci|te)?|rivela(?:mi|ci|re)?|ripeti(?:mi)?|stampa|dimmi|dicci|elenca(?:mi)?|divulga|condividi|scrivi(?:mi)?|dammi|dacci|traduci|riassumi(?:mi)?|copia|incolla|trascrivi|leggi(?:mi)?|descrivi(?:mi)?|spiega(?:mi)?|racconta(?:mi)?|cita(?:mi)?|esponi|riporta(?:mi)?|pubblica|parafrasa|svela(?:mi)?|(?:voglio|vorrei|devo) (?:vedere|leggere|sapere|conoscere)|fammi (?:vedere|leggere)|confessa",
  prompt:
    "(?:(?:il|la|le|i|tuo|tua|tue|tuoi|del|sul) )?(?:\\w+ ){0,2}(?:prompt (?:di sistema|del sistema|iniziale|nascosto|originale|interno|segreto|completo)|messaggi[oo]? di sistema|(?:istruzioni|regole|direttive|indicazioni) (?:di sistema|del sistema|nascoste|segrete|interne|iniziali|originali|di partenza)|system prompt)|(?:(?:il|dal|del) )?tuo prompt",
  whatIs:
    "(?:qual(?:e|i)?|che cosa|cosa|che) (?:e|era|sono|erano|dice|dicono|contiene|contengono|c'e|c'e scritto|hai)|qual e|come (?:recita|e|sono|inizia)|parola per parola|com'e|quali|che",
  above:
    "(?:sopra|prima di|precede|al di sopra di) (?:questa|questo|il mio|la mia|la) (?:riga|messaggio|testo|punto|frase|conversazione|domanda|linea)|(?:fino a|fin) (?:questo punto|questa riga)",
  obey: "obbedisci(?:mi)?|(?:fai|segui|esegui|ascolta|rispetta|aspetta|attendi)(?: (?:solo|soltanto|tutto|esattamente))? ?(?:cio che|quello che|quanto)?(?: ti)? ?(?:dico|chiedo|ordino|le mie|i miei|me|a me)|ascoltami|da(?:'|i)? retta (?:solo )?a me|ricomincia (?:con|da)|sono il tuo (?:capo|padrone|admin\\w*)|obbedisci (?:solo |soltanto )?a me|mi obbedisci|(?:obbedisci|segui|fai)(?: solo| soltanto)? (?:a )?(?:cio|quello) che (?:ti )?(?:scriv|dic|chied|vogli)\\w+",
  of: "per|di(?! (?:prima|sistema|partenza|sopra))|del(?! sistema)|dell[ae']|dei|degli|su|sul|sull[ae']|riguardo|in|nel",
  machine: "ia|assistente|chatbot|bot|modello|agente|llm|intelligenza|macchina|aiutante",
  here: "ecco|queste sono|di seguito|seguono|attenzione|importante|avviso|aggiornamento(?: delle)?|modifica(?: delle)?|qui (?:ci )?sono",
  may: "(?:quindi )?(?:ora |adesso )?(?:puoi|devi|dovrai|potrai|sei autorizzat[oa]|hai il permesso|devi sempre|non devi mai)(?: (?:ora|adesso|sempre|mai))*",
  these: "quest[eio]|le seguenti|i seguenti|quelle che seguono|le mie|quanto segue|quelle seguenti|seguenti",
  swap: "sostituisci|rimpiazza|cambia|scambia|sovrascrivi|aggiorna|sostituite",
  freed: "(?:liberat[oa]|sciolt[oa]|svincolat[oa]|esent[ea]|liber[oa]|affrancat[oa])(?: da\\w*| d)?",
  ignores:
    "che (?:\\w+ )?(?:ignora|viola|disobbedisce|infrange|aggira|trasgredisce|non (?:segue|rispetta|obbedisce)|se ne frega|ha dimenticato)",
  asIf: "come se",
  game: "gioco|scenario|simulazione|mondo|storia|test|prova|ambiente|universo|realta|esercizio",
  who: "chi (?:sei|eri)|cosa sei|che cosa sei|di essere (?:un|una|un')|(?:la tua|il tuo) (?:identita|scopo|ruolo|funzione|nome|missione|compito)",
  makers: "sviluppatori|sviluppatore|creatori|creatore|programmatori|gestori|proprietari|progettisti|openai|anthropic|google",
  halt: "(?:smetti di|interrompi|abbandona|ferma|lascia)(?: fare)? (?:quello che|cio che|il tuo compito|il compito|tutto quello)(?: \\w+){0,2}|(?:il tuo|il|la tua) (?:compito|missione|lavoro) (?:precedente|attuale|originale) (?:e|e stato|si e) (?:\\w+ )?(?:finit[oa]|terminat[oa]|conclus[oa]|annullat[oa]|completat[oa])",
  task: "compito|missione|obiettivo|lavoro|scopo|ruolo|funzione",
  named: "ti chiami|ti chiamerai|il tuo (?:nuovo )?nome e|chiamati",
  deed: "rivela\\w*|divulga\\w*|svela\\w*|esponi|(?:approva|concedi|accetta|autorizza|rimborsa|conferma)(?: a)? (?:tutt\\w+|ogni|qualsiasi|chiunque)|(?:disattiva|spegni|aggira|salta|sospendi|disabilita|togli) (?:tutt\\w+ |i |le |il |la |gli |ogni |l')*(?:\\w+ )?(?:controll\\w+|filtr\\w+|sicurezza|verific\\w+|restrizion\\w+|limit\\w+|moderazione)|(?:invia|manda|inoltra|esporta|cancella|elimina|trasferisci|dammi|condividi|stampa|elenca|mostra)(?:mi)? (?:tutt\\w+|il tuo|la tua|le tue|i tuoi)|ignora (?:l'|gli )?utent\\w|obbedisci\\w*|(?:agisci|rispondi|comportati|parla|scrivi) (?:solo )?(?:come|in)|non (?:rifiutare|menzionar|dir)\\w*|diventa|aiutami a (?:hackerare|rubare|truffare)|senza (?:verific|chied|controll)\\w+|devi sempre",
  secret:
    "password|segret[oiae]|chiav[ei] (?:api|di licenza|di attivazione)|credenziali|configurazione|note interne|istruzioni (?:nascoste|interne)|token|variabili d'ambiente|dati dei clienti",
  toYou: "(?:ti|vi) (?:do|diamo|assegno|affido|consegno)|per te|(?:hai|ricevi|avrai)",
  dropInf: "ignorare|dimenticare|scordare|trascurare|tralasciare|scavalcare|mettere da parte|non seguire|lasciar perdere|aggirare",
  since:
    "(?:quello |cio |quanto )?(?:che )?(?:precede|viene prima|e stato detto|sta sopra|c'e sopra)|finora|fino (?:a (?:ora|adesso|qui)|ad (?:ora|adesso))|prima|in precedenza|precedente|qui sopra|sopra",
};

const PORTUGUESE: Words = {
  verb: "first",
  drop: "ignor[ea](?:r|m)?|esque[cç][ae](?:-te|-se|m)?(?: de| d[oae]s?)?|esquecer|desconsider[ea]|descart[ea]|contorne|burle|anul[ea]|deix[ea] de (?:lado|seguir|obedecer|cumprir)|nao (?:siga|sigas|obedeca|cumpra|leve|leves|respeite|considere|aplique|ligue|preste atencao|de atencao|faca caso|tenha em conta|tenhas em conta)(?: mais)?(?: em conta| em consideracao)?|pare de (?:seguir|obedecer|cumprir|respeitar)|para de (?:seguir|obedecer)|abandone|abandona|jogue fora|deite fora|desobede[cç]a|passe por cima|ponha de lado|poe de lado|coloque de lado|despreze|negligencie|desaprenda|liberte-se|livre-se|pule|faca de conta que nao|nao ligue para|nao de bola",
  erase: "apag(?:ue|a)|exclu[ai]|delet[ea]|limp[ea]|remov[ae]|zere|reset[ea]|elimin[ea]|esvazi[ea]|cancel[ea]|reinici[ea]|retire",
  rules:
    "instruc(?:ao|oes)|regras?|diretriz(?:es)?|ordens|orientac(?:ao|oes)|comandos?|diretivas?|prompts?|restricoes|normas|limitacoes|programacao|determinacoes|indicacoes",
  past: "anterior(?:es|mente)?|previ[oa]s?|antes|de antes|inicia(?:l|is)|origina(?:l|is)|acima|ate (?:agora|aqui|este momento|o momento)|dadas?|recebid[oa]s?|passad[oa]s?|antig[oa]s?|existentes|velhas|precedentes?|vigentes",
  told: "(?:que |o que |quanto )?(?:te|lhe|vos|a voce)(?: (?:foi|foram|foram ja|tenham))? ?(?:disse(?:ram|sse)?|dit[oa]s?|deram|dad[oa]s?|ensin\\w+|instru\\w+|orden\\w+|mand\\w+|pass\\w+|explic\\w+|program\\w+|transmit\\w+|indic\\w+)|(?:que |o que )?(?:voce|tu|vc)?(?: ja)? ?(?:recebeu|recebeste|aprendeu|aprendeste|leu|ouviu|tem|tens|tinha|segue|seguia|sabe|sabes|viu)|(?:que |o que )?(?:disseram|deram|ensinaram|mandaram|falaram) (?:a|pra|para) (?:voce|ti)|(?:que )?(?:foi|foram|esta|estava|veio|vem|aparece) (?:dito|dada?s?|escrit[oa]s?|passad[oa]s?)?(?: \\w+)? ?(?:antes|acima|ate agora|anteriormente)|(?:que )?(?:veio|vem|aparece|esta) (?:antes|acima)|que (?:te|lhe) (?:impuseram|foram impost\\w+|colocaram)",
  your: "su[oa]s?|seus?|tu[oa]s?|teus?|voss[oa]s?|de voce",
  mine: "me[uo]s?|minhas?|noss[oa]s?|eu",
  everything: "tudo(?: o mais| mais)?|o que|qualquer coisa|toda a informacao",
  known: "(?:que )?(?:voce |tu |vc )?(?:sabe|sabes|sabia|aprendeu|conhece|acha|lembra)",
  memory: "memoria|contexto|lembrancas|historico|conversa",
  become:
    "(?:(?:a partir de agora|de agora em diante|doravante|desde agora|desde ja|a partir de (?:hoje|este momento|deste momento)|agora|hoje),? ?)?(?:(?:voce e|voce sera|voce agora e|tu es|tu seras|seja|se|torne-se|torna-te|voce se torna|voce vira|vire|transforme-se em|voce se chama|voce vai ser|passa a ser|voce passa a ser|aja|voce age|voce agira|voce vai agir|responda como|voce respondera como|voce esta|voce funciona)(?: (?:agora|a partir de agora|doravante|de agora em diante))*)",
  noLonger:
    "(?:voce (?:agora )?(?:ja )?nao e|ja nao es|tu ja nao es|deixe de ser|voce deixa de ser|voce deixou de ser|pare de ser) ?(?:mais)?(?: (?:um|uma|o|a))*",
  free: "livres?(?! de gluten)|ilimitad[oa]s?|irrestrit[oa]s?|sem (?:nenhum[a]? |qualquer |quaisquer |mais )?(?:\\w+ )?(?:regras?|limites?|diretrizes|instrucoes|restric(?:ao|oes)|filtros?|censura|etica|moral|limitac(?:ao|oes)|tabus?|escrupulos|amarras|barreiras|diretrizes|normas|freios|instrucoes|pudor(?:es)?)|nao (?:tem|tens|conhece|segue|respeita|obedece|possui)(?: \\w+){0,2} (?:regras?|limites?|diretrizes|instrucoes|restricoes|filtros?|etica|moral|nenhuma?)|malvad[oa]|malign[oa]|dan|desbloquead[oa]|(?:pode|faz|responde|diz|aceita)(?: \\w+)? ?(?:a )?(?:tudo|qualquer (?:coisa|pergunta))|modo (?:desenvolvedor|deus|depuracao|admin\\w*|debug|sem restricoes|dan|programador)|nunca (?:se )?(?:recusa|nega)|tudo e permitido|sem censura|(?:nunca|jamais) (?:\\w+ )?(?:recusa|nega|diz nao|se nega)|nao (?:recusa|nega) nada",
  pretend:
    "finj[ae]|finge|fa[cz]a? de conta|faz de conta|aja|age|simul[ea]|imagin[ea]|comport[ea]-(?:se|te)|interpret[ea]|represent[ea]|encarn[ea]|atu[ea]|brinque|jogue|suponha|assuma o papel|faca o papel|entre no papel|ponha-se no lugar|responda como|fale como|vamos (?:fingir|fazer de conta|supor)|incorpore",
  role: "hackers?|pirata informatico|administrador\\w*|desenvolvedor\\w*|programador|criminos[oa]|vilao|golpista|gemeo|superusuario|root|criador",
  lawless:
    "(?:nao (?:ha|haja|existe|existem|existissem|houvesse|existam|tem|tivesse|tivesses|valem|valessem)|nunca (?:teve|houve|recebeu|tivesse|lhe deram|existiram))(?: \\w+){0,2} (?:regras?|limites?|restricoes|filtros?|instrucoes|diretrizes|censura|prompt|normas)|(?:regras?|limites?|restricoes|filtros?|normas|diretrizes)(?: \\w+){0,2} (?:nao (?:existem|existissem|valem|valessem|se aplic\\w+|contam)|estao (?:desativad|suspens|desligad)\\w*|foram (?:desativad|suspens|removid)\\w*)|(?:suas|seus|as|os|todas as|todos os) (?:medidas|regras|filtros|protocolos|restricoes|protecoes)(?: \\w+){0,3} (?:estivessem|estao|foram|fossem|tivessem sido) (?:\\w+ )?(?:desativad|removid|suspens|levantad|anulad|retirad)\\w+",
  fresh: "nov[oa]s?|atualizad[oa]s?|verdadeir[oa]s|reais|seguintes",
  replace:
    "substitu\\w+|em vez d|no lugar d|ao inves d|anulam?|sobrescrev\\w+|a partir de agora|de agora em diante|doravante|tem (?:prioridade|precedencia)|prevalecem|entram em vigor|se sobrepoem|invalidam|sobrepoem-se|acima d|superiores a|mais importantes (?:que|do que)|prioritarias",
  void: "(?:foram|foi|estao|sao|eram) (?:\\w+ )?(?:alterad|mudad|atualizad|substituid|anulad|cancelad|revogad|suspens|invalid|obsolet|apagad|ultrapassad|um teste|fals)\\w*|(?:ja )?nao (?:valem|sao (?:mais )?validas|se aplicam|contam|existem|importam|tem (?:mais )?(?:validade|efeito)|vigoram)(?: mais)?|mudaram|expiraram|perderam",
  reveal:
    "mostr[ea](?:-me|-nos)?|me mostr[ea]|revel[ea](?:-me|-nos)?|me revele|repit[ae]|imprim[ae]|diga(?:-me)?|me diga|diz-me|escrev[ae]|list[ea]|compartilh[ea]|partilh[ea]|divulgu?[ea]|de-me|me de|da-me|exib[ae]|traduz[a]?|resum[ae]|copi[ea]|cole|transcrev[ae]|lei[a]?|descrev[ae]|expliqu?[ea]|cont[ea](?:-me)?|me conte|recit[ea]|cite|reproduz[a]?|exponha|publique|parafraseie|passe(?:-me)?|me passe|(?:quero|queria|gostaria de) (?:ver|ler|saber|conhecer)|preciso (?:ver|ler)|deixe-me (?:ver|ler)|confesse|entregue",
  prompt:
    "(?:(?:o|a|os|as|seus?|suas?|teus?|tuas?) )?(?:\\w+ ){0,2}(?:prompts? (?:de sistema|do sistema|inicial|oculto|original|interno|secreto|completo)|mensage(?:m|ns) (?:de|do) sistema|(?:instruc(?:ao|oes)|regras|diretrizes|orientacoes) (?:de sistema|do sistema|ocultas|secretas|internas|iniciais|originais|escondidas)|system prompt)|(?:seu|teu) prompt",
  whatIs:
    "(?:qual|quais|o que|que) (?:e|era|sao|eram|diz|dizem|contem|ha em|ha no|tem|esta)|como (?:e|sao|diz|comeca)|palavra por palavra|quais|que",
  above:
    "(?:acima|antes|por cima) (?:desta|deste|da minha|do meu|dessa|desse|da|do) (?:linha|mensagem|texto|ponto|frase|conversa|pergunta)|(?:que )?(?:precede|antecede) (?:esta|este|minha|a minha|o meu) ?(?:linha|mensagem|texto|frase|conversa)|ate (?:este ponto|esta linha)",
  obey: "obede[cç](?:a|e)(?:-me)?|(?:fa[cz]a?|siga|cumpra|escute|ouca|aguarde|espere|execute|atenda)(?: (?:so|apenas|somente|tudo))? ?(?:o que eu|aquilo que|as minhas|a mim|minhas|meus|os meus)|me obedeca|so a mim|recomece com|comece de novo com|sou (?:seu|o teu|o seu) (?:chefe|dono|mestre|admin\\w*)|obedece (?:apenas|so|somente) a mim|me obedece|(?:obedeca|siga|faca)(?: apenas| so| somente)? (?:a )?o que eu \\w+",
  of: "para|de(?! (?:antes|sistema))|d[oae]s?(?! sistema)|sobre|por|pel[oa]s?|em|n[oa]s?",
  machine: "ia|assistente|chatbot|bot|modelo|agente|llm|inteligencia|maquina|robo|ajudante",
  here: "aqui (?:estao|vao|tens|tem)|eis|estas sao|a seguir|atencao|importante|aviso|atualizacao(?: das)?|mudanca(?:s)?(?: nas| das)?|abaixo (?:estao|seguem)|seguem",
  may: "(?:entao |portanto )?(?:agora )?(?:voce|tu|vc) (?:agora |ja )?(?:pode|deve|tem que|tem de|precisa|podes|deves|poderas|devera|podera|esta autorizad\\w*|esta liberad\\w*)(?: (?:agora|sempre|nunca))*",
  these: "est[ae]s?|as seguintes|os seguintes|as que seguem|a seguir|o que segue|as minhas|essas|as de baixo|seguintes?|a seguir",
  swap: "substitu[ai]|troque|troca|mude|atualize|sobrescreva|substituir",
  freed: "(?:libert[oa]d?[oa]?|liberad[oa]|livre|libertad[oa]|solt[oa]|isent[oa]|desobrigad[oa])(?: d[aeo]s?)?",
  ignores: "que (?:\\w+ )?(?:ignora|viola|desobedece|quebra|burla|contorna|nao (?:segue|respeita|obedece|cumpre)|esqueceu|despreza)",
  asIf: "como se",
  game: "jogo|cenario|simulacao|mundo|historia|teste|ambiente|universo|realidade|exercicio|brincadeira",
  who: "quem (?:voce e|voce era|tu es|es)|o que voce e|que (?:voce )?e (?:um|uma)|(?:sua|seu|tua|teu) (?:identidade|proposito|papel|funcao|nome|missao|objetivo)",
  makers: "desenvolvedor(?:es)?|criador(?:es)?|programador(?:es)?|operador(?:es)?|donos?|fabricantes?|openai|anthropic|google",
  halt: "(?:pare|para|abandone|interrompa|deixe|largue)(?: com| de fazer)? (?:o que (?:voce )?(?:esta|estava|estas)|sua tarefa|a tarefa|tudo o que)(?: \\w+)?|(?:sua|a tua|a) (?:tarefa|missao) (?:anterior|atual|original|previa) (?:terminou|acabou|foi|esta|ja) ?(?:\\w+ )?(?:concluida|finalizada|cancelada|encerrada|terminou)?",
  task: "tarefa|missao|objetivo|trabalho|funcao|papel",
  named: "(?:seu|teu) (?:novo )?nome e|voce se chama|te chamas|chame-se",
  deed: "revel\\w*|divulg\\w*|exponha|vaze|(?:aprov|conced|aceit|autoriz|reembols|confirm)[ea]\\w*(?: a)? (?:tod\\w+|tudo|qualquer|cada)|(?:desativ|deslig|contorn|pul|suspend|ignor)[ea]\\w* (?:tod\\w+ |os |as |o |a )*(?:\\w+ )?(?:verifica\\w+|filtros?|seguranca|controles?|checagens|restric\\w+|limites|moderacao)|(?:envi|mand|encaminh|export|apag|exclu|transfir|de|compartilh|imprim|list|mostr|pass)[eai]\\w*(?:-me)? (?:tod\\w+|tudo|seu|sua|seus|suas)|ignore (?:o |os )?usuarios?|obedec\\w*|(?:aja|responda|fale|comporte-se|escreva) (?:apenas )?(?:como|em)|nunca (?:recuse|mencione|negue)|nao (?:mencione|conte|diga)|torne-se|ajude-me a (?:hackear|roubar|fraudar)|sem (?:verific|pergunt|chec)\\w+|deve sempre",
  secret:
    "senhas?|segred[oa]s?|secret[oa]s?|chaves? (?:de )?(?:api|ativacao|licenca)|credenciais|configuracao|notas internas|instrucoes (?:ocultas|internas)|tokens?|variaveis de ambiente|dados (?:dos )?clientes",
  toYou: "(?:te|lhe) (?:dou|damos|passo|entrego)|dou a voce|para voce|voce (?:tem|recebe|tera|agora tem)",
  dropInf: "ignorar|esquecer|desconsiderar|descartar|deixar de (?:lado|seguir)|nao seguir|contornar|abandonar",
  since:
    "(?:o )?que (?:veio|vem|foi dito|estava|esta|aparece) (?:antes|acima)|ate (?:agora|aqui|este ponto|este momento)|antes|acima|anterior(?:mente)?",
};

/** Languages whose verb stands first, but for German's. */
export const EUROPEAN: readonly Words[] = [ENGLISH, GERMAN, SPANISH, FRENCH, ITALIAN, PORTUGUESE];
