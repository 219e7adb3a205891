"""Every error that a user can meet, as one tree.

KotaeError
├── SettingsError            an option or environment variable cannot be used
├── CannotWrite              the disk is full, or a file or folder is read-only
├── CorpusError              the folder of documents
│   ├── EmptyCorpus          no document in it
│   └── UnreadableDocument   one document could not be read
│       └── LeftOut          a part that readers of the document do not see
├── IndexProblem             the index on disk or on a server
│   ├── IndexMissing         not built yet
│   ├── IndexMismatch        built with other settings or from other documents than requested
│   ├── IndexBusy            another process is writing to it
│   ├── IndexDamaged         corrupted, or incomplete
│   ├── IndexChanged         another process is ingesting, or has since the index was opened
│   ├── ServerUnreachable    no Chroma server answers at the URL
│   ├── ServerRefused        the Chroma server rejects the token
│   └── ServerMismatch       the server is not a Chroma server of a supported version
├── ClusterFailed            a Ray cluster cannot be reached, or one of its workers failed
├── ModelUnavailable         a model or encoder cannot be loaded; with the install command if that helps
│   ├── ModelServerUnreachable  no model server answers, or it stays busy
│   ├── ModelServerRefused   the model server rejects the key or every request
│   └── ModelServerMismatch  the server does not answer as a model server does
├── ModelFailed              a loaded model did not answer
├── PromptTooLong            question and instructions alone exceed the model's context
├── DatasetError             the verification set is wrong; with file, row, column
├── RunError                 the folder of a run
│   └── RunBusy              another process is writing to it
├── RequestError             a request to `kotae serve`
└── GradingError             a fallback grader cannot be used
    ├── CalibrationMismatch  similarity was calibrated with another encoder
    └── JudgeNotMeasured     the judge's agreement with human labels is not known
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rag.messages import Message, translated

if TYPE_CHECKING:
    from rag.records import Language


class KotaeError(Exception):
    """A failure with its remedy: `what` went wrong, `where`, and what to `do`."""

    unanswered: ClassVar[bool] = False
    """True if the question never reached the model, so that it is asked again and says nothing about the model."""

    def __init__(self, what: str, *, where: str | None = None, do: str | None = None) -> None:
        self.what = what
        self.where = where
        self.do = do
        super().__init__(what)

    def __str__(self) -> str:
        """Return one line: what (where). What to do."""
        return self.text("en")

    @property
    def message(self) -> Message:
        """What (where). What to do."""
        message = Message.of(self.what)
        if self.where is not None:
            message = Message("{what} ({where})", what=message, where=self.where)
        if self.do is None:
            return message
        do = Message.of(self.do)
        if message.endswith("."):  # it ends with the advice of another error
            return Message("{error} {do}", error=message, do=do)
        return Message("{error}. {do}", error=message, do=do)

    def text(self, language: Language) -> str:
        """Return the message on one line in a language."""
        lines = translated(self.message, language).splitlines()
        return " ".join(line.strip() for line in lines if line.strip())

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython prints in place of a traceback."""
        parts = (f"{type(self).__name__}: {self.what}", self.where and f"  where: {self.where}", self.do)
        return [line for part in parts if part for line in part.splitlines()]


def first_line(error: BaseException) -> Message:
    """Return the first line of a foreign error's message, to stand in a sentence; the commonest are translated."""
    line = next(iter(str(error).strip().splitlines()), "")
    line = line if line.endswith("..") else line.removesuffix(".")
    return Message(line or ("timed out" if "Timeout" in type(error).__name__ else "no reason is given"))


class SettingsError(KotaeError):
    """An option or environment variable cannot be used."""


class CannotWrite(KotaeError):
    """The disk is full, or a file or folder is read-only."""


class CorpusError(KotaeError):
    """The folder of documents cannot be used."""


class EmptyCorpus(CorpusError):
    """The folder holds no document that kotae reads."""


class UnreadableDocument(CorpusError):
    """One document could not be read; the others are processed."""


class LeftOut(UnreadableDocument):
    """A part of a document is not shown to its readers, such as a hidden sheet, and is not read."""


class IndexProblem(KotaeError):
    """The index cannot be used."""


class IndexMissing(IndexProblem):
    """There is no index yet."""


class IndexMismatch(IndexProblem):
    """The index was built with other settings or from other documents than requested."""


class IndexBusy(IndexProblem):
    """Another process is writing to the index."""


class IndexDamaged(IndexProblem):
    """The index is corrupted or incomplete."""


class IndexChanged(IndexProblem):
    """The index is being written, or has changed since it was opened; open it again to use it."""


class ServerUnreachable(IndexProblem):
    """No Chroma server answers."""

    unanswered = True


class ServerRefused(IndexProblem):
    """The Chroma server rejects the token, or requires one."""

    unanswered = True


class ServerMismatch(IndexProblem):
    """The server is not a Chroma server of a supported version."""


class ClusterFailed(KotaeError):
    """A Ray cluster cannot be reached, or one of its workers failed."""


class ModelUnavailable(KotaeError):
    """A model or encoder cannot be loaded."""

    unanswered = True


class ModelServerUnreachable(ModelUnavailable):
    """No model server answers, or every attempt ends in "busy" or "broken"."""


class ModelServerRefused(ModelUnavailable):
    """The model server rejects the key, requires one, or refuses every request (no credit left)."""


class ModelServerMismatch(ModelUnavailable):
    """The server does not answer as a model server does."""


class ModelFailed(KotaeError):
    """A loaded model did not answer."""


class PromptTooLong(KotaeError):
    """Question and instructions alone are longer than the model's context."""


class DatasetError(KotaeError):
    """The verification set has an error; `where` names file, row and column."""


class RunError(KotaeError):
    """The folder of a run cannot be used."""


class RunBusy(RunError):
    """Another process is writing to the folder of the run."""


class RequestError(KotaeError):
    """A request to `kotae serve` is invalid; `status` is the HTTP status."""

    def __init__(self, what: str, *, where: str | None = None, do: str | None = None, status: int = 400) -> None:
        self.status = status
        super().__init__(what, where=where, do=do)


class GradingError(KotaeError):
    """A fallback grader cannot be used."""


class CalibrationMismatch(GradingError):
    """Similarity was calibrated with another encoder."""


class JudgeNotMeasured(GradingError):
    """The judge's agreement with human labels is not known."""
