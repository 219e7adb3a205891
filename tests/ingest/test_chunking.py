"""Documents are cut at sentence ends, never over the limit, and every chunk says where it stands."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.chunking import split
from ingest.documents import LoadedDocument
from rag.errors import SettingsError
from rag.records import Chunk
from rag.settings import Chunking
from rag.text.sentences import sentences
from tests.rows import each_row
from tests.samples import REPOSITORY


def characters(texts: Sequence[str]) -> list[int]:
    return [len(text) for text in texts]


def document(text: str, title: str = "T", body: int = 0) -> LoadedDocument:
    return LoadedDocument("doc.md", title, "ja", text, body)


def cut(text: str, max_tokens: int = 40, overlap: int = 0) -> list[Chunk]:
    return split(document(text), Chunking(max_tokens, overlap), characters, 500)


@each_row(
    "text, expected",
    [
        ("東京は首都です。大阪は違います。", ["東京は首都です。", "大阪は違います。"]),
        ("本当ですか？はい！そうです。", ["本当ですか？", "はい！", "そうです。"]),
        ("彼は「行くぞ。早く！」と叫んだ。皆が走った。", ["彼は「行くぞ。早く！」と叫んだ。", "皆が走った。"]),
        ("作品（1999年。未完。）は長い。続く。", ["作品（1999年。未完。）は長い。", "続く。"]),
        ("「終わりだ。」と言った。次へ。", ["「終わりだ。」と言った。", "次へ。"]),
        ("まさか！？そうだ。", ["まさか！？", "そうだ。"]),
        ("円周率は3.14です。次。", ["円周率は3.14です。", "次。"]),
        ("一段落目\n\n二段落目", ["一段落目", "二段落目"]),
        ("改行で\n折れた文。次。", ["改行で\n折れた文。", "次。"]),
        ("・りんご\n・みかん", ["・りんご", "・みかん"]),
        ("# 見出し\n本文です。次です。", ["# 見出し\n本文です。", "次です。"]),
        ("止めのない文", ["止めのない文"]),
        ("Tokyo is big. Osaka is not.", ["Tokyo is big.", "Osaka is not."]),
        ("Really? Yes! It is.", ["Really?", "Yes!", "It is."]),
        ("Dr. Smith met Mr. Jones. They spoke.", ["Dr. Smith met Mr. Jones.", "They spoke."]),
        ("It is 3.5 metres. Fine.", ["It is 3.5 metres.", "Fine."]),
        ("Washington, D.C. is the capital. True.", ["Washington, D.C. is the capital.", "True."]),
        ("J. K. Rowling wrote it. She is British.", ["J. K. Rowling wrote it.", "She is British."]),
        ('He said "Go." Then he left.', ['He said "Go."', "Then he left."]),
        ("“Stop. Now.” he said. We did.", ["“Stop. Now.” he said.", "We did."]),
        ("Fruits (apples, etc.) are good. Yes.", ["Fruits (apples, etc.) are good.", "Yes."]),
        ("See example.com for more. Bye.", ["See example.com for more.", "Bye."]),
        ("- one\n- two\n1. three", ["- one", "- two", "1. three"]),
        ("## Head\n\nBody one. Body two.", ["## Head\n\nBody one.", "Body two."]),
        ("Wait... what? No.", ["Wait... what?", "No."]),
        ("Open (bracket never closed. Next one.\n\nNew paragraph.", None),
        ("「開いたまま。\n次の文。その次。", ["「開いたまま。", "次の文。", "その次。"]),
        ("An (aside left open.\nNext one. And so on.", ["An (aside left open.", "Next one.", "And so on."]),
        ("（e.g.\n例。）は（開いて。また", ["（e.g.\n例。）は（開いて。また"]),
        ("「閉じた。」\nと言う。次。", ["「閉じた。」\nと言う。", "次。"]),
        ("", []),
        (" \n\n ", []),
    ],
)
def test_sentences(text: str, expected: list[str] | None) -> None:
    found = [text[span.start : span.end] for span in sentences(text)]
    if expected is None:
        assert found[-1] == "New paragraph."
    else:
        assert found == expected


@pytest.mark.parametrize(("length", "whole"), [(300, True), (500, False)])
def test_a_bracket_open_for_long_was_never_closed(length: int, whole: bool) -> None:
    text = "彼は「" + "そう。" * (length // 3) + "」と言った。"
    assert (len(sentences(text)) == 1) == whole
    text = "（" * 3 + "あ" * 450 + "。次の「文。」だ。"
    assert [text[span.start :] for span in sentences(text)][1:] == ["次の「文。」だ。"]


TEXTS = st.text(alphabet="東京はあいアABcd12 。！？.!?「」（）()、,\n\t#-・　％😀", max_size=300)


@settings(max_examples=300)
@given(text=TEXTS, max_tokens=st.integers(20, 120), overlap=st.integers(0, 2), front=st.booleans())
def test_offsets_limits_and_nothing_lost(text: str, max_tokens: int, overlap: int, front: bool) -> None:
    head = "---\ntitle: 題。\n---\n" if front else ""
    whole = head + text
    chunks = split(document(whole, body=len(head)), Chunking(max_tokens, overlap), characters, 500)
    covered: set[int] = set()
    for position, chunk in enumerate(chunks):
        assert whole[chunk.start : chunk.end] == chunk.text == chunk.text.strip()
        assert chunk.text
        assert chunk.start >= len(head)
        assert chunk.position == position
        covered |= set(range(chunk.start, chunk.end))
    lost = [whole[i] for i in range(len(head), len(whole)) if i not in covered and not whole[i].isspace()]
    assert lost == []
    assert len({chunk.id for chunk in chunks}) == len(chunks)


@settings(max_examples=200)
@given(text=TEXTS)
def test_pieces_of_sentences_stay_in_order_and_apart(text: str) -> None:
    spans = sentences(text)
    for before, after in itertools.pairwise(spans):
        assert before.end <= after.start


def test_offsets_where_a_long_sentence_is_cut_between_blanks() -> None:
    text = "word    " * 60
    chunks = cut(text)
    assert len(chunks) > 5
    assert all(text[chunk.start : chunk.end] == chunk.text for chunk in chunks)
    assert " ".join(chunk.text for chunk in chunks).split() == text.split()


@pytest.mark.parametrize(
    "part",
    ["終わりのない文が、読点だけで続く、", "東京都千代田区丸の内", "word ", "「開いた文。閉じない", "あ" + " " * 9999],
)
def test_what_counting_costs_grows_with_the_text_and_no_faster(part: str) -> None:
    counted = 0

    def counting(texts: Sequence[str]) -> list[int]:
        nonlocal counted
        counted += sum(map(len, texts))
        return [len(text.replace(" ", "")) for text in texts]

    costs = []
    for letters in (50_000, 200_000):
        counted = 0
        text = part * (letters // len(part))
        chunks = split(document(text), Chunking(40), counting, 500)
        assert "".join(chunk.text for chunk in chunks).replace(" ", "") == text.replace(" ", "")
        costs.append(counted)
    assert costs[1] < 5 * costs[0]


def test_ids_depend_on_source_position_and_text_alone() -> None:
    text = "東京は首都です。" * 20
    first, again = cut(text), cut(text)
    assert [chunk.id for chunk in first] == [chunk.id for chunk in again]
    assert len({chunk.id for chunk in first}) == len(first) > 2
    moved = split(LoadedDocument("other.md", "T", "ja", text, 0), Chunking(40, 0), characters, 500)
    assert not {chunk.id for chunk in moved} & {chunk.id for chunk in first}


def test_id_is_the_hash_of_source_position_language_title_and_text() -> None:
    (chunk,) = cut("東京は首都です。")
    assert chunk.id == hashlib.sha256("doc.md\x000\x00ja\x00T\x00東京は首都です。".encode()).hexdigest()[:32]


def test_overlap_repeats_whole_sentences() -> None:
    text = "".join(f"これは文{n}です。" for n in range(12))
    for overlap in (1, 2):
        chunks = cut(text, 40, overlap)
        assert len(chunks) > 2
        for before, after in itertools.pairwise(chunks):
            shared = text[after.start : before.end]
            assert shared
            assert before.text.endswith(shared)
            assert shared.count("。") == overlap


@pytest.mark.parametrize(
    ("letters", "overlap", "expected"),
    [
        ((10, 10, 10, 10), 0, ["ab", "cd"]),
        ((10, 10, 10, 10), 1, ["ab", "bc", "cd"]),
        ((5, 5, 5, 5, 5), 2, ["abc", "bcd", "cde"]),
        ((5, 5, 5, 15, 5), 2, ["abc", "cd", "de"]),
        ((15, 5, 20, 5), 1, ["a", "ab", "c", "d"]),
        ((15, 5, 15, 5), 1, ["ab", "bc", "cd"]),
    ],
    ids=["none", "one", "two", "as many as fit", "none where it does not fit", "fits to the letter"],
)
def test_which_sentences_chunks_of_twenty_letters_share(
    letters: tuple[int, ...], overlap: int, expected: list[str]
) -> None:
    text = "".join("abcde"[n] * (length - 1) + "。" for n, length in enumerate(letters))
    chunks = cut(text, 20, overlap)
    assert ["".join(dict.fromkeys(chunk.text.replace("。", ""))) for chunk in chunks] == expected


def test_chunks_are_of_about_equal_size_and_as_few_as_can_be() -> None:
    text = "".join(f"文章その{n}。" for n in range(9))
    assert [len(chunk.text) for chunk in cut(text, 40)] == [30, 24]


def test_a_title_must_leave_room_for_sixteen_tokens() -> None:
    for room, refused in ((16, False), (15, True)):
        # The title costs its letters, its line break, and one token more in front of every text.
        whole = document("本文。" * 20, title="長" * 98)
        if refused:
            with pytest.raises(SettingsError, match="leaves no room"):
                split(whole, Chunking(100, 0), characters, 100 + room)
        else:
            assert max(len(chunk.text) for chunk in split(whole, Chunking(100, 0), characters, 100 + room)) <= room


LISTS = {
    "rooms": "\n".join(f"{n}号室　利用者{n}　電話　03-0000-{1000 + n}" for n in range(1, 61)),
    "prices": "\n".join(f"品目{n}、単価 {n},200 円、在庫 {n} 個；備考なし" for n in range(1, 61)),
    "addresses": "\n".join(f"Room {n}, floor {n % 9}, Example Street {n}; phone 03 0000 {n}" for n in range(1, 61)),
    "uneven": "\n".join("項目" * (1 + n * 7 % 18) + f" {n}" for n in range(1, 61)),
}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("limit", [64, 100, 250])
@pytest.mark.parametrize("overlap", [0, 1])
def test_lines_of_a_list_without_full_stops_are_whole(name: str, limit: int, overlap: int) -> None:
    chunks = cut(LISTS[name], limit, overlap)
    assert len(chunks) > 1
    assert max(len(chunk.text) for chunk in chunks) <= limit
    lines = [line for chunk in chunks for line in chunk.text.split("\n")]
    assert set(lines) == {line.strip() for line in LISTS[name].split("\n")}


def test_a_number_is_not_cut_at_its_comma_and_a_comma_comes_before_a_blank() -> None:
    assert cut("あ" * 25 + "1,200円" + "い" * 40, 40)[0].text[-1:] == "い"
    assert cut("あ" * 22 + "、いい ううう" + "え" * 40, 40)[0].text == "あ" * 22 + "、"


@pytest.mark.parametrize("mark", "、，,;； ")
def test_a_long_sentence_is_cut_after_a_mark_in_the_second_half_of_what_fits(mark: str) -> None:
    near, far = "あ" * 25 + mark + "い" * 40, "あ" * 15 + mark + "い" * 50
    first = {text: cut(text, 40)[0].text for text in (near, far)}
    assert first[near] == ("あ" * 25 + mark).strip()
    assert len(first[far]) > 30


def test_title_without_room_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"leaves no room.*doc\.md"):
        split(document("本文。", title="長" * 100), Chunking(100, 0), characters, 110)


LONG_JAPANESE = "東京都千代田区丸の内の駅前にある古い建物" * 60
LONG_ENGLISH = "Supercalifragilistic" * 80
NO_STOP = "word " * 600


@pytest.mark.parametrize("text", [LONG_JAPANESE, LONG_ENGLISH, NO_STOP, "😀" * 400, "、".join(["長い文"] * 300)])
@pytest.mark.parametrize("limit", [48, 192])
def test_no_chunk_over_the_limit_in_real_tokens(encoder, text: str, limit: int) -> None:
    whole = f"短い文。{text}。次の文。"
    chunks = split(document(whole, title="題"), Chunking(limit, 0), encoder.count_tokens, encoder.window)
    assert len(chunks) > 1
    assert max(encoder.count_tokens([chunk.text for chunk in chunks])) <= limit
    assert "".join(chunk.text for chunk in chunks).replace(" ", "") == whole.replace(" ", "")


def test_chunks_of_the_repository_fit_the_window_with_title_and_prompt(encoder) -> None:
    from ingest.documents import documents, open_file
    from ingest.files import find

    files = find(REPOSITORY / "corpus").files
    for file in files[:: max(1, len(files) // 25)]:
        (loaded,) = documents(file, open_file(file))
        chunks = split(loaded, Chunking(10_000, 0), encoder.count_tokens, encoder.window)
        prompt = encoder.identity.document_prompt
        counts = encoder.count_tokens([f"{prompt}{chunk.title}\n{chunk.text}" for chunk in chunks])
        assert max(counts) + 2 <= 512
        assert all(loaded.text[chunk.start : chunk.end] == chunk.text for chunk in chunks)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(text=TEXTS)
def test_real_tokens_of_any_text(encoder, text: str) -> None:
    chunks = split(document(text), Chunking(24, 0), encoder.count_tokens, encoder.window)
    assert all(count <= 24 for count in encoder.count_tokens([chunk.text for chunk in chunks]))
