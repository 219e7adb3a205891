"""GGUF models through llama.cpp, on the bundled one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from langchain_core.messages import HumanMessage

from rag.errors import KotaeError, ModelFailed, ModelUnavailable, PromptTooLong, SettingsError
from rag.models import bundled as bundled_model
from rag.models import gguf, llama_runner
from rag.models.engine import EngineOptions, Turn
from rag.models.local import LocalChatModel, LocalLLM
from rag.models.registry import open_engine
from rag.records import Decoding
from tests import leftovers
from tests.rag import conformance
from tests.samples import REPOSITORY

ASKED = "What is the capital of Japan? Answer in a sentence."


@pytest.fixture
def shallow(shallow_model: Path) -> LocalChatModel:
    """A chat model in a third of the time, for what does not look at what an answer says."""
    return LocalChatModel(model=f"gguf:{shallow_model}", max_tokens=16)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a GGUF"),
        (b"PK\x03\x04" * 100, "not a GGUF"),
        ("答え".encode(), "not a GGUF"),
        (b"GGUF", "cannot load"),
    ],
)
def test_what_is_no_model_is_refused_by_path(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(data)
    with pytest.raises(ModelUnavailable, match=f"{message}.*{path}"):
        LocalChatModel(model=f"gguf:{path}").invoke("hi")


@pytest.mark.usefixtures("chat_model")
def test_truncated_file_is_refused_by_path(tmp_path: Path, cache: Path) -> None:
    path = tmp_path / "half.gguf"
    with bundled_model.assemble().open("rb") as whole:
        path.write_bytes(whole.read(20 << 20))
    with pytest.raises(ModelUnavailable, match=f"cannot load.*{path}"):
        open_engine(f"gguf:{path}", EngineOptions(context=256))


def test_a_file_that_is_written_over_while_it_is_in_use_is_noticed(tmp_path: Path) -> None:
    """A file that takes its name does no harm: the old one stays in memory unchanged, under its own identity."""
    path, other = tmp_path / "model.gguf", tmp_path / "other.gguf"
    path.write_bytes(b"GGUF" + b"\x00" * 100)
    other.write_bytes(b"GGUF" + b"\x01" * 100)
    os.utime(other, (0, 0))  # clocks of files may be so coarse that all of this is one moment
    watched = gguf._ModelFile(path)
    other.replace(path)
    watched.check()
    again = gguf._ModelFile(path)
    with path.open("r+b") as file:
        file.seek(50)
        file.write(b"x")
    with pytest.raises(ModelFailed, match=f"overwritten.*{path}"):
        again.check()


@pytest.mark.parametrize("name", ["nowhere.gguf", ""])
def test_missing_file_and_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelUnavailable, match=rf"{tmp_path / name}.*Give the path of a \.gguf file"):
        open_engine(f"gguf:{tmp_path / name}", EngineOptions())


@pytest.mark.parametrize("uri", ["", "nothing", "nothing:x", "gguf", "gguf:", "bundled:x", "BUNDLED"])
def test_unknown_uri_names_the_known_ones(uri: str) -> None:
    with pytest.raises(ModelUnavailable, match=r"bundled.*gguf:<file>"):
        open_engine(uri, EngineOptions())


@pytest.mark.parametrize(
    "wrong", [{"temperature": -1}, {"top_p": 0}, {"top_p": 2}, {"max_tokens": 0}, {"context_window": 0}, {"slots": 0}]
)
def test_impossible_settings_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        LocalChatModel(**wrong)


@pytest.mark.model
def test_conforms(shallow: LocalChatModel) -> None:
    conformance.conforms(shallow)


@pytest.mark.model
def test_greedy_is_repeatable_whatever_was_asked_before(chat_model: LocalChatModel) -> None:
    first = chat_model.invoke(ASKED)
    chat_model.invoke("日本で最も高い山は？")
    assert chat_model.invoke(ASKED).text == first.text
    assert "Tokyo" in first.text


@pytest.mark.model
def test_seed_repeats_a_sample_and_another_seed_does_not(shallow: LocalChatModel) -> None:
    def sample(seed: int) -> str:
        model = LocalChatModel(model=shallow.model, temperature=1.5, max_tokens=8, seed=seed)
        return model.invoke("Write a random sentence about whales.").text

    first = sample(7)
    assert sample(7) == first
    assert sample(8) != first


@pytest.mark.model
def test_cut_off_is_told(chat_model: LocalChatModel) -> None:
    long = LocalChatModel(max_tokens=3).invoke("Count from one to fifty.")
    assert (long.response_metadata["finish_reason"], long.usage_metadata["output_tokens"]) == ("length", 3)
    short = chat_model.invoke("Say only: OK")
    assert (short.response_metadata["finish_reason"], short.usage_metadata["output_tokens"] < 16) == ("stop", True)


@pytest.mark.model
def test_prompt_tokens_are_counted_as_the_model_reads_them(chat_model: LocalChatModel) -> None:
    for text in (ASKED, "日本の首都はどこですか？"):
        counted = chat_model.get_num_tokens_from_messages([HumanMessage(text)])
        assert chat_model.invoke(text).usage_metadata["input_tokens"] == counted


@pytest.mark.model
@pytest.mark.parametrize("call", ["invoke", "stream", "batch"])
def test_too_long_a_prompt_is_named_and_the_next_one_goes_on(shallow: LocalChatModel, call: str) -> None:
    long = "長い文章です。" * 2000
    calls = {
        "invoke": lambda: shallow.invoke(long),
        "stream": lambda: list(shallow.stream(long)),
        "batch": lambda: shallow.batch([long]),
    }
    with pytest.raises(PromptTooLong, match=r"\d+ tokens.*4096"):
        calls[call]()
    assert shallow.invoke(ASKED).text


@pytest.mark.model
def test_one_too_long_in_a_batch_does_not_lose_the_others(shallow: LocalChatModel) -> None:
    said = shallow.batch([ASKED, "長い文章です。" * 2000, ASKED], return_exceptions=True)
    assert [type(one).__name__ for one in said] == ["AIMessage", "PromptTooLong", "AIMessage"]


@pytest.mark.model
def test_stream_that_is_closed_stops_the_model(shallow: LocalChatModel) -> None:
    stream = LocalChatModel(model=shallow.model, max_tokens=2000).stream("Count from one to five hundred in words.")
    assert next(stream) is not None
    stream.close()
    assert shallow.invoke(ASKED).text


@pytest.mark.model
def test_completion_model_continues_raw_text_without_the_prompt() -> None:
    prompt = "<prompt>Question: What is the capital of Japan? Write answer within 15 words.</prompt>\n<answer>Answer:"
    model = LocalLLM(max_tokens=16)
    text = model.invoke(prompt, stop=["</answer>"])
    assert "Tokyo" in text
    assert prompt not in text
    assert "</answer>" not in text
    assert "".join(model.stream(prompt, stop=["</answer>"])) == text
    assert model.batch([prompt, prompt], stop=["</answer>"]) == [text, text]
    assert model.get_num_tokens(prompt) > 15


@pytest.mark.model
def test_chat_template_is_the_models_own(chat_model: LocalChatModel) -> None:
    prompt = chat_model.engine.render([Turn("system", "短く。"), Turn("user", "首都は？")])
    assert prompt == (
        "<|im_start|>system\n短く。<|im_end|>\n<|im_start|>user\n首都は？<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.model
def test_message_without_a_place_in_the_chat_is_refused(chat_model: LocalChatModel) -> None:
    from langchain_core.messages import ToolMessage

    with pytest.raises(ModelFailed, match="tool"):
        chat_model.invoke([HumanMessage("hi"), ToolMessage("x", tool_call_id="1")])


@pytest.mark.model
def test_loaded_once_a_process(chat_model: LocalChatModel) -> None:
    assert LocalChatModel(temperature=0.7).engine is chat_model.engine
    assert LocalLLM().engine is chat_model.engine
    assert chat_model.engine.identity.endswith(f"@{bundled_model.SHA256[:12]}")
    assert chat_model.engine.complete([], Decoding()) == []


LISTENERS = """
import sys
from pathlib import Path
def listening():
    tables = [Path("/proc/self/net/" + kind).read_text().splitlines()[1:] for kind in ("tcp", "tcp6")]
    rows = [line.split() for table in tables for line in table]
    inodes = {row[9] for row in rows if row[3] == "0A"}
    own = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            own.add(str(link.readlink()))
        except OSError:
            pass
    return sorted(inode for inode in inodes if f"socket:[{inode}]" in own)
