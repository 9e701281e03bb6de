/* SPDX-License-Identifier: MIT */
/* limit.h - the cheapest function of a shared library (limit.c), to which the page is compared */
#ifndef USS_LIMIT_H
#define USS_LIMIT_H

int limit(void);

#endif /* USS_LIMIT_H */
