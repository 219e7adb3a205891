// What is kept, such as entries of the history and sets, is deleted once that is confirmed.

import "./page.js";
import { send } from "./upload.js";

const failure = document.getElementById("failure");

for (const button of document.querySelectorAll("[data-delete]")) {
  button.addEventListener("click", async () => {
    if (!confirm(button.dataset.confirm)) return;
    try {
      await send(button.dataset.delete, { method: "POST" });
      location.reload();
    } catch (error) {
      failure.textContent = error.message;
      failure.classList.add("failed");
    }
  });
}
