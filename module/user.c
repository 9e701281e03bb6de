// SPDX-License-Identifier: GPL-2.0-only
/*
 * user.c - what users can read by name: sysctl and sysfs
 *
 *	/proc/sys/kernel/usrsysshm		maps the reader's pages; the address of its process page, 0 without
 *	/proc/sys/kernel/usrsysshm_title	maps the reader's title area; its address, 0 without
 *	/proc/sys/kernel/usrsysshm_self		the reader's fork id and start time, for when its page does not have them
 *	/sys/kernel/usrsysshm/			the ABI version, what the module serves, and live counts
 *
 * A sysctl answers only the process that opened it; any other reader gets 0. Otherwise a program that copies a descriptor which another
 * process has opened (a setuid program that copies its standard input) would reveal where its own pages are. Every process gets credentials of
 * its own at fork and at exec, which only its threads share. So if the file's credentials are not the reader's, another process opened it.
 */
#include <linux/cred.h>
#include <linux/kobject.h>
#include <linux/sysctl.h>
#include <linux/sysfs.h>
#include <usrsysshm/abi.h>

#include "ask.h"
#include "cmdline.h"
#include "compat/compat.h"
#include "cputime.h"
#include "kept.h"
#include "page.h"
#include "process.h"
#include "space.h"
#include "user.h"

static int uss_sysctl_text(char *text, size_t size, void *buffer, size_t *lenp, loff_t *ppos)
{
	struct ctl_table answer = { .data = text, .maxlen = size };

	return proc_dostring(&answer, 0, buffer, lenp, ppos);
}

static bool uss_is_opener(loff_t *ppos)
{
	return uss_sysctl_file(ppos)->f_cred == current_cred();
}

static int uss_sysctl_address(unsigned long (*ask)(void), int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	char text[24];

	if (write)
		return -EPERM;
	snprintf(text, sizeof(text), "%lu", uss_is_opener(ppos) ? ask() : 0);
	return uss_sysctl_text(text, sizeof(text), buffer, lenp, ppos);
}

static int uss_sysctl_base(uss_ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	return uss_sysctl_address(uss_ask, write, buffer, lenp, ppos);
}

static int uss_sysctl_title(uss_ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	return uss_sysctl_address(uss_ask_title_area, write, buffer, lenp, ppos);
}

static int uss_sysctl_self(uss_ctl_table *table, int write, void *buffer, size_t *lenp, loff_t *ppos)
{
	char text[48] = "0 0";
	u64 forkid = 0;

	if (write)
		return -EPERM;
	if (uss_is_opener(ppos)) {
		uss_space_call(current->mm, uss_process_find_forkid, &forkid);
		snprintf(text, sizeof(text), "%llu %llu", forkid, uss_current_start_time());
	}
	return uss_sysctl_text(text, sizeof(text), buffer, lenp, ppos);
}

/* clang-format off */
static struct ctl_table uss_sysctls[] = {
	{ .procname = "usrsysshm", .mode = 0444, .proc_handler = uss_sysctl_base },
	{ .procname = "usrsysshm_title", .mode = 0444, .proc_handler = uss_sysctl_title },
	{ .procname = "usrsysshm_self", .mode = 0444, .proc_handler = uss_sysctl_self },
	USS_CTL_TABLE_END
};
/* clang-format on */

static ssize_t abi_version_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", USS_ABI_VERSION);
}

static ssize_t features_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return uss_space_print_facts(buf);
}

static ssize_t processes_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", uss_count_processes());
}

static ssize_t pages_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", uss_count_pages());
}

static ssize_t watching_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", uss_cputime_is_watching());
}

static ssize_t stuck_reads_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%ld\n", uss_count_stuck_reads());
}

static ssize_t kept_bytes_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%ld\n", uss_kept_bytes());
}

static struct kobj_attribute uss_abi_version = __ATTR_RO(abi_version);
static struct kobj_attribute uss_features = __ATTR_RO(features);
static struct kobj_attribute uss_processes = __ATTR_RO(processes);
static struct kobj_attribute uss_pages = __ATTR_RO(pages);
static struct kobj_attribute uss_watching = __ATTR_RO(watching);
static struct kobj_attribute uss_stuck_reads = __ATTR_RO(stuck_reads);
static struct kobj_attribute uss_kept_bytes_attribute = __ATTR_RO(kept_bytes);

/* clang-format off */
static struct attribute *uss_attributes[] = {
	&uss_abi_version.attr,
	&uss_features.attr,
	&uss_processes.attr,
	&uss_pages.attr,
	&uss_watching.attr,
	&uss_stuck_reads.attr,
	&uss_kept_bytes_attribute.attr,
	NULL,
};
/* clang-format on */

static const struct attribute_group uss_attribute_group = { .attrs = uss_attributes };

static struct ctl_table_header *uss_sysctl_header;
static struct kobject *uss_kobject;

int uss_user_init(void)
{
	int err = -ENOMEM;

	uss_kobject = kobject_create_and_add("usrsysshm", kernel_kobj);
	if (!uss_kobject)
		return err;
	err = sysfs_create_group(uss_kobject, &uss_attribute_group);
	if (err)
		goto del_kobject;
	err = -ENOMEM;
	uss_sysctl_header = register_sysctl("kernel", uss_sysctls);
	if (!uss_sysctl_header)
		goto del_kobject;
	return 0;

del_kobject:
	kobject_del(uss_kobject);
	kobject_put(uss_kobject);
	return err;
}

void uss_user_exit(void)
{
	unregister_sysctl_table(uss_sysctl_header);
	/* Now, because the last put may leave the removal to a work item (DEBUG_KOBJECT_RELEASE). */
	kobject_del(uss_kobject);
	kobject_put(uss_kobject);
}
