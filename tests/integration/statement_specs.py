# SPDX-License-Identifier: Apache-2.0
"""Rules of published statements, written from their specifications alone.

in-toto Statement 1, ResourceDescriptor 1, DigestSet 1 and field types; SLSA verification
summary 1; in-toto simple verification result 0.2 and test result 0.1; DSSE 1.0; Sigstore
bundle 0.3, by the JSON names of its protobuf schema. Each check returns what is wrong, as
lines. No program of others made what they are tried on: these are rules, no recordings.
"""
import base64
import re

URI = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:/?#\[\]@!$&'()*+,;=._~%-]+$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")  # RFC 3339, UTC
HEX = {"sha256": 64, "gitCommit": 40, "gitTree": 40}


def is_uri(v):
    return isinstance(v, str) and bool(URI.match(v))


def is_time(v):
    return isinstance(v, str) and bool(TIME.match(v))


def is_texts(v):
    return isinstance(v, list) and all(isinstance(s, str) and s for s in v)


def digests(v, where):
    if not isinstance(v, dict) or not v:
        return [f"{where}: a DigestSet has at least one digest"]
    return [f"{where}.{name}: {value!r}" for name, value in v.items()
            if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]+", value)
            or len(value) != HEX.get(name, len(value))]


def descriptor(v, where, need=()):
    """At least one of uri, digest and content; known members of their types."""
    if not isinstance(v, dict):
        return [f"{where}: no object"]
    wrong = [f"{where}: no {key}" for key in need if key not in v]
    if not {"uri", "digest", "content"} & set(v):
        wrong.append(f"{where}: none of uri, digest and content")
    if "digest" in v:
        wrong += digests(v["digest"], f"{where}.digest")
    if "uri" in v and not is_uri(v["uri"]):
        wrong.append(f"{where}.uri: {v['uri']!r}")
    if "name" in v and not isinstance(v["name"], str):
        wrong.append(f"{where}.name")
    if "annotations" in v and not isinstance(v["annotations"], dict):
        wrong.append(f"{where}.annotations")
    return wrong


def descriptors(v, where, need=()):
    if not isinstance(v, list):
        return [f"{where}: no list"]
    return [w for i, d in enumerate(v) for w in descriptor(d, f"{where}[{i}]", need)]


def statement(v):
    wrong = [] if v.get("_type") == "https://in-toto.io/Statement/v1" else ["_type"]
    if not isinstance(v.get("subject"), list) or not v["subject"]:
        return wrong + ["subject: at least one"]
    wrong += descriptors(v["subject"], "subject", need=("digest",))
    names = [s.get("name") for s in v["subject"] if s.get("name")]
    if len(set(names)) != len(names):
        wrong.append("subject: a name twice")
    if not is_uri(v.get("predicateType")):
        wrong.append("predicateType")
    if not isinstance(v.get("predicate", {}), dict):
        wrong.append("predicate")
    return wrong


def summary(p):
    """https://slsa.dev/verification_summary/v1"""
    wrong = []
    if not isinstance(p.get("verifier"), dict) or not is_uri(p["verifier"].get("id")):
        wrong.append("verifier.id")
    elif "version" in p["verifier"] and not isinstance(p["verifier"]["version"], dict):
        wrong.append("verifier.version")
    if not is_time(p.get("timeVerified")):
        wrong.append("timeVerified")
    if not is_uri(p.get("resourceUri")):
        wrong.append("resourceUri")
    wrong += descriptor(p.get("policy"), "policy", need=("uri",))
    wrong += descriptors(p.get("inputAttestations", []), "inputAttestations", need=("digest",))
    levels = p.get("verifiedLevels")
    if not is_texts(levels) or not levels:
        wrong.append("verifiedLevels")
    elif p.get("verificationResult") == "PASSED":
        if "FAILED" in levels:
            wrong.append("verifiedLevels: FAILED of what has passed")
    elif p.get("verificationResult") != "FAILED":
        wrong.append("verificationResult")
    elif levels != ["FAILED"]:
        wrong.append("verifiedLevels: more than FAILED of what has failed")
    known = {f"SLSA_BUILD_LEVEL_{n}" for n in range(4)}
    wrong += [f"verifiedLevels: {name}" for name in levels or []
              if str(name).startswith("SLSA_") and name not in known]
    if "slsaVersion" in p and not re.fullmatch(r"\d+\.\d+", p["slsaVersion"]):
        wrong.append("slsaVersion")
    return wrong


