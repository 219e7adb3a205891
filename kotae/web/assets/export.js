// What was asked, as a file that the server makes of it.

import { translate } from "./page.js";

export async function exportEntries(kind, entries, status) {
  status.textContent = "";
  try {
    const response = await fetch(`/asked.${kind}`, { method: "POST", body: JSON.stringify({ entries }) });
    if (!response.ok) throw new Error(response.status === 401 ? translate("signed_out") : (await response.json()).error.text);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(await response.blob());
    link.download = `answers.${kind}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  } catch (error) {
    status.textContent = error instanceof TypeError ? translate("lost") : error.message;
  }
}
