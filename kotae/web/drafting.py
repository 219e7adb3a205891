"""Sets that the page drafts from the documents of its index, as `kotae eval make-set` does."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from eval.drafting.draft_set import draft_set
from eval.drafting.sheet import write_set
from kotae.web.jobs import Job, JobKind, JobRunner, JobTurn
from kotae.web.set_folder import SetFolder, drafts_of
from rag.errors import RunBusy, SettingsError
from rag.factory import IndexSettings, ModelSettings, open_model, open_retriever
from rag.messages import Message
from rag.records import Language
from rag.storage.locks import folder_lock


@dataclass(frozen=True, slots=True)
class SetDrafting:
    """Drafting with the model and the index of the page, into its folder of sets."""

    jobs: JobRunner
    model: ModelSettings
    index: IndexSettings
    sets: SetFolder

    def begin(self, count: int, languages: tuple[Language, ...], reader: Language) -> Job:
        """Begin to draft `count` questions about documents in these languages, with the header for a reader.

        The same request continues one that was interrupted. Raises RequestError, and SettingsError for a raw prompt.
        """
        if self.model.prompt.raw:
            raise SettingsError(
                Message("Questions are drafted in a chat, and the prompt {name!r} is raw text",
                        name=self.model.prompt.name),
                do="Start kotae serve without --prompt.",
            )  # fmt: skip
        language = f"{languages[0]}-" if len(languages) == 1 else ""  # of both, all questions may be in one
        out, seed = self.sets.next_draft(f"draft-{language}{count}")
        kept = drafts_of(out)
        busy = RunBusy("Another process is drafting this set", where=str(out), do="Wait for it to end, then try again.")

        def work(job: Job, turn: JobTurn) -> None:
            with folder_lock(kept, busy), closing((retriever := open_retriever(self.index)).index):
                retriever.index.require_complete()
                drafted = draft_set(
                    retriever, open_model(self.model), self.model.prompt, kept, count, languages, seed,
                    turn=turn, progress=job.progress,
                )  # fmt: skip
                path = self.sets.save_draft(out, partial(write_set, drafted, language=reader))
                job.name, job.result = path.name, self.sets.id_of(path)
                shutil.rmtree(kept)

        return self.jobs.begin(JobKind.DRAFTING, out.name, self.sets.id_of(out), work)
