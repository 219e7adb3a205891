r"""Fields of Word that draw letters over one another (EQ): readings of words, circled letters, fractions.

In Japanese, Word writes 東京 with its reading as \o\ad(\s\up 9(とうきょう),東京), a letter in a circle as \o\ac(○,秘).
"""

from __future__ import annotations

import re
from typing import Final

_SWITCH: Final = re.compile(r"\\\*\s{0,9}(?:\"[^\"]{0,99}\"|[^\s\\(]{0,99})")
_TOKEN: Final = re.compile(r"\\([A-Za-z]{1,9}) {0,9}-?\d{0,9}|\\(.)|([(),;])|([^\\(),;]{1,999})", re.DOTALL)
_LONGEST: Final = 2000
"""Letters of an instruction that are looked at."""
_SHAPES: Final = frozenset("○◯〇□△◇")
_ABOVE: Final = "\0"
"""The beginning of a part that is raised."""
_CIRCLED: Final = ((1, 20, 0x2460), (21, 35, 0x3251), (36, 50, 0x32B1))


def equation_text(instruction: str) -> str:
    r"""Return the text of an EQ field by its instruction; "" for any other field.

    >>> equation_text(r'EQ \* jc2 \* "Font:MS Mincho" \* hps10 \o\ad(\s\up 9(とうきょう),東京)')
    '東京'
    >>> equation_text(r"eq \o\ac(○,21)"), equation_text(r"EQ \f(1,2)"), equation_text("PAGE")
    ('㉑', '1/2', '')
    """
    name, _, rest = instruction[:_LONGEST].strip().partition(" ")
    if name.upper() != "EQ":
        return ""
    commands: list[str] = []
    frames: list[tuple[list[str], list[str]]] = [([], [""])]
    for match in _TOKEN.finditer(_SWITCH.sub("", rest)):
        command, escaped, sign, text = match.groups()
        if command:
            commands.append(command.lower())
        elif sign == "(":
            frames.append((commands, [""]))
            commands = []
        elif sign == ")" and len(frames) > 1:
            frames[-2][1][-1] += _written(*frames.pop())
        elif sign in {",", ";"} and len(frames) > 1:
            frames[-1][1].append("")
        else:
            frames[-1][1][-1] += escaped or sign or text or ""
    while len(frames) > 1:
        frames[-2][1][-1] += _written(*frames.pop())
    return frames[0][1][0].replace(_ABOVE, "").strip()


def _written(commands: list[str], parts: list[str]) -> str:
    name = commands[0] if commands else ""
    if name == "o":
        base = [part for part in parts if not part.strip().startswith(_ABOVE)] or parts
        if len(base) == 2 and base[0].strip() in _SHAPES:
            return _circled(base[1].strip())
        return "".join(base).strip()
    plain = [part.replace(_ABOVE, "") for part in parts]
    if name == "s":
        return (_ABOVE if "up" in commands else "") + "".join(plain)
    if name == "f":
        return "/".join(plain)
    if name == "r":
        return f"√({plain[-1]})"
    return f"({','.join(plain)})" if name in {"", "b"} else ", ".join(plain)


def _circled(text: str) -> str:
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else 0
    return next((chr(sign + number - first) for first, last, sign in _CIRCLED if first <= number <= last), text)
