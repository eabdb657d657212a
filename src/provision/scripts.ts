/**
 * The shell scripts that run on a host. They are constant texts: values come as `$1`, `$2`, …, never by being pasted in.
 * Each may be run again at any time. What a person should read goes to standard error, what the program reads to standard output.
 */

/** Seconds to wait for another package manager on the host, or for cloud-init. */
const LOCK_TIMEOUT_SECONDS = 600;

/**
 * Sets up apt, and `with_locks COMMAND…`, which tries again while another package manager is at work: dpkg's lock apt waits for itself.
 * Waits for cloud-init, which writes result.json when it has ended (cloud-init's documentation, "Boot status"); while it works, the system is still starting.
 * `cloud-init status --wait` would tell the same, but starts Python, which takes seconds in a slow virtual machine.
 */
const PACKAGE_MANAGER = `export DEBIAN_FRONTEND=noninteractive LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf 'DPkg::Lock::Timeout "%s";\\nAcquire::Retries "3";\\n' ${LOCK_TIMEOUT_SECONDS} >"$work/apt.conf"
export APT_CONFIG="$work/apt.conf"
with_locks() {
  tries=0
  until "$@" >"$work/log" 2>&1 </dev/null; do
    code=$?
    tries=$((tries + 1))
    if [ "$tries" -ge $((${LOCK_TIMEOUT_SECONDS} / 2)) ] || ! grep -q 'Could not get lock' "$work/log"; then
      cat "$work/log" >&2
      return "$code"
    fi
    sleep 2
  done
}
tries=0
while [ -e /run/cloud-init/enabled ] && [ ! -e /run/cloud-init/result.json ] && [ "$tries" -lt ${LOCK_TIMEOUT_SECONDS * 4} ]; do
  case $(systemctl is-system-running 2>/dev/null) in initializing | starting) ;; *) break ;; esac
  tries=$((tries + 1))
  sleep 0.25
done`;

/** What get.docker.com has no packages for: Amazon Linux, whose own repositories have Docker (AL2023's user guide, "Docker"). dnf waits for other package managers itself. */
const IS_AMAZON_LINUX = `. /etc/os-release && [ "$ID" = amzn ]`;

/** Prints whether root is at hand, whether systemd runs, and os-release. */
export const INSPECT = `
if [ "$(id -u)" -eq 0 ] || sudo -n true 2>/dev/null; then echo root=yes; else echo root=no; fi
if [ -d /run/systemd/system ]; then echo systemd=yes; else echo systemd=no; fi
cat /etc/os-release 2>/dev/null || cat /usr/lib/os-release 2>/dev/null || echo ID=unknown`;

/** Names the host `$1`, in /etc/hostname and /etc/hosts. */
export const SET_HOSTNAME = `set -eu
name=$1
if [ "$(hostname)" != "$name" ]; then hostname "$name"; fi
if [ "$(cat /etc/hostname 2>/dev/null)" != "$name" ]; then printf '%s\\n' "$name" >/etc/hostname; fi
if awk -v name="$name" '{ for (i = 2; i <= NF; i++) if ($i == name) found = 1 } END { exit !found }' /etc/hosts; then exit 0; fi
awk -v name="$name" '
  $1 == "127.0.1.1" && !done { print "127.0.1.1 " name; done = 1; next }
  { print }
  END { if (!done) print "127.0.1.1 " name }' /etc/hosts >/etc/hosts.docker-machine
chmod 644 /etc/hosts.docker-machine
mv -f /etc/hosts.docker-machine /etc/hosts`;

/**
 * Installs what is missing: curl and, with the script at the address \`$1\`, Docker; on Amazon Linux, its own package instead of what get.docker.com would install. Further arguments are variables for the environment, such as a proxy.
 * Prints the path of dockerd, then daemon.json. Another package manager at work is waited for: dpkg's lock by apt itself, that of the package lists by trying again.
 */
