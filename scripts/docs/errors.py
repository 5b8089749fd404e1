"""Writes docs/reference/errors.md from the slugs in src/ and their entries in docs/reference/errors.yml.

usage: errors.py [--check] [ROOT]   --check writes nothing: prints file: reason, one a line, and ends with 1 if the page
                                    is stale, or a slug has no entry
"""

import pathlib
import sys

import yaml

from slugs import find_slugs

ERRORS = "docs/reference/errors.yml"
PAGE = "docs/reference/errors.md"
NOTE = f"<!-- Made by scripts/docs/errors.py from {ERRORS}: change that, then run it. -->\n"


def entries(document):
    return {slug: entry for group in document["groups"] for slug, entry in group["slugs"].items()}


def judge_errors(document, found):
    """What is wrong between errors.yml and the source, one line each."""
    known, others = entries(document), set(document["not_slugs"])
    for slug in sorted(set(found) - set(known) - others):
        yield f"slug {slug} has no entry: add its exit code, cause and cure (or list it under not_slugs)"
    for slug in sorted((set(known) | others) - set(found)):
        yield f"{slug} is not in the source any more: remove it"
    for slug, entry in known.items():
        if set(entry) != {"exit", "cause", "cure"} or not all(entry.values()):
            yield f"{slug} needs exit, cause and cure"
        elif found.get(slug) and entry["exit"] not in found[slug]:
            yield f"{slug} ends with {', '.join(map(str, sorted(found[slug])))} in the source, not {entry['exit']}"


def page(document):
    lines = [
        "# Errors\n",
        NOTE,
        "An error says what happened, where, its slug and what to do next ([how a command ends](../exit-codes.md)). Slugs are",
        "stable: scripts may rely on them. This page describes each slug in general; the message has the details.\n",
        f"There are {len(entries(document))} slugs, in these groups:\n",
        *(f"- [{group['title']}](#{anchor(group['title'])}): {prefixes(group)}" for group in document["groups"]),
    ]
    for group in document["groups"]:
        lines += [f"\n## {group['title']}\n", group["about"] + "\n", "| slug | exit | cause | what to do |", "|---|---|---|---|"]
        for slug, entry in group["slugs"].items():
            lines.append(f'| <a id="{slug}"></a>`{slug}` | {entry["exit"]} | {cell(entry["cause"])} | {cell(entry["cure"])} |')
    return "\n".join(lines) + "\n"


def cell(text):
    return text.replace("|", "\\|")


def prefixes(group):
    return ", ".join(dict.fromkeys(f"`{slug.partition('.')[0]}`" for slug in group["slugs"]))


def anchor(title):
    kept = "".join(c for c in title.lower() if c.isalnum() or c in " -_")
    return "-".join(kept.split())


def main(*arguments):
    is_check = "--check" in arguments
    paths = [argument for argument in arguments if not argument.startswith("-")]
    root = pathlib.Path(paths[0] if paths else ".")
    document = yaml.safe_load((root / ERRORS).read_text())
    findings = [f"{ERRORS}: {line}" for line in judge_errors(document, find_slugs(root))]
    path, text = root / PAGE, page(document)
    if not is_check:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        findings.append(f"{PAGE}: is stale: run scripts/docs/errors.py")
    print("\n".join(findings), end="\n" if findings else "")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
