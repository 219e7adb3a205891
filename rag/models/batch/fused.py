"""Triton kernels for the operations between the matrix products of a decode step: few launches instead of dozens.

Shapes: `tokens` is rows * queries of a pass, hidden states are [tokens, width], the cache's layers
[slots, key heads, head size]. All arithmetic is in float32, inputs and outputs in the model's own dtype.
"""

from __future__ import annotations

import functools

import torch
import triton
import triton.language as tl

_HEADS = 8  # rotated by one program
_PROGRAMS = 528  # four per multiprocessor of an H100: enough to saturate its memory
_FEW = (64, 2)  # slots at a time and warps of a program of attention, unless there are many programs


def starts_early() -> bool:
    """Return whether kernels of a step begin before the one before has ended (programmatic dependent launch)."""
    return torch.cuda.get_device_capability() >= (9, 0)


@functools.cache
def _early() -> dict[str, bool]:
    return {"EARLY": True, "launch_pdl": True} if starts_early() else {"EARLY": False}


@triton.jit
def _begin(EARLY: tl.constexpr):  # type: ignore[no-untyped-def]
    """Let the kernel after begin, and wait for the one before.

    In this order several kernels are ready at once. Each waits, so that when one continues, all before it have ended.
    """
    if EARLY:
        tl.extra.cuda.gdc_launch_dependents()
        tl.extra.cuda.gdc_wait()


@triton.jit
def _add_norm(  # type: ignore[no-untyped-def]
    x, residual, weight, out, width, eps, ADD: tl.constexpr, BLOCK: tl.constexpr, EARLY: tl.constexpr
):  # fmt: skip
    _begin(EARLY)
    row = tl.program_id(0).to(tl.int64)
    at = tl.arange(0, BLOCK)
    inside = at < width
    value = tl.load(x + row * width + at, inside, 0.0)
    if ADD:
        value = value + tl.load(residual + row * width + at, inside, 0.0)
    gain = tl.load(weight + at, inside, 0.0)
    tl.store(residual + row * width + at, value, inside)
    wide = value.to(tl.float32)
    scaled = wide * tl.rsqrt(tl.sum(wide * wide, 0) / width + eps)
    tl.store(out + row * width + at, scaled.to(value.dtype) * gain, inside)


