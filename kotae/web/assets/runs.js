// The list of runs: headlines are asked for one after the other, as each run is graded on the way.

import { errorText, say } from "./page.js";

for (const line of document.querySelectorAll("[data-run]")) {
  line.textContent = say("grading");
  try {
    const reply = await (await fetch(`/runs/${line.dataset.run}/headline`)).json();
    line.classList.toggle("failed", Boolean(reply.error));
    line.textContent = reply.error ? errorText(reply.error) : reply.text;
    line.dataset.direction = reply.word ?? "";
  } catch {
    line.textContent = say("lost");
  }
}
