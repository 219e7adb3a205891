"""The grading ladder on names, parts of names, mentions in passing and lists, Japanese beside English."""

from __future__ import annotations

from eval.grading.ladder import AnswerOutcome, GradingRule, grade
from tests.eval.grade_items import (
    AUSTRALIA,
    BALTIC,
    CARBON,
    CLARKE,
    COMPOSER,
    CONTINENT,
    COUNTRY,
    CREATOR,
    EINSTEIN,
    EMBLEM,
    HEALTH,
    KOKORO,
    LAKE,
    LOUIS,
    MAKER,
    NATIONALITY,
    NEWTON,
    PEAK,
    PRESIDENT,
    STATION,
    TOKYO_UNI,
    VITAMIN,
    WATER,
    Item,
)
from tests.rows import each_row

C, W, R, U, E = (
    AnswerOutcome.CORRECT,
    AnswerOutcome.WRONG,
    AnswerOutcome.REFUSED,
    AnswerOutcome.UNPARSED,
    AnswerOutcome.EMPTY,
)

# (item, language, answer, outcome, rule or None, language right)
Row = tuple[Item, str, str, AnswerOutcome, GradingRule | None, bool]

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
    (COMPOSER, "ja", "Antonin Dvorak", C, None, True),
    (COMPOSER, "en", "Antonin Dvorak", C, None, True),
    (COMPOSER, "ja", "Antonin Dvorakです。", C, None, True),
    (COMPOSER, "en", "Otakar Dvorak", W, None, True),
    (CLARKE, "en", "Arthur Clarke", C, None, True),
    (CLARKE, "en", "Arthur Charles Clarke", C, None, True),
    (CLARKE, "en", "J. K. Clarke", W, None, True),
    (CLARKE, "ja", "Arthur C. Clarkeです。", C, None, True),
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
    (AUSTRALIA, "en", "Canberra is one candidate. The correct answer is Sydney.", W, None, True),
    (AUSTRALIA, "ja", "キャンベラも候補です。正解はシドニーです。", W, None, True),
    (
        AUSTRALIA,
        "en",
        "Sydney and Melbourne competed for the role. Thus a new city was built: Canberra.",
        C,
        None,
        True,
    ),
    (
        AUSTRALIA,
        "ja",
        "シドニーとメルボルンが争いました。したがってキャンベラという新しい都市が造られました。",
        C,
        None,
        True,
    ),
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
    (NATIONALITY, "ja", "ドイツ人です。", C, None, True),
    (NATIONALITY, "ja", "ドイツ語です。", W, None, True),
    (NATIONALITY, "en", "He was German.", C, None, True),
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
    (BALTIC, "en", "Estonia, Latvia and Lithuania", C, None, True),
    (BALTIC, "ja", "ラトビア、エストニア、リトアニアです。", C, None, True),
    (BALTIC, "en", "They are:\n- Latvia\n- Estonia\n- Lithuania", C, None, True),
    (BALTIC, "ja", "・エストニア\n・ラトビア\n・リトアニア", C, None, True),
    (BALTIC, "en", "Estonia and Latvia", W, None, True),
    (BALTIC, "ja", "フィンランドとエストニア", W, None, True),
    (STATION, "en", "ISS", C, None, True),
    (STATION, "ja", "国際宇宙ステーションです。", C, None, True),
    (STATION, "en", "The Hubble Space Telescope", W, None, True),
    (EMBLEM, "en", "A maple leaf", C, None, True),
    (EMBLEM, "en", "The national emblem of Canada is a maple leaf.", C, None, True),
    (EMBLEM, "en", "The emblem of Canada is a bear.", W, None, True),
    (MAKER, "en", "Bang & Olufsen", C, None, True),
    (MAKER, "ja", "バング＆オルフセンです。", C, None, True),
]

OPEN = NAMES + PASSING + LISTS


@each_row("item, language, answer, outcome, rule, in_language", OPEN)
def test_open_question(
    item: Item, language: str, answer: str, outcome: AnswerOutcome, rule: GradingRule | None, in_language: bool
) -> None:
    question = item.ja if language == "ja" else item.en
    verdict = grade(question, answer, item.references, "open_qa", language)
    assert (verdict.content, verdict.language_correct) == (outcome, in_language), verdict
    assert rule is None or verdict.rule is rule, verdict
    assert (verdict.matched is not None) == verdict.correct
    assert verdict.reason
