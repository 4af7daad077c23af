#!/usr/bin/env bash
# The packages in a Debian of their own: installed, upgraded, removed, purged. `chroot_test.sh OLD NEW` takes two folders
# with .deb files; needs root, debootstrap and Debian's archive. The bare Debian is kept in build/package for the next run.
set -euo pipefail

old=$(realpath "$1") new=$(realpath "$2")
cd "$(dirname "$0")/../.."
kept=$PWD/build/package/bookworm.tar
mirror=${AGT_DEBIAN_MIRROR:-http://deb.debian.org/debian}
root=$(mktemp -d)
passed=0 failed=0

# The gateway that was started, by what it wrote into its lock.
stop_gateway() {
  local pid
  pid=$(cat "$root/var/lib/agt/lock" 2>/dev/null) && [ -n "$pid" ] && [ "$(readlink "/proc/$pid/root")" = "$root" ] || return 0
  kill "$pid"
  for _ in $(seq 150); do [ -d "/proc/$pid" ] || return 0; sleep 0.1; done
  kill -9 "$pid"
}

# The Debian in the folder, running under its own systemd; nothing to do where no such thing can be started.
machine='' first=''
boot() {
  tests/packaging/boot.sh "$root" > "$root.boot" 2>&1 < /dev/null &
  machine=$!
  for _ in $(seq 300); do
    [ -d "/proc/$machine" ] || break
    first=$(pgrep -P "$machine" -x systemd) && up systemctl is-system-running --quiet 2>/dev/null && return 0
    sleep 0.1
  done
  [ -n "$first" ] && up systemctl --failed && return 0  # degraded is enough
  sed 's/^/    /' "$root.boot" >&2
  return 1
}
up() { nsenter -t "$first" -m -u -i -n -p -C env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
main_pid() { up systemctl show -p MainPID --value agt.service; }
healthy() { says '"status"' up bash -c 'exec 3<>/dev/tcp/127.0.0.1/8045; printf "GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:8045\r\nconnection: close\r\n\r\n" >&3; cat <&3'; }
within() { local tries=$1; shift; for _ in $(seq "$tries"); do "$@" && return 0; sleep 0.1; done; return 1; }
other_pid() { local now; now=$(main_pid); [ "$now" != 0 ] && [ "$now" != "$1" ]; }
halt_machine() {
  [ -n "$machine" ] || return 0
  kill -9 "$machine" 2>/dev/null || true
  wait "$machine" 2>/dev/null || true
  sleep 0.5
  local branch
  for branch in /sys/fs/cgroup/agt-boot-"$machine" /sys/fs/cgroup/systemd/agt-boot-"$machine"; do
    [ ! -d "$branch" ] || find "$branch" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  machine=''
  rm -f "$root.boot"
}

leave() {
  stop_gateway
  halt_machine
  for place in dev proc; do ! mountpoint -q "$root/$place" || umount "$root/$place"; done
  rm -rf --one-file-system "$root"
}
trap leave EXIT

# is WHAT COMMAND…: one check.
is() {
  local what=$1
  shift
  if "$@" > "$root/tmp/output" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'not so: %s\n' "$what" >&2
    sed 's/^/    /' "$root/tmp/output" >&2
  fi
}
inside() { chroot "$root" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }
apt() { inside apt-get -qq -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" > "$root/tmp/apt" 2>&1 || { cat "$root/tmp/apt" >&2; return 1; }; }
as() { local who=$1; shift; inside runuser -u "$who" -- "$@"; }
none() { ! "$@"; }
gone() { [ ! -e "$root$1" ] && [ ! -L "$root$1" ]; }
there() { [ -e "$root$1" ]; }
silent() { local said; said=$("$@" 2>&1) && [ -z "$said" ] || { printf '%s\n' "$said"; return 1; }; }
# Not a pipe: whoever still writes when grep has seen enough would fail.
says() { local wanted=$1 said; shift; said=$("$@" 2>&1) && grep -qF -- "$wanted" <<< "$said"; }

if [ ! -f "$kept" ]; then
  mkdir -p "$(dirname "$kept")"
  debootstrap --variant=minbase bookworm "$root" "$mirror" > "$root.log" 2>&1 || { tail -n 20 "$root.log" >&2; rm -f "$root.log"; exit 1; }
  rm -f "$root.log"
  tar -C "$root" -cf "$kept.new" . && mv "$kept.new" "$kept"
else
  tar -C "$root" -xf "$kept"
fi
chmod 755 "$root"  # users go through it too
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
cp /etc/resolv.conf "$root/etc/resolv.conf"
mkdir "$root/old" "$root/new"
cp "$old"/*.deb "$root/old" && cp "$new"/*.deb "$root/new"
gateway=$(basename "$(ls "$new"/antigravity-tools_*.deb)")
desktop=$(basename "$(ls "$new"/antigravity-tools-desktop_*.deb 2>/dev/null || true)")
apt update
inside useradd -m ada

echo "install"
is "installs" apt install "/old/$(basename "$(ls "$old"/antigravity-tools_*.deb)")"
is "has a user of its own" inside id _agt
is "its folder is closed to others" test "$(inside stat -c '%a %U' /var/lib/agt)" = "700 _agt"
is "no unit is enabled" none there /etc/systemd/system/multi-user.target.wants/agt.service
is "units are in order" inside systemd-analyze verify --man=no /lib/systemd/system/agt.service /lib/systemd/system/agt.socket
as _agt env AGT_HOME=/var/lib/agt agt settings set scheduling.max_attempts 7
as _agt env AGT_HOME=/var/lib/agt agt route add --match 'kept-*' --to demo/demo > /dev/null
as ada env HOME=/home/ada agt settings set scheduling.max_attempts 6

echo "upgrade"
is "upgrades" apt install "/new/$gateway"
is "keeps the settings of the system" test "$(as _agt env AGT_HOME=/var/lib/agt agt settings get scheduling.max_attempts)" = 7
is "keeps the rules of the system" says 'kept-*' as _agt env AGT_HOME=/var/lib/agt agt route list
is "keeps the settings of users" test "$(as ada env HOME=/home/ada agt settings get scheduling.max_attempts)" = 6
is "files are as they were packed" silent inside dpkg --verify antigravity-tools
for file in /usr/bin/agt /usr/bin/agt-sim /lib/systemd/system/agt.socket /usr/lib/systemd/user/agt.service \
  /usr/share/bash-completion/completions/agt /usr/share/zsh/vendor-completions/_agt \
  /usr/share/fish/vendor_completions.d/agt.fish /usr/lib/sysusers.d/agt.conf; do
  is "$file is there" there "$file"
done
# Debian's minimal images leave manual pages out.
is "brings its manual page" says ./usr/share/man/man1/agt.1.gz dpkg-deb --contents "$new/$gateway"

echo "serve"
as _agt env AGT_HOME=/var/lib/agt agt serve --port 0 --admin-port 0 > "$root/tmp/serve" 2>&1 &
for _ in $(seq 100); do grep -q 'for clients' "$root/tmp/serve" && break; sleep 0.1; done
port=$(grep -oE 'for clients +http://127.0.0.1:[0-9]+' "$root/tmp/serve" | grep -oE '[0-9]+$')
is "the installed gateway runs" as _agt env AGT_HOME=/var/lib/agt agt status --running
is "and answers" says '"status"' inside bash -c "exec 3<>/dev/tcp/127.0.0.1/$port; printf 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1:$port\r\nconnection: close\r\n\r\n' >&3; cat <&3"
stop_gateway
is "and is told when nothing runs" none as _agt env AGT_HOME=/var/lib/agt agt status --running

if [ -n "$desktop" ]; then
  echo "desktop"
  is "what the window needs is in Debian" apt -s install "/new/$gateway" "/new/$desktop"
fi

echo "boot"
if boot; then
  is "the service starts" up systemctl enable --now agt.service
  is "and answers" healthy
  is "its log is in the journal" within 50 says 'listening' up journalctl --no-pager -u agt.service
  is "the link that signs in is not" none says 'login=' up journalctl --no-pager
  before=$(main_pid)
  up bash -c "kill -9 $before"
  is "it is started again after its end" within 100 other_pid "$before"
  is "and answers again" within 50 healthy
  before=$(main_pid)
  is "upgrades while it runs" up apt-get -qq -y -o Dpkg::Use-Pty=0 install --reinstall "/new/$gateway"
  is "and runs the new program then" within 50 other_pid "$before"
  is "the service ends" up systemctl disable --now agt.service
  is "the socket alone is enough" up systemctl enable --now agt.socket
  is "no gateway runs yet" test "$(main_pid)" = 0
  is "the first request starts it" healthy
  is "removes while it runs" up apt-get -qq -y -o Dpkg::Use-Pty=0 remove antigravity-tools
  is "and has ended it" none up bash -c 'grep -qx agt /proc/[0-9]*/comm'
  is "no unit has failed" none says agt. up systemctl --failed --no-legend
  halt_machine
  apt install "/new/$gateway"
else
  echo "skipped: no systemd can be started here" >&2
fi

echo "remove"
is "removes" apt remove antigravity-tools
is "takes the program away" gone /usr/bin/agt
is "takes the units away" gone /lib/systemd/system/agt.service
is "leaves the data of the system" there /var/lib/agt/data/vault.db
is "leaves the data of users" there /home/ada/.local/share/agt/vault.db

echo "purge"
is "purges" apt purge antigravity-tools
is "takes the data of the system away" gone /var/lib/agt
is "leaves the data of users" there /home/ada/.local/share/agt/vault.db
is "leaves nothing in dpkg" none inside dpkg -s antigravity-tools
is "leaves no file of its own" silent find "$root" -xdev \( -name agt -o -name 'agt[.-]*' -o -name '_agt' -o -name '*antigravity*' \) \
  -not -path "$root/home/*" -not -path "$root/old/*" -not -path "$root/new/*"
is "installs again" apt install "/new/$gateway"
as _agt env AGT_HOME=/var/lib/agt agt settings set scheduling.max_attempts 5
echo 'antigravity-tools antigravity-tools/remove_data boolean false' | inside debconf-set-selections
is "purges after a no" apt purge antigravity-tools
is "keeps the data of the system then" there /var/lib/agt/data/vault.db

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