export const INSTALL_DOCKER = `set -eu
url=$1
shift
for variable in "$@"; do export "$variable"; done
${PACKAGE_MANAGER}
if ! command -v dockerd >/dev/null && [ "$url" = https://get.docker.com ] && (${IS_AMAZON_LINUX}); then
  with_locks dnf -q -y install docker
  hash -r
elif ! command -v dockerd >/dev/null; then
  missing=
  command -v curl >/dev/null || missing=curl
  [ -e /etc/ssl/certs/ca-certificates.crt ] || missing="$missing ca-certificates"
  if [ -n "$missing" ]; then
    with_locks apt-get -q update
    with_locks apt-get -q -y install --no-install-recommends $missing
  fi
  if [ -z "$url" ]; then
    echo 'Docker is not installed, and no --engine-install-url was given.' >&2
    exit 1
  fi
  curl -fsSL --retry 3 --connect-timeout 20 -o "$work/install.sh" -- "$url"
  with_locks sh "$work/install.sh"
  hash -r
fi
command -v dockerd || { echo 'The script has ended without an error, but there is no dockerd.' >&2; exit 1; }
cat /etc/docker/daemon.json 2>/dev/null || :`;

/**
 * Makes Docker run with the files `$1`, `$2`, …: restarts it if their content is not what it was last started with.
 * What that was is written down only after the restart, so a run that is cut in between is made up for by the next.
 */
export const APPLY = `set -eu
PATH=$PATH:/usr/sbin:/sbin
applied=/var/lib/docker-machine/applied
state=$(sha256sum -- "$@")
if [ "$(cat "$applied" 2>/dev/null)" = "$state" ] && systemctl is-active --quiet docker; then exit 0; fi
systemctl daemon-reload
systemctl enable docker >/dev/null 2>&1
systemctl reset-failed docker docker.socket 2>/dev/null || :
timeout 300 systemctl restart docker
mkdir -p "$(dirname "$applied")"
printf '%s\\n' "$state" >"$applied.new"
mv -f "$applied.new" "$applied"`;

/** What is asked of, and done by, the host's package manager: `package_of FILE`, `version PACKAGE`, `is_installed PACKAGE`, `upgrade PACKAGE…`. */
const PACKAGES = `if (${IS_AMAZON_LINUX}); then
  package_of() { rpm -qf --queryformat '%{NAME}' "$1" 2>/dev/null || :; }
  version() { rpm -q --queryformat '%{VERSION}-%{RELEASE}' "$1"; }
  is_installed() { rpm -q "$1" >/dev/null 2>&1; }
  upgrade() { with_locks dnf -q -y --refresh upgrade "$@"; }
else
  package_of() { dpkg-query --search "$1" 2>/dev/null | head -n 1 | cut -d : -f 1; }
  version() { dpkg-query --show --showformat '\${Version}' "$1"; }
  is_installed() { [ "$(dpkg-query --show --showformat '\${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
  upgrade() {
    with_locks apt-get -q update -o APT::Update::Error-Mode=any
    with_locks apt-get -q -y install --only-upgrade --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
  }
fi`;

/**
 * Upgrades the packages that Docker was installed from, and restarts it if it doesn't run what is installed. Arguments are variables for the environment, such as a proxy.
 * Prints the package's name, its version before, and its version after.
 */
export const UPGRADE_DOCKER = `set -eu
for variable in "$@"; do export "$variable"; done
${PACKAGE_MANAGER}
dockerd=$(readlink -f "$(command -v dockerd)")
${PACKAGES}
package=$(package_of "$dockerd")
if [ -z "$package" ]; then
  echo "The file $dockerd belongs to no package." >&2
  exit 1
fi
before=$(version "$package")
installed=
for each in "$package" docker-ce-cli docker-ce-rootless-extras docker-cli docker-buildx-plugin docker-compose-plugin containerd.io containerd runc; do
  if is_installed "$each"; then installed="$installed $each"; fi
done
upgrade $installed
after=$(version "$package")
running=$(readlink "/proc/$(systemctl show --property MainPID --value docker)/exe" 2>/dev/null || :)
if [ "$before" != "$after" ] || [ "$running" != "$dockerd" ]; then
  systemctl daemon-reload
  systemctl reset-failed docker docker.socket 2>/dev/null || :
  if ! timeout 300 systemctl restart docker; then
    echo 'Docker does not start any more. The end of its journal:' >&2
    journalctl --unit docker --no-pager --output cat --lines 12 2>&1 | cut -c 1-400 >&2
    exit 1
  fi
fi
printf '%s\\n' "$package" "$before" "$after"`;

/** Prints the last lines of Docker's journal. */
export const JOURNAL = `
PATH=$PATH:/usr/sbin:/sbin
journalctl --unit docker --no-pager --output cat --lines 12 2>&1 | cut -c 1-400`;
