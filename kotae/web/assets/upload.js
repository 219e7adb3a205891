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

// Files that are dropped anywhere on the page are chosen in the field, which takes the first only.
export function acceptDrops(field, area) {
  onDrop(area, (dropped) => {
    const chosen = new DataTransfer();
    for (const file of [...dropped.files].slice(0, 1)) chosen.items.add(file);
    field.files = chosen.files;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

// Pass on what is dropped anywhere on the page; the area shows that it would be taken.
export function onDrop(area, take) {
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
    take(event.dataTransfer);
  });
}

// The files that were dropped, also those in folders, each with its path from what was dropped.
export async function filesWithin(dropped) {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...dropped.files].map((file) => ({ path: file.name, file }));
  const found = [];
  for (const entry of entries) await walk(entry, "", found);
  return found;
}

async function walk(entry, below, found) {
  const path = below + entry.name;
  if (entry.isFile) {
    found.push({ path, file: await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    return;
  }
  const reader = entry.createReader();
  const some = () => new Promise((resolve, reject) => reader.readEntries(resolve, reject));
  for (let entries = await some(); entries.length; entries = await some()) {
    for (const inner of entries) await walk(inner, `${path}/`, found);
  }
}
