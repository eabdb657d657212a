/** What our program does instead of what was recorded of the Go program. */
export interface Deviation {
  readonly reason: string;
  /** Our stdout, made of the recorded one. */
  readonly stdout: (recorded: string) => string;
  /** Whether stdout's lines come in any order, as what several machines report. Default: false. */
  readonly inAnyOrder?: boolean;
  /** Default: as recorded. */
  readonly exitCode?: number;
  /** A part of our stderr; empty: there is none. */
  readonly stderr: string;
}

const HOW_TO_CONNECT = "To see how to connect your Docker Client to the Docker Engine running on this virtual machine, run";
const USAGE: Pick<Deviation, "reason" | "stdout"> = {
  reason: "a help text on stdout beside the error: the error alone, which names the command that prints the help",
  stdout: () => "",
};
const DEFECT_NO_PROXY: Deviation = {
  reason: "a defect: it prints unset NO_PROXYx, the name and the value of the variable in one",
  stdout: (recorded) => recorded.replace("NO_PROXYx", "NO_PROXY"),
  stderr: "",
};
const WEIRD: Deviation = {
  reason: "the error of a URL that is none names the name server of the computer that recorded; ours says what the URL must be",
  stdout: (recorded) =>
    recorded.replace(/Get "https:\/\/none\/.*no such host/, `The engine's URL is "none", but it must be tcp://HOST:PORT.`),
  stderr: "",
};

const unreadable = (name: string, problem: string) =>
  `The machine "${name}" can't be read: ${problem} ($STORE/machines/${name}/config.json).`;
const DAMAGED: Deviation = {
  reason: "what is wrong with a machine is told with its file and the place in it, and not in the words of Go's libraries",
  stdout: (recorded) =>
    WEIRD.stdout(recorded)
      .replace(/(?<=\nbroken .*)Error getting .*/, () =>
        unreadable("broken", "the file is not valid JSON: Expected property name or '}' at position 1 (line 1 column 2)"),
      )
      .replace(
        /(?<=\nfuture .*)Error getting .*/,
        () =>
          'The machine "future" was saved with config version 99, but this docker-machine reads up to version 3 ($STORE/machines/future/config.json).',
      )
      .replace(/(?<=\nnocfg .*)open .*/, () => unreadable("nocfg", "it has no config.json"))
      .replace(/(?<=\nnoplugin .*)Driver .*/, 'The driver "foobar" is not installed.'),
  stderr: "",
};

/** Every recorded case that our program doesn't repeat, with the reason beside it. All others are repeated byte for byte on stdout. */
export const deviations: Readonly<Record<string, Deviation>> = {
  c01_create_noname: { ...USAGE, stderr: "No machine name specified" },
  c09_create_extra: {
    reason: "several names are several machines, made at once",
    stdout: () =>
      ["a", "b", "c"]
        .map(
          (name) =>
            `(${name}) Running pre-create checks...\n(${name}) Creating machine...\n${HOW_TO_CONNECT}: docker-machine env ${name}\n`,
        )
        .join(""),
    inAnyOrder: true,
    exitCode: 0,
    stderr: "",
  },
  c13_create_virtualbox_default: {
    reason: "without VirtualBox and QEMU there is no default, which is found out before anything is made",
    stdout: () => "",
    stderr: "VirtualBox: https://",
  },
  c14_create_unknown_flag: { ...USAGE, stderr: "bogus" },
  c18_create_amazonec2_nocreds: {
    reason:
      "credentials are looked for where AWS's SDK looks, which reads files, runs programs and asks the network: that is the pre-create check's, whose exit code is 3, and not the options'",
    stdout: () => "Running pre-create checks...\n",
    exitCode: 3,
    stderr: "There are no credentials for AWS",
  },
  c16_create_int_flag_bad: { ...USAGE, stderr: "abc" },
  e09_inspect_two: { ...USAGE, stderr: "Expected one machine name as an argument" },
  e17_rm_noarg: { ...USAGE, stderr: "Expected to get one or more machine names as arguments" },
  e20_scp_noarg: { ...USAGE, stderr: "arguments" },
  d01_ls_damage: DAMAGED,
  g08_ssh: {
    reason: "a defect: the exit code of the remote command is lost",
    stdout: (recorded) => recorded,
    exitCode: 3,
    stderr: "",
  },
  l01_ls: WEIRD,
  l03_ls_active: WEIRD,
  l04_ls_swarm_active: WEIRD,
  u03_ip: {
    reason: "a defect: the address of a machine of the driver none has a port",
    stdout: (recorded) => recorded.replace(/:\d+$/gm, ""),
    stderr: "",
  },
  v_env_bash_unset_noproxy: DEFECT_NO_PROXY,
  v_env_fish_unset_noproxy: DEFECT_NO_PROXY,
  v_env_powershell_unset_noproxy: DEFECT_NO_PROXY,
};
