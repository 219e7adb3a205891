// Sets of questions: sent as a file, and compared with.

import "./delete.js";
import { beginJob } from "./jobs.js";
import { translate } from "./page.js";
import { acceptDrops, send } from "./upload.js";

const form = document.getElementById("set");
const file = document.getElementById("file");
const sending = document.getElementById("sending");

function report(text, failed = false) {
  sending.textContent = text;
  sending.classList.toggle("failed", failed);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [chosen] = file.files;
  const button = form.querySelector("button");
  button.disabled = true;
  report(translate("list_sending"));
  try {
    await send(`/sets?${new URLSearchParams({ name: chosen.name })}`, { method: "POST", body: chosen });
    location.reload();
  } catch (error) {
    report(error.message, true);
    button.disabled = false;
  }
});

for (const compare of document.querySelectorAll("form.compare")) {
  compare.addEventListener("submit", (event) => {
    event.preventDefault();
    const conditions = new FormData(compare).getAll("condition");
    beginJob(`/sets/${compare.dataset.set}/comparison`, { body: JSON.stringify({ conditions }) });
  });
}

const draft = document.getElementById("draft");
draft.addEventListener("submit", (event) => {
  event.preventDefault();
  const { count, language } = draft.elements;
  beginJob("/sets/draft", { body: JSON.stringify({ count: Number(count.value), language: language.value }) });
});

acceptDrops(file, form);
