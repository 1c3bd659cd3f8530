// A reader of the live stream, GET /api/v1/events: Server-Sent Events as a browser reads them, with
// the position kept, so that a test can come back with it.
//
//   const reader = await openEvents(suite, { token, lastEventId: "17" });
//   await reader.until((events) => events.length === 3);
//   reader.close();
import { request } from "node:http";

export class Reader {
	constructor(response) {
		this.response = response;
		this.status = response.statusCode;
		this.headers = response.headers;
		this.events = []; // {id, event, data, at}
		this.comments = 0;
		this.lastEventId = undefined;
		this.text = ""; // what is not parsed yet; for an answer that is no stream, its body
		this.ended = false;
		this.broken = false; // ended by a reset
		this.waiters = new Set();
		response.setEncoding("utf8");
		response.on("data", (text) => this.take(text));
		response.on("error", () => (this.broken = true));
		response.on("close", () => {
			this.ended = true;
			this.wake();
		});
	}

	take(text) {
		this.text += text;
		if (this.status !== 200) return;
		const blocks = this.text.split("\n\n");
		this.text = blocks.pop();
		for (const block of blocks) this.takeBlock(block);
		this.wake();
	}

	// An event, or a block without data that only sets the position.
	takeBlock(block) {
		const event = { at: performance.now() };
		for (const line of block.split("\n")) {
			const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line);
			if (name === "") this.comments += 1;
			else event[name] = value;
		}
		if (event.id !== undefined) this.lastEventId = event.id;
		if (event.retry !== undefined) this.retry = Number(event.retry);
		if (event.data !== undefined)
			this.events.push({ ...event, data: JSON.parse(event.data) });
	}

	wake() {
		for (const waiter of [...this.waiters]) waiter();
	}

	ids() {
		return this.events.map((event) => Number(event.id));
	}

	// Waits until the condition holds, asked after each arrival; fails after `limit` milliseconds.
	until(condition, what = "events", limit = 15_000) {
		return new Promise((resolve, reject) => {
			const done = (settle, value) => {
				clearTimeout(timer);
				this.waiters.delete(look);
				settle(value);
			};
			const look = () => condition(this.events, this) && done(resolve, this);
			const timer = setTimeout(
				() =>
					done(
						reject,
						new Error(
							`waited for ${what}; have ${this.events.length}, ${
								this.ended ? "ended" : "open"
							}`,
						),
					),
				limit,
			);
			this.waiters.add(look);
			look();
		});
	}

	untilEnd(limit) {
		return this.until(() => this.ended, "the end", limit);
	}

	// Nothing is read from the socket until `resume`.
	pause() {
		this.response.pause();
		this.response.socket.pause();
	}

	resume() {
		this.response.socket.resume();
		this.response.resume();
	}

	close() {
		this.response.destroy();
	}
}

// Asks for the stream on a connection of its own; resolves with the head of the answer, whatever
// its status, and fails when nobody answers.
export function openEvents(suite, { token, lastEventId, query = "", method = "GET" } = {}) {
	return new Promise((resolve, reject) => {
		const asked = request(`${suite.base}/events${query}`, {
			method,
			agent: false,
			headers: {
				accept: "text/event-stream",
				...(token ? { authorization: `Bearer ${token}` } : {}),
				...(lastEventId === undefined
					? {}
					: { "last-event-id": lastEventId }),
			},
		});
		asked.on("response", (response) => resolve(new Reader(response)));
		asked.on("error", reject);
		asked.end();
	});
}
