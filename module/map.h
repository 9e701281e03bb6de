/* SPDX-License-Identifier: GPL-2.0-only */
/* map.h - our mappings in a process's address space (see map.c) */
#ifndef USS_MAP_H
#define USS_MAP_H

#include <linux/fs.h>
#include <linux/workqueue.h>

int uss_map_init(void);
/* When no process has a mapping any more. */
void uss_map_exit(void);

/* Maps the read-only pages into the current process. Returns their address, also if another thread was faster; 0 if it has none. */
unsigned long uss_map_pages(void);

/* Maps the title area. Returns false without room or memory, or if another thread was faster. */
bool uss_map_title_area(void);

/* Where the current process has its pages, 0 without. */
unsigned long uss_current_base(void);

/* Does any process have a mapping of ours? */
bool uss_is_mapped(void);

/* A file to be mapped, or an ERR_PTR(). Kernel threads only: any task may use a file that belongs to the kernel, whatever its label. */
struct file *uss_open_file(const char *name, const struct file_operations *fops, int flags);
/* Runs @function in a kernel thread and waits for it. */
void uss_in_kernel_thread(work_func_t function);

#endif /* USS_MAP_H */
