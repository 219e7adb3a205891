// The library: documents are sent as they are chosen or dropped, then read; the list below shows them once they are.

import { languageOf, translate } from "./page.js";
import { filesWithin, onDrop, send } from "./upload.js";

const form = document.getElementById("library");
const sending = document.getElementById("sending");
const refused = document.getElementById("refused");
const reading = document.getElementById("reading");
const find = (selector) => reading.querySelector(selector);
const POLL_MS = 1000;
const MEGA = 1e6;
let timer;
let busy = false; // while files are sent

function report(text, failed = false) {
  sending.textContent = text;
  sending.classList.toggle("failed", failed);
}

// Set the text only if it is another, as screen readers read what changes.
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function item(text) {
  const line = document.createElement("li");
  line.textContent = text;
  line.lang = languageOf(text);
  return line;
}

async function act(action) {
  try {
    await action();
  } catch (error) {
    report(error.message, true);
  }
}

const isHidden = (path) => path.split("/").some((part) => part.startsWith(".") || part.startsWith("~$"));

// One after the other; what is refused is named, and the rest goes on.
async function add(files) {
  const wanted = files.filter(({ path }) => !isHidden(path));
  if (busy || !wanted.length) return;
  busy = true;
  refused.replaceChildren();
  let added = 0;
  for (const [at, { path, file }] of wanted.entries()) {
    report(translate("library_sending", { at: at + 1, count: wanted.length }));
    try {
      await send(`/library/files?${new URLSearchParams({ path })}`, { method: "POST", body: file });
      added += 1;
    } catch (error) {
      refused.append(item(error.message));
    }
  }
  busy = false;
  report(translate("library_sent", { added, count: wanted.length }), added < wanted.length);
  if (added) await act(() => send("/library/sync", { method: "POST" }).then(show));
}

function progressText({ done, total, seconds }) {
  if (!total) return translate("library_looking");
  const parts = [translate("library_progress", { done: (done / MEGA).toFixed(1), total: (total / MEGA).toFixed(1) })];
  if (done) parts.push(translate("list_left", { minutes: Math.ceil((seconds / done) * (total - done) / 60) }));
  return parts.join(translate("list_comma"));
}

function stateText({ state, report: counts, error }) {
  if (error) return error.text;
  if (state === "done") return counts ? translate("library_done", counts) : "";
  if (state === "idle") return "";
  return translate({ reading: "library_reading", stopping: "library_stopping", stopped: "library_stopped" }[state]);
}

function show(progress) {
  const running = ["reading", "stopping"].includes(progress.state);
  const status = find("[role=status]");
  setText(status, stateText(progress));
  status.classList.toggle("failed", progress.state === "failed");
  setText(find(".count"), running ? progressText(progress) : "");
  const bar = find("progress");
  bar.hidden = document.getElementById("stop").hidden = !running;
  document.getElementById("update").hidden = running;
  if (progress.total) [bar.max, bar.value] = [progress.total, progress.done];
  else bar.removeAttribute("value");
  if (!running) name(progress.report);
  if (running) follow();
}

// What could not be read, as `kotae ingest` names it.
function name(counts) {
  const titles = { failed: "library_failed", parts: "library_parts", left_out: "library_left_out" };
  const lists = Object.keys(titles).filter((kind) => counts?.[kind].length).map((kind) => {
    const details = document.createElement("details");
    details.open = kind === "failed";
    const summary = document.createElement("summary");
    summary.textContent = translate(titles[kind], { count: counts[`${kind}_count`] });
    const list = document.createElement("ul");
    list.append(...counts[kind].map(item));
    details.append(summary, list);
    return details;
  });
  find(".failures").replaceChildren(...lists);
}

function follow() {
  timer ??= setTimeout(() => {
    timer = undefined;
    act(load);
  }, POLL_MS);
}

async function load() {
  const progress = await send("/library/state");
  const ended = !["reading", "stopping"].includes(progress.state) && !find("progress").hidden;
  show(progress);
  if (ended) await refresh();
}

// The list of documents as it is now.
async function refresh() {
  const reply = await fetch(location.href);
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const list = page.getElementById("catalogue");
  if (list) document.getElementById("catalogue").replaceWith(document.adoptNode(list));
}

const boxes = () => [...document.querySelectorAll("#catalogue tbody input")];
const chosen = () => boxes().filter((box) => box.checked).map((box) => box.value);

async function remove() {
  const files = chosen();
  if (!window.confirm(translate("library_confirm", { count: files.length, folder: form.dataset.folder }))) return;
  await act(async () => {
    const body = JSON.stringify({ files });
    show(await send("/library/remove", { method: "POST", body, headers: { "Content-Type": "application/json" } }));
    await refresh();
  });
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "all") for (const box of boxes()) box.checked = target.checked;
  if (target.closest("#catalogue table")) document.getElementById("remove").disabled = !chosen().length;
});
document.addEventListener("click", ({ target }) => {
  if (target.id === "remove") remove();
});
for (const field of form.querySelectorAll("input")) {
  field.addEventListener("change", async () => {
    const files = [...field.files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
    await add(files);
    field.value = "";
  });
}
document.getElementById("update").addEventListener("click", () => {
  act(() => send("/library/sync", { method: "POST" }).then(show));
});
document.getElementById("stop").addEventListener("click", () => {
  act(() => send("/library/stop", { method: "POST" }).then(show));
});
form.addEventListener("submit", (event) => event.preventDefault());
// What has arrived is read although the page is left while it sends.
window.addEventListener("pagehide", () => busy && navigator.sendBeacon("/library/sync"));

onDrop(form, (dropped) => act(async () => add(await filesWithin(dropped))));
act(load);
