// The search index is cut into Japanese words; a query is cut inside runs of kanji only, so 文字コード would find nothing.
// Cut the query where the script changes, before it goes to the search worker. 2 is the worker's message type for a query.
const QUERY = 2;
const RUN = /[\p{sc=Han}々〆]+|[\p{sc=Katakana}ー]+|\p{sc=Hiragana}+|[^\p{sc=Han}々〆\p{sc=Katakana}ー\p{sc=Hiragana}]+/gu;
const post = Worker.prototype.postMessage;

Worker.prototype.postMessage = function (message, ...options) {
  const cut = message?.type === QUERY && typeof message.data === "string";
  return post.call(this, cut ? { ...message, data: message.data.match(RUN)?.join(" ") ?? "" } : message, ...options);
};
