"""HTML inside a notebook: one block with a style of its own, in the notebook's light or dark colours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

if TYPE_CHECKING:
    from rag.records import Answer, Hit, Language

_LIGHT = (
    "--page: #fff; --ink: #1d2024; --soft: #5b626b; --line: #dcdfe3; --faint: #eef0f2; --link: #14569b; "
    "--no_rag: #8b95a1; --rag: #2c6fb5; --oracle: #8a5a9e; --other: #9a6a1f; --yes: #18683c; --no: #9b2c2c"
)
_DARK = (
    "--page: #16181b; --ink: #e4e6e9; --soft: #a0a7b0; --line: #363b42; --faint: #24282d; --link: #8fbcec; "
    "--no_rag: #7d8793; --rag: #5b9fe3; --oracle: #b78ccb; --other: #d0a256; --yes: #8fd3a9; --no: #f0a59e"
)
_LIGHT_THEMES = ('[data-jp-theme-light="true"]', ".vscode-light", 'html[theme="light"]')
_DARK_THEMES = ('[data-jp-theme-light="false"]', ".vscode-dark", 'html[theme="dark"]', '[data-md-color-scheme="slate"]')
"""How JupyterLab, VS Code, Colab and the documentation mark their theme; elsewhere the browser's counts."""


def _themed(themes: tuple[str, ...], colours: str) -> str:
    return f"{', '.join(f'{theme} .kotae' for theme in themes)} {{ {colours} }}"


_STYLE = f"""
.kotae {{ {_LIGHT} }}
@media (prefers-color-scheme: dark) {{ .kotae {{ {_DARK} }} }}
{_themed(_LIGHT_THEMES, _LIGHT)}
{_themed(_DARK_THEMES, _DARK)}
.kotae {{
  background: var(--page); color: var(--ink); padding: .9rem 1.1rem; max-width: 60rem; border: 1px solid var(--line);
  border-radius: 6px; font: 14px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "Hiragino Sans", "Yu Gothic UI",
  "Noto Sans JP", "Noto Sans CJK JP", sans-serif; overflow-wrap: anywhere;
}}
.kotae:lang(ja), .kotae :lang(ja) {{ line-height: 1.65; }}
.kotae p {{ margin: 0 0 .5rem; }}
.kotae .text {{ white-space: pre-wrap; unicode-bidi: isolate; }}
.kotae .soft {{ color: var(--soft); font-size: 12.5px; }}
.kotae summary {{ cursor: pointer; color: var(--link); width: fit-content; }}
.kotae ol {{ margin: .4rem 0 0; padding-left: 1.6rem; }}
.kotae blockquote {{
  margin: .2rem 0 .7rem; padding: 0 0 0 .75rem; border-left: 2px solid var(--line); color: inherit;
  white-space: pre-wrap; unicode-bidi: isolate;
}}
"""


def inline(body: Markup, language: Language, style: str = "") -> str:
    """Return a block for a notebook's output, with further style; its text is never typeset as a formula."""
    block = Markup('<div class="kotae tex2jax_ignore mathjax_ignore" lang="{}"><style>{}</style>{}</div>').format(
        language,
        Markup(_STYLE + style),  # noqa: S704  # kotae's own
        body,
    )
    return block.encode("utf-8", "replace").decode("utf-8")


def answer_html(answer: Answer) -> str:
    """Return an answer with its numbered sources, which open to show their passages."""
    japanese = answer.language == "ja"
    parts = [Markup('<p class="text">{}</p>').format(answer.text or "-")]
    if answer.cut_off:
        note = "トークン数の上限で途切れています。" if japanese else "Cut off at the token limit."
        parts.append(Markup('<p class="soft">{}</p>').format(note))
    if answer.hits:
        title = f"出典（{len(answer.hits)} 件）" if japanese else f"Sources ({len(answer.hits)})"
        first = None if answer.support is None else answer.support.rank
        sources = Markup("").join(_source(hit, japanese=japanese, first=first) for hit in answer.cited)
        parts.append(Markup("<details><summary>{}</summary><ol>{}</ol></details>").format(title, sources))
    return inline(Markup("").join(parts), answer.language)


def _source(hit: Hit, *, japanese: bool, first: int | None) -> Markup:
    chunk = hit.chunk
    span = f"、{chunk.start}～{chunk.end} 文字目" if japanese else f", characters {chunk.start} to {chunk.end}"
    where = chunk.source + span
    if hit.rank == first:
        where += "。回答の根拠です" if japanese else "; supports the answer"
    return Markup(
        '<li value="{}"><b>{}</b> <span class="soft">{}</span><blockquote lang="{}">{}</blockquote></li>'
    ).format(hit.rank, chunk.title or chunk.source, where, chunk.language, chunk.text)
