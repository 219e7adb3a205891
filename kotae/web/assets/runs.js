// The list of runs: headlines are fetched one after the other, as each run is graded on the way.

import { showHeadline } from "./headline.js";
import { beginJob } from "./jobs.js";

for (const button of document.querySelectorAll("[data-resume]")) {
  button.addEventListener("click", () => beginJob(`/runs/${button.dataset.resume}/resume`));
}

for (const line of document.querySelectorAll("[data-run]")) await showHeadline(line, line.dataset.run);
