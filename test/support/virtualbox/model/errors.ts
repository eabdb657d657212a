/** Where in VBoxManage's own source a failing call stands; part of what it prints. */
export interface CallSite {
  readonly call: string;
  readonly line: number;
  readonly file: string;
}

/** COM results by VirtualBox's names, as XPCOM hosts (Linux, macOS) print them; include/VBox/com/VirtualBoxErrorInfo and VirtualBox.xidl. */
const RESULTS = {
  E_FAIL: ["NS_ERROR_FAILURE", "0x80004005"],
  E_INVALIDARG: ["NS_ERROR_INVALID_ARG", "0x80070057"],
  E_ACCESSDENIED: ["E_ACCESSDENIED", "0x80070005"],
  VBOX_E_OBJECT_NOT_FOUND: ["VBOX_E_OBJECT_NOT_FOUND", "0x80bb0001"],
  VBOX_E_INVALID_VM_STATE: ["VBOX_E_INVALID_VM_STATE", "0x80bb0002"],
  VBOX_E_FILE_ERROR: ["VBOX_E_FILE_ERROR", "0x80bb0004"],
  VBOX_E_IPRT_ERROR: ["VBOX_E_IPRT_ERROR", "0x80bb0005"],
  VBOX_E_INVALID_OBJECT_STATE: ["VBOX_E_INVALID_OBJECT_STATE", "0x80bb0007"],
  VBOX_E_HOST_ERROR: ["VBOX_E_HOST_ERROR", "0x80bb0008"],
  VBOX_E_NOT_SUPPORTED: ["VBOX_E_NOT_SUPPORTED", "0x80bb0009"],
  VBOX_E_OBJECT_IN_USE: ["VBOX_E_OBJECT_IN_USE", "0x80bb000c"],
} as const;

/** What COM says of a result without words of its own (iprt/errmsgcom). */
const BARE_WORDS: Partial<Record<ResultCode, string>> = {
  E_ACCESSDENIED: "Access denied",
  E_INVALIDARG: "Invalid argument value",
  E_FAIL: "Operation failed",
};

/** A COM result by its VirtualBox name. */
export type ResultCode = keyof typeof RESULTS;

/** The API object that refused, by interface: `Machine` is component MachineWrap, interface IMachine. */
export type Interface =
  | "VirtualBox"
  | "Machine"
  | "SessionMachine"
  | "Medium"
  | "Console"
  | "NATEngine"
  | "NATNetwork"
  | "DHCPServer"
  | "Host"
  | "HostNetworkInterface"
  | "HostOnlyNetwork"
  | "StorageController"
  | "Appliance"
  | "Snapshot";

/** A call of VirtualBox's API that failed: VBoxManage prints it in three lines and ends with 1. */
export class ApiError extends Error {
  readonly code: ResultCode;
  readonly by: Interface;
  readonly site: CallSite | undefined;
  /** The line that VBoxManage prints before (of a failed progress), or after it. */
  readonly before: string | undefined;
  readonly after: string | undefined;

  /** An empty text prints as COM's own words for the code. */
  constructor(code: ResultCode, by: Interface, text: string, more: { site?: CallSite; before?: string; after?: string } = {}) {
    super(text);
    this.code = code;
    this.by = by;
    this.site = more.site;
    this.before = more.before;
    this.after = more.after;
  }

  /** The same error of a call that stands elsewhere in VBoxManage. */
  at(site: CallSite): ApiError {
    return new ApiError(this.code, this.by, this.message, {
      site: this.site ?? site,
      ...(this.before === undefined ? {} : { before: this.before }),
      ...(this.after === undefined ? {} : { after: this.after }),
    });
  }

  /** The lines of stderr; com/glue/errorprint.cpp. */
  lines(): string[] {
    const [name, number] = RESULTS[this.code];
    const component = this.by === "SessionMachine" ? "SessionMachine" : `${this.by}Wrap`;
    const spoken = this.by === "SessionMachine" ? "IMachine" : `I${this.by}`;
    const what =
      this.message === ""
        ? [`Code ${name} (${number}) - ${BARE_WORDS[this.code] ?? "Unknown"} (extended info not available)`]
        : [
            ...this.message.split("\n"),
            `Details: code ${name} (${number}), component ${component}, interface ${spoken}${this.before === undefined ? ", callee nsISupports" : ""}`,
          ];
    const context = this.site === undefined ? [] : [`Context: "${this.site.call}" at line ${this.site.line} of file ${this.site.file}`];
    return [this.before, ...what, ...context, this.after].filter((line) => line !== undefined);
  }
}

/** A command line that VBoxManage does not take: its usage is printed, and it ends with 2. */
export class SyntaxProblem extends Error {}

/** A value that VBoxManage itself refuses, without usage. */
export class ArgumentProblem extends Error {
  readonly exitCode: 1 | 2;

  /** errorArgument() ends with 2, RTMsgErrorExitFailure() with 1. */
  constructor(message: string, exitCode: 1 | 2 = 2) {
    super(message);
    this.exitCode = exitCode;
  }
}
