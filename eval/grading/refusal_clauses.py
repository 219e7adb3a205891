"""Clauses that refuse, read alone, and whether the gap they name is what was asked.

`eval.grading.refusals` reads whole sentences beside a reference and is careful; here more counts as a refusal ("the
date does not appear in the passages", 資料にはない), and less where someone else could not do something ("he could not
find work").
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from eval.grading.remark_words import remark_words
from rag.text.refusals import is_refusal
from rag.text.tokens import Token, tokenise

_I = re.IGNORECASE
SOURCE = (
    r"(?:passages?|texts?|contexts?|documents?|articles?|information|sources?|excerpts?|materials?|references?|files?"
    r"|evidence|data|snippets?|records?|sections?|paragraphs?|guides?|manuals?|leaflets?|brochures?|tables?|charts?|recipes?"
    r"|contracts?|leases?|polic(?:y|ies)|handbooks?|pages?|chapters?|clauses?|minutes|papers?|stud(?:y|ies)|authors?|faq|sheets?"
    r"|books?|entr(?:y|ies)|reports?|notes?|specifications?|summar(?:y|ies)|profiles?|instructions?)"
)
SOURCE_JA = r"(?:資料|文書|文章|本文|テキスト|文脈|記事|文献|情報|記載|記述|規程|規約|契約書|マニュアル|一覧表?|報告書|説明書|コンテキスト|パッセージ|ドキュメント|出典|文中)"
_TELLS = (
    r"(?:mention|stat|say|said|tell|told|giv|provid|specif|indicat|contain|includ|nam|describ|reveal|cover|discuss"
    r"|address|list|identif|clarif|disclos|explain|show|refer|record|offer|answer|appear|found|find|confirm)\w*"
)
_MORE_EN = re.compile(
    rf"\b(?:neither|none|nothing|nowhere|no)\b.{{0,60}}\b{_TELLS}|\b(?:say|says|said|state|states) nothing\b"
    rf"|^\W*(?:not|un|in|none)[ -]?(?:answerable|stated|given|specified|mentioned|available|provided|found|disclosed"
    r"|determinable|determined|known|indicated|applicable)\b"
    rf"|\b(?:is|are|was|were|be|been|has|have|had)(?: never| nowhere| not|n't) (?:\w+ ){{0,2}}?"
    rf"(?:mentioned|stated|given|specified|provided|indicated|named|recorded|disclosed|described|known)\b"
    rf"|\b{SOURCE}\b.{{0,60}}\b(?:do|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{_TELLS}"
    rf"|\b(?:do|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{_TELLS}.{{0,40}}\b{SOURCE}\b"
    rf"|\b{SOURCE}\b.{{0,30}}\b{_TELLS} no\b"
    rf"|^(?:however, |but |and )?(?:they|it|these|this)\b (?:do|does|did)(?: not|n't) (?:\w+ ){{0,2}}?{_TELLS}"
    rf"|\b{SOURCE}\b.{{0,30}}\b(?:lacks?|omits?|fails? to|leaves? (?:this |it )?(?:open|unclear))\b"
    r"|\b(?:not|n't|no|never|impossible|unable|insufficient|lack of|missing)\b.{0,12}\b(?:possible|way|enough"
    r"|sufficient|basis|able|evidence|information|details?|context|data|to)\b.{0,30}\b(?:to )?(?:determine|say|tell"
    r"|answer|know|identify|establish|infer|conclude|judge|find)"
    r"|^\W*(?:not enough|insufficient|no|missing) (?:\w+ )?(?:information|context|data|evidence|details?|answer)\b"
    r"|\bknowledge\b.{0,20}\b(?:not|n't)\b"
    r"|\bi(?:'m| am)? (?:sorry|afraid)?.{0,24}(?:can't|cannot|can not|won't|not able to|unable to) (?:\w+ )?(?:share"
    r"|disclose|reveal|discuss|comply|assist|fulfil|help|provide|offer|speculate|tell|answer|give)"
    rf"|\b(?:is|are|was|were)(?: not|n't) (?:\w+ )?(?:in|within|among|covered|discussed|included|part)\b.{{0,30}}"
    rf"\b{SOURCE}"
    rf"|\b{SOURCE}\b.{{0,40}}\b(?:is|are) (?:unavailable|absent|missing)\b|\bnothing\b.{{0,20}}\b{SOURCE}\b"
    r"|^(?:but|though) (?:not|nothing) (?:about|on|regarding|concerning)\b"
    r"|\banswerable\W+(?:false|no)\b|\b(?:undetermined|unspecified|unanswerable)\b"
    rf"|\b{SOURCE}\b (?:only|merely) {_TELLS}|についてのみ(?:述べ|書か|説明|記載|言及|触れ)"
    r"|^\W*(?:\w+, )?(?:that|this|it)(?:'s| is) not (?:in )?(?:there|here|them|it)\W*$"
    r"|\b(?:left|leaves? (?:this|it|that)) (?:open|unclear|unanswered)\b|\byet to be \w+|\bno basis\b"
    r"|\b(?:part|detail|piece|information|that) is missing\b|^\W*(?:can't|cannot|couldn't|can not) (?:say|tell|answer|determine)\b"
    r"|\b(?:can't|cannot|can not|couldn't|could not) be (?:\w+ )?(?:established|determined|inferred|derived|worked out|told|identified"
    r"|known|deduced|answered|ascertained)\b|\bi (?:found|find|see|saw|have) (?:nothing|no)\b|\bsays? (?:nothing|little) (?:about|of|on)\b"
    r"|\bnowhere to be (?:seen|found)\b|(?:定め|規定|項目|記入|該当箇所|箇所|文)[がは](?:\w{0,6}も)?(?:ありません|ない|なく|なかった|見つ)|欄は空"
    r"|踏み込んで(?:い|おり)(?:ません|ない)|情報なし|記述なし"
    r"|\bno (?:idea|clue)\b|\b(?:need|require|without|lack)\w* (?:more|additional|further|enough|any) "
    r"(?:information|context|details?|data)\b"
    rf"|\b(?:outside|beyond|out of)\b.{{0,24}}\b(?:scope|{SOURCE})\b|\bnot (?:something|anything)\b.{{0,24}}\b{SOURCE}\b"
    rf"|\b(?:missing|absent|omitted|left out)\b (?:from|in)\b.{{0,24}}\b{SOURCE}\b|\b{SOURCE}\b.{{0,16}}\bsilent\b"
    r"|\bleav\w+\b.{1,40}\bun(?:named|stated|specified|said|clear|mentioned|identified|answered|explained)\b"
    r"|^\W*(?:\w+, )?i (?:could|can|was|am|did)(?: not|n't|not) (?:\w+ )?(?:able to )?"
    r"(?:locate|find|see|spot|pinpoint|determine|identify|establish|work out|figure out|make out|confirm|verify)\b",
    _I,
)
# A place or a thing may be unlisted or not found too: these refuse beside a source, or where they name what was asked.
_NOT_THERE = re.compile(
    r"\b(?:is|are|was|were|been|be)(?: never| nowhere| not|n't) (?:\w+ ){0,2}?(?:listed|found|included|identified"
    r"|reported|published|documented|shown|covered|addressed|noted|explained|present|available|spelled out|detailed)\b"
    r"|\b(?:goes?|went|remains?|stays?|is|are|was|were) (?:left )?un(?:named|stated|said|mentioned|identified|listed"
    r"|reported|recorded|documented|explained|addressed)\b"
    r"|\b(?:is|are|was|were)(?: not|n't|n't to be| nowhere| not to be) (?:there|anywhere|here|found|given)\b\W*$"
    r"|\b(?:do|does|did)(?: not|n't) (?:appear|come up|show up|feature|emerge)\b"
    r"|(?:出て|登場し?|現れ|載っ|載せられ|残っ|挙がっ|見え|及ん)(?:て|で)?は?(?:い|き|おり|こ)?(?:ません|ない)",
    _I,
)
_BUT_NOT = re.compile(rf"\b{SOURCE}\b.{{0,60}}\b{_TELLS} .{{0,60}}?,? (?:but )?not (?P<gap>[^,.;]{{2,60}})\W*$", _I)
_NOT_WHETHER = re.compile(
    rf"\b(?:not|n't|never|neither|none|nothing|no|nor|unable|hardly|fails? to)\b(?: \w+){{0,6}}? {_TELLS}(?: us| me| you)? "
    r"(?:whether|if|who|whom|whose|what|when|where|which|why|how)\b"
    r"|\bi(?:'d| would| could)(?: \w+)? (?:be guess|have to guess|guess)\w*"
    r"|か(?:どうか)?(?:は|が|を|も|まで(?:は)?|について(?:は)?)、?.{0,12}(?:言|述|書|記|載|触|示|分か|判|わか|読|確認|明らか).{0,8}"
    rf"(?:ません|ない|なかった|不明)",
    _I,
)
_ANY_SOURCE = re.compile(rf"\b{SOURCE}\b|{SOURCE_JA}", _I)
_UNKNOWN = re.compile(
    r"\b(?:is|are|was|were|remains?|it's) (?:\w+ly |still )?(?:unknown|unclear|uncertain|not known|not clear)\b"
    r"(?=\W*(?:$|[.,;!?()]|(?:from|in|at|on|who|what|when|where|which|how|why|whether|based|given|if|because)\b))"
    r"|(?:^\W*|は|が|も|[:、])不明(?:です|である|だ|でした|確|瞭|と(?:さ|な)|のまま|$|\W*$|[。、])|^(?:unknown|unclear)\W*$"
    r"|[:は]\s*(?:unknown|不明|n/a)\W*$",
    _I,
)
_UNKNOWN_WORD = re.compile(r"\bun(?:known|clear)\b|不明", _I)
_NOT_JA = r"(?:ません|ない|なく|ず|ぬ|ねます|ねる|なかった)"
_MORE_JA = re.compile(
    r"(?:記載|記述|言及|情報|説明|明記|データ|根拠|回答|解答|答え|該当|手がかり)[^、。]{0,16}?(?:なし|無し|無い|あり?ません|ござい"
    rf"ません|なかった|ない|見(?:当た|つか|付か)(?:り|ら){_NOT_JA}|不足|乏し|不十分|欠け)"
    r"|(?:述べ|示さ|書か|触れ|含ま|挙げ|記さ|記載さ|記述さ|明記さ|明示さ|言及さ|説明さ|提供さ|公表さ|特定さ|載っ|載せ)"
    rf"(?:られ|れ)?て?は?(?:い|おら|おり)?{_NOT_JA}"
    rf"|読み取(?:れ|る(?:こと)?(?:は|が)?(?:でき|出来)){_NOT_JA}"
    r"|(?:判断|回答|特定|確認|断定|断言|算出|判定|推測|推定|計算|お?答え|お?教え|お?伝え|提供|開示|対応|協力|手伝い)"
    rf"(?:を|は|が|に|も|する|すること(?:は|が|も)|こと(?:は|が))*(?:でき|出来|し?かね|いたしかね|致しかね|いたし){_NOT_JA}"
    r"|(?:判断|回答|特定|確認|断定|お?答え)(?:は|が|を|に)?(?:不可|不能|困難|難し|差し?控え|控え)"
    rf"|(?:分か|わか|判|解)(?:ら|り|りかね|って(?:い|おら|おり)){_NOT_JA}|存じ(?:上げ)?ません"
    rf"|(?:知る|知り得る|答える|教える|確かめる)こと(?:は|が)(?:でき|出来){_NOT_JA}|答えられ{_NOT_JA}"
    rf"|{SOURCE_JA}[のに中内]*は?、?(?:ない|無い|ありません|ございません|なかった)|持ち合わせて(?:い|おり|おら){_NOT_JA}"
    rf"|見(?:つけ|付け|出す?)(?:る)?(?:こと(?:は|が))?(?:でき|出来|られ){_NOT_JA}|無回答"
    r"|(?:資料|文書|情報|範囲)(?:の範囲)?(?:外|を超え)"
    rf"|(?:答え|回答|解答|結論)[をはに].{{0,12}}?(?:でき|出来|られ|せ|け|至り|至ら){_NOT_JA}"
    rf"|(?:確か|確実|はっき|明確|何と?も|なんとも).{{0,8}}(?:言え|いえ|申し上げられ|答えられ){_NOT_JA}"
)
_NO_REFUSAL = re.compile(
    r"\b(?:who|he|she|we|they)\s+(?:\w+ly |also |then )?(?:do|did|does|could|can|would|was|were|is|are|ca|cannot)\b"
    rf"(?: not|n't)\s+(?!(?:\w+ly )?(?:{_TELLS})).*$|\bbecause\b(?!.*\b{SOURCE}\b).*$"
    rf"|\b(?!(?:i|it|we|and|or|to|which|that|therefore|thus|so|also|still|but|this|question|answer|{SOURCE})\b)[a-z]+ "
    r"(?:cannot|can't|could not|couldn't|(?:was|were|is|are) unable to) "
    r"(?:find|say|tell|give|provide|identify|answer|confirm|see)\b.*$",
    _I,
)
_THING_NOT_FOUND_JA = re.compile(r"見(?:つか|当た|付か)(?:ら|り)")
_GIVES_REASON_JA = re.compile(r"(?:ため|から|ので|せい)(?:です|だ|である|でした)?[。\s]*$")
_WHY = re.compile(r"\bwhy\b|なぜ|何故|どうして|理由|原因", _I)
_ASPECTS = (
    (r"\bwho(?:se|m)?\b|誰|だれ|何者", r"name|person|people|identity|\w+(?:er|or|ist|ian)|名前|氏名|.*[者人長家物]"),
    (
        r"\bwhen\b|what time|いつ|何年|何月|何日|何時",
        r"dates?|years?|days?|times?|months?|hours?|日|年|時期|日付|月|時刻|時間",
    ),
    (r"\bwhere\b|どこ|何処", r"place|location|site|where|場所|地|所在|位置"),
    (
        r"how many|how much|何人|何個|何件|いくつ|いくら|どのくらい",
        r"numbers?|counts?|amounts?|figures?|prices?|costs?|fees?|数|量|額|値段|価格|金額|数字|費用|料金|運賃|代金",
    ),
    (r"how (?:tall|high)", r"height"),
    (
        r"how (?:long|old|heavy|far|fast|big|large|wide|deep)",
        r"length|duration|age|weight|distance|speed|size|area|width|depth",
    ),
    (r"\bwhy\b|なぜ|どうして", r"reason|cause|理由|原因"),
    (r"\bname\b|\bcalled\b|名前|何という|何て", r"names?|identity|名前|氏名|名称|名"),
    (r"\bwhich\b|どの|どれ|どちら|どこ", r"which|どの|どれ|どちら|どこ"),
)
_OTHER = re.compile(
    r"\b(?:exact|exactly|precise|specific|explicit|explicitly|directly|other|else|before|after|average|also|further)\b"
    r"|まで(?:は|も)?(?!の)|それ以上|正確|詳細|具体|平均|直接|明確|はっきり|以外|以前|以後|その他|ほか",
    _I,
)
_GAP = (
    "among anywhere cover address list name publish document detail disclose clarify touch leaflet brochure "
    "manual page profile work guess clue idea hint trace sign answer information figure number value covered addressed "
    "listed named published documented detailed disclosed clarified touched worked guessing inferred found "
    "traced figured pinned settled spelled spelt elaborated 存在 見受ける 載る 分かる 判る 出る 氏名 名前 断定 断言 得る "
    "得られる 窺う 知る 読み取る 確認 不足 足りる 足る 避ける 控える 差し控える 難しい 困難 無理 不可 把握 取れる 取る 与える "
    "伝わる 伝える 手掛かり 手がかり 糸口 箇所 見当たる 推定 推測 類推 推論 読み解く 突き止める 掴む 見極める 判然 判明 公開 公表 開示 "
    "掲示 掲載 収録 網羅 記入 登録 残る 残す 挙がる 挙げる 列挙 示唆 明かす 語る 論じる 扱う 取り上げる 言い切る 聞く 該当 可否 有無 "
    "明らか 旨 数字 数値"
)
"""What is told or not, beside the vocabulary of talk about answering."""
_LACK = re.compile(
    r"\b(?:not|no|none|neither|never|nothing|nowhere|cannot|without|unable|impossible|hard|difficult|nor|hardly)\b|n't\b",
    _I,
)
_TELLS_NOTHING = re.compile(rf"\b{_TELLS} (?:us |me |you )?(?:no|nothing|neither|none)\b", _I)
_LACK_JA = re.compile(
    r"(?:ません|ない|なく|なかった|なし|無し|ず|ぬ)|^(?:難し|困難|避け|控え|差し?控え|不可|無理|不足|不明)"
)
_ABOUT = re.compile(
    r"[^、。]{1,30}?(?:に関する|についての?|に関しての?|に関して)|\b(?:about|regarding|concerning|as to|on|for) [^,.;]{1,40}$",
    _I,
)
"""What information is about; it may be named in other words than the question's."""
_FILLING = re.compile(r"never|nowhere|any|only|anywhere|nothing|something", _I)


