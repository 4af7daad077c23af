#!/usr/bin/env bash
# Starts systemd as the first process of a Debian in a folder, in name spaces of its own, without a network:
# `boot.sh ROOT` stays as long as that runs; ending this process ends all of it. Needs root.
set -euo pipefail

root=$1
if [ "${2:-}" != inside ]; then
  # Its own branch of the tree of control groups, which is all of the tree to it.
  if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then tree=/sys/fs/cgroup; else tree=/sys/fs/cgroup/systemd; fi
  branch=$tree/agt-boot-$$
  mkdir "$branch"
  echo $$ > "$branch/cgroup.procs"
  exec unshare --fork --pid --mount --uts --ipc --net --cgroup --kill-child "$0" "$root" inside
fi

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
if [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  mkdir "$root/sys/fs/cgroup/systemd"
  mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
fi
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for place in dev/shm run tmp; do mount -t tmpfs -o mode=1777 tmpfs "$root/$place"; done
chmod 755 "$root/run"
ip link set lo up
cd "$root"
mkdir -p old
pivot_root . old
exec chroot . /bin/sh -c 'umount -l /old && rmdir /old; exec env -i container=agt PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd systemd.unit=multi-user.target'
