// A set reviewed one question a screen. Every decision is written into the file at once.

import { languageOf, translate } from "./page.js";
import { send } from "./upload.js";

const form = document.getElementById("review");
const place = document.getElementById("place");
const texts = document.getElementById("texts");
const excerpt = document.getElementById("excerpt");
const failure = document.getElementById("failure");
const address = `/sets/${form.dataset.set}/rows`;
const KEYS = { k: "keep", d: "drop", m: "mend", ArrowLeft: "back", ArrowRight: "next" };
let rows = [];
let at = 0;
let busy = false;

function create(fields) {
  texts.replaceChildren(...fields.map((name, number) => {
    const label = document.createElement("label");
    label.textContent = name;
    label.htmlFor = `text${number}`;
    const area = document.createElement("textarea");
    area.id = label.htmlFor;
    area.rows = 2;
    const block = document.createElement("p");
    block.append(label, area);
    return block;
  }));
}

function take({ rows: known }) {
  rows = known;
}

function state({ keep }) {
  return translate({ true: "review_kept", false: "review_dropped", null: "review_open" }[String(keep)]);
}

function show() {
  const row = rows[at];
  const decided = rows.filter(({ keep }) => keep !== null).length;
  place.textContent = translate("review_place", { number: at + 1, total: rows.length, state: state(row), decided });
  const progress = form.querySelector("progress");
  progress.max = rows.length;
  progress.value = decided;
  texts.querySelectorAll("textarea").forEach((area, number) => {
    area.value = row.texts[number];
    area.lang = languageOf(area.value);
  });
  excerpt.hidden = !row.excerpt;
  const quote = excerpt.querySelector("blockquote");
  quote.textContent = row.excerpt;
  quote.lang = languageOf(row.excerpt);
  form.querySelector("[data-do=back]").disabled = at === 0;
  form.querySelector("[data-do=next]").disabled = at === rows.length - 1;
}

// The texts as they are now; the line breaks of one that nobody changed are those of the file, not the textarea's.
const written = () => [...texts.querySelectorAll("textarea")].map((area, number) => {
  const before = rows[at].texts[number];
  return area.value === before.replace(/\r\n?/g, "\n") ? before : area.value;
});

async function mark(keep, values) {
  const { row, texts: before } = rows[at];
  const body = JSON.stringify({ row, before, texts: values, keep });
  take(await send(address, { method: "POST", body }));
}

// Move on; texts that were mended are written first.
async function move(steps) {
  if (written().some((text, number) => text !== rows[at].texts[number])) await mark(rows[at].keep, written());
  at = Math.min(Math.max(at + steps, 0), rows.length - 1);
}

const ACTIONS = {
  keep: async () => {
    await mark(true, written());
    at = Math.min(at + 1, rows.length - 1);
  },
  drop: async () => {
    await mark(false, rows[at].texts);
    at = Math.min(at + 1, rows.length - 1);
  },
  back: () => move(-1),
  next: () => move(1),
};

async function act(name) {
  if (name === "mend") {
    texts.querySelector("textarea").focus();
    return;
  }
  if (busy || !rows.length) return;
  busy = true;
  try {
    await ACTIONS[name]();
    failure.textContent = "";
    failure.classList.remove("failed");
    show();
  } catch (error) {
    failure.textContent = error.message;
    failure.classList.add("failed");
  }
  busy = false;
}

form.addEventListener("click", (event) => {
  const name = event.target.closest("[data-do]")?.dataset.do;
  if (name) act(name);
});

// Keys count where nothing is written; Ctrl+Enter keeps what was mended, and Escape leaves the text.
document.addEventListener("keydown", (event) => {
  const writing = event.target.matches("textarea");
  if (writing && event.key === "Escape") event.target.blur();
  if (writing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    event.target.blur();
    act("keep");
  }
  const name = KEYS[event.key];
  if (writing || !name || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act(name);
});

try {
  const review = await send(`${address}/state`);
  create(review.fields);
  take(review);
  if (rows.length) show();
} catch (error) {
  failure.textContent = error.message;
  failure.classList.add("failed");
}
