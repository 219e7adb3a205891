"""The chain: question -> passages -> prompt -> model -> answer in the question's language."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel, BaseLLM
from langchain_core.prompt_values import PromptValue
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import ensure_config

from rag.errors import SettingsError
from rag.generation.context_budget import fit_to_context
from rag.generation.prompt import Prompt, build_prompt, repair_prompt
from rag.generation.prompt_file import load_prompt
from rag.messages import Message
from rag.models.engine import Completion
from rag.models.invoke import invoke_batch, invoke_streaming
from rag.records import Answer, AnswerPiece, Attempt, Hit, Language
from rag.retrieval.retriever import HybridRetriever, hits_of
from rag.safety.sanitize import sanitized_parts
from rag.text.answer_language import wants_repair
from rag.text.language import detect, readable

Model = BaseChatModel | BaseLLM


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the language to answer it in."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question with its passages, and the prompt made of them.

    `dropped` hits did not fit into the context; of the others, `left_out` and `marked` are the sentences taken for
    instructions that are not in the prompt, and that are in it with a mark. `retrieval_seconds` is None without
    retrieval.
    """

    question: Question
    prompt: PromptValue
    hits: tuple[Hit, ...] = ()
    dropped: int = 0
    left_out: tuple[str, ...] = ()
    retrieval_seconds: float | None = None
    marked: tuple[str, ...] = ()


