"""Every password that a test of this folder uses is looked for, after the test, in all that the program left."""

import subprocess
import urllib.parse

import pytest


@pytest.fixture(autouse=True)
def no_secret_is_written(request):
    if "dpone" not in request.fixturenames:
        yield
        return
    dpone = request.getfixturevalue("dpone")
    told = []
    original = type(dpone).__call__

    class Listening(type(dpone)):
        def __call__(self, *args, **options):
            run = original(self, *args, **options)
            told.append(run)
            return run

    dpone.__class__ = Listening
    yield
    secrets = {"pa55-of-nobody"}
    for name, value in dpone.env.items():
        if name.endswith("_URL"):
            password = urllib.parse.urlsplit(value).password if "://" in value else None
            if password:
                secrets |= {password, urllib.parse.unquote(password)}
        elif name.endswith("_PASSWORD"):
            secrets.add(value)
    for run in told:
        for secret in secrets:
            assert secret not in run.out, run
            assert secret not in run.err, run
    for path in dpone.folder.rglob("*"):
        if path.is_file() and path.name not in (".pgpass", "secret.yaml"):
            content = path.read_bytes()
            for secret in secrets:
                assert secret.encode() not in content, path


@pytest.fixture
def orders(src):
    """A table `public.orders` of three rows at the source."""
    src.run("create table public.orders (id integer primary key, note text, price numeric(12,2))")
    src.run("insert into public.orders values (1, 'a', 1.50), (2, null, 2.00), (3, '', null)")
    return src


@pytest.fixture
def copy(dpone, orders, dst):
    """Runs `copy` of public.orders with more options."""

    def run(*options, **more):
        return dpone("copy", "--from", "src", "--to", "dst", "--table", "public.orders", *options, **more)

    return run


def refused(run, code, slug):
    """Checks how a failed command ends: its code, an error with slug and next step on stderr, nothing like a crash."""
    run.expect(code)
    assert f"code: {slug}" in run.err, run
    assert f"exit {code}" in run.err, run
    assert "next: " in run.err, run
    for sign in ("terminate called", "Traceback", "Assertion", "SUMMARY:", "internal"):
        assert sign not in run.err, run
    return run


@pytest.fixture
def small_disk(dpone, request):
    """small_disk("64k") -> a folder with a file system of that size. Needs the right to mount: as root, or in CI (where
    a skip is a failure) in a container with CAP_SYS_ADMIN."""

    def make(size):
        folder = dpone.folder / "small"
        folder.mkdir()
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"no right to mount a small file system: {done.stderr.strip()}")
        request.addfinalizer(lambda: subprocess.run(["umount", folder], check=True))
        return folder

    return make
