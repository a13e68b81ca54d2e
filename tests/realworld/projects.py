# SPDX-License-Identifier: Apache-2.0
"""The projects, what their tests need, and how their own runner is called."""
from dataclasses import dataclass, field

import counts

CMAKE = ("cmake -S . -B {build} -DBUILD_TESTING=ON && "
         "cmake --build {build} --parallel 2 && ctest --test-dir {build}")


@dataclass
class Runner:
    """A project's own runner: `command` in a shell in the project's folder, where {build}
    is a folder beside it; `count` reads what it printed."""
    command: str
    count: object
    env: dict = field(default_factory=dict)


@dataclass
class Project:
    package: str
    language: str
    needs: list     # Debian packages
    suites: dict    # id of the suite that detection should find -> Runner
    prepare: str = ""  # in a shell in the project's folder, before both runs
    env: dict = field(default_factory=dict)  # of both runs
    label: str = ""    # where one package has two rows

    @property
    def name(self):
        return self.label or self.package


# Debian has not all modules that package.json names, so they come from the npm registry,
# and Debian's patches, which are for Debian's own versions, are taken back.
UPSTREAM = ("for p in $(tac debian/patches/series); do patch -R -p1 -s <debian/patches/$p; done; "
            "npm install --no-audit --no-fund --no-save --ignore-scripts")

PROJECTS = [
    Project("jq", "C", ["autoconf", "automake", "bison", "flex", "libonig-dev", "libtool"],
            {"make-check": Runner("autoreconf -fi && ./configure && make -j2 && make check",
                                  counts.automake)},
            # Under valgrind, where there is one, the tests take an hour.
            prepare="sed -i 's/which valgrind/false/' tests/setup"),
    # Its CMakeLists.txt wants a file that Debian's tree has not, its configure script works.
    Project("zlib", "C", ["cmake"],
            {"make-test": Runner("./configure && make -j2 && make test", counts.exit_code)}),
    Project("cjson", "C", ["cmake"], {"ctest": Runner(CMAKE, counts.ctest)}),
    Project("golang-github-spf13-pflag", "Go", ["golang-go"],
            {"go-test": Runner("go test -v ./...", counts.go_test)}),
    Project("golang-github-google-uuid", "Go", ["golang-go"],
            {"go-test": Runner("go test -v ./...", counts.go_test)}),
    Project("jinja2", "Python", ["python3-markupsafe", "python3-pytest"],
            {"pytest": Runner("python3 -m pytest -p no:cacheprovider", counts.pytest,
                              {"PYTHONPATH": "src"})}),
    Project("node-express", "JavaScript", ["nodejs"], {"mocha": None},
            label="node-express, as unpacked"),
    Project("node-express", "JavaScript", ["nodejs"],
            {"mocha": Runner("npm test", counts.mocha)}, prepare=UPSTREAM),
]
