// SignalR's official client, driven line by line: a JSON command on each line of standard input, what
// happens as JSON on each line of standard output.
import { createInterface } from "node:readline";
import { HttpTransportType, HubConnectionBuilder, LogLevel } from "@microsoft/signalr";

const EVENTS = ["documentStatusChanged", "conversationStarted", "conversationUpdated", "messageCreated", "insightsUpdated"];
const [url, transport, token] = process.argv.slice(2);
const say = (line) => process.stdout.write(JSON.stringify(line) + "\n");

const connection = new HubConnectionBuilder()
  .withUrl(url, { transport: HttpTransportType[transport], accessTokenFactory: () => token })
  .withAutomaticReconnect([0, 200, 500, 1000, 2000])
  .configureLogging({ log: (level, message) => level >= LogLevel.Warning && say({ log: message }) })
  .build();
for (const event of EVENTS) connection.on(event, (data) => say({ event, data }));
connection.onreconnecting((error) => say({ reconnecting: error?.message ?? "" }));
connection.onreconnected(() => say({ reconnected: true }));
connection.onclose((error) => say({ closed: error?.message ?? "" }));

const commands = {
  start: () => connection.start(),
  stop: () => connection.stop(),
  invoke: ({ method, args }) => connection.invoke(method, ...args),
  send: ({ method, args }) => connection.send(method, ...args),
};
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  commands[command.do](command).then(
    (value) => say({ done: command.id, value: value ?? null }),
    (error) => say({ done: command.id, error: error.message }));
}
process.exit(0);
