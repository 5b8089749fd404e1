"""Writes manifests for tests."""

import yaml


def full_refresh(table="public.orders", *, name="orders", query=None, source=None, sink=None, **sections):
    """A manifest that reloads `table` from connection `src` into connection `dst`; `source` and `sink` add keys.
    With `query`, the source is that instead of the table."""
    schema, relation = table.split(".")
    end = {"type": "postgres", "connection_type": "env", "table": {"schema": schema, "name": relation}}
    document = {
        "name": name,
        "source": {**end, "connection_id": "src", **(source or {})},
        "sink": {**end, "connection_id": "dst", "strategy": {"mode": "full_refresh"}, **(sink or {})},
        **sections,
    }
    if query is not None:
        del document["source"]["table"]
        document["source"]["options"] = {"query": query}
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True)
