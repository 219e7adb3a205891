"""The closed vocabulary of talk about answering, in both languages, by what a word is about.

`TALK` words mark a stretch as talk (a greeting, a thanks, an offer of help, the question, the passages, the speaker);
`FILLING` words may stand beside them and say nothing alone ("in more detail", 詳しく). `REPORT` verbs introduce what
the speaker or a passage says; `SOURCE` nouns are what may be quoted, with its number ("passage 2", 資料3).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.tokens import Token, tokenise

SOURCE = (
    "passage text context document doc article source excerpt paragraph section material page reference citation "
    "snippet file sentence record result search database knowledge literature extract chunk evidence note line "
    "footnote appendix wikipedia report entry retrieval information info data website book encyclopedia content "
    "quote quotation detail 文書 資料 文章 本文 記事 出典 情報 文献 文脈 テキスト 段落 抜粋 引用 参考 典拠 "
    "ソース コンテキスト ドキュメント ページ 頁 データ データベース 記録 箇所 部分 節 項 項目 検索 結果 原文 "
    "文面 内容 記述 記載 知識 事典 辞書 辞典 百科 根拠 材料 パッセージ 番号 一覧 書類 文中 該当 チャンク "
)
REPORT = (
    "says say state mention indicate suggest show tell report note believe think guess suppose assume conclude find "
    "confirm reveal describe answer reply respond explain write read cite claim reckon understand gather see "
    "give propose offer point recall remember list record identify specify declare determine deduce infer imply "
    "submit mean know provide contain include venture go bet 言う 申す 申し上げる 述べる 書く 記す 記載 記述 "
    "明記 言及 示す 答える 回答 返答 思う 存じる 考える 推測 推察 判断 認識 理解 説明 確認 紹介 指摘 報告 掲載 "
    "記録 解釈 結論 載る 読み取る 分かる 判明 伺う 伝える 触れる 出る 見受ける お答え 判る 承知 特定 見つかる "
    "見つける 見る 導く 明らか 明言 挙げる 確か 推定 記憶"
)
_ADDRESS = (
    "hello hi hey greetings dear thank thanks welcome sorry apology apologise apologize pardon excuse please sir "
    "madam friend user everyone pleasure pleased glad happy delighted honored honoured gladly willingly cheers "
    "morning afternoon evening goodbye bye regards sincerely kindly luck wish enjoy hope trust appreciate "
    "grateful forgive こんにちは こんばんは おはよう 初めまして お世話 お疲れ様 様 皆様 皆さん 感謝 お礼 御礼 "
    "恐れ入る 恐縮 恐れる 失礼 申し訳 お詫び お待たせ 待つ 待たせる 幸い 嬉しい 喜ぶ 喜んで 光栄 願う お願い "
    "よろしい 宜しい よろしく 宜しく 遠慮 気軽 いつでも 致す 頂く 下さる 有り難い ありがたい どうぞ 歓迎 "
    "かしこまる 畏まる 了解 承る 承諾 お役 役立つ 役 立つ 立てる 助け 助かる 手伝う お手伝い 手伝い サポート "
    "支援 祈る 期待 何卒 ぜひ 是非 お待ち 挨拶 お安い 御用 お安い御用 用件 件 いかが 如何 ご覧 覧 ご指摘 謹む"
)
_ASSENT = (
    "sure certainly absolutely definitely surely course okay ok alright right yes yeah yep no problem worry "
    "understood understand noted got roger affirmative great excellent wonderful fantastic awesome perfect good "
    "nice lovely amazing interesting fascinating intriguing thoughtful brilliant cool exactly indeed well so "
    "anyway ah oh hmm hm um uh wow simply obviously clearly naturally evidently undoubtedly doubt frankly "
    "honestly basically essentially actually fact もちろん 勿論 はい ええ うん さて では それでは なるほど 良い "
    "いい 素晴らしい 面白い 興味深い 素敵 結構 承知 分かる わかる 確か 確かに 当然 無論 早速 さっそく まず 先ず "
    "えっと ええと そう 成程 間違い 間違いない 実 大丈夫 問題 すごい ご名答 さすが 恐らく おそらく 多分 たぶん"
)
_ANSWERING = (
    "出力 step ステップ リクエスト ヒント ポイント トピック クイズ テスト メモ コメント フィードバック 総括 信頼 "
    "信頼度 確度 確信度 僭越 概論 返事 ご返事 answer question query reply respond response request inquiry "
    "enquiry ask asked asking topic subject matter prompt task problem help helpful assist assistance assistant "
    "support clarify clarification clarity elaborate explanation explain summary summarise summarize summarized "
    "conclusion conclude short brief nutshell concise concisely directly simple simplest straightforward final "
    "finally overall total sum feedback further comment discuss discussion conversation chat tell know reasoning "
    "reason think thinking thought analysis analyse analyze consider considering review reviewed check "
    "double-check verify verification examine look looking search searched consult research study explore dive "
    "break let let's here follow following below above follows 質問 問い 問 設問 お尋ね 尋ねる 問い合わせ "
    "お問い合わせ お問合せ ご質問 相談 依頼 要望 回答 答え 答 答える 返答 返信 応答 解答 正解 正答 結論 要約 "
    "まとめ まとめる 簡潔 簡単 端的 手短 一言 単刀直入 率直 説明 解説 補足 追記 注意 注釈 備考 追伸 詳細 詳しい "
    "詳しく 以下 以上 次 下記 上記 前述 先述 先ほど 先程 通り とおり 順 順番 順序 述べる 話 話す 話題 テーマ "
    "議論 考える 考え 考察 検討 調査 調べ 調べる お調べ 探す 確認 検証 分析 検索 参照 参考 読む 拝見 拝読 精査 "
    "整理 踏まえる 基づく 基 もと 元 因る よる 従う 沿う 照らす もとづく 結果 要する 要点 最終 最終的 つまり "
    "要するに 即ち すなわち 従って したがって よって 故に ゆえに 理由 根拠 論理 推論 手順 点 不明 疑問 知る "
    "言える 言う 申す 申し上げる 思う 指す こちら それ ここ 紹介 述懐 追加 更 さらに 更に 関連 引き続き 回 度 "
    "今回 この度 当 本 訂正 修正"
)
_SPEAKER = (
    "ai model assistant chatbot bot machine algorithm language llm training trained train cutoff knowledge "
    "update expert opinion view guess belief memory understanding best ability confidence confident certain "
    "certainty certainly disclaimer accuracy accurate limitation limited reliable reliability perfect capability "
    "access personal personally humble gpt system developer developed AI 人工知能 モデル 言語モデル 言語 "
    "アシスタント チャットボット ボット 学習 訓練 生成 機械 自動 システム 私 わたくし 僕 当方 弊社 小生 意見 "
    "見解 個人 個人的 主観 専門家 専門 記憶 理解 認識 限り 範囲 自信 確信 確実 正確 正確性 精度 保証 免責 限界 "
    "能力 可能 可能性 アクセス 開発 更新 最新 時点 推測 推定 一般 一般的"
)
TALK = " ".join((_ADDRESS, _ASSENT, _ANSWERING, _SPEAKER))
FILLING = (
    "likelihood 知れる 差し障り briefly shortly succinctly 注 through off factual "
    "fact goes gone over handle cover spell paste attach direct "
    "one ユーザー 以内 事実 尋ねる 持ち合わせる 抜き出す "
    "easy hard difficult trivial tough tricky obvious 容易 簡素 last latest popular produce produced automatic "
    "reach reaching message update popularity reasonable fair compile compiled put together gathered rest "
    "assured remark remarks trusted bear stand standing responding typed wrote written writing speaker reader "
    "audience customer client service team support staff 有名 ご存じ 質疑 応対 返す 前置き 本題 早い話 端 端的 "
    "触り 言い換える 換言 言い方 表記 揺れ ゆれ 省く 以降 今後 当面 差 お客 お客様 編集 編集部 運営 スタッフ "
    "サービス 入用 より 源 申し付ける つく 了承 飽くまで あくまで 短い 処理 私見 論 表示 鋭い 受け付ける 実行 "
    "完了 高い 低い 誤り 誤る 案内 公式 前回 一緒 難しい はっきり 覚える もし 納得 ほど 終わり 済む 済み 甚だ "
    "手数 面倒 迷惑 労 返事 急ぐ 取り急ぎ 差し支え 差し支える 都合 種々 諸々 概要 概略 概して 大体 大抵 必ず "
    "もしかすると もしかして どうやら らしい 様子 みたい 模様 感じ 感じる 印象 気持ち 心 共有 送る 送信 受信 "
    "届ける 届く 連絡 通知 窓口 担当 担当者 客 あなた 貴方 利用者 読者 筆者 作成 作る 入力 抽出 取得 読み込む "
    "照合 突き合わせる 比較 対比 複数 いくつか 双方 両方 いずれ いずれも 各 別 別途 個別 独自 自分 自身 手動 "
    "素早い 迅速 速やか 丁寧 親切 誠実 真摯 正直 素直 明快 単純 ストレート ダイレクト まさに 正に ちょうど ただ "
    "単に しっかり きちんと ちゃんと じっくり 慎重 念入り 再 再度 もう一度 改める 改めて 仮に 万が一 恐れ 誤解 "
    "間違う 間違える 食い違う 相違 違い 異論 異説 通説 見方 考え方 捉える 捉え方 論争 余地 余談 蛇足 雑学 課題 "
    "宿題 試験 出題 選択 ありのまま 名前 固有 名詞 数字 数値 値 単位 読む 読み 読み方 書き方 続き 続く 示唆 "
    "裏付ける 裏付け 証拠 支持 一致 矛盾 合致 整合 信じる 疑う 疑い 疑問 安心 心配 緊張 満足 不足 足りる 足す "
    "加える 付け加える 添える 併せる 合わせる 合わせて 加えて 述べる 触れる 絞る 整える まとめる 要る 有す "
    "有する 関心 興味 好奇 楽しむ 楽しい 学ぶ 勉強 勉強になる 教える 教わる 習う 考慮 考え 配慮 尊重 遠い 近い "
    "早い 速い 新しい 古い 大きい 小さい 多少 若干 幾分 やや 割と 比較的 非公式 暫定 仮 暫く しばらく しばし "
    "後日 いつか いつ いつも 常 常に 毎度 毎回 毎 逐一 順次 随時 適宜 都度 原則 基本 基本的 本質 本質的 根本 "
    "大まか おおまか ざっくり ざっと 詳述 略 省略 割愛 me allow accept accepted process processing output "
    "complete completed generate generated display present wait delay confusion confuse confusing mistake "
    "mistaken wrong inaccurate incorrect error various way ways view perspective day remain remaining always "
    "rate away end cut story straight ado level high low differ vary depend care hear address far unclear large "
    "cannot having without interpret interpretation double cross recommend advise advice professional official "
    "date recent recently currently change ensure guarantee responsible share shared guide deliver receive "
    "received evaluate follow-up followup rephrase restate reword repeat quoted cited citing drawn draw derive "
    "derived extracted mark highlight locate located satisfied satisfactory satisfy enough sufficient suffice "
    "meet inconvenience bother trouble patience waiting query lookup fetch load loading scan scanning match "
    "matching relevance rank ranked top hit several multiple numerous couple both either neither each every "
    "everyone someone anyone nobody myself yourself ourselves ability unable capable aware convinced unsure "
    "uncertain uncertainty tentative educated best-effort strongly firmly rather fully partly partially mostly "
    "mainly largely roughly broadly strictly precisely accurately literally officially formally technically "
    "theoretically practically historically traditionally presumably supposedly reportedly allegedly arguably "
    "conceivably hopefully fortunately unfortunately luckily thankfully admittedly granted incidentally speaking "
    "spoken wonder wondering wondered guessed supposed expected expect request requested instructed instruct "
    "instruction prompted tell telling quickest shortest gist point bottom line upshot takeaway headline verdict "
    "hint tip trick quiz riddle puzzle exam test homework assignment exercise lesson topic theme title heading "
    "sub caption footer header summary recap rundown overview insight background info clue bas base accord give "
    "given provide provided supply supplied available relate related relevant contain include use using used "
    "pertain regard regarding concern concerning specific specifically particular exact exactly correct "
    "correctly right most likely probably perhaps maybe possibly apparently seem appear need want like would "
    "more much many any some other another additional additionally also again still only just even very really "
    "quite pretty too all everything something anything thing kind sort bit little lot few first second third "
    "fourth one two three now today moment time minute quick quickly carefully careful thorough thoroughly "
    "closely entire whole full completely main key important importantly worth please feel free hesitate assist "
    "able make take get come go keep see look set clear clearly plain plainly directly explicit explicitly "
    "implicit as per above below later next before after since may might could english japanese word term phrase "
    "form format list bullet short long useful detail detailed depth greater aspect part piece based mind note "
    "that happy learn curious interested interest else let know back forward move shall us try best do done work "
    "sense doubt serve refer call up out down however though although yet because if unless whether same "
    "different such instead hand case respect require necessary possible sum people person common commonly "
    "general generally widely often usually frequently history world complex nuanced rich ready retrieve "
    "retrieved suppl number num no page user intend intention purpose subject area field rely solely within "
    "wording express mention mentioned answerable found finding human certain true truth honest admit する 為る "
    "成る 有る 居る 在る 出来る できる 事 こと 物 もの 者 為 ため 所 ところ 時 とき 際 場合 上 中 下 前 後 内 方 "
    "先 他 ほか 外 以外 等 など 何 何か なに 誰 どれ どう 提供 与える 示す 示し 関する 関わる 係る 対する 対し "
    "応じる 的 性 番 番目 個 つ 目 号 第 件 点 一つ ひとつ 二つ 三つ 今 現在 今日 只今 ただいま 後ほど 後程 直ぐ "
    "すぐ また 又 なお 尚 ちなみに 因みに 特に 必ずしも 必要 必要性 十分 完全 正しい 適切 適当 明確 明らか 明示 "
    "直接 直接的 具体 具体的 正式 詳細 少し 少々 もう もっと 更 多く 多い 色々 いろいろ 様々 全て すべて すべき "
    "全体 一部 主 主な 主に 重要 大切 大事 有用 有益 便利 最も 一番 最善 最適 妥当 合う 会う 含む 含める 見る "
    "見つかる 見つける 見付ける 見える 分かる 判る 解る 読み取る 得る 頂く 貰う 下さる 上げる 差し上げる 参る "
    "伺う 承る 存じる 存ずる 拝す ござる 御座る 仰る おっしゃる 思し召す 日本 英 英語 日本語 語 言葉 単語 用語 "
    "表現 形 形式 箇条 箇条書き 文 句 文字 字 人 人々 方々 皆 歴史 長い 深い 複雑 奥 奥深い 世界 広い 広く よく "
    "良く 違う 異なる 同じ 限る 留まる 可能 ご存知 存知 通常 普通 通例 諸説 説 念 念頭 念のため 気 気付く 手 "
    "手元 手許 力 頼り 進む 進める 続ける 始める 始まる 終わる 終える 至る 致す いただく いたす おく いく くる "
    "みる しまう すぎる 過ぎる 易い やすい 難い にくい 欲しい ほしい 願い 希望 ご希望 意図 趣旨 目的 観点 視点 "
    "側面 分野 領域 背景 経緯 状況 事項 詳しい 箇所 部分 該当 相当 記す 記載 記述 明記 言及 掲載 表す 対応 提示 "
    "指定 指示 ルール 条件 限定 使う 使用 用いる 利用 参照 活用 受ける 取る 出す 出る 付ける 付く 掛ける 掛かる "
    "かかる 持つ 置く 入る 入れる 切る わたる 至極 極めて 非常 大変 とても 誠 誠に まことに 本当 本当に 実際 "
    "実際に 決して ご安心 ください"
)
_NUMBERED = (
    "step part piece confidence confident sure certain score level number word character letter ステップ 手順 信頼 "
    "信頼度 確信 確信度 確度 自信 確率 精度 語 字 文字 単語 以内"
)


@dataclass(frozen=True, slots=True)
class RemarkWords:
    """The vocabulary by stem: `talk` marks a remark, `known` is all, `source`, `report` and `numbered` parts of it."""

    talk: frozenset[str]
    known: frozenset[str]
    source: frozenset[str]
    report: frozenset[str]
    numbered: frozenset[str]


@functools.cache
def remark_words() -> RemarkWords:
    """Return the vocabulary, cut into the stems of tokens as answers are (a second at most; read once)."""
    talk, filling, source, report = (_stems(words) for words in (TALK, FILLING, SOURCE, REPORT))
    return RemarkWords(talk | source, talk | filling | source | report, source, report, source | _stems(_NUMBERED))


def _stems(words: str) -> frozenset[str]:
    """Return the stems of space-separated words; of では, which is cut in two, only the whole would be talk."""
    tokens = [token for word in words.split() for token in _telling(tokenise(word))]
    return frozenset(stem for token in tokens for stem in (token.stem, token.key, token.surface))


def _telling(word: Sequence[Token]) -> list[Token]:
    """Return the tokens of a word without its particles, unless it is one."""
    keyed = [token for token in word if token.key]
    return keyed if len(keyed) == 1 else [token for token in keyed if token.content]
