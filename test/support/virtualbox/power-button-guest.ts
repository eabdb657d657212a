/** The smallest guest: it sleeps, and powers itself off when its ACPI power button is pressed. */
export function powerButtonGuest(): Buffer {
  const code = [
    ...[0xba, 0x02, 0x06], // mov dx, 0x602: PM1 enable, where SeaBIOS puts the power management of QEMU's pc
    ...[0xb8, 0x00, 0x01], // mov ax, 0x100: the power button
    0xef, // out dx, ax
    0xfb, // sti
    0xf4, // hlt: until the next tick of the clock
    ...[0xba, 0x00, 0x06], // mov dx, 0x600: PM1 status
    0xed, // in ax, dx
    ...[0xf6, 0xc4, 0x01], // test ah, 1: the power button's bit
    ...[0x74, 0xf6], // jz to hlt
    ...[0xba, 0x04, 0x06], // mov dx, 0x604: PM1 control
    ...[0xb8, 0x00, 0x20], // mov ax, 0x2000: sleep enable, soft off
    0xef, // out dx, ax
    ...[0xeb, 0xfe], // jmp to itself
  ];
  const disk = Buffer.alloc(2 ** 20);
  disk.set(code);
  disk.set([0x55, 0xaa], 510);
  return disk;
}
