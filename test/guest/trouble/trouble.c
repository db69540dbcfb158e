// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that does what a kernel must not do, so that tests see how it is told apart:
 *	insmod trouble.ko kind=oops|bug|warning|stuck|spin|deaf
 */
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>

static char *kind = "";
module_param(kind, charp, 0400);
MODULE_PARM_DESC(kind, "what to do wrong");

static int __init trouble_init(void)
{
	if (!strcmp(kind, "oops"))
		*(volatile int *)8 = 1;
	if (!strcmp(kind, "bug"))
		BUG();
	if (!strcmp(kind, "warning"))
		WARN(1, "asked for\n");
	if (!strcmp(kind, "stuck")) {	/* asleep, deaf to signals: a hung task */
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule();
	}
	if (!strcmp(kind, "spin")) {	/* a soft lockup */
		preempt_disable();
		for (;;)
			cpu_relax();
	}
	if (!strcmp(kind, "deaf")) {	/* nothing runs any more, and nothing is said */
		local_irq_disable();
		for (;;)
			cpu_relax();
	}
	return -ENODEV;
}
module_init(trouble_init);

MODULE_DESCRIPTION("What a kernel must not do");
MODULE_LICENSE("GPL");