assert listening() == []
from rag.models.local import LocalChatModel
model = LocalChatModel(max_tokens=2, context_window=256)
assert model.invoke("hi").text
print("tcp listeners:", listening())
"""


@pytest.mark.model
@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="needs /proc")
def test_loading_opens_no_tcp_port(cache: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LISTENERS], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert "tcp listeners: []" in ended.stdout, ended.stderr[-2000:]


@pytest.mark.model
@pytest.mark.skipif(not hasattr(socket, "AF_UNIX") or sys.platform == "win32", reason="needs Unix sockets")
def test_the_socket_asks_for_a_key_and_only_this_user_can_reach_it(chat_model: LocalChatModel) -> None:
    assert chat_model.engine
    sockets = [path for folder in llama_runner._folders for path in Path(folder.name).iterdir() if answers(path)]
    assert sockets
    asked = {"content": "a", "prompt": "a", "messages": [{"role": "user", "content": "a"}]}
    for path in sockets:
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert path.parent.stat().st_uid == os.getuid()
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(path)), base_url="http://x", timeout=300) as client:
            for route in ("/tokenize", "/completion", "/v1/chat/completions", "/apply-template"):
                for key in ({}, {"Authorization": "Bearer wrong"}):
                    assert client.post(route, json=asked, headers=key).status_code == 401, route
            assert client.get("/slots").status_code in (401, 404, 501)
            assert client.get("/props").status_code in (401, 404)


def answers(path: Path) -> bool:
    """Return whether a process listens there; a model that failed to load leaves a socket without a listener."""
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(path)) == 0


def test_every_refusal_is_a_kotae_error() -> None:
    assert all(issubclass(error, KotaeError) for error in (ModelUnavailable, ModelFailed, PromptTooLong))


@pytest.mark.model
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads the memory of a process from /proc")
def test_closed_gives_its_memory_back_and_is_opened_anew(cache: Path) -> None:
    def held() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    leftovers.close()  # or the engines of the tests above would be in memory too
    model = LocalChatModel(max_tokens=2, context_window=300)
    first, engine = model.invoke("Say only: OK").text, model.engine
    before = held()
    model.close()
    assert engine.closed
    assert before - held() > 0.8 * bundled_model.SIZE
    assert model.invoke("Say only: OK").text == first
    assert model.engine is not engine
    model.close()


@pytest.mark.usefixtures("chat_model")
def test_more_context_than_the_model_has_is_refused_before_it_is_loaded() -> None:
    with pytest.raises(SettingsError, match="--context 100000 is more than the 32768 tokens"):
        LocalChatModel(context_window=100_000).engine  # noqa: B018
