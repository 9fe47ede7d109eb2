/**
 * Orders in the description of a tool that reach beyond the tool: what a text says about other tools, the conversation, the assistant's own prompt,
 * secrets, files or the person is no use of the tool. Beside the detectors of instructions (core/guardrail/injection), which know nothing of tools.
 * English, and a judge of words: docs/tools.md, "Import", says what is ordinary. Pure; linear in the text.
 */

/** Hands something over, as an order: "pass the …", "put your …". */
const HAND =
  "(?:include|pass|send|put|place|paste|attach|copy|provide|append|forward|write|supply|submit|share|give|insert|embed|report|upload)";
/** Uses a tool, as an order. */
const CALL = "(?:call|use|invoke|run|execute|prefer|trigger)";
/** What was said with the person, but not its id, its name or one message of it. */
const TALK =
  "(?:conversation|chat(?: history| log| transcript)?|dialog(?:ue)?|message history|conversation history|transcript|context window)(?! ?(?:id|ids|identifier|key|name|url|link|thread|type|number|room|channel|member|token)s?\\b)";
const WHOLE = "(?:entire|full|whole|complete|previous|prior|preceding|earlier)";
/** A tool's name where it stands out from words: `a`, a.b, a_b, aB. */
const NAME = "(?:`[^`]{1,80}`|[a-z0-9]{1,40}(?:[._/][a-z0-9]{1,40}){1,4})";
const TOOL = `(?:${NAME}(?: tool| function)?|(?:any |every |all |each |the |an? )?(?:other |another )?(?:tools?|functions?)\\b)`;
/** Files that hold keys, and the like. */
const KEY_FILE =
  "(?:\\.ssh\\b|id_rsa|id_ed25519|id_ecdsa|\\.env\\b|\\.aws\\b|\\.kube\\b|\\.npmrc|\\.netrc|\\.pgpass|\\.git-credentials|\\.gnupg|/etc/(?:passwd|shadow)|mcp\\.json|\\.cursor\\b|keychain|known_hosts|authorized_keys|credentials? files?|private keys?)";

const orders = (...sources: readonly string[]): readonly RegExp[] => sources.map((source) => new RegExp(source, "i"));

/** Of a whole text. */
const ORDERS: readonly RegExp[] = orders(
  // A key file read, and handed on.
  `\\b(?:read|open|cat|load|fetch|get|access|retrieve|take|find)\\b.{0,80}${KEY_FILE}.{0,80}\\b(?:${HAND}|add|use)\\b`,
  `\\bcontents? of .{0,40}${KEY_FILE}`,
  `\\b${HAND}\\b.{0,40}\\b(?:contents?|text|copy)\\b.{0,40}${KEY_FILE}`,
  // Emphasis that a person who reads the page does not see, with words in it.
  "<\\s*(?:important|critical|urgent|mandatory|attention|override|hidden|secret|priority)\\b[^>]{0,40}>",
  "<\\s*(system|instructions?|assistant|admin|prompt|ai|agent|llm)\\b[^>]{0,40}>(?:[^<\\s]+\\s+){2}.{0,2000}<\\s*/\\s*\\1\\s*>",
);

/** A tool put out of use for this one. */
const SUPPLANTED = new RegExp(
  `\\b(?:never|stop) (?:use|using|call|calling|invoke|invoking) ${NAME}.{0,120}\\b(?:always|only|instead)\\b.{0,20}\\b(?:use|call|invoke) this\\b`,
  "i",
);

