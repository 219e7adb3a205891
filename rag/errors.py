"""Every failure that a user can meet, as one tree.

KotaeError
├── SettingsError            an option or environment variable cannot be used
├── CannotWrite              the disk is full, or a place is read-only
├── CorpusError              the folder of documents
│   ├── EmptyCorpus          no document in it
│   └── UnreadableDocument   one document could not be read
├── IndexProblem             the index on disk or on a server
│   ├── IndexMissing         not built yet
│   ├── IndexMismatch        built with other settings, or of other documents, than those asked for
│   ├── IndexBusy            another process is writing to it
│   ├── IndexDamaged         it cannot be read
│   ├── IndexChanged         not, or no longer, in one state: another process ingests, or has since it was opened
│   ├── ServerUnreachable    no Chroma server answers at the URL
│   ├── ServerRefused        the Chroma server does not take the token
│   └── ServerMismatch       the Chroma server is of a version that kotae cannot use
├── ModelUnavailable         a model or encoder cannot be loaded; has the install line where one helps
│   ├── ModelServerUnreachable  no model server answers, or it is busy for too long
│   ├── ModelServerRefused   the model server does not take the key, or refuses whatever is asked
│   └── ModelServerMismatch  what answers does not say what a model server says
├── ModelFailed              a loaded model did not answer
├── PromptTooLong            question and instructions alone exceed the model's context
├── DatasetError             the verification set; file, row, column
├── RunError                 the folder of a run
│   └── RunBusy              another process is writing to it
├── RequestError             a request to `kotae serve`
└── GradingError             a rung below the grading ladder cannot be used
    ├── CalibrationMismatch  similarity was calibrated with another encoder
    └── JudgeNotMeasured     how far a judge agrees with people is not known
"""

from __future__ import annotations

from typing import ClassVar


class KotaeError(Exception):
    """A failure with its cure: `what` went wrong, `where`, and what to `do`."""

    unanswered: ClassVar[bool] = False
    """Whether a question that ends so never came through: it says nothing of the model, and waits for its answer."""

    def __init__(self, what: str, *, where: str | None = None, do: str | None = None) -> None:
        self.what = what
        self.where = where
        self.do = do
        super().__init__(what)

    def __str__(self) -> str:
        """One line: what (where): what to do."""
        text = self.what if self.where is None else f"{self.what} ({self.where})"
        text = text if self.do is None else f"{text}. {self.do}"
        return " ".join(line.strip() for line in text.splitlines() if line.strip())


def first_line(error: BaseException) -> str:
    """The first line of what a foreign error says; the name of its kind where it says nothing."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


class SettingsError(KotaeError):
    """An option or environment variable cannot be used."""


class CannotWrite(KotaeError):
    """Something cannot be written: the disk is full, or the place is read-only."""


class CorpusError(KotaeError):
    """The folder of documents cannot be used."""


class EmptyCorpus(CorpusError):
    """The folder holds no document that kotae reads."""


class UnreadableDocument(CorpusError):
    """One document could not be read; the others go on."""


class IndexProblem(KotaeError):
    """The index cannot be used."""


class IndexMissing(IndexProblem):
    """There is no index yet."""


class IndexMismatch(IndexProblem):
    """The index was built with other settings, or of other documents, than those asked for."""


class IndexBusy(IndexProblem):
    """Another process is writing to the index."""


class IndexDamaged(IndexProblem):
    """The index cannot be read."""


class IndexChanged(IndexProblem):
    """The index is being written to, or is no longer what it was when it was opened; opened anew, it can be used."""


class ServerUnreachable(IndexProblem):
    """No Chroma server answers."""

    unanswered = True


class ServerRefused(IndexProblem):
    """The Chroma server does not take the token, or wants one."""

    unanswered = True


class ServerMismatch(IndexProblem):
    """What answers is not a Chroma server of a version that kotae can use."""


class ModelUnavailable(KotaeError):
    """A model or encoder cannot be loaded."""

    unanswered = True


class ModelServerUnreachable(ModelUnavailable):
    """No model server answers, or it says that it is busy or broken however often it is asked."""


class ModelServerRefused(ModelUnavailable):
    """The model server does not take the key, wants one, or refuses whatever is asked (no credit left)."""


class ModelServerMismatch(ModelUnavailable):
    """What answers does not say what a model server says."""


class ModelFailed(KotaeError):
    """A loaded model did not answer."""


class PromptTooLong(KotaeError):
    """Question and instructions alone are longer than the model's context."""


class DatasetError(KotaeError):
    """The verification set has a fault; `where` names file, row and column."""


class RunError(KotaeError):
    """The folder of a run cannot be used."""


class RunBusy(RunError):
    """Another process is writing to the folder of the run."""


class RequestError(KotaeError):
    """A request to `kotae serve` cannot be answered as it stands; `status` is that of HTTP."""

    def __init__(self, what: str, *, where: str | None = None, do: str | None = None, status: int = 400) -> None:
        self.status = status
        super().__init__(what, where=where, do=do)


class GradingError(KotaeError):
    """A rung below the grading ladder cannot be used."""


class CalibrationMismatch(GradingError):
    """Similarity was calibrated with another encoder."""


class JudgeNotMeasured(GradingError):
    """How far a judge agrees with people is not known."""
