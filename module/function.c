// SPDX-License-Identifier: GPL-2.0-only
/* function.c - kernel functions that ftrace can hook, by name */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/stacktrace.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "function.h"

/* The kernel tells a module the address of a name only when it places a probe there. A probe that is never armed is enough. */
int uss_function_find(const char *name, unsigned long *address)
{
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int err = register_kprobe(&probe);

	if (err)
		return err;
	/* The flag says that ftrace is called at this address. Without KPROBES_ON_FTRACE, ftrace_set_filter_ip() checks that. */
	if (!IS_ENABLED(CONFIG_KPROBES_ON_FTRACE) || probe.flags & KPROBE_FLAG_FTRACE)
		*address = (unsigned long)probe.addr;
	else
		err = -EINVAL;
	unregister_kprobe(&probe);
	return err;
}

#ifdef CONFIG_KPROBES_ON_FTRACE

unsigned long uss_function_caller(unsigned long ip, unsigned long parent_ip)
{
	return parent_ip;
}

#else

/*
 * Where kprobes do not use ftrace (arm64), a kretprobe of the hooked function has replaced the return address by that of a trampoline before
 * ftrace is called. The kernel's unwinder finds the real one. It lists the hooked function, at or just after @ip, and then its caller.
 */
unsigned long uss_function_caller(unsigned long ip, unsigned long parent_ip)
{
	char symbol[KSYM_SYMBOL_LEN];
	unsigned long entries[16];
	unsigned int i, count;

	sprint_symbol_no_offset(symbol, parent_ip);
	if (!strstr(symbol, "trampoline"))
		return parent_ip;
	count = stack_trace_save(entries, ARRAY_SIZE(entries), 0);
	for (i = 0; i + 1 < count; i++)
		if (entries[i] - ip <= USS_HOOK_OFFSET_MAX)
			return entries[i + 1];
	return 0;
}

#endif
