/* cortex-m4.c: from reset to main(), and nothing else. The linker script cortex-m4.ld says where memory is.
 */
#include <stdint.h>

#include "board.h"

int main(void);
void reset(void);

extern uint32_t stack_top[], data_source[], data_begin[], data_end[], bss_begin[], bss_end[];

static void fault(void)
{
    board_write("the processor met a fault\n");
    board_exit(1);
}

/* The vector table: where the stack starts, what reset and each kind of fault lead to. */
__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*handlers[6])(void);
} vectors = {stack_top, {reset, fault, fault, fault, fault, fault}};

void reset(void)
{
    /* The coprocessor access control register: the floating point unit is off after reset. */
    *(volatile uint32_t *)0xE000ED88u |= 0xFu << 20;
    __asm__ volatile("dsb\n isb" ::: "memory");

    const uint32_t *from = data_source;
    for (uint32_t *to = data_begin; to < data_end; to++)
        *to = *from++;
    for (uint32_t *to = bss_begin; to < bss_end; to++)
        *to = 0;
    board_exit(main());
}
