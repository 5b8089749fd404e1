"""PostgreSQL servers and databases for tests. Servers come from scripts/services; they start when first asked for."""

import contextlib
import itertools
import os
import pathlib
import signal
import subprocess
import time
import urllib.parse

import psycopg2
import psycopg2.extensions

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVICE = ROOT / "scripts/services/postgres.sh"
_numbers = itertools.count(1)


class Server:
    """One running server, of a major version."""

    admin_database = "postgres"

    def __init__(self, major):
        self.major = major
        self.name = f"postgres{major}"
        done = subprocess.run(
            [str(SERVICE), "up", self.name, "--for", str(os.getpid())], capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{self.name} did not start: {done.stderr}")
        self.url = done.stdout.split()[-1]
        self.version = self._ask("show server_version")
        self.log_path = pathlib.Path(self._ask("show data_directory")).parent / "server.log"

    def _ask(self, sql):
        with contextlib.closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0]

    def release(self):
        """Stops the server, unless somebody else still uses it."""
        subprocess.run([str(SERVICE), "down", self.name, "--for", str(os.getpid())], capture_output=True, check=False)

    def stop(self, mode):
        """Stops it as `pg_ctl stop -m` does, `fast` or `immediate`, whoever uses it; `start` brings it back."""
        said = subprocess.run([str(SERVICE), "status", self.name], capture_output=True, text=True, check=True).stdout
        pid = int(said.split()[3])
        os.kill(pid, {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode])
        deadline = time.monotonic() + 30
        while pathlib.Path(f"/proc/{pid}").exists():
            assert time.monotonic() < deadline, f"{self.name} does not stop"
            time.sleep(0.01)

    def start(self):
        subprocess.run([str(SERVICE), "up", self.name, "--for", str(os.getpid())], capture_output=True, check=True)

    def url_of(self, database, user=None, password=None):
        parts = urllib.parse.urlsplit(self.url)
        host = parts.netloc
        if user is not None:
            secret = f":{urllib.parse.quote(password, safe='')}" if password is not None else ""
            host = f"{urllib.parse.quote(user, safe='')}{secret}@{host.rpartition('@')[2]}"
        return parts._replace(netloc=host, path="/" + urllib.parse.quote(database, safe="")).geturl()

    def connect(self, database=None):
        connection = psycopg2.connect(self.url_of(database or self.admin_database))
        connection.autocommit = True
        return connection

    def create_database(self, name=None):
        return Database(self, name or f"t{os.getpid()}_{next(_numbers)}")


class ExternalServer(Server):
    """The server that DPONE_IT_PG_HOST, _PORT, _DATABASE, _USER and _PASSWORD name. It is not ours to stop; the role
    must be a superuser, as tests create databases and roles."""

    def __init__(self):
        given = {name: os.environ.get(f"DPONE_IT_PG_{name}", "") for name in ("HOST", "PORT", "DATABASE", "USER", "PASSWORD")}
        user, password = (urllib.parse.quote(given[name], safe="") for name in ("USER", "PASSWORD"))
        self.admin_database = given["DATABASE"] or "postgres"
        self.name = f"{given['HOST']}:{given['PORT'] or 5432}"
        self.url = f"postgresql://{user or 'postgres'}:{password}@{self.name}/{self.admin_database}"
        try:
            self.version = self._ask("show server_version")
        except psycopg2.OperationalError as error:
            raise RuntimeError(f"DPONE_IT_PG_HOST is set, and {self.name} does not answer: {error}") from None
        self.major = int(self._ask("show server_version_num")) // 10000

    def release(self):
        """It goes on."""

    def stop(self, mode):
        raise AssertionError(f"{self.name} is not ours to stop: mark the test own_server")

    def start(self):
        raise AssertionError(f"{self.name} is not ours to start: mark the test own_server")


class Database:
    """A database of its own for a test. `run`, `rows` and `value` use one connection in autocommit mode."""

    def __init__(self, server, name):
        self.server = server
        self.name = name
        self.url = server.url_of(name)
        self._admin(f"create database {quoted(name)} template template0")
        self._connection = None

    def connect(self):
        """A new connection in autocommit mode, for the caller to close."""
        return self.server.connect(self.name)

    def disconnect(self):
        """Forgets its connection, which a stopped server has ended; the next statement makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def url_as(self, user, password):
        return self.server.url_of(self.name, user, password)

    def rows(self, sql, parameters=None):
        if self._connection is None:
            self._connection = self.connect()
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    def run(self, sql, parameters=None):
        self.rows(sql, parameters)

    def value(self, sql, parameters=None):
        """The first column of the one row that `sql` gives."""
        ((value, *_),) = self.rows(sql, parameters)
        return value

    def psql(self, path, **variables):
        """Runs a file with psql, with its variables."""
        settings = [f"--set={name}={value}" for name, value in {"ON_ERROR_STOP": 1, **variables}.items()]
        done = subprocess.run(
            ["psql", "-X", "-q", *settings, "-f", str(path)],
            env={"PATH": os.environ["PATH"], **libpq_environment(self.url)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr

    def fingerprint(self, table, *, columns=None):
        """(rows, hash) of a table, whatever the order of its rows: every column as text, so any two types compare."""
        names = columns or [
            name
            for (name,) in self.rows(
                "select quote_ident(attname) from pg_attribute where attrelid = %s::regclass and attnum > 0"
                " and not attisdropped order by attname",
                (table,),
            )
        ]
        row = f"row({', '.join(f'{name}::text' for name in names)})::text"
        sql = f"select count(*), coalesce(sum(hashtextextended({row}, 0)), 0)::text from {table}"
        return self.rows(sql)[0]

    def drop(self):
        self.disconnect()
        self._admin(
            f"select pg_terminate_backend(pid) from pg_stat_activity where datname = {psycopg2.extensions.adapt(self.name)}",
            f"drop database if exists {quoted(self.name)}",
        )

    def _admin(self, *statements):
        with contextlib.closing(self.server.connect()) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def quoted(identifier):
    return '"' + identifier.replace('"', '""') + '"'


def libpq_environment(url):
    """PGHOST and so on for `url`, so that no password stands in a program's arguments."""
    parts = urllib.parse.urlsplit(url)
    return {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port),
        "PGUSER": urllib.parse.unquote(parts.username),
        "PGPASSWORD": urllib.parse.unquote(parts.password or ""),
        "PGDATABASE": urllib.parse.unquote(parts.path[1:]),
    }
