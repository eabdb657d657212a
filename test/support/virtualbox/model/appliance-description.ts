/** What an OVF says of its one virtual system, as far as VirtualBox's importer uses it (DMTF DSP0243; ovfreader.cpp). */
export interface ApplianceDescription {
  readonly name: string;
  readonly osType: string;
  readonly processors: number;
  readonly memory: number;
  /** VirtualBox's type of each network adapter. */
  readonly adapters: readonly string[];
  readonly controllers: readonly { readonly instance: string; readonly bus: "ide" | "sata" | "scsi"; readonly type: string }[];
  readonly disks: readonly ApplianceDisk[];
}

/** A disk of an appliance. */
export interface ApplianceDisk {
  readonly id: string;
  /** The file beside the OVF. */
  readonly file: string;
  readonly capacity: number;
  readonly format: string;
  /** The controller's instance, and the place on it. */
  readonly parent: string;
  readonly address: number;
}

const BUSES: Readonly<Record<string, "ide" | "sata" | "scsi">> = { 5: "ide", 6: "scsi", 20: "sata" };
const ADAPTER_TYPES: Readonly<Record<string, string>> = { E1000: "82540EM", PCNet32: "Am79C973", virtio: "virtio" };

/** Reads an OVF's text; undefined where it has no virtual system. */
export function readAppliance(text: string): ApplianceDescription | undefined {
  const [, name] = /<VirtualSystem [^>]*ovf:id="([^"]*)"/.exec(text) ?? [];
  if (name === undefined) return undefined;
  const items = [...text.matchAll(/<(?:Item|StorageItem|EthernetPortItem)[\s>].*?<\/(?:Item|StorageItem|EthernetPortItem)>/gs)].map(
    ([item]) => item,
  );
  const field = (item: string, key: string) => new RegExp(`<(?:rasd|sasd|epasd):${key}[^>]*>([^<]*)<`).exec(item)?.[1] ?? "";
  const ofType = (...types: string[]) => items.filter((item) => types.includes(field(item, "ResourceType")));
  const files = new Map([...text.matchAll(/<File [^>]*>/g)].map(([file]) => [attribute(file, "id"), attribute(file, "href")]));
  const disks = new Map([...text.matchAll(/<Disk [^>]*>/g)].map(([disk]) => [attribute(disk, "diskId"), disk]));
  return {
    name,
    osType: /<vbox:OSType[^>]*>([^<]*)</.exec(text)?.[1] ?? "Other",
    processors: Number(field(ofType("3")[0] ?? "", "VirtualQuantity") || 1),
    memory: Number(field(ofType("4")[0] ?? "", "VirtualQuantity") || 128),
    adapters: ofType("10").map((item) => ADAPTER_TYPES[field(item, "ResourceSubType")] ?? "82540EM"),
    controllers: ofType("5", "6", "20").map((item) => ({
      instance: field(item, "InstanceID"),
      bus: BUSES[field(item, "ResourceType")] ?? "sata",
      type: field(item, "ResourceSubType"),
    })),
    disks: ofType("17").map((item) => {
      const id = field(item, "HostResource").replace(/^(?:ovf:)?\/disk\//, "");
      const disk = disks.get(id) ?? "";
      return {
        id,
        file: files.get(attribute(disk, "fileRef")) ?? "",
        capacity: Number(attribute(disk, "capacity")),
        format: attribute(disk, "format"),
        parent: field(item, "Parent"),
        address: Number(field(item, "AddressOnParent") || 0),
      };
    }),
  };
}

function attribute(element: string, name: string): string {
  return new RegExp(`(?:ovf:)${name}="([^"]*)"`).exec(element)?.[1] ?? "";
}

/** Writes an OVF 1.0 as VirtualBox exports it, for {@link readAppliance} and other importers. */
export function writeAppliance(appliance: ApplianceDescription): string {
  const item = (fields: Record<string, string | number>) =>
    ["      <Item>", ...Object.entries(fields).map(([key, value]) => `        <rasd:${key}>${value}</rasd:${key}>`), "      </Item>"].join(
      "\n",
    );
  const types = { ide: 5, scsi: 6, sata: 20 };
  return `<?xml version="1.0"?>
<Envelope ovf:version="1.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
  <References>
${appliance.disks.map((disk, index) => `    <File ovf:id="file${index + 1}" ovf:href="${disk.file}"/>`).join("\n")}
  </References>
  <DiskSection>
    <Info>List of the virtual disks used in the package</Info>
${appliance.disks.map((disk, index) => `    <Disk ovf:capacity="${disk.capacity}" ovf:diskId="${disk.id}" ovf:fileRef="file${index + 1}" ovf:format="${disk.format}"/>`).join("\n")}
  </DiskSection>
  <VirtualSystem ovf:id="${appliance.name}">
    <Info>A virtual machine</Info>
    <OperatingSystemSection ovf:id="80">
      <Info>The kind of installed guest operating system</Info>
      <vbox:OSType ovf:required="false">${appliance.osType}</vbox:OSType>
    </OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Virtual hardware requirements for a virtual machine</Info>
${[
  item({ Caption: `${appliance.processors} virtual CPU`, InstanceID: 1, ResourceType: 3, VirtualQuantity: appliance.processors }),
  item({
    AllocationUnits: "MegaBytes",
    Caption: `${appliance.memory} MB of memory`,
    InstanceID: 2,
    ResourceType: 4,
    VirtualQuantity: appliance.memory,
  }),
  ...appliance.controllers.map(({ instance, bus, type }) =>
    item({ Address: 0, Caption: `${bus}Controller0`, InstanceID: instance, ResourceSubType: type, ResourceType: types[bus] }),
  ),
  ...appliance.disks.map((disk, index) =>
    item({
      AddressOnParent: disk.address,
      Caption: `disk${index + 1}`,
      HostResource: `/disk/${disk.id}`,
      InstanceID: 50 + index,
      Parent: disk.parent,
      ResourceType: 17,
    }),
  ),
  ...appliance.adapters.map((_, index) =>
    item({ AutomaticAllocation: "true", Connection: "NAT", InstanceID: 80 + index, ResourceSubType: "E1000", ResourceType: 10 }),
  ),
].join("\n")}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
`;
}