def result(p):
    """https://in-toto.io/attestation/svr/v0.2"""
    verifier = p.get("verifier")
    wrong = []
    if not isinstance(verifier, dict) or not is_uri(verifier.get("id")):
        return ["verifier.id"]
    wrong += descriptors(verifier.get("policies"), "verifier.policies")
    if not is_time(p.get("timeCreated")):
        wrong.append("timeCreated")
    if not is_texts(p.get("properties")):
        wrong.append("properties")
    elif len(set(p["properties"])) != len(p["properties"]):
        wrong.append("properties: one twice")
    return wrong


def tests(p):
    """https://in-toto.io/attestation/test-result/v0.1"""
    wrong = [] if p.get("result") in ("PASSED", "WARNED", "FAILED") else ["result"]
    wrong += descriptors(p.get("configuration"), "configuration")
    if "url" in p and not is_uri(p["url"]):
        wrong.append("url")
    wrong += [key for key in ("passedTests", "warnedTests", "failedTests")
              if key in p and not is_texts(p[key])]
    if p.get("result") == "PASSED" and (p.get("failedTests") or p.get("warnedTests")):
        wrong.append("result: PASSED with tests that did not")
    return wrong


PREDICATES = {
    "https://slsa.dev/verification_summary/v1": summary,
    "https://in-toto.io/attestation/svr/v0.2": result,
    "https://in-toto.io/attestation/test-result/v0.1": tests,
}


def whole(v):
    """A statement with its predicate, where that is a published one."""
    return statement(v) + PREDICATES.get(v.get("predicateType"), lambda p: [])(v.get("predicate", {}))


def not_base64(text):
    """protobuf's JSON writes bytes in standard base 64 with padding, and spare bits are 0."""
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError) as why:
        return str(why)
    if not data:
        return "nothing in base 64"
    return None if base64.b64encode(data).decode() == text else "another form of base 64"


def envelope(v):
    wrong = [f"{key}: no member of an envelope" for key in
             set(v) - {"payload", "payloadType", "signatures"}]
    for key in ("payload", "payloadType", "signatures"):
        if key not in v:
            wrong.append(key)
    if wrong:
        return wrong
    signatures = v["signatures"]
    if not isinstance(signatures, list) or not signatures:
        return ["signatures: at least one"]
    for text in [v["payload"]] + [s.get("sig", "") for s in signatures]:
        why = not_base64(text)
        if why:
            wrong.append(why)
    for s in signatures:
        wrong += [f"signatures: {key}" for key in set(s) - {"sig", "keyid"}]
        if not isinstance(s.get("keyid", ""), str):
            wrong.append("signatures: keyid")
    return wrong


def bundle(v):
    """application/vnd.dev.sigstore.bundle.v0.3+json, with a key instead of a certificate"""
    wrong = []
    if v.get("mediaType") != "application/vnd.dev.sigstore.bundle.v0.3+json":
        wrong.append("mediaType")
    material = v.get("verificationMaterial", {})
    if set(material) - {"publicKey", "tlogEntries", "timestampVerificationData"}:
        wrong.append("verificationMaterial: one kind of content")
    key = material.get("publicKey", {})
    if set(key) != {"hint"} or not isinstance(key["hint"], str) or not key["hint"]:
        wrong.append("verificationMaterial.publicKey.hint")
    if set(v) != {"mediaType", "verificationMaterial", "dsseEnvelope"}:
        wrong.append("members")
    wrong += envelope(v.get("dsseEnvelope", {}))
    if len(v.get("dsseEnvelope", {}).get("signatures", [])) != 1:
        wrong.append("dsseEnvelope.signatures: exactly one")
    if v.get("dsseEnvelope", {}).get("payloadType") != "application/vnd.in-toto+json":
        wrong.append("dsseEnvelope.payloadType")
    return wrong
