// The keyboard and the mouse in the table: one row is active, as ARIA's
// treegrid has it.

// activate makes a row the active one, and brings it into sight.
function activate(index) {
	const entry = view.entries[Math.max(0, Math.min(index, view.entries.length - 1))];
	if (!entry) return;
	grid.active = entry.row.key;
	const at = view.entries.indexOf(entry) * grid.rowHeight;
	const top = grid.body.getBoundingClientRect().top + at;
	const under = grid.head.getBoundingClientRect().bottom;
	if (top < under) window.scrollBy(0, top - under);
	else if (top + grid.rowHeight > window.innerHeight) window.scrollBy(0, top + grid.rowHeight - window.innerHeight);
	show();
	focusActive();
}

// toggle opens or closes a pod; open says which, else it changes.
function toggle(row, open = !isOpen(row)) {
	if (view.flat || row.children.length === 0) return;
	setOpen(row, open);
	repaint();
}

function onKey(event) {
	const index = view.entries.findIndex(({ row }) => row.key === grid.active);
	const { row } = view.entries[index] ?? {};
	if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
	const page = Math.max(1, Math.floor(window.innerHeight / grid.rowHeight) - 4);
	const actions = {
		ArrowDown: () => activate(index + 1),
		ArrowUp: () => activate(index - 1),
		PageDown: () => activate(index + page),
		PageUp: () => activate(index - page),
		Home: () => activate(0),
		End: () => activate(view.entries.length - 1),
		ArrowRight: () => toggle(row, true),
		ArrowLeft: () => {
			if (row.parent && !view.flat) activate(view.entries.findIndex((e) => e.row === row.parent));
			else toggle(row, false);
		},
		Enter: () => toggle(row),
		" ": () => toggle(row),
	};
	const action = actions[event.key];
	if (!action) return;
	event.preventDefault();
	action();
}

function onClick(event) {
	const element = event.target.closest(".row");
	if (!element?.entry || window.getSelection().toString()) return;
	grid.active = element.entry.key;
	if (event.target.closest(".name") && !element.entry.parent) toggle(element.entry);
	else show();
	focusActive();
}
