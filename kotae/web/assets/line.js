// Requests in the order they were made, two at a time: a browser has six connections to a host for all of its tabs, and
// answers that wait for their turn must not keep pages from being loaded.

const MOST = 2;
const waiting = [];
let underWay = 0;

// Waits for a turn, which `leave` ends. `tell` hears how many are before it; rejects where `signal` gives it up.
export async function enter(signal, tell) {
  if (underWay < MOST) {
    underWay += 1;
    return;
  }
  await new Promise((resolve, reject) => {
    const place = { resolve, tell };
    waiting.push(place);
    signal.addEventListener("abort", () => {
      const at = waiting.indexOf(place);
      if (at >= 0) waiting.splice(at, 1);
      tellAll();
      reject(signal.reason);
    });
    tellAll();
  });
}

export function leave() {
  const next = waiting.shift();
  if (next) next.resolve();
  else underWay -= 1;
  tellAll();
}

function tellAll() {
  waiting.forEach((place, at) => place.tell(MOST + at));
}
