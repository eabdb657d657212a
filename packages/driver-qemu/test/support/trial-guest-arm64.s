// What the trial of an accelerator runs on arm64 (src/trial-guest.ts): a program in place of the firmware of QEMU's "virt" machine. It says so on the serial port
// only if all of it worked: translation of addresses, a system call from user mode with floating point, and a loop that takes minutes where
// each instruction is emulated. Any surprise is an endless sleep, which a deadline ends.
// Registers and tables: Arm Architecture Reference Manual for A-profile, chapters D1, D8 and D24. Places of devices: QEMU's hw/arm/virt.c.
        .set    SERIAL, 0x09000000
        .set    LEVEL1, 0x40100000              // page tables, in memory, which begins at 0x40000000
        .set    LEVEL2, 0x40101000
        .set    SERIAL_ENTRY, LEVEL2 + SERIAL / 0x200000 * 8
        .set    ITERATIONS, 100000000
        .set    SYSTEM_OFF, 0x84000008          // PSCI (Arm DEN 0022)

        .text
start:
        mrs     x0, CurrentEL
        cmp     x0, #(1 << 2)
        b.ne    fail
        ldr     x0, =LEVEL1
        mov     x2, #0x2000
clear:  sub     x2, x2, #8
        str     xzr, [x0, x2]
        cbnz    x2, clear
        ldr     x1, =(LEVEL2 + 3)
        str     x1, [x0]
        ldr     x0, =LEVEL2
        ldr     x1, =0x7c5                      // this program: normal memory, for reading only, for user mode too
        str     x1, [x0]
        ldr     x0, =SERIAL_ENTRY
        ldr     x1, =(0x60000000000401 + SERIAL) // device memory, nothing to execute
        str     x1, [x0]
        ldr     x1, =0xff00                     // kinds of memory: 0 is a device, 1 is normal
        msr     mair_el1, x1
        ldr     x1, =0x800020                   // 4 GiB in pages of 4 KiB, tables not cached, nothing in the upper half
        msr     tcr_el1, x1
        ldr     x0, =LEVEL1
        msr     ttbr0_el1, x0
        msr     vbar_el1, xzr                   // vectors at 0: that of a system call is at 0x400, the others stay out of use
        mov     x1, #(3 << 20)                  // floating point, for user mode too
        msr     cpacr_el1, x1
        dsb     sy
        tlbi    vmalle1
        dsb     sy
        isb
        mrs     x1, sctlr_el1
        orr     x1, x1, #1                      // translation
        msr     sctlr_el1, x1
        isb
        msr     spsr_el1, xzr                   // user mode
        adr     x1, user
        msr     elr_el1, x1
        eret

user:
        fmov    d0, #20.0
        fadd    d0, d0, d0
        fcvtzu  x3, d0
        svc     #0
        b       fail

fail:   wfi
        b       fail

message:
        .asciz  "trial passed\n"
        .balign 8
        .ltorg

        .org    0x400
system_call:
        cmp     x3, #40
        b.ne    fail
        ldr     x1, =ITERATIONS
count:  subs    x1, x1, #1
        b.ne    count
        adr     x1, message
        ldr     x2, =SERIAL
print:  ldrb    w0, [x1], #1
        cbz     w0, off
        str     w0, [x2]
        b       print
off:    ldr     w0, =SYSTEM_OFF
        hvc     #0
