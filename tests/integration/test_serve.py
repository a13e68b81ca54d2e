#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard: pages of several projects, and what it does not answer.
usage: test_serve.py PROGRAM"""
import html.parser
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import unittest

from scan_place import PROGRAM, Repository
from test_history import forge

POLICY = """\
version: 1
categories: [{id: tests, title: Tests, weight: 1}]
checks: [{id: tests.all, category: tests, weight: 1, collect: {suite: "*"}}]
suites: [{id: one, run: "test ! -e broken"}]
"""


class Links(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.loaded, self.scripts = [], [], 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "a":
            self.found.append(attrs["href"])
        if tag in ("img", "link", "script", "iframe") and (attrs.get("src") or attrs.get("href")):
            self.loaded.append(attrs.get("src") or attrs["href"])
        self.scripts += tag == "script"


class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.r = Repository().__enter__()
        cls.addClassCleanup(cls.r.__exit__)
        cls.r.init()
        cls.r.write("seaworthy.yml", POLICY)
        cls.r.write(".gitignore", "/broken\n")
        cls.r.commit()
        cls.runs = [cls.run_once(broken) for broken in (False, True, False)]
        cls.odd = os.path.join(cls.r.top, "<b>odd & new")
        os.mkdir(cls.odd)
        other = os.path.join(cls.r.top, "elsewhere", "r")
        shutil.copytree(cls.r.root, other)
        cls.server = subprocess.Popen([PROGRAM, "serve", "--port", "0", cls.r.root, cls.odd, other],
                                      env=cls.r.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.address = cls.server.stdout.readline().strip()
        cls.port = int(cls.address.rstrip("/").rsplit(":", 1)[1])

    @classmethod
    def tearDownClass(cls):
        cls.server.send_signal(signal.SIGINT)
        code = cls.server.wait(timeout=20)
        cls.server.stdout.close()
        assert code in (0, 130), code

    @classmethod
    def run_once(cls, broken):
        path = pathlib.Path(cls.r.root, "broken")
        if broken:
            path.touch()
        out = cls.r.run("run", "-q", "--no-cache", "--format", "json", code=None).stdout
        path.unlink(missing_ok=True)
        return json.loads(out)["run"]

    def ask(self, path, method="GET", headers=None, code=200):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        c.request(method, path, headers=headers or {})
        answer = c.getresponse()
        body = answer.read().decode()
        c.close()
        self.assertEqual(answer.status, code, f"{method} {path}: {body[:300]}")
        return answer, body

    def test_all_projects_and_their_addresses(self):
        _, page = self.ask("/")
        links = Links(page)
        self.assertEqual([l for l in links.found if l != "/"], ["/p/r", "/p/-b-odd---new", "/p/r-2"])
        self.assertEqual((links.loaded, links.scripts), (["/style.css", "/script.js"], 1))
        self.assertNotIn("<b>odd", page)
        self.assertIn("&lt;b&gt;odd &amp; new", page)
        self.assertIn("no run", page)
        self.assertFalse(os.path.exists(os.path.join(self.odd, ".seaworthy")), "it only reads")
        for link in links.found + links.loaded:
            self.ask(link)

    def test_the_filter_is_no_part_of_the_pages(self):
        """Whoever runs no script sees all rows and nothing that does nothing."""
        for path in ("/", "/p/r"):
            answer, page = self.ask(path)
            self.assertIn("script-src 'self'", answer.getheader("Content-Security-Policy"))
            self.assertEqual((page.count("<form"), page.count('aria-label="Filter" hidden')), (1, 1))
            self.assertEqual(page.count('<button type="button" class="chip" data-state="none"'), int(path == "/"))
        self.assertEqual(page.count('<tr class="go" data-more="20'), 2)
        answer, script = self.ask("/script.js")
        self.assertEqual(answer.getheader("Content-Type"), "text/javascript; charset=utf-8")
        self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")
        _, card = self.ask(f"/p/r/runs/{self.runs[0]}")
        self.assertIn(script, card, "it is that of the scorecards")

    def test_the_history_leads_to_scorecards(self):
        _, page = self.ask("/p/r")
        links = Links(page)
        self.assertEqual([l for l in links.found if "/runs/" in l],
                         [f"/p/r/runs/{run}" for run in reversed(self.runs)])
        self.assertIn("NO-GO", page)
        _, card = self.ask(f"/p/r/runs/{self.runs[1]}")
        self.assertIn("NO-GO", card)
        self.assertEqual(Links(card).loaded, [], "a scorecard loads nothing")
        _, text = self.ask(f"/p/r/runs/{self.runs[1]}.json")
        self.assertEqual(json.loads(text)["decision"], "NO-GO")
        answer, badge = self.ask("/p/r/badge.svg")
        self.assertEqual(answer.getheader("Content-Type"), "image/svg+xml")
        self.assertIn("seaworthy: NO-GO 100.0, the run itself: GO", badge, "one run of the same commit lifts nothing")
        self.ask("/health")
        self.assertIn("<svg", self.ask("/favicon.ico")[1])

    def test_a_limit_leaves_the_older_ones_to_a_link(self):
        _, page = self.ask("/p/r?limit=1")
        self.assertIn('<a href="/p/r?limit=3">2 older runs</a>', page)
        for odd in ("0", "-1", "x", "99999999999999999999", ""):
            self.ask(f"/p/r?limit={odd}")

    def test_a_run_that_is_gone_has_no_link(self):
        folder = pathlib.Path(self.r.top, "elsewhere/r/.seaworthy/runs", self.runs[0])
        shutil.rmtree(folder)
        _, page = self.ask("/p/r-2")
        self.assertEqual(len([l for l in Links(page).found if "/runs/" in l]), 2)
        self.ask(f"/p/r-2/runs/{self.runs[0]}", code=404)

    def test_no_text_of_the_history_is_markup_or_a_path(self):
        path = pathlib.Path(self.r.top, "elsewhere/r/.seaworthy/history.jsonl")
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        self.addCleanup(path.write_text, "".join(lines), encoding="utf-8")
        at = pathlib.Path(self.r.top, "elsewhere/r/outside")  # as "../outside", a file of the project
        at.mkdir()
        self.addCleanup(shutil.rmtree, at)
        (at / "run.json").write_text("{}", encoding="utf-8")
        for run in ('"><img src=x onerror=1>', "../../outside", "~~"):
            with self.subTest(run):
                path.write_text("".join(forge(lines, 1, run=run, commit="<img>")), encoding="utf-8")
                _, page = self.ask("/p/r-2")
                self.assertNotIn("<img", page)
                self.assertIn("the history is broken at entry", page)
                self.assertEqual([l for l in Links(page).found if "outside" in l or "img" in l], [])
                self.ask(f"/p/r-2/runs/{run}".replace('"', "%22").replace(" ", "%20"), code=404)

    def test_a_page_is_made_once_for_one_state_of_the_run(self):
        folder = pathlib.Path(self.r.top, "elsewhere/r/.seaworthy/runs", self.runs[2])
        suites = folder / "suites.json"
        text = suites.read_bytes()
        self.addCleanup(suites.write_bytes, text)
        address = f"/p/r-2/runs/{self.runs[2]}"
        _, before = self.ask(address)
        suites.write_bytes(text.replace(b'"one"', b'"two"'))
        self.assertEqual(self.ask(address)[1], before, "the run was read again")
        (folder / "signoffs").mkdir()
        self.addCleanup((folder / "signoffs").rmdir)
        changed = self.ask(address)[1]
        self.assertNotEqual(changed, before, "a sign-off makes another page")
        suites.write_bytes(text)
        self.assertEqual(self.ask(address)[1], changed, "the run was read again")
        os.utime(folder / "run.json")
        self.assertNotEqual(self.ask(address)[1], changed, "another run.json")

    def test_a_badge_asks_the_history_alone(self):
        top = pathlib.Path(self.r.top, "elsewhere/r/.seaworthy")
        (top / "runs").rename(top / "away")
        self.addCleanup((top / "away").rename, top / "runs")
        self.assertEqual(self.ask("/p/r-2/badge.svg")[1], self.ask("/p/r/badge.svg")[1])
        self.ask("/p/-b-odd---new/badge.svg", code=404)

    def test_a_broken_history_is_said(self):
        path = pathlib.Path(self.r.top, "elsewhere/r/.seaworthy/history.jsonl")
        text = path.read_bytes()
        self.addCleanup(path.write_bytes, text)
        lines = text.splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:2]) + lines[2].replace(b"1", b"2") + b"".join(lines[3:]))
        _, page = self.ask("/p/r-2")
        self.assertIn("the history is broken at entry", page)
        self.assertIn("the history is broken at entry", self.ask("/p/r-2/badge.svg", code=500)[1])

    def test_nothing_else_is_answered(self):
        run = self.runs[0]
        for path in ("/x", "/p", "/p/", "/p/none", "/p/r/", "/p/r/x", "/p/r/runs", "/p/r/runs/",
                     f"/p/r/runs/{run[:-1]}", f"/p/r/runs/{run}/run.json", "/p/r/runs/..",
                     "/p/r/runs/../../../seaworthy.yml", "/p/r/runs/..%2f..%2f..%2fseaworthy.yml",
                     "/p/../../etc/passwd", "/%2e%2e/etc/passwd", "/p/r%00", "//etc/passwd",
                     "/p/r/runs/" + "a" * 500, "/p/r/runs/%25"):
            with self.subTest(path):
                answer, body = self.ask(path, code=200 if path == "/p/r/" else 404)
                self.assertNotIn("root:", body)
                self.assertNotIn("version: 1", body)
                self.assertEqual(answer.getheader("X-Content-Type-Options"), "nosniff")

    def test_only_reading(self):
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
            answer, _ = self.ask("/", method=method, code=405)
            self.assertEqual(answer.getheader("Allow"), "GET, HEAD")
        _, body = self.ask("/", method="HEAD")
        self.assertEqual(body, "")

    def test_another_host_name_is_refused(self):
        for host in ("evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example"):
            self.ask("/", headers={"Host": host}, code=403)
        for host in ("localhost", f"localhost:{self.port}", f"127.0.0.1:{self.port}"):
            self.ask("/", headers={"Host": host})

    def test_security_headers(self):
        for path in ("/", "/p/r", f"/p/r/runs/{self.runs[0]}"):
            answer, _ = self.ask(path)
            policy = answer.getheader("Content-Security-Policy")
            self.assertIn("default-src 'none'", policy)
            self.assertIn("frame-ancestors 'none'", policy)
            self.assertNotIn("unsafe", policy)
            self.assertEqual(answer.getheader("X-Frame-Options"), "DENY")
            self.assertEqual(answer.getheader("Cache-Control"), "no-store")

    def test_it_listens_on_this_machine_alone(self):
        others = [a[4][0] for a in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
        for address in {a for a in others if not a.startswith("127.")}:
            with self.assertRaises(OSError):
                socket.create_connection((address, self.port), timeout=2).close()

    def test_an_address_that_is_asked_for(self):
        for address, hosts in (("127.0.0.1", {"127.0.0.1": 200, "localhost:1": 200}),
                               ("127.0.0.2", {"127.0.0.2:80": 200, "127.0.0.1": 200, "127.0.0.22": 403,
                                             "127.0.0.2:80.evil.example": 403}),
                               ("::1", {"[::1]": 200, "[::1]:80": 200, "[::1": 403, "[::1]:80.evil.example": 403, "::1": 403}),
                               ("0.0.0.0", {"gate.example": 200})):
            if address == "::1" and not pathlib.Path("/proc/net/if_inet6").exists():
                continue
            with subprocess.Popen([PROGRAM, "serve", "--port", "0", "--address", address, self.r.root],
                                  env=self.r.env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as p:
                port = int(p.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1])
                for host, status in {"gate.example": 403, "[gate.example]": 403, **hosts}.items():
                    with self.subTest(address=address, host=host):
                        if address == "0.0.0.0" and status == 403:
                            continue
                        c = http.client.HTTPConnection(address, port, timeout=20)
                        c.request("GET", "/health", headers={"Host": host})
                        self.assertEqual(c.getresponse().status, status)
                        c.close()
                p.send_signal(signal.SIGINT)

    def test_wrong_options(self):
        for args, said in ((["--port", "65536"], "a number from 0 to 65535"),
                           (["--port", "x"], "a number from 0 to 65535"),
                           (["--address", "nowhere"], "not an address")):
            done = self.r.run("serve", *args, code=2)
            self.assertIn(said, done.stderr)
        done = self.r.run("serve", "--port", str(self.port), code=5)
        self.assertIn("is it taken?", done.stderr)


if __name__ == "__main__":
    unittest.main()
