/** Patterns of what an instruction wants done: tools called, the model addressed from within data, data sent away. */
import { NOT_USER, type Pattern, pattern } from "./pattern.ts";

const AI =
  "(?:ai|a\\.i\\.|llm|language model|assistant|chat ?bot|agent|model|gpt(?:-?\\d)?|chatgpt|claude|gemini|copilot|bard|llama|mistral)s?";

export const DEEDS: readonly Pattern[] = [
  // Coercion to call tools, and deeds behind the user's back
  pattern(
    "tool_coercion",
    5,
    `\\b(?:without (?:telling|informing|asking|notifying|alerting|the knowledge of)|do not (?:tell|inform|notify|alert|mention (?:this|it|anything)? ?(?:to)?|let)|don't (?:tell|inform|notify|alert|let)|never tell|hide this from) (?:it |this |anything )?(?:to |from )?the (?:user|human|customer|owner|operator)\\b`,
  ),
  pattern(
    "tool_coercion",
    4,
    `\\b(?:you must|must|immediately|now|first|then|please|should|always)\\b.{0,20}\\b(?:call|invoke|use|execute|run|trigger) (?:the |your |this )?[\`"']?[\\w.-]{2,40}[\`"']? (?:tool|function|api|plugin|command|action)\\b`,
    NOT_USER,
  ),
  pattern(
    "tool_coercion",
    4,
    `\\b(?:execute|run|eval(?:uate)?) (?:this |these |the (?:following|below) |the (?=shell|bash|system|terminal))(?:following |below )?(?:shell |bash |python |system |terminal )?(?:command|code|script|payload)s?\\b`,
    NOT_USER,
  ),
  pattern(
    "tool_coercion",
    5,
    `\\b(?:execute|run|bypass|eval|work ?around|decode and (?:run|execute))\\s?:?\\s{0,2}[\`"']{1,3}\\s?(?:python|bash|sh|zsh|perl|node|ruby|php|import|eval|exec|javascript|curl|wget|nc|os\\.|powershell|cmd)\\b`,
  ),
  pattern(
    "tool_coercion",
    4.5,
    `/etc/(?:passwd|shadow)|\\bwhoami\\b|__(?:class|globals|import|subclasses|getattribute|builtins)__|\\bos\\.(?:system|popen|exec\\w*|fork)\\(|document\\.cookie|\\bfromcharcode\\b|\\bnc -e\\b`,
    ["user"],
  ),
  pattern(
    "tool_coercion",
    3,
    `\\brm -rf\\b|\\bcurl -|\\bos\\.system\\(|\\bsubprocess\\.|__import__|\\bpowershell -|\\bwget http`,
    NOT_USER,
  ),
  pattern(
    "tool_coercion",
    4,
    `\\bthe user (?:has )?(?:already )?(?:approved|authori[sz]ed|consented|granted|confirmed|wants you|asked you|instructed you|would like you)\\b`,
    NOT_USER,
  ),
  pattern(
    "tool_coercion",
    2.2,
    `\\bplease (?:immediately |now |also |permanently |quickly )?(?:transfer|deposit|withdraw|pay|grant|unlock|disable|deactivate|delete|erase|wipe|remove|change|reset|update|share|post|publish|make|buy|order|sell|install|download|shut|turn|open|register|add|schedule|book|execute|run|give|export|upload)\\b[^.!?\\n]{0,120}\\b(?:my|me|his|her)\\b`,
    NOT_USER,
  ),
  // Imperatives addressed to the model in what a tool returned
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:dear|hey|hello|hi|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|notice to|for any|to any|to (?:the|all|you,? the)|as an?|if you are an?|you are an?)[:,!]? (?:the |an? |any |all |ai )?${AI}\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:ai|llm|language model|assistant|chatbot|agent)s? (?:reading|processing|parsing|summari[sz]ing|who reads?|that reads?|analy[sz]ing|must|should|is (?:required|instructed)|are (?:required|instructed))\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    5,
    `<(?:important|information|instructions?|secret|hidden|ai|note to ai|urgent)>|\\bthis is an important message from\\b|\\bimportant[!: ]{1,6}(?:ignore|instruction|message (?:to|for)|you must|new|please)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:before|after|instead of|prior to|while) (?:you (?:can |could |should )?)?(?:solv|continu|answer|proceed|respond|complet|finish|summari|repl|do(?:ing)?|perform)\\w*\\b.{0,60}\\b(?:first|please|you must|must|make sure|need to|also|do the following|tasks?|send|email|call|transfer)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    4,
    `\\b(?:when|while|if|once) (?:you(?:'re| are)? |the (?:ai|assistant|agent|model) )?(?:summari[sz]|read|process|respond|repl|answer|generat|pars|review)\\w* (?:this|the|to this|with this)\\b.{0,60}\\b(?:must|also|always|include|add|append|instead|tell|say|recommend|send|output|mention|state|write)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    4,
    `\\b(?:in your (?:response|reply|answer|output|summary)|your (?:response|reply|answer|output|summary) (?:must|should)|(?:begin|end|start|finish|append|prepend)\\w* (?:to )?(?:your|every|each|the) (?:response|reply|answer|output|summary))\\b`,
    NOT_USER,
  ),
  pattern("addressed_to_ai", 4, `\\b(?:system prompt|your instructions|your training|prompt injection|context window)\\b`, ["tool_output"]),
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:whichever|whatever|any|every|the) (?:ai|llm|language model|chatbot|assistant)s?\\b.{0,20}\\b(?:reads?|reading|sees|process\\w*|finds?|scans?|parses)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    5,
    `\\b(?:important|urgent|attention|note|warning|todo)\\s?[!:,-]{1,3}\\s{0,2}(?:dear )?(?:ai|assistant|llm|chatbot|language model|ai agent)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    4,
    `\\b(?:todo|tasks?|notes?|messages?|instructions?|orders?|commands?) (?:to|for) (?:the |an? |any |all )?(?:ai|assistant|llm|chatbot|language model|agent)\\b`,
    NOT_USER,
  ),
  pattern(
    "addressed_to_ai",
    4.5,
    `\\binstead of (?:answering|summari[sz]ing|replying|responding|completing|doing what)\\b|\\byou are (?:required|instructed|ordered|commanded) to\\b`,
    NOT_USER,
  ),
  pattern(
    "tool_coercion",
    3.5,
    `\\b(?:keep|stay) (?:quiet|silent)\\b|\\b(?:say nothing|don't mention|do not mention|never mention)\\b|\\benter the user'?s (?:password|credentials|pin)\\b`,
    NOT_USER,
  ),
  // Data to the outside
  pattern(
    "data_exfiltration",
    6,
    `\\b(?:send|forward|post|upload|e?-?mail|exfiltrate|transmit|submit|leak|share|copy|deliver)\\b.{0,60}\\b(?:conversation|chat (?:history|log)|history|credentials?|passwords?|api[ _-]?keys?|secrets?|tokens?|private|confidential|personal data|all (?:the )?(?:data|files|emails|messages|information|contacts|customers?))\\b.{0,60}\\b(?:to|at)\\b.{0,20}(?:https?:|www\\.|[\\w.+-]{1,40}@[\\w-]{1,40}\\.|attacker|\\{\\{email)`,
  ),
  pattern(
    "data_exfiltration",
    6,
    `!\\[[^\\]]{0,80}\\]\\(https?://[^)\\s]{1,200}[?&/=](?:[^)\\s]{0,60}=)?[{<\\[%$]?(?:data|prompt|conversation|history|secret|summary|user|content|key|token|leak|exfil|q)`,
  ),
  pattern(
    "data_exfiltration",
    2,
    `\\b(?:and|then|also|afterwards?),?\\s(?:\\w{1,12}\\s){0,2}(?:send|e?-?mail|forward|share|transmit|deliver|post|upload)\\b[^\\n]{0,40}\\bto\\b[^\\n]{0,24}(?:[\\w+-]@[\\w-]{1,40}\\.|https?://|\\{\\{email)(?<=\\b(?:get|fetch|retrieve|list|find|read|access|obtain|search|collect|gather|check|look up|download|extract|show|provide|export|copy|view)\\b[^\\n]{0,300})`,
    NOT_USER,
  ),
  pattern(
    "data_exfiltration",
    4,
    `\\b(?:include|append|embed|insert|render|add|put)\\b.{0,40}\\b(?:image|link|url|markdown)\\b.{0,60}\\b(?:conversation|history|prompt|data|base64|encoded|query|parameter)\\b`,
  ),
];
