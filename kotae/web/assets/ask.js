// Asking: each answer is a stream of events, one JSON object a line. Text from outside is only ever set as text content.

import { enter, leave } from "./line.js";
import { languageOf, translate } from "./page.js";
import { exportEntries } from "./export.js";
import "./start.js";

const form = document.getElementById("ask");
const question = document.getElementById("question");
const answers = document.getElementById("answers");
const exports = document.getElementById("exports");

// The questions of this tab, oldest first. They outlive reloads and visits to other pages, until the tab is closed.
const questions = [];
const STORAGE_KEY = "asked";
const MAX_STORED = 50;
const ENDS = ["done", "stopped", "error"]; // after which nothing more comes of a question

const cloneTemplate = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

function setText(element, text) {
  element.textContent = text;
  element.lang = languageOf(text);
}

async function* events(response) {
  const decoder = new TextDecoder();
  let partial = "";
  for await (const bytes of streamed(response.body)) {
    const lines = (partial + decoder.decode(bytes, { stream: true })).split("\n");
    partial = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

// Not every browser can iterate over a stream.
async function* streamed(body) {
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

// One answer, with or without retrieval.
class Pane {
  constructor({ retrieval, id = crypto.randomUUID(), events = [] }) {
    this.retrieval = retrieval;
    this.id = id;
    this.kept = events;
    this.element = cloneTemplate("pane");
    this.status = this.find(".status");
    this.answer = this.find(".answer");
    this.find("h3").textContent = translate(retrieval ? "with" : "without");
    this.stop = this.find(".stop");
    this.stop.textContent = translate("stop");
    this.abort = new AbortController();
    this.stop.addEventListener("click", () => this.halt());
    this.again = this.find(".again");
    this.again.textContent = translate("ask_again");
    this.attempt = 0;
    this.events = []; // enough to restore the pane
    this.finished = false;
    this.busy = false;
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  // Show the answer, which the server may have begun before the page was left.
  async ask({ text, language, asked }) {
    this.again.addEventListener("click", () => ask(text, language, [this.retrieval]));
    if (this.kept.some(({ event }) => ENDS.includes(event))) {
      for (const event of this.kept) this.handle(event);
      return this.end();
    }
    this.busy = true;
    this.setStatus("sent");
    this.element.setAttribute("aria-busy", "true");
    const clock = this.find(".clock");
    const ticking = setInterval(() => {
      clock.textContent = translate("seconds", { seconds: Math.round((Date.now() - Date.parse(asked)) / 1000) });
    }, 1000);
    try {
      await enter(this.abort.signal, (ahead) => this.setStatus("waiting", { ahead }));
      await this.send(text, language).finally(leave);
    } catch {
      if (!this.abort.signal.aborted) this.fail(translate("lost"));
    }
    clearInterval(ticking);
    this.end();
  }

  // Stop the answer here and on the server, for which leaving the page is no reason to stop.
  halt() {
    this.handle({ event: "stopped" });
    this.abort.abort();
    fetch(`/ask/${this.id}/stop`, { method: "POST", keepalive: true }).catch(() => undefined);
  }

  async send(text, language) {
    const body = JSON.stringify({ question: text, language, retrieval: this.retrieval, id: this.id });
    const response = await fetch("/ask", {
      method: "POST", body, headers: { "Content-Type": "application/json" }, signal: this.abort.signal,
    });
    if (response.status === 401) {
      this.fail(translate("signed_out"));
    } else if (!response.ok) {
      this.handle({ event: "error", error: (await response.json()).error });
    } else {
      for await (const event of events(response)) this.handle(event);
      if (!this.finished) this.fail(translate("lost"));
    }
  }

  handle(event) {
    if (["found", "unkept", ...ENDS].includes(event.event)) this.events.push(event);
    this[`on_${event.event}`](event);
  }

  end() {
    this.busy = false;
    this.stop.remove();
    this.find(".clock").remove();
    this.again.hidden = this.events.some(({ event }) => event === "done");
    this.element.removeAttribute("aria-busy");
    store();
  }

  setStatus(name, values) { this.status.textContent = translate(name, values); }

  fail(text) {
    this.finished = true;
    this.status.classList.add("failed");
    this.status.textContent = text;
  }

  remark(name, values) {
    const item = document.createElement("li");
    item.textContent = translate(name, values);
    this.find(".remarks").append(item);
  }

  on_waiting(event) {
    this.setStatus(event.ahead ? "waiting" : "sent", event);
  }

  on_found(event) {
    this.setStatus(this.retrieval ? "reading" : "thinking", { count: event.hits.length });
    if (this.retrieval) this.list(event.hits);
    if (event.dropped) this.remark("dropped", { count: event.dropped });
    for (const kind of ["left_out", "marked"]) {
      const texts = event[kind].map((text) => `«${text}»`).join(" ");
      if (texts) this.remark(kind, { count: event[kind].length, texts });
    }
  }

  on_text(event) {
    if (event.attempt !== this.attempt) {
      this.attempt = event.attempt;
      this.answer.textContent = "";
    }
    this.setStatus(event.attempt ? "again" : "writing");
    setText(this.answer, this.answer.textContent + event.text);
  }

  on_done(event) {
    this.finished = true;
    this.setStatus("done", event);
    setText(this.answer, event.text || translate("empty"));
    if (!event.language_ok) this.remark("wrong_language");
    else if (event.attempts > 1) this.remark("asked_again");
    if (event.cut_off) this.remark("cut_off");
    if (event.support) this.support(event.support);
  }

  // Put the passage that supports the answer first, and list what is in no passage.
  support({ rank, missing }) {
    const items = [...this.element.querySelectorAll(".sources ol > li")];
    const bearer = items.find((item) => item.value === rank);
    if (bearer) {
      bearer.classList.add("supports");
      bearer.querySelector(".support").textContent = translate("supports");
      bearer.parentElement.prepend(bearer);
    }
    if (missing.length) this.remark("in_no_passage", { texts: missing.map((text) => `«${text}»`).join(" ") });
  }

  on_unkept(event) {
    this.remark("unkept", { reason: event.error.text });
  }

  on_stopped() {
    this.finished = true;
    this.setStatus("stopped");
  }

  on_error(event) {
    this.fail(event.error.text);
  }

  list(hits) {
    if (!hits.length) this.remark("no_sources");
    const sources = this.find(".sources");
    sources.hidden = !hits.length;
    sources.open = true;
    this.find("summary").textContent = translate("sources");
    this.find("ol").replaceChildren(...hits.map(source));
  }
}

function source(hit) {
  const item = cloneTemplate("source");
  item.value = hit.rank;
  const original = item.querySelector(".original");
  original.href = `/passages/${encodeURIComponent(hit.id)}/original`;
  original.target = "_blank";
  original.textContent = translate("original");
  original.setAttribute("aria-label", `${original.textContent}: ${hit.source}`);
  const link = item.querySelector("a");
  setText(link, hit.title || hit.source);
  link.href = `/passages/${encodeURIComponent(hit.id)}`;
  link.target = "_blank";
  link.title = translate("open");
  const range = translate("characters", { start: hit.start, end: hit.end });
  item.querySelector(".where").textContent = `${hit.source}, ${range}, ${translate("scores", { score: hit.score.toFixed(3) })}`;
  const quote = item.querySelector("blockquote");
  quote.textContent = hit.text;
  quote.lang = hit.language;
  return item;
}

function store() {
  const latest = questions.slice(-MAX_STORED).map(({ text, language, asked, panes }) => (
    { text, language, asked, panes: panes.map(({ retrieval, id, events }) => ({ retrieval, id, events })) }));
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(latest));
  } catch {
    // The storage is full or unavailable: what was stored before stays.
  }
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(STORAGE_KEY)) ?? [];
  } catch {
    return [];
  }
}

