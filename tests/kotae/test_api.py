"""`import kotae` is light, and gives what a notebook needs under names that lead somewhere."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.vectorstores import InMemoryVectorStore

import kotae
from kotae.parts import index_settings, model_settings
from rag.factory import IndexSettings, ModelSettings
from rag.settings import DEFAULT_INDEX, DEFAULT_MODEL, DEFAULT_TOP_K
from tests.commands import TENNIS, processor_seconds
from tests.eval.scripted import ROWS, OnePassage, ScriptedChat, write_corpus
from tests.eval.set_checks import ROOT

# click too: `import kotae` is not the command line
HEAVY = ("torch", "transformers", "chromadb", "numpy", "pandas", "scipy", "langchain_core", "pydantic", "openpyxl",
         "sentence_transformers", "xllamacpp", "starlette", "httpx", "click", "ingest", "eval",
         "rag.factory", "rag.records", "pathlib")  # fmt: skip

CAPITAL = ROWS[0][1]


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("process")
def test_importing_kotae_imports_nothing_heavy() -> None:
    done = run(f"import sys, kotae\nprint(sorted(set({HEAVY!r}) & set(sys.modules)))")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "[]", "")


@pytest.mark.usefixtures("process")
def test_importing_kotae_is_quicker_than_importing_click() -> None:
    """The best of several counts, as what else is done on the machine takes its time too."""

    def seconds(name: str) -> float:
        return min(processor_seconds(lambda: run(f"import {name}")) for _ in range(5))

    assert seconds("kotae") < seconds("click")


def test_dir_lists_the_public_names() -> None:
    assert dir(kotae) == kotae.__all__ == sorted(kotae.__all__)


@pytest.mark.parametrize("name", kotae.__all__)
def test_every_public_name_leads_somewhere(name) -> None:
    value = getattr(kotae, name)
    assert value.__name__ == name
    assert value.__doc__
    scope: dict[str, object] = {}
    exec(f"from kotae import {name}", scope)  # noqa: S102  # how a user writes it
    assert scope[name] is value


def test_a_name_that_is_not_public_is_named() -> None:
    with pytest.raises(AttributeError, match="'kotae' has no attribute 'evalute_set'"):
        _ = kotae.evalute_set
    with pytest.raises(ImportError, match="cannot import name 'evalute_set'"):
        exec("from kotae import evalute_set")  # noqa: S102


def test_type_checkers_see_the_public_names() -> None:
    tree = ast.parse(Path(str(kotae.__file__)).read_text("utf-8"))
    (block,) = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    names = {alias.name: node.module for node in imports for alias in node.names}
    assert sorted(names) == kotae.__all__
    for name, module in names.items():
        assert getattr(sys.modules[getattr(kotae, name).__module__], name) is getattr(sys.modules[str(module)], name)


@pytest.mark.parametrize("package", ["kotae", "rag", "ingest", "eval"])
def test_every_package_says_that_it_is_typed(package) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_names_stand_for_settings() -> None:
    assert model_settings("gguf:a.gguf") == ModelSettings("gguf:a.gguf")
    assert index_settings("somewhere") == IndexSettings(Path("somewhere"))
    assert ModelSettings().uri == DEFAULT_MODEL
    assert IndexSettings() == IndexSettings(DEFAULT_INDEX, None, DEFAULT_TOP_K)
    settings = IndexSettings(Path("a"), top_k=1)
    assert index_settings(settings) is settings


@pytest.mark.usefixtures("encoder")
def test_from_documents_to_an_answer(script, tmp_path) -> None:
    write_corpus(tmp_path / "corpus")
    report = kotae.ingest(str(tmp_path / "corpus"), tmp_path / "index", exclude=["en/"])
    assert (len(report.added), report.failed) == (2, ())
    script.with_passages[TENNIS] = "許斐剛"
    answer = kotae.open_chain("scripted", kotae.IndexSettings(tmp_path / "index", top_k=1)).invoke(TENNIS)
    assert answer.text == "許斐剛"
    assert [hit.chunk.source for hit in answer.hits] == ["ja/許斐剛.md"]
    assert kotae.open_chain("scripted", None).invoke(kotae.Question(TENNIS, "ja")).hits == ()
    assert kotae.open_retriever(str(tmp_path / "index")).search(TENNIS)[0].chunk.source == "ja/許斐剛.md"
    assert len(kotae.open_index(tmp_path / "index").manifest.sources) == 2
    with pytest.raises(kotae.KotaeError, match="none"):
        kotae.open_index(tmp_path / "none")


@pytest.mark.usefixtures("encoder")
def test_hits_come_as_a_table(small_index) -> None:
    hits = kotae.retrieve("テニス", small_index, top_k=2)
    assert list(hits["rank"]) == [1, 2]
    assert {"score", "dense", "lexical", "source", "start", "end", "text"} <= set(hits.columns)
    found = kotae.open_retriever(small_index).search("テニス", 2)
    assert [hit.chunk.text for hit in found] == list(hits["text"])
    assert list(kotae.retrieve("テニス", retriever=kotae.open_retriever(small_index), top_k=2)["text"]) == list(
        hits["text"]
    )


def test_any_model_and_any_retriever_answer() -> None:
    model, retriever = ScriptedChat(with_passages={CAPITAL: "東京です"}), OnePassage()
    assert kotae.ask(CAPITAL, model=model, index=None).text == "東京"
    answer = kotae.ask(CAPITAL, model=model, retriever=retriever)
    assert (answer.text, answer.hits[0].chunk.source) == ("東京です", "ja/t.md")
    hits = kotae.retrieve(CAPITAL, retriever=retriever)
    assert list(hits["source"]) == ["ja/t.md"]


def test_a_vector_store_is_searched() -> None:
    store = InMemoryVectorStore(DeterministicFakeEmbedding(size=8))
    store.add_texts(["東京は日本の首都である。"], [{"source": "t.md"}])
    assert list(kotae.retrieve(CAPITAL, retriever=store)["source"]) == ["t.md"]
    assert kotae.ask(CAPITAL, model=ScriptedChat(), retriever=store).hits[0].chunk.source == "t.md"


def test_a_former_name_works_with_a_notice(script, verify, tmp_path, encoder) -> None:
    with pytest.warns(FutureWarning, match="kotae.evaluate_set is now kotae.evaluate"):
        run = kotae.evaluate_set(verify, tmp_path / "run", model="scripted", conditions=["no_rag"], limit=1)
    assert run.scope.numbers == ("1",)
    with pytest.warns(FutureWarning, match="kotae.build_report is now"):
        assert kotae.build_report(tmp_path / "run").runs[0].questions == 1
