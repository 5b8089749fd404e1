"""Hooks of MkDocs. A pattern in the navigation (`adr/*.md`) stands for the pages that match it, in the order of their
names; a template (0000-...) is none of them.
"""

import pathlib


def expand(nav, docs):
    for entry in nav:
        if isinstance(entry, str) and "*" in entry:
            yield from (path.relative_to(docs).as_posix() for path in sorted(docs.glob(entry)) if not path.name.startswith("0000"))
        elif isinstance(entry, dict):
            yield {title: list(expand(below, docs)) if isinstance(below, list) else below for title, below in entry.items()}
        else:
            yield entry


def on_config(config):
    config.nav = list(expand(config.nav, pathlib.Path(config.docs_dir)))
    return config


def on_page_markdown(markdown, page, config, files):
    # A page that is a tab of its own has nothing beside it to list.
    if page.file.src_uri in ("index.md", "tutorial.md"):
        page.meta["hide"] = ["navigation"]
    return markdown
