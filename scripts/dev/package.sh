#!/usr/bin/env bash
# package.sh [--to FOLDER]: dist/dpone-VERSION.tar.gz, the same bytes for the same commit and compiler: names sorted, no
# owner, every time stamp that of the commit. Proved by unpacking it and running what is in it.
. "$(dirname "$0")/prelude.sh"
cd "$DPONE_ROOT"
folder=dist
case ${1:-} in
  '') ;;
  --to) folder=${2:?} ;;
  *) die 2 "package: no option '$1'" ;;
esac
need build package
# DPONE_BINARY packs that program instead of building one.
program=${DPONE_BINARY:-build/release/dpone}
[ -n "${DPONE_BINARY:-}" ] || "$DPONE_ROOT/scripts/dev/build.sh" release dpone

version=$("$program" version)
name=dpone-${version#dpone }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
umask 022
top=$scratch/$name
mkdir -p "$top/bin" "$folder"
strip -o "$top/bin/dpone" "$program"
git ls-files LICENSE README.md CHANGELOG.md CONTRIBUTING.md docs schemas completions | while read -r file; do
  install -D -m 644 "$file" "$top/$file"
done
chmod -R u=rwX,go=rX "$top"
archive=$folder/$name.tar.gz
tar -C "$scratch" --sort=name --format=gnu --owner=0 --group=0 --numeric-owner --mtime="@$(git log -1 --format=%ct)" \
  -cf - "$name" | gzip -n -9 >"$archive"

step "Unpacking it and running what is in it"
mkdir "$scratch/proof"
tar -xzf "$archive" -C "$scratch/proof"
[ "$("$scratch/proof/$name/bin/dpone" version)" = "$version" ] || die 1 "the packed program does not run"
"$scratch/proof/$name/bin/dpone" docs check-docs "$scratch/proof/$name" >&2 || die 1 "the packed pages have broken links"
echo "$archive $(stat -c %s "$archive") bytes, sha256 $(sha256sum <"$archive" | cut -d' ' -f1)"
