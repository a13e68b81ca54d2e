# SPDX-License-Identifier: Apache-2.0
"""As much WebDriver as our pages need, on the standard library: one headless Chromium
that can reach nothing but the loopback interface and files."""
import base64
import json
import re
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
         "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         "--disable-dev-shm-usage"]
STARTED = re.compile(r"started successfully on port (\d+)")


def missing():
    """The first program that is not there, or None."""
    for program in ("chromedriver", "chromium"):
        if shutil.which(program) is None:
            return program
    return None


class Browser:
    """Use as a context manager; its profile folder lives as long as it does."""

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="seaworthy-browser-")
        self.session = None
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], text=True,
                                       stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE)
        try:
            self.base = f"http://127.0.0.1:{self._port()}"
            self._open()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.session:
                self._call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait(10)
            self.driver.stdout.close()
            shutil.rmtree(self.profile, ignore_errors=True)

    def _port(self):
        for line in self.driver.stdout:
            found = STARTED.search(line)
            if found:
                return int(found.group(1))
        raise RuntimeError("chromedriver did not start")

    def _open(self):
        options = {"args": FLAGS + [f"--user-data-dir={self.profile}"],
                   "binary": shutil.which("chromium")}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options,
                  "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"}}
        answer = self._call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self.session = answer["sessionId"]
        self.load("about:blank")  # leaves the browser's own start page

    def _call(self, method, path, body=None):
        url = self.base + "/session" + (f"/{self.session}" if self.session else "") + path
        data = None if method != "POST" else json.dumps(body or {}).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"},
                                         method=method)
        # The environment may name a proxy; loopback needs none.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as problem:
            raise RuntimeError(json.load(problem)["value"]["message"]) from None

    def load(self, url):
        self._call("POST", "/url", {"url": url})

    def run(self, script, *args):
        """The value that a function body returns in the page."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def devtools(self, command, **params):
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": params})

    def click(self, selector):
        found = self._call("POST", "/element", {"using": "css selector",
                                                "value": selector})
        self._call("POST", f"/element/{next(iter(found.values()))}/click")

    def key(self, name):
        """Presses and releases a key, as "ArrowDown", where the focus is."""
        text = {"text": "\r"} if name == "Enter" else {}
        code = {"Enter": 13, "Escape": 27, "End": 35, "Home": 36, "ArrowUp": 38,
                "ArrowDown": 40}[name]
        for kind in ("keyDown", "keyUp"):
            self.devtools("Input.dispatchKeyEvent", type=kind, key=name, code=name,
                          windowsVirtualKeyCode=code, **(text if kind == "keyDown" else {}))

    def show_as(self, width, height, scheme, media="screen"):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=width < 600)
        self.devtools("Emulation.setEmulatedMedia", media=media,
                      features=[{"name": "prefers-color-scheme", "value": scheme}])

    def log(self, kind):
        """Entries since the last call: "performance" (network events) or "browser"."""
        return self._call("POST", "/se/log", {"type": kind})

    def requests(self):
        """Addresses that pages, not the browser's own, asked for since the last call."""
        events = [json.loads(e["message"])["message"] for e in self.log("performance")]
        return [e["params"]["request"]["url"] for e in events
                if e["method"] == "Network.requestWillBeSent" and
                not e["params"]["documentURL"].startswith(("chrome:", "about:"))]

    def screenshot(self, path, whole=True):
        shot = self.devtools("Page.captureScreenshot", format="png",
                             captureBeyondViewport=whole)
        with open(path, "wb") as out:
            out.write(base64.b64decode(shot["data"]))

    def wait(self, script, seconds=5):
        """Until the script returns something true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.run(script):
                return True
            time.sleep(0.02)
        return False
