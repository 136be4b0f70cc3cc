// See run.sh. Everything is measured by one clock: this process makes the changes and has all clients.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { performance } from "node:perf_hooks";

const require = createRequire(new URL("../../tests/server/live/package.json", import.meta.url));
const { HttpTransportType, HubConnectionBuilder, LogLevel } = require("@microsoft/signalr");

const [base, pid, clientCount, eventCount, transport] = process.argv.slice(2);
const CLIENTS = Number(clientCount), EVENTS = Number(eventCount), WARM_UP = 5;

async function call(method, path, token, body) {
  const reply = await fetch(base + path, {
    method,
    headers: { ...(body ? { "Content-Type": "application/json" } : {}), ...(token ? { Authorization: `Bearer ${token}` } : {}) },
    body: body && JSON.stringify(body),
  });
  if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${await reply.text()}`);
  return reply.json();
}
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
const kTicks = 100; // a second, of /proc's clock
const serverCpu = () => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return ((Number(fields[11]) + Number(fields[12])) / kTicks) * 1000;
};
const ownCpu = () => (process.cpuUsage().user + process.cpuUsage().system) / 1000;
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)].toFixed(1);
const figures = (times) => {
  const sorted = Float64Array.from(times).sort();
  return `p50 ${at(sorted, 0.5)} ms, p99 ${at(sorted, 0.99)} ms, longest ${at(sorted, 1)} ms`;
};

const { access_token: token } = await call("POST", "/api/auth/register", null, { email: "bench@example.com", password: "Quatre-vents-1975" });
const { id: workspace } = await call("POST", "/api/workspaces", token, { name: "Bench" });
await call("POST", `/api/insights/${workspace}/recalculate`, token);
const before = memory();

let heard = () => {};
const begun = performance.now();
const clients = [];
while (clients.length < CLIENTS) {
  clients.push(...(await Promise.all(Array.from({ length: Math.min(50, CLIENTS - clients.length) }, async () => {
    const client = new HubConnectionBuilder()
      .withUrl(`${base}/hubs/workspace`, { accessTokenFactory: () => token, transport: HttpTransportType[transport] })
      .configureLogging(LogLevel.Error)
      .build();
    client.on("insightsUpdated", () => heard());
    await client.start();
    await client.invoke("Subscribe", workspace);
    return client;
  }))));
}
console.log(`${CLIENTS} clients over ${transport} connected in ${((performance.now() - begun) / 1000).toFixed(1)} s`);
console.log(`the server's memory: ${(before / 1024).toFixed(1)} MB before, ${((memory() - before) / CLIENTS).toFixed(1)} KB more a client`);

const toEach = [], toAll = [], answered = [];
let cpu = [];
for (let event = 0; event < WARM_UP + EVENTS; ++event) {
  if (event === WARM_UP) cpu = [serverCpu(), ownCpu()];
  const times = [];
  const all = new Promise((resolve) => {
    heard = () => times.push(performance.now()) === CLIENTS && resolve();
  });
  const start = performance.now();
  await call("POST", `/api/insights/${workspace}/recalculate`, token);
  const reply = performance.now();
  await all;
  if (event < WARM_UP) continue;
  answered.push(reply - start);
  toEach.push(...times.map((time) => time - start));
  toAll.push(Math.max(...times) - start);
}
console.log(`${EVENTS} events to ${CLIENTS} clients, from the request that makes one to a client's handler: ${figures(toEach)}`);
console.log(`to the last client of all: ${figures(toAll)}`);
console.log(`the request itself: ${figures(answered)}`);
const an = (begin, end) => ((end - begin) / EVENTS).toFixed(1);
console.log(`CPU time an event: ${an(cpu[0], serverCpu())} ms of the server's, ${an(cpu[1], ownCpu())} ms of this program's`);
await Promise.all(clients.map((client) => client.stop()));
