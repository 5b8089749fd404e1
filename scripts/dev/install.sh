# shellcheck shell=bash
# need GROUP...: installs with apt-get what the groups lack. A word is `package`, or `package:command` where any
# command of that name on PATH will do (a machine may have its compiler or psql from elsewhere).

packages_of() {
  case $1 in
    build)
      echo g++:g++ cmake:cmake ninja-build:ninja ccache:ccache mold:mold libfmt-dev libexpected-dev nlohmann-json3-dev \
        libyaml-dev libpq-dev libsqlite3-dev libssl-dev zlib1g-dev libzstd-dev libgtest-dev
      # Another compiler than the machine's: CXX names it, and its number is that of a package.
      case ${CXX:-} in
        g++-*) echo "$CXX" ;;
        clang++-*) echo "clang-${CXX#clang++-}" "llvm-${CXX#clang++-}" ;;
      esac
      ;;
    services)
      echo postgresql-client:psql python3
      # npm fetches the servers. Debian's npm is 400 packages; without one, a PyPI wheel brings it (see npm.sh).
      command -v npm >/dev/null || echo python3-venv
      ;;
    test) echo python3-pytest python3-psycopg2 python3-yaml git:git openssl:openssl ;;
    # Go builds actionlint (see scripts/lint/workflows.sh).
    lint) echo clang-format clang-tidy shellcheck:shellcheck golang-go:go ca-certificates ;;
    coverage) echo gcovr ;;
    package) echo git:git binutils:strip ;;
    docs) echo python3-venv python3-yaml ;;
    # The version is that of Debian 12's clang, which only recommends its sanitizers.
    fuzz) echo clang:clang libclang-rt-14-dev ;;
    bench) echo python3-venv python3-psycopg2 sqlite3:sqlite3 ;;
    *) die 2 "no package group $1" ;;
  esac
}

missing_packages() {
  local word package
  for word in "$@"; do
    package=${word%%:*}
    if [ "$word" != "$package" ] && command -v "${word#*:}" >/dev/null; then continue; fi
    dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^.i' || echo "$package"
  done
}

need() {
  local group words=() missing as_root=()
  for group in "$@"; do
    # shellcheck disable=SC2207  # package names hold no spaces
    words+=($(packages_of "$group"))
  done
  # shellcheck disable=SC2207
  missing=($(missing_packages "${words[@]}"))
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ]; then
    if sudo -n true 2>/dev/null; then as_root=(sudo -n env DEBIAN_FRONTEND=noninteractive); else as_root=(none); fi
  fi
  if [ "${as_root[*]}" = none ] || ! command -v apt-get >/dev/null; then
    die 4 "packages are missing; install them with:
sudo apt-get install -y --no-install-recommends ${missing[*]}"
  fi
  step "Installing ${#missing[@]} Debian packages: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local wait=(-o DPkg::Lock::Timeout=300 -qq)
  "${as_root[@]}" apt-get "${wait[@]}" update >&2 || die 4 "apt-get update failed"
  "${as_root[@]}" apt-get "${wait[@]}" install -y --no-install-recommends "${missing[@]}" </dev/null >&2 ||
    die 4 "apt-get install failed"
}
