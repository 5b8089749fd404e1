"""Checks includes, links, names and lengths under src/dpone against the tables in docs/architecture.md.

usage: layers.py [ROOT]      prints file:line: reason, one a line; exit code 1 if there is any
"""

import fnmatch
import pathlib
import re
import sys

MAX_LINES = 800
FORBIDDEN_NAMES = re.compile(r"(^|[_-])(utils?|common|helpers?|managers?)([_-]|$)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')
LINK_LISTS = re.compile(r"dpone_room\(([^)]*)\)")
# Comments, and the strings and characters in which what looks like a comment is none.
COMMENT_OR_TEXT = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-zA-Z])\'(?:\\.|[^\'\\\n])+\'',
    re.DOTALL,
)
TEST_FILE = re.compile(r"_test\.cc$|/test_[a-z_]+\.h$|/test_support\.h$")


def read_table(document, header):
    """The rows of the Markdown table whose header line starts with `header`, as {first cell: [names in backticks]}."""
    rows = {}
    lines = iter(document.splitlines())
    for line in lines:
        if line.startswith(header):
            next(lines)
            break
    for line in lines:
        if not line.startswith("|"):
            break
        first, rest = line.strip("|").split("|", 1)
        rows[first.strip(" `")] = re.findall(r"`([^`]+)`", rest)
    if not rows:
        sys.exit(f"docs/architecture.md: no table that starts with '{header}'")
    return rows


class Rules:
    def __init__(self, document):
        self.rooms = read_table(document, "| room may include")
        self.vendors = read_table(document, "| vendor header")

        self.naming_files = read_table(document, "| names systems")
        systems = [room.removeprefix("connectors/") for room in self.rooms if room.startswith("connectors/")]
        # A name that is also a word of the language is found as a namespace and where a value is compared with it.
        self.systems = {
            system: re.compile(r'\bfile::|\bkFile\b|(?<!context_value)[=(,{]\s*"file"(?!,)' if system == "file"
                               else rf"(?<![A-Za-z])k?{system}", re.IGNORECASE if system != "file" else 0)
            for system in systems
        }

    def room_of(self, path):
        """The room in which `path`, relative to src/dpone, lies: the longest row that is a prefix of it."""
        fits = [room for room in self.rooms if path == room or path.startswith(room + "/")]
        return max(fits, key=len, default=None)

    def judge_include(self, path, is_quoted, name):
        """Why the file at `path` may not include `name`, or nothing."""
        if name.startswith("dpone/"):
            room, wanted = self.room_of(path), self.room_of(name.removeprefix("dpone/"))
            if wanted is None:
                return f"{name} lies in no room of the layer table"
            if room != wanted and wanted not in self.rooms[room]:
                return f"{room} may not include {wanted} ({name})"
            return None
        for pattern, places in self.vendors.items():
            if fnmatch.fnmatch(name, pattern):
                if not any(fnmatch.fnmatch(path, place) for place in places):
                    return f"{name} may be included in {', '.join(places)} only"
                return None
        if is_quoted:
            return f'"{name}": write the path in full, from dpone/'
        return None


def without_comments(text):
    """`text` with blanks for comments: the same lines."""

    def blank(match):
        return re.sub(r"[^\n]", " ", match[0]) if match[0].startswith("/") else match[0]

    return COMMENT_OR_TEXT.sub(blank, text)


def check_system_names(rules, path, text):
    """No file but a system's own and those of the table names it."""
    if path in rules.naming_files or TEST_FILE.search("/" + path):
        return
    for number, line in enumerate(without_comments(text).splitlines(), 1):
        if INCLUDE.match(line):
            continue
        for system, pattern in rules.systems.items():
            if rules.room_of(path) != f"connectors/{system}" and pattern.search(line):
                yield number, f"names {system}: ask its descriptor (ports/connector.h), or list the file in the table"


def check_source(rules, path, text):
    lines = text.splitlines()
    if rules.room_of(path) is None:
        yield 1, "lies in no room of the layer table in docs/architecture.md"
        return
    for number, line in enumerate(lines, 1):
        if match := INCLUDE.match(line):
            if reason := rules.judge_include(path, match[1] == '"', match[2]):
                yield number, reason
    yield from check_system_names(rules, path, text)
    if len(lines) > MAX_LINES:
        yield len(lines), f"{len(lines)} lines, at most {MAX_LINES}: split it"


def check_names(root):
    for folder in ("src", "tests", "scripts", "bench"):
        for path in sorted((root / folder).rglob("*")):
            if "__pycache__" not in path.parts and FORBIDDEN_NAMES.search(path.name.split(".")[0]):
                yield path.relative_to(root), 1, "name it after what it does, not utils, common, helpers or manager"


def check_links(rules, text):
    """Every dpone_room(<room> LINK dpone_<other>...) must be within the room's row."""
    targets = {"dpone_" + room.replace("/", "_"): room for room in rules.rooms}
    for call in LINK_LISTS.finditer(text):
        room, *words = call[1].split()
        number = text.count("\n", 0, call.start()) + 1
        if room not in rules.rooms:
            yield number, f"room {room} is not in the layer table"
            continue
        for word in words:
            if word.startswith("dpone_") and word in targets and targets[word] not in rules.rooms[room]:
                yield number, f"{room} may not link {targets[word]}"


def main(root):
    rules = Rules((root / "docs/architecture.md").read_text())
    source = root / "src/dpone"
    findings = list(check_names(root))
    for path in sorted(source.rglob("*")):
        if path.suffix in (".h", ".cc"):
            name = path.relative_to(source).as_posix()
            findings += [(path.relative_to(root), *found) for found in check_source(rules, name, path.read_text())]
    cmake = source / "CMakeLists.txt"
    if cmake.exists():
        findings += [(cmake.relative_to(root), *found) for found in check_links(rules, cmake.read_text())]
    for path, line, reason in findings:
        print(f"{path}:{line}: {reason}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")))
