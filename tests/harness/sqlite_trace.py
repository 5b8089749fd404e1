"""What SQLite really executed in a run: sqlite_trace.c, put in front of the program's libsqlite3."""

import pathlib
import subprocess

from harness.program import binary


class Trace:
    """The statements that SQLite executed in runs with `env`, in their order, by the file of their database."""

    def __init__(self, library, path):
        self.path = path
        self.env = {"LD_PRELOAD": str(library), "SQLITE_TRACE_FILE": str(path)}

    def statements(self, database):
        texts = self.path.read_bytes().decode().split("\0")[:-1] if self.path.exists() else []
        file = str(pathlib.Path(database).resolve())
        return [sql for name, sql in zip(texts[::2], texts[1::2]) if name == file]


def compile_library(folder):
    """The library that writes the statements down, made in `folder`."""
    linked = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    assert "libsqlite3.so" in linked, "what SQLite executes is only seen where it is a shared library"
    library = folder / "sqlite_trace.so"
    source = pathlib.Path(__file__).with_suffix(".c")
    subprocess.run(["cc", "-shared", "-fPIC", "-Wall", "-Werror", "-o", library, source, "-ldl"], check=True)
    return library
