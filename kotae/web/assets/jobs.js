// Work in the background, followed on any page that has a place for it. It goes on when the page is left.

import { showHeadline } from "./headline.js";
import { languageOf, translate } from "./page.js";
import { send } from "./upload.js";

const section = document.getElementById("job");
const POLL_MS = 1000;
const WORDS = {
  comparison: {
    running: "job_comparison",
    stopping: "job_stopping_comparison",
    stopped: "job_stopped_comparison",
    progress: "job_progress_comparison",
  },
  drafting: {
    running: "job_drafting",
    stopping: "job_stopping_drafting",
    stopped: "job_stopped_drafting",
    progress: "job_progress_drafting",
  },
};
let timer;
let running; // the id of what this page has seen at work

const isRunning = ({ state }) => ["running", "stopping"].includes(state);

function time(seconds) {
  if (seconds < 90) return translate("job_seconds", { seconds: Math.round(seconds) });
  return translate("job_minutes", { minutes: Math.ceil(seconds / 60) });
}

function countText({ kind, done, total, seconds, left, running }) {
  const parts = [];
  if (total !== null) parts.push(translate(WORDS[kind].progress, { done, total }));
  parts.push(time(seconds));
  if (running && left !== null) parts.push(translate("job_left", { time: time(left) }));
  return parts.join(translate("list_comma"));
}

function stateText({ state, error, kind, total }) {
  if (error) return error.text;
  if (state === "running" && total === null) return translate("job_preparing");
  return translate(state === "done" ? "job_done" : WORDS[kind][state]);
}

// Set the text only if it is another, as screen readers read what changes.
function setText(selector, text) {
  const element = section.querySelector(selector);
  if (element.textContent !== text) element.textContent = text;
  return element;
}

export function showJob(job) {
  section.hidden = !job;
  if (!job) return;
  job.running = isRunning(job);
  running = job.running ? job.id : undefined;
  setText("h2", job.name).lang = languageOf(job.name);
  setText("[role=status]", stateText(job)).classList.toggle("failed", job.state === "broken");
  setText(".count", countText(job));
  const progress = section.querySelector("progress");
  progress.setAttribute("aria-label", job.name);
  progress.max = job.total ?? 1;
  progress.value = job.done;
  progress.hidden = !job.running;
  const stop = section.querySelector(".stop");
  stop.hidden = job.state !== "running";
  stop.setAttribute("aria-label", `${stop.textContent}: ${job.name}`);
  stop.onclick = () => act(async () => showJob(await send(`/jobs/${job.id}/stop`, { method: "POST" })));
  const link = section.querySelector("a");
  link.hidden = job.state !== "done";
  const drafted = job.kind === "drafting";
  link.href = drafted ? `/sets/${job.result}/review` : `/runs/${job.result}/report`;
  link.textContent = translate(drafted ? "job_review" : "job_report");
  const verdict = section.querySelector(".headline");
  verdict.hidden = drafted || job.state !== "done";
  if (!verdict.hidden && verdict.dataset.of !== job.id) {
    verdict.dataset.of = job.id;
    showHeadline(verdict, job.result);
  }
  for (const button of document.querySelectorAll("[data-resume]")) {
    button.hidden = job.running && button.dataset.resume === job.result;
  }
  if (job.running) follow();
}

function follow() {
  timer ??= setTimeout(() => {
    timer = undefined;
    act(load);
  }, POLL_MS);
}

// The lists of the page change when the work ends.
async function load() {
  const { job } = await send("/jobs/state");
  const ended = job && running === job.id && !isRunning(job);
  if (ended) location.reload();
  else showJob(job);
}

async function act(action) {
  try {
    await action();
  } catch (error) {
    section.hidden = false;
    setText("[role=status]", error.message).classList.add("failed");
  }
}

// Begin what a request begins, and show it. Errors are shown in its place.
export function beginJob(address, options) {
  return act(async () => {
    showJob(await send(address, { method: "POST", ...options }));
    section.scrollIntoView({ block: "nearest" });
  });
}

act(load);
