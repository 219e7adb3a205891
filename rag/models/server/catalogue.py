"""What a server says of its models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openai import OpenAI


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model on a server.

    `server` is what runs it: "vllm", "llamacpp", "sglang", or what else the server says. `context` is in tokens, None
    where the server does not say. `weights` is what it says of the weights.
    """

    name: str
    server: str = ""
    context: int | None = None
    weights: str = ""

    def __str__(self) -> str:
        told = [self.server, self.weights, "" if self.context is None else f"context {self.context}"]
        return f"{self.name} ({', '.join(part for part in told if part)})" if any(told) else self.name


def list_models(client: OpenAI, root: str) -> tuple[ModelInfo, ...]:
    """The models of a server, from its `/models`; none where it has no such route.

    Raises what `openai` raises.
    """
    import openai

    try:
        cards = tuple(_card(one.model_dump()) for one in client.models.list().data or ())
    except openai.APIStatusError as error:
        if error.status_code in _NO_SUCH_ROUTE:
            return ()
        raise
    if not any(card.server == "llamacpp" for card in cards):
        return cards
    context = _slot_context(client, root)
    return tuple(ModelInfo(one.name, one.server, context or one.context, one.weights) for one in cards)


def _card(row: Mapping[str, Any]) -> ModelInfo:
    about = row.get("meta") or {}
    weights = [str(row["root"])] if row.get("root") and row["root"] != row["id"] else []
    weights += [f"{about[name]} {unit}".strip() for name, unit in _META.items() if about.get(name)]
    context = row.get("max_model_len") or about.get("n_ctx")
    if not isinstance(row["id"], str):
        raise TypeError(f"a model without a name: {row}")
    known = int(str(context)) if str(context).isdecimal() else None
    return ModelInfo(row["id"], str(row.get("owned_by") or ""), known, ", ".join(weights))


_NO_SUCH_ROUTE = (404, 405, 501)
_META = {"ftype": "", "n_params": "parameters", "size": "bytes"}


def _slot_context(client: OpenAI, root: str) -> int | None:
    """How many tokens one of llama-server's slots has, which share its context."""
    import openai

    try:
        props: Any = client.get(f"{root}/props", cast_to=object)
        return int(props["default_generation_settings"]["n_ctx"])
    except (openai.APIStatusError, KeyError, TypeError):
        return None
