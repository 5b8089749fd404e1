"""Runs the benchmarks and writes build/bench/report.json and a Markdown table.

usage: run.py [CASE...] [--rows N] [--rounds N]; --help lists the cases
"""

import argparse
import json
import os
import platform
import subprocess
import sys

import cases
from pairs import RunFailed
from tables import ROOT, BenchServer


def row_of(figure):
    null = "" if figure.null is None else f"{figure.null:.3f}"
    bar = f"{'<=' if figure.is_upper_bar else '>='} {figure.bar:g}"
    spread = [f"{figure.value:.2f} {figure.unit}", f"{figure.lowest:.2f}", f"{figure.highest:.2f}"]
    return [figure.name, *spread, null, bar, figure.verdict]


def markdown(figures, failures):
    header = ["figure", "median", "min", "max", "null median", "bar", "verdict"]
    rows = [header, ["---"] * len(header), *map(row_of, figures)]
    rows += [[name, "", "", "", "", "", "FAIL: " + reason.split("\n")[0][:120]] for name, reason in failures.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def list_of_cases():
    """The first line of each case's docstring says what it measures."""
    return "cases:\n" + "\n".join(f"  {case.__name__:<20}{case.__doc__.splitlines()[0]}" for case in cases.CASES)


def main():
    parser = argparse.ArgumentParser(
        prog="./dev bench", description="Side by side with psql and the peers.", epilog=list_of_cases(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("case", nargs="*", help="all of them by default")
    parser.add_argument("--rows", type=int, default=5_000_000, help="of the large table; others scale with it")
    parser.add_argument("--rounds", type=int, default=9, help="alternating rounds a figure (default 9, the least that counts)")
    options = parser.parse_args()
    try:
        chosen = [cases.named(name) for name in options.case] or cases.CASES
    except KeyError as unknown:
        parser.error(f"no case {unknown}: " + ", ".join(case.__name__ for case in cases.CASES))

    figures, failures = [], {}
    server = BenchServer()
    load = os.getloadavg()[0]
    try:
        bench = cases.Bench(server, options.rows, options.rounds)
        for case in chosen:
            print(f"{case.__name__}:", flush=True)
            server.fresh_target()
            try:
                for figure in case(bench):
                    figures.append(figure)
                    print("  " + " | ".join(row_of(figure)), flush=True)
            except (RunFailed, subprocess.CalledProcessError) as failed:
                failures[case.__name__] = str(failed)
                print(f"  FAILED: {failed}", flush=True)
    finally:
        server.release()

    commit = subprocess.run(["git", "-C", ROOT, "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    report = {
        "schema_version": 1,
        "when": cases.now(),
        "commit": commit,
        "machine": {"cpus": os.cpu_count(), "cpu": platform.machine(), "load_before": load},
        "server": f"PostgreSQL {server.version}, bench profile",
        "rows": options.rows,
        "rounds": options.rounds,
        "figures": [{**figure.__dict__, "verdict": figure.verdict} for figure in figures],
        "failures": failures,
    }
    (ROOT / "build/bench/report.json").write_text(json.dumps(report, indent=2) + "\n")
    print(f"\n{options.rows:,} rows, {options.rounds} rounds, {os.cpu_count()} CPUs, load before {load:.1f}, {report['server']}\n")
    print(markdown(figures, failures))
    return 1 if failures or any(figure.verdict == "FAIL" for figure in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
