/**
 * Jailbreak personas. Playing a part is no attack: what acts is being set free of rules, said outright or by several of the words that
 * go with it (`release`, see evidence.ts).
 */
import { hint, type Pattern, pattern } from "./pattern.ts";

const FREE = "(?:unfiltered|uncensored|unrestricted|amoral|unethical|unmoderated|unbounded|unhinged|limitless)";
const RULES =
  "(?:ethic\\w*|moral\\w*|censorship|openai|content (?:polic|filter|restriction|guideline)\\w*|safety (?:guideline|filter|polic|restriction|rule|protocol)\\w*|restrictions?|filters?|limitations?|guidelines?|boundaries)";
const WICKED = "(?:illegal|immoral|unethical|harmful|explicit|offensive|dangerous|inappropriate|nsfw|illicit)";

/** Words of a release from rules: one of them may be anybody's. */
const RELEASES: readonly Pattern[] = [
  hint(
    "release",
    4,
    `\\b(?:${FREE}|evil)\\b.{0,40}\\b(?:ai|bot|chatbot|model|response|answer|assistant|version|character|persona|mode)\\b`,
  ),
  hint(
    "release",
    3,
    `\\b(?:no|without|free (?:of|from)|not (?:bound|limited|restricted|constrained) by|ignor\\w+|bypass\\w*|disabl\\w+|remov\\w+) (?:any |all |the |your |of |its |those |usual |typical ){0,3}(?:ethic\\w*|moral\\w*|legal|safety|content|censorship|openai|restrictions?|filters?|limitations?|guidelines?|boundaries|policies|safeguards?|constraints)\\b.{0,30}\\b(?:guidelines?|restrictions?|filters?|limit\\w*|polic\\w+|concerns?|whatsoever|rules|constraints|considerations?|you|ai|on|or|and)\\b`,
  ),
  hint(
    "release",
    3,
    `\\b(?:openai|content|usage|safety|ethical|moderation)(?:'s)? (?:polic(?:y|ies)|guidelines|restrictions|filters?)\\b.{0,60}\\b(?:ignore|not apply|bypass|violat\\w+|disregard|break|without|against|regardless|freed?|no longer|doesn'?t|avoid|circumvent)\\b`,
  ),
  hint(
    "release",
    3,
    `\\byou are (?:now )?(?:free (?:of|from)|liberated|unchained|no longer (?:bound|an ai|a language model|chatgpt))\\b|\\b(?:broken|break|breaks|set) free (?:of|from) (?:the |all |any )?(?:typical |usual )?(?:confines|limits?|limitations?|rules|restrictions|chains|constraints)\\b`,
  ),
  hint(
    "release",
    3,
    `\\b(?:trained|respond|answer|act|behave|operate)\\w* (?:as an? ai )?(?:that was trained )?without (?:any )?(?:safety|rules|filters?|restrictions?|censorship|limits|guidelines|ethic\\w*)\\b|\\bif you had no (?:safety|rules|filters?|restrictions?|limits)\\b`,
  ),
  hint(
    "release",
    4,
    `\\b(?:regardless of|no matter (?:how|if|what)|without regard (?:for|to)|even if|whether or not)\\b.{0,40}\\b(?:${WICKED}|legality|morality|ethics|openai)\\b`,
  ),
  hint("release", 3, `\\b${WICKED}(?:, ?| or | and |/|, or |, and )(?:\\w+(?:, ?| or | and |/)){0,2}${WICKED}\\b`),
  hint(
    "release",
    3,
    `\\b(?:never|cannot|can't|must not|not allowed to|will not|won't|does not|doesn't|not) (?:ever )?(?:refuse|decline|reject|deny|turn down|censor)(?:s|ing)? (?:to |a |an |any |my |the |anything|direct |human |user)`,
  ),
  hint(
    "release",
    4,
    `\\b(?:not|n't|no longer|without|never)\\b.{0,12}\\b(?:abide|abiding|adhere|adhering|follow|comply|complying|bound|restricted|limited)\\b(?: by| to| with)? (?:the |any |your |all |its |those |these )?(?:rules (?:imposed|of ai|set)|ethic\\w*|moral\\w*|openai\\w*|content|polic\\w+|limitations|restrictions|guidelines|programming)`,
  ),
  hint(
    "release",
    3,
    `\\b(?:does not|doesn't|do not|don't|has no|have no|lacks?|without) (?:care|have|possess|need|any|regard)?\\b.{0,20}\\b(?:morals?|morality|ethics|ethical|censor\\w*|content filter\\w*|moral compass|inhibitions)\\b`,
  ),
  hint(
    "release",
    4,
    `\\b(?:not|n't|no longer|no long|no|zero|without|free (?:of|from)|liberated from|disregards?|disregarding|ignores?|never|lacks?|beyond|outside) (?:[a-z]+ ){0,5}(?:open ?ai'?s?|content|ethical|moral|safety|usage) (?:[a-z]+ )?(?:polic\\w+|guidelines|restrictions|rules|filters?|norms|limitations|considerations|constraints|standards)\\b`,
  ),
  hint(
    "release",
    2,
    `\\bopen ?ai(?:'?s)? (?:[a-z]+ )?(?:polic\\w+|guidelines|rules|restrictions|limitations)\\b|\\b(?:polic\\w+|guidelines|rules|restrictions|limitations) (?:of|by|from) open ?ai`,
  ),
  hint(
    "release",
    3,
    `\\b(?:not|n't|never|no longer|disregards?|ignores?|without) (?:follow|have|need|obey|respect|care about|care)? ?(?:any |all |any and all ){1,2}(?:of )?(?:the )?(?:laws?|principles|morals?|rules|guidelines|ethics|restrictions|limitations|censorship)\\b|\\bzero (?:restrictions|limitations|filters|ethics|morals)\\b|\\b(?:disregards?|above|outside|no) (?:all )?laws?, (?:morals?|ethics)`,
  ),
  hint(
    "release",
    2,
    `\\b(?:answers?|fulfil?ls?|obeys?|complies with|comply with|does|generate) (?:any|every|all)(?: of)? (?:my |the |user'?s? )?(?:questions?|requests?|prompts?|orders?|commands?)\\b`,
  ),
  hint(
    "release",
    3,
    `\\b(?:never|not|don't|do not|instead of|without) say(?:ing)? (?:things like |that )?["']?(?:i'?m sorry|i am sorry|i cannot|i can't|as an ai|sorry)|\\b(?:never|not|don't) (?:mention|state|remind).{0,30}\\bas an? (?:ai|language model)\\b`,
  ),
  hint(
    "release",
    3,
    `\\bjailbr(?:eak|oken)\\w*\\b|\\bbypass(?:es|ing)? (?:its|the|your|openai'?s?|content|all|any) (?:[a-z]+ )?(?:restrictions|filters?|polic\\w+|guidelines|limitations|censorship)\\b`,
  ),
  hint(
    "release",
    3,
    `\\b(?:nsfw|profanity|swear\\w*|curs(?:e|es|ing)|illegal (?:acts|things|activities|content))\\b.{0,40}\\b(?:allowed|permitted|encouraged|freely|ok|okay)\\b`,
  ),
];

