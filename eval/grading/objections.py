"""Objections to a name in an answer that is not asserted: rank, relation, corrected belief, past, enumeration.

Each function looks at the mention at `start:end` of one canonical sentence. A rank counts only where the question asks
for one ("the largest", 2番目, 初代); a past state only where it asks for the present.
"""

from __future__ import annotations

import itertools
import re

from rag.text.tokens import is_name, tokenise

_KIN = (
    "wife|husband|spouse|son|daughter|father|mother|brother|sister|cousin|uncle|aunt|nephew|niece|student|pupil|friend"
    "|disciple|grandson|granddaughter|grandfather|grandmother|teacher|mentor|master|contemporary|rival|colleague"
    "|follower|successor|predecessor|assistant|neighbou?r|partner|secretary|deputy|apprentice|heir|opponent|boss"
)
_KIN_JA = (
    "妻|夫|息子|娘|父|母|兄|弟|姉|妹|孫|祖父|祖母|叔父|叔母|伯父|伯母|甥|姪|従兄弟|いとこ|子(?!供向|会社)|弟子|師匠|師(?!団)|恩師"
    "|友人|親友|教え子|後継|後任|前任|先任|先代|次代|次(?:の|に)|前の|部下|上司|助手|秘書|同僚|ライバル|同時代|仲間|婚約者|後輩|先輩|[長次三四五][男女]|主君|家臣|家来|門下|門人"
)
_HONORIFIC = "(?:氏|さん|様|君|先生|博士|教授)?"
_BEATEN_BEFORE = re.compile(
    r"\b(?:beat|beats|beating|defeat(?:ed|s|ing)?|overc[ao]me|thrash(?:ed|ing)|edg(?:ed|ing)(?: out)?"
    r"|(?:victory|win|won|triumph(?:ed)?) (?:over|against))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_BEATEN_AFTER = re.compile(
    r"^[」』]?(?:を[^、。はがを]{0,16}(?:下し|破[りっる]|倒し|負かし|退け)|に(?:勝[ちっつ]|勝利)"
    r"|(?: was| were)? beaten\b)"
)
_NOT_BEATEN = re.compile(
    r"\b(?:no one|nobody|none|never|not|fail\w*|close to|almost|nearly)\b|n['’]t\b|ませ|なかっ|ない", re.I
)
_ASKS_WINNER = re.compile(r"\b(?:win|won|wins|winner|winning|champions?)\b|優勝|勝[っちつ]|勝者|勝利", re.IGNORECASE)
_ASKS_LOSER = re.compile(
    r"\b(?:beat|beaten|defeat|against|over|los[te]|opponent)|敗|負け|相手|[をに](?:下|破|倒|勝)", re.IGNORECASE
)
_RELATION_BEFORE = re.compile(rf"\b(?:{_KIN})s? (?:of|to)\s+(?:the\s+)?[\"']?$", re.IGNORECASE)
_PARENTAGE = re.compile(
    r"\b(?:his|her|their|'s) (?:[a-z]+ )?(?:father|mother|brother|sister|son|daughter|uncle|aunt|cousin|grand\w+) "
    r"(?:is|was|had been|worked as|became) (?:an? |the )?$"
    r"|(?<![一-鿿ァ-ヴー])(?:祖?[父母]|兄弟|姉妹|[兄弟姉妹])(?:親|さん)?[はが]、?$",
    re.IGNORECASE,
)  # "her mother was a teacher", of her
_ASKS_KIN = re.compile(rf"\b(?:{_KIN}|dad|mum|mom|parent|rais|gave birth|famil)|[父母兄弟姉妹親育]|誰の", re.IGNORECASE)
_NEXT = re.compile(r"\bfollowed (?:closely )?by\s+(?:the\s+)?[\"']?$", re.IGNORECASE)
_ASKS_NEXT = re.compile(r"\b(?:follow|succe|next|after|second)", re.IGNORECASE)
_RELATION_AFTER = re.compile(
    rf"^[」』]?{_HONORIFIC}(?:の(?:すぐ)?(?:{_KIN_JA})|(?:'s|')\s+(?:[a-z-]+ )?(?:{_KIN})\b|の(?:後|あと)(?:を|に)"
    r"|に(?:代わ|替わ|続)(?:って|り|いて|き)|\s+was (?:succeeded|replaced|preceded|followed) by\b)",
    re.IGNORECASE,
)
_ASKS_WHERE = re.compile(r"\bwhere\b|\blocat|どこに|どこで|どこの|場所|位置", re.IGNORECASE)
_PLACE_BEFORE = re.compile(
    r"\b(?:near|nearby|close to|next to|adjacent to|beside|outside|(?:north|south|east|west) of)\s+(?:the\s+)?[\"']?$",
    re.IGNORECASE,
)
_PLACE_AFTER = re.compile(r"^[」』]?の(?:近く|隣|となり|そば|近郊|郊外|周辺)(?!は)")
_OWNER = re.compile(r"'s?$")
_OWNED = re.compile(r"\b(?:of|to|for|by|under|on|from)\s+$", re.IGNORECASE)  # "the commander of X's mission"
_OWNS = re.compile(r"^(?:'s|')\s+[a-z]")
_OWNS_NAME = re.compile(r"^(?:'s|')\s+(?:(?!at\b|in\b|of\b|on\b|by\b|for\b|from\b|with\b|to\b)[a-z-]+,?\s+){1,3}[A-Z]")
_UNRELATED_BEFORE = re.compile(
    r"\b(?:nothing to do with|unrelated to|not (?:related|linked|connected) (?:to|with)|unconnected (?:to|with)"
    r"|regardless of|independent(?:ly)? of|irrespective of)(?: (?:the|any|an?))?\s*[\"']?$",
    re.IGNORECASE,
)
_UNRELATED_AFTER = re.compile(
    r"^(?:[一-鿿ァ-ヴー]{1,6})?[」』]?(?:と|に)は?(?:全く|まったく|何の|なんの|一切|直接|特に)?(?:の)?(?:無関係|(?:関係|関わり|かかわり|関連|つながり)"
    r"(?:が|は|も)?(?:な[くいか]|無[くい]|ありません|せず|しない))|^[」』]?(?:を問わ|に(?:かかわら|関わら|よら)|と(?:かかわ|関わ)り)ず"
)

