"""Clauses that refuse, read alone.

`eval.grading.refusals` reads whole sentences beside a reference and is careful; here more counts as a refusal ("the
date does not appear in the passages", 資料にはない), and less where someone else could not do something ("he could not
find work").
"""

from __future__ import annotations

import re

from eval.grading.gaps import REPEATED, TELLS, lacks_information, names_asked, shared_words
from rag.text.refusals import is_refusal

_I = re.IGNORECASE
DOCUMENT = (
    r"(?:passages?|texts?|contexts?|documents?|articles?|information|sources?|excerpts?|materials?|references?|files?"
    r"|evidence|data|snippets?|records?|sections?|paragraphs?)"
)
"""Words for what a model is given."""
SOURCE = (
    rf"(?:{DOCUMENT}|guides?|manuals?|leaflets?|brochures?|tables?|charts?|recipes?|contracts?|leases?|polic(?:y|ies)"
    r"|handbooks?|pages?|chapters?|clauses?|minutes|papers?|stud(?:y|ies)|authors?|faq|sheets?|books?|entr(?:y|ies)"
    r"|reports?|notes?|specifications?|summar(?:y|ies)|profiles?|instructions?|rules|regulations|menus?"
    r"|listings?|programmes?|itinerar(?:y|ies)|catalogues?|notices?)"
)
SOURCE_JA = (
    r"(?:資料|文書|文章|本文|テキスト|文脈|記事|文献|情報|記載|記述|規程|規約|契約書|マニュアル|一覧表?|報告書|説明書"
    r"|コンテキスト|パッセージ|ドキュメント|出典|文中|議事録|レシピ|規則|規定|記録|台帳|名簿|リスト|取扱説明|案内)"
)
_NOT_JA = r"(?:ません|ない|なく|ず|ぬ|か?ねます|か?ねる|なかった)"
_MORE_EN = re.compile(
    rf"\b(?:neither|none|nothing|nowhere|no)\b.{{0,60}}\b{TELLS}|\b(?:say|says|said|states?) (?:nothing|little)\b|(?:^"
    rf"|: )\W*(?:not|un|in|none)[ -]?(?:answerable|stated|given|specified|mentioned|available|provided|found"
    rf"|disclosed"
    r"|determinable|determined|known|indicated|applicable)\b"
    rf"|\b(?:is|are|was|were|be|been|has|have|had)(?: never| nowhere| not|n't) (?:\w+ ){{0,2}}?(?:mentioned|stated"
    rf"|given|specified|provided|indicated|named|recorded|disclosed|described|known)\b|\b{SOURCE}\b.{{0,60}}\b(?:do"
    rf"|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{TELLS}|\b(?:do|does|did)(?: not"
    rf"|n't) (?:\w+ ){{0,2}}?{TELLS}.{{0,40}}\b{SOURCE}\b|\b{SOURCE}\b.{{0,30}}\b{TELLS} no\b|^(?:however, |but "
    rf"|and )?(?:they|it|these|this)\b (?:do|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{TELLS}"
    rf"|\b{SOURCE}\b.{{0,30}}\b(?:lacks?|omits?|fails? to|leaves? (?:this |it )?(?:open|unclear))\b"
    r"|\b(?:not|n't|no|never|impossible|unable|insufficient|lack of|missing)\b.{0,12}\b(?:possible|way|enough"
    r"|sufficient|basis|able|evidence|information|details?|context|data|to)\b.{0,30}\b(?:to )?(?:determine|say|tell"
    r"|answer|know|identify|establish|infer|conclude|judge|find)|^\W*(?:not enough|insufficient|no"
    r"|missing) (?:\w+ )?(?:information|context|data|evidence|details?|answer)\b|\bknowledge\b.{0,20}\b(?:not|n't)\b"
    r"|\bi(?:'m| am)? (?:sorry|afraid)?.{0,24}(?:can't|cannot|can not|won't|not able to|unable to) (?:\w+ )?(?:share"
    r"|disclose|reveal|discuss|comply|assist|fulfil|help|provide|offer|speculate|tell|answer|give)"
    rf"|\b(?:is|are|was|were)(?: not|n't) (?:\w+ )?(?:in|within|among|covered|discussed|included"
    rf"|part)\b.{{0,30}}\b{SOURCE}|\b{SOURCE}\b.{{0,40}}\b(?:is|are) (?:unavailable|absent|missing)\b"
    rf"|\bnothing\b.{{0,20}}\b{SOURCE}\b"
    r"|^(?:but|though) (?:not|nothing) (?:about|on|regarding|concerning)\b|\banswerable\W+(?:false|no)\b"
    r"|\b(?:undetermined|unspecified|unanswerable)\b"
    rf"|\b{SOURCE}\b (?:only|merely) {TELLS}|についてのみ(?:述べ|書か|説明|記載|言及|触れ)"
    r"|^\W*(?:\w+, )?(?:that|this|it)(?:'s| is) not (?:in )?(?:there|here|them|it)\W*$|\b(?:left|leaves? (?:this|it"
    r"|that)) (?:open|unclear|unanswered)\b|\byet to be \w+|\bno basis\b|\b(?:part|detail|piece|information"
    r"|that) is missing\b|^\W*(?:can't|cannot|couldn't|can not) (?:say|tell|answer|determine)\b|\b(?:can't|cannot"
    r"|can not|couldn't|could not) be (?:\w+ )?(?:established|determined|inferred|derived|worked out|told|identified"
    r"|known|deduced|answered|ascertained)\b|\bi (?:found|find|see|saw|have) (?:nothing|no)\b"
    r"|\bi(?:'d| would) (?:have to|need) (?!(?:go with|say)\b)\b.{1,60}\bto (?:answer|tell|say|know|be sure)\b"
    r"|\bnowhere to be (?:seen|found)\b|(?:定め|規定|項目|記入|該当箇所|箇所"
    r"|文)[がは](?:\w{0,6}も)?(?:ありません|ない|なく|なかった|見つ)|欄は空|記入は?な[いしく]"
    r"|(?:は|が)(?:空欄|未記[入載])(?:です|だ|で(?:し|あ|ござ)|の(?:まま|よう)|と?な[っり]|\W*$)"
    rf"|(?:手がかり|手掛かり|情報|記述|記載|説明|言及)[^。]{{0,24}}?(?:得られ|存在し|含まれて?い?|つかめ|掴め"
    rf"|伴って?い?){_NOT_JA}|(?:扱っ|示す|示し|述べ|触れ|記し|書い|説明し|定め|伝え)[^。]{{0,6}}もの[はがも](?:あり"
    rf"|見当|見つ|存在し|含まれ).{{0,4}}?{_NOT_JA}|について(?:は|の)?[^、。]{{0,16}}{_NOT_JA}(?:でした|です)?[。\s]*$"
    rf"|判読(?:が|は|を)?(?:でき|出来){_NOT_JA}|どこにも(?:ない|あり|見当|見つ|書か|載っ)|わけには(?:いき"
    rf"|まいり)ません"
    r"|踏み込んで(?:い|おり)(?:ません|ない)"
    rf"|\b{SOURCE}\b.{{0,80}}\bnothing else\b|\bremains? open\b"
    r"|\b(?:came|come|comes) up (?:empty|short|blank|with nothing)\b|\bdr[ae]w a blank\b"
    r"|\bthere(?:'s| is| was) nothing (?:about|on|regarding|concerning|as to|to (?:say|suggest|indicate))\b"
    r"|\bno (?:idea|clue)\b|\b(?:need|require|without|lack)\w* (?:more|additional|further|enough|any) (?:information"
    r"|context|details?|data)\b"
    rf"|\b(?:outside|beyond|out of)\b.{{0,24}}\b(?:scope|{SOURCE})\b|\bnot (?:something"
    rf"|anything)\b.{{0,24}}\b{SOURCE}\b|\b(?:missing|absent|omitted|left out)\b (?:from|in)\b.{{0,24}}\b{SOURCE}\b"
    rf"|\b{SOURCE}\b.{{0,24}}\b(?:silent|mute|of no help|unhelpful)\b"
    rf"|\b{SOURCE}\b.{{0,24}}\bstops? short of\b"
    r"|\bstops? short of (?:giving|saying|naming|stating|explaining|mentioning|telling|identifying|specifying)\b"
    r"|\b(?:detail|information|answer|figure|data|name|date)\b (?:seems?|appears?) to (?:be|have been)"
    r" (?:missing|absent|omitted|left out)\b"
    r"|\b(?:has|have|got|leaves?) me stumped\b|\bi(?:'m| am) (?:stumped|at a loss)\b"
    r"|\bleav\w+\b.{1,40}\bun(?:named|stated|specified|said|clear|mentioned|identified|answered|explained)\b"
    r"|^\W*(?:\w+, )?i (?:could|can|was|am|did)(?: not|n't|not) (?:\w+ )?(?:able to )?"
    r"(?:locate|find|see|spot|pinpoint|determine|identify|establish|work out|figure out|make out|confirm|verify)\b",
    _I,
)
# A place or a thing may be unlisted or not found too: these refuse beside a source, or where they name what was asked.
_NOT_THERE = re.compile(
    r"\b(?:is|are|was|were|been|be)(?: never| nowhere| not|n't) (?:\w+ ){0,2}?(?:listed|found|included|identified"
    r"|reported|published|documented|shown|covered|addressed|noted|explained|present|available|spelled out"
    r"|detailed)\b|\b(?:go(?:es)?|went|remains?|stays?|is|are|was|were) (?:left )?un(?:named|stated|said|mentioned"
    r"|identified|listed|reported|recorded|documented|explained|addressed)\b|\b(?:is|are|was|were)(?: not|n't"
    r"|n't to be| nowhere| not to be) (?:there|anywhere|here|found|given)\b\W*$|\b(?:where|who|whom|when|what|which"
    r"|why|how)\b.{1,60}\b(?:is|are|was|were)(?: not|n't)\W*$|\b(?:do|does|did)(?: not|n't) (?:appear|come up|show up"
    r"|feature|emerge)\b"
    r"|(?:出て|登場し?|現れ|載っ|載せられ|残っ|挙がっ|見え|及ん)(?:て|で)?は?(?:い|き|おり|こ)?(?:ません|ない)",
    _I,
)
_BUT_NOT = re.compile(
    rf"(?:\b{SOURCE}\b.{{0,60}}\b(?:{TELLS}|(?:talk|deal|focus|concern|speak)\w*) "
    rf".{{0,60}}?(?:,? (?:but )?not| without {TELLS})|^\W*(?:but|though|yet) not) "
    r"(?P<gap>[^,.;]{2,60})\W*$",
    _I,
)
_SOURCE_DOES_NOT = re.compile(
    r"\b(?P<source>(?:passage|text|context|document|article|source|excerpt|material|snippet)s?)"
    r"(?: \[?\d{1,2}\]?| provided| given| above| here)?(?: \w+ly)?"
    r" (?:(?:do|does)(?: not|n't)|(?:has|have|contains?|gives?|makes?|offers?|provides?|includes?) no)\b",
    _I,
)
_SUPPOSES = re.compile(r"^\W*(?:if|when|whenever|unless|once)\b[^,]*,|^\W*もし", _I)
_QUOTED = re.compile(r"「[^「」]{1,80}」|『[^『』]{1,80}』|\"[^\"]{1,80}\"")  # an answer of a survey, a title
_UNTIL_JA = re.compile(r"\d[年月日時頃ごろ分]{0,3}(?:に(?:なる|至る))?まで[^、。]{0,24}(?:ません|なかった|ない)")
_TOLD_JA = re.compile(r"情報|記録|記載|データ|載|見当た|分か|わか|確認|示さ|書か|述べ")
_ASKS_WHEN_JA = re.compile(r"いつ|何[年月日時]")
_NEGATIVE = re.compile(r"\b(?:not|no|never|cannot)\b|n't\b|ない|(?:ません|なかった)", _I)
_QUOTATION = re.compile(r"(?<=\S )\"[^\"]{3,300}\"|「[^「」]{3,300}」(?=と)")  # what somebody else says
_NOT_WHETHER = re.compile(
    rf"\b(?:not|n't|never|neither|none|nothing|no|nor|unable|hardly|fails? to|without)\b(?: \w+){{0,6}}?"
    rf" {TELLS}(?: us| me| you)? "
    r"(?:whether|if|who|whom|whose|what|when|where|which|why|how)\b|\bi(?:'d| would| could)(?: \w+)? (?:be guess"
    r"|have to guess|guess)\w*|か(?:どうか)?(?:は|が|を|も|まで(?:は)?|について(?:は)?)、?.{0,12}(?:言|述|書|記|載|触"
    r"|示|分か|判|わか|読|確認|明らか).{0,8}"
    rf"(?:ません|ない|なかった|不明)",
    _I,
)
_ANY_SOURCE = re.compile(rf"\b{SOURCE}\b|{SOURCE_JA}", _I)
_UNKNOWN = re.compile(
    r"\b(?:is|are|was|were|remains?|it's) (?:\w+ly |still )?(?:unknown|unclear|uncertain|not known"
    r"|not clear)\b(?=\W*(?:$|[.,;!?()]|(?:from|in|at|on|who|what|when|where|which|how|why|whether|based|given|if"
    r"|because)\b))|(?:^\W*|は|が|も|[:、])(?:不[明詳]|未詳|未公表|非公[開表])(?:です|である|だ|でした|確|瞭|と(?:さ|な)|のまま|$|\W*$|[。、])"
    r"|^\W*(?:unknown|unclear|uncertain|undisclosed)(?:\W*$| (?:from|in|based|given)\b)"
    r"|[:は]\s*(?:unknown|不[明詳]|n/a)\W*$",
    _I,
)
_ONLY_TIMES = re.compile(r"[\d一二三](?:回|度|[ヶかカ箇]所)(?:に|で)?しか")  # how often something is told: it is
_UNKNOWN_WORD = re.compile(r"\bun(?:known|clear)\b|不明", _I)
_MORE_JA = re.compile(
    r"(?:記載|記述|言及|情報|説明|明記|データ|根拠|回答|解答|答え|該当|手がかり)[^、。]{0,16}?(?:なし|無し|無い"
    r"|あり?ません|ござい"
    rf"ません|なかった|ない|見(?:当た|つか|付か)(?:り|ら){_NOT_JA}|不足|乏し|不十分|欠け)"
    r"|(?:述べ|示さ|書か|触れ|含ま|挙げ|記さ|語ら|明かさ|取り上げ|扱わ|記載さ|記述さ|明記さ|明示さ|言及さ|説明さ|提供さ|公表さ|特定さ|載っ|載せ)"
    rf"(?:られ|れ)?て?は?(?:い|おら|おり)?{_NOT_JA}|読み取(?:れ|る(?:こと)?(?:は|が)?(?:でき|出来)){_NOT_JA}"
    r"|(?:判断|回答|特定|確認|断定|断言|算出|判定|推測|推定|計算|お?答え|お?教え|お?伝え|提供|開示|対応|協力|手伝い)"
    rf"(?:を|は|が|に|も|する|すること(?:は|が|も)|こと(?:は|が))*(?:でき|出来|つ[きか]|し?かね|いたしかね|致しかね"
    rf"|いたし){_NOT_JA}"
    r"|(?:判断|回答|特定|確認|断定|お?答え)(?:は|が|を|に)?(?:不可|不能|困難|難し|差し?控え|控え)"
    rf"|(?:分か|わか|判|解)(?:ら|り|りかね|って(?:い|おら|おり)){_NOT_JA}|存じ(?:上げ)?ません|(?:知る|知り得る|答える"
    rf"|教える|確かめる)こと(?:は|が)(?:でき|出来){_NOT_JA}|答えられ{_NOT_JA}|{SOURCE_JA}[のに中内]*は?、?(?:ない"
    rf"|無い|ありません|ございません|なかった)|持ち合わせて(?:い|おり|おら){_NOT_JA}|見(?:つけ|付け"
    rf"|出す?)(?:る)?(?:こと(?:は|が))?(?:でき|出来|られ){_NOT_JA}|無回答"
    r"|(?:資料|文書|情報|範囲)(?:の範囲)?(?:外|を超え)"
    rf"|(?<!不)(?:定か|明らか)(?:では?|に(?:は|も)?(?:なって|され?て)?)?(?:い|おり|あり|ござい)?{_NOT_JA}"
    rf"|判然とし(?:て(?:い|おり))?{_NOT_JA}"
    rf"|(?:答え|回答|解答|結論)[をはに].{{0,12}}?(?:でき|出来|られ|せ|け|至り|至ら){_NOT_JA}|(?:確か|確実|はっき|明確"
    rf"|何と?も|なんとも).{{0,8}}(?:言え|いえ|申し上げられ|答えられ){_NOT_JA}"
)
_NO_REFUSAL = re.compile(
    r"\b(?:who|he|she|we|they)\s+(?:\w+ly |also |then )?(?:do|did|does|could|can|would|was|were|is|are|ca|cannot)\b"
    rf"(?: not|n't)\s+(?!(?:\w+ly )?(?:{TELLS})).*$|\bbecause\b(?!.*\b{SOURCE}\b).*$"
    r"|\bif (?:any|some)\w*\b.*$"
    rf"|\b(?!(?:i|it|we|and|or|to|which|that|therefore|thus|so|also|still|but|this|question|answer|{SOURCE})\b)[a-z]+ "
    r"(?:cannot|can't|could not|couldn't|(?:was|were|is|are) unable to) "
    r"(?:find|say|tell|give|provide|identify|answer|confirm|see)\b.*$",
    _I,
)
_THING_NOT_FOUND_JA = re.compile(r"見(?:つか|当た|付か)(?:ら|り)")
_GIVES_REASON_JA = re.compile(r"(?:ため|から|ので|せい)(?:です|だ|である|でした)?[。\s]*$")
WHY = re.compile(r"\bwhy\b|なぜ|何故|どうして|理由|原因", _I)


