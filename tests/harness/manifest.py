"""Writes manifests for tests."""

import yaml


def full_refresh(table="public.orders", *, name="orders", source=None, sink=None, **sections):
    """A manifest that reloads `table` from connection `src` into connection `dst`; `source` and `sink` add keys."""
    schema, relation = table.split(".")
    end = {"type": "postgres", "connection_type": "env", "table": {"schema": schema, "name": relation}}
    document = {
        "name": name,
        "source": {**end, "connection_id": "src", **(source or {})},
        "sink": {**end, "connection_id": "dst", "strategy": {"mode": "full_refresh"}, **(sink or {})},
        **sections,
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
