/* SPDX-License-Identifier: GPL-2.0-only */
/* unload.h - takes the pages away from all processes (see unload.c) */
#ifndef USS_UNLOAD_H
#define USS_UNLOAD_H

/* Returns when no process has a mapping of ours. By now no process can ask for pages, and uss_withdraw_exit() was called. */
void uss_unload(void);

#endif /* USS_UNLOAD_H */
