/* SPDX-License-Identifier: Apache-2.0 */
(function () {
	"use strict";

	var rows = document.querySelectorAll("details.row");
	var tools = document.querySelector(".tools");
	var opened = [];

	function toggle(button, change) {
		button.addEventListener("click", function () {
			var on = button.getAttribute("aria-pressed") !== "true";

			button.setAttribute("aria-pressed", String(on));
			change(on);
		});
	}

	if (tools) {
		tools.hidden = false;
		toggle(document.getElementById("expand"), function (on) {
			rows.forEach(function (row) {
				row.open = on;
			});
		});
		toggle(document.getElementById("filter"), function (on) {
			document.body.classList.toggle("hide-passed", on);
		});
	}

	/* A link to a check opens its row, also where browsers would not. */
	document.addEventListener("click", function (event) {
		var link = event.target.closest("a[href^='#k']");
		var body = link && document.getElementById(link.hash.slice(1));

		if (body) {
			body.parentElement.open = true;
		}
	});

	/* Paper cannot be clicked: print rows open, then put things back. */
	window.addEventListener("beforeprint", function () {
		opened = Array.prototype.filter.call(rows, function (row) {
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
