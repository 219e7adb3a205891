"""Mentions that are part of a longer name: アメリカ in 南アメリカ, "York" in "New York".

Japanese compounds are read from UniDic short units: a noun or prefix joined without a particle makes another word,
except administrative and generic suffixes (市, 湖, 人), honorifics, and what may stand before a name (作家夏目漱石,
首都東京). English names are read from capitals, which a text in capitals only, or in title case, does not show.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence, Set

from eval.grading.asked import ParsedQuestion
from eval.grading.remark_words import remark_words
from rag.text.tokens import Token, is_name

TITLE_CASE = 0.7  # share of capitalised words from which capitals no longer mark names
_SUFFIX_ALLOWED = frozenset(
    "都 府 県 市 区 町 村 州 国 共和国 王国 帝国 連邦 王朝 氏 さん 様 さま 君 先生 博士 教授 選手 首相 大統領 "
    "総理 王 女王 皇帝 天皇 将軍 公 卿 殿 "
    "川 河 山 湖 島 海 洋 半島 大陸 諸島 地方 地域 人 族 社 駅 空港 株式 会社 製 等 など たち 達 ら 自身 側 内 "
    "付近 周辺 近郊 郊外 地区 郡 省 前 後 頃 間 中 中佐 大佐 少佐 大尉 中尉 少尉 中将 大将 少将 元帥 牧師 神父 "
    "師 帝 翁 嬢 著 "
    "議員 知事 市長 社長 会長 大臣 夫人 左岸 右岸 沿い 流域 上流 下流 河口 山頂 山麓 沖 北部 南部 東部 西部 "
    "中部 市内".split()
)
_ADDRESS = frozenset("都 道 府 県 市 区 町 村 郡 州 国".split())  # 静岡県熱海市 is in 静岡県
_PREFECTURES = frozenset("都 道 府 県 州".split())
_TOWNS = frozenset("市 区 町 村".split())
_FEW_PREFECTURES = {"都": ("東京",), "道": ("北海",), "府": ("京都", "大阪")}  # all others are 県
_ASKS_PREFECTURE = re.compile(
    r"都道府県|[何の]県|という県|県は(?:どこ|何)|\b(?:prefecture|province|state)\b", re.IGNORECASE
)
_ASKS_TOWN = re.compile(r"都市|市町村|[何の](?:市|町|村)|という(?:市|町|村)|\b(?:city|town|village)\b", re.I)
_PLACES_EN = frozenset("state province prefecture county city town river lake island sea ocean mountain region".split())
_NAMED_AFTER = frozenset(
    "賞 像 館 伝 記念 大学 財団 内閣 通り 駅 杯 病 法 効果 定数 方程式 定理".split()
)  # not the person
_DIRECTION = frozenset(
    "東 西 南 北 新 旧 中央 小 大 反 非 不 無 未 準 副 元 前 亜 超 上 下 古 准 半 新興 東部 西部 南部 北部 東南 "
    "南東 北東 北西 南西 赤道 パプア".split()
)
_MODIFIER_EN = frozenset(
    "new north south east west northern southern eastern western latin central upper lower greater papua "
    "equatorial old non anti".split()
)
_FOLLOWER_ALLOWED = frozenset(
    "inc corp corporation company co ltd llc jr sr city prefecture state province county river lake island "
    "ocean sea empire dynasty republic "
    "kingdom mountain mount region family himself herself itself japan usa".split()
)
TITLES = frozenset(
    "sir dr mr mr mrs ms miss lord lady dame madame madam mme monsieur president king queen prince princess professor "
    "prof st saint captain general emperor empress pope king author writer poet painter artist composer scientist "
    "physicist the".split()
)


def in_longer_name(text: str, tokens: Sequence[Token], first: int, last: int, known: Set[str], *, person: bool) -> bool:
    """Return whether tokens[first:last] of `text` are only a part of a longer name.

    `known`: keys of the question's words, which do not make a name longer (日本円); `person`: the question asks who.
    """
    head = tokens[first - 1] if first and tokens[first - 1].end == tokens[first].start else None
    tail = tokens[last] if last < len(tokens) and tokens[last - 1].end == tokens[last].start else None
    if tokens[first].kind == "japanese" and head is not None and head.kind == "japanese":
        size = tokens[last - 1].end - tokens[first].start
        if _headed(head, tokens[first], size, known, person=person):
            return True
    if tokens[last - 1].kind == "japanese" and tail is not None and tail.kind == "japanese":
        return tail.key not in known and _tailed(tokens[last - 1], tail, person=person)
    if tail is not None and tail.surface == "・" and last + 1 < len(tokens):
        return tokens[last + 1].surface[0] in _KATAKANA
    return _in_longer_latin_name(text, tokens, first, last, known)


def another_district(question: str, accepted: Collection[str], name: str, tail: str) -> bool:
    """Return whether `tail` behind a place's name makes it another place than is accepted: 東京府 for 東京都.

    京都市 is in 京都府 and answers where something is, but not in which prefecture.

    >>> [another_district("どこですか", ["東京", "京都"], *place) for place in (("東京", "府"), ("京都", "市"))]
    [True, False]
    """
    if tail not in _PREFECTURES and tail not in _TOWNS:
        return False
    if tail in _FEW_PREFECTURES and name not in _FEW_PREFECTURES[tail]:
        return name + tail not in question
    tier = _PREFECTURES if tail in _PREFECTURES else _TOWNS
    if any(name + other in accepted for other in tier - {tail}):
        return True
    prefecture, town = _ASKS_PREFECTURE.search(question), _ASKS_TOWN.search(question)
    return bool(prefecture and not town and tier is _TOWNS) or bool(
        town and not prefecture and tier is _PREFECTURES and tail != "都"
    )


def _tailed(end: Token, tail: Token, *, person: bool) -> bool:
    """Return whether the Japanese word joined after a mention makes it another word (ドイツ語, 東京大学)."""
    follows = tail.pos.startswith(("名詞/普通名詞", "名詞/固有名詞", "接尾辞/名詞的", "名詞/数詞"))
    if (
        not follows
        or tail.surface in _SUFFIX_ALLOWED
        or "副詞可能" in tail.pos
        or "助数詞" in tail.pos
        or "サ変可能" in tail.pos
    ):
        return False
    if re.fullmatch(r"[ぁ-ん]{1,2}", tail.surface) or (end.surface in _ADDRESS and "地名" in tail.pos):
        return False
    titled = person and ("人名" in end.pos or end.surface[0] in _KATAKANA) and "普通名詞" in tail.pos
    if len(tail.surface) == 1 and end.surface[0] not in _KATAKANA:
        titled = False  # 田中花 is another person, 田中社長 the same
    return not titled or tail.surface in _NAMED_AFTER


def _headed(head: Token, start: Token, size: int, known: Set[str], *, person: bool) -> bool:
    """Return whether the Japanese word right before a mention (of `size` characters) makes it another word."""
    if head.pos.startswith("接頭辞") or head.surface in _DIRECTION:
        return True
    if head.surface in remark_words().source:
        return False  # a citation before the answer: 参照:文書 東京です
    if is_name(head) and start.surface[0] in _KATAKANA:
        return True
    if "固有名詞" not in start.pos:
        return head.key not in known and size < 3 and head.pos.startswith(("名詞", "形状詞", "接尾辞"))
    return "固有名詞" in head.pos and not ("人名" in head.pos and person) and "地名" not in head.pos


_KATAKANA = frozenset(chr(code) for code in range(0x30A1, 0x30FB)) | {"ー"}


def _in_longer_latin_name(text: str, tokens: Sequence[Token], first: int, last: int, known: Set[str]) -> bool:
    words = [token for token in tokens if token.kind == "latin"]
    titled = len(words) > 4 and sum(is_name(token) for token in words) > TITLE_CASE * len(words)
    if tokens[first].kind != "latin" or text.isupper() or titled:
        return False
    before = [token for token in tokens[:first] if token.key]
    head = before[-1] if before and text[before[-1].end : tokens[first].start] in (" ", "-") else None
    if head is not None and head.key in _MODIFIER_EN and (is_name(head) or head.key in ("non", "anti")):
        return True
    tail = tokens[last] if last < len(tokens) and text[tokens[last - 1].end : tokens[last].start] == " " else None
    if tail is None or tail.kind != "latin" or not (is_name(tokens[last - 1]) and is_name(tail)):
        return False
    kind = tail.key.removesuffix("s")
    if kind in _PLACES_EN and known & _PLACES_EN and not {kind, tail.key} & known:
        return True  # New York State is no city, the Ural Mountains are no river
    return tail.content and (tail.key not in _FOLLOWER_ALLOWED | known or (tail.key == "city" and "country" in known))


def another_bearer(asked: ParsedQuestion, tokens: Sequence[Token], first: int, last: int) -> bool:
    """Return whether a family name has a given name that no accepted form has: "Pierre Curie" for "Marie Curie"."""
    key = "".join(token.key for token in tokens[first:last])
    fuller = [form for form in asked.accepted if form != key and form.endswith(key)]
    before = [token for token in tokens[:first] if token.key or token.surface in ",;:()。、"]
    if asked.several or not fuller or not before or not is_name(before[-1]):
        return False
    given = before[-1]
    apart = tokens[first].start - given.end > 1 or (given.kind == "japanese" and tokens[first].start == given.end)
    known = given.key in TITLES or given.key in asked.known or len(given.key) == 1
    return not (apart or known or any(given.key in form for form in asked.accepted))
