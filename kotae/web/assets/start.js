// What is there before anything was asked: examples of questions, about documents of the index.

import { languageOf, translate } from "./page.js";

const list = document.querySelector("#start ul");
const question = document.getElementById("question");

function example(title) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = translate("example", { title });
  button.lang = languageOf(button.textContent);
  button.addEventListener("click", () => {
    question.value = button.textContent;
    question.focus();
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

async function load() {
  const response = await fetch("/examples");
  const { titles } = await response.json();
  list.append(...titles.map(example));
  list.parentElement.querySelector(".hint").hidden = !titles.length;
}

load().catch(() => undefined); // without examples
