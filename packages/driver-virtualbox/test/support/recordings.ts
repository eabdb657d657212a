/** What VBoxManage printed on real computers, as others recorded it. Each says where from. */

/** docker/machine, drivers/virtualbox/network_test.go, with two interfaces. */
export const HOST_ONLY_INTERFACES = `Name:            vboxnet0
GUID:            786f6276-656e-4074-8000-0a0027000000
DHCP:            Disabled
IPAddress:       192.168.99.1
NetworkMask:     255.255.255.0
IPV6Address:
IPV6NetworkMaskPrefixLength: 0
HardwareAddress: 0a:00:27:00:00:00
MediumType:      Ethernet
Status:          Up
VBoxNetworkName: HostInterfaceNetworking-vboxnet0

Name:            vboxnet1
GUID:            786f6276-656e-4174-8000-0a0027000001
DHCP:            Disabled
IPAddress:       192.168.99.1
NetworkMask:     255.255.255.0
IPV6Address:
IPV6NetworkMaskPrefixLength: 0
HardwareAddress: 0a:00:27:00:00:01
MediumType:      Ethernet
Status:          Up
VBoxNetworkName: HostInterfaceNetworking-vboxnet1

`;

/** hashicorp/vagrant, test/unit/plugins/providers/virtualbox (VirtualBox 7 on macOS): a blank line stands inside of each record. */
export const HOST_ONLY_NETS = `Name:            vagrantnet-vbox1
GUID:            10000000-0000-0000-0000-000000000000

State:           Enabled
NetworkMask:     255.255.255.0
LowerIP:         192.168.61.0
UpperIP:         192.168.61.0
VBoxNetworkName: hostonly-vagrantnet-vbox1

Name:            vagrantnet-vbox2
GUID:            20000000-0000-0000-0000-000000000000

State:           Enabled
NetworkMask:     255.255.255.0
LowerIP:         192.168.22.0
UpperIP:         192.168.22.0
VBoxNetworkName: hostonly-vagrantnet-vbox2`;

/** hashicorp/vagrant, the same: the network part of showvminfo of a machine with such a card. */
export const VM_WITH_HOST_ONLY_NET = `natnet1="nat"
macaddress1="080027BB1475"
cableconnected1="on"
nic1="nat"
nictype1="82540EM"
nicspeed1="0"
mtu="0"
sockSnd="64"
sockRcv="64"
tcpWndSnd="64"
tcpWndRcv="64"
Forwarding(0)="ssh,tcp,127.0.0.1,2222,,22"
hostonly-network2="vagrantnet-vbox1"
macaddress2="080027FBC15B"
cableconnected2="on"
nic2="hostonlynetwork"
nictype2="82540EM"
nicspeed2="0"
nic3="none"
nic8="none"
`;

/** VirtualBox 6.1, from a reader's notes on "VBoxManage list dhcpservers": options are indented, and one line there has a slash in its key. */
export const DHCP_SERVERS = `NetworkName:    HostInterfaceNetworking-vboxnet0
Dhcpd IP:       192.168.56.1
LowerIPAddress: 192.168.56.101
UpperIPAddress: 192.168.56.104
NetworkMask:    255.255.255.0
Enabled:        Yes
Global Configuration:
    minLeaseTime:     default
    defaultLeaseTime: default
    maxLeaseTime:     default
    Forced options:   None
    Suppressed opts.: None
        1/legacy: 255.255.255.0
Groups:               None
Individual Configs:   None

NetworkName:    DN01_NatNetwork
Dhcpd IP:       10.0.2.2
LowerIPAddress: 10.0.2.10
UpperIPAddress: 10.0.2.14
NetworkMask:    255.255.255.0
Enabled:        No
`;

/** Percona's blog on monitoring in VirtualBox, 2021; the columns as VirtualBox's VBoxManageDHCPServer.cpp prints them. */
export const DHCP_LEASE = `IP Address:  192.168.56.112
MAC Address: 08:00:27:72:60:0d
State:       acked
Issued:      2021-12-21T22:15:54Z (1640124954)
Expire:      2021-12-21T22:25:54Z (1640125554)
TTL:         600 sec, currently 444 sec left
`;

/** A blog on growing a vagrant disk, 2019. */
export const DISK = `UUID:           acbb4ffc-0580-40d6-8627-3ed24cd0beff
Parent UUID:    base
State:          created
Type:           normal (base)
Location:       /Users/lvkai/VirtualBox VMs/dev_default_1531796361866_92956/centos-vm-disk1.vmdk
Storage format: VMDK
Format variant: dynamic default
Capacity:       10000 MBytes
Size on disk:   9634 MBytes
Encryption:     disabled
In use by VMs:  dev_default_1531796361866_92956 (UUID: a153957c-e43f-4dd2-8512-f51d42dee3d3)

UUID:           36524650-f833-4cbd-ac82-899603ae2f4c
Parent UUID:    base
State:          created
Type:           normal (base)
Location:       C:\\Users\\YOURNAME\\VirtualBox VMs\\Win10\\Win10.vdi
Storage format: VDI
`;