@triton.jit
def _rotate(  # type: ignore[no-untyped-def]
    qkv, keys, values, slots, cos, sin,
    HEADS: tl.constexpr, GROUPS: tl.constexpr, SIZE: tl.constexpr, HALF: tl.constexpr, BLOCK: tl.constexpr,
    EARLY: tl.constexpr,
):  # fmt: skip
    _begin(EARLY)
    token = tl.program_id(0).to(tl.int64)
    head = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)[:, None]
    at = tl.arange(0, HALF)[None, :]
    in_half = at < SIZE // 2
    inside = in_half & (head < HEADS + 2 * GROUPS)
    source = qkv + (token * (HEADS + 2 * GROUPS) + head) * SIZE + at
    low, high = tl.load(source, inside, 0.0), tl.load(source + SIZE // 2, inside, 0.0)
    slot = tl.load(slots + token).to(tl.int64)
    cosine = tl.load(cos + token * SIZE + at, in_half, 0.0).to(tl.float32)
    sine = tl.load(sin + token * SIZE + at, in_half, 0.0).to(tl.float32)
    new_low = (low.to(tl.float32) * cosine - high.to(tl.float32) * sine).to(low.dtype)
    new_high = (high.to(tl.float32) * cosine + low.to(tl.float32) * sine).to(low.dtype)
    is_value = head >= HEADS + GROUPS
    tl.store(source, new_low, inside & ~is_value)
    tl.store(source + SIZE // 2, new_high, inside & ~is_value)
    is_key = inside & (head >= HEADS) & ~is_value
    key = keys + (slot * GROUPS + head - HEADS) * SIZE + at
    tl.store(key, new_low, is_key)
    tl.store(key + SIZE // 2, new_high, is_key)
    value = values + (slot * GROUPS + head - HEADS - GROUPS) * SIZE + at
    tl.store(value, low, inside & is_value)
    tl.store(value + SIZE // 2, high, inside & is_value)


@triton.jit
def _attend(  # type: ignore[no-untyped-def]
    query, keys, values, starts, lengths, sums, stats, out, scale, row_stride,
    WINDOW: tl.constexpr, HEADS: tl.constexpr, GROUPS: tl.constexpr, SIZE: tl.constexpr, PADDED: tl.constexpr,
    SPLITS: tl.constexpr, BLOCK: tl.constexpr, EARLY: tl.constexpr,
):  # fmt: skip
    _begin(EARLY)
    row, head, split = tl.program_id(0).to(tl.int64), tl.program_id(1), tl.program_id(2)
    length = tl.load(lengths + row)
    start = tl.load(starts + row).to(tl.int64)
    first = tl.maximum(length - WINDOW, 0) if WINDOW > 0 else 0
    span = tl.cdiv(tl.cdiv(length - first, SPLITS), BLOCK) * BLOCK
    begin = first + split * span
    end = tl.minimum(begin + span, length)
    at = tl.arange(0, PADDED)
    inside = at < SIZE
    q = tl.load(query + row * row_stride + head * SIZE + at, inside, 0.0).to(tl.float32) * scale
    best = tl.full((), float("-inf"), tl.float32)
    total = tl.full((), 0.0, tl.float32)
    gathered = tl.zeros((PADDED,), tl.float32)
    column = (head // (HEADS // GROUPS)) * SIZE + at
    for block in range(begin, end, BLOCK):
        position = block + tl.arange(0, BLOCK)
        known = position < end
        offset = (start + position)[:, None] * (GROUPS * SIZE) + column[None, :]
        mask = known[:, None] & inside[None, :]
        k = tl.load(keys + offset, mask, 0.0).to(tl.float32)
        score = tl.where(known, tl.sum(k * q[None, :], 1), float("-inf"))
        higher = tl.maximum(best, tl.max(score, 0))
        share = tl.exp(score - higher)
        fade = tl.exp(best - higher)
        v = tl.load(values + offset, mask, 0.0).to(tl.float32)
        gathered = gathered * fade + tl.sum(share[:, None] * v, 0)
        total = total * fade + tl.sum(share, 0)
        best = higher
    part = (row * HEADS + head) * SPLITS + split
    if SPLITS == 1:
        tl.store(out + part * SIZE + at, (gathered / total).to(out.dtype.element_ty), inside)
    else:
        tl.store(sums + part * SIZE + at, gathered, inside)
        tl.store(stats + part * 2, best)
        tl.store(stats + part * 2 + 1, total)


@triton.jit
def _combine(  # type: ignore[no-untyped-def]
    sums, stats, out, SPLITS: tl.constexpr, SIZE: tl.constexpr, PADDED: tl.constexpr, EARLY: tl.constexpr
):  # fmt: skip
    _begin(EARLY)
    part = tl.program_id(0).to(tl.int64)
    split = tl.arange(0, SPLITS)
    at = tl.arange(0, PADDED)
    inside = at < SIZE
    best = tl.load(stats + (part * SPLITS + split) * 2)
    weight = tl.exp(best - tl.max(best, 0))
    total = tl.sum(weight * tl.load(stats + (part * SPLITS + split) * 2 + 1), 0)
    offset = (part * SPLITS + split)[:, None] * SIZE + at[None, :]
    summed = tl.load(sums + offset, inside[None, :] & (split >= 0)[:, None], 0.0)
    tl.store(out + part * SIZE + at, (tl.sum(summed * weight[:, None], 0) / total).to(out.dtype.element_ty), inside)


@triton.jit
def _gate(both, out, width, BLOCK: tl.constexpr, EARLY: tl.constexpr):  # type: ignore[no-untyped-def]
    _begin(EARLY)
    row = tl.program_id(0).to(tl.int64)
    at = tl.program_id(1) * BLOCK + tl.arange(0, BLOCK)
    inside = at < width
    gate = tl.load(both + row * 2 * width + at, inside, 0.0)
    up = tl.load(both + row * 2 * width + width + at, inside, 0.0)
    wide = gate.to(tl.float32)
    activated = (wide / (1.0 + tl.exp(-wide))).to(gate.dtype)
    tl.store(out + row * width + at, activated * up, inside)


def add_norm(x: torch.Tensor, residual: torch.Tensor, weight: torch.Tensor, eps: float, *, add: bool) -> torch.Tensor:
    """Return the RMS norm of `x` plus `residual` (of `x` alone if `add` is False); `residual` is set to the sum."""
    out = torch.empty_like(x)
    width = x.shape[-1]
    _add_norm[(x.shape[0],)](
        x, residual, weight, out, width, eps, ADD=add, BLOCK=triton.next_power_of_2(width), num_warps=16, **_early()
    )
    return out


def rotate_and_write(
    qkv: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    slots: torch.Tensor,
    cos: torch.Tensor,
    sin: torch.Tensor,
    heads: int,
) -> None:
    """Rotate queries and keys in place by position, and write keys and values into `slots` of a layer's cache.

    `qkv` is [tokens, heads + 2 * key heads, head size], `cos` and `sin` are [tokens, head size].
    """
    groups, size = keys.shape[1], keys.shape[2]
    grid = (qkv.shape[0], triton.cdiv(heads + 2 * groups, _HEADS))
    half = triton.next_power_of_2(size // 2)
    _rotate[grid](
        qkv,
        keys,
        values,
        slots,
        cos,
        sin,
        HEADS=heads,
        GROUPS=groups,
        SIZE=size,
        HALF=half,
        BLOCK=_HEADS,
        num_warps=4,
        **_early(),
    )


def attend_decode(
    query: torch.Tensor,
    keys: torch.Tensor,
    values: torch.Tensor,
    starts: torch.Tensor,
    lengths: torch.Tensor,
    scale: float,
    window: int | None = None,
    splits: int | None = None,
) -> torch.Tensor:
    """Attend with one query per row, [rows, heads, head size] with any row stride, to slots starts .. starts + lengths.

    With few rows, the slots of a row are split among several programs (flash decoding, Dao et al. 2023); `splits` is
    their number where what a row gets must not depend on the other rows.
    """
    rows, heads, size = query.shape
    block, warps = _tile(rows * heads) if splits is None else _FEW
    splits = splits or min(16, triton.next_power_of_2(max(1, _PROGRAMS // (rows * heads))))
    sums = torch.empty((rows, heads, splits, size), dtype=torch.float32, device=query.device)
    stats = torch.empty((rows, heads, splits, 2), dtype=torch.float32, device=query.device)
    out = torch.empty((rows, heads, size), dtype=query.dtype, device=query.device)
    padded = triton.next_power_of_2(size)
    _attend[(rows, heads, splits)](
        query, keys, values, starts, lengths, sums, stats, out, scale, query.stride(0),
        WINDOW=window or 0, HEADS=heads, GROUPS=keys.shape[1], SIZE=size, PADDED=padded,
        SPLITS=splits, BLOCK=block, num_warps=warps, **_early(),
    )  # fmt: skip
    if splits > 1:
        _combine[(rows * heads,)](sums, stats, out, SPLITS=splits, SIZE=size, PADDED=padded, num_warps=1, **_early())
    return out


def _tile(programs: int) -> tuple[int, int]:
    """Return the slots that a program attends to at once, and its warps: fewer where many programs fill the GPU."""
    if programs < 1024:
        return _FEW
    return (32, 1) if programs < 2048 else (16, 1)


def gate(both: torch.Tensor) -> torch.Tensor:
    """Return silu of the first half of each row times the second half: [tokens, 2 * width] to [tokens, width]."""
    tokens, width = both.shape[0], both.shape[1] // 2
    out = torch.empty((tokens, width), dtype=both.dtype, device=both.device)
    _gate[(tokens, triton.cdiv(width, 1024))](both, out, width, BLOCK=1024, num_warps=4, **_early())
    return out
