// Which rows there are to see, and in which order.

// view is what the reader has chosen.
const view = {
	column: "name",
	descending: false,
	words: [], // that a row must have
	flat: false, // containers only, across pods
	folded: false, // pods are closed, but for those in others
	others: new Set(), // keys
	entries: [], // the rows in order, each with its level
	shownPods: 0,
	shownContainers: 0,
};

function isOpen(group) {
	return view.words.length > 0 || view.folded === view.others.has(group.key);
}

function setOpen(group, open) {
	if (view.folded === open) view.others.add(group.key);
	else view.others.delete(group.key);
}

// comparer returns how two rows compare in the chosen order. What is not known
// is last, whichever way: it is neither much nor little.
function comparer() {
	const sign = view.descending ? -1 : 1;
	if (view.column === "name") return (a, b) => sign * byOrder(a, b);
	const metric = METRICS.findIndex((m) => m.key === view.column);
	const number = metric < 0 ? (row) => -row.start : (row) => row.now[metric];
	return (a, b) => {
		const x = number(a), y = number(b);
		if (Number.isNaN(x) || Number.isNaN(y)) return Number.isNaN(x) - Number.isNaN(y) || byOrder(a, b);
		return sign * (x - y) || byOrder(a, b);
	};
}

function matches(row) {
	return view.words.every((word) => row.words.includes(word) || row.parent?.words.includes(word));
}

// arrange makes the entries anew. A pod that matches brings its containers, and
// a container its pod.
function arrange() {
	const compare = comparer();
	const all = view.words.length === 0;
	const shown = [];
	view.shownPods = view.shownContainers = 0;
	for (const group of model.groups) {
		const rows = all ? group.children : group.children.filter(matches);
		if (!all && rows.length === 0 && !matches(group)) continue;
		if (group.kind === "pod") view.shownPods++;
		if (group.kind !== "system") view.shownContainers += rows.length;
		shown.push({ group, rows });
	}
	if (view.flat) {
		view.entries = shown.flatMap(({ rows }) => rows).sort(compare).map((row) => ({ row, level: 1 }));
		return;
	}
	shown.sort((a, b) => compare(a.group, b.group));
	view.entries = [];
	for (const { group, rows } of shown) {
		view.entries.push({ row: group, level: 1 });
		if (!isOpen(group)) continue;
		for (const row of rows.slice().sort(compare)) view.entries.push({ row, level: 2 });
	}
}
