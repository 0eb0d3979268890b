// Asking, and what follows from an answer.

const poll = { timer: 0, request: null, every: 2000, failures: 0, error: "", heard: -Infinity, asked: 0 };

// measured is for whoever wants to know what a repaint costs: milliseconds of
// script and layout, and until it was on the screen.
const measured = { repaints: [], frames: [] };

function record(list, ms) {
	if (list.push(ms) > 200) list.shift();
}

// repaint brings all that can be seen up to date.
function repaint() {
	if (!model.node) return;
	arrange();
	showHead();
	showHeader();
	show();
}

function ask() {
	clearTimeout(poll.timer);
	if (document.hidden || poll.request) return;
	const began = performance.now();
	poll.request = new AbortController();
	const limit = setTimeout(() => poll.request?.abort(), 15000);
	poll.asked++;
	fetchNode(poll.request.signal)
		.then(take, (error) => {
			poll.failures++;
			poll.error = error.name === "AbortError" ? "no answer in 15 s" : error.message;
		})
		.finally(() => {
			clearTimeout(limit);
			poll.request = null;
			tell();
			const pause = poll.every * Math.min(2 ** poll.failures, 15);
			if (!document.hidden) poll.timer = setTimeout(ask, Math.max(100, pause - (performance.now() - began)));
		});
}

async function fetchNode(signal) {
	const answer = await fetch("node.json", { signal, cache: "no-store", credentials: "same-origin" });
	const text = await answer.text();
	if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}: ${text.trim().slice(0, 300)}`);
	return text;
}

// take draws an answer.
function take(text) {
	const began = performance.now();
	const isNew = ingest(JSON.parse(text));
	poll.failures = 0;
	poll.every = Math.max(250, model.node.everyMillis);
	if (!isNew) return;
	poll.heard = began;
	repaint();
	grid.body.getBoundingClientRect(); // layout is part of it
	record(measured.repaints, performance.now() - began);
	const painted = new MessageChannel();
	painted.port1.onmessage = () => record(measured.frames, performance.now() - began);
	requestAnimationFrame(() => painted.port2.postMessage(0));
}

// tell says how old the data is, and what is wrong with it.
function tell() {
	if (document.hidden) {
		showState("paused", "Paused", "", []);
		return;
	}
	const age = performance.now() - poll.heard;
	const old = age > 3 * poll.every + 500;
	const alerts = (model.node?.warnings ?? []).map((text) => ({ kind: "warning", text }));
	const seconds = Number.isFinite(age) ? `for ${Math.round(age / 1000)} s` : "";
	if (poll.failures > 0) {
		alerts.unshift({ kind: "error", text: `No answer from the node: ${poll.error}` });
		showState("failing", "No connection", seconds, alerts);
	} else if (!model.node) {
		showState("waiting", "Waiting for data", "", alerts);
	} else if (old) {
		showState("stale", "Stale, no new round", seconds, alerts);
	} else {
		showState("live", `Live, every ${poll.every / 1000} s`, "", alerts);
	}
}

function onVisibility() {
	if (!document.hidden) {
		ask();
		return;
	}
	clearTimeout(poll.timer);
	tell();
}

// first repaints what the reader has chosen anew, from its first row.
function first() {
	repaint();
	const over = grid.body.getBoundingClientRect().top - grid.head.getBoundingClientRect().bottom;
	if (over < 0) window.scrollBy(0, over);
}

function sortBy(column) {
	view.descending = view.column === column ? !view.descending : column !== "name" && column !== "age";
	view.column = column;
	first();
}

function setFilter(text) {
	view.words = text.toLowerCase().split(/\s+/).filter(Boolean);
	first();
}

function setFlat(flat) {
	view.flat = flat;
	setAttribute(byId("tree"), "aria-pressed", !flat);
	setAttribute(byId("flat"), "aria-pressed", flat);
	byId("fold").hidden = flat;
	first();
}

function fold() {
	view.folded = !view.folded;
	view.others.clear();
	byId("fold").textContent = view.folded ? "Expand all" : "Collapse all";
	repaint();
}

// resize measures anew. Themes change colours only.
function resize() {
	measure();
	measureCards();
	repaint();
}

function begin() {
	const soon = (action) => {
		let frame = 0;
		return () => {
			cancelAnimationFrame(frame);
			frame = requestAnimationFrame(action);
		};
	};
	readColors();
	makeCards();
	makeHead(sortBy);
	measure();
	measureCards();
	window.addEventListener("scroll", soon(() => model.node && show()), { passive: true });
	window.addEventListener("resize", soon(resize));
	matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
		readColors();
		repaint();
	});
	document.addEventListener("visibilitychange", onVisibility);
	document.addEventListener("keydown", (event) => {
		if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
		event.preventDefault();
		byId("filter").focus();
		byId("filter").select();
	});
	byId("filter").addEventListener("input", (event) => setFilter(event.target.value));
	byId("filter").addEventListener("keydown", (event) => {
		if (event.key === "Escape") {
			event.target.value = "";
			setFilter("");
		} else if (event.key === "ArrowDown" && view.entries.length > 0) {
			event.preventDefault();
			activate(0);
		}
	});
	grid.body.tabIndex = -1;
	grid.body.addEventListener("focusin", ({ target }) => target.entry && (grid.active = target.entry.key));
	grid.body.addEventListener("keydown", onKey);
	grid.body.addEventListener("click", onClick);
	byId("tree").addEventListener("click", () => setFlat(false));
	byId("flat").addEventListener("click", () => setFlat(true));
	byId("fold").addEventListener("click", fold);
	setInterval(tell, 1000);
	ask();
}

// nodegauge is for tests, and for the curious at the console.
window.nodegauge = Object.freeze({
	get round() { return model.node?.round ?? 0; },
	get asked() { return poll.asked; },
	get entries() { return view.entries.length; },
	get repaints() { return [...measured.repaints]; },
	get frames() { return [...measured.frames]; },
});

begin();
