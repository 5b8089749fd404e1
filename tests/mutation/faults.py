"""The small faults that a C++ source file can be given: one token or one statement changed, found without a compiler.

Comments, texts, preprocessor lines, static_assert, template arguments, array bounds, case labels and hints that only
change speed are left alone. The sources are formatted, so an operator with a blank on both sides has two operands.
"""

import dataclasses
import re

TOKEN = re.compile(
    r"""
    (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*)
  | (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<text>R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*")
  | (?P<char>'(?:\\.|[^'\\\n])+')
  | (?P<number>\d(?:[eE][+-]|[\w.]|'\w)*)
  | (?P<word>[A-Za-z_]\w*)
  | (?P<space>\s+)
  | (?P<sign><=>|<<=|>>=|\.\.\.|::|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
OPERATORS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&"}
CLOSING = {"(": ")", "[": "]", "{": "}"}
# What only makes things faster, or guards the rest of the code against its own mistakes.
LEFT_ALONE = re.compile(
    r"\breserve\(|shrink_to_fit|\[\[(un)?likely|\bkSlack\b|prefetch|\bassert\(|"
    r"constexpr .*\bk\w*(Buffer|Chunk|Queue|Batch|Block|Target|Kept|Room)\w* ="
)
NO_CALLS = {
    "return", "if", "for", "while", "switch", "case", "delete", "throw", "using", "do", "else", "goto", "new", "sizeof",
    "static_assert", "static_cast", "reinterpret_cast", "const_cast", "decltype", "alignas", "assert", "DPONE_TRY",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Fault:
    """`text[start:end]` of `file` becomes `new`. `line` and `what` say so to a reader, wherever the line may move."""

    file: str
    number: int
    line: str
    what: str
    rule: str
    start: int
    end: int
    new: str

    @property
    def key(self):
        return f"{self.file} | {self.line} | {self.what}"

    def applied(self, text):
        return text[: self.start] + self.new + text[self.end :]


@dataclasses.dataclass
class Token:
    kind: str
    text: str
    start: int
    end: int


def tokens_of(text):
    """All tokens but blanks, comments and preprocessor lines."""
    return [
        Token(match.lastgroup if match.lastgroup != "mark" else "text", match[0], match.start(), match.end())
        for match in TOKEN.finditer(text)
        if match.lastgroup not in ("space", "comment", "directive")
    ]


class Source:
    """One file's tokens, which bracket belongs to which, and what each brace opens."""

    def __init__(self, text):
        self.text = text
        self.tokens = tokens_of(text)
        self.partner = {}
        # The innermost bracket around each token, as the index of its opener.
        self.around = []
        openers = []
        for i, token in enumerate(self.tokens):
            if token.kind == "sign" and token.text in ")]}" and openers:
                opener = openers.pop()
                self.partner[opener], self.partner[i] = i, opener
            self.around.append(openers[-1] if openers else None)
            if token.kind == "sign" and token.text in "([{":
                openers.append(i)
        self.braces = {i: self._kind_of_brace(i) for i, token in enumerate(self.tokens) if self.is_sign(i, "{")}

    def is_sign(self, i, *signs):
        return 0 <= i < len(self.tokens) and self.tokens[i].kind == "sign" and self.tokens[i].text in signs

    def is_word(self, i, *words):
        return 0 <= i < len(self.tokens) and self.tokens[i].kind == "word" and self.tokens[i].text in words

    def is_spaced(self, i):
        token = self.tokens[i]
        return self.text[token.start - 1].isspace() and self.text[token.end : token.end + 1].isspace()

    def _kind_of_brace(self, brace):
        """body, type, enum or values."""
        if self.is_sign(brace - 1, ")") or self.is_word(brace - 1, "const", "noexcept", "override", "else", "do", "try", "mutable"):
            return "body"
        first = brace
        while first > 0 and not self.is_sign(first - 1, ";", "{", "}"):
            first -= 1
        head = {token.text for token in self.tokens[first:brace]}
        if "->" in head:
            return "body"
        if "enum" in head:
            return "enum"
        if head & {"namespace", "class", "struct", "union"}:
            return "type"
        # After a label, or a block of its own.
        return "body" if first == brace or self.is_sign(brace - 1, ":") else "values"

    def is_in_body(self, i):
        return self.braces.get(self.around[i]) == "body"

    def is_branch_of_if(self, closing):
        """Whether the parenthesis that ends at `closing` holds the condition of an if."""
        return self.is_sign(closing, ")") and closing in self.partner and self.is_word(self.partner[closing] - 1, "if")

    def end_of_statement(self, i):
        """The index of the semicolon that ends what begins at `i`, or None."""
        while i < len(self.tokens) and not self.is_sign(i, ";"):
            if self.is_sign(i, ")", "]", "}"):
                return None
            i = self.partner.get(i, len(self.tokens)) + 1 if self.is_sign(i, "(", "[", "{") else i + 1
        return i if i < len(self.tokens) else None


def another_number(text):
    """The literal `text` off by one, or None where it is no whole number."""
    match = re.fullmatch(r"(0[xX])?([0-9a-fA-F']+?)([uUlLzZ]*)", text)
    if not match or (not match[1] and not re.fullmatch(r"[0-9']+", match[2])):
        return None
    digits = match[2].replace("'", "")
    if match[1]:
        return f"0x{int(digits, 16) + 1:X}{match[3]}"
    if len(digits) > 1 and digits.startswith("0"):
        return None
    value = int(digits)
    return f"{0 if value == 1 else value + 1}{match[3]}"


def operators(source):
    """A comparison turned, `and` for `or`."""
    for i, token in enumerate(source.tokens):
        if token.kind == "sign" and token.text in OPERATORS and source.is_spaced(i) and not source.is_word(i - 1, "operator"):
            yield "compare" if token.text[0] in "<>=!" else "logic", token.start, token.end, OPERATORS[token.text], None


def sums(source):
    """Plus for minus."""
    for i, token in enumerate(source.tokens[:-1]):
        if not (source.is_sign(i, "+", "-") and source.is_spaced(i)):
            continue
        if token.text == "-" or "number" in (source.tokens[i - 1].kind, source.tokens[i + 1].kind):
            yield "sum", token.start, token.end, "-" if token.text == "+" else "+", None


def numbers(source):
    for i, token in enumerate(source.tokens):
        if token.kind != "number" or source.braces.get(source.around[i]) == "enum" or source.is_word(i - 1, "case"):
            continue
        is_argument = source.is_sign(i + 1, ">") and not source.is_spaced(i + 1) or source.is_sign(i - 1, "<") and not source.is_spaced(i - 1)
        is_bound = source.is_sign(i - 1, "[") and source.is_sign(i + 1, "]") and source.is_sign(i + 2, ";")
        new = another_number(token.text)
        if new and not is_argument and not is_bound:
            yield "number", token.start, token.end, new, None


def flags(source):
    for i, token in enumerate(source.tokens):
        if not source.is_word(i, "true", "false") or source.is_word(i - 2, "while", "noexcept"):
            continue
        rule = "return" if source.is_word(i - 1, "return") else "flag"
        yield rule, token.start, token.end, "false" if token.text == "true" else "true", None


def conditions(source):
    """An if that asks for the contrary."""
    for i in range(len(source.tokens)):
        if not (source.is_word(i, "if") and source.is_sign(i + 1, "(") and i + 1 in source.partner):
            continue
        first, last = i + 2, source.partner[i + 1]
        inside = [j for j in range(first, last) if source.around[j] == i + 1]
        first = max([j + 1 for j in inside if source.is_sign(j, ";")], default=first)
        if first < last and not any(source.is_sign(j, "=") for j in inside if j >= first):
            start, end = source.tokens[first].start, source.tokens[last].start
            yield "negate", start, end, f"!({source.text[start:end]})", "the condition negated"


def begins_statement(source, i):
    return source.is_in_body(i) and (
        source.is_sign(i - 1, ";", "{", "}")
        or source.is_word(i - 1, "else")
        or source.is_sign(i - 1, ")") and i - 1 in source.partner and source.is_word(source.partner[i - 1] - 1, "if", "for", "while")
    )


def calls(source):
    """A call left out."""
    for i, token in enumerate(source.tokens):
        if token.kind != "word" or token.text in NO_CALLS or not begins_statement(source, i):
            continue
        at = i + 1
        while at < len(source.tokens):
            if source.is_sign(at, "::", ".", "->") and source.tokens[at + 1].kind == "word":
                at += 2
            elif source.is_sign(at, "(", "[") and at in source.partner:
                at = source.partner[at] + 1
            else:
                break
        if source.is_sign(at, ";") and source.is_sign(at - 1, ")"):
            start, end = token.start, source.tokens[at].end
            yield "call", start, end, "{}", f"without {shown(source.text[start:end])}"


def exits(source):
    """An early return or continue left out."""
    for i, token in enumerate(source.tokens):
        if not source.is_word(i, "return", "continue") or not source.is_in_body(i):
            continue
        end = source.end_of_statement(i)
        block = source.around[i]
        is_alone = source.is_branch_of_if(i - 1)
        is_last = source.is_branch_of_if(block - 1) and end is not None and source.is_sign(end + 1, "}")
        follower = end if is_alone else source.partner.get(block)
        if end is None or not (is_alone or is_last) or source.is_word(follower + 1, "else"):
            continue
        yield "exit", token.start, source.tokens[end].end, "{}", f"without {shown(source.text[token.start : source.tokens[end].end])}"


def shown(text):
    return re.sub(r"\s+", " ", text)


RULES = (operators, sums, numbers, flags, conditions, calls, exits)


def asserted(source):
    """The spans of static_assert."""
    for i in range(len(source.tokens)):
        if source.is_word(i, "static_assert"):
            end = source.end_of_statement(i)
            yield source.tokens[i].start, source.tokens[end].end if end else source.tokens[i].end


def faults_of(file, text):
    """Every fault that `text`, the content of `file`, can be given."""
    source = Source(text)
    spans = list(asserted(source))
    faults, seen = [], {}
    for rule in RULES:
        for kind, start, end, new, what in rule(source):
            number = text.count("\n", 0, start) + 1
            line_start = text.rfind("\n", 0, start) + 1
            whole = text[line_start : text.find("\n", start)]
            if LEFT_ALONE.search(whole) or any(first <= start < last for first, last in spans):
                continue
            what = what or f"{text[start:end]} becomes {new}"
            line = whole.strip()
            # The same on one line again, or on a line that reads the same.
            count = seen[line, what] = seen.get((line, what), 0) + 1
            what += f" (no. {count})" if count > 1 else ""
            faults.append(Fault(file, number, line, what, kind, start, end, new))
    return faults
