// Numbers as people read them. Each function returns the digits and the unit,
// which are drawn apart; what is not known is NaN and becomes a dash.

const UNKNOWN = "–";

function digits(number, places) {
	return number.toFixed(places);
}

// cores formats nanocores in thousandths of a core, as kubectl top does.
function cores(nano) {
	if (Number.isNaN(nano)) return [UNKNOWN, ""];
	const milli = nano / 1e6;
	if (milli > 0 && milli < 1) return ["<1", "m"];
	return [digits(milli, 0), "m"];
}

// wholeCores formats nanocores of a node: 17.87 cores.
function wholeCores(nano) {
	if (Number.isNaN(nano)) return [UNKNOWN, ""];
	return [digits(nano / 1e9, nano < 99.995e9 ? 2 : 0), "cores"];
}

// bytes formats a size: 512Ki, 6.4Mi, 128Mi, 1.25Gi.
function bytes(n) {
	if (Number.isNaN(n)) return [UNKNOWN, ""];
	const units = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
	let unit = 0;
	while (n >= 1023.5 && unit < units.length - 1) {
		n /= 1024;
		unit++;
	}
	const places = unit > 1 && n < 9.995 ? (unit > 2 ? 2 : 1) : unit > 2 && n < 99.95 ? 1 : 0;
	return [digits(n, places), units[unit]];
}

// percent formats a share, 0 to 100.
function percent(n) {
	if (Number.isNaN(n)) return [UNKNOWN, ""];
	if (n > 0 && n < 0.05) return ["<0.1", "%"];
	return [digits(n, n === 0 || n >= 9.95 ? 0 : 1), "%"];
}

// age formats milliseconds as kubectl does: 40s, 12m, 5h12m, 3d4h, 412d.
function age(ms) {
	if (Number.isNaN(ms)) return [UNKNOWN, ""];
	const s = Math.max(0, Math.floor(ms / 1000));
	const m = Math.floor(s / 60), h = Math.floor(m / 60), d = Math.floor(h / 24);
	if (s < 120) return [`${s}s`, ""];
	if (m < 60) return [`${m}m`, ""];
	if (h < 10) return [`${h}h${m % 60}m`, ""];
	if (h < 48) return [`${h}h`, ""];
	if (d < 10) return [`${d}d${h % 24}h`, ""];
	return [`${d}d`, ""];
}

// plural is for counts in sentences: 1,000 containers.
function plural(n, noun) {
	return `${n.toLocaleString("en")} ${noun}${n === 1 ? "" : "s"}`;
}

// known is a number of node.json, or NaN where it has none.
function known(n) {
	return typeof n === "number" ? n : NaN;
}
