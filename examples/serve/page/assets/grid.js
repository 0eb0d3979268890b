// The table. It has an element for every row that can be seen and for none
// that cannot: a thousand containers cost what a screenful does.

const grid = {
	element: document.getElementById("grid"),
	head: document.getElementById("head"),
	body: document.getElementById("body"),
	pool: [],
	rowHeight: 0,
	first: 0, // the entry that pool[0] shows
	active: null, // the key of the row that the keyboard is on
};

// COLUMNS are the table's, after the name. Age has no line.
const COLUMNS = [...METRICS, { key: "age", label: "Age", format: age }];

function make(tag, className, role) {
	const element = document.createElement(tag);
	if (className) element.className = className;
	if (role) element.setAttribute("role", role);
	return element;
}

// setText and setAttribute leave the document alone where nothing changes.
function setText(element, text) {
	if (element.shown !== text) element.textContent = element.shown = text;
}

function setAttribute(element, name, value) {
	if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

function makeHead(sortBy) {
	const row = make("div", "row", "row");
	setAttribute(row, "aria-rowindex", 1);
	for (const column of [{ key: "name", label: "Name" }, ...COLUMNS]) {
		const cell = make("div", `cell ${column.key}`, "columnheader");
		const button = make("button");
		button.type = "button";
		const label = make("span");
		label.textContent = column.label;
		if (column.short) label.dataset.short = column.short;
		button.append(label, make("i"));
		button.addEventListener("click", () => sortBy(column.key));
		cell.append(button);
		cell.column = column.key;
		row.append(cell);
	}
	grid.head.append(row);
}

// makeRow makes an empty row, with its parts at hand.
function makeRow() {
	const element = make("div", "row", "row");
	element.tabIndex = -1;
	const name = make("div", "cell name", "rowheader");
	const parts = { caret: make("i", "caret"), namespace: make("span", "namespace"), name: make("span", "label"), of: make("span", "of") };
	const text = make("span", "text");
	text.append(parts.namespace, parts.name, parts.of);
	name.append(parts.caret, text);
	element.append(name);
	parts.cell = name;
	parts.cells = COLUMNS.map((column) => {
		const cell = make("div", `cell ${column.key}`, "gridcell");
		const number = make("span", "number"), digits = make("span", "digits"), unit = make("span", "unit");
		number.append(digits, unit);
		const part = { cell, digits, unit };
		if (column.color) {
			part.canvas = make("canvas");
			setAttribute(part.canvas, "aria-hidden", true);
			cell.append(part.canvas);
		}
		cell.append(number);
		if (column.key === "cpu" || column.key === "mem") cell.append((part.limit = make("span", "limit")));
		element.append(cell);
		return part;
	});
	element.parts = parts;
	return element;
}

// fill shows an entry in a row of the pool.
function fill(element, index) {
	const { row, level } = view.entries[index];
	const { parts } = element;
	element.entry = row;
	element.className = `row level${level} ${row.parent ? "child" : row.kind}${view.flat ? " flat" : ""}${row.named ? "" : " nameless"}`;
	element.style.transform = `translateY(${index * grid.rowHeight}px)`;
	element.tabIndex = row.key === grid.active ? 0 : -1;
	setAttribute(element, "aria-rowindex", index + 2);
	setAttribute(element, "aria-level", level);
	if (level === 1 && row.children.length > 0) setAttribute(element, "aria-expanded", isOpen(row));
	else element.removeAttribute("aria-expanded");
	setText(parts.namespace, row.namespace && `${row.namespace}/`);
	setText(parts.name, row.name);
	setText(parts.of, view.flat ? (row.parent.namespace ? `${row.parent.namespace}/` : "") + row.parent.name : "");
	parts.cell.title = title(row);
	COLUMNS.forEach((column, i) => {
		const part = parts.cells[i];
		const number = column.key === "age" ? model.node.time - row.start : row.now[i];
		const [digits, unit] = column.format(number);
		setText(part.digits, digits);
		setText(part.unit, unit);
		setAttribute(part.cell, "data-is", weight(column, number, row));
		if (part.limit) setText(part.limit, limitText(row, column));
		if (part.canvas && part.canvas.cssWidth > 0) draw(part.canvas, row, i);
	});
}

// title is all of a name, which its cell may have cut.
function title(row) {
	const owner = row.parent && row.parent.kind === "pod" ? `\nin ${row.parent.namespace}/${row.parent.name}` : "";
	const id = row.id && row.id !== row.name ? `\n${row.id}` : "";
	return `${row.namespace ? `${row.namespace}/` : ""}${row.name}${owner}${id}${row.named || !row.id ? "" : "\nno source knows its name"}`;
}

// weight says how a number is to be looked at.
function weight(column, number, row) {
	let { warn, alarm } = column, share = number;
	if (Number.isNaN(number)) return "unknown";
	if (column.key === "mem" && typeof row.limit === "number") [share, warn, alarm] = [number / row.limit, 0.8, 0.95];
	return share >= alarm ? "alarm" : share >= warn ? "warn" : number === 0 ? "zero" : "";
}

// limitText is empty where there is no limit, and a dash where none is known.
function limitText(row, column) {
	const limit = column.key === "cpu" ? row.cpuLimit : row.limit;
	return limit === "max" ? "" : `/ ${column.format(known(limit)).join("")}`;
}

// measure reads the sizes that the style gives: they change with the window.
function measure() {
	const style = getComputedStyle(grid.element);
	grid.rowHeight = parseFloat(style.getPropertyValue("--row"));
	if (grid.pool.length === 0) return;
	grid.pool[0].hidden = false; // what is hidden has no size; show hides it again if there is nothing in it
	const parts = grid.pool[0].parts.cells.filter((part) => part.canvas);
	const sizes = parts.map(({ canvas }) => [canvas.clientWidth, canvas.clientHeight]);
	for (const element of grid.pool) {
		element.parts.cells.filter((part) => part.canvas).forEach(({ canvas }, i) => {
			[canvas.cssWidth, canvas.cssHeight] = sizes[i];
		});
	}
}

// show draws the entries that can be seen, and a few beyond for a quick scroll.
function show() {
	const total = view.entries.length;
	const above = -grid.body.getBoundingClientRect().top;
	grid.first = Math.max(0, Math.min(total - 1, Math.floor(above / grid.rowHeight)) - 2);
	const wanted = Math.min(total - grid.first, Math.ceil(window.innerHeight / grid.rowHeight) + 5);
	setAttribute(grid.element, "aria-rowcount", total + 1);
	grid.body.style.height = `${total * grid.rowHeight}px`;
	if (grid.pool.length < wanted) {
		while (grid.pool.length < wanted) grid.body.append(grid.pool[grid.pool.push(makeRow()) - 1]);
		measure();
	}
	const focused = grid.body.contains(document.activeElement);
	grid.pool.forEach((element, i) => {
		element.hidden = i >= wanted;
		if (i < wanted) fill(element, grid.first + i);
	});
	// Where the active row is out of sight, Tab leads to the first one in it.
	if (!elementOf(grid.active) && wanted > 0) grid.pool[Math.min(2, wanted - 1)].tabIndex = 0;
	if (focused) focusActive();
}

function showHead() {
	for (const cell of grid.head.firstChild.children) {
		const sorted = cell.column === view.column;
		setAttribute(cell, "aria-sort", sorted ? (view.descending ? "descending" : "ascending") : "none");
	}
}

function elementOf(key) {
	return grid.pool.find((element) => !element.hidden && element.entry.key === key);
}

// focusActive keeps the keyboard on the active row, or on the table while that
// is out of sight.
function focusActive() {
	(elementOf(grid.active) ?? grid.body).focus({ preventScroll: true });
}
