#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Version orders against the tools that define them, on random pairs of versions.

    versions.py PROGRAM [--pairs N] [--seed N] [--order NAME] [--record FILE]

PROGRAM is version_pairs. An order whose tool is not installed is named and left out; NuGet
has none here. --record also writes pairs with the tools' answers, for the golden test."""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile

NODE = """
const semver = require('semver');
const lines = require('fs').readFileSync(0, 'utf8').split('\\n').slice(0, -1);
console.log(lines.map(l => {
  const [a, b] = l.split('\\t');
  return semver.valid(a) && semver.valid(b) ? semver.compare(a, b) : '!';
}).join('\\n'));
"""
PERL = """
use Dpkg::Version;
while (<STDIN>) {
  chomp; my ($a, $b) = split /\\t/;
  my ($x, $y) = map { Dpkg::Version->new($_, check => 1) } ($a, $b);
  print defined $x && defined $y ? version_compare($a, $b) : '!', "\\n";
}
"""
RUBY = """
STDIN.each_line do |l|
  a, b = l.chomp.split("\\t", -1)
  begin
    puts Gem::Version.new(a) <=> Gem::Version.new(b)
  rescue ArgumentError
    puts '!'
  end
end
"""
PHP = """
require 'Composer/Semver/autoload.php';
$p = new Composer\\Semver\\VersionParser();
while (($l = fgets(STDIN)) !== false) {
  [$a, $b] = explode("\\t", rtrim($l, "\\n"));
  try {
    echo version_compare($p->normalize($a), $p->normalize($b)), "\\n";
  } catch (\\UnexpectedValueException $e) {
    echo "!\\n";
  }
}
"""
JAVA = """
import java.io.*;
import org.apache.maven.artifact.versioning.ComparableVersion;
public class Pairs {
  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String l; (l = in.readLine()) != null;) {
      String[] v = l.split("\\t", -1);
      System.out.println(Integer.signum(
        new ComparableVersion(v[0]).compareTo(new ComparableVersion(v[1]))));
    }
  }
}
"""
PYTHON = """
import sys
from packaging.version import InvalidVersion, Version
for line in sys.stdin:
    a, b = line.rstrip('\\n').split('\\t')
    try:
        x, y = Version(a), Version(b)
        print((x > y) - (x < y))
    except InvalidVersion:
        print('!')
"""


def java(lines):
    jars = [j for j in ("/usr/share/java/maven-artifact-3.x.jar",) if os.path.exists(j)]
    if not jars or not shutil.which("java"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "Pairs.java")
        with open(source, "w", encoding="ascii") as f:
            f.write(JAVA)
        return ask(["java", "-cp", ":".join(jars), source], lines)


def ask(command, lines):
    if not shutil.which(command[0]):
        return None
    env = dict(os.environ, NODE_PATH="/usr/share/nodejs")
    done = subprocess.run(command, input=lines, capture_output=True, text=True, env=env)
    if done.returncode != 0:
        print(f"{command[0]}: {done.stderr.strip()[:300]}", file=sys.stderr)
        return None
    return done.stdout.split("\n")[:-1]


TOOLS = {
    "semver": lambda lines: ask(["node", "-e", NODE], lines),
    "pep440": lambda lines: ask(["/usr/bin/python3", "-c", PYTHON], lines),
    "maven": java,
    "debian": lambda lines: ask(["perl", "-e", PERL], lines),
    "gem": lambda lines: ask(["ruby", "-e", RUBY], lines),
    "packagist": lambda lines: ask(["php", "-r", PHP], lines),
}
# Where the tool refuses what we take: missing numbers are 0, loose spelling.
LENIENT = {"semver", "debian", "packagist", "gem"}

NUMBERS = ["0", "0", "1", "1", "2", "9", "10", "11", "00", "01", "007", "20240101",
           "99999999999999999999", "100000000000000000000"]
SMALL = ["0", "0", "1", "1", "2", "9", "10", "11", "100"]


def numbers(r, low, high, pool=NUMBERS):
    return ".".join(r.choice(pool) for _ in range(r.randint(low, high)))


def semver(r):
    # The tool keeps numbers below 2^53 and has no leading zeros.
    pool = ["0", "1", "2", "9", "10", "11", "20240101", "9007199254740991"]
    text = numbers(r, 3, 3, pool)
    if r.random() < 0.6:
        words = pool[:6] + ["alpha", "beta", "rc", "a", "A", "a-b", "-", "1a", "x1", "--1"]
        text += "-" + ".".join(r.choice(words) for _ in range(r.randint(1, 3)))
    if r.random() < 0.2:
        text += "+" + r.choice(["b", "1", "a.b", "-"])
    return r.choice(["", "", "", "v"]) + text