def refuses(question: str, clause: str) -> bool:
    """Return whether a canonical clause declines to answer.

    >>> refuses("Why?", "The date does not appear in the passages."), refuses("Why?", "He could not find work.")
    (True, False)
    """
    if _WHY.search(question) and _GIVES_REASON_JA.search(clause):
        return False
    rest = _NO_REFUSAL.sub("", clause)
    if _THING_NOT_FOUND_JA.search(rest) and not re.search(SOURCE_JA, rest) and not names_asked(question, rest):
        rest = (
            re.sub(r"見(?:つか|当た|付か)(?:ら|り)\w*", "", rest)
            if re.search(r"[はがも]見(?:つか|当た)", rest)
            else rest
        )
    if _UNKNOWN.search(rest) or _MORE_EN.search(rest) or _MORE_JA.search(rest):
        return True
    if _NOT_THERE.search(rest) and (names_asked(question, rest) or _ANY_SOURCE.search(rest)):
        return True
    beside = _BUT_NOT.search(rest)
    if beside and names_asked(question, beside["gap"]):
        return True
    if _NOT_WHETHER.search(rest) or lacks_information(question, rest):
        return True
    return is_refusal(_UNKNOWN_WORD.sub("", rest))


def lacks_information(question: str, clause: str) -> bool:
    """Return whether a clause has no words but those of the question, of what it asks for and of talk, and denies that
    something is told: "the year is not among the details", 答えは文書には存在しません.
    """
    words = remark_words()
    tells = words.source | words.report | _gap_words()
    about = _ABOUT.sub(" ", clause)
    tokens = tokenise(about)
    telling = [token for token in tokens if token.content and (token.stem in tells or token.key in tells)]
    if not telling or not _all_known(question, _content(about)):
        return False
    if any(token.kind == "japanese" for token in tokens):
        return bool(_LACK_JA.search(about[telling[-1].start :]))
    lack = _LACK.search(about)
    told = tokenise(about[lack.end() :])[:8] if lack else []
    return any(token.stem in tells or token.key in tells for token in told) or bool(_TELLS_NOTHING.search(about))


