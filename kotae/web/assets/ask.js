// Asking: each answer is a stream of events, one JSON object a line. Text from outside is only ever set as text.

import { enter, leave } from "./line.js";
import { errorText, languageOf, say } from "./page.js";

const form = document.getElementById("ask");
const question = document.getElementById("question");
const answers = document.getElementById("answers");

// What was asked in this tab, the oldest first. It outlives a reload, another page and the way back, not the tab.
const asked = [];
const KEPT = "asked";
const MOST_KEPT = 50;

const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

function setText(element, text) {
  element.textContent = text;
  element.lang = languageOf(text);
}

async function* events(response) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of streamed(response.body)) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
    rest = lines.pop();
    for (const line of lines) yield JSON.parse(line);
  }
}

// Not every browser can loop over a stream itself.
async function* streamed(body) {
  const reader = body.getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

// One answer with or without retrieval, in its place on the page.
class Pane {
  constructor(retrieval) {
    this.retrieval = retrieval;
    this.element = copyOf("pane");
    this.status = this.find(".status");
    this.answer = this.find(".answer");
    this.find("h3").textContent = say(retrieval ? "with" : "without");
    this.stop = this.find(".stop");
    this.stop.textContent = say("stop");
    this.leave = new AbortController();
    this.stop.addEventListener("click", () => this.leave.abort());
    this.attempt = 0;
    this.events = []; // those that make the pane anew
    this.finished = false;
    this.busy = false;
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  async ask(text, language) {
    this.busy = true;
    this.tell("sent");
    this.element.setAttribute("aria-busy", "true");
    try {
      await enter(this.leave.signal, (ahead) => this.tell("waiting", { ahead }));
      await this.send(text, language).finally(leave);
    } catch {
      if (this.leave.signal.aborted) this.tell("stopped");
      else this.fail(say("lost"));
    }
    this.end();
  }

  async send(text, language) {
    const body = JSON.stringify({ question: text, language, retrieval: this.retrieval });
    const response = await fetch("/ask", {
      method: "POST", body, headers: { "Content-Type": "application/json" }, signal: this.leave.signal,
    });
    if (response.status === 401) {
      this.fail(say("signed_out"));
    } else if (!response.ok) {
      this.see({ event: "error", error: (await response.json()).error });
    } else {
      for await (const event of events(response)) this.see(event);
      if (!this.finished) this.fail(say("lost"));
    }
  }

  see(event) {
    if (["found", "done", "error"].includes(event.event)) this.events.push(event);
    this[`on_${event.event}`](event);
  }

  // The pane as it was; an answer that was left before its end counts as stopped.
  restore(kept) {
    kept.forEach((event) => this.see(event));
    if (!this.finished) this.tell("stopped");
    this.end();
  }

  end() {
    this.busy = false;
    this.stop.remove();
    this.element.removeAttribute("aria-busy");
    keep();
  }

  tell(name, values) {
    this.status.textContent = say(name, values);
  }

  fail(text) {
    this.finished = true;
    this.status.classList.add("failed");
    this.status.textContent = text;
  }

  remark(name, values) {
    const item = document.createElement("li");
    item.textContent = say(name, values);
    this.find(".remarks").append(item);
  }

  on_waiting(event) {
    this.tell(event.ahead ? "waiting" : "sent", event);
    this.began = performance.now();
  }

  on_found(event) {
    this.tell(this.retrieval ? "reading" : "thinking", { count: event.hits.length });
    if (this.retrieval) this.list(event.hits);
    if (event.dropped) this.remark("dropped", { count: event.dropped });
    const texts = event.left_out.map((text) => `«${text}»`).join(" ");
    if (texts) this.remark("left_out", { count: event.left_out.length, texts });
  }

  on_text(event) {
    if (event.attempt !== this.attempt) {
      this.attempt = event.attempt;
      this.answer.textContent = "";
    }
    this.tell(event.attempt ? "again" : "writing");
    setText(this.answer, this.answer.textContent + event.text);
  }

  on_done(event) {
    this.finished = true;
    event.seconds ??= ((performance.now() - this.began) / 1000).toFixed(1);
    this.tell("done", event);
    setText(this.answer, event.text || say("empty"));
    if (!event.language_ok) this.remark("wrong_language");
    else if (event.attempts > 1) this.remark("asked_again");
    if (event.cut_off) this.remark("cut_off");
  }

  on_error(event) {
    this.fail(errorText(event.error));
  }

  list(hits) {
    if (!hits.length) this.remark("no_sources");
    const sources = this.find(".sources");
    sources.hidden = !hits.length;
    sources.open = true;
    this.find("summary").textContent = say("sources");
    this.find("ol").replaceChildren(...hits.map(source));
  }
}

function source(hit) {
  const item = copyOf("source");
  item.value = hit.rank;
  const link = item.querySelector("a");
  setText(link, hit.title || hit.source);
  link.href = `/passages/${encodeURIComponent(hit.id)}`;
  link.target = "_blank";
  link.title = say("open");
  const place = say("characters", { start: hit.start, end: hit.end });
  item.querySelector(".where").textContent = `${hit.source}, ${place}, ${say("scores", { score: hit.score.toFixed(3) })}`;
  const quoted = item.querySelector("blockquote");
  quoted.textContent = hit.text;
  quoted.lang = hit.language;
  return item;
}

function keep() {
  const latest = asked.slice(-MOST_KEPT).map(({ text, panes }) => (
    { text, panes: panes.map(({ retrieval, events }) => ({ retrieval, events })) }));
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(latest));
  } catch {
    // No room for so much, or none at all: what was kept before stays.
  }
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT)) ?? [];
  } catch {
    return [];
  }
}

// A question at the top of the page, with its panes.
function show(one) {
  asked.push(one);
  const article = copyOf("asked");
  setText(article.querySelector("h2"), one.text.trim().slice(0, 500));
  article.querySelector(".panes").append(...one.panes.map((pane) => pane.element));
  answers.prepend(article);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value;
  const language = form.elements.language.value;
  const how = form.elements.how.value;
  const last = asked.at(-1);
  const twice = last && [last.text, last.language, last.how].join("\0") === [text, language, how].join("\0");
  if (twice && last.panes.some((pane) => pane.busy)) return;
  const panes = { with: [true], without: [false], both: [true, false] }[how].map((retrieval) => new Pane(retrieval));
  show({ text, language, how, panes });
  keep();
  for (const pane of panes) pane.ask(text, language);
});

question.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
});

for (const { text, panes } of kept()) {
  const made = panes.map(({ retrieval }) => new Pane(retrieval));
  show({ text, panes: made });
  made.forEach((pane, at) => pane.restore(panes[at].events));
}