def pep440(r):
    text = r.choice(["", "", "", "v", "1!", "0!", "2!"]) + numbers(r, 1, 4)
    sep = ["", ".", "-", "_"]
    if r.random() < 0.4:
        text += r.choice(sep) + r.choice(["a", "b", "c", "rc", "alpha", "BETA", "pre",
                                          "preview", "A", "RC"])
        text += r.choice(["", r.choice(sep) + r.choice(SMALL)])
    if r.random() < 0.3:
        text += r.choice(["-" + r.choice(SMALL),
                          r.choice(sep) + r.choice(["post", "rev", "r", "POST"]) +
                          r.choice(["", r.choice(sep) + r.choice(SMALL)])])
    if r.random() < 0.3:
        text += r.choice(sep) + r.choice(["dev", "DEV"]) + r.choice(
            ["", r.choice(sep) + r.choice(SMALL)])
    if r.random() < 0.2:
        text += "+" + r.choice(["1", "a", "abc.1", "1.a", "ubuntu-1", "01", "A_b", "a.", ""])
    if r.random() < 0.05:
        text += r.choice(["x", ".", "!", " ", "-", "+"])
    return text


def maven(r):
    parts = [r.choice(SMALL + ["00", "01", "12345678901", "12345678901234567890"])]
    for _ in range(r.randint(0, 4)):
        parts.append(r.choice([".", "-", ".", "-", ""]))
        parts.append(r.choice(SMALL + ["alpha", "beta", "milestone", "rc", "cr", "snapshot",
                                       "SNAPSHOT", "ga", "final", "release", "sp", "a", "b",
                                       "m", "x", "foo", "Final", "", "a1", "b2", "m3", "x4"]))
    return "".join(parts)


def debian(r):
    tail = ["", ".", "~", "+", "a", "b", "Z", "~~", "~a", "+b", ".1", "rc", "-", "+deb12u",
            "~bpo", ".z", "A~"]
    part = lambda: "".join(r.choice(SMALL) + r.choice(tail) for _ in range(r.randint(1, 3)))
    text = r.choice(["", "", "", "0:", "1:", "2:", "10:"]) + part()
    if r.random() < 0.6:
        text += "-" + part()
    return text


def gem(r):
    text = numbers(r, 1, 4, SMALL)
    for _ in range(r.randint(0, 3)):
        text += r.choice([".", ".", "-"]) + r.choice(
            SMALL + ["a", "b", "rc1", "pre", "beta2", "A", "1a", "x0", "0x"])
    return text


def packagist(r):
    text = r.choice(["", "", "v"]) + numbers(r, 1, 4, SMALL)
    if r.random() < 0.1:
        return r.choice(["2010-01-02", "2010.01.02", "20100102", "201001"])
    if r.random() < 0.5:
        text += r.choice(["-", "", ".", "_"]) + r.choice(
            ["alpha", "a", "beta", "b", "RC", "rc", "patch", "pl", "p", "stable"])
        text += r.choice(["", "1", "2", "10", ".1", "-2", "2.1"])
    if r.random() < 0.2:
        text += "-dev"
    if r.random() < 0.1:
        text += "+build"
    return text


MAKERS = {"semver": semver, "pep440": pep440, "maven": maven, "debian": debian, "gem": gem,
          "packagist": packagist}


def related(r, make):
    """Two versions that are often close to one another."""
    a = make(r)
    if r.random() < 0.5:
        return a, make(r)
    cut = r.randint(0, len(a))
    b = r.choice([a, a[:cut] + r.choice(["", "0", "1", ".0", "-", "~", "a"]) + a[cut:],
                  a + r.choice([".0", "-0", "0", ".0.0", "-1", "a", ".1"])])
    return a, b


def check(order, program, args):
    r = random.Random(f"{args.seed} {order}")
    pairs = [related(r, MAKERS[order]) for _ in range(args.pairs)]
    pairs = [(a, b) for a, b in pairs if a and b]
    lines = "".join(f"{a}\t{b}\n" for a, b in pairs)
    want = TOOLS[order](lines)
    if want is None:
        print(f"{order}: no reference tool, left out")
        return 0, []
    ours = subprocess.run([program], text=True, capture_output=True, check=True,
                          input="".join(f"{order}\t{a}\t{b}\n" for a, b in pairs))
    got = ours.stdout.split("\n")[:-1]
    if len(got) != len(want) or len(got) != len(pairs):
        sys.exit(f"{order}: {len(pairs)} pairs, {len(want)} and {len(got)} answers")
    wrong = []
    rows = []
    for (a, b), w, g in zip(pairs, want, got):
        if w == "!" and order in LENIENT:
            continue
        rows.append((order, a, b, w))
        if w != g:
            wrong.append((a, b, w, g))
    print(f"{order}: {len(rows)} pairs of {len(pairs)}, {len(wrong)} differ")
    for a, b, w, g in wrong[:12]:
        print(f"  {a!r} {b!r}: the tool says {w}, not {g}")
    return len(wrong), rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--pairs", type=int, default=20000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--order", choices=sorted(MAKERS))
    parser.add_argument("--record")
    args = parser.parse_args()
    failures = 0
    recorded = []
    for order in [args.order] if args.order else MAKERS:
        wrong, rows = check(order, args.program, args)
        failures += wrong
        recorded += [r for r in rows if max(len(r[1]), len(r[2])) < 40][:400]
    if args.record:
        with open(args.record, "w", encoding="ascii") as f:
            f.writelines("\t".join(row) + "\n" for row in recorded)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
