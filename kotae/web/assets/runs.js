// The list of runs: headlines are fetched one after the other, as each run is graded on the way.

import { errorText, translate } from "./page.js";

for (const line of document.querySelectorAll("[data-run]")) {
  line.textContent = translate("grading");
  try {
    const reply = await (await fetch(`/runs/${line.dataset.run}/headline`)).json();
    line.classList.toggle("failed", Boolean(reply.error));
    line.textContent = reply.error ? errorText(reply.error) : reply.text;
    line.dataset.direction = reply.word ?? "";
  } catch {
    line.textContent = translate("lost");
  }
}
