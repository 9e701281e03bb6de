/* SPDX-License-Identifier: GPL-2.0-only */
/* user.h - what a person or a program can ask by name (see user.c) */
#ifndef USS_USER_H
#define USS_USER_H

int uss_user_init(void);
void uss_user_exit(void);

#endif /* USS_USER_H */
