// Lines on canvases.

// colors are those of the theme, which a canvas does not see by itself.
const colors = {};

function readColors() {
	const style = getComputedStyle(document.documentElement);
	for (const name of ["cpu", "mem", "throttled", "psi"]) {
		colors[name] = style.getPropertyValue(`--${name}`).trim();
		colors[`${name}Fill`] = style.getPropertyValue(`--${name}-fill`).trim();
	}
	colors.nothing = style.getPropertyValue("--nothing").trim();
}

// points is the history that is being drawn, the oldest first.
const points = new Float32Array(POINTS);

// draw draws the history of one metric of a series over the whole canvas. The
// height is the highest point, or the metric's floor.
function draw(canvas, series, metric) {
	const { color, floor } = METRICS[metric];
	const scale = window.devicePixelRatio || 1;
	const width = Math.round(canvas.cssWidth * scale), height = Math.round(canvas.cssHeight * scale);
	if (canvas.width !== width) canvas.width = width;
	if (canvas.height !== height) canvas.height = height;
	const pen = (canvas.pen ??= canvas.getContext("2d"));
	pen.clearRect(0, 0, width, height);
	let most = 0;
	for (let i = 0; i < POINTS; i++) {
		points[i] = series.past[metric * POINTS + ((timeline.slot + 1 + i) % POINTS)];
		if (points[i] > most) most = points[i];
	}
	const top = Math.max(floor, most);
	const line = 1.25 * scale;
	pen.fillStyle = colors.nothing;
	pen.fillRect(0, height - scale, width, scale); // where there is no point yet, there is room for one
	const x = (i) => line + (i * (width - 2 * line)) / (POINTS - 1);
	const y = (value) => height - line - (value * (height - 2 * line)) / top;
	pen.lineWidth = line;
	pen.lineJoin = pen.lineCap = "round";
	pen.strokeStyle = most > 0 ? colors[color] : colors.nothing; // where nothing happens nothing draws the eye
	pen.fillStyle = colors[`${color}Fill`];
	for (let i = 0; i < POINTS; ) {
		const first = i;
		while (i < POINTS && !Number.isNaN(points[i])) i++;
		if (i > first) stretch(pen, first, i - 1, x, y, height);
		i++;
	}
}

// stretch draws points that are all known: what is not known stays empty.
function stretch(pen, first, last, x, y, bottom) {
	pen.beginPath();
	pen.moveTo(x(first) - (first === last), y(points[first])); // one point alone is a short line
	for (let i = first; i <= last; i++) pen.lineTo(x(i), y(points[i]));
	pen.stroke();
	pen.lineTo(x(last), bottom);
	pen.lineTo(x(first), bottom);
	pen.fill();
}
