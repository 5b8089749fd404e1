"""Checks that prose is plain English: no archaic negations, inversions or words (CONTRIBUTING.md, "Prose").

usage: words.py [ROOT]     prints file:line: reason, one a line; exit code 1 if there is any

Prose is README.md, CONTRIBUTING.md, docs/ without docs/adr/, docs/reference/errors.yml, and the comments and string
literals of src/ (of unit tests the comments only). Code in Markdown is skipped. A line that contains `words: ok` is
exempt.
"""

import bisect
import pathlib
import re
import sys

from files import report

EXEMPT = "words: ok"
COMPARISON = "longer|more|less|greater|bigger|larger|smaller|better|worse|different|earlier|later|older|newer|slower|faster"
# Pattern and what to write instead. A space matches any white space, so that a phrase may span lines.
PATTERNS = [
    (rf"(?<!there\s)\b(is|are|was|were|be) no (?!({COMPARISON})\b)[a-z]+", "is not a"),
    (r"\b(is|are|was|were|be|than) none\b", "is not, or are not"),
    (r"\b(told|judged) by\b", "comes from, is decided by"),
    (r"\bbe told from\b", "cannot tell"),
    (r"\b(stand|stands|stood) (against|otherwise|behind|twice|alone|there|here)\b", "is, is repeated, prevents"),
    (r"\bas (it|they) (stands?|stood)\b", "unchanged"),
    (r"\bwhat (stands|lies|goes)\b", "name the thing"),
    (r"\b(nobody|somebody|whoever|whosoever|whatsoever)\b", "name who: another session, the caller; or use the passive"),
    (r"\b(has|have|had) to be\b", "must be"),
    (r"\b(be|been|was not|is not|were not) had\b", "be acquired, is not available"),
    (r"\bcould not have (more|any)\b", "ran out of"),
    (r"\bwithout a word\b", "silently"),
    (r"\bin silence\b", "silently"),
    (r"\b(but|save) for\b", "except"),
    (r"\bat (most|least) so many\b", "at most that many"),
    (r"\bgoes by (its|the|their)\b", "uses the"),
    (r"\bit is that\b", "name the thing"),
    (r"\banew\b", "again, from the beginning"),
    (r"\bmend(s|ed|ing)?\b", "repair, fix"),
    (r"\bplease (report|see|check|run|use|try|note|give|set)\b", "leave it out: use the imperative"),
    (
        r"\b(wherein|whereby|whereof|wherefore|whereupon|thereof|thereby|therein|therewith|herein|hereby|hence|thence"
        r"|whence|lest|shall|nought|naught|ere|unto|whilst|amongst|albeit|twain|ought)\b",
        "use the plain word",
    ),
]
RULES = [(re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE), advice) for pattern, advice in PATTERNS]
ANY = re.compile("|".join(f"(?:{pattern.replace(' ', chr(92) + 's+')})" for pattern, _ in PATTERNS), re.IGNORECASE)
CODE_IN_MARKDOWN = re.compile(r"^[ ]*```.*?^[ ]*```|`[^`\n]+`|<!--.*?-->", re.MULTILINE | re.DOTALL)
TOKEN = re.compile(
    r'(?P<raw>R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)")|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<char>\'(?:[^\'\\\n]|\\.)+\')'
    r"|(?P<comment>//[^\n]*)|(?P<block>/\*.*?\*/)|(?P<include>^[ ]*#include[^\n]*)",
    re.MULTILINE | re.DOTALL,
)


def blank(match):
    return re.sub(r"[^\n]", ".", match[0])


def prose_of_source(text, is_test):
    """`text` with everything but prose blanked; neighbouring comments and literals stay connected."""
    out, end, last = [], 0, None
    for match in TOKEN.finditer(text):
        between, kind, token = text[end : match.start()], match.lastgroup, match[0]
        kind = "raw" if match["raw"] else kind
        is_joined = kind == last and not between.strip()
        out.append(between if is_joined else re.sub(r"[^\n]", ".", between))
        if kind == "comment":
            out.append(f"  {token[2:]}")
        elif kind == "block":
            out.append(f"  {token[2:-2]}  ")
        elif kind == "text" and not is_test:
            out.append((" " if is_joined else ".") + token[1:-1].replace("\\n", " .") + " ")
        else:
            out.append(re.sub(r"[^\n]", ".", token))
        end, last = match.end(), kind
    return "".join(out) + re.sub(r"[^\n]", ".", text[end:])


def prose(name, text):
    if name.endswith(".md"):
        return CODE_IN_MARKDOWN.sub(blank, text)
    if name.endswith(".yml"):
        return re.sub(r"`[^`\n]+`", blank, text)
    return prose_of_source(text, name.endswith(("_test.cc", "test_support.h", "test_support.cc")))


def is_prose(name):
    if name.startswith("docs/"):
        return name.endswith(".md") and not name.startswith("docs/adr/") or name == "docs/reference/errors.yml"
    return name in ("README.md", "CONTRIBUTING.md") or name.startswith("src/") and name.endswith((".cc", ".h"))


def check(name, text):
    words = prose(name, text)
    if not ANY.search(words):
        return
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    lines = text.split("\n")
    for rule, advice in RULES:
        for match in rule.finditer(words):
            number = bisect.bisect_right(starts, match.start())
            if EXEMPT not in lines[number - 1]:
                yield number, f'"{" ".join(match[0].split())}": {advice}'


def main(root):
    return report(root, is_prose, lambda name, data: sorted(check(name, data.decode("utf-8", "replace"))))


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
