// The verdict on a run, as a sentence.

import { translate } from "./page.js";

export async function showHeadline(element, run) {
  element.textContent = translate("grading");
  try {
    const reply = await (await fetch(`/runs/${run}/headline`)).json();
    element.classList.toggle("failed", Boolean(reply.error));
    element.textContent = reply.error ? reply.error.text : reply.text;
    element.dataset.direction = reply.word ?? "";
  } catch {
    element.textContent = translate("lost");
  }
}
