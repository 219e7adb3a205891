// What every page of kotae serve shares.

const words = JSON.parse(document.body.dataset.words);

// A text of the page by its name, with values for its {places}.
export function say(name, values = {}) {
  return words[name].replace(/\{(\w+)\}/g, (_, place) => values[place]);
}

// For the choice of glyphs: Japanese from the first Japanese letter on.
export function languageOf(text) {
  return /[\u3005-\u30ff\u3400-\u9fff\uff66-\uff9f]/.test(text) ? "ja" : "en";
}

// An error of the server: its title in the language of the page, then its name, what is wrong, where and what to do.
export function errorText(error) {
  const title = words[`error.${error.name}`] ?? words["error.KotaeError"];
  const place = error.where ? ` (${error.where})` : "";
  return `${title}. ${error.name}: ${error.what}${place}${error.do ? `. ${error.do}` : ""}`;
}

// A passage that the address names is read out from there.
document.getElementById(location.hash.slice(1))?.focus({ preventScroll: true });
