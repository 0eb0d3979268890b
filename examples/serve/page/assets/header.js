// The node above the table, and what is to be said about the data itself.

// CARDS are the node's numbers, each with a line. Of says what the number is
// of, or what else there is to say.
const CARDS = [
	{ metric: 0, label: "CPU", value: (n) => wholeCores(known(n.cpu)), of: (n) => share(n.cpu, n.cpus * 1e9, n.cpus && plural(n.cpus, "core")) },
	{ metric: 1, label: "Working set", of: (n) => share(n.mem, n.memTotal, n.memTotal && bytes(n.memTotal).join("")) },
	{ label: "Swap", value: swap, of: (n) => (n.swapTotal ? share(n.swap, n.swapTotal, bytes(n.swapTotal).join("")) : "") },
	{ metric: 3, label: "CPU pressure", of: () => "waiting, last 10 s" },
	{ metric: 4, label: "Memory pressure", of: () => "waiting, last 10 s" },
	{ metric: 5, label: "I/O pressure", of: () => "waiting, last 10 s" },
];

function share(part, whole, text) {
	if (!text) return "";
	return Number.isFinite(part / whole) ? `${percent((100 * part) / whole).join("")} of ${text}` : `of ${text}`;
}

function swap(node) {
	return node.swapTotal === 0 ? ["none", ""] : bytes(known(node.swap));
}

const byId = (id) => document.getElementById(id);

function makeCards() {
	for (const card of CARDS) {
		const element = make("div", "card", "group");
		const label = make("h2"), number = make("p", "number"), canvas = make("canvas");
		setAttribute(element, "aria-label", card.label);
		setAttribute(canvas, "aria-hidden", true);
		label.textContent = card.label;
		card.digits = make("span", "digits");
		card.unit = make("span", "unit");
		card.note = make("p", "note");
		number.append(card.digits, card.unit);
		element.append(label, number, card.note, canvas);
		card.number = number;
		card.canvas = canvas;
		byId("cards").append(element);
	}
}

function measureCards() {
	const sizes = CARDS.map(({ canvas }) => [canvas.clientWidth, canvas.clientHeight]);
	CARDS.forEach(({ canvas }, i) => ([canvas.cssWidth, canvas.cssHeight] = sizes[i]));
}

function showCards() {
	const { node, series } = model;
	for (const card of CARDS) {
		const number = card.metric === undefined ? NaN : series.now[card.metric];
		const [digits, unit] = card.value ? card.value(node) : METRICS[card.metric].format(number);
		setText(card.digits, digits);
		setText(card.unit, unit);
		setText(card.note, card.of(node));
		setAttribute(card.number, "data-is", digits === UNKNOWN ? "unknown" : card.metric > 1 ? weight(METRICS[card.metric], number, {}) : "");
		if (card.metric !== undefined) draw(card.canvas, series, card.metric);
	}
}

function showHeader() {
	const { node } = model;
	setText(byId("name"), node.name || "This node");
	document.title = `${node.name || "This node"} · nodegauge`;
	const up = node.boot ? `up ${age(node.time - node.boot)[0]}, ` : "";
	setText(byId("facts"), `${up}${plural(model.pods, "pod")}, ${plural(model.containers, "container")}, round ${node.round.toLocaleString("en")} in ${(node.tookMicros / 1000).toFixed(1)} ms`);
	const all = view.words.length === 0;
	setText(byId("count"), all ? "" : `${plural(view.shownPods, "pod")}, ${plural(view.shownContainers, "container")}`);
	const empty = byId("empty");
	empty.hidden = view.entries.length > 0;
	setText(empty, all ? "No pods and no containers run on this node." : "Nothing matches the filter.");
	showCards();
}

// showState says how the data comes: live, stale, failing or paused. How old it
// is changes all the time, and is nothing to be read out every time.
function showState(state, text, old, alerts) {
	setAttribute(byId("state"), "data-state", state);
	setText(byId("said"), text);
	setText(byId("old"), old);
	document.body.classList.toggle("old", state === "stale" || state === "failing");
	const list = byId("alerts");
	const key = JSON.stringify(alerts);
	if (list.shown === key) return;
	list.shown = key;
	list.replaceChildren(
		...alerts.map(({ kind, text }) => {
			const item = make("p", kind);
			item.textContent = text;
			return item;
		}),
	);
}
