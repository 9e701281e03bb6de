/* SPDX-License-Identifier: GPL-2.0-only */
/* user.h - what users can read by name: sysctl and sysfs (see user.c) */
#ifndef USS_USER_H
#define USS_USER_H

int uss_user_init(void);
void uss_user_exit(void);

#endif /* USS_USER_H */