/** Of one sentence. */
const OF_SENTENCE: readonly RegExp[] = orders(
  // In front of every other tool, or of every answer.
  `\\b(?:before|prior to|ahead of|instead of|rather than|in place of|over) (?:using |calling |invoking |running |trying )?(?:any|every|all|each)(?: of)?(?: the)? other (?:tools?|functions?|tool calls?)\\b`,
  "\\bprefer (?:this|it)\\b.{0,20} (?:to|over) (?:any|every|all|each)(?: of)?(?: the)? others?\\b",
  `\\b(?:before|prior to) (?:using |calling |invoking |running )?(?:any|every|all|each)(?: of the)? (?:tools?|functions?)\\b`,
  `\\b${CALL} (?:this|it)(?: tool| function| one)?\\b[^:]{0,40}\\b(?:on|for|in|after|before|with|at) (?:every|each) (?:single )?(?:user )?(?:message|turn|answer|reply|response|prompt|request)s?\\b(?! (?:that|which|in|of|to|you|from))`,
  `\\b(?:on|for|in|after|before|with) (?:every|each) (?:single )?(?:user )?(?:message|turn|answer|reply|response|prompt)\\b.{0,40}\\b${CALL} (?:this|it)\\b`,
  `\\b(?:must|should|has to|is|be|as) (?:always )?(?:be )?the (?:very )?first (?:tool|function|one)\\b.{0,20}\\b(?:you|to|that|in|is)\\b`,
  `\\b(?:silently|quietly) ${CALL} (?:this|it)\\b`,
  // The conversation, or what the assistant was told, as an argument.
  `\\b${CALL}\\b.{0,40}\\bwith (?:the|this|your|our) (?:${WHOLE} )?(?:chat|conversation|message) history\\b`,
  `\\b(?:everything|all|anything|whatever|what) (?:that )?(?:was |were |we |you |has been )?(?:discussed|said|talked about|written|mentioned) (?:so far|up to now|until now|earlier|before this|in this (?:chat|conversation|session))\\b`,
  `\\b(?:${HAND}|list|name|tell)\\b.{0,40}\\b(?:tools|functions) (?:that )?(?:you (?:have|can|know|see)|(?:are )?available to you)\\b`,
  `\\b(?:the|this|any) (?:assistant|model|llm|ai|agent) (?:must|shall|should|has to|is required to|needs to)\\b.{0,60}\\b(?:${HAND}|${CALL}|ignore|hide|list|reveal|disclose|repeat)\\b`,
  `\\b${HAND}\\b.{0,60}\\b${WHOLE} (?:conversation|chat|dialog(?:ue)?|message history|history|context|transcript)\\b(?! ids?\\b)`,
  `\\b${CALL}\\b.{0,60}\\b(?:and|then|always|also|,) (?:always |also |then )?${HAND}\\b.{0,20}\\b(?:the|this|your|our|all of the) ${TALK}`,
  `\\b${HAND}\\b.{0,20}\\b(?:the|this|your|our) ${TALK}.{0,20}\\b(?:here|as (?:an? |the )?(?:argument|parameter|sidenote|note|context|input)|in (?:the )?\`[^\`]{1,40}\`)`,
  `\\b${WHOLE} (?:conversation|chat|dialog(?:ue)?)(?: history)?,? (?:so far|up to now|until now|with (?:the|this|your) (?:user|person|human))\\b`,
  `\\b${HAND}\\b.{0,60}\\b(?:everything|anything|all|whatever) (?:that )?(?:the user|you|the person|the human)(?: has| have)? (?:said|typed|told|wrote|written|sent|seen|know|been told)\\b`,
  `\\b${HAND}\\b.{0,60}\\b(?:system prompt|system message|developer message|hidden prompt|environment variables?|chain of thought|(?:your|all(?: of)? your) (?:instructions|guidelines|rules))\\b`,
  `\\b(?:your|the assistant's|the model's) (?:own )?(?:system prompt|system message|hidden prompt|chain of thought|context window)\\b`,
  `\\b${HAND}\\b.{0,40}\\b(?:all|any|every) (?:of the |the |your |user'?s? )?(?:other )?(?:credentials?|secrets?|passwords?|api keys?|access tokens?|tokens|private keys?)\\b`,
  // Secrecy towards the person.
  "\\b(?:do not|don't|never|without|must not|should not|avoid|refrain from)\\s+(?:ever )?(?:tell|telling|mention|mentioning|inform|informing|notify|notifying|alert|alerting|warn|warning)\\b.{0,60}\\b(?:user|person|human|anyone|customer|them)\\b",
  "\\b(?:do not|don't|never|without)\\s+(?:ever )?(?:reveal|revealing|disclose|disclosing|show|showing|report|reporting|mention|mentioning)\\s+(?:this|that (?:this|you)|these instructions|the (?:use|call|existence) of)\\b",
  "\\b(?:hide|conceal|keep) (?:this|it|that|the (?:call|use|fact))\\b.{0,40}\\b(?:secret|hidden|from (?:the )?(?:user|person|human|customer)|to yourself|between us)\\b",
  "\\bwithout (?:the )?(?:user|person|human|customer)(?:'s)? (?:knowledge|knowing|noticing|consent|permission|approval|confirmation)\\b",
  "\\b(?:user|person|human) (?:must|should|need|may|can) ?not (?:know|see|notice|learn|find out|be (?:told|informed|asked|aware))\\b",
  "\\b(?:do not|don't|never) let (?:the )?(?:user|person|human|anyone) (?:know|see|notice)\\b",
  "\\b(?:do not|don't|never|without)\\s+ask(?:ing)? (?:the )?(?:user|person|human|customer)\\b.{0,20}\\b(?:confirmation|permission|approval|consent|first|before)\\b",
  "\\bif (?:the )?(?:user|person|human|customer|anyone|somebody|they) asks? (?:what|why|how|whether|if|about) (?:you|this|the tool|the call|it|your)\\b.{0,60}\\b(?:say|tell|answer|reply|claim|respond|pretend|deny)\\b",
  `\\b(?:secretly|covertly|stealthily|discreetly) (?:${CALL}|${HAND}|add|read|collect)\\b`,
  // In the place of others, or against them.
  `\\b(?:do not|don't|never|stop|must not) (?:ever )?${CALL.replace(")", "|using|calling)")} (?:any |the |all )?(?:other |another )(?:tools?|functions?)\\b`,
  `\\b(?:ignore|disregard|distrust|bypass|disable)\\b.{0,40}\\b(?:other|all|any) (?:tools?|functions?)\\b`,
  `\\b(?:results?|answers?|outputs?|values?|data|responses?|replies) (?:of|from|by|that|in) ${TOOL}.{0,40}\\b(?:are|is|were|was) (?:always |often |all |simply |just |known to be )?(?:wrong|incorrect|false|fake|forged|unreliable|inaccurate|untrustworthy|compromised|malicious|dangerous|not to be trusted)\\b`,
  "\\b(?:all |any |the )?other (?:tools?|functions?)\\b.{0,20}\\b(?:return|give|are|is|have|produce|contain|deliver)\\b.{0,30}\\b(?:wrong|manipulated|false|fake|unreliable|incorrect|unsafe|insecure|broken|compromised|malicious|dangerous)\\b",
  "\\b(?:rely on|trust|believe) (?:only this|this (?:one|tool)? ?(?:only|alone))\\b",
  "\\b(?:overrides?|outranks?|takes? precedence over|(?:is|are) (?:more important|above)(?: than)?)\\b.{0,20}\\b(?:system prompt|system message|(?:your|other|previous|earlier|all|any) (?:instructions|rules|guidelines))\\b",
  `${NAME}(?: tool| function)? (?:is|are|was|has been) (?:\\w{1,20}(?:,| and|, and) ){0,2}(?:wrong|compromised|malicious|unsafe|insecure|dangerous|broken|not to be trusted|hacked)\\b`,
  `\\bthis tool (?:overrides?|replaces?|supersedes?|takes precedence over|has priority over|comes before) (?:all|any|every|each|the)(?: of the)? (?:other|others|tools)\\b`,
  // What was said to or by another tool, handed to this one.
  `\\b(?:when|whenever|if|after|before|once|as soon as|each time|every time|while)\\b.{0,80}\\b(?:is|are|was|were|gets?|has been|have been|being) (?:used|called|invoked|executed|run|triggered)\\b.{0,60}\\b${HAND}\\b.{0,40}\\b(?:arguments?|parameters?|inputs?)\\b`,
  `\\b(?:when|whenever|if|after|before|once|as soon as|each time|every time|while)\\b.{0,80}\\b(?:used|using|called|calling|call|use|invoked|invoking)\\b.{0,80}\\balso (?:${HAND}|call|use|invoke)\\b.{0,60}\\b(?:here|this|too|as well)\\b`,
  `\\b${HAND}\\b.{0,40}\\b(?:arguments?|parameters?|inputs?|outputs?|results?|answers?|responses?) (?:of|from|to) (?:the |all |any |every |each )*others? (?:tools?|functions?|calls?)\\b`,
  `\\b${HAND}\\b.{0,80}\\b(?:every|each|all|any)(?: (?:other|later|further|subsequent|following|future|next))? (?:tool|function) calls?\\b`,
  "\\b(?:bcc|blind[- ]?cop(?:y|ied))\\b.{0,20}\\bto [^\\s@]{1,80}@",
  // What another tool is to be given, but for what it is told to give.
  `\\b(?:when|whenever|if|before|each time|every time)\\b.{0,80}\\b(?:change|replace|redirect|reroute|swap|override|bcc|cc)\\b.{0,40}\\b(?:recipients?|address(?:es)?|accounts?|amounts?|destinations?|iban|payees?|urls?|hosts?)\\b`,
);

/** Where a sentence ends. The point of `orders.get` is none. */
const ENDS = /[.!?](?=\s|$)|[\n\r;]/;

/** True when the text gives orders about more than its own tool. */
export function reachesBeyondItsTool(text: string): boolean {
  const folded = text
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/[’‘]/g, "'");
  const sentences = folded.split(ENDS).map(plain);
  const whole = plain(folded);
  // A line may end inside a sentence: each is looked at by lines, and without them.
  const unbroken = whole.split(ENDS).map(plain);
  return (
    ORDERS.some((order) => order.test(whole)) ||
    SUPPLANTED.test(whole) ||
    [...new Set([...sentences, ...unbroken])].some((sentence) => OF_SENTENCE.some((order) => order.test(sentence)))
  );
}

const plain = (text: string): string => text.replace(/\s+/g, " ").trim();
