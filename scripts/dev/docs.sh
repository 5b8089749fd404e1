#!/usr/bin/env bash
# docs.sh [--serve | --install]: the site, by MkDocs, strictly: a broken link or a page outside of the navigation fails.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
need docs
requirements=scripts/docs/requirements.txt
venv=${DPONE_CACHE:-$DPONE_ROOT/.services/cache}/mkdocs-$(sha256sum <"$requirements" | cut -c1-12)
if [ ! -e "$venv/.complete" ]; then
  step "Fetching MkDocs"
  rm -rf "$venv"
  "$PYTHON" -m venv "$venv" >&2
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$requirements" >&2 || die 4 "MkDocs could not be fetched"
  touch "$venv/.complete"
fi
case ${1:-} in
  --install) exit 0 ;;
  --serve) exec "$venv/bin/mkdocs" serve --strict ;;
  '') ;;
  *) die 2 "docs: no option '$1'" ;;
esac
"$PYTHON" scripts/docs/errors.py --check
step "Building site/"
# The venv's pages must not depend on what runs it: no plugins of other places.
"$venv/bin/mkdocs" build --strict --clean --quiet --site-dir site
echo "site/: $(find site -name '*.html' | wc -l) pages"
