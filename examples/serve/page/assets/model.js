// What the page knows: the rows of the newest round, and the last points of
// each number of each row. The server keeps no history.

const POINTS = 120;

// METRICS are the numbers that have a line. Floor is the least that a line is
// scaled to, so that next to nothing looks like it; above warn and alarm a
// number stands out.
const METRICS = [
	{ key: "cpu", label: "CPU", format: cores, floor: 20e6, color: "cpu" },
	{ key: "mem", label: "Working set", short: "Memory", format: bytes, floor: 1 << 20, color: "mem" },
	{ key: "throttled", label: "Throttled", format: percent, floor: 20, color: "throttled", warn: 5, alarm: 25 },
	{ key: "psiCPU", label: "PSI CPU", format: percent, floor: 20, color: "psi", warn: 10, alarm: 40 },
	{ key: "psiMemory", label: "PSI memory", short: "PSI mem.", format: percent, floor: 20, color: "psi", warn: 10, alarm: 40 },
	{ key: "psiIO", label: "PSI I/O", format: percent, floor: 20, color: "psi", warn: 10, alarm: 40 },
];
const THROTTLED = 2;

// timeline is where in every history the newest point is.
const timeline = { slot: 0, count: 0 };

// A Series is the numbers of one row, now and before.
class Series {
	now = new Float64Array(METRICS.length).fill(NaN);
	past = new Float32Array(METRICS.length * POINTS).fill(NaN);

	// read takes the numbers of an answer's part.
	read(from) {
		const psi = from.psi ?? [];
		this.now[0] = known(from.cpu);
		this.now[1] = known(from.mem);
		this.now[2] = known(from.throttled);
		for (let i = 0; i < 3; i++) this.now[3 + i] = known(psi[i]);
	}

	// keep puts the numbers into the history.
	keep() {
		for (let i = 0; i < METRICS.length; i++) this.past[i * POINTS + timeline.slot] = this.now[i];
	}

	skip() {
		for (let i = 0; i < METRICS.length; i++) this.past[i * POINTS + timeline.slot] = NaN;
	}
}

// A Row is a group or one of its rows.
class Row extends Series {
	children = [];
	round = 0; // in which it was seen last
	from = null; // the part of the answer that it was read from

	constructor(key, parent) {
		super();
		this.key = key;
		this.parent = parent;
	}

	read(from) {
		super.read(from);
		this.cpuLimit = from.cpuLimit;
		this.limit = from.limit;
		this.start = known(from.start);
		if (!this.from || this.from.name !== from.name || this.from.ns !== from.ns) this.rename(from);
		this.from = from;
	}

	// rename makes what follows from the names, which seldom change.
	rename(from) {
		this.kind = from.kind ?? "";
		this.id = from.id ?? "";
		this.namespace = from.ns ?? "";
		this.named = from.name !== undefined;
		this.name = from.name ?? (this.kind === "containers" ? "Containers in no pod" : this.id);
		this.words = `${this.namespace}/${this.name} ${this.id}`.toLowerCase();
		this.order = `${this.kind === "pod" || this.parent ? 0 : 1}${this.namespace}/${this.name}`;
	}
}

// model is the node and its rows.
const model = {
	node: null, // the newest answer, less its groups
	series: new Series(), // of the node
	groups: [],
	containers: 0,
	pods: 0,
	rows: new Map(), // by key
};

// advance makes room for a point. Rounds that were not seen, while the page
// was hidden for example, leave a gap: no line joins what is far apart.
function advance(time) {
	const { node } = model;
	if (node && time - node.time > 2.5 * node.everyMillis) {
		timeline.slot = (timeline.slot + 1) % POINTS;
		model.series.skip();
		for (const row of model.rows.values()) row.skip();
	}
	timeline.slot = (timeline.slot + 1) % POINTS;
	timeline.count++;
}

// ingest takes an answer. It returns false if it is the one that is known.
function ingest(data) {
	if (model.node && data.round === model.node.round && data.time === model.node.time) {
		model.node.warnings = data.warnings;
		return false;
	}
	advance(data.time);
	const row = (from, parent) => {
		let r = model.rows.get(from.key);
		if (!r || r.parent !== parent) model.rows.set(from.key, (r = new Row(from.key, parent)));
		r.read(from);
		r.round = timeline.count;
		return r;
	};
	model.pods = model.containers = 0;
	model.groups = data.groups.map((from) => {
		const group = row(from, null);
		group.children = (from.rows ?? []).map((child) => row(child, group));
		if (group.kind === "pod") model.pods++;
		if (group.kind !== "system") model.containers += group.children.length;
		for (const child of group.children) {
			group.now[THROTTLED] = worst(group.now[THROTTLED], child.now[THROTTLED]);
			child.keep();
		}
		group.keep();
		return group;
	});
	for (const [key, r] of model.rows) if (r.round !== timeline.count) model.rows.delete(key);
	const { groups, ...node } = data;
	model.node = node;
	model.series.read(node);
	model.series.keep();
	return true;
}

// worst is the larger number; what is not known does not count.
function worst(a, b) {
	return Number.isNaN(a) || b > a ? b : a;
}

// byOrder compares names: pods by namespace and name, the node's own parts after
// them, and containers of one name as their pods.
function byOrder(a, b) {
	if (a.order !== b.order) return a.order < b.order ? -1 : 1;
	return a.parent && b.parent && a.parent !== b.parent ? byOrder(a.parent, b.parent) : 0;
}