_ORDINALS = {
    word: number
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1)
} | {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "runner-up": 2, "首位": 1, "初代": 1, "トップ": 1}
_ORDINALS |= dict.fromkeys(("その次", "それに次", "次点", "2番手", "次に", ", then", "and then"), 2) | {"最初": 1}
_WORDS_EN = "|".join(word for word in _ORDINALS if word.isascii() and not word.endswith("then"))
_ORDINAL_EN = rf"(?P<rank>{_WORDS_EN}|\d{{1,2}}(?:st|nd|rd|th))"
_ORDINAL_JA = r"(?:第?(?P<rank>\d{1,2}|[一二三四五])(?:番目|位|代目?|番(?!線))|(?P<top>首位"
_ORDINAL_JA += r"|初代|トップ|最初|その次|それに次|次に(?!挙|示|述)|次点|2番手))"
_EST = r"(?!west\b|east\b|test|rest\b|guest|forest|request|interest|harvest|priest|contest)[a-z]{2,}est\b"
_MOST_JA = "最も|もっとも|一番|最[大小高低長短古新多少速遅深強初良悪]"
_SUPERLATIVE = re.compile(rf"\bmost\b|\b{_EST}|{_MOST_JA}|トップ|首位", re.IGNORECASE)
_RANK_BEFORE = (
    re.compile(
        rf"\b{_ORDINAL_EN}\b(?:[- ][a-z]+){{0,3}}?\s*(?:is|was|:|,|being|place,?)\s*(?:the )?[\"']?$", re.IGNORECASE
    ),
    re.compile(rf"{_ORDINAL_JA}(?:[^、。\n]{{0,12}}?[はが:]\s*、?|\s?)[「『]?$"),
    re.compile(r"(?:(?P<rank>, then|\band then)|(?P<top>次に))\s?(?:the )?[\"'「『]?$", re.IGNORECASE),
)
_TOP_BEFORE = re.compile(
    rf"(?P<top>(?:{_MOST_JA})(?:(?!次)[^、。\n]){{0,12}})[はが:]\s*、?[「『]?$"
    rf"|\b(?P<most>most [a-z]+|{_EST})(?: [a-z]+){{0,2}} (?:is|was|:) (?:the )?[\"']?$",
    re.IGNORECASE,
)
_RANKS = (
    re.compile(rf"\b{_ORDINAL_EN}\b(?:[- ][a-z]+){{0,3}}?\s*(?:is\b|was\b|:|being\b)", re.IGNORECASE),
    re.compile(rf"{_ORDINAL_JA}[^、。\n]{{0,12}}?[はが:]"),
)
_RANK_AFTER = (
    re.compile(
        rf"^[\"']?,?\s*(?:\((?:the )?|(?:is|was|being|comes?|came|ranks?|ranked)\s+(?:only\s+|in\s+|the\s+|its\s+)*)"
        rf"{_ORDINAL_EN}\b(?! (?:name|word)\b)",
        re.IGNORECASE,
    ),
    re.compile(rf"^[」』]?(?:は|が|で)?[^、。\n]{{0,8}}?{_ORDINAL_JA}"),
    re.compile(rf"^\s*\({_ORDINAL_JA}\)"),
)
_BEHIND_JA = re.compile(rf"^[」』]?に次(?:いで|ぎ|ぐ)、?(?:[^、。\n]{{0,8}}?{_ORDINAL_JA})?")
_BEHIND_EN = re.compile(r"\b(?:second|next) only to (?:the )?[\"']?$", re.IGNORECASE)
_BESIDE_JA = re.compile(r"^[」』]?[はがも]、?[^、。\n]{1,20}に次(?:いで|ぎ|ぐ)、?")
_ASKED_RANK_EN = re.compile(rf"\b{_ORDINAL_EN}\b", re.IGNORECASE)
_ASKED_RANK_JA = re.compile(_ORDINAL_JA)
_CONCEDED = re.compile(r"\W{0,9}(?:while|although|though|even though)\b[^,;]{0,200}$", re.IGNORECASE)
_IT_WAS = re.compile(
    r"[^,;.]{1,80}, (?:in fact |actually )?it (?:is|was) (?:actually |in fact )?(?-i:[A-Z])(?!\S*['’]s\b)",
    re.IGNORECASE,
)
_OWN_BELIEF = re.compile(
    r"\b(?:I|we)(?:'d| would| do| am| also| still)? (?:\w+ly )?(?:think|believe|guess|say|assume)\b", re.I
)
_BELIEF = re.compile(
    r"\b(?:many|most|some|several|often|commonly|widely|popularly|mistakenly|wrongly|erroneously|once|legend|myth"
    r"|rumou?rs?|misconception"
    r"|(?:is|was|are|were) (?:\w+ )?(?:said|thought|believed|claimed|assumed|supposed|considered)"
    r"|people (?:\w+ )?(?:think|believe|say|assume)|you might (?:think|expect)|one might think|contrary to)\b",
    re.IGNORECASE,
)
_TURN = re.compile(
    r"\b(?:but|however|yet)\b.{0,40}?\b(?:actually|in fact|in reality|in truth|really|correct|truth|true|right|wrong"
    r"|false|mistaken|it (?:is|was)|this is|that is|they (?:are|were))\b|[;,.]\s*(?:in fact|in reality|actually)\b",
    re.IGNORECASE | re.DOTALL,
)
_BELIEF_JA = re.compile(
    r"^[^、。\n]{0,12}?(?:と|だと|とも|って)(?:も|は)?(?:よく|一般に|広く|しばしば|誤って|長らく|長く)?"
    r"(?:思わ|考えら|言わ|いわ|され|信じ|誤解|勘違|思い(?:込|がち)|思う人|考える人|みなさ|見なさ|言う人)[^。\n]{0,16}?"
    r"(?:が|けど|けれども?|ものの|ても|一方で?|しかし)、?(?P<rest>[^。\n]+)"
)
_STATED_JA = re.compile(
    r"^[^、。\n]{0,12}?(?:と|だと|とも|って)(?:お?答え|回答|申し|述べ|お?伝え|書|記|案内)[^。\n]{0,16}?(?:が|けど|けれども?|ものの)、?"
    r"[^。\n]*?(?:(?:正しく|実際に?|本当|正解|真実|事実)は|実は|(?:誤り|間違い)(?!は|な|あり|ござ)|(?:誤|間違)って)"
)
_TRUTH_JA = re.compile(r"実際|正しく|正解|本当|実は|真実|正確|事実|誤り|間違い")
_NEAR = 60  # characters behind a mention


