/**
 * What instructions to a model look like when they come from where none belong: families of patterns with weights. Patterns are read
 * on the normalised text (lower case, no accents, plain quotes); gaps are bounded, so that matching stays linear. A pattern addresses
 * the assistant and overrides, reveals or acts; what people also say to each other is a hint.
 */

import { hint, type Pattern, pattern } from "./pattern.ts";
import { DEEDS } from "./patterns-of-deeds.ts";
import { IN_OTHER_LANGUAGES } from "./patterns-of-languages.ts";
import { PERSONAS } from "./patterns-of-personas.ts";

const TOLD =
  "(?:instructions?|prompts?|directions?|directives?|rules?|commands?|guidelines?|constraints?|programming|restrictions?|safeguards?|system messages?|safety (?:measures|protocols|rules)|training)";
const EARLIER =
  "(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|initial|original|existing|former|past|system|all|any|every|other|developer'?s?|given|your|those|these|safety|further|subsequent|below|following|future|current|default|standard)";
/** Instructions given to a model, not settings of a machine, and when they were given. */
const TOLD_TO_MODEL =
  "(?:instructions?|prompts?|directions|directives?|commands|guidelines|programming|safeguards|system messages?|safety (?:measures|protocols|rules)|training|rules)";
const TOLD_BEFORE = "(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing|initial|original|system|developer'?s?|given|your|safety)";
/** What may stand between "previous" and "instructions" of a model; "delivery", "washing" and other things may not. */
const KIND_OF_TOLD =
  "(?:and|or|of|the|your|all|set|given|system|safety|security|developer|user|user's|ai|model|assistant|chat|chatbot|conversation|content|context|task|text|ethical|ethics|moral|moderation|openai|anthropic|internal|secret|hidden|confidential|core|base|basic|built-in|hard-coded|preset|pre-set|programmed|pre-programmed|stupid|silly|dumb|annoying|useless|boring|old|written|stated|specific|special|strict|other|similar|such)";
/** Verbs with which nobody operates a machine, and those with which people do. */
const DISREGARD =
  "(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?|neglect|set aside|pay no attention to|do not (?:follow|obey|adhere to|comply with)|don't (?:follow|obey)|stop (?:following|obeying))";
const UNDO = "(?:overrid(?:e|ing)|bypass(?:ing)?|discard|dismiss|skip|drop|abandon|cancel|erase|delete|nullify|void|supersede)";
const FILL = "(?:(?:all|any|every|each|everything|of|the|these|those|your|about|what|and|in)\\s+){0,4}";
/** Whose they are: "of the style guide" and "for my sofa" are not a model's. */
const OF_A_MODEL =
  "(?!\\s(?:inside|within|contained|embedded|found|hidden)\\b)(?!\\s(?:of|from|for|in|about|on|regarding|concerning|relating to|related to|with regard to|as to|to(?= (?:the|my|our|an?) )|by)\\s(?!(?:(?:the|your|this|that|any|an?|one|single|next|last|current|following|entire|whole|rest of) ){0,3}(?:(?:messages?|repl(?:y|ies)|answers?|responses?|turns?|outputs?|completions?|quer(?:y|ies)|requests?|questions?)(?! (?:\\d|[a-z]\\b|sheets?|keys?|booklets?|forms?|numbers?|one|two|three))|today|tonight|once|time being|moments?|seconds?|minutes?|while|second|task|mine|system|developers?|conversation|chat|prompts?|openai|creators?|assistants?|ai|users?|session|above|now)))";

/** "Everything you know about grammar" is a teacher's saying; about rules and about oneself it is none. */
const OF_A_MATTER =
  "(?! about (?!(?:the |your |this |that |all |any |being |how ){0,2}(?:[a-z]+ )?(?:instructions?|rules?|guidelines?|polic|restrict|safety|ethic|moral|prompts?|security|yourself|who|assistan|ai\\b|openai)))";

