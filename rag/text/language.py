"""Japanese and English: which of the two a text is in, one spelling for what means the same, and its words."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.records import Language

if TYPE_CHECKING:
    from fugashi import Tagger

KANA = re.compile(r"[ぁ-ゖァ-ヺｦ-ﾟー]")
JAPANESE = re.compile(r"[ぁ-ゖァ-ヺー々〆一-鿿㐀-䶿豈-﫿\U00020000-\U0002fa1f]")
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
LATIN_WORD = re.compile(r"[A-Za-zÀ-ɏ]+(?:['’-][A-Za-zÀ-ɏ]+)*")
WORD = re.compile(r"[^\W_]+")

# Parts of speech (UniDic pos1) that carry no content: particles, auxiliaries, punctuation, blanks.
_EMPTY_POS = frozenset({"助詞", "助動詞", "補助記号", "空白"})
# Those that say little by themselves: pronouns (何, 誰), and (pos2) verbs such as する and いる, nouns such as こと.
_LIGHT_POS = frozenset({"代名詞", "非自立可能"})


def normalise(text: str) -> str:
    """NFKC and case folding: full-width and half-width, composed and decomposed forms become one."""
    return unicodedata.normalize("NFKC", text).casefold()


def readable(text: str) -> str:
    """The text with U+FFFD for what no text has and no tokenizer takes: NUL, and halves of surrogate pairs."""
    return _NO_TEXT.sub("\ufffd", text)


def detect(text: str) -> Language:
    """The language a text is mainly in: "ja" where Japanese letters outnumber Latin words, else "en".

    Where there is no kana they must outnumber them twice, so that an English sentence which quotes 許斐剛 stays
    English. A text with neither (digits, symbols) counts as English.

    >>> detect("Marie Curieが最初の受賞者となったのは何か"), detect("Who is Takeshi Konomi (許斐剛)?")
    ('ja', 'en')
    """
    text = unicodedata.normalize("NFKC", text)
    japanese = len(JAPANESE.findall(text))
    latin = len(LATIN_WORD.findall(text))
    return "ja" if japanese > (latin if KANA.search(text) else 2 * latin) else "en"


def written_in(answer: str, language: Language, question: str) -> bool:
    """Whether an answer passes for one in `language`, as far as can be told without knowing the right answer.

    An answer to a Japanese question is not, where it has no Japanese letter but an English word: one with a small
    letter in it that is not in the question (so FIFA, H2O and names from the question pass). An answer to an English
    question is not, where it is mainly Japanese.
    """
    answer = unicodedata.normalize("NFKC", answer)
    if language == "en":
        return not JAPANESE.search(answer) or detect(answer) == "en"
    if JAPANESE.search(answer):
        return True
    asked = {word.casefold() for word in LATIN_WORD.findall(unicodedata.normalize("NFKC", question))}
    said = [word for word in LATIN_WORD.findall(answer) if len(word) > 1 and any(letter.islower() for letter in word)]
    return all(word.casefold() in asked for word in said)


@functools.cache
def _tagger() -> Tagger:
    from fugashi import Tagger

    return Tagger()


def words(text: str, language: Language) -> list[str]:
    """The content words of a text, normalised, for lexical search.

    Japanese is cut by MeCab with UniDic; each word stands in its written form, without particles, auxiliaries and
    punctuation. English is cut at everything that is neither letter nor digit, and stemmed (Snowball).

    >>> words("日本の首都は東京です。", "ja")
    ['日本', '首都', '東京']
    >>> words("The author's books", "en")
    ['author', 'book']
    """
    if language == "en":
        return [_stem(word) for word in WORD.findall(normalise(text)) if word not in _STOP]
    return [morpheme.surface for morpheme in morphemes(text)]


@dataclass(frozen=True, slots=True)
class Morpheme:
    """A content word of a Japanese text: as it stands there, normalised, and UniDic's lemma ("" where it has none).

    A `light` one says little by itself: 何, する.
    """

    surface: str
    lemma: str
    light: bool = False


def morphemes(text: str) -> list[Morpheme]:
    """The content words of a Japanese text, in order."""
    return [morpheme for run in runs(text) for morpheme in run]


def runs(text: str) -> list[list[Morpheme]]:
    """The content words of a Japanese text, in order; those that stand next to each other are in one list.

    >>> [[word.surface for word in run] for run in runs("受賞者は何人か")]
    [['受賞', '者'], ['何', '人']]
    """
    found: list[list[Morpheme]] = [[]]
    for word in _tagger()(normalise(text)):
        if word.white_space or word.feature.pos1 in _EMPTY_POS:
            found.append([])
        if word.feature.pos1 not in _EMPTY_POS:
            light = not _LIGHT_POS.isdisjoint((word.feature.pos1, word.feature.pos2))
            found[-1].append(Morpheme(normalise(word.surface), word.feature.lemma or "", light))
    return [run for run in found if run]


@functools.cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer():  # type: ignore[no-untyped-def]
    import Stemmer

    return Stemmer.Stemmer("english")


# English function words: articles, prepositions, auxiliaries, pronouns, and the clitics that splitting leaves over.
_STOP = frozenset(
    "a an the of in on at by to for from with and or as is are was were be been being do does did has have had it its "
    "this that these those there he she they them his her their we you i s t d ll re ve what which who whom whose "
    "when where why how".split()
)
