"""The models that a server lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import OpenAI


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The description of a model by its server.

    `server` is the software that runs it: "vllm", "llamacpp", "sglang", or another name. `context` is in tokens, None
    if the server does not tell. `weights` describes the weights.
    """

    name: str
    server: str = ""
    context: int | None = None
    weights: str = ""

    def __str__(self) -> str:
        details = [self.server, self.weights, "" if self.context is None else f"context {self.context}"]
        return f"{self.name} ({', '.join(detail for detail in details if detail)})" if any(details) else self.name


def list_models(client: OpenAI, root: str) -> tuple[ModelInfo, ...]:
    """List the models of a server, from its `/models`; empty if it has no such route.

    Raises the exceptions of `openai`.
    """
    import openai

    try:
        models = tuple(_model_info(model.model_dump()) for model in client.models.list().data or ())
    except openai.APIStatusError as error:
        if error.status_code in _NO_SUCH_ROUTE:
            return ()
        raise
    if not any(model.server == "llamacpp" for model in models):
        return models
    context = _slot_context(client, root)
    return tuple(replace(model, context=context or model.context) for model in models)


def _model_info(row: Mapping[str, Any]) -> ModelInfo:
    meta = row.get("meta") or {}
    weights = [str(row["root"])] if row.get("root") and row["root"] != row["id"] else []
    weights += [f"{meta[name]} {unit}".strip() for name, unit in _META.items() if meta.get(name)]
    context = row.get("max_model_len") or meta.get("n_ctx")
    if not isinstance(row["id"], str):
        raise TypeError(f"a model without a name: {row}")
    tokens = int(str(context)) if str(context).isdecimal() else None
    return ModelInfo(row["id"], str(row.get("owned_by") or ""), tokens, ", ".join(weights))


_NO_SUCH_ROUTE = (404, 405, 501)
_META = {"ftype": "", "n_params": "parameters", "size": "bytes"}


def _slot_context(client: OpenAI, root: str) -> int | None:
    """Return the context of one of llama-server's slots, which share its whole context; None if unknown."""
    import openai

    try:
        props: Any = client.get(f"{root}/props", cast_to=object)
        return int(props["default_generation_settings"]["n_ctx"])
    except (openai.APIStatusError, KeyError, TypeError):
        return None
