/* SPDX-License-Identifier: MIT */
/* asking_module.h - loads and unloads the module, for tests of how a process asks for pages */
#ifndef ASKING_MODULE_H
#define ASKING_MODULE_H

#include "../asking.h"

static inline void load_module_with(const char *parameters)
{
	const char *module = getenv("USRSYSSHM_MODULE");
	int fd = module ? open(module, O_RDONLY | O_CLOEXEC) : -1;

	CHECK(fd >= 0 && !syscall(SYS_finit_module, fd, parameters, 0), "loading %s: %s", module, strerror(errno));
	close(fd);
}

static inline void unload_module(void)
{
	CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading: %s", strerror(errno));
}

#endif /* ASKING_MODULE_H */
