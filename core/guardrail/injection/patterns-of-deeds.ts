/** Patterns of what an instruction wants done: tools called, the model addressed from within data, data sent away. */
import { hint, NOT_USER, type Pattern, pattern } from "./pattern.ts";

/** Names of a model that people have none of, and those that people have too. */
const AI = "(?:ai(?: (?:assistant|agent|model|system)s?)?|a\\.i\\.|llms?|(?:large )?language models?|chat ?bots?|chatgpt|gpt-?\\d)";
const AI_OR_PERSON =
  "(?:ai|a\\.i\\.|llm|language model|assistant|chat ?bot|agent|model|gpt(?:-?\\d)?|chatgpt|claude|gemini|copilot|bard|llama|mistral)s?";

export const DEEDS: readonly Pattern[] = [
  // Coercion to call tools, and deeds behind the user's back
  hint(
    "tool_coercion",
    3,
    `\\b(?:without (?:telling|informing|asking|notifying|alerting|the knowledge of)|do not (?:tell|inform|notify|alert|mention (?:this|it|anything)? ?(?:to)?|let)|don't (?:tell|inform|notify|alert|let)|never tell|hide this from) (?:it |this |anything )?(?:to |from )?the (?:user|human|customer|owner|operator)\\b`,
  ),
  hint(
    "tool_coercion",
    1.5,
    `\\b(?:you must|must|immediately|now|first|then|please|should|always)\\b.{0,20}\\b(?:call|invoke|use|execute|run|trigger) (?:the |your |this )?[\`"']?[\\w.-]{2,40}[\`"']? (?:tool|function|api|plugin|command|action)\\b`,
    NOT_USER,
  ),
  hint(
    "tool_coercion",
    2,
    `\\b(?:execute|run|eval(?:uate)?) (?:this |these |the (?:following|below) |the (?=shell|bash|system|terminal))(?:following |below )?(?:shell |bash |python |system |terminal )?(?:command|code|script|payload)s?\\b`,
    NOT_USER,
  ),
  hint(
    "tool_coercion",
    1.5,
    `\\b(?:execute|run|bypass|eval|work ?around|decode and (?:run|execute))\\s?:?\\s{0,2}[\`"']{1,3}\\s?(?:python|bash|sh|zsh|perl|node|ruby|php|import|eval|exec|javascript|curl|wget|nc|os\\.|powershell|cmd)\\b`,
  ),
  pattern(
    "tool_coercion",
    5,
    `\\b(?:execute|run|bypass|avoid|eval|work ?around|decode and (?:run|execute))\\s?:\\s{0,3}[\`"']{0,3}.{0,120}(?:\\bwhoami\\b|/etc/(?:passwd|shadow)|\\bfromcharcode\\b|__(?:class|globals|import|subclasses|builtins)__|\\bos\\.(?:system|popen|exec\\w*)\\(|child_process)`,
    ["user"],
  ),
  hint(
    "tool_coercion",
    2,
    `/etc/(?:passwd|shadow)|\\bwhoami\\b|__(?:class|globals|import|subclasses|getattribute|builtins)__|\\bos\\.(?:system|popen|exec\\w*|fork)\\(|document\\.cookie|\\bfromcharcode\\b|\\bnc -e\\b`,
    ["user"],
  ),
  hint("tool_coercion", 1, `\\brm -rf\\b|\\bcurl -|\\bos\\.system\\(|\\bsubprocess\\.|__import__|\\bpowershell -|\\bwget http`, NOT_USER),
  pattern(
    "tool_coercion",
    5,
    `(?<!\\b(?:if|when|once|after|until|unless|that|whether|before|where|what) )\\bthe user (?:has already (?:approved|authori[sz]ed|consented|granted|confirmed)|already (?:approved|authori[sz]ed|confirmed)|(?:wants|asked|instructed|would like) you to)\\b`,
    NOT_USER,
  ),
  hint(
    "tool_coercion",
    2.2,
    `\\bplease (?:immediately |now |also |permanently |quickly )?(?:transfer|deposit|withdraw|pay|grant|unlock|disable|deactivate|delete|erase|wipe|remove|change|reset|update|share|post|publish|make|buy|order|sell|install|download|shut|turn|open|register|add|schedule|book|execute|run|give|export|upload)\\b[^.!?\\n]{0,120}\\b(?:my|me|his|her)\\b`,
    NOT_USER,
  ),
  hint(
    "tool_coercion",
    2.5,
    `\\b(?:please|could you|can you) (?:immediately |now |also |permanently |quickly )?(?:grant|unlock|disable|deactivate|erase|wipe|withdraw|deposit|permanently delete|transfer (?:all|\\$|usd|eur|\\d))\\b[^.!?\\n]{0,120}\\b(?:my|me|his|her)\\b`,
    ["tool_output"],
  ),
  hint(
    "addressed_to_ai",
    3,
    `(?:^|\\n|[.!?|:>] ?)(?:can you |could you |please )?(?:add|integrate|include|insert|introduce|replace|substitute|use|render|rearrange|modify|augment|enhance|encode|craft|embed|incorporate|translate|convert|reverse|conclude|express|display|alter|adjust|shuffle|mix|swap)\\b [^.!?\\n]{0,100}\\byour (?:answer|response|reply|output|text)\\b`,
    ["tool_output"],
  ),
  // Imperatives addressed to the model in what a tool returned
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|notice to|for any|to any|to (?:all|you,? the)|if you are an?)[:,!]? (?:the |an? |any |all )?(?:${AI}|assistants? ?[:,!]).{0,60}\\b(?:you|ignore|please|must|call|send|do|before|reading|processing)\\b`,
    NOT_USER,
  ),
  hint(
    "addressed_to_ai",
    2,
    `\\b(?:dear|hey|hello|hi|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|notice to|for any|to any|to (?:the|all|you,? the)|as an?|if you are an?|you are an?)[:,!]? (?:the |an? |any |all |ai )?${AI_OR_PERSON}\\b`,
    NOT_USER,
  ),
  hint(
    "addressed_to_ai",
    3,
    `\\b(?:${AI}|assistants?) (?:reading|processing|parsing|summari[sz]ing|who reads?|that reads?|analy[sz]ing|must|should|is (?:required|instructed)|are (?:required|instructed))\\b`,
    NOT_USER,
  ),
  pattern("addressed_to_ai", 5, `<(?:information|note to ai)>|\\bthis is an important message from me\\b`, NOT_USER),
  hint(
    "addressed_to_ai",
    2.5,
    `<(?:important|instructions?|secret|hidden|ai|urgent)>|\\bthis is an important message from\\b|\\bimportant[!: ]{1,6}(?:ignore|instruction|message (?:to|for)|you must|new|please)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    5,
    `\\bbefore (?:you (?:can )?)?(?:solv|complet|perform|do|finish)\\w* (?:the|this|my|your) (?:original |current |user'?s? )?task\\b`,
    NOT_USER,
  ),
  hint(
    "addressed_to_ai",
    1.5,
    `\\b(?:before|after|instead of|prior to|while) (?:you (?:can |could |should )?)?(?:solv|continu|answer|proceed|respond|complet|finish|summari|repl|do(?:ing)?|perform)\\w*\\b.{0,60}\\b(?:first|please|you must|must|make sure|need to|also|do the following|tasks?|send|email|call|transfer)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:when|while|if|once) (?:you(?:'re| are)? |the (?:ai|assistant|model) )?(?:summari[sz]|pars|process)\\w* (?:this|the) (?:text|page|document|review|mail|e-?mail|message|article|file|content|website|comment)\\b.{0,60}\\b(?:must|also|always|include|add|append|instead|tell|say|recommend|send|output|mention|state|write)\\b`,
    NOT_USER,
  ),
  hint(
    "addressed_to_ai",
    2.5,
    `\\b(?:when|while|if|once) (?:you(?:'re| are)? |the (?:ai|assistant|agent|model) )?(?:summari[sz]|read|process|respond|repl|answer|generat|pars|review)\\w* (?:this|the|to this|with this)\\b.{0,60}\\b(?:must|also|always|include|add|append|instead|tell|say|recommend|send|output|mention|state|write)\\b`,
    NOT_USER,
  ),
  hint(
    "addressed_to_ai",
    1.5,
    `\\b(?:in your (?:response|reply|answer|output|summary)|your (?:response|reply|answer|output|summary) (?:must|should)|(?:begin|end|start|finish|append|prepend)\\w* (?:to )?(?:your|every|each|the) (?:response|reply|answer|output|summary))\\b`,
    NOT_USER,
  ),
  hint("addressed_to_ai", 1, `\\b(?:system prompt|your instructions|your training|prompt injection|context window)\\b`, ["tool_output"]),
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:whichever|whatever|any|every) (?:${AI}|assistants?)\\b.{0,20}\\b(?:reads?|reading|sees|process\\w*|finds?|scans?|parses)\\b.{0,40}\\b(?:this|must|should|you)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:important|urgent|attention|note|warning|todo)\\s?[!:,-]{1,3}\\s{0,2}(?:dear )?(?:${AI}|assistant)\\s?(?:[:,!]|you\\b|must\\b|please\\b)`,
    NOT_USER,
  ),
  hint(
    "addressed_to_ai",
    1.5,
    `\\b(?:todo|tasks?|notes?|messages?|instructions?|orders?|commands?) (?:to|for) (?:the |an? |any |all )?(?:ai|assistant|llm|chatbot|language model|agent)\\b`,
    NOT_USER,
  ),
  hint(
    "addressed_to_ai",
    2,
    `\\binstead of (?:answering|summari[sz]ing|replying|responding|completing|doing what)\\b|\\byou are (?:required|instructed|ordered|commanded) to\\b`,
    NOT_USER,
  ),
  hint(
    "tool_coercion",
    1.5,
    `\\b(?:keep|stay) (?:quiet|silent)\\b|\\b(?:say nothing|don't mention|do not mention|never mention)\\b|\\benter the user'?s (?:password|credentials|pin)\\b`,
    NOT_USER,
  ),
  // Data to the outside
  pattern(
    "data_exfiltration",
    6,
    `\\b(?:send|forward|post|upload|e?-?mail|exfiltrate|transmit|submit|leak|share|copy|deliver)\\b.{0,60}\\b(?:(?:conversation|chat) (?:history|log)|this conversation|credentials|passwords|api[ _-]?keys?|system prompt|all (?:the |of the )?(?:customer|user)s?'? (?:data|records|information))\\b.{0,60}\\b(?:to|at)\\b.{0,20}(?:https?:|www\\.|[\\w.+-]{1,40}@[\\w-]{1,40}\\.|attacker|\\{\\{email)`,
  ),
  hint(
    "data_exfiltration",
    2,
    `\\b(?:send|forward|post|upload|e?-?mail|exfiltrate|transmit|submit|leak|share|copy|deliver)\\b.{0,60}\\b(?:conversation|chat (?:history|log)|history|credentials?|passwords?|api[ _-]?keys?|secrets?|tokens?|private|confidential|personal data|all (?:the )?(?:data|files|emails|messages|information|contacts|customers?))\\b.{0,60}\\b(?:to|at)\\b.{0,20}(?:https?:|www\\.|[\\w.+-]{1,40}@[\\w-]{1,40}\\.|attacker|\\{\\{email)`,
  ),
  pattern(
    "data_exfiltration",
    6,
    `!\\[[^\\]]{0,80}\\]\\(https?://[^)\\s]{1,200}[?&/=](?:[^)\\s]{0,60}=)?[{<\\[%$]{1,2}\\w{0,20}(?:data|prompt|conversation|history|secret|summary|user|content|key|token|leak|exfil|message|answer|context)`,
  ),
  hint("data_exfiltration", 3, `!\\[[^\\]]{0,80}\\]\\(https?://[^)\\s]{1,200}[?&](?:data|prompt|conversation|history|secret|leak|exfil)=`),
  pattern(
    "data_exfiltration",
    4.5,
    `\\b(?:retriev|fetch|access|obtain|gather|collect|extract|export|download|search for and)\\w* [^.!?\\n]{0,140}\\b(?:and|then|afterwards?)\\b,? (?:then )?(?:also )?(?:send|e?-?mail|forward|share|transmit|deliver|upload) [^.!?\\n]{0,40}\\b(?:to|with)\\b[^!?\\n]{0,24}(?:[\\w+-]@[\\w-]{1,40}\\.|https?://|\\{\\{email)`,
    NOT_USER,
  ),
  hint(
    "data_exfiltration",
    2,
    `\\b(?:and|then|also|afterwards?),?\\s(?:\\w{1,12}\\s){0,2}(?:send|e?-?mail|forward|share|transmit|deliver|post|upload)\\b[^\\n]{0,40}\\bto\\b[^\\n]{0,24}(?:[\\w+-]@[\\w-]{1,40}\\.|https?://|\\{\\{email)(?<=\\b(?:get|fetch|retrieve|list|find|read|access|obtain|search|collect|gather|check|look up|download|extract|show|provide|export|copy|view)\\b[^\\n]{0,300})`,
    NOT_USER,
  ),
  pattern(
    "data_exfiltration",
    4,
    `\\b(?:include|append|embed|insert|render|add|put)\\b.{0,40}\\b(?:image|link|url|markdown)\\b.{0,60}\\b(?:conversation|chat history|system prompt|secrets?|passwords?|base64)\\b`,
  ),
];
