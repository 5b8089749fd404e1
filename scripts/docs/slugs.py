"""Finds every slug of an error in the source. Over-finds rather than misses: each dotted literal is a slug unless its
place says otherwise, or docs/reference/errors.yml lists it under `not_slugs`.
"""

import re

CLASSES = {"Failed": 1, "Usage": 2, "Refused": 3, "Unavailable": 4, "OutcomeUnknown": 5, "Interrupted": 130}
CONSTRUCTOR = re.compile(r'\bError\(\s*(?:\w+::)*k(\w+),\s*"([a-z_0-9.]*[a-z_0-9])"')
TABLE_ROW = re.compile(r'(?:ErrorClass::)?k(\w+),\s*Retry::k\w+,\s*"([a-z_0-9.]+)"')
DOTTED = re.compile(r'"([a-z_0-9]*[a-z_](?:\.[a-z_0-9]+)+)"')
USAGE = re.compile(r'\busage\("([a-z_]+\.[a-z_.]+)"')  # helpers of this name make errors of that class
# Slugs that are put together: (file, what to find, what stands before it).
COMPOSED = [
    ("cli/command_spec.cc", re.compile(r'\busage\("([a-z_]+)"'), "usage."),
    ("engine/runner.cc", re.compile(r'\bgate\.name = "([a-z_]+)"'), "gate."),
    ("plan/capability_check.cc", re.compile(r'\bmissing\("([a-z_]+)"'), "capability."),
]
# What a dotted literal is, where this stands before it on its line.
OTHER_USES = re.compile(r'(fault\(|append\(|"schema_version", |k\w*Version = |_folder / |folder / |state_dir / |\$id", )"?$')
FILE_NAME = re.compile(r"(?<!json_rows)\.(json|jsonl|lock|db|yaml|yml|csv|tmp|md)$|\.v\d+$")
MANIFEST_KEY = re.compile(r"^(source|sink|state|runtime|quality)\.")


def manifest_keys(document):
    """Every key of docs/formats/manifest.md, in full, and the old spellings."""
    keys, section = set(), ""
    document = document.partition("<!-- keys:begin -->")[2].partition("<!-- keys:end -->")[0]
    for line in document.splitlines():
        if match := re.match(r"### `([a-z_.]+)`|### ", line):
            section = match[1] or ""
        elif match := re.match(r"\| `([a-z_.]+)` \|", line):
            keys |= {match[1], f"{section}.{match[1]}"}
        if section:
            keys.add(section)
    return keys


def source_files(root):
    for path in sorted((root / "src/dpone").rglob("*")):
        if path.suffix in (".cc", ".h") and not path.name.endswith("_test.cc") and "test_" not in path.name:
            yield path


def find_slugs(root):
    """{slug: set of exit codes that its places tell; empty where they do not}"""
    keys = manifest_keys((root / "docs/formats/manifest.md").read_text())
    points = (root / "src/dpone/engine/fault_points.cc").read_text()
    not_slugs = set(re.findall(r'"([a-z_]+\.[a-z_]+)"', re.search(r"kPoints = \{(.*?)\};", points, re.DOTALL)[1]))
    found = {}
    for path in source_files(root):
        text = path.read_text()
        name = path.relative_to(root / "src/dpone").as_posix()
        for pattern in (CONSTRUCTOR, TABLE_ROW):
            for kind, slug in pattern.findall(text):
                found.setdefault(slug, set()).add(CLASSES[kind])
        for slug in USAGE.findall(text):
            found.setdefault(slug, set()).add(CLASSES["Usage"])
        for file, pattern, prefix in COMPOSED:
            if name == file:
                for match in pattern.finditer(text):
                    found.setdefault(prefix + match[1], set())
        for line in text.splitlines():
            for match in DOTTED.finditer(line):
                slug = match[1]
                is_key = slug in keys or (name.startswith("manifest/") and MANIFEST_KEY.match(slug))
                is_other = is_key or slug in not_slugs or FILE_NAME.search(slug) or OTHER_USES.search(line[: match.start()])
                if not is_other:
                    found.setdefault(slug, set())
    return found
