// Files for the server, chosen in a dialog or dropped on the page.

import { translate } from "./page.js";

// What the server replies, as JSON. Rejects with an error whose message is for the reader.
export async function send(address, options) {
  const response = await fetch(address, options).catch(() => {
    throw new Error(translate("lost"));
  });
  if (response.status === 401) throw new Error(translate("signed_out"));
  const reply = await response.json();
  if (!response.ok) throw new Error(reply.error.text);
  return reply;
}

// Files that are dropped anywhere on the page are chosen in the field, which may take several or the first only.
export function acceptDrops(field, area) {
  const hasFiles = (event) => [...event.dataTransfer.types].includes("Files");
  let inside = 0;
  const mark = (change) => {
    inside = Math.max(0, inside + change);
    area.classList.toggle("over", inside > 0);
  };
  window.addEventListener("dragenter", (event) => hasFiles(event) && mark(1));
  window.addEventListener("dragleave", (event) => hasFiles(event) && mark(-1));
  window.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  window.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(-inside);
    const chosen = new DataTransfer();
    for (const file of [...event.dataTransfer.files].slice(0, field.multiple ? undefined : 1)) chosen.items.add(file);
    field.files = chosen.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
