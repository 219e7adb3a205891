"""Small texts that tests share: a bilingual corpus, and sentences in either language."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).parent.parent

# Some facts stand in one language only: the author of The Prince of Tennis in Japanese, rinderpest in English.
SMALL_CORPUS = {
    "ja/許斐剛.md": (
        "---\ntitle: 許斐剛\nlang: ja\n---\n\n許斐剛は大阪府出身の漫画家である。代表作は『テニスの王子様』"
        "（The Prince of Tennis）で、1999年から『週刊少年ジャンプ』に連載された。\n"
    ),
    "ja/富士山.md": "# 富士山\n\n富士山は標高3776メートルで、日本で最も高い山である。静岡県と山梨県にまたがる。\n",
    "ja/東京.txt": "東京は日本の首都である。江戸と呼ばれていたが、1868年に東京と改められた。\n",
    "ja/水.md": "# 水\n\n水の化学式はH2Oである。水素と酸素からなり、零度で凍る。\n",
    "en/rinderpest.md": (
        "---\ntitle: Rinderpest\nlang: en\n---\n\nRinderpest, or cattle plague, was a viral disease of cattle. "
        "It was declared eradicated in 2011, the second disease after smallpox.\n"
    ),
    "en/mount-fuji.md": "# Mount Fuji\n\nMount Fuji is the highest mountain in Japan, at 3776 metres.\n",
    "en/ottawa.txt": "Ottawa is the capital of Canada. It stands on the Ottawa River.\n",
    "en/baikal.md": "# Lake Baikal\n\nLake Baikal in Siberia is the deepest lake in the world, 1642 metres deep.\n",
}

JAPANESE = (
    "東京は日本の首都である。江戸と呼ばれた町が、1868年に改名された。",
    "「テニスの王子様」の作者は許斐剛で、1999年に連載が始まった。",
    "水の化学式はH2Oであり、零度で凍る。純粋な水は電気をほとんど通さない。",
    "日本の都道府県で最も面積が大きいのは北海道です。次は岩手県です。",
    "彼は「もう遅い。帰ろう」と言った。ラーメンとコーヒーは売り切れだった。",
)
ENGLISH = (
    "Tokyo is the capital of Japan. It was called Edo until 1868.",
    "Dr. Jenner tested his vaccine in 1796; smallpox was declared eradicated in 1980.",
    "The café's owner paid £3.50 for it — a “bargain”, he said.",
)


def write_corpus(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder, in UTF-8; parents are made."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
