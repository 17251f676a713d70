// Push a few trades of a market: node push.mjs [ADDRESS] [SYMBOL]   (Node 18 or newer)
import { webcrypto as crypto } from "node:crypto";

const address = process.argv[2] ?? "http://localhost:8000";
const symbol = process.argv[3] ?? "MY:COIN";
const key = process.env.CHANDLERY_KEY;

const start = Math.floor(Date.now() / 60_000) * 60_000;
const trades = Array.from({ length: 60 }, (_, n) => ({
  symbol,
  time: start - n * 1_000, // milliseconds; the size of the number tells the unit
  price: 100 + n / 10,
  size: 0.5,
  side: n % 2 ? "sell" : "buy",
  id: `node-${n}`,
}));

// The same key for the same trades: a retry stores nothing twice.
const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
if (key) headers.Authorization = `Bearer ${key}`;

async function push(body, tries = 5) {
  const answer = await fetch(`${address}/api/v1/trades`, { method: "POST", headers, body });
  if ((answer.status === 429 || answer.status === 503) && tries > 1) {
    const seconds = Number(answer.headers.get("Retry-After") ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
    return push(body, tries - 1);
  }
  const told = await answer.json();
  if (!answer.ok) throw new Error(`${told.error} (${told.hint})`);
  return told;
}

const { accepted, duplicate, rejected } = await push(JSON.stringify(trades));
console.log(`${accepted} accepted, ${duplicate} were there already`);
for (const { index, reason } of rejected) console.log(`trade ${index}: ${reason}`);
