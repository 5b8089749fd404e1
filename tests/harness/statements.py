"""What a system was really sent, and whether a plan says so.

`Log` reads PostgreSQL's own statement log of one database. `unplanned` compares it with the statements of
`dpone plan --format json`: what neither the plan nor the list of session settings and catalog reads has is left over."""

import hashlib
import re

PLACEHOLDER = re.compile(r"\{[^{}]*\}")


class Log:
    """The statements that a database's sessions were sent from now on, in the order in which the server took them."""

    def __init__(self, database):
        self.database = database
        database.run(f"alter database {database.name} set log_statement = 'all'")
        self.path = database.server.log_path
        self.begin = self.path.stat().st_size

    def statements(self):
        with open(self.path, encoding="utf-8", errors="replace") as file:
            file.seek(self.begin)
            text = file.read()
        entries = re.split(r"^(?=\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] )", text, flags=re.MULTILINE)
        out = []
        for entry in entries:
            match = re.match(r"\S+ \S+ \S+ \[\d+\] (\S*) LOG:  (?:statement|execute [^:]*): (.*)", entry, re.DOTALL)
            if match and match[1] == self.database.name:
                out += split(match[2])
        return out


def split(text):
    """The statements of one message: by semicolons outside quotes, comments and dollar quotes."""
    statements, current, i = [], "", 0
    while i < len(text):
        for opening, closing in (("'", "'"), ('"', '"'), ("--", "\n"), ("/*", "*/"), ("$$", "$$")):
            if text.startswith(opening, i):
                end = text.find(closing, i + len(opening))
                end = len(text) if end < 0 else end + len(closing)
                current += text[i:end]
                i = end
                break
        else:
            if text[i] == ";":
                statements.append(current)
                current = ""
            else:
                current += text[i]
            i += 1
    statements.append(current)
    return [" ".join(statement.split()) for statement in statements if statement.strip()]


def temporary_name(kind, target, run_id):
    digest = hashlib.sha256(f"{kind}\0{target}\0{run_id}".encode()).hexdigest()
    return f"__dpone_{digest[:16]}"


def pattern_of(statement, target, run_id):
    """A planned statement as a pattern: names of the run as they are, other placeholders as anything."""
    statement = re.sub(r"__dpone_\{([^{}]*)\}", lambda match: temporary_name(match[1], target, run_id), statement)
    parts, at = [], 0
    statement = " ".join(statement.split())
    for match in PLACEHOLDER.finditer(statement):
        parts += [re.escape(statement[at : match.start()]), ".*"]
        at = match.end()
    return re.compile("".join([*parts, re.escape(statement[at:])]), re.DOTALL)


def unplanned(received, planned, allowed, target, run_id):
    """Statements that were received, and are neither planned nor of the list of those that no plan shows."""
    patterns = [pattern_of(part, target, run_id) for text in planned for part in split(text)]
    patterns += [re.compile(text, re.DOTALL) for text in allowed]
    return [text for text in received if not any(pattern.fullmatch(text) for pattern in patterns)]


def unsent(steps, received, target, run_id):
    """Statements of a plan that were not received."""

    def is_sent(text):
        pattern = pattern_of(text, target, run_id)
        return any(pattern.fullmatch(statement) for statement in received)

    return [step for step in steps if not all(map(is_sent, split(step["sql"])))]