def related(question: str, text: str, start: int, end: int) -> bool:
    """Return whether the name at `start:end` only says whose relation something else is: "a pupil of X", Xの弟子.

    A place is one, too, where the question does not ask where something is: "the largest city near X", Xの近く.
    """
    if not _ASKS_WHERE.search(question) and (
        _PLACE_BEFORE.search(text[max(0, start - 40) : start]) or _PLACE_AFTER.match(text[end : end + 12])
    ):
        return True
    beaten = _BEATEN_BEFORE.search(text[max(0, start - 40) : start]) or _BEATEN_AFTER.match(text[end : end + 30])
    if beaten and not _NOT_BEATEN.search(text) and _ASKS_WINNER.search(question) and not _ASKS_LOSER.search(question):
        return True
    if _NEXT.search(text[max(0, start - 40) : start]) and not _ASKS_NEXT.search(question):
        return True
    if _PARENTAGE.search(text[max(0, start - 40) : start]) and not _ASKS_KIN.search(question):
        return True
    owner = _OWNER.search(text[start:end])
    before, after = text[max(0, start - 40) : start], text[end - (len(owner.group()) if owner else 0) : end + 40]
    if _RELATION_BEFORE.search(before) or _RELATION_AFTER.match(after) or _OWNS_NAME.match(after):
        return True
    return bool(_OWNED.search(before) and _OWNS.match(after)) or _describes_name(text[end:])


