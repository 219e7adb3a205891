"""Japanese-English dictionary for lexical search across languages: JMdict from the package `jamdict-data`.

Every written form of an entry is paired with the words of its English glosses, as `rag.text.language.words` gives
them, so that a question's words can be looked up in either direction. A pair's share is 1 for a gloss of one content
word, 1/2 for each word of a gloss of two, and so on: "winner" says 勝者 by itself, "prize" and "winner" say 受賞者
together.
JMdict: Electronic Dictionary Research and Development Group, https://www.edrdg.org/edrdg/licence.html (CC BY-SA 4.0).
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import itertools
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from rag.errors import ModelUnavailable
from rag.messages import Message
from rag.settings import cache_dir
from rag.storage.atomic import atomic_directory
from rag.storage.disk_errors import classify_os_error
from rag.text.language import normalise
from rag.text.words import words

NAME = "jmdict-jamdict-data-1.5"
INSTALL = "Install it with: pip install jamdict-data==1.5"
GLOSSES = 12
"""Glosses read per form, first senses first; only common entries if there is one."""
KEPT = 4096
VERSION = 1
_FILE = "pairs.sqlite"
_REMARK = re.compile(r"\([^)]{0,60}\)")

_GLOSSES = """
WITH common(idseq) AS (
        SELECT idseq FROM Kanji WHERE ID IN (SELECT kid FROM KJP)
        UNION SELECT idseq FROM Kana WHERE ID IN (SELECT kid FROM KNP)),
    in_kana(idseq) AS (
        SELECT idseq FROM Sense JOIN misc ON misc.sid = Sense.ID
        WHERE misc.text = 'word usually written using kana alone'),
    forms(form, idseq) AS (
        SELECT text, idseq FROM Kanji
        UNION SELECT text, idseq FROM Kana
        WHERE idseq NOT IN (SELECT idseq FROM Kanji) OR idseq IN in_kana)
SELECT form, idseq IN common AS usual, SenseGloss.text
FROM forms JOIN Sense USING (idseq) JOIN SenseGloss ON SenseGloss.sid = Sense.ID
WHERE SenseGloss.lang = 'eng'
ORDER BY form, usual DESC, Sense.ID, SenseGloss.rowid
"""


class Dictionary:
    """A dictionary that is looked up in either direction; the last words are kept in memory."""

    def __init__(self, file: Path) -> None:
        """Open a file of pairs."""
        self._pairs = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True, check_same_thread=False)
        self.english = functools.lru_cache(KEPT)(self._english)
        self.japanese = functools.lru_cache(KEPT)(self._japanese)

    def _english(self, form: str) -> Mapping[str, float]:
        """Return the English words (stemmed) that a Japanese form (normalised) may mean, with their shares."""
        return dict(self._pairs.execute("SELECT word, share FROM pairs WHERE form = ?", (form,)))

    def _japanese(self, word: str) -> Mapping[str, float]:
        """Return the Japanese forms that may mean an English word (stemmed), with its shares in them."""
        return dict(self._pairs.execute("SELECT form, share FROM pairs WHERE word = ?", (word,)))


@functools.cache
def open_dictionary() -> Dictionary:
    """Open the dictionary, expanding it into the user cache on the first call (half a minute).

    Raises ModelUnavailable if the package is missing or its file cannot be read.
    """
    return Dictionary(atomic_directory(cache_dir() / "dictionaries" / f"{NAME}-{VERSION}", _make) / _FILE)


def _make(folder: Path) -> None:
    spec = importlib.util.find_spec("jamdict_data")
    if spec is None or spec.origin is None:
        raise ModelUnavailable(
            "The dictionary is not installed", where=Message("package {name}", name="jamdict-data"), do=INSTALL
        )
    source = Path(spec.origin).parent / "jamdict.db"
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as dictionary,
            contextlib.closing(sqlite3.connect(folder / _FILE)) as pairs,
        ):
            write_pairs(dictionary, pairs)
    except sqlite3.Error as error:
        if refused := classify_os_error(error, folder):
            raise refused from error
        raise ModelUnavailable(
            Message("The dictionary cannot be read: {error}", error=error), where=str(source), do=INSTALL
        ) from error


def write_pairs(dictionary: sqlite3.Connection, pairs: sqlite3.Connection) -> None:
    """Fill `pairs` from a database in jamdict's layout."""
    pairs.execute("CREATE TABLE pairs (form TEXT, word TEXT, share REAL, PRIMARY KEY (form, word)) WITHOUT ROWID")
    pairs.executemany("INSERT OR IGNORE INTO pairs VALUES (?, ?, ?)", _pairs(dictionary))
    pairs.execute("CREATE INDEX words ON pairs (word)")
    pairs.commit()


def _pairs(dictionary: sqlite3.Connection) -> Iterator[tuple[str, str, float]]:
    rows = dictionary.execute(_GLOSSES)
    for form, of_form in itertools.groupby(rows, key=lambda row: row[0]):
        glosses = list(of_form)
        usual = [text for _, common, text in glosses if common == glosses[0][1]]
        for word, share in shares(usual).items():
            yield normalise(form), word, share


def shares(glosses: Iterable[str]) -> dict[str, float]:
    """Return the words of the first `GLOSSES` glosses that have any, each with its largest share of one.

    >>> shares(["capital city", "to be the metropolis (of)"])
    {'capit': 0.5, 'citi': 0.5, 'metropoli': 1.0}
    """
    shares_of: dict[str, float] = {}
    word_lists = (words(_REMARK.sub(" ", gloss), "en") for gloss in glosses)
    for gloss_words in itertools.islice(filter(None, word_lists), GLOSSES):
        for word in gloss_words:
            shares_of[word] = max(shares_of.get(word, 0.0), 1 / len(gloss_words))
    return shares_of