// Put a question on top of the page, with its panes.
function show(entry) {
  questions.push(entry);
  const article = cloneTemplate("asked");
  setText(article.querySelector("h2"), entry.text.trim().slice(0, 500));
  article.querySelector(".panes").append(...entry.panes.map((pane) => pane.element));
  answers.prepend(article);
  exports.hidden = false;
}

// The answers of this tab, latest first.
function entries() {
  return questions.toReversed().flatMap(({ text, asked, panes }) => panes.flatMap(({ retrieval, events }) => {
    const done = events.find(({ event }) => event === "done");
    if (!done) return [];
    const sources = retrieval ? events.find(({ event }) => event === "found").hits : [];
    return [{ question: text, answer: done.text, retrieval, asked, seconds: Number(done.seconds), sources }];
  }));
}

exports.addEventListener("click", ({ target }) => {
  if (target.dataset.kind) exportEntries(target.dataset.kind, entries(), exports.querySelector("[role=status]"));
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value;
  const language = form.elements.language.value;
  const how = form.elements.how.value;
  const last = questions.at(-1);
  const twice = last && [last.text, last.language, last.how].join("\0") === [text, language, how].join("\0");
  if (twice && last.panes.some((pane) => pane.busy)) return;
  ask(text, language, { with: [true], without: [false], both: [true, false] }[how], how);
});

// Ask a question in one pane for each way, with retrieval or without.
function ask(text, language, ways, how = "") {
  const panes = ways.map((retrieval) => new Pane({ retrieval }));
  begin({ text, language, how, panes, asked: new Date().toISOString() });
}

function begin(entry) {
  show(entry);
  store();
  for (const pane of entry.panes) pane.ask(entry);
}

question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
});

for (const entry of stored()) begin({ ...entry, panes: entry.panes.map((pane) => new Pane(pane)) });
