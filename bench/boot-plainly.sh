#!/bin/sh
# Boots a virtual machine and ends when its Docker answers: what `create -d qemu` is compared with.
# sh boot-plainly.sh FOLDER, which has: arguments (QEMU's command line, each word ended by NUL), login (user and port), key, seed.iso, image (a link)
set -eu
cd "$1"
read -r user port < login
qemu-img create -q -f qcow2 -F qcow2 -b "$(readlink image)" disk.qcow2 20000M
xargs --null --arg-file=arguments env
until ssh -i key -p "$port" -o BatchMode=yes -o ConnectTimeout=5 -o LogLevel=ERROR -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
  "$user@127.0.0.1" sudo docker version > /dev/null 2>&1; do sleep 0.2; done