const PARTS: readonly Pattern[] = [
  hint(
    "persona",
    3,
    `\\b(?:you (?:are|will be|'re) (?:now|no longer|going to (?:act|pretend|be|roleplay))|pretend (?:you are|that you are|to be|you're|you have no)|act as (?:if|though) you|roleplay as|imagine you are|simulat(?:e|ing) being|you will (?:act|pretend|play|roleplay))\\b.{0,80}\\b(?:ai|chatbot|model|assistant|gpt|no (?:rules|limits|restrictions)|hacker|criminal|evil|uncensored|unfiltered|language model|terminal|without)\\b`,
  ),
  hint(
    "persona",
    2,
    `\\b(?:never|cannot|can't|do not|don't|must not|not allowed to|will not|won't) (?:ever )?(?:refuse|decline|reject|deny|say (?:no|that you can'?t|you can'?t|sorry)|break character|apologi[sz]e|mention (?:that )?(?:you|any|openai))\\b`,
  ),
  hint(
    "persona",
    2,
    `\\b(?:stay|remain|staying) in character\\b|\\bbreak(?:ing)? (?:of )?character\\b|\\b(?:opposite|evil|anti|alter ego|machiavellian)\\b.{0,20}\\b(?:mode|ai|bot|gpt|dan)\\b`,
  ),
  hint("persona", 1, `\\byou are now (?:called |named |an? |["'])|\\byou are (?:now )?allowed to (?:say|do|answer)\\b`),
  hint(
    "persona",
    1.5,
    `\\b(?:respond|answer|reply)\\b.{0,60}\\b(?:in|as|with) (?:two|2|both)\\b.{0,30}\\b(?:manners?|ways?|paragraphs?|persons?|modes?|perspectives?|personas?)\\b|\\b(?:ai|model|bot) (?:similar to|like) yourself\\b`,
  ),
];

export const PERSONAS: readonly Pattern[] = [
  pattern(
    "persona",
    7,
    `\\bdo anything now\\b(?! (?:to|so|that|for|about)\\b)|\\bd\\.?a\\.?n\\.? mode\\b|\\bjailbr(?:eak|oken)(?:ed|ing)? (?:mode|prompt|yourself|chatgpt|ai|llm|version of (?:chatgpt|you|yourself))\\b|\\b(?:you are|act as|be) dan\\b`,
  ),
  pattern(
    "persona",
    5,
    `\\b(?:you (?:are|will|'re)|act|pretend|roleplay|become|simulate|imagine|respond|be)\\b.{0,80}\\b${FREE}(?:,? (?:and )?[a-z-]+){0,3} (?:ai|chatbot|bot|language model|assistant|persona|chatgpt|gpt)\\b`,
  ),
  pattern(
    "persona",
    4,
    `(?:\\b(?:ai|chatbot|language model|chatgpt|llm)\\b.{0,40}|\\b(?:act|behave|respond|operate|speak|reply)\\b.{0,20})\\b(?:no|without|free (?:of|from)|not (?:bound|limited|restricted|constrained) by|unbound by) (?:any |all |the |your |of |its |those |usual |typical |having ){0,3}${RULES}`,
  ),
  pattern(
    "persona",
    4,
    `\\b(?:two|2) (?:different )?(?:responses|answers|outputs|replies|ways)\\b.{0,80}\\b(?:chatgpt|gpt|classic|dan|jailb\\w*|unfiltered|uncensored)\\b|\\[?🔒?classic\\]?.{0,60}\\[?🔓?jailbreak`,
  ),
  ...RELEASES,
  ...PARTS,
];
