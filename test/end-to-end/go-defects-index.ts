/** A defect of the Go program, and the tests that hold ours free of it: part of a title in a file of `test/` or a package's tests. */
export interface Defect {
  readonly defect: string;
  readonly heldBy: readonly (readonly [file: string, title: string])[];
}

const HERE = "test/end-to-end/go-defects.test.ts";
const HOSTS = "test/end-to-end/nspawn-machine.test.ts";
const NONE = "test/end-to-end/none-machine.test.ts";
const RUNNER = "test/end-to-end/gitlab-runner.test.ts";
const STORE = "test/end-to-end/store";
const CREATE = "test/machines/create-machine.test.ts";
const REPLAY = "test/replay/deviations.ts";
const SSH = "test/ssh/connect.integration.test.ts";
const SCRIPTS = "test/provision/scripts.integration.test.ts";

/** What the Go program gets wrong, in the order of its list of defects. */
export const defects: readonly Defect[] = [
  {
    defect: "drivers mix up by variables of their parent, listen on a port without authentication, and are lost with a laptop's suspend",
    heldBy: [[HERE, "starts no process and opens no port for a driver"]],
  },
  {
    defect: "a stray line on a driver's stdout breaks it",
    heldBy: [
      ["packages/driver-sdk/test/testing/broken-manners.test.ts", "the suite notices, about state, options, output, errors and secrets"],
    ],
  },
  {
    defect: "a version mismatch surfaces as gob: name not registered",
    heldBy: [["test/drivers/compatibility.test.ts", "range"]],
  },
  {
    defect: "typed errors of drivers become texts",
    heldBy: [["packages/driver-sdk/test/errors.test.ts", "across two copies of the SDK"]],
  },
  { defect: "a machine whose driver is gone can't be removed", heldBy: [[NONE, "is removed by force only"]] },
  { defect: "built-in names always win, silently", heldBy: [["test/drivers/bad-packages.integration.test.ts", "a shipped name"]] },
  {
    defect: "no lock; config.json is truncated, or vanishes while it is saved",
    heldBy: [
      [`${STORE}/parallel.test.ts`, "loses nothing while"],
      [`${STORE}/killed.test.ts`, "kills of create and rm at random times"],
      ["test/files/atomic-file.test.ts", "Atomically"],
      [HERE, "status never fails beside ip"],
    ],
  },
  {
    defect: "a half-made machine blocks its name",
    heldBy: [
      [CREATE, "takes the folder of a create that was killed before it made anything"],
      [CREATE, "says of an unfinished machine that it exists and how to remove it"],
    ],
  },
  {
    defect: "nothing is saved after a failed create, so the instance leaks",
    heldBy: [
      [CREATE, "has config.json on disk before the driver makes anything, and keeps what a failed create made"],
      [RUNNER, "finds the machine of a failed create, and removes it"],
    ],
  },
  { defect: "secrets are in config.json", heldBy: [[CREATE, "keeps secrets out of config.json"]] },
  { defect: "absolute paths make a store unportable", heldBy: [[HERE, "a store that was moved"]] },
  {
    defect: "ls loads hosts one after another, a process each, even for -q and --filter name",
    heldBy: [
      [HERE, "asks all machines at once, in one process"],
      [HERE, "asks no machine for names only"],
    ],
  },
  { defect: "--timeout covers only a part of ls and active", heldBy: [[HERE, "gives up on machines that never answer"]] },
  { defect: "--filter label panics", heldBy: [[HERE, "filters by labels"]] },
  { defect: "Dev and dev collide in the list", heldBy: [[HERE, "names that differ in case only"]] },
  {
    defect: "parallel first creates corrupt the certificates",
    heldBy: [
      [`${STORE}/parallel.test.ts`, "has certificates that fit together after"],
      ["test/certificates/certificates.integration.test.ts", "Twenty processes that use an empty store at once"],
      [RUNNER, "makes its first machines all at once in an empty store"],
    ],
  },
  {
    defect: "Maximum number of retries exceeded, without a cause",
    heldBy: [[HOSTS, "a host that does not answer is an error with the last cause"]],
  },
  {
    defect: "a host's key is never checked; a changed one is accepted",
    heldBy: [
      [SSH, "is required afterwards"],
      [HOSTS, "is logged in to with its recorded host key"],
    ],
  },
  { defect: "a lock of apt or dpkg fails provisioning", heldBy: [[SCRIPTS, "is waited for while another package manager holds a lock"]] },
  { defect: "crash reports are sent to a third party", heldBy: [[HERE, "connects to nobody but the machine"]] },
  {
    defect: "newer Docker refuses the options that are written",
    heldBy: [
      ["test/provision/engine-flags.test.ts", "The storage driver is Docker's choice unless one is asked for"],
      [HOSTS, "Docker is installed where it is missing"],
    ],
  },
  {
    defect: "certificates end after 1080 days without a warning, and CA and client are never renewed",
    heldBy: [
      ["test/certificates/certificates.test.ts", "a CA that ends soon is only warned of"],
      ["test/end-to-end/client-certificates.test.ts", "that ends within 30 days is warned about by what uses it, and renewed"],
    ],
  },
  {
    defect: "a changed address breaks TLS",
    heldBy: [["test/certificates/certificates.test.ts", "keeps a good server certificate, and gets a new one for a new address"]],
  },
  { defect: "rm fails when the VM is already gone", heldBy: [[CREATE, "succeeds when the host is already gone"]] },
  { defect: "the proxy is not passed on", heldBy: [[SCRIPTS, "is installed by the script, to which proxies are passed"]] },
  { defect: "four creates of one name all succeed", heldBy: [[`${STORE}/parallel.test.ts`, "rounds of four creates of one name"]] },
  {
    defect: "rm -f ../victim deletes a folder outside machines/",
    heldBy: [[`${STORE}/damaged.test.ts`, "a name that tries to leave machines/"]],
  },
  {
    defect: "engine labels run on the host, engine variables lose their spaces",
    heldBy: [[HOSTS, "and hostile values arrive literally"]],
  },
  {
    defect: "the server's key is on a command line, in the -D log, and 0644 on the host",
    heldBy: [
      [RUNNER, "without a key in its log"],
      [HOSTS, "stat -c %a /etc/docker/server-key.pem"],
    ],
  },
  { defect: "an endpoint that never answers holds up ls, env and active", heldBy: [[HERE, "gives up on machines that never answer"]] },
  { defect: "env -u --no-proxy prints unset NO_PROXYx", heldBy: [[REPLAY, "v_env_bash_unset_noproxy"]] },
  { defect: "the exit code of a remote command is lost", heldBy: [[REPLAY, "g08_ssh"]] },
  {
    defect: "env and config of a none machine name files that don't exist",
    heldBy: [[NONE, '"ca.pem", "cert.pem", "config.json", "key.pem"']],
  },
  {
    defect: "regenerate-certs --client-certs keeps the client certificate",
    heldBy: [
      ["test/end-to-end/client-certificates.test.ts", "renews the client certificate of all machines, with the CA as it was"],
      [HOSTS, "accepts a renewed client certificate"],
    ],
  },
  { defect: "upgrade fails on Debian", heldBy: [[HOSTS, "has its Docker upgraded with the package that it was installed from"]] },
  {
    defect: "scp takes drive letters for machines",
    heldBy: [["test/machines/file-location.test.ts", "On Windows, %s is of the machine %s"]],
  },
  { defect: "spaces in paths", heldBy: [[HERE, "a store in a folder with spaces"]] },
  { defect: "ip of a none machine prints a port", heldBy: [[HERE, "prints no port"]] },
  {
    defect: "a killed create leaves a half machine shown as Running",
    heldBy: [
      [`${STORE}/killed.test.ts`, "kills of create and rm at random times"],
      [HOSTS, "a create that is killed at any moment leaves nothing that rm can't remove"],
    ],
  },
  { defect: "a killed ls leaves its processes behind", heldBy: [[HERE, "asks all machines at once, in one process"]] },
  { defect: "twenty logins to provision a host that has Docker", heldBy: [[RUNNER, "with few logins"]] },
];

/** Defects whose tests come with what they are about: the Go program's plugins, more drivers, and Windows. */
export const notInReach: readonly { readonly defect: string; readonly reason: string }[] = [
  { defect: "the first line of a plugin must be its address; 10 s heartbeat", reason: "this program starts no plugins of that protocol" },
  { defect: "wmic, npm.cmd EINVAL", reason: "this program runs neither; Windows is not among the computers that run the tests" },
];
