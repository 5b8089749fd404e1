"""What every suite gets: fixtures from harness/, and the rules that CI holds tests to."""

pytest_plugins = ["harness.counts", "harness.rules", "harness.labels", "harness.fixtures"]
