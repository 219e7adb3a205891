// Send requests in order, two at a time: a browser has six connections to a host for all of its tabs, and waiting
// answers must not block other pages.

const MOST = 2;
const waiting = [];
let running = 0;

// Wait for a turn, which `leave` ends. `notify` gets the number of requests ahead; rejects when `signal` aborts.
export async function enter(signal, notify) {
  if (running < MOST) {
    running += 1;
    return;
  }
  await new Promise((resolve, reject) => {
    const request = { resolve, notify };
    waiting.push(request);
    signal.addEventListener("abort", () => {
      const at = waiting.indexOf(request);
      if (at >= 0) waiting.splice(at, 1);
      notifyAll();
      reject(signal.reason);
    });
    notifyAll();
  });
}

export function leave() {
  const next = waiting.shift();
  if (next) next.resolve();
  else running -= 1;
  notifyAll();
}

function notifyAll() {
  waiting.forEach((request, at) => request.notify(MOST + at));
}
