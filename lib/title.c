/* SPDX-License-Identifier: MIT */
/*
 * title.c - the title fact: set the process's title
 *
 * With the module the title is written into the title area (title_slots.c), where the kernel reads it; without it, the classic method
 * shows it (title_classic.c). title_text.c formats titles and reads them.
 */
#include <errno.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "title.h"

static bool uss_classic_is_wanted;

/* Reads the environment by hand: the dynamic linker would have to resolve getenv at the start of every program. */
__attribute__((constructor)) static void uss_choose_method(void)
{
	static const char wanted[] = "USRSYSSHM_TITLE=classic";
	char **setting;
	size_t i;

	for (setting = environ; setting && *setting; setting++) {
		for (i = 0; i < sizeof(wanted) && (*setting)[i] == wanted[i]; i++)
			;
		if (i == sizeof(wanted))
			uss_classic_is_wanted = true;
	}
}

/*
 * Set when all slots of the title area are being written: by more than a dozen writers at once, or by threads that ended in the middle of
 * writing while their process continues (pthread_cancel). From then on the classic method is used, which can create new slots.
 */
static bool uss_area_is_full;

/* Whether the module offers a title area and the environment does not request the classic method. */
static bool uss_area_is_offered(void)
{
	return !uss_classic_is_wanted && (uss_process->header.features & USS_FEATURE_TITLE) && USS_HAS(uss_process, title_area);
}

/* Returns the title area, or NULL. */
static struct uss_title_page *uss_page_area(void)
{
	return uss_area_is_offered() ? (struct uss_title_page *)(uintptr_t)uss_load(uss_process->title_area) : NULL;
}

static bool uss_area_was_full(void)
{
	return __atomic_load_n(&uss_area_is_full, __ATOMIC_SEQ_CST);
}

/* Returns the title area, or NULL, also if it was full. */
static struct uss_title_page *uss_area(void)
{
	return uss_area_was_full() ? NULL : uss_page_area();
}

/* As uss_area, but the first call requests an area from the module. */
static struct uss_title_page *uss_area_to_write(void)
{
	char address[32];

	if (!uss_area() && uss_area_is_offered() && !uss_area_was_full())
		uss_read_proc("/proc/sys/kernel/usrsysshm_title", address, sizeof(address));
	return uss_area();
}

unsigned int uss_title_served(void)
{
	return uss_area_is_offered() && !uss_area_was_full() ? USS_SERVED_TITLE : 0;
}

/* Returns false if the title was not set in the area, or was set when the area was no longer in use. */
static bool uss_set_in_area(struct uss_title_page *area, const char *text, size_t length)
{
	if (!uss_title_slots_set(area, text, length) && text)
		__atomic_store_n(&uss_area_is_full, true, __ATOMIC_SEQ_CST);
	return !uss_area_was_full();
}

int uss_set_title(const char *text, size_t length)
{
	int err = errno, result = 0;
	struct uss_title_page *area = text ? uss_area_to_write() : uss_area();

	if (text)
		length = uss_title_fit(text, length);
	if (!area || !uss_set_in_area(area, text, length)) {
		/* Remove the title of a full area too, or the kernel would show it again once the classic method has removed its own. */
		if (!text && uss_page_area())
			uss_title_slots_set(uss_page_area(), NULL, 0);
		result = uss_title_classic_set(text, length);
	}
	if (result == 0)
		errno = err;
	return result;
}

const struct uss_title_page *uss_title_area(void)
{
	const struct uss_title_page *area = uss_area();

	return area ? area : uss_title_classic_area();
}
