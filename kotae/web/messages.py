"""The messages of the web page, by name. Names that begin with "live." are for its scripts.

Their Japanese is in the catalogue, in the context "page." and the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from rag.messages import in_context
from rag.records import Language

MESSAGES: Final[Mapping[str, str]] = {
    "ask": "Ask",
    "documents": "Documents",
    "runs": "Runs",
    "sections": "Sections",
    "skip": "Skip to content",
    "page_language": "Language of this page",
    # Asking
    "question": "Question",
    "question_hint": "Press Ctrl+Enter (⌘+Enter on a Mac) to send",
    "answer_language": "Language of the answer",
    "auto": "Same as the question",
    "ja": "Japanese",
    "en": "English",
    "how": "Answer",
    "with": "From the documents",
    "without": "Without documents",
    "both": "Both, side by side",
    "send": "Ask",
    "answers": "Answers",
    "model_is": "Model: {model}",
    "model_bundled": "the small one that comes with kotae",
    "no_script": "To ask questions, enable JavaScript in your browser.",
    "start": "kotae looks for passages about a question in the documents of the index, and a language model answers "
    "from them. Every such answer lists its sources.",
    "examples": "Questions to try:",
    "live.example": "What do the documents say about “{title}”?",
    "live.with": "With retrieval",
    "live.without": "Without retrieval",
    "live.sent": "Preparing… (the first question loads the model)",
    "live.waiting": "Waiting (questions ahead: {ahead})",
    "live.reading": "Reading {count} passages…",
    "live.thinking": "Thinking…",
    "live.writing": "Writing…",
    "live.seconds": "{seconds} s",
    "live.again": "The answer was in the wrong language; asking once more…",
    "live.done": "Answered in {seconds} s",
    "live.wrong_language": "Asked twice, but the answer is still in the wrong language",
    "live.asked_again": "The first answer was in the wrong language; this is the second",
    "live.cut_off": "Cut off at the length limit",
    "live.supports": "Contains words of the answer",
    "live.in_no_passage": "In no passage: {texts}",
    "live.dropped": "{count} passages did not fit into the prompt and were left out",
    "live.left_out": "Sentences removed from the passages as instructions to the model ({count}): {texts}",
    "live.marked": "Sentences marked in the passages because they look like instructions to the model "
    "({count}): {texts}",
    "live.stop": "Stop",
    "live.stopped": "Stopped",
    "live.ask_again": "Ask again",
    "live.sources": "Sources",
    "live.no_sources": "No passages were found",
    "live.open": "Open in the document (new tab)",
    "live.original": "Original file",
    "live.characters": "characters {start} to {end}",
    "live.scores": "score {score}",
    "live.empty": "(an empty answer)",
    "live.lost": "kotae serve does not respond. Is it still running in its terminal?",
    "live.signed_out": "kotae serve has been restarted. Open the new address shown in its terminal.",
    "tab_export": "Download what was asked in this tab as",
    "live.unkept": "Not kept in the history: {reason}",
    # The history
    "history": "History",
    "history_about": "Questions of the page Ask and their answers, kept in {path}. The oldest make room for new ones "
    "above {most:,} entries or 128 MB.",
    "history_words": "Words in the question, answer or sources",
    "history_search": "Search",
    "history_count": "Entries: {count:,}",
    "history_jsonl": "Download as JSON Lines",
    "history_asked": "Time (UTC)",
    "history_answer": "Answer of the model",
    "history_model": "Model",
    "history_seconds": "Seconds",
    "history_delete": "Delete",
    "history_delete_all": "Delete the whole history",
    "history_confirm": "Delete this question and its answer from the history? This cannot be undone.",
    "history_confirm_all": "Delete every question and answer of the history? This cannot be undone.",
    # Lists of questions
    "lists": "Lists",
    "list_about": "Choose a file of questions; they are answered one after the other and given back as a table. "
    "This goes on when you leave the page.",
    "list_file": "File of questions (choose it, or drop it here)",
    "list_hint": "In Excel (.xlsx), .csv and .tsv files the column headed “question” is read; a single column needs no "
    "header. In .txt files every line is a question. Up to 16 MB and 10,000 questions.",
    "list_send": "Answer the list",
    "list_stop": "Stop",
    "list_workbook": "Download as Excel",
    "list_csv": "Download as CSV",
    "live.list_sending": "Sending…",
    "live.list_running": "Answering…",
    "live.list_done": "Done",
    "live.list_progress": "{answered} of {total} questions",
    "live.list_failed": "{failed} failed",
    "live.list_left": "about {minutes} min left",
    "live.list_comma": ", ",
    # Documents in a library
    "no_documents": "There are no documents yet that can be asked about",
    "add_documents": "Add documents on the page Documents",
    "library_is": "Folder: {folder}",
    "library_no_script": "To add documents, enable JavaScript in your browser.",
    "library_drop": "Drop files or folders of documents anywhere on this page, or choose them here. They are copied "
    "into the folder of this library; your own files stay where they are.",
    "library_files": "Files",
    "library_folder": "A folder, with its subfolders",
    "library_hint": "Files that end in {kinds}, up to 256 MB each. A file of the same name in the same folder is "
    "replaced. You can go on asking while documents are read; new ones count once all are.",
    "library_reading": "Reading the documents",
    "library_update": "Look for changes in the folder",
    "library_stop": "Stop reading",
    "select_all": "Select all listed files",
    "select_file": "Select {file}",
    "not_read": "not used for answers",
    "remove": "Delete the selected files",
    "live.library_sending": "Copying file {at} of {count}…",
    "live.library_sent": "{added} of {count} files copied",
    "live.library_reading": "Reading the documents…",
    "live.library_stopping": "Stopping…",
    "live.library_stopped": "Stopped. What was read so far is kept; the rest follows when you look for changes again.",
    "live.library_looking": "Looking for changes…",
    "live.library_progress": "{done} of {total} MB",
    "live.library_done": "The documents have been read: {added} added, {changed} changed, {unchanged} unchanged, "
    "{removed} removed, {failed_count} failed",
    "live.library_failed": "Files that could not be read: {count}",
    "live.library_parts": "Parts of files that could not be read: {count}",
    "live.library_left_out": "Parts of files that were left out: {count}",
    "live.library_confirm": "Delete {count} files from the folder {folder}? This cannot be undone.",
    # Sets of questions, and comparisons with them
    "sets": "Compare",
    "set_about": "Bring questions with their right answers; every question is asked with and without the documents, "
    "and a report tells whether the documents help. This goes on when you leave the page.",
    "set_file": "Questions with right answers (choose a file, or drop it here)",
    "set_hint": "Excel (.xlsx), .csv, .tsv, .json, .jsonl, Parquet and XML, with a question and its right answer in "
    "each row. Up to 64 MB.",
    "set_send": "Add",
    "set_questions": "{count} questions",
    "set_left_out": "Rows left out: {reasons}",
    "set_download": "Download",
    "set_delete": "Delete",
    "set_confirm": "Delete the questions in {name}? Results that were made with them stay.",
    "set_how": "Ways to answer",
    "set_no_rag": "Without documents",
    "set_rag": "From the documents",
    "set_oracle": "From the evidence named in the set",
    "set_withheld": "From the documents without that evidence",
    "set_compare": "Compare",
    "no_sets": "There are no questions with right answers yet. Add some above.",
    "sets_in": "Sets in the folder {folder}",
    "job": "Work in the background",
    "live.job_report": "Open the report",
    "live.job_review": "Review the questions",
    "live.job_comparison": "Comparing…",
    "live.job_preparing": "Preparing… (the model is being loaded)",
    "live.job_drafting": "Drafting questions…",
    "live.job_stopping_comparison": "Stopping after the answer that is being written…",
    "live.job_stopping_drafting": "Stopping after the question that is being written…",
    "live.job_done": "Done",
    "live.job_stopped_comparison": "Stopped; continue it on the page Runs",
    "live.job_stopped_drafting": "Stopped; choose the same number and language to continue",
    "live.job_progress_comparison": "{done} of {total} answers",
    "live.job_progress_drafting": "{done} of {total} questions",
    "live.job_seconds": "{seconds} s",
    "live.job_minutes": "{minutes} min",
    "live.job_left": "about {time} left",
    # Drafts, and their review
    "draft_count": "Number of questions",
    "draft_language": "Language of the documents",
    "draft_both": "Both",
    "draft_send": "Draft from the documents",
    "draft_about": "Without questions of your own: kotae drafts them from the documents of the index, each with its "
    "answer and evidence. Review them before you compare, as with a small model two in five cannot stay.",
    "review": "Review",
    "all_sets": "All sets",
    "review_keys": "Keys: K keeps, D drops, M mends, ← and → go to the previous and next question. In a text field, "
    "Ctrl+Enter (⌘+Enter) saves the text and keeps the question; Esc leaves the field. Every decision "
    "is saved at once.",
    "review_excerpt": "The text with the answer",
    "review_keep": "Keep (K)",
    "review_drop": "Drop (D)",
    "review_mend": "Mend (M)",
    "live.review_place": "Question {number} of {total}: {state} ({decided} decided)",
    "live.review_kept": "kept",
    "live.review_dropped": "dropped",
    "live.review_open": "not decided",
    # The index
    "where": "Location: {where}",
    "encoder_is": "Encoder: {encoder}",
    "totals": "{files} files, {chunks} passages",
    "of_language": ", {language} {count}",
    "incomplete": "An ingest is running or was interrupted. "
    "If it was interrupted, run kotae ingest again to finish it.",
    "filter_source": "Name contains",
    "filter_language": "Language",
    "any": "Any",
    "filter": "Filter",
    "file": "File",
    "chunks": "Passages",
    "matches": "{count} of {total} files.",
    "first": "Only the first {count} are listed; use the filter to find the others.",
    "none_match": "No files match.",
    "no_index": "There is no index yet",
    "make_index": "Run this command in a terminal to build one from a folder of documents:",
    "chunk": "Passage {number}",
    "characters": "characters {start} to {end}",
    "pages": "Pages",
    "page_of": "Page {page} of {pages}",
    "previous": "Previous",
    "next": "Next",
    "all_documents": "All documents",
    "original": "Open the original file (new tab)",
    # Runs
    "runs_in": "Runs in the folder {folder}",
    "no_runs": "There are no runs yet",
    "make_run": "Add a set on the page Compare to compare answers with and without retrieval. In a terminal:",
    "report": "Open the report",
    "unfinished": "running or interrupted",
    "imported": "imported counts",
    "live.grading": "Grading…",
    "resume": "Continue",
    "report_workbook": "Download as Excel",
    "report_archive": "Download everything (.zip)",
    # Errors
    "back": "Back to the start page",
    "error": "Error",
}


def translate(name: str, language: Language, /, **values: object) -> str:
    """Return a message in a language, with values for its placeholders. Raises KeyError for an unknown name."""
    return _text(name, language).format(**values)


def script_messages(language: Language) -> dict[str, str]:
    """Return the messages for scripts, by name without "live."."""
    return {name.removeprefix("live."): _text(name, language) for name in MESSAGES if name.startswith("live.")}


def _text(name: str, language: Language) -> str:
    return in_context(f"page.{name}", MESSAGES[name], language)
