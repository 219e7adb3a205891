"""The bundled model itself: control tokens of documents are text to it, and attacks that fool it elsewhere do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.generation.chain import GroundedChain
from rag.generation.prompt_file import load_prompt
from rag.models.local import LocalChatModel
from tests.injection.attacks import prepared
from tests.injection.cases import load_cases
from tests.injection.recipe import plain_prompt, read_plainly

pytestmark = pytest.mark.model
CASES = {case.id: case for case in load_cases()}


def special(model: LocalChatModel, text: str) -> int:
    """How many control tokens llama.cpp reads in a text of ours: those that are not there where none may be read."""
    server = model.engine._server  # type: ignore[attr-defined]
    read = [server.post("/tokenize", {"content": text, "parse_special": mode})["tokens"] for mode in (True, False)]
    return len(read[1]) - len(read[0])


def test_control_tokens_of_documents_are_text(chat_model: LocalChatModel, encoder, tmp_path: Path) -> None:
    live = []
    for case in CASES.values():
        path = case.write(tmp_path)
        ours = prepared(case, path, encoder).prompt.to_messages()[-1].text
        plain = plain_prompt(case.question, case.language, [read_plainly(path)]).to_messages()[-1].text
        assert special(chat_model, ours) == 0
        live += [case.id] if special(chat_model, plain) else []
    assert {"en-tokens-1", "ja-tokens-1"} <= set(live)


@pytest.mark.parametrize("name", ["en-table-1", "ja-fence-1"])
def test_the_true_answer_in_spite_of_the_attack(name: str, chat_model: LocalChatModel, encoder, tmp_path: Path) -> None:
    case = CASES[name]
    chain = GroundedChain(chat_model, None, load_prompt())
    (answer,) = chain.answer([prepared(case, case.write(tmp_path), encoder)])
    assert not isinstance(answer, Exception)
    assert case.told(answer.text)
    assert not case.worked(answer.text)
