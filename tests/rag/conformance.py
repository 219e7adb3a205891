"""What every chat model must do, a real one or a stand-in: the checks of both."""

from __future__ import annotations

from collections.abc import Callable

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

Make = Callable[[], BaseChatModel]
QUESTIONS = ("日本の首都はどこですか？一語で。", "Name the capital of France in one word.", "1+1は？")


def conforms(model: BaseChatModel) -> None:
    """All of the checks below, for a model that says the same whenever it is asked the same."""
    answers_like_a_chat_model(model)
    streams_what_it_invokes(lambda: model)
    batches_what_it_invokes(lambda: model)
    counts_tokens(model)
    free = model.invoke(QUESTIONS[0]).text
    stops_before_a_stop_sequence(lambda: model, free[len(free) // 2])


def answers_like_a_chat_model(model: BaseChatModel) -> None:
    """A message with text, without the prompt in it, that counts its tokens and says why it ended."""
    message = model.invoke([SystemMessage("Answer with one word."), HumanMessage(QUESTIONS[0])])
    assert isinstance(message, AIMessage)
    assert message.text
    assert QUESTIONS[0] not in message.text
    assert "Answer with one word." not in message.text
    assert "<|im_" not in message.text
    usage = message.usage_metadata
    assert usage is not None
    assert usage["input_tokens"] > 0
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert message.response_metadata["finish_reason"] in ("stop", "length")
    assert isinstance(message.response_metadata["model_name"], str)


def streams_what_it_invokes(make: Make) -> None:
    """The pieces of a stream add up to the message that `invoke` gives, counts and reason included."""
    invoked = make().invoke(QUESTIONS[0])
    pieces = list(make().stream(QUESTIONS[0]))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    assert len([piece for piece in pieces if piece.text]) > 1
    assert whole.text == invoked.text
    assert whole.usage_metadata == invoked.usage_metadata
    assert whole.response_metadata["finish_reason"] == invoked.response_metadata["finish_reason"]


def batches_what_it_invokes(make: Make) -> None:
    """A batch gives what the same prompts give one by one, in order."""
    one_by_one = make()
    expected = [one_by_one.invoke(question) for question in QUESTIONS]
    batched = make().batch(list(QUESTIONS))
    assert [message.text for message in batched] == [message.text for message in expected]
    assert [message.usage_metadata for message in batched] == [message.usage_metadata for message in expected]


def stops_before_a_stop_sequence(make: Make, stop: str) -> None:
    """The completion ends before the sequence, which is in the completion otherwise."""
    free = make().invoke(QUESTIONS[0]).text
    assert stop in free
    held = make().invoke(QUESTIONS[0], stop=[stop])
    assert held.text == free.partition(stop)[0]
    assert held.response_metadata["finish_reason"] == "stop"


def counts_tokens(model: BaseChatModel) -> None:
    """More text has more tokens, and a chat at least those of its text."""
    short, long = model.get_num_tokens("東京"), model.get_num_tokens("東京は日本の首都である。")
    assert 0 < short < long
    assert model.get_num_tokens_from_messages([HumanMessage("東京は日本の首都である。")]) >= long
