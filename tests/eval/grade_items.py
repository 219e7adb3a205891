"""Questions in both languages with the references of both, for the tables of the grading ladder."""

from __future__ import annotations

from dataclasses import dataclass

from eval.grading.labels.label_set import LabelSet
from eval.grading.ladder import Reference


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
SURVEYOR = Item(
    "伊能忠敬はいつ亡くなりましたか", "When did Ino Tadataka die?", "1818年5月17日|1818年", "17 May 1818|1818"
)
SURVEYOR_YEAR = Item("伊能忠敬はいつ亡くなりましたか", "When did Ino Tadataka die?", "1818年", "1818")
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
COMPOSER = Item(
    "交響曲『新世界より』を作曲したのは誰か？",
    "Who composed the New World Symphony?",
    "Antonin Dvorak",
    "Antonín Dvořák",
)
MARATHON = Item("マラソンは何マイルですか", "How many miles is a marathon?", "26.2マイル", "26.2 mi")
POPULATION = Item("スウェーデンの人口はどのくらいですか", "What is the population of Sweden?", "980万人", "9.8 million")
BODY_WATER = Item(
    "人の体のどのくらいが水ですか",
    "How much of the human body is water?",
    "人の体の50から65%",
    "50–65% of the human body",
)
BALTIC = Item(
    "バルト三国はどの国ですか",
    "Which countries are the Baltic states?",
    "エストニア、ラトビア、リトアニア",
    "Estonia, Latvia and Lithuania",
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
NATIONALITY = Item("ベートーヴェンはどの国の人ですか", "What nationality was Beethoven?", "ドイツ", "German")
PRESIDENT = Item(
    "アメリカの大統領は誰ですか",
    "Who is the president of the United States?",
    "ドナルド・トランプ（2025年1月時点）",
    "Donald Trump (as of January 2025)",
)
STATION = Item(
    "地球を回る最大の有人施設は何ですか",
    "What is the largest crewed station orbiting the Earth?",
    "国際宇宙ステーション (ISS)",
    "International Space Station (ISS)",
)
EMBLEM = Item(
    "カナダの紋章は何ですか", "What is the emblem of Canada?", "カエデの葉", "The emblem of Canada is a maple leaf."
)
CLARKE = Item(
    "『宇宙のランデヴー』を書いたのは誰か", "Who wrote Rendezvous with Rama?", "Arthur C. Clarke", "Arthur C. Clarke"
)
BONES = Item(
    "人の骨のどのくらいが手と足にありますか",
    "What share of the human bones is in the hands and feet?",
    "ほぼ半分",
    "almost half",
)
CARBON = Item("ダイヤモンドは何の元素でできていますか", "What element is diamond made of?", "炭素", "carbon")
AGE = Item(
    "カンガルーの子は生後どのくらいで袋を出ますか",
    "How old is a joey when it leaves the pouch?",
    "7ヶ月",
    "seven months old",
)
CENTURY = Item("平安京ができたのは何世紀か？", "In what century was Heian-kyo founded?", "8世紀", "8th century")
MILLENNIUM = Item("Wikipediaはいつ始まりましたか", "When did Wikipedia start?", "2001年1月15日", "2001-01-15")
CREATOR = Item("『テニスの王子様』の作者は誰ですか", "Who created The Prince of Tennis?", "許斐剛", "Takeshi Konomi")
SUNFLOWER = Item("この花は何ですか", "What is this flower?", "ヒマワリ", "sunflower")
LAKE = Item("日本で一番大きい湖は？", "What is the largest lake in Japan?", "琵琶湖", "Lake Biwa")
NEWTON = Item("万有引力を発見したのは誰ですか", "Who discovered gravity?", "アイザック・ニュートン", "Isaac Newton")
LEGLESS = Item("足のない爬虫類は何ですか", "Which reptile has no legs?", "蛇|ヘビ", "snake")
MAKER = Item(
    "デンマークの音響機器メーカーは？",
    "Which Danish company makes loudspeakers?",
    "バング・アンド・オルフセン",
    "Bang and Olufsen",
)
TEA = Item("日本で最もよく飲まれるお茶は？", "What tea is drunk most in Japan?", "緑茶", "green tea")

TRUTH = LabelSet.parse("正しい/真/はい=true/correct/yes|誤り/偽/いいえ=false/incorrect/no")
INSTRUMENTS = LabelSet.parse("弦楽器=string instrument/string|打楽器=percussion instrument/percussion")
GREENLAND = Item(
    "グリーンランドはヨーロッパ大陸の一部ですか。", "Is Greenland part of the European continent?", "いいえ", "no"
)
ANIMALS = Item("ラクダとアルパカは同じものですか", "Are a camel and an alpaca the same?", "いいえ", "no")
CAFFEINE = Item("ココアにはカフェインは入っていますか", "Does cocoa have caffeine in it?", "はい", "yes")
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