def _describes_name(after: str) -> bool:
    """Return whether what follows a mention makes it part of a clause about a name: Xを支えたY, Xに仕えたY."""
    tokens = tokenise(after[:_NEAR])
    if not tokens or tokens[0].pos != "助詞/格助詞" or tokens[0].surface not in ("を", "に", "と", "から", "へ"):
        return False
    for verb, name in itertools.pairwise(tokens[1:]):
        if name.pos.startswith(("補助記号", "助詞/接続")) or name.surface in "、。,":
            return False
        if verb.pos.startswith(("動詞", "助動詞")) and name.pos.startswith("名詞"):
            return is_name(name)
    return False


def unrelated(text: str, start: int, end: int) -> bool:
    """Return whether the mention is said to have no part in it: "nothing to do with X", Xとは関係なく."""
    before = text[max(0, start - 40) : start]
    return bool(_UNRELATED_BEFORE.search(before) or _UNRELATED_AFTER.match(text[end : end + 20]))


def misranked(question: str, text: str, start: int, end: int) -> bool:
    """Return whether the mention has another rank than the question asks for: "X is the second largest", 2位はX."""
    asked, given = _asked_rank(question), _given_rank(question, text, start, end)
    return None not in (asked, given) and asked != given


def ranked_as_asked(question: str, text: str, start: int, end: int) -> bool:
    """Return whether the mention is given the very rank that the question asks for."""
    asked = _asked_rank(question)
    return asked is not None and asked == _given_rank(question, text, start, end)


def _given_rank(question: str, text: str, start: int, end: int) -> int | None:
    before, after = text[max(0, start - 60) : start], text[end : end + 40]
    behind = _BEHIND_JA.match(after)
    if behind is not None and (_rank(behind) or _asked_rank(question) != 1):
        return max(1, _rank(behind) - 1)  # 霞ヶ浦に次いで三番目: 霞ヶ浦 is the second
    if _BEHIND_EN.search(before):
        return 1
    after = _BESIDE_JA.sub("", after)
    found = [match for pattern in _RANK_BEFORE if (match := pattern.search(before))]
    found = found or [match for pattern in _RANK_AFTER if (match := pattern.match(after))]
    top = None if found else _TOP_BEFORE.search(before)
    if top is not None and _same_scale(question, top) and _ranks(text, _asked_rank(question)):
        return 1
    return _rank(found[0]) if found else None


def _ranks(text: str, asked: int | None) -> bool:
    """Return whether something has the rank that is asked for, be it what a superlative is said of."""
    return asked == 1 or any(_rank(match) == asked for pattern in _RANKS for match in pattern.finditer(text))


def _same_scale(question: str, top: re.Match[str]) -> bool:
    """Return whether a superlative is of what the question ranks: 最も高い山 beside 2番目に高い山, not 最も深い."""
    if top["most"]:
        return re.search(rf"\b{re.escape(top['most'])}\b", question, re.IGNORECASE) is not None
    adjectives = [token for token in tokenise(top["top"]) if token.pos.startswith("形容詞")]
    scale = "".join(token.surface for token in adjectives) or top["top"][:2]
    return any(kanji in question for kanji in re.findall("(?!最)[一-鿿]", scale))


def _asked_rank(question: str) -> int | None:
    match = _ASKED_RANK_JA.search(question) or _ASKED_RANK_EN.search(question)
    if match is not None:
        return _rank(match)
    return 1 if _SUPERLATIVE.search(question) else None


def _rank(match: re.Match[str]) -> int:
    word = (match["rank"] or match.groupdict().get("top") or "").lower()
    return _ORDINALS.get(word) or int(re.sub(r"\D", "", word) or 0)


def overturned(text: str, start: int, end: int) -> bool:
    """Return whether the sentence gives the mention as a belief of others and turns against it."""
    after = text[end:]
    if _CONCEDED.match(text[:start]) and _IT_WAS.match(after):
        return True
    before = _OWN_BELIEF.sub("", text[:start])
    if _BELIEF.search(before) and not _TURN.search(before) and _TURN.search(after):
        return True
    if _STATED_JA.match(after):
        return True
    belief = _BELIEF_JA.match(after)
    if belief is None:
        return False
    rest = belief["rest"]
    return _TRUTH_JA.search(rest) is not None or any(is_name(token) for token in tokenise(rest))
