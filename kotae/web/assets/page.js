// Shared by every page of kotae serve.

const messages = JSON.parse(document.body.dataset.messages);

// A message in the language of the page, with values for its {placeholders}.
export function translate(name, values = {}) {
  return messages[name].replace(/\{(\w+)\}/g, (_, placeholder) => values[placeholder]);
}

// Selects glyphs: Japanese if there is any Japanese letter.
export function languageOf(text) {
  return /[\u3005-\u30ff\u3400-\u9fff\uff66-\uff9f]/.test(text) ? "ja" : "en";
}

// Times are those of the reader's clock; the server's own, in UTC, stay as their titles.
for (const time of document.querySelectorAll("time[datetime]")) {
  const date = new Date(time.dateTime);
  if (Number.isNaN(date.getTime())) continue; // a damaged one stays as it is written
  time.title = time.textContent;
  time.textContent = date.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}

// Screen readers continue at the passage that the address names.
document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
