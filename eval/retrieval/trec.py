"""Rankings as files of trec_eval, which ir_measures, ranx and others read: runs, and the documents that answer (qrels).

White space ends a field in them. In ids it is written as in a URL, as is the % that this takes: "my file.md" becomes
my%20file.md, and urllib.parse.unquote gives it back. Japanese stays as it is, in UTF-8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import quote

from eval.retrieval.evaluate import LEGS, Query, Ranking, Rankings
from rag.storage.atomic import write_text

QRELS = "qrels.txt"


def write_trec(folder: Path, arms: Mapping[str, Rankings]) -> tuple[Path, ...]:
    """Write `qrels.txt`, and a run `ARM.LEG.run` for each retriever of each arm; an arm called "" needs no name.

    The question's id is its number, with its language where the same number stands for both. Scores fall from rank to
    rank by 1: tools order by score, and break ties each in a way of its own. Returns the files.
    """
    asked = {(r.query.number, r.query.language): r.query for arm in arms.values() for r in arm.rankings}
    names = _names(asked.values())
    files = {QRELS: "".join(_judged(query, names) for query in asked.values())}
    for arm, rankings in arms.items():
        for leg in LEGS:
            tag = f"{arm}.{leg}" if arm else leg
            of_leg = [ranking for ranking in rankings.rankings if ranking.leg == leg]
            files[f"{tag}.run"] = "".join(_run(ranking, rankings.depth, names, trec_id(tag)) for ranking in of_leg)
    for name, text in files.items():
        write_text(folder / name, text)
    return tuple(folder / name for name in files)


def trec_id(text: str) -> str:
    """Return an id without white space.

    >>> trec_id("東京 23区\u3000100%.md")
    '東京%2023区%E3%80%80100%25.md'
    """
    return "".join(quote(letter, safe="", errors="surrogatepass") if _escaped(letter) else letter for letter in text)


def _escaped(letter: str) -> bool:
    return letter == "%" or letter.isspace() or not (letter.isprintable() or letter.isalnum())


def _names(queries: Iterable[Query]) -> dict[tuple[str, str], str]:
    queries = list(queries)
    several = max(Counter(query.number for query in queries).values(), default=1) > 1
    return {
        (query.number, query.language): trec_id(f"{query.number}-{query.language}" if several else query.number)
        for query in queries
    }


def _judged(query: Query, names: Mapping[tuple[str, str], str]) -> str:
    name = names[query.number, query.language]
    return "".join(f"{name} 0 {trec_id(source)} 1\n" for source in query.gold)


def _run(ranking: Ranking, depth: int, names: Mapping[tuple[str, str], str], tag: str) -> str:
    name = names[ranking.query.number, ranking.query.language]
    return "".join(
        f"{name} Q0 {trec_id(source)} {rank} {depth + 1 - rank} {tag}\n"
        for rank, source in enumerate(ranking.documents[:depth], 1)
    )
