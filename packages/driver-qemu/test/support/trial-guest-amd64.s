# What the trial of an accelerator runs on amd64 (src/trial-guest.ts): a 64 KiB ROM in place of the BIOS. It goes the way of an ordinary kernel, and says so
# on the serial port only if all of it worked: real mode, protected mode, long mode with paging, a breakpoint with a return from it, user mode with
# SSE2, a system call, and a loop that takes minutes where each instruction is emulated. Any surprise is a triple fault, which ends QEMU (-no-reboot).
# Modes and tables: AMD64 Architecture Programmer's Manual, volume 2, chapters 4, 5, 8 and 14. The ROM is at 0xF0000, too (QEMU's -bios).
        .set    ROM, 0xf0000
        .set    PAGES, 0x10000                  # page tables: 12 KiB
        .set    IDT, 0x9000
        .set    STACK, 0x8000
        .set    SERIAL, 0x3f8
        .set    CODE32, 0x08
        .set    DATA, 0x10
        .set    CODE64, 0x18                    # the system call takes DATA64 from CODE64 + 8
        .set    USER_DATA, 0x2b
        .set    USER_CODE, 0x33
        .set    ITERATIONS, 100000000

        .text
start:
        .code16
real:
        cli
        lgdtl   %cs:(gdt_pointer - start)
        movl    %cr0, %eax
        orl     $1, %eax                        # PE
        movl    %eax, %cr0
        ljmpl   $CODE32, $(ROM + protected - start)

        .code32
protected:
        movw    $DATA, %ax
        movw    %ax, %ds
        movw    %ax, %es
        movw    %ax, %ss
        movl    $STACK, %esp
        movl    $PAGES, %edi
        xorl    %eax, %eax
        movl    $0xc00, %ecx
        cld
        rep stosl
        movl    $(PAGES + 0x1007), PAGES        # present, writable, user
        movl    $(PAGES + 0x2007), PAGES + 0x1000
        movl    $(PAGES + 0x2000), %edi
        movl    $0x87, %eax                     # 2 MiB pages that map 1 GiB to itself
        movl    $512, %ecx
map:    movl    %eax, (%edi)
        addl    $0x200000, %eax
        addl    $8, %edi
        loop    map
        movl    %cr4, %eax
        orl     $0x620, %eax                    # PAE, OSFXSR, OSXMMEXCPT
        movl    %eax, %cr4
        movl    $PAGES, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx               # EFER: SCE, LME
        rdmsr
        orl     $0x101, %eax
        wrmsr
        movl    %cr0, %eax
        andl    $0xfffffffb, %eax               # not EM
        orl     $0x80010002, %eax               # PG, WP, MP
        movl    %eax, %cr0
        ljmpl   $CODE64, $(ROM + long - start)

        .code64
long:
        movl    $(ROM + breakpoint - start), %eax
        movw    %ax, IDT + 3 * 16
        movw    $CODE64, IDT + 3 * 16 + 2
        movw    $0x8e00, IDT + 3 * 16 + 4       # interrupt gate
        shrl    $16, %eax
        movl    %eax, %edx
        movw    %dx, IDT + 3 * 16 + 6
        movq    $0, IDT + 3 * 16 + 8
        lidt    idt_pointer(%rip)
        xorl    %r12d, %r12d
        int3
        cmpl    $0x5ea1, %r12d
        jne     fail
        movl    $0xc0000081, %ecx               # STAR
        xorl    %eax, %eax
        movl    $CODE64, %edx
        wrmsr
        movl    $0xc0000082, %ecx               # LSTAR
        movl    $(ROM + system_call - start), %eax
        xorl    %edx, %edx
        wrmsr
        pushq   $USER_DATA
        pushq   $STACK
        pushq   $2
        pushq   $USER_CODE
        pushq   $(ROM + user - start)
        iretq

breakpoint:
        movl    $0x5ea1, %r12d
        iretq

user:
        movl    $20, %eax
        movd    %eax, %xmm0
        pshufd  $0, %xmm0, %xmm0
        paddd   %xmm0, %xmm0
        movd    %xmm0, %r13d
        syscall
        jmp     fail

system_call:
        cmpl    $40, %r13d
        jne     fail
        movl    $ITERATIONS, %ecx
count:  decl    %ecx
        jnz     count
        leaq    message(%rip), %rsi
        movl    $(message_end - message), %ecx
        movw    $SERIAL, %dx
        rep outsb
        movw    $0xcf9, %dx                     # reset control register: a hard reset
        movb    $2, %al
        outb    %al, %dx
        movb    $6, %al
        outb    %al, %dx
fail:
        lidt    no_idt_pointer(%rip)
        int3

message:
        .ascii  "trial passed\n"
message_end:
        .balign 8
gdt:    .quad   0
        .quad   0x00cf9b000000ffff              # CODE32
        .quad   0x00cf93000000ffff              # DATA
        .quad   0x00af9b000000ffff              # CODE64
        .quad   0x00cf93000000ffff              # DATA64
        .quad   0x00cff3000000ffff              # USER_DATA
        .quad   0x00affb000000ffff              # USER_CODE
gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   ROM + gdt - start
idt_pointer:
        .word   4 * 16 - 1
        .quad   IDT
no_idt_pointer:
        .word   0
        .quad   0

        .org    0xfff0                          # where the processor begins
        .code16
        jmp     real
        .org    0x10000