class GroundedChain(Runnable[str | Question, Answer]):
    """A runnable that answers with the passages its retriever finds; without a retriever, from the model alone.

    A plain string is answered in its own language. After an answer in the wrong language the model is asked once more;
    both attempts are kept. Streams yield `AnswerPiece`s, the last of which has the whole answer. An answer that had
    passages says which of them supports it.
    """

    def __init__(self, model: Model, retriever: BaseRetriever | None, prompt: Prompt) -> None:
        if prompt.raw != isinstance(model, BaseLLM):
            need = Message("a completion model (BaseLLM)") if prompt.raw else Message("a chat model (BaseChatModel)")
            raise SettingsError(
                Message(
                    "The prompt {prompt!r} needs {need}, not {name}",
                    prompt=prompt.name,
                    need=need,
                    name=type(model).__name__,
                )
            )
        if retriever is not None:
            prompt.require_passages()
        self.model = model
        self.retriever = retriever
        self.prompt = prompt

    def prepare(self, question: str | Question, config: RunnableConfig | None = None) -> Prepared:
        """Retrieve and write the prompt, with as many passages as fit into the model's context.

        Characters of the question that no tokenizer accepts become U+FFFD. Raises PromptTooLong if the question does
        not fit even without passages, and SettingsError if no prompt would or it has no words in this language.
        """
        return self._prepare(_readable(question), config)

    def prepare_many(
        self, questions: Sequence[str | Question], configs: Sequence[RunnableConfig]
    ) -> Iterator[Prepared | Exception]:
        """Prepare questions as `prepare` does, searching for them together; one that fails gives its exception."""
        asked = [_readable(question) for question in questions]
        began = time.monotonic()
        found: Sequence[Sequence[Hit] | None] = [None] * len(asked)
        if isinstance(self.retriever, HybridRetriever):
            found = self.retriever.try_many([question.text for question in asked])
        seconds = (time.monotonic() - began) / max(1, len(asked))
        for question, config, hits in zip(asked, configs, found, strict=True):
            try:
                yield self._prepare(question, config, hits, seconds)
            except Exception as error:
                yield error

    def _prepare(
        self, question: Question, config: RunnableConfig | None, known: Sequence[Hit] | None = None, spent: float = 0
    ) -> Prepared:
        """Retrieve, unless the hits are `known`, and write the prompt; `spent` seconds went into knowing them."""
        began = time.monotonic()
        given = {} if known is None else {"hits": known}
        hits = () if self.retriever is None else hits_of(self.retriever.invoke(question.text, config, **given))
        seconds = None if self.retriever is None else round(spent + time.monotonic() - began, 4)
        language = question.language
        fitted = fit_to_context(
            self.model, question.text, hits, lambda text, kept: build_prompt(text, language, kept, self.prompt)
        )
        found = sanitized_parts(fitted.hits, self.prompt.injection_filter)
        return Prepared(question, fitted.prompt, fitted.hits, fitted.dropped, found.removed, seconds, found.marked)

    def answer(self, prepared: Sequence[Prepared], config: RunnableConfig | None = None) -> list[Answer | Exception]:
        """Answer prepared questions in one pass of the model, and those in the wrong language in a second one.

        A question that fails gives its exception, in its place. Which passages bear the answers out is not looked up.
        """
        stop = list(self.prompt.stop)
        first = invoke_batch(self.model, [item.prompt for item in prepared], stop, config)
        answers = [_answer(item, completion) for item, completion in zip(prepared, first, strict=True)]
        again = [i for i, answer in enumerate(answers) if isinstance(answer, Answer) and self._wants_repair(answer)]
        prompts = [self._repair(prepared[i]) for i in again]
        for i, completion in zip(again, invoke_batch(self.model, prompts, stop, config), strict=True):
            first_try = answers[i]
            if isinstance(first_try, Answer):
                answers[i] = completion if isinstance(completion, Exception) else _with_repair(first_try, completion)
        return answers

    def refusal(self, language: Language) -> Exception | None:
        """Ask the model a question that has nothing to object to; return the error, None if it answers."""
        question = Question("1 + 1 = ?", language)
        (reply,) = self.answer([Prepared(question, build_prompt(question.text, language, (), self.prompt))])
        return reply if isinstance(reply, Exception) else None

    def invoke(
        self,
        input: str | Question,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Answer:
        """Answer one question."""
        config = ensure_config(config)
        answer = self.answer([self.prepare(input, config)], config)[0]
        if isinstance(answer, Exception):
            raise answer
        return _supported(answer)

    def batch(  # type: ignore[override]
        self,
        inputs: list[str | Question],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[Answer | Exception]:
        """Answer many questions, the model taking all of them in one pass."""
        shared = ensure_config(config[0] if isinstance(config, list) and config else config)  # type: ignore[arg-type]
        ready: list[Prepared | Exception] = []
        for item in self.prepare_many(inputs, [shared] * len(inputs)):
            if isinstance(item, Exception) and not return_exceptions:
                raise item
            ready.append(item)
        answered = iter(self.answer([item for item in ready if isinstance(item, Prepared)], shared))
        answers = [next(answered) if isinstance(item, Prepared) else item for item in ready]
        for answer in answers:
            if isinstance(answer, Exception) and not return_exceptions:
                raise answer
        return [answer if isinstance(answer, Exception) else _supported(answer) for answer in answers]

    def stream(  # type: ignore[override]
        self,
        input: str | Question,  # noqa: A002
        config: RunnableConfig | None = None,
        **kwargs: Any,
    ) -> Iterator[AnswerPiece]:
        """Yield the answer as it is written; a second attempt's pieces have `attempt` 1."""
        config = ensure_config(config)
        yield from self.stream_prepared(self.prepare(input, config), config)

    def stream_prepared(self, prepared: Prepared, config: RunnableConfig | None = None) -> Iterator[AnswerPiece]:
        """Yield as `stream` does, for a question whose passages are known before its answer."""
        config = ensure_config(config)
        answer = yield from self._attempt(prepared, None, prepared.prompt, config)
        if self._wants_repair(answer):
            answer = yield from self._attempt(prepared, answer, self._repair(prepared), config)
        yield AnswerPiece(done=_supported(answer))

    def _attempt(
        self, prepared: Prepared, before: Answer | None, prompt: PromptValue, config: RunnableConfig
    ) -> Generator[AnswerPiece, None, Answer]:
        completion = Completion("")
        for piece in invoke_streaming(self.model, prompt, list(self.prompt.stop), config):
            if piece.end is not None:
                completion = piece.end
            elif piece.text:
                yield AnswerPiece(piece.text, attempt=0 if before is None else 1)
        return _finished(prepared, completion) if before is None else _with_repair(before, completion)

    def _wants_repair(self, answer: Answer) -> bool:
        return self.prompt.wording(answer.language).repair is not None and not answer.attempts[0].language_ok

    def _repair(self, prepared: Prepared) -> PromptValue:
        return repair_prompt(prepared.prompt, prepared.question.language, self.prompt)


def build_chain(
    model: Model, retriever: BaseRetriever | None = None, prompt: Prompt | str | Path | None = None
) -> GroundedChain:
    """Build the chain of a model and a retriever; `retriever=None` gives the same chain without context.

    `prompt` is a prompt's name or file, by default "default". Any LangChain chat model will do for a chat; raw text
    needs a completion model (`BaseLLM`). Raises SettingsError if model and prompt do not go together.
    """
    if not isinstance(prompt, Prompt):
        prompt = load_prompt() if prompt is None else load_prompt(prompt)
    return GroundedChain(model, retriever, prompt)


def _readable(question: str | Question) -> Question:
    if isinstance(question, str):
        question = Question(question, detect(question))
    return replace(question, text=readable(question.text))


def _supported(answer: Answer) -> Answer:
    from rag.groundedness.support import with_support  # not before the model is asked: its patterns take a moment

    return with_support(answer)


def _answer(prepared: Prepared, completion: Completion | Exception) -> Answer | Exception:
    return completion if isinstance(completion, Exception) else _finished(prepared, completion)


def _finished(prepared: Prepared, completion: Completion) -> Answer:
    question = prepared.question
    attempts = (_attempt_of(question, completion),)
    return Answer(
        question.text,
        question.language,
        attempts,
        prepared.hits,
        prepared.dropped,
        prepared.left_out,
        marked=prepared.marked,
    )


def _with_repair(answer: Answer, completion: Completion) -> Answer:
    again = _attempt_of(Question(answer.question, answer.language), completion)
    return replace(answer, attempts=(*answer.attempts, again))


def _attempt_of(question: Question, completion: Completion) -> Attempt:
    text = completion.text.strip()
    return Attempt(
        text,
        not wants_repair(text, question.language, question.text),
        completion.finish,
        completion.prompt_tokens,
        completion.completion_tokens,
    )
