// Lists of questions: sent as a file, followed while they are answered. They go on when the page is left.

import { languageOf, translate } from "./page.js";
import { acceptDrops, send } from "./upload.js";

const form = document.getElementById("list");
const file = document.getElementById("file");
const sending = document.getElementById("sending");
const section = document.getElementById("lists");
const POLL_MS = 1000;
const articles = new Map(); // by the id of the list
let timer;

function report(text, failed = false) {
  sending.textContent = text;
  sending.classList.toggle("failed", failed);
}

// "2 of 10 answered", and what is left of the time if the rest takes as long.
function progressText({ state, answered, failed, total, seconds }) {
  const parts = [translate("list_progress", { answered, total })];
  if (failed) parts.push(translate("list_failed", { failed }));
  if (state === "running" && answered) {
    parts.push(translate("list_left", { minutes: Math.ceil((seconds / answered) * (total - answered) / 60) }));
  }
  return parts.join(translate("list_comma"));
}

function stateText({ state, error }) {
  if (error) return error.text;
  return translate({ running: "list_running", done: "list_done", stopped: "stopped" }[state]);
}

// Set the text only if it is another, as screen readers read what changes.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function create(list) {
  const article = document.getElementById("sent").content.firstElementChild.cloneNode(true);
  const heading = article.querySelector("h2");
  heading.textContent = list.name;
  heading.lang = languageOf(list.name);
  article.querySelector("progress").setAttribute("aria-label", list.name);
  const stop = article.querySelector(".stop");
  stop.setAttribute("aria-label", `${stop.textContent}: ${list.name}`);
  stop.addEventListener("click", () => act(() => send(`/lists/${list.id}/stop`, { method: "POST" }).then(show)));
  for (const link of article.querySelectorAll("a")) {
    link.href = `/lists/${list.id}/answers.${link.dataset.kind}`;
    link.setAttribute("aria-label", `${link.textContent}: ${list.name}`);
  }
  articles.set(list.id, article);
  section.prepend(article);
  return article;
}

function show(list) {
  const article = articles.get(list.id) ?? create(list);
  const running = list.state === "running";
  const status = article.querySelector("[role=status]");
  setText(status, stateText(list));
  status.classList.toggle("failed", list.state === "broken");
  setText(article.querySelector(".count"), progressText(list));
  const progress = article.querySelector("progress");
  progress.max = list.total;
  progress.value = list.answered;
  progress.hidden = article.querySelector(".stop").hidden = !running;
  article.querySelector(".tables").hidden = running;
  if (running) follow();
}

function follow() {
  timer ??= setTimeout(() => {
    timer = undefined;
    act(load);
  }, POLL_MS);
}

async function load() {
  const { lists } = await send("/lists/state");
  for (const list of lists.reverse()) show(list);
}

async function act(action) {
  try {
    await action();
  } catch (error) {
    report(error.message, true);
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [chosen] = file.files;
  const parameters = new URLSearchParams({ name: chosen.name, retrieval: form.elements.how.value });
  const button = form.querySelector("button");
  button.disabled = true;
  report(translate("list_sending"));
  await act(async () => {
    show(await send(`/lists?${parameters}`, { method: "POST", body: chosen }));
    report("");
    form.reset();
  });
  button.disabled = false;
});

acceptDrops(file, form);
act(load);