/** The Go program's error message about VirtualBox 6.0 on Ubuntu 18.04, quoted in a tutorial: the warning stands on stdout. */
export const VERSION_WITH_WARNING = `WARNING: The vboxdrv kernel module is not loaded. Either there is no module
         available for the current kernel (4.18.0-24-generic) or it failed to
         load. Please recompile the kernel module and install it by

           sudo /sbin/vboxconfig

         You will not be able to start VMs until this problem is fixed.
6.0.10r132072
`;

/** VirtualBox 6.0 with an Ubuntu guest, from an issue about vagrant; shortened. */
export const VM = `name="ubuntu-18.04-amd64_1549746024485_35372"
UUID="a153957c-e43f-4dd2-8512-f51d42dee3d3"
CfgFile="/virtual/machines/ubuntu-18.04-amd64_1549746024485_35372/ubuntu-18.04-amd64_1549746024485_35372.vbox"
memory=1024
cpus=2
VMState="poweroff"
VMStateChangeTime="2012-02-12T11:51:46.000000000"
defaultfrontend=""
storagecontrollername0="IDE Controller"
storagecontrollertype0="PIIX4"
storagecontrollername1="SATA Controller"
storagecontrollertype1="IntelAhci"
"IDE Controller-0-0"="none"
"SATA Controller-0-0"="/virtual/machines/ubuntu/Snapshots/{1c182745-4b09-41a1-a147-d3ced46f72f6}.vmdk"
"SATA Controller-ImageUUID-0-0"="1c182745-4b09-41a1-a147-d3ced46f72f6"
natnet1="nat"
macaddress1="080027E5FA8F"
nic1="nat"
nic2="none"
vrdeproperty[TCP/Ports]="5947"
GuestMemoryBalloon=0
`;

/** VirtualBox 7 on Windows, from a test of an installer of Windows guests: backslashes are doubled. */
export const WINDOWS_DISK_FIELD = `"SATA Controller-0-0"="C:\\\\VMs\\\\VM1\\\\VM1.vdi"`;

/** docker/machine, drivers/virtualbox/virtualbox_test.go: the guest is boot2docker, the host-only card has the address 08:00:27:28:97:98. */
export const IP_ADDR = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 08:00:27:e0:08:c4 brd ff:ff:ff:ff:ff:ff
    inet 10.0.2.15/24 brd 10.0.2.255 scope global eth0
       valid_lft forever preferred_lft forever
3: eth1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000
    link/ether 08:00:27:28:97:98 brd ff:ff:ff:ff:ff:ff
    inet 192.168.99.100/24 brd 192.168.99.255 scope global eth1
       valid_lft forever preferred_lft forever
`;

/** rdbreak/rhcsa8env, issue 71: VirtualBox 6.1.32. */
export const RANGE_REFUSED = `VBoxManage: error: Code E_ACCESSDENIED (0x80070005) - Access denied (extended info not available)
VBoxManage: error: Context: "EnableStaticIPConfig(Bstr(pszIp).raw(), Bstr(pszNetmask).raw())" at line 242 of file VBoxManageHostonly.cpp
`;

/** A lab's notes on VirtualBox 7.2 next to KVM. */
export const VTX_IN_USE = `VBoxManage: error: VT-x is being used by another hypervisor (VERR_VMX_IN_VMX_ROOT_MODE).
VBoxManage: error: VirtualBox can't operate in VMX root mode. Please disable the KVM kernel extension, recompile your kernel and reboot (VERR_VMX_IN_VMX_ROOT_MODE)
VBoxManage: error: Details: code NS_ERROR_FAILURE (0x80004005), component ConsoleWrap, interface IConsole
`;

/** An issue about vagrant. */
export const VM_MISSING = `VBoxManage: error: Could not find a registered machine with UUID {99c6a563-deea-4673-81e3-860a818a6d72}
VBoxManage: error: Details: code VBOX_E_OBJECT_NOT_FOUND (0x80bb0001), component VirtualBoxWrap, interface IVirtualBox, callee nsISupports
VBoxManage: error: Context: "FindMachine(Bstr(VMNameOrUuid).raw(), machine.asOutParam())" at line 2621 of file VBoxManageInfo.cpp
`;

/** A course's notes: startvm of a machine that runs. */
export const VM_LOCKED = `VBoxManage: error: The machine 'odooT' is already locked by a session (or being locked or unlocked)
VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap, interface IMachine, callee nsISupports
`;

/** A user's notes on host-only networks: getextradata of a machine. */
export const EXTRA_DATA = `Key: GUI/LastCloseAction, Value: powerOff
Key: GUI/LastGuestSizeHint, Value: 640,480
Key: GUI/LastNormalWindowPosition, Value: 235,131,640,342,max
`;
