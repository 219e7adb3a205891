// The list of runs: headlines are fetched one after the other, as each run is graded on the way.

import { beginJob } from "./jobs.js";
import { translate } from "./page.js";

for (const button of document.querySelectorAll("[data-resume]")) {
  button.addEventListener("click", () => beginJob(`/runs/${button.dataset.resume}/resume`));
}

for (const line of document.querySelectorAll("[data-run]")) {
  line.textContent = translate("grading");
  try {
    const reply = await (await fetch(`/runs/${line.dataset.run}/headline`)).json();
    line.classList.toggle("failed", Boolean(reply.error));
    line.textContent = reply.error ? reply.error.text : reply.text;
    line.dataset.direction = reply.word ?? "";
  } catch {
    line.textContent = translate("lost");
  }
}
