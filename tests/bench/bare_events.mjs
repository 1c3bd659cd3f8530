// The bare peer of events.mjs: a process that sends numbered Server-Sent Events at a steady rate to
// whoever reads, and does nothing else. Started with fork(); it tells its port, and begins and ends
// when told so.
import { once } from "node:events";
import { createServer } from "node:http";

const readers = new Set();
const server = createServer((request, answer) => {
	answer.writeHead(200, { "content-type": "text/event-stream" });
	answer.flushHeaders();
	readers.add(answer);
	answer.on("close", () => readers.delete(answer));
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

// As many as are due at each tick of the clock; the time stands in the event.
process.on("message", ({ rate, count }) => {
	const start = performance.now();
	let sent = 0;
	const timer = setInterval(() => {
		const due = Math.min(count, Math.floor(((performance.now() - start) * rate) / 1000));
		for (; sent < due; sent++) {
			const now = performance.timeOrigin + performance.now();
			const data = JSON.stringify({ seq: String(sent + 1), sentAt: now, filler: "x".repeat(250) });
			for (const reader of readers) reader.write(`id: ${sent + 1}\nevent: Fact\ndata: ${data}\n\n`);
		}
		if (sent === count) clearInterval(timer);
	}, 1);
});
process.on("disconnect", () => process.exit());
process.send({ port: server.address().port });
