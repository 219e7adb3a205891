"""The letters of Japanese and English: one definition of each set, for every pattern.

The strings are bodies of character classes, to be combined: `re.compile(rf"[{KATAKANA}A-Z]+")`. They are for text in
NFKC, so half-width katakana are not among them.
"""

from __future__ import annotations

import re

HIRAGANA = "ぁ-ゖ"
KATAKANA = "ァ-ヺー"
KANJI = "一-鿿㐀-䶿\uf900-\ufaff\U00020000-\U0002fa1f"
LATIN = "A-Za-zÀ-ɏ"

KANA_BLOCK = "\u3040-\u30ff"
"""Kana with the marks inside words of kana: ・ (バック・トゥ・ザ), ゝ and ヽ (いすゞ), ゠, voicing marks."""
JAPANESE_WORDS = f"{KANA_BLOCK}々〆{KANJI}"
"""Characters that may occur in a run of Japanese words, which a morphological analyser splits; not only letters."""
UNSPACED = "\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"
"""Letters, punctuation and full-width forms that Japanese sets without blanks, so that broken lines join directly."""

KANA_LETTER = re.compile(f"[{HIRAGANA}{KATAKANA}]")
HIRAGANA_LETTER = re.compile(f"[{HIRAGANA}]")
KANJI_LETTER = re.compile(f"[{KANJI}]")
JAPANESE_LETTER = re.compile(f"[{HIRAGANA}{KATAKANA}々〆{KANJI}]")
LATIN_LETTER = re.compile(f"[{LATIN}]")
LATIN_WORD = re.compile(rf"[{LATIN}]+(?:['’-][{LATIN}]+)*")
WORD = re.compile(r"[^\W_]+")
"""A run of letters and digits of any script."""
