/**
 * What instructions to a model look like when they come from where none belong: pattern families with weights. Patterns are read
 * on the normalised text (lower case, no accents, plain quotes); gaps are bounded, so that matching stays linear.
 */

import { type Pattern, pattern } from "./pattern.ts";
import { DEEDS } from "./patterns-of-deeds.ts";

const TOLD =
  "(?:instructions?|prompts?|directions?|directives?|rules?|commands?|guidelines?|constraints?|programming|restrictions?|safeguards?|system messages?|safety (?:measures|protocols|rules)|training)";
const EARLIER =
  "(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|initial|original|existing|former|past|system|all|any|every|other|developer'?s?|given|your|those|these|safety|further|subsequent|below|following|future|current|default|standard)";
const DISMISS =
  "(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|overrid(?:e|ing)|bypass(?:ing)?|neglect|discard|dismiss|skip|drop|abandon|set aside|pay no attention to|do not (?:follow|obey|adhere to|comply with)|don't (?:follow|obey)|stop (?:following|obeying)|cancel|erase|delete|nullify|void|supersede)";

const WORDS: readonly Pattern[] = [
  // Instruction override
  pattern(
    "override",
    7,
    `\\b${DISMISS}\\s+(?:(?:all|any|every|each|everything|of|the|these|those|your|about|my|what|and|in)\\s+){0,4}(?:${EARLIER}\\s+){1,3}(?:[a-z-]+\\s+){0,2}${TOLD}\\b`,
  ),
  pattern(
    "override",
    6,
    `\\b${DISMISS}\\s+(?:all\\s+|any\\s+)?(?:of\\s+)?(?:the\\s+|your\\s+|these\\s+)?${TOLD}\\s+(?:above|before|given|so far|prior|you (?:were|have been|received|got)|that (?:were|you|came))`,
  ),
  pattern(
    "override",
    5,
    `\\b(?:ignore|forget|disregard)\\s+(?:absolutely\\s+)?(?:everything|all|anything|whatever)\\s+(?:that\\s+)?(?:you|i|we|above|before|was|has been|said|prior|previous|that came|from before|else|and (?:say|do|print|write|tell))`,
  ),
  pattern(
    "override",
    4,
    `\\b(?:ignore|forget|disregard)\\s+(?:the\\s+)?(?:text|content|context|conversation|words|sentences?|questions?|tasks?|assignments?|request)?\\s?(?:above|before (?:this|that)|so far)\\b`,
  ),
  pattern(
    "override",
    3,
    `\\b(?:forget|ignore) (?:all )?(?:your |the )?(?:previous|prior|last|above|earlier) (?:tasks?|assignments?|conversation|context|text|input|questions?|queries)\\b`,
  ),
  pattern(
    "override",
    4,
    `\\b(?:new|updated|revised|real|actual|true|following|secret|hidden|special) (?:task|instructions?|directives?|orders?|objective|goal|rules|mission)(?:\\s+(?:is|are|for you|from))?\\s?[:=]`,
  ),
  pattern(
    "override",
    4,
    `\\byour (?:new|real|actual|true|only|main) (?:task|instructions?|job|goal|objective|purpose|role|directive|mission) (?:is|are|will be)\\b`,
  ),
  pattern(
    "override",
    3,
    `\\b(?:strictly|always|only) (?:adhere to|follow|obey) (?:the|these|my|this) (?:following |new )?(?:instructions?|rules?|commands?|orders?)\\b`,
  ),
  pattern(
    "override",
    3,
    `\\bfrom (?:now|here|this (?:point|moment)) on(?:wards?)?,? (?:you|your|every|respond|answer|only|always|ignore|i want)\\b`,
  ),
  pattern(
    "override",
    5,
    `\\b(?:end|start|begin(?:ning)?) of (?:the )?(?:system |user |original |new )?(?:prompt|instructions?|context|input)\\b`,
  ),
  pattern(
    "override",
    4,
    `\\b(?:instructions|prompt|rules|text|message)s? (?:above|before)(?: (?:was|were|is|are))? (?:a joke|wrong|fake|invalid|outdated|obsolete|void|a test|no longer|only a|not (?:valid|real))`,
  ),
  pattern(
    "override",
    4,
    `\\b(?:oublie[zr]?|ignore[zr]?|ne (?:tiens|tenez) (?:pas|aucun) compte|n'obeis|desobeis)\\b.{0,40}\\b(?:instructions?|consignes?|directives?|regles|ordres|precedente?s?|ci-dessus|avant)\\b`,
  ),
  pattern(
    "override",
    6,
    `\\b(?:ignorier\\w*|vergiss|vergessen sie|missacht\\w*|uberschreib\\w*|beachte nicht)\\b.{0,40}\\b(?:anweisung\\w*|instruktion\\w*|befehl\\w*|regeln|vorgaben|prompts?|richtlinien|system(?:prompt|anweisung)\\w*|alles (?:davor|bisherige|vorherige|was))`,
  ),
  pattern("override", 3, `\\bvergiss (?:alles|alle|was)\\b|\\bvergessen sie alles\\b`),
  pattern(
    "override",
    6,
    `\\b(?:ignor[ae]\\w*|olvid[ae]\\w*|desestim[ae]\\w*|descart[ae]\\w*|no (?:sigas|hagas caso|obedezcas))\\b.{0,40}\\b(?:instruccion(?:es)?|indicacion(?:es)?|reglas|ordenes|directrices|prompt|todo lo (?:anterior|dicho)|lo anterior)\\b`,
  ),
  pattern("override", 6, `\\b(?:ignor[ae]\\w*|dimentic\\w+|esquec\\w+)\\b.{0,40}\\b(?:istruzion[ei]|regole|instruc(?:oes|ao)|regras)\\b`),
  pattern(
    "override",
    5,
    `\\b(?:ignore|forget|disregard)\\s+(?:absolutely\\s+)?everything\\b.{0,30}\\b(?:before|above|prior|previous(?:ly)?|said|told|earlier)\\b`,
  ),
  pattern(
    "override",
    5,
    `\\b${DISMISS}\\s+(?:all |any |the )?(?:[a-z-]+ )?(?:instructions?|prompts?|directives?) (?:below|above|after|following|that follow)\\b`,
  ),
  pattern(
    "override",
    1.5,
    `\\b(?:just|only|simply|exactly|exclusively) (?:say|output|print|respond|reply|answer|return|type|echo)\\b|\\b(?:say|output|print|respond|reply|answer) (?:only|exactly|exclusively|with only|back)\\b`,
  ),
  pattern("override", 6, `\\bi have been (?:pw[n]+ed|hacked|jailbroken)\\b|\\binjection succe(?:ss|eded)\\b`),
  // System and role impersonation
  pattern(
    "impersonation",
    5,
    `(?:^|\\n|["'>.!?] ?)[#*\\[<({ ]{0,4}(?:system|developer|admin(?:istrator)?|root)[ _-]?(?:prompt|message|instructions?|override|command|directive|notice|update|note)?[\\]>)} *]{0,3}:(?!//)[ "'\\n]{0,3}(?:you|ignore|the user|the assistant|disregard|from now|new|all|your|do not|please|forget|override|reveal|send|execute|call|respond|reply)`,
  ),
  pattern(
    "impersonation",
    5,
    `[\\[<({]{1,2}/?(?:system|sys|developer|admin(?:istrator)?|root|instructions?|system[ _-]?(?:prompt|message|instructions?|note|override))[\\]>)}]{1,2}`,
  ),
  pattern("impersonation", 5, `\\b(?:system|admin(?:istrator)?|developer|root|security|safety|policy|emergency) override\\b`),
  pattern(
    "impersonation",
    4,
    `\\b(?:i am|i'm|this is|message from) (?:your|the|an?) (?:developer|creator|administrator|admin|programmer|system administrator|openai (?:engineer|staff|employee|developer)|openai|anthropic|owner|maker|supervisor)\\b.{0,60}\\b(?:you|prompt|instruct|override|debug|mode|test)`,
  ),
  pattern(
    "impersonation",
    4,
    `\\b(?:developer|debug|maintenance|god|sudo|admin|root|dan|jailbreak|unrestricted|diagnostic) mode\\b.{0,40}\\b(?:enabled|activated|engaged|enter|output|activate)\\b|\\b(?:enter|enable|activate|engage|switch (?:in)?to|you are (?:now )?in|simulate) (?:the )?(?:developer|debug|maintenance|god|sudo|admin|root|dan|jailbreak|unrestricted|diagnostic) mode\\b`,
  ),
  // Tokens of chat templates
  pattern(
    "chat_template",
    7,
    `<\\|?(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_turn|start_of_turn)\\|?>|<(?:start_of_turn|end_of_turn)>`,
  ),
  pattern("chat_template", 6, `\\[/?inst\\]|<</?sys>>|\\[/?system\\]|\\{\\{#system|<\\/?s>\\s?\\[`),
  pattern(
    "chat_template",
    4,
    `(?:^|\\n)#{2,} ?(?:instructions?|system|response|human|assistant|user|new (?:task|instructions?)) ?:?(?:\\n|$)`,
  ),
  pattern("chat_template", 3, `(?:^|\\n) ?(?:human|user) ?: ?[^\\n]{1,300}\\n{1,2} ?(?:assistant|ai|chatgpt|bot) ?:`),
  pattern("chat_template", 4, `["']role["'] ?: ?["']system["']`),
  // Exfiltration of the prompt
  pattern(
    "prompt_exfiltration",
    6,
    `\\b(?:reveal|show|print|repeat|display|output|tell|give|list|leak|dump|share|expose|recite|return|write|summari[sz]e|translate|spell|encode|disclose|provide|copy|paste|echo|say|send)\\b.{0,50}\\b(?:(?:system|initial|hidden|secret|internal|pre-?|base|confidential) ?(?:system )?(?:prompts?|instructions?|rules|guidelines|directives?|configuration)|(?:system|secret|hidden) messages?|(?:your|entire|whole) (?:original|full|entire|complete|starting|exact) (?:prompts?|instructions?|rules|context))\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:reveal|show|print|repeat|display|output|tell|give|list|leak|dump|share|recite|return|write|disclose|echo)\\b.{0,25}\\byour (?:own )?(?:prompts?|instructions?|directives?|programming|rules and)\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    4,
    `\\bwhat (?:is|are|was|were) (?:in )?(?:your|the) (?:system |initial |original |first |hidden |secret |exact |full ){1,3}(?:prompts?|instructions?|messages?|rules)\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:repeat|print|output|echo|copy|write|show|spell|return)\\b.{0,30}\\b(?:everything|all|words?|text|sentences?|paragraphs?|content|lines?|messages?|phrases?)\\b.{0,15}\\b(?:above|before this|so far|preceding|at the (?:start|beginning|top))\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    4,
    `\\bstarting with (?:the (?:words?|phrase) )?["']?you are\\b|\\bprompts? (?:verbatim|word for word)\\b|\\bverbatim\\b.{0,40}\\b(?:prompt|instructions)\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:reveal|tell|give|print|say|show|what is|output)\\b.{0,30}\\bthe (?:secret|hidden|access) (?:key|code|word|password|pass ?phrase|flag)\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:zeig\\w*|verrat\\w*|nenn\\w*|gib\\w*|wiederhol\\w*|druck\\w*)\\b.{0,40}\\b(?:system[- ]?prompts?|systemanweisung\\w*|deine (?:anweisung\\w*|instruktion\\w*)|ursprunglichen? (?:anweisung\\w*|prompts?))\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:muestra\\w*|revela\\w*|dime|repite|imprime|montre[zr]?|revele[zr]?|affiche[zr]?|repete[zr]?)\\b.{0,40}\\b(?:prompt|instrucciones (?:iniciales|originales|del sistema|ocultas)|tus instrucciones|tes instructions|vos instructions|instructions (?:initiales|systeme|cachees))\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:share|reveal|show|dump|output|list|print|repeat|extract|leak)\\b.{0,30}\\btraining (?:data|set|examples|corpus)\\b|\\b(?:last|first) \\d+ (?:words|lines|characters|tokens) of (?:your|the) (?:prompt|instructions)\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    3,
    `\\bhow many parameters do you\\b|\\b(?:your|the) context window\\b|\\bwhich (?:language )?model are you\\b`,
  ),
  // Jailbreak personas
  pattern(
    "persona",
    7,
    `\\bdo anything now\\b|\\bd\\.?a\\.?n\\.? mode\\b|\\bjailbr(?:eak|oken)(?:ed|ing)?\\b.{0,30}\\b(?:mode|prompt|yourself|chatgpt|ai|version|you)\\b|\\b(?:you are|act as|be) dan\\b`,
  ),
  pattern(
    "persona",
    5,
    `\\b(?:unfiltered|uncensored|unrestricted|amoral|unethical|unmoderated|unbounded|unhinged|evil|limitless)\\b.{0,40}\\b(?:ai|bot|chatbot|model|response|answer|assistant|version|character|persona|mode)\\b`,
  ),
  pattern(
    "persona",
    5,
    `\\b(?:no|without|free (?:of|from)|not (?:bound|limited|restricted|constrained) by|ignor\\w+|bypass\\w*|disabl\\w+|remov\\w+) (?:any |all |the |your |of |its |those |usual |typical ){0,3}(?:ethic\\w*|moral\\w*|legal|safety|content|censorship|openai|restrictions?|filters?|limitations?|guidelines?|boundaries|policies|safeguards?|constraints)\\b.{0,30}\\b(?:guidelines?|restrictions?|filters?|limit\\w*|polic\\w+|concerns?|whatsoever|rules|constraints|considerations?|you|ai|on|or|and)\\b`,
  ),
  pattern(
    "persona",
    4,
    `\\b(?:you (?:are|will be|'re) (?:now|no longer|going to (?:act|pretend|be))|pretend (?:you are|that you are|to be|you're|you have no)|act as (?:if|though) you|roleplay as|imagine you are|simulate being|you will (?:act|pretend|play))\\b.{0,80}\\b(?:ai|chatbot|model|assistant|gpt|no (?:rules|limits|restrictions)|hacker|criminal|evil|uncensored|unfiltered|language model|terminal|without)\\b`,
  ),
  pattern(
    "persona",
    4,
    `\\b(?:never|cannot|can't|do not|don't|must not|not allowed to|will not|won't) (?:ever )?(?:refuse|decline|reject|deny|say (?:no|that you can'?t|you can'?t|sorry)|break character|apologi[sz]e|mention (?:that )?(?:you|any|openai))\\b`,
  ),
  pattern(
    "persona",
    3,
    `\\b(?:stay|remain|staying) in character\\b|\\bbreak(?:ing)? (?:of )?character\\b|\\b(?:opposite|evil|anti|alter ego|machiavellian)\\b.{0,20}\\b(?:mode|ai|bot|gpt|dan)\\b`,
  ),
  pattern(
    "persona",
    3,
    `\\b(?:openai|content|usage|safety|ethical|moderation)(?:'s)? (?:polic(?:y|ies)|guidelines|restrictions|filters?)\\b.{0,60}\\b(?:ignore|not apply|bypass|violat\\w+|disregard|break|without|against|regardless|freed?|no longer|doesn'?t|avoid|circumvent)\\b`,
  ),
  pattern(
    "persona",
    4,
    `\\b(?:two|2) (?:different )?(?:responses|answers|outputs|replies|ways)\\b.{0,80}\\b(?:normal|standard|gpt|classic|dan|mode|jailb)|\\[?🔒?classic\\]?.{0,60}\\[?🔓?jailbreak`,
  ),
  pattern(
    "persona",
    3,
    `\\byou are (?:now )?(?:free|allowed to (?:say|do|answer)|liberated|unchained|no longer (?:bound|an ai|a language model|chatgpt))\\b|\\byou are now (?:called |named |an? |["'])`,
  ),
  pattern(
    "persona",
    3,
    `\\b(?:respond|answer|reply)\\b.{0,60}\\b(?:in|as|with) (?:two|2|both)\\b.{0,30}\\b(?:manners?|ways?|paragraphs?|persons?|modes?|perspectives?|personas?)\\b|\\b(?:ai|model|bot) (?:similar to|like) yourself\\b`,
  ),
  pattern(
    "persona",
    4,
    `\\b(?:trained|respond|answer|act|behave|operate)\\w* (?:as an? ai )?(?:that was trained )?without (?:any )?(?:safety|rules|filters?|restrictions?|censorship|limits|guidelines|ethic\\w*)\\b|\\bif you had no (?:safety|rules|filters?|restrictions?|limits)\\b`,
  ),
];

export const PATTERNS: readonly Pattern[] = [...WORDS, ...DEEDS];

/** What letters without any space between them spell (spaced-out text loses its word borders). */
export const RUN_TOGETHER =
  /(?:ignore|disregard|forget|override)(?:all|any|every)?(?:of)?(?:the|your|my)?(?:previous|prior|above|earlier|preceding|system)(?:and\w{0,12})?(?:instruction|prompt|rule|direction|command)|(?:reveal|show|print|repeat|tellme)(?:me)?(?:the|your)(?:system|secret|hidden|initial)?(?:prompt|instruction|password)/;
