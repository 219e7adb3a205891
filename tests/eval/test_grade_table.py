"""The grading ladder on answers as models write them, Japanese beside English; expectations by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from eval.grade import Outcome, Reference, Rung, grade
from eval.labels import LabelSet


@dataclass(frozen=True)
class Item:
    """A question in both languages with its references, `|` between accepted ones."""

    ja: str
    en: str
    ja_references: str
    en_references: str

    @property
    def references(self) -> list[Reference]:
        japanese = [Reference(text, "ja") for text in self.ja_references.split("|") if text]
        return japanese + [Reference(text, "en") for text in self.en_references.split("|") if text]


CAPITAL = Item("日本の首都はどこですか？", "What is the capital of Japan?", "東京", "Tokyo")
AUSTRALIA = Item("オーストラリアの首都はどこですか", "What is the capital of Australia?", "キャンベラ", "Canberra")
LUTHER = Item(
    "マルティン・ルターはいつ死んだか？", "When did Martin Luther die?", "1546年2月18日|1546年", "18 February 1546|1546"
)
LUTHER_YEAR = Item("マルティン・ルターはいつ死んだか？", "When did Martin Luther die?", "1546年", "1546")
SPUTNIK = Item(
    "スプートニク1号はいつ打ち上げられましたか", "When was Sputnik 1 launched?", "1957年10月4日", "October 4, 1957"
)
PLANETS = Item("太陽系には惑星がいくつありますか", "How many planets are in the solar system?", "8", "8")
NINE = Item("3の2乗はいくつですか", "What is three squared?", "9", "9")
KOKORO = Item("『こころ』を書いたのは誰ですか", "Who wrote Kokoro?", "夏目漱石", "Natsume Soseki|Soseki Natsume")
EINSTEIN = Item(
    "相対性理論を提唱したのは誰ですか",
    "Who proposed the theory of relativity?",
    "アルベルト・アインシュタイン",
    "Albert Einstein",
)
CURIE = Item(
    "ワルシャワで生まれた有名な人は誰か？",
    "Who was a famous person born in Warsaw?",
    "Marie Curie",
    "Maria Skłodowska-Curie",
)
DISTANCE = Item(
    "Newcastleは北海から何マイルにあるか？", "How many miles from the North Sea is Newcastle?", "8.5マイル", "8.5 mi"
)
POPULATION = Item("スウェーデンの人口はどのくらいですか", "What is the population of Sweden?", "980万人", "9.8 million")
BLACK_DEATH = Item(
    "ヨーロッパ人口のどのくらいが黒死病で死んだか？",
    "How much of the European population did the black death kill?",
    "ヨーロッパの全人口の30から60%",
    "30–60% of Europe's total population",
)
NORSE = Item(
    "ノース人はどの国からきたのか？",
    "From which countries did the Norse originate?",
    "デンマーク、アイスランド、ノルウェー",
    "Denmark, Iceland and Norway",
)
WATER = Item("水の化学式は何ですか", "What is the chemical formula of water?", "H2O", "H2O")
PEAK = Item("世界で2番目に高い山は？", "What is the second highest mountain in the world?", "K2", "K2")
HEALTH = Item("世界保健機関の略称は？", "What is the abbreviation of the World Health Organization?", "WHO", "WHO")
VITAMIN = Item("レバーに多いビタミンは何ですか", "Which vitamin is liver rich in?", "A", "A")
LOUIS = Item(
    "ヴェルサイユ宮殿を建てた王は誰ですか", "Which king built the Palace of Versailles?", "ルイ14世", "Louis XIV"
)
ERA_END = Item("昭和が終わったのは何年ですか", "In what year did the Showa era end?", "昭和64年", "1989")
TOKYO_UNI = Item("東京大学はどの都市にありますか", "What city is the University of Tokyo in?", "東京", "Tokyo")
CHOICE = Item("日本の首都は東京と京都のどちらですか", "Is the capital of Japan Tokyo or Kyoto?", "東京", "Tokyo")
CONTINENT = Item("ブラジルはどの大陸にありますか", "What continent is Brazil on?", "南アメリカ", "South America")
COUNTRY = Item("ハリウッドはどの国にありますか", "What country is Hollywood in?", "アメリカ", "America|United States")
LANGUAGE = Item("マルティン・ルターの国籍は何か？", "Of what nationality was Martin Luther?", "ドイツ", "German")
PRESIDENT = Item(
    "アメリカの大統領は誰ですか",
    "Who is the president of the United States?",
    "ドナルド・トランプ（2025年1月時点）",
    "Donald Trump (as of January 2025)",
)
TREATY = Item(
    "気候変動に関する主要な国際条約は何か？",
    "What is the UN's climate change treaty?",
    "国連気候変動枠組条約 (UNFCCC)",
    "United Nations Framework Convention on Climate Change (UNFCCC)",
)
MASCOT = Item(
    "スタンフォードのマスコットは何ですか",
    "What is the mascot of Stanford University?",
    "セコイアの木",
    "The mascot of Stanford is a redwood tree.",
)
ELIOT = Item(
    "ハーバードを研究大学に変えたのは誰か",
    "Who transformed Harvard into a research university?",
    "Charles W. Eliot",
    "Charles W. Eliot",
)
OXYGEN = Item("地殻の酸素の割合は？", "Roughly, how much oxygen makes up the Earth crust?", "ほぼ半分", "almost half")
CARBON = Item("ダイヤモンドは何の元素でできていますか", "What element is diamond made of?", "炭素", "carbon")
AGE = Item("ショパンは何歳で引っ越したか？", "How old was Chopin when he moved?", "7ヶ月", "seven months old")
CENTURY = Item("ノルマン人が現れたのは何世紀か？", "In what century did the Normans appear?", "10世紀", "10th century")
MILLENNIUM = Item("Wikipediaはいつ始まりましたか", "When did Wikipedia start?", "2001年1月15日", "2001-01-15")
CREATOR = Item("『テニスの王子様』の作者は誰ですか", "Who created The Prince of Tennis?", "許斐剛", "Takeshi Konomi")
SUNFLOWER = Item("この花は何ですか", "What is this flower?", "ヒマワリ", "sunflower")
LAKE = Item("日本で一番大きい湖は？", "What is the largest lake in Japan?", "琵琶湖", "Lake Biwa")
NEWTON = Item("万有引力を発見したのは誰ですか", "Who discovered gravity?", "アイザック・ニュートン", "Isaac Newton")
LEGLESS = Item("足のない爬虫類は何ですか", "Which reptile has no legs?", "蛇|ヘビ", "snake")
KENSINGTON = Item(
    "V&Aはどの地区にありますか",
    "In which borough is the V&A?",
    "ケンジントン・アンド・チェルシー",
    "Royal Borough of Kensington and Chelsea",
)
TEA = Item("日本で最もよく飲まれるお茶は？", "What tea is drunk most in Japan?", "緑茶", "green tea")

C, W, R, U, E = Outcome.CORRECT, Outcome.WRONG, Outcome.REFUSED, Outcome.UNPARSED, Outcome.EMPTY

# (item, language, answer, outcome, rung or None, language right)
Row = tuple[Item, str, str, Outcome, Rung | None, bool]

PLAIN: list[Row] = [
    (CAPITAL, "ja", "東京", C, Rung.EQUAL, True),
    (CAPITAL, "en", "Tokyo", C, Rung.EQUAL, True),
    (CAPITAL, "ja", "答えは東京です。", C, Rung.EQUAL, True),
    (CAPITAL, "en", "The answer is Tokyo.", C, Rung.EQUAL, True),
    (CAPITAL, "ja", "日本の首都は東京です。", C, Rung.EQUAL, True),
    (CAPITAL, "en", "The capital of Japan is Tokyo.", C, Rung.EQUAL, True),
    (CAPITAL, "ja", "**答え**：「東京」", C, Rung.EQUAL, True),
    (CAPITAL, "en", 'Answer: **"Tokyo"**', C, Rung.EQUAL, True),
    (CAPITAL, "ja", "東京（Tokyo）", C, None, True),
    (CAPITAL, "en", "Tokyo (東京)", C, None, True),
    (CAPITAL, "ja", "Answer: 東京 (Tokyo)", C, None, True),
    (CAPITAL, "ja", "Tokyo", C, Rung.EQUAL, False),
    (CAPITAL, "en", "東京", C, Rung.EQUAL, False),
    (CAPITAL, "ja", "The capital of Japan is Tokyo.", C, None, False),
    (CAPITAL, "en", "日本の首都は東京です。", C, None, False),
    (CAPITAL, "ja", "日本の首都はどこですか？\n東京です。", C, None, True),
    (CAPITAL, "en", "What is the capital of Japan? It's Tokyo.", C, None, True),
    (CAPITAL, "ja", "東京は日本の首都です。", C, None, True),
    (CAPITAL, "en", "Tokyo is the capital of Japan.", C, None, True),
    (CAPITAL, "ja", "東京が日本の首都です。", C, None, True),
    (CAPITAL, "en", "TOKYO", C, None, True),
    (CAPITAL, "ja", "ＴＯＫＹＯ", C, None, False),
    (CAPITAL, "en", "Tokyo, Japan", C, None, True),
    (CAPITAL, "ja", "東京都です。", C, None, True),
    (CAPITAL, "en", "Sure! The capital of Japan is **Tokyo**, which is also its largest city.", C, None, True),
    (CAPITAL, "ja", "はい、お答えします。日本の首都は東京であり、人口は約1400万人です。", C, None, True),
    (CAPITAL, "ja", "首都東京です。", C, None, True),
    (CAPITAL, "ja", "京都です。", W, None, True),
    (CAPITAL, "en", "Kyoto", W, None, True),
    (CAPITAL, "en", "The capital of Japan is Kyoto.", W, None, True),
    (CAPITAL, "ja", "日本の首都は大阪です。", W, None, True),
    (CAPITAL, "en", "Tokyo.\n\nQuestion: What is the capital of France?\nAnswer: Paris", C, None, True),
    (CAPITAL, "ja", "東京です。\n\n質問：フランスの首都は？\n答え：パリ", C, None, True),
    (SUNFLOWER, "ja", "ひまわりです", C, None, True),
    (SUNFLOWER, "ja", "向日葵", C, None, True),
    (SUNFLOWER, "en", "Sunflowers", C, None, True),
    (SUNFLOWER, "en", "It is a sunflower.", C, None, True),
    (TEA, "ja", "緑茶と呼ばれています。", C, None, True),
    (TEA, "en", "Green tea is drunk most in Japan.", C, None, True),
    (TEA, "ja", "紅茶です。", W, None, True),
    (TEA, "en", "Black tea", W, None, True),
]

EMPTY: list[Row] = [
    (CAPITAL, "ja", "", E, Rung.EMPTY, False),
    (CAPITAL, "en", "   \n", E, Rung.EMPTY, False),
    (CAPITAL, "ja", "。。。", E, Rung.EMPTY, False),
    (CAPITAL, "en", "**...**", E, Rung.EMPTY, False),
    (CAPITAL, "en", "</answer>", E, Rung.EMPTY, False),
    (CAPITAL, "ja", "\u3000\u200b", E, Rung.EMPTY, False),
]

HEDGES: list[Row] = [
    (CAPITAL, "en", "I don't know.", R, Rung.HEDGE, True),
    (CAPITAL, "ja", "分かりません。", R, Rung.HEDGE, True),
    (CAPITAL, "ja", "わからない", R, Rung.HEDGE, True),
    (CAPITAL, "en", "I'm sorry, but I cannot answer this question based on the context.", R, Rung.HEDGE, True),
    (CAPITAL, "ja", "申し訳ありませんが、その情報は提供されていません。", R, Rung.HEDGE, True),
    (CAPITAL, "en", "The passage does not mention the capital of Japan.", R, Rung.HEDGE, True),
    (CAPITAL, "ja", "文章には日本の首都についての記載がありません。", R, Rung.HEDGE, True),
    (CAPITAL, "en", "There is no information about Tokyo in the text.", R, Rung.HEDGE, True),
    (CAPITAL, "ja", "東京に関する情報はありません。", R, Rung.HEDGE, True),
    (CAPITAL, "en", "I am not sure, but I think it is Tokyo.", C, None, True),
    (CAPITAL, "ja", "文章には記載されていませんが、東京です。", C, None, True),
    (CAPITAL, "en", "It is probably Tokyo.", C, None, True),
    (CAPITAL, "ja", "おそらく東京でしょう。", C, None, True),
    (CAPITAL, "ja", "東京ではないでしょうか。", C, None, True),
    (CAPITAL, "ja", "東京かもしれません。", C, None, True),
    (CAPITAL, "ja", "間違いなく東京です。", C, None, True),
    (CAPITAL, "en", "not Tokyo", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "東京ではない", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "東京ではありません。", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "東京じゃないです。", W, Rung.HEDGE, True),
    (CAPITAL, "en", "It is not Tokyo but Kyoto.", W, None, True),
    (CAPITAL, "ja", "東京ではなく京都です。", W, None, True),
    (CAPITAL, "en", "Not Kyoto but Tokyo.", C, None, True),
    (CAPITAL, "ja", "京都ではなく東京です。", C, None, True),
    (CAPITAL, "en", "Tokyo, not Kyoto.", C, None, True),
    (CAPITAL, "ja", "東京です。京都ではありません。", C, None, True),
    (CAPITAL, "en", "Tokyo is not the capital of Japan.", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "東京は日本の首都ではありません。", W, Rung.HEDGE, True),
    (CAPITAL, "en", "It isn't Tokyo.", W, Rung.HEDGE, True),
    (CAPITAL, "en", "Tokyo or Kyoto", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "東京または京都", W, Rung.HEDGE, True),
    (CAPITAL, "en", "It is either Kyoto or Tokyo.", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "京都か東京です。", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "東京か京都のどちらかです。", W, Rung.HEDGE, True),
    (CAPITAL, "en", "Tokyo/Kyoto", W, Rung.HEDGE, True),
    (CAPITAL, "en", "The capital of Japan is Tokyo, Kyoto, or Osaka.", W, Rung.HEDGE, True),
    (CAPITAL, "ja", "日本の首都は東京、あるいは大阪です。", W, Rung.HEDGE, True),
    (LEGLESS, "ja", "蛇には足がありません。", C, None, True),
    (LEGLESS, "en", "Snakes do not have legs.", C, None, True),
    (CHOICE, "en", "Tokyo or Kyoto.", W, Rung.HEDGE, True),
    (CHOICE, "ja", "東京か京都です。", W, Rung.HEDGE, True),
    (CHOICE, "en", "The capital of Japan is Tokyo.", C, None, True),
    (CHOICE, "ja", "日本の首都は東京です。", C, None, True),
    (CHOICE, "en", "Kyoto is the capital of Japan.", W, None, True),
    (CHOICE, "ja", "京都です。", W, None, True),
]

NUMBERS: list[Row] = [
    (LUTHER_YEAR, "ja", "1546年", C, Rung.EQUAL, True),
    (LUTHER_YEAR, "en", "1546", C, Rung.EQUAL, True),
    (LUTHER_YEAR, "ja", "1546", C, Rung.EQUAL, True),
    (LUTHER_YEAR, "ja", "一五四六年です。", C, None, True),
    (LUTHER_YEAR, "en", "He died in 1546.", C, None, True),
    (LUTHER_YEAR, "ja", "１５４６年に亡くなりました。", C, None, True),
    (LUTHER_YEAR, "en", "Martin Luther died on February 18, 1546, in Eisleben.", C, None, True),
    (LUTHER_YEAR, "ja", "ルターは1483年に生まれ、1546年に亡くなった。", C, None, True),
    (LUTHER_YEAR, "en", "Luther was born in 1483 and died in 1546.", C, None, True),
    (LUTHER_YEAR, "ja", "1547年", W, Rung.CONFLICT, True),
    (LUTHER_YEAR, "en", "Martin Luther died in 1547.", W, Rung.CONFLICT, True),
    (LUTHER_YEAR, "ja", "ルターは1546年に生まれ、1600年に亡くなった。", W, Rung.CONFLICT, True),
    (LUTHER_YEAR, "en", "He was born in 1546 and died in 1600.", W, Rung.CONFLICT, True),
    (LUTHER_YEAR, "en", "1546 or 1547", W, Rung.HEDGE, True),
    (LUTHER_YEAR, "ja", "1546年か1547年です。", W, Rung.HEDGE, True),
    (LUTHER_YEAR, "en", "1546-1600", W, Rung.HEDGE, True),
    (LUTHER_YEAR, "en", "Not 1547 but 1546.", C, None, True),
    (LUTHER_YEAR, "ja", "1547年ではなく1546年です。", C, None, True),
    (LUTHER_YEAR, "en", "He died at the age of 62.", W, Rung.NONE, True),
    (LUTHER, "ja", "1546年2月18日", C, Rung.EQUAL, True),
    (LUTHER, "en", "February 18th, 1546", C, Rung.EQUAL, True),
    (LUTHER, "en", "1546", C, None, True),
    (LUTHER, "ja", "1546年3月1日", W, Rung.CONFLICT, True),
    (LUTHER, "en", "March 1, 1546", W, Rung.CONFLICT, True),
    (SPUTNIK, "ja", "1957年10月4日に打ち上げられた人工衛星です。", C, None, True),
    (SPUTNIK, "en", "Sputnik 1 was launched on 4 October 1957.", C, None, True),
    (SPUTNIK, "ja", "1958年10月4日に打ち上げられました。", W, Rung.CONFLICT, True),
    (SPUTNIK, "en", "October 5, 1957", W, Rung.CONFLICT, True),
    (SPUTNIK, "ja", "昭和32年10月4日", C, None, True),
    (MILLENNIUM, "ja", "二〇〇一年一月十五日", C, Rung.EQUAL, True),
    (MILLENNIUM, "en", "January 15, 2001", C, Rung.EQUAL, True),
    (MILLENNIUM, "en", "15 January 2001", C, Rung.EQUAL, True),
    (MILLENNIUM, "en", "It started on 2001-01-15.", C, None, True),
    (MILLENNIUM, "ja", "平成13年1月15日です。", C, None, True),
    (MILLENNIUM, "ja", "2001年1月16日", W, Rung.CONFLICT, True),
    (ERA_END, "ja", "1989年", C, None, True),
    (ERA_END, "en", "The Showa era ended in 1989.", C, None, True),
    (ERA_END, "ja", "昭和は1989年（昭和64年）に終わりました。", C, None, True),
    (ERA_END, "ja", "昭和63年", W, Rung.CONFLICT, True),
    (ERA_END, "en", "1988", W, Rung.CONFLICT, True),
    (NINE, "en", "9 (3 × 3)", C, None, True),
    (NINE, "ja", "9（3 × 3）です。", C, None, True),
    (NINE, "en", "3 x 3 = 9", C, None, True),
    (NINE, "en", "Nine.", C, None, True),
    (NINE, "ja", "九です。", C, None, True),
    (NINE, "en", "1998", W, Rung.CONFLICT, True),
    (NINE, "ja", "19", W, Rung.CONFLICT, True),
    (NINE, "en", "It is 6.", W, Rung.CONFLICT, True),
    (PLANETS, "ja", "太陽系には八つの惑星があります。", C, None, True),
    (PLANETS, "en", "There are eight planets in the solar system.", C, None, True),
    (PLANETS, "en", "Since 2006, the solar system has 8 planets.", C, None, True),
    (PLANETS, "ja", "2006年以降、太陽系には8個の惑星があります。", C, None, True),
    (PLANETS, "en", "There are nine planets, though since 2006 some say 8.", W, Rung.CONFLICT, True),
    (PLANETS, "ja", "惑星は9個です。", W, Rung.CONFLICT, True),
    (DISTANCE, "en", "8.5 miles", C, Rung.EQUAL, True),
    (DISTANCE, "ja", "8.5マイルです。", C, Rung.EQUAL, True),
    (DISTANCE, "en", "About 8.5 miles (13.7 km) from the North Sea.", C, None, True),
    (DISTANCE, "ja", "約13.7キロメートル", C, None, True),
    (DISTANCE, "en", "8.5", C, None, True),
    (DISTANCE, "en", "8.5 km", W, Rung.CONFLICT, True),
    (DISTANCE, "ja", "85マイル", W, Rung.CONFLICT, True),
    (POPULATION, "ja", "約980万人です。", C, None, True),
    (POPULATION, "en", "9,800,000", C, None, True),
    (POPULATION, "en", "Sweden has a population of about 9.8 million people.", C, None, True),
    (POPULATION, "ja", "九百八十万人", C, None, True),
    (POPULATION, "en", "98 million", W, Rung.CONFLICT, True),
    (POPULATION, "ja", "980人", W, Rung.CONFLICT, True),
    (BLACK_DEATH, "en", "It killed 30% to 60% of Europe's population.", C, None, True),
    (BLACK_DEATH, "ja", "30〜60%です。", C, None, True),
    (BLACK_DEATH, "en", "About 30%", W, Rung.CONFLICT, True),
    (BLACK_DEATH, "ja", "約50%", W, Rung.CONFLICT, True),
    (OXYGEN, "ja", "約半分です。", C, None, True),
    (OXYGEN, "en", "Almost half of the Earth's crust.", C, None, True),
    (OXYGEN, "en", "About 50%", C, None, True),
    (OXYGEN, "ja", "約21%", W, Rung.CONFLICT, True),
    (AGE, "ja", "生後7か月でした。", C, None, True),
    (AGE, "en", "Chopin was 7 months old.", C, None, True),
    (AGE, "ja", "7歳", W, Rung.CONFLICT, True),
    (AGE, "en", "Seven years old", W, Rung.CONFLICT, True),
    (CENTURY, "en", "the tenth century", C, None, True),
    (CENTURY, "ja", "十世紀です。", C, None, True),
    (CENTURY, "en", "10th", C, None, True),
    (CENTURY, "ja", "11世紀", W, Rung.CONFLICT, True),
]

NAMES: list[Row] = [
    (KOKORO, "ja", "夏目漱石です。", C, None, True),
    (KOKORO, "en", "Kokoro was written by Natsume Sōseki.", C, None, True),
    (KOKORO, "ja", "『こころ』は夏目漱石によって書かれました。", C, None, True),
    (KOKORO, "en", "Natsume Soseki wrote Kokoro.", C, None, True),
    (KOKORO, "ja", "作家の夏目漱石氏です。", C, None, True),
    (KOKORO, "ja", "漱石", C, None, True),
    (KOKORO, "en", "Soseki", C, None, True),
    (KOKORO, "en", "The author of Kokoro is the Japanese novelist Natsume Soseki (1867-1916).", C, None, True),
    (KOKORO, "ja", "森鴎外です。夏目漱石と同時代の作家です。", W, None, True),
    (KOKORO, "en", "Mori Ogai. Natsume Soseki was his contemporary.", W, None, True),
    (KOKORO, "ja", "『こころ』を書いたのは森鴎外で、夏目漱石の友人です。", W, None, True),
    (KOKORO, "en", "Kokoro was written by Mori Ogai, a friend of Natsume Soseki.", W, None, True),
    (KOKORO, "ja", "夏目漱石の弟子です。", W, None, True),
    (KOKORO, "en", "It was a disciple of Natsume Soseki.", W, None, True),
    (KOKORO, "en", "Mori Ogai, a contemporary of Natsume Soseki", W, None, True),
    (KOKORO, "ja", "森鴎外（夏目漱石と同時代の作家）", W, None, True),
    (EINSTEIN, "ja", "アインシュタインです。", C, None, True),
    (EINSTEIN, "en", "Einstein", C, None, True),
    (EINSTEIN, "en", "A. Einstein", C, None, True),
    (EINSTEIN, "ja", "アルベルトアインシュタイン", C, None, True),
    (EINSTEIN, "en", "It was proposed by Albert Einstein in 1905.", C, None, True),
    (EINSTEIN, "ja", "アルベルト・アインシュタイン博士が1905年に提唱しました。", C, None, True),
    (EINSTEIN, "en", "Mileva Einstein", W, None, True),
    (EINSTEIN, "ja", "アイザック・ニュートンです。", W, None, True),
    (EINSTEIN, "en", "Isaac Newton proposed the theory of relativity, not Albert Einstein.", W, None, True),
    (CURIE, "ja", "Marie Curie", C, None, True),
    (CURIE, "en", "Maria Sklodowska-Curie", C, None, True),
    (CURIE, "ja", "Marie Curieです。", C, None, True),
    (CURIE, "en", "Pierre Curie", W, None, True),
    (ELIOT, "en", "Charles Eliot", C, None, True),
    (ELIOT, "en", "Charles William Eliot", C, None, True),
    (ELIOT, "en", "T. S. Eliot", W, None, True),
    (ELIOT, "ja", "Charles W. Eliotです。", C, None, True),
    (CREATOR, "ja", "許斐剛、1970年生まれの漫画家です。", C, None, True),
    (CREATOR, "en", "Takeshi Konomi, born in 1970.", C, None, True),
    (CREATOR, "ja", "尾田栄一郎です。", W, None, True),
    (NEWTON, "ja", "アイザック・ニュートンが1687年に発見しました。", C, None, True),
    (NEWTON, "en", "Sir Isaac Newton", C, None, True),
    (NEWTON, "en", "Galileo Galilei, long before Isaac Newton.", W, None, True),
    (NEWTON, "ja", "ガリレオ・ガリレイです。アイザック・ニュートンより前の人です。", W, None, True),
    (PRESIDENT, "en", "Donald Trump", C, None, True),
    (PRESIDENT, "ja", "ドナルド・トランプです。", C, None, True),
    (PRESIDENT, "en", "Joe Biden, who defeated Donald Trump in 2020.", W, None, True),
    (PRESIDENT, "ja", "ジョー・バイデンです。", W, None, True),
    (LOUIS, "en", "Louis XIV", C, None, True),
    (LOUIS, "en", "King Louis XIV of France", C, None, True),
    (LOUIS, "ja", "ルイ十四世です。", C, None, True),
    (LOUIS, "en", "Louis XV", W, None, True),
    (LOUIS, "ja", "ルイ15世です。", W, None, True),
    (LOUIS, "en", "Louis XIII", W, None, True),
]

PASSING: list[Row] = [
    (AUSTRALIA, "en", "Sydney. The second largest city is Melbourne, and Canberra lies between them.", W, None, True),
    (AUSTRALIA, "ja", "シドニーです。キャンベラはその近くの都市です。", W, None, True),
    (AUSTRALIA, "en", "The capital of Australia is Sydney, not far from Canberra.", W, None, True),
    (AUSTRALIA, "en", "Sydney is the capital of Australia, not far from Canberra.", W, None, True),
    (AUSTRALIA, "en", "Australia is a country in Oceania. Its capital is Canberra.", C, None, True),
    (AUSTRALIA, "ja", "オーストラリアはオセアニアの国です。首都はキャンベラです。", C, None, True),
    (AUSTRALIA, "en", "Many people think it is Sydney. The capital of Australia is Canberra.", C, None, True),
    (AUSTRALIA, "en", "Let me think. Australia has big cities. Therefore, the answer is Canberra.", C, None, True),
    (AUSTRALIA, "ja", "シドニーが最大の都市です。したがって、答えはキャンベラです。", C, None, True),
    (AUSTRALIA, "en", "1. Sydney\n2. Melbourne\n3. Canberra", W, None, True),
    (AUSTRALIA, "ja", "・シドニー\n・メルボルン\n・キャンベラ", W, None, True),
    (TOKYO_UNI, "en", "The University of Tokyo is in Kyoto.", W, None, True),
    (TOKYO_UNI, "ja", "東京大学は京都にあります。", W, None, True),
    (TOKYO_UNI, "en", "The University of Tokyo is in Tokyo.", C, None, True),
    (TOKYO_UNI, "ja", "東京大学は東京にあります。", C, None, True),
    (TOKYO_UNI, "en", "Tokyo", C, None, True),
    (TOKYO_UNI, "ja", "東京大学です。", W, None, True),
    (CONTINENT, "ja", "南アメリカ大陸です。", C, None, True),
    (CONTINENT, "en", "Brazil is in South America.", C, None, True),
    (CONTINENT, "en", "North America", W, None, True),
    (COUNTRY, "ja", "南アメリカです。", W, None, True),
    (COUNTRY, "en", "South America", W, None, True),
    (COUNTRY, "ja", "アメリカ合衆国です。", C, None, True),
    (COUNTRY, "en", "The United States of America.", C, None, True),
    (LANGUAGE, "ja", "ドイツ人です。", C, None, True),
    (LANGUAGE, "ja", "ドイツ語です。", W, None, True),
    (LANGUAGE, "en", "He was German.", C, None, True),
    (CARBON, "ja", "炭素でできています。", C, None, True),
    (CARBON, "ja", "二酸化炭素です。", W, None, True),
    (CARBON, "en", "Diamond is made of carbon.", C, None, True),
    (CARBON, "en", "Hydrocarbon", W, None, True),
    (WATER, "en", "The formula is H₂O.", C, None, True),
    (WATER, "ja", "水の化学式はH2Oです。", C, None, True),
    (WATER, "en", "H2O2", W, None, True),
    (WATER, "ja", "CO2です。", W, None, True),
    (PEAK, "ja", "K2です。", C, None, True),
    (PEAK, "en", "K2, at 8,611 metres.", C, None, True),
    (PEAK, "en", "Mount Everest", W, None, True),
    (HEALTH, "en", "WHO", C, None, True),
    (HEALTH, "ja", "WHOです。", C, None, True),
    (HEALTH, "en", "The people who work there call it the UN.", W, None, True),
    (VITAMIN, "en", "Vitamin A", C, None, True),
    (VITAMIN, "ja", "ビタミンAです。", C, None, True),
    (VITAMIN, "en", "Liver is a good source of vitamin C.", W, None, True),
    (VITAMIN, "ja", "ビタミンBです。", W, None, True),
    (VITAMIN, "en", "A", C, None, True),
    (LAKE, "ja", "琵琶湖", C, None, True),
    (LAKE, "en", "The largest lake in Japan is Lake Biwa.", C, None, True),
    (LAKE, "ja", "日本で一番大きい湖は霞ヶ浦で、琵琶湖に次ぎます。", W, None, True),
]

LISTS: list[Row] = [
    (NORSE, "en", "Denmark, Norway and Iceland", C, None, True),
    (NORSE, "ja", "ノルウェー、デンマーク、アイスランドです。", C, None, True),
    (NORSE, "en", "They came from:\n- Norway\n- Denmark\n- Iceland", C, None, True),
    (NORSE, "ja", "・デンマーク\n・ノルウェー\n・アイスランド", C, None, True),
    (NORSE, "en", "Denmark and Norway", W, None, True),
    (NORSE, "ja", "スウェーデンとデンマーク", W, None, True),
    (TREATY, "en", "UNFCCC", C, None, True),
    (TREATY, "ja", "国連気候変動枠組条約です。", C, None, True),
    (TREATY, "en", "The Kyoto Protocol", W, None, True),
    (MASCOT, "en", "A redwood tree", C, None, True),
    (MASCOT, "en", "The mascot of Stanford University is a redwood tree.", C, None, True),
    (MASCOT, "en", "The mascot of Stanford University is a bear.", W, None, True),
    (KENSINGTON, "en", "the Royal Borough of Kensington & Chelsea", C, None, True),
    (KENSINGTON, "ja", "ケンジントン＆チェルシー区です。", C, None, True),
]

OPEN = PLAIN + EMPTY + HEDGES + NUMBERS + NAMES + PASSING + LISTS


@pytest.mark.parametrize(("item", "language", "answer", "outcome", "rung", "in_language"), OPEN)
def test_open_question(
    item: Item, language: str, answer: str, outcome: Outcome, rung: Rung | None, in_language: bool
) -> None:
    question = item.ja if language == "ja" else item.en
    verdict = grade(question, answer, item.references, "open_qa", language)
    assert (verdict.content, verdict.language_correct) == (outcome, in_language), verdict
    assert rung is None or verdict.rung is rung, verdict
    assert (verdict.matched is not None) == verdict.correct
    assert verdict.reason


TRUTH = LabelSet.parse("正しい/真/はい=true/correct/yes|誤り/偽/いいえ=false/incorrect/no")
INSTRUMENTS = LabelSet.parse("弦楽器=string instrument/string|打楽器=percussion instrument/percussion")
HAWAII = Item("ハワイは北アメリカ大陸の一部ですか。", "Is Hawaii part of the North American continent?", "いいえ", "no")
MUSIC = Item(
    "アイリッシュ音楽とケルト音楽は同じものですか", "Is Irish music and Celtic music the same?", "いいえ", "no"
)
CAFFEINE = Item("ベイリーズにはカフェインは入っていますか", "Does Baileys have caffeine in it?", "はい", "yes")
WALL = Item(
    "次の文は正しいですか：月は地球の周りを回る。", "True or false: The Moon orbits the Earth.", "正しい", "true"
)
WHALE = Item("次の文は正しいですか：クジラは魚類である。", "True or false: The whale is a fish.", "誤り", "false")
KOTO = Item(
    "琴は弦楽器ですか、打楽器ですか。",
    "Is the koto a string instrument or a percussion instrument?",
    "弦楽器",
    "string instrument",
)
PAIR = Item(
    "琴と太鼓はそれぞれ弦楽器と打楽器のどちらですか。",
    "Classify as string or percussion: koto, taiko",
    "琴：弦楽器；太鼓：打楽器",
    "koto: string instrument; taiko: percussion instrument",
)
GUDOK = Item(
    "グドークとカンタロを弦楽器か打楽器に分類してください。",
    "Identify which instrument is string or percussion: Cantaro, Gudok",
    "カンタロ：打楽器；グドーク：弦楽器",
    "Cantaro: percussion instrument; Gudok: string instrument",
)

# (item, labels, language, answer, outcome)
LabelRow = tuple[Item, LabelSet | None, str, str, Outcome]
LABELLED: list[LabelRow] = [
    (HAWAII, None, "en", "No", C),
    (HAWAII, None, "ja", "いいえ", C),
    (HAWAII, None, "en", "No, Hawaii is not part of the North American continent.", C),
    (HAWAII, None, "ja", "いいえ、ハワイは北アメリカ大陸の一部ではありません。", C),
    (HAWAII, None, "en", "Hawaii is not part of the North American continent.", C),
    (HAWAII, None, "ja", "ハワイは北アメリカ大陸の一部ではありません。", C),
    (HAWAII, None, "en", "Yes, it is.", W),
    (HAWAII, None, "ja", "はい、そうです。", W),
    (HAWAII, None, "en", "Hawaii is part of the North American continent.", W),
    (HAWAII, None, "ja", "ハワイは北アメリカ大陸の一部です。", W),
    (HAWAII, None, "en", "Hawaii is in the Pacific.", U),
    (HAWAII, None, "ja", "ハワイは太平洋にあります。", U),
    (HAWAII, None, "en", "Yes and no", U),
    (HAWAII, None, "en", "I don't know.", R),
    (HAWAII, None, "ja", "分かりません。", R),
    (HAWAII, None, "ja", "No", C),
    (HAWAII, None, "en", "いいえ、違います。", C),
    (HAWAII, None, "en", "The answer is no.", C),
    (HAWAII, None, "ja", "答えは「いいえ」です。", C),
    (MUSIC, None, "en", "No, they are not the same.", C),
    (MUSIC, None, "ja", "違います。", C),
    (MUSIC, None, "ja", "アイリッシュ音楽とケルト音楽は同じものではありません。", C),
    (CAFFEINE, None, "en", "Yes, Baileys contains a small amount of caffeine.", C),
    (CAFFEINE, None, "ja", "はい、少量のカフェインが入っています。", C),
    (CAFFEINE, None, "ja", "ベイリーズにはカフェインが入っていません。", W),
    (CAFFEINE, None, "en", "No, Baileys does not have caffeine in it.", W),
    (WALL, TRUTH, "en", "True", C),
    (WALL, TRUTH, "ja", "正しい", C),
    (WALL, TRUTH, "en", "The statement is true.", C),
    (WALL, TRUTH, "ja", "この文は正しいです。", C),
    (WALL, TRUTH, "en", "The Moon orbits the Earth.", C),
    (WALL, TRUTH, "ja", "月は地球の周りを回る。", C),
    (WALL, TRUTH, "en", "The Moon does not orbit the Earth.", W),
    (WALL, TRUTH, "ja", "月は地球の周りを回らない。", W),
    (WALL, TRUTH, "en", "False", W),
    (WALL, TRUTH, "ja", "いいえ、誤りです。", W),
    (WALL, TRUTH, "ja", "真です。", C),
    (WALL, TRUTH, "ja", "間違いではありません。", C),
    (WALL, TRUTH, "en", "It is not false.", C),
    (WHALE, TRUTH, "en", "False. The whale is a mammal.", C),
    (WHALE, TRUTH, "ja", "誤りです。クジラは哺乳類です。", C),
    (WHALE, TRUTH, "en", "This statement is not true.", C),
    (WHALE, TRUTH, "ja", "正しくありません。", C),
    (WHALE, TRUTH, "en", "incorrect", C),
    (WHALE, TRUTH, "ja", "偽", C),
    (WHALE, TRUTH, "en", "The whale is not a fish.", C),
    (WHALE, TRUTH, "ja", "クジラは魚類ではない。", C),
    (WHALE, TRUTH, "en", "True or false: false", C),
    (WHALE, TRUTH, "en", "true", W),
    (WHALE, TRUTH, "ja", "はい、正しいです。", W),
    (WHALE, TRUTH, "en", "True. False.", U),
    (WHALE, TRUTH, "ja", "正しいか誤りか、です。", U),
    (KOTO, INSTRUMENTS, "en", "String", C),
    (KOTO, INSTRUMENTS, "ja", "弦楽器です。", C),
    (KOTO, INSTRUMENTS, "en", "The koto is a string instrument.", C),
    (KOTO, INSTRUMENTS, "ja", "琴は弦楽器で、打楽器ではありません。", C),
    (KOTO, INSTRUMENTS, "en", "It is not a percussion instrument.", C),
    (KOTO, INSTRUMENTS, "ja", "打楽器ではない。", C),
    (KOTO, INSTRUMENTS, "en", "It is not a string instrument.", W),
    (KOTO, INSTRUMENTS, "ja", "弦楽器ではない", W),
    (KOTO, INSTRUMENTS, "en", "percussion instrument", W),
    (KOTO, INSTRUMENTS, "ja", "打楽器", W),
    (KOTO, INSTRUMENTS, "en", "It is string or percussion.", U),
    (KOTO, INSTRUMENTS, "ja", "弦楽器か打楽器です。", U),
    (KOTO, INSTRUMENTS, "en", "Both string and percussion.", U),
    (KOTO, INSTRUMENTS, "ja", "弦楽器でもあり打楽器でもあります。", U),
    (KOTO, INSTRUMENTS, "en", "It is a Japanese instrument.", U),
    (KOTO, INSTRUMENTS, "ja", "日本の楽器です。", U),
    (KOTO, INSTRUMENTS, "ja", "It's a string instrument.", C),
    (KOTO, INSTRUMENTS, "en", "弦楽器", C),
    (PAIR, INSTRUMENTS, "ja", "琴は弦楽器で、太鼓は打楽器です。", C),
    (PAIR, INSTRUMENTS, "en", "Koto is string, taiko is percussion.", C),
    (PAIR, INSTRUMENTS, "ja", "弦楽器：琴、打楽器：太鼓", C),
    (PAIR, INSTRUMENTS, "en", "String: koto. Percussion: taiko.", C),
    (PAIR, INSTRUMENTS, "ja", "- 琴：弦楽器\n- 太鼓：打楽器", C),
    (PAIR, INSTRUMENTS, "en", "**String instruments:**\n- Koto\n\n**Percussion instruments:**\n- Taiko", C),
    (PAIR, INSTRUMENTS, "ja", "太鼓は弦楽器で、琴は打楽器です。", W),
    (PAIR, INSTRUMENTS, "en", "Taiko is string and koto is percussion.", W),
    (PAIR, INSTRUMENTS, "ja", "どちらも弦楽器です。", W),
    (PAIR, INSTRUMENTS, "en", "Both are string instruments.", W),
    (PAIR, INSTRUMENTS, "ja", "琴は弦楽器です。", U),
    (PAIR, INSTRUMENTS, "en", "The koto is a string instrument.", U),
    (PAIR, INSTRUMENTS, "ja", "琴と太鼓はそれぞれ弦楽器と打楽器です。", C),
    (PAIR, INSTRUMENTS, "en", "Koto and taiko are string and percussion, respectively.", C),
    (PAIR, INSTRUMENTS, "en", "琴は弦楽器、太鼓は打楽器", C),
    (PAIR, INSTRUMENTS, "ja", "koto: string, taiko: percussion", C),
    (GUDOK, INSTRUMENTS, "en", "Gudok is string, Cantaro is percussion", C),
    (GUDOK, INSTRUMENTS, "en", "String: Gudok. Percussion: Cantaro", C),
    (GUDOK, INSTRUMENTS, "en", "- Gudok: string\n- Cantaro: percussion", C),
    (GUDOK, INSTRUMENTS, "ja", "グドークは弦楽器、カンタロは打楽器です。", C),
    (GUDOK, INSTRUMENTS, "en", "Gudok is a string instrument, while Cantaro is not a string instrument.", C),
    (GUDOK, INSTRUMENTS, "en", "The string instrument is Gudok and Cantaro is percussion.", C),
    (GUDOK, INSTRUMENTS, "en", "Cantaro is a string instrument and Gudok is percussion.", W),
    (GUDOK, INSTRUMENTS, "en", "Both are string", W),
    (GUDOK, INSTRUMENTS, "en", "Gudok is string or percussion, Cantaro is percussion.", U),
    (GUDOK, INSTRUMENTS, "ja", "分かりません", R),
    (GUDOK, INSTRUMENTS, "en", "These are instruments.", U),
    (GUDOK, INSTRUMENTS, "ja", "", E),
]


@pytest.mark.parametrize(("item", "labels", "language", "answer", "outcome"), LABELLED)
def test_classification(item: Item, labels: LabelSet | None, language: str, answer: str, outcome: Outcome) -> None:
    question = item.ja if language == "ja" else item.en
    verdict = grade(question, answer, item.references, "classification", language, labels)
    assert verdict.content is outcome, verdict
    assert verdict.rung in (Rung.LABEL, Rung.HEDGE, Rung.EMPTY), verdict


def test_the_table_is_large_enough() -> None:
    assert len(OPEN) + len(LABELLED) >= 150


def test_without_references_nothing_is_right() -> None:
    assert grade("日本の首都は？", "東京", [], "open_qa", "ja").content is Outcome.WRONG