def refuses(question: str, clause: str) -> bool:
    """Return whether a canonical clause declines to answer.

    >>> refuses("Why?", "The date does not appear in the passages."), refuses("Why?", "He could not find work.")
    (True, False)
    """
    if _is_statement(question, clause) or _ONLY_TIMES.search(clause):
        return False
    rest = _NO_REFUSAL.sub("", _QUOTATION.sub(" ", clause))
    if _THING_NOT_FOUND_JA.search(rest) and not re.search(SOURCE_JA, rest) and not names_asked(question, rest):
        rest = (
            re.sub(r"見(?:つか|当た|付か)(?:ら|り)\w*", "", rest)
            if re.search(r"[はがも]見(?:つか|当た)", rest)
            else rest
        )
    beside, source = _BUT_NOT.search(rest), _SOURCE_DOES_NOT.search(rest)
    return bool(
        _UNKNOWN.search(rest)
        or _MORE_EN.search(rest)
        or _MORE_JA.search(rest)
        or _NOT_WHETHER.search(rest)
        or (_NOT_THERE.search(rest) and (names_asked(question, rest) or has_source(rest)))
        or (source and source["source"].lower() not in question.lower())
        or (beside and names_asked(question, beside["gap"]))
        or lacks_information(question, rest)
        or is_refusal(_UNKNOWN_WORD.sub("", rest))
    )


def _is_statement(question: str, clause: str) -> bool:
    """Return whether a clause gives a reason that was asked for, supposes something, or repeats a negated question."""
    if WHY.search(question) and _GIVES_REASON_JA.search(clause):
        return True
    reports = has_source(clause) or _TOLD_JA.search(clause)
    if _UNTIL_JA.search(clause) and _ASKS_WHEN_JA.search(question) and not reports:
        return True
    repeated = _NEGATIVE.search(_QUOTED.sub(" ", question)) and shared_words(question, clause) > REPEATED
    return bool(_SUPPOSES.match(clause) or repeated)


def has_source(clause: str) -> bool:
    """Return whether a clause speaks of passages, documents or the like."""
    return _ANY_SOURCE.search(clause) is not None
