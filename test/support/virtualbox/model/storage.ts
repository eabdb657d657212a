import { ApiError } from "./errors.ts";
import type { Bus, Controller, Machine } from "./machine.ts";

/** What SystemProperties says of a bus: controller type by default, allowed types, ports (default and most), devices a port. */
interface BusForm {
  readonly types: readonly string[];
  readonly ports: readonly [least: number, standard: number, most: number];
  readonly devices: number;
}

/** StorageController::init and SystemProperties::getMaxPortCountForStorageBus. */
const BUSES: Readonly<Record<Bus, BusForm>> = {
  ide: { types: ["PIIX4", "PIIX3", "ICH6"], ports: [2, 2, 2], devices: 2 },
  sata: { types: ["IntelAhci"], ports: [1, 30, 30], devices: 1 },
  scsi: { types: ["LsiLogic", "BusLogic"], ports: [16, 16, 16], devices: 1 },
  floppy: { types: ["I82078"], ports: [1, 1, 1], devices: 2 },
  sas: { types: ["LSILogicSAS"], ports: [1, 8, 255], devices: 1 },
  usb: { types: ["USB"], ports: [8, 8, 8], devices: 1 },
  pcie: { types: ["NVMe"], ports: [1, 1, 255], devices: 1 },
  virtio: { types: ["VirtioSCSI"], ports: [1, 1, 256], devices: 1 },
};

/** Spellings of controller types that `storagectl --controller` takes. */
const SPELLINGS: Readonly<Record<string, string>> = {
  intelahci: "IntelAhci",
  virtio: "VirtioSCSI",
  "virtio-scsi": "VirtioSCSI",
  lsilogicsas: "LSILogicSAS",
};

/** The bus that `storagectl --add` names. */
export function busOf(word: string): Bus | undefined {
  const name = word.toLowerCase() === "virtio-scsi" ? "virtio" : word.toLowerCase();
  return name in BUSES ? (name as Bus) : undefined;
}

/** A controller type by any spelling, with the bus it is of. */
export function controllerTypeOf(word: string): { type: string; bus: Bus } | undefined {
  const wanted = (SPELLINGS[word.toLowerCase()] ?? word).toLowerCase();
  for (const [bus, { types }] of Object.entries(BUSES)) {
    const type = types.find((one) => one.toLowerCase() === wanted);
    if (type !== undefined) return { type, bus: bus as Bus };
  }
  return undefined;
}

/** A controller as `storagectl --add` makes it. */
export function newController(name: string, bus: Bus): Controller {
  const { types, ports } = BUSES[bus];
  return { name, bus, type: types[0] ?? "", ports: ports[1], isBootable: true, usesHostCache: bus === "ide", attached: [] };
}

/** How many devices one port of a bus takes. */
export function devicesPerPort(bus: Bus): number {
  return BUSES[bus].devices;
}

/** How many ports a controller of a bus has at most. */
export function maximumPorts(bus: Bus): number {
  return BUSES[bus].ports[2];
}

/** StorageController::setPortCount. */
export function setPorts(controller: Controller, count: number): void {
  const [least, , most] = BUSES[controller.bus].ports;
  if (count < least || count > most) {
    throw new ApiError("E_INVALIDARG", "StorageController", `Invalid port count: ${count} (must be in range [${least}, ${most}])`);
  }
  controller.ports = count;
}

/** Machine::i_getStorageControllerByName. */
export function controllerOf(machine: Machine, name: string): Controller {
  const controller = machine.controllers.find((one) => one.name === name);
  if (controller === undefined)
    throw new ApiError("VBOX_E_OBJECT_NOT_FOUND", "SessionMachine", `Could not find a storage controller named '${name}'`);
  return controller;
}

/** StorageController::i_checkPortAndDeviceValid. */
export function checkPlace(controller: Controller, port: number, device: number): void {
  const devices = devicesPerPort(controller.bus);
  if (port >= 0 && port < controller.ports && device >= 0 && device < devices) return;
  const ranges = `port=${port} (must be in range [0, ${controller.ports - 1}]), device=${device} (must be in range [0, ${devices - 1}])`;
  throw new ApiError("E_INVALIDARG", "SessionMachine", `The port and/or device parameter are out of range: ${ranges}`);
}