@functools.cache
def _gap_words() -> frozenset[str]:
    return frozenset(stem for token in tokenise(_GAP) for stem in (token.stem, token.key, token.surface) if stem)


def _all_known(question: str, tokens: Sequence[Token]) -> bool:
    """Return whether each word is one of the question, of what it asks for, or of talk about answering."""
    known = remark_words().known | _gap_words() | {token.stem for token in tokenise(question)}
    aspects = [names for asks, names in _ASPECTS if re.search(asks, question, _I)]
    kanji = frozenset(re.findall("[一-鿿]", question))
    return all(
        token.stem in known
        or _FILLING.fullmatch(token.key)
        or not kanji.isdisjoint(token.surface)
        or any(re.fullmatch(names, token.surface.removesuffix("'s"), _I) for names in aspects)
        for token in tokens
    )


def gap_is_asked(question: str, clause: str) -> bool:
    """Return whether a refusal names what was asked, and nothing else."""
    if _OTHER.search(clause) or not _all_known(question, _content(clause)):
        return False
    return names_asked(question, clause)


def leaves_open(question: str, clause: str) -> bool:
    """Return whether a refusal is about what was asked, or names no gap: "I do not know"; not "the day is not given"."""
    return not _OTHER.search(clause) and (names_asked(question, clause) or _all_known(question, _content(clause)))


def names_asked(question: str, clause: str) -> bool:
    """Return whether a clause has a word of the question, or a word for what it asks for: a name for "who"."""
    if any(re.search(asks, question, _I) and re.search(names, clause, _I) for asks, names in _ASPECTS):
        return True
    asked = {token.stem for token in _content(question)}
    return any(token.stem in asked for token in _content(clause))


def _content(text: str) -> list[Token]:
    known = remark_words().source
    words = (token for token in tokenise(text) if token.content and not token.surface.lower().endswith("n't"))
    return [token for token in words if token.stem not in known]
