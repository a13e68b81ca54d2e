/* SPDX-License-Identifier: Apache-2.0 */
/* Of scorecards, and of the lists of the dashboard: each has some of what this looks for. */
(function () {
	"use strict";

	var LISTED = 200; /* so few places are opened while one types */
	var tools = document.querySelector(".tools");
	var rows = all(document, "details.row");
	var list = document.querySelector(".listed"); /* the dashboard's */
	var LINES = "details.row > summary, .listed th a";
	var opened = [];
	var openedBySearch = [];
	var index = null;
	var pending = 0;

	function all(node, selector) {
		return Array.prototype.slice.call(node.querySelectorAll(selector));
	}

	function byId(id) {
		return document.getElementById(id);
	}

	function show(node, on) {
		if (node.hidden === on) {
			node.hidden = !on;
		}
	}

	/* ---- filter ---- */

	function item(node) {
		return { node: node, text: node.textContent.toLowerCase() };
	}

	/* What the row says, but for the words of its chart. */
	function listed(node) {
		return { node: node, text: all(node, "th, td:not(.spark), .trouble")
			.map(function (cell) {
				return cell.textContent;
			}).concat(node.dataset.more || []).join(" ").toLowerCase() };
	}

	/* Made when it is first needed: reading ten thousand texts takes a moment. */
	function build() {
		index = {
			listed: list ? all(list, "tr").map(listed) : [],
			groups: all(document, "section.group").map(function (group) {
				return { node: group, id: group.getAttribute("aria-labelledby"),
					rows: all(group, "details.check").map(item) };
			}),
			suites: all(document, "details.suite").map(item),
			rules: all(document, "details.rule").map(function (rule) {
				var name = rule.querySelector("summary .title").textContent;

				return { node: rule, hits: rule.querySelector(".hits"),
					total: Number(rule.querySelector(".points b").textContent),
					places: all(rule, ".places > li").map(function (node) {
						var place = item(node);

						place.text += " " + name.toLowerCase();
						return place;
					}) };
			})
		};
	}

	function chosen(id) {
		var box = byId(id);

		return box ? box.value : "";
	}

	function wanted() {
		return {
			words: byId("search").value.toLowerCase().split(/\s+/)
				.filter(Boolean),
			states: all(tools, ".chip[aria-pressed='true']").map(function (chip) {
				return chip.dataset.state;
			}),
			branch: chosen("of-branch"),
			category: chosen("of-category"),
			severity: chosen("of-severity")
		};
	}

	function matches(entry, want) {
		return want.words.every(function (word) {
			return entry.text.indexOf(word) >= 0;
		});
	}

	function inState(entry, want) {
		return want.states.length === 0 || want.states.some(function (state) {
			return entry.node.classList.contains(state);
		});
	}

	function filterListed(want) {
		return index.listed.filter(function (row) {
			var on = (!want.branch || want.branch === row.node.dataset.branch) &&
				inState(row, want) && matches(row, want);

			show(row.node, on);
			return on;
		}).length;
	}

	/* A suite has no category and a finding no state: a filter that says nothing of
	   them hides them. */
	function filterChecks(want) {
		var seen = 0;

		index.groups.forEach(function (group) {
			var left = 0;

			group.rows.forEach(function (row) {
				var on = (!want.category || want.category === group.id) &&
					!want.severity && inState(row, want) &&
					matches(row, want);

				show(row.node, on);
				left += on;
			});
			show(group.node, left > 0);
			seen += left;
		});
		return seen;
	}

	function filterSuites(want) {
		var seen = 0;

		index.suites.forEach(function (row) {
			var on = !want.category && !want.severity && inState(row, want) &&
				matches(row, want);

			show(row.node, on);
			seen += on;
		});
		return seen;
	}

	function filterFindings(want, active) {
		var seen = 0;

		index.rules.forEach(function (rule) {
			var left = 0;

			rule.places.forEach(function (place) {
				var on = !want.category && want.states.length === 0 &&
					(!want.severity || place.node.className === want.severity) &&
					matches(place, want);

				show(place.node, on);
				left += on;
			});
			show(rule.node, left > 0 || !active);
			rule.left = left;
			rule.hits.textContent = active && left < rule.total ? left + " of " : "";
			seen += left;
		});
		return seen;
	}

	/* Few places are shown at once; what a filter opened it closes again. */
	function openPlaces(want, seen) {
		openedBySearch.forEach(function (row) {
			row.open = false;
		});
		openedBySearch = [];
		if (want.words.length === 0 || seen > LISTED) {
			return;
		}
		index.rules.forEach(function (rule) {
			if (rule.left > 0 && !rule.node.open) {
				rule.node.open = true;
				openedBySearch.push(rule.node);
			}
		});
	}

	function count(n, one) {
		return n + " " + one + (n === 1 ? "" : "s");
	}

	/* What is shown, in words. */
	function filter(want, active) {
		var checks, suites, findings;

		if (list) {
			return filterListed(want) + " of " +
				count(index.listed.length, list.dataset.one);
		}
		checks = filterChecks(want);
		suites = filterSuites(want);
		findings = filterFindings(want, active);
		openPlaces(want, findings);
		return count(checks, "check") + ", " + count(suites, "suite") + ", " +
			count(findings, "finding");
	}

	function apply() {
		var want = wanted();
		var active = want.words.length > 0 || want.states.length > 0 ||
			want.branch !== "" || want.category !== "" || want.severity !== "";
		var said;

		pending = 0;
		if (!index) {
			build();
		}
		said = filter(want, active);
		all(document, ".filtered").forEach(function (section) {
			show(section, !active ||
				section.querySelector("details.row:not([hidden])") !== null);
		});
		document.body.classList.toggle("is-filtered", active);
		show(byId("reset"), active);
		byId("shown").textContent = active ? "Shown: " + said : "";
	}

	function later() {
		if (!pending) {
			pending = requestAnimationFrame(apply);
		}
	}

	function clear() {
		byId("search").value = "";
		all(tools, "select").forEach(function (select) {
			select.value = "";
		});
		all(tools, ".chip").forEach(function (chip) {
			chip.setAttribute("aria-pressed", "false");
		});
		apply();
	}

	function press(button) {
		var on = button.getAttribute("aria-pressed") !== "true";

		button.setAttribute("aria-pressed", String(on));
		return on;
	}

	if (tools) {
		tools.hidden = false;
		tools.addEventListener("submit", function (event) {
			event.preventDefault();
		});
		tools.addEventListener("reset", function (event) {
			event.preventDefault();
			clear();
			byId("search").focus();
		});
		tools.addEventListener("input", later);
		all(tools, "#expand").forEach(function (button) {
			button.addEventListener("click", function () {
				var on = press(button);

				rows.forEach(function (row) {
					row.open = on && !row.hidden;
				});
			});
		});
		all(tools, ".chip").forEach(function (chip) {
			chip.addEventListener("click", function () {
				press(chip);
				later();
			});
		});
		tools.addEventListener("keydown", function (event) {
			if (event.key === "Escape") {
				event.preventDefault();
				clear();
			}
		});
	}

	/* ---- keys ---- */

	function summaries() {
		return all(document, LINES).filter(function (line) {
			return line.offsetParent !== null;
		});
	}

	function step(line, key) {
		var lines = summaries();
		var at = lines.indexOf(line);

		if (key === "Home") {
			return lines[0];
		}
		if (key === "End") {
			return lines[lines.length - 1];
		}
		return lines[at + (key === "ArrowDown" ? 1 : -1)];
	}

	document.addEventListener("keydown", function (event) {
		var line = event.target.closest(LINES + ", #search");
		var up = event.key === "ArrowUp" || event.key === "Home" || event.key === "End";
		var to;

		if (!line || event.ctrlKey || event.altKey || event.metaKey ||
		    event.shiftKey || (!up && event.key !== "ArrowDown") ||
		    (line.id === "search" && up)) {
			return;
		}
		to = step(line, event.key);
		if (to) {
			event.preventDefault();
			to.focus();
		}
	});

	/* A link to a check opens its row, also where browsers would not. */
	document.addEventListener("click", function (event) {
		var link = event.target.closest("a[href^='#k']");
		var body = link && byId(link.hash.slice(1));

		if (!body) {
			return;
		}
		if (body.parentElement.hidden || body.closest("[hidden]")) {
			clear();
		}
		body.parentElement.open = true;
	});

	/* Paper cannot be clicked: print rows open, then put things back. */
	window.addEventListener("beforeprint", function () {
		opened = rows.filter(function (row) {
			return !row.open && !row.classList.contains("rule");
		});
		opened.forEach(function (row) {
			row.open = true;
		});
	});
	window.addEventListener("afterprint", function () {
		opened.forEach(function (row) {
			row.open = false;
		});
	});
}());
