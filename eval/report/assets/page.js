"use strict";
// Filters the table of answers. The state is kept in the address (#type=classification&q=東京), so it can be shared.
(() => {
  const form = document.getElementById("filters");
  const table = document.getElementById("answer-table");
  const nothing = document.getElementById("nothing");
  const shown = document.getElementById("shown");
  const plain = (text) => text.normalize("NFKC").toLowerCase();
  const rows = Array.from(document.querySelectorAll("#answer-rows > tr"), (row) => ({
    row,
    data: row.dataset,
    outcomes: row.dataset.outcome.split(" "),
    text: plain(Array.from(row.querySelectorAll(".text"), (part) => part.textContent).join("\n")),
  }));
  const fields = Array.from(form.elements).filter((field) => field.name);

  function show() {
    const value = Object.fromEntries(fields.map((field) => [field.name, field.value]));
    const words = plain(value.q).split(/\s+/).filter(Boolean);
    let count = 0;
    let correct = 0;
    for (const one of rows) {
      const fits =
        ["run", "type", "language", "condition"].every((name) => !value[name] || one.data[name] === value[name]) &&
        (!value.outcome || one.outcomes.includes(value.outcome)) &&
        words.every((word) => one.text.includes(word));
      if (one.row.hidden === fits) one.row.hidden = !fits;
      count += fits;
      correct += fits && one.outcomes[0] === "correct";
    }
    table.hidden = count === 0;
    nothing.hidden = count > 0;
    if (document.documentElement.lang === "ja") {
      const part = count === rows.length ? "" : `${rows.length} 件中 `;
      shown.textContent = `${part}${count} 件、正解 ${correct} 件`;
      return;
    }
    const all = `${rows.length} answer${rows.length === 1 ? "" : "s"}`;
    const whole = count === rows.length ? all : `${count} of ${all}`;
    shown.textContent = `${whole}, ${correct} correct`;
  }

  function remember() {
    const state = new URLSearchParams();
    for (const field of fields) if (field.value) state.set(field.name, field.value);
    const fragment = state.toString();
    if (fragment || location.hash.includes("=")) history.replaceState(null, "", `#${fragment || "answers"}`);
  }

  function recall() {
    if (!location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    for (const field of fields) {
      field.value = state.get(field.name) ?? "";
      if (field.selectedIndex === -1) field.value = "";
    }
    document.getElementById("answers").scrollIntoView();
  }

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { show(); remember(); }, 120);
  });
  form.addEventListener("reset", () => setTimeout(() => { show(); remember(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", () => { recall(); show(); });
  recall();
  show();
})();
