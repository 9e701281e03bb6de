/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * user.h - the module's sysctls (see user.c)
 */
#ifndef USS_USER_H
#define	USS_USER_H

int	uss_user_init(void);

/* Waits for the threads that are in the handlers. */
void	uss_user_exit(void);

#endif /* !USS_USER_H */
