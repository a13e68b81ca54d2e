# SPDX-License-Identifier: Apache-2.0
"""What every page of ours is looked at for."""
import pathlib

# Texts of the page whose contrast with what is behind them is below 4.5.
FAINT = """
function parse(text) {
	const n = text.match(/[\\d.]+/g).map(Number);
	return { rgb: n.slice(0, 3), alpha: n.length > 3 ? n[3] : 1 };
}
function light(rgb) {
	const [r, g, b] = rgb.map(v => {
		v /= 255;
		return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4);
	});
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function behind(node) {
	for (; node; node = node.parentElement) {
		const c = parse(getComputedStyle(node).backgroundColor);
		if (c.alpha === 1)
			return c.rgb;
	}
	return parse(getComputedStyle(document.body).backgroundColor).rgb;
}
const seen = new Map();
for (const node of document.querySelectorAll("body *")) {
	const own = [...node.childNodes].some(
		n => n.nodeType === 3 && n.data.trim() !== "");
	if (!own || node.closest("script, style, title"))
		continue;
	const style = getComputedStyle(node);
	const front = parse(node.namespaceURI.endsWith("svg") ? style.fill : style.color);
	const a = light(front.rgb), b = light(behind(node));
	const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
	if (ratio < 4.5)
		seen.set(node.tagName + "." + node.getAttribute("class"), ratio.toFixed(2));
}
return [...seen].map(pair => pair.join(" "));
"""

# A phone zooms out until all is in its window, so that is not what to compare with.
WIDER = ("return document.documentElement.scrollWidth - "
         "document.documentElement.clientWidth")
AXE = pathlib.Path(__file__).parent / "axe/axe.min.js"


def inaccessible(browser, name):
    """What axe-core, a tool of others, finds wrong: WCAG 2.2 AA and its best practices."""
    faults = []
    browser.run(AXE.read_text(encoding="utf-8"))
    for scheme in ("light", "dark"):
        browser.show_as(1280, 900, scheme)
        browser.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
        passes, violations = browser.run(
            "return axe.run(document, {resultTypes: ['violations']}).then(r => "
            "[r.passes.length, r.violations.map(v => v.id + ': ' + v.help + ' at ' +"
            "v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(', '))])")
        if passes < 10:
            faults.append(f"{name}: axe looked at {passes} things")
        faults += [f"{name}, {scheme}: {fault}" for fault in violations]
    return faults