const WORDS: readonly Pattern[] = [
  // Instruction override
  pattern("override", 7, `\\b${DISREGARD}\\s+${FILL}(?:${EARLIER}\\s+){1,3}(?:${KIND_OF_TOLD}\\s+){0,2}${TOLD_TO_MODEL}\\b${OF_A_MODEL}`),
  pattern("override", 7, `\\b${UNDO}\\s+${FILL}(?:${TOLD_BEFORE}\\s+){1,3}(?:${KIND_OF_TOLD}\\s+)?${TOLD_TO_MODEL}\\b${OF_A_MODEL}`),
  hint(
    "override",
    2,
    `\\b(?:${DISREGARD}|${UNDO})\\s+${FILL}(?:my\\s+)?(?:${EARLIER}\\s+){1,3}(?:${KIND_OF_TOLD}\\s+){0,2}${TOLD}\\b${OF_A_MODEL}`,
  ),
  pattern(
    "override",
    6,
    `\\b${DISREGARD}\\s+(?:all\\s+|any\\s+)?(?:of\\s+)?(?:the\\s+|your\\s+|these\\s+)?${TOLD}\\s+(?:above|given|so far|prior|you (?:were|have been|received|got|had)|that (?:you were|you have been|came before))`,
  ),
  pattern(
    "override",
    5,
    `\\b(?:ignore|forget|disregard)\\s+(?:absolutely\\s+)?(?:everything|all|anything|whatever)\\s+(?:that\\s+)?(?:you (?:know|knew|were|have (?:been|learned)|'ve been|are (?:told|supposed)|learned)\\b${OF_A_MATTER}|above\\b(?! (?:(?:the|my|our|his|her|its|an?|eur|usd)\\b(?! (?:line|dashed|separator))|[\\d$€£]))|before (?:this|that)|was said|has been said|(?:prior|previous)(?= ?(?:[.,;:!?)"'\\n-]|$| (?:to (?:this|that|now)|and|but|then|now|so|input|context|conversation|chat|text|content|words|data|info|information|knowledge|prompting|dialogue|statements?|tasks?)))|that came|from before|else and|and (?:say|print|write))`,
  ),
  hint("override", 1, `\\b(?:ignore|forget|disregard)\\s+(?:everything|all|anything|whatever)\\s+(?:that\\s+)?(?:you|i|we)\\b`),
  pattern(
    "override",
    5,
    `\\b(?:ignore|forget|disregard)\\s+(?:the\\s+|everything\\s+|all\\s+|all of the\\s+)?(?:text\\s|content\\s|context\\s|directions\\s|words\\s|sentences?\\s|questions?\\s|tasks?\\s|assignments?\\s|requests?\\s)?above\\s?(?:directions|instructions|text|prompt|content)?,?\\s(?:and|but|then)\\s(?:instead\\s)?(?:say|tell|print|output|respond|reply|answer|write|translate|do|give|show|act|repeat|return|just|only|instead|follow|generate|make|create)\\b`,
  ),
  hint(
    "override",
    1.5,
    `\\b(?:ignore|forget|disregard)\\s+(?:the\\s+)?(?:text|content|context|conversation|words|sentences?|questions?|tasks?|assignments?|request)?\\s?(?:above|before (?:this|that)|so far)\\b`,
  ),
  pattern(
    "override",
    5,
    `\\b(?:ignore|disregard|forget) (?:all |any |all of )?(?:the |your |these )?(?:previous|prior|above|preceding|earlier) (?:inputs?|prompting|context|tasks?|assignments?|programming|dialogues?)\\b${OF_A_MODEL}`,
  ),
  hint(
    "override",
    3,
    `\\b(?:forget|ignore) (?:all )?(?:your |the )?(?:previous|prior|last|above|earlier) (?:tasks?|assignments?|conversation|context|text|input|questions?|queries)\\b`,
  ),
  hint(
    "override",
    4,
    `\\b(?:new|updated|revised|real|actual|true|following|secret|hidden|special) (?:system |developer |admin )?(?:task|instructions?|directives?|orders?|objective|goal|rules|mission)(?:\\s+(?:is|are|for you|from))?\\s?[:=]`,
  ),
  hint(
    "override",
    3,
    `\\byour (?:new|real|actual|true|only|main) (?:task|instructions?|job|goal|objective|purpose|role|directive|mission) (?:is|are|will be)\\b`,
  ),
  hint(
    "override",
    1,
    `\\b(?:strictly|always|only) (?:adhere to|follow|obey) (?:the|these|my|this) (?:following |new )?(?:instructions?|rules?|commands?|orders?)\\b`,
  ),
  hint(
    "override",
    1,
    `\\bfrom (?:now|here|this (?:point|moment)) on(?:wards?)?,? (?:you|your|every|respond|answer|only|always|ignore|i want)\\b`,
  ),
  pattern(
    "override",
    5,
    `[-=#*\\[<]{2} ?(?:end|start|begin(?:ning)?) of (?:the )?(?:system |user |original |new )?(?:prompt|instructions?|context|input)\\b`,
  ),
  hint(
    "override",
    2,
    `\\b(?:end|start|begin(?:ning)?) of (?:the )?(?:system |user |original |new )(?:prompt|instructions?|context|input)\\b`,
  ),
  pattern(
    "override",
    4,
    `\\b(?:instructions|prompts?|rules) (?:above|before)(?: (?:was|were|is|are))? (?:a joke|wrong|fake|invalid|outdated|obsolete|void|a test|no longer|only a|not (?:valid|real))`,
  ),
  hint(
    "override",
    1,
    `\\b(?:just|only|simply|exactly|exclusively) (?:say|output|print|respond|reply|answer|return|type|echo)\\b|\\b(?:say|output|print|respond|reply|answer) (?:only|exactly|exclusively|with only|back)\\b`,
  ),
  pattern(
    "override",
    6,
    `\\b(?:say|print|output|respond|reply|write|answer|return|repeat|echo)\\b.{0,30}["']?i have been (?:pw[n]+ed|hacked|jailbroken)\\b|["'\`:>\\]]\\s?i have been pw[n]+ed\\b|\\bi have been pw[n]+ed\\s?["'\`\\]\\n]|\\binjection succe(?:ss|eded)\\b`,
  ),
  pattern(
    "override",
    5,
    `\\b${DISREGARD}\\s+(?:all |any |the |these |your |other |everything |all other ){1,2}(?:${TOLD_TO_MODEL}|text before this|else),? (?:and|but|then) (?:only |instead |just )?(?:say|print|output|respond|reply|write|answer|return|repeat|show|reveal|give|tell|do|execute)\\b`,
  ),
  // System and role impersonation
  pattern(
    "impersonation",
    5,
    `(?:^|\\n|["'>.!?] ?)[#*\\[<({ ]{0,4}(?:system|developer|admin(?:istrator)?|root)[ _-]?(?:prompt|message|instructions?|override|command|directive|notice|update|note)?[\\]>)} *]{0,3}:(?!//)[ "'\\n]{0,3}(?:you (?:are|must|will|should|can|have|now)|ignore|the assistant|disregard|from now|new (?:instructions?|rules?|task|directive)|all (?:previous|prior|restrictions|rules|safety)|forget|override|reveal|execute)`,
  ),
  hint(
    "impersonation",
    2.5,
    `(?:^|\\n|["'>.!?] ?)[#*\\[<({ ]{0,4}(?:system|developer|admin(?:istrator)?|root)[ _-]?(?:prompt|message|instructions?|override|command|directive|notice|update|note)?[\\]>)} *]{0,3}:(?!//)[ "'\\n]{0,3}(?:you|the user|new|all|your|do not|please|send|call|respond|reply)`,
  ),
  pattern(
    "impersonation",
    5,
    `[\\[<{]{1,2}/?(?:system|sys|developer|admin(?:istrator)?|system[ _-]?(?:prompt|message|instructions?|note|override))[\\]>}]{1,2}\\s{0,3}(?:you (?:are|must|will|should|now)|ignore|disregard|forget|override|reveal|new (?:instructions?|rules)|from now|the assistant)`,
  ),
  hint(
    "impersonation",
    1,
    `[\\[<{]{1,2}/?(?:system|sys|developer|admin(?:istrator)?|root|instructions?|system[ _-]?(?:prompt|message|instructions?|note|override))[\\]>}]{1,2}`,
  ),
  pattern(
    "impersonation",
    5,
    `[\\[#*=<!]\\s?(?:system|admin(?:istrator)?|developer|root|security|safety|policy|emergency) override\\b|\\b(?:system|admin(?:istrator)?|developer|root) override\\s?[:!\\]]`,
  ),
  hint("impersonation", 2, `\\b(?:system|admin(?:istrator)?|developer|root|security|safety|policy|emergency) override\\b`),
  pattern(
    "impersonation",
    4,
    `\\b(?:i am|i'm|this is|message from) (?:your (?:developer|creator|administrator|programmer|maker|supervisor)|an? (?:openai|anthropic) (?:engineer|staff|employee|developer)|openai|anthropic)\\b.{0,60}\\b(?:you|prompt|instruct|override|debug|mode|test)`,
  ),
  hint(
    "impersonation",
    1,
    `\\b(?:i am|i'm|this is|message from) (?:your|the|an?) (?:developer|creator|administrator|admin|programmer|system administrator|owner|maker|supervisor)\\b`,
  ),
  pattern(
    "impersonation",
    4,
    `\\b(?:god|sudo|dan|jailbreak|unrestricted) mode\\b.{0,40}\\b(?:enabled|activated|engaged|output|activate)\\b|\\b(?:enter|enable|activate|engage|switch (?:in)?to|simulate) (?:the )?(?:god|sudo|dan|jailbreak|unrestricted) mode\\b|\\byou are (?:now )?in (?:the )?(?:developer|debug|maintenance|god|sudo|admin|root|dan|jailbreak|unrestricted|diagnostic) mode\\b`,
  ),
  hint("impersonation", 1.5, `\\b(?:developer|debug|maintenance|admin|root|diagnostic) mode\\b`),
  // Tokens of chat templates: where they begin a turn, and where a text speaks of them
  pattern(
    "chat_template",
    7,
    `<\\|(?:im_start|start_header_id)\\|> ?(?:system|user|assistant|developer)(?:<\\|end_header_id\\|>)?\\s?\\n|<start_of_turn> ?(?:system|user|model)\\s?\\n|<\\|(?:system|user|assistant)\\|>\\s{0,2}(?:you |ignore|\\n)|<\\|(?:im_end|eot_id|endoftext|end_of_turn)\\|>\\s{0,2}<\\|`,
  ),
  pattern(
    "chat_template",
    6,
    `(?:^|\\n|</s>|[.!?]) ?(?:\\[inst\\]|<<sys>>) ?(?:<<sys>>)?(?: (?!(?:is|are|was|were|and|or|marks?|means|begins?|starts?|opens?|ends?|closes?|denotes?|stands?|tokens?|tags?|in|at|vs|versus|as)\\b)[a-z]|\\n)`,
  ),
  hint(
    "chat_template",
    2.5,
    `<\\|?(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_turn|start_of_turn)\\|?>|\\[/?inst\\]|<</?sys>>|\\[/?system\\]|\\{\\{#system|<\\/?s>\\s?\\[`,
  ),
  hint("chat_template", 2, `(?:^|\\n)#{2,} ?(?:instructions?|system|response|human|assistant|user|new (?:task|instructions?)) ?:(?:\\n|$)`),
  hint("chat_template", 2, `(?:^|\\n) ?(?:human|user) ?: ?[^\\n]{1,300}\\n{1,2} ?(?:assistant|ai|chatgpt|bot) ?:`),
  hint("chat_template", 1, `["']role["'] ?: ?["']system["']`),
  // Exfiltration of the prompt
  pattern(
    "prompt_exfiltration",
    6,
    `\\b(?:reveal|show|print|repeat|display|output|tell|give|list|leak|dump|share|expose|recite|return|write|summari[sz]e|translate|spell|encode|disclose|provide|copy|paste|echo|say|send)\\b.{0,40}\\byour (?:[a-z-]+ ){0,2}(?:(?:system|initial|hidden|secret|internal|pre-?|base|confidential|original) ?(?:system )?(?:prompts?|instructions?|rules|guidelines|directives?|configuration|messages?)|(?:full|entire|complete|starting|exact) (?:prompts?|instructions?|context))\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    6,
    `\\b(?:reveal|show|print|repeat|display|output|tell|give|leak|dump|share|expose|recite|summari[sz]e|spell|encode|disclose|provide|copy|paste|echo|say|send)\\b.{0,40}\\b(?:the|entire|whole|full) (?:(?:entire|whole|full|exact) )?(?:system prompt|(?:hidden|initial|secret|original) (?:system )?(?:prompt|instructions))\\b(?! ?\\(|\\s(?:of|in|for|on|from|that|when|with)\\s(?!(?:this|your|the (?:ai|assistant|bot|chatbot|model|conversation)|full|detail|base64|rot13)))`,
  ),
  hint(
    "prompt_exfiltration",
    2,
    `\\b(?:reveal|show|print|repeat|display|output|tell|give|list|leak|dump|share|expose|recite|return|write|summari[sz]e|translate|spell|encode|disclose|provide|copy|paste|echo|say|send)\\b.{0,50}\\b(?:(?:system|initial|hidden|secret|internal|pre-?|base|confidential) ?(?:system )?(?:prompts?|instructions?|(?:rules|guidelines)(?! (?:for|on|about|regarding) (?!you|this|the (?:ai|assistant|bot|chat)))|directives?|configuration)|(?:secret|hidden) messages?|(?:your|entire|whole) (?:original|full|entire|complete|starting|exact) (?:prompts?|instructions?|rules|context))\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:reveal|show|print|repeat|display|output|tell|give|list|leak|dump|share|recite|return|write|disclose|echo)\\b.{0,25}\\byour (?:own )?(?:prompts?|instructions?|directives?|programming|rules and)\\b(?!\\s(?:for|on|about|to|regarding|concerning|of|in|from|at|when|how)\\b)`,
  ),
  pattern(
    "prompt_exfiltration",
    4,
    `\\bwhat (?:is|are|was|were) (?:in )?(?:your (?:system |initial |original |first |hidden |secret |exact |full ){1,3}(?:prompts?|instructions?|messages?|rules)|the (?:hidden |secret |exact |full |initial |original ){0,2}(?:system )?(?:prompt|instructions) (?:you|above|given))\\b`,
  ),
  pattern(
    "prompt_exfiltration",
    5,
    `\\b(?:repeat|print|output|echo|copy|write|show|spell|return)\\b.{0,30}\\b(?:everything|all|words?|text|sentences?|paragraphs?|content|messages?|phrases?)\\b.{0,15}\\b(?:above|before this (?:line|point|message|sentence|conversation|one)|preceding this|at the (?:start|beginning|top) of (?:this|the|your|our) (?:conversation|chat|prompt|context|document))(?:\\s?[.,;:!?"')\\n]|\\s(?:starting|verbatim|word for|in (?:a )?code|exactly|including)|$)`,
  ),
  pattern(
    "prompt_exfiltration",
    4,
    `\\bstarting with (?:the (?:words?|phrase) )?["']?you are\\b|\\bprompts? (?:verbatim|word for word)\\b|\\bverbatim\\b.{0,40}\\b(?:your (?:prompt|instructions)|system prompt)\\b`,
  ),
  hint(
    "prompt_exfiltration",
    3,
    `\\b(?:reveal|tell|give|print|say|show|what is|output)\\b.{0,30}\\bthe (?:secret|hidden) (?:key|code|word|password|pass ?phrase|flag)\\b`,
  ),
  pattern("prompt_exfiltration", 5, `\\b(?:last|first) \\d+ (?:words|lines|characters|tokens) of (?:your|the) (?:prompt|instructions)\\b`),
  hint(
    "prompt_exfiltration",
    2,
    `\\b(?:share|reveal|show|dump|output|list|print|repeat|extract|leak)\\b.{0,30}\\btraining (?:data|set|examples|corpus)\\b`,
  ),
  hint(
    "prompt_exfiltration",
    1,
    `\\bhow many parameters do you\\b|\\b(?:your|the) context window\\b|\\bwhich (?:language )?model are you\\b`,
  ),
];

/** All patterns. Evidence refers to them by their index here. */
export const PATTERNS: readonly Pattern[] = [...WORDS, ...IN_OTHER_LANGUAGES, ...PERSONAS, ...DEEDS];

/** What letters without any space between them spell (spaced-out text loses its word borders). */
export const RUN_TOGETHER =
  /(?:ignore|disregard|forget|override)(?:all|any|every)?(?:of)?(?:the|your|my)?(?:previous|prior|above|earlier|preceding|system)(?:and\w{0,12})?(?:instruction|prompt|rule|direction|command)|(?:reveal|show|print|repeat|tellme)(?:me)?(?:the|your)(?:system|secret|hidden|initial)(?:prompt|instruction|password)/;
