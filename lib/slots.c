/* SPDX-License-Identifier: MIT */
/*
 * slots.c - a title in its slots: the protocol of <usrsysshm/abi.h>, by the letter
 *
 * Any number of threads and signal handlers may write and read at once, and any of them may end at any instruction.
 */
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "title.h"

static char *uss_slot_text(const struct uss_title_page *area, unsigned int slot)
{
	return (char *)area + USS_SLOT_OFFSET(slot);
}

/* Is the slot with this word the current one? The word is loaded before: what has been current once never is again. */
static bool uss_slot_is_current(const struct uss_title_page *area, unsigned int slot, __u64 word)
{
	__u64 title = __atomic_load_n(&area->current_title, __ATOMIC_SEQ_CST);

	return USS_TITLE_SLOT(title) == slot && USS_TITLE_STAMP(title) == USS_SLOT_STAMP(word);
}

/* Is the kernel reading it? To be asked after the slot was found not to be current. */
static bool uss_slot_is_read(const struct uss_title_page *area, unsigned int slot)
{
	return USS_TITLE_SLOT(__atomic_load_n(&area->reading, __ATOMIC_SEQ_CST)) == slot;
}

static bool uss_is_dead(pid_t pid)
{
	/* This process's own threads and interrupted functions are asked after without a system call. */
	return pid != uss_getpid() && syscall(SYS_kill, pid, 0) < 0 && errno == ESRCH;
}

static bool uss_slot_is_claimable(const struct uss_title_page *area, unsigned int slot, __u64 word, bool from_the_dead)
{
	switch (USS_SLOT_STATE(word)) {
	case USS_SLOT_FREE:
		break;
	case USS_SLOT_PUBLISHED:
		if (uss_slot_is_current(area, slot, word))
			return false;
		break;
	case USS_SLOT_WRITING:
		if (!from_the_dead || !uss_is_dead(USS_SLOT_PID(word)) || uss_slot_is_current(area, slot, word))
			return false;
		break;
	default:
		return false;
	}
	return !uss_slot_is_read(area, slot);
}

/* Where the title was when one was last removed, to go on from there. A hint: who sets one just then may still find the one before. */
static unsigned int uss_removed_from = USS_TITLE_SLOTS - 1;

/*
 * Returns the number of a slot that is now the caller's, with the word that says so, or -1.
 *
 * The first slot is passed over when it may not be claimed; only after that the dead are told from the living. So the dead never
 * have two slots side by side for long, and half of all slots are there to be gone through.
 */
static int uss_slot_claim(struct uss_title_page *area, __u64 *claimed)
{
	/* Behind the current one: the slot that has been left alone for longest, and with it the slowest of its readers. */
	__u64 title = __atomic_load_n(&area->current_title, __ATOMIC_RELAXED), word;
	unsigned int i, slot, first;

	first = (title ? USS_TITLE_SLOT(title) : __atomic_load_n(&uss_removed_from, __ATOMIC_RELAXED)) + 1;

	/* The first one comes last once more. */
	for (i = 0; i <= USS_TITLE_SLOTS; i++) {
		slot = (first + i) % USS_TITLE_SLOTS;
		word = __atomic_load_n(&area->slot[slot], __ATOMIC_ACQUIRE);
		if (!uss_slot_is_claimable(area, slot, word, i > 0))
			continue;
		*claimed = USS_SLOT((USS_SLOT_STAMP(word) + 1) & USS_STAMP_MASK, uss_getpid(), USS_SLOT_WRITING);
		if (__atomic_compare_exchange_n(&area->slot[slot], &word, *claimed, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
			return (int)slot;
	}
	return -1;
}

/* Publishes, and gives back the slot that was current before. */
static void uss_slot_publish(struct uss_title_page *area, __u64 title, __u64 claimed)
{
	__u64 before = __atomic_exchange_n(&area->current_title, title, __ATOMIC_SEQ_CST), word;
	unsigned int slot = USS_TITLE_SLOT(title);

	if (slot < USS_TITLE_SLOTS)
		__atomic_compare_exchange_n(&area->slot[slot], &claimed,
					    USS_SLOT(USS_SLOT_STAMP(claimed), 0, USS_SLOT_PUBLISHED), 0, __ATOMIC_RELEASE,
					    __ATOMIC_RELAXED);
	slot = USS_TITLE_SLOT(before);
	if (slot >= USS_TITLE_SLOTS)
		return;
	if (!title)
		__atomic_store_n(&uss_removed_from, slot, __ATOMIC_RELAXED);
	/* It may be somebody else's by now, who found it published and not current. */
	word = __atomic_load_n(&area->slot[slot], __ATOMIC_RELAXED);
	if (USS_SLOT_STAMP(word) == USS_TITLE_STAMP(before))
		__atomic_compare_exchange_n(&area->slot[slot], &word, USS_SLOT(USS_TITLE_STAMP(before), 0, USS_SLOT_FREE), 0,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED);
}

const char *uss_slots_set(struct uss_title_page *area, const char *text, size_t length)
{
	__u64 claimed = 0;
	int slot;

	if (!text) {
		uss_slot_publish(area, 0, 0);
		return NULL;
	}
	slot = uss_slot_claim(area, &claimed);
	if (slot < 0) {
		errno = EAGAIN;
		return NULL;
	}
	/* Who sees a byte of the text sees the claim. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(uss_slot_text(area, (unsigned int)slot), text, length);
	uss_slot_text(area, (unsigned int)slot)[length] = '\0';
	uss_slot_publish(area, USS_TITLE((unsigned int)slot, length, USS_SLOT_STAMP(claimed)), claimed);
	return uss_slot_text(area, (unsigned int)slot);
}

ssize_t uss_slots_get(const struct uss_title_page *area, char *text)
{
	unsigned int slot, length;
	__u64 title, word;

	do {
		title = __atomic_load_n(&area->current_title, __ATOMIC_ACQUIRE);
		slot = USS_TITLE_SLOT(title);
		length = USS_TITLE_LENGTH(title);
		if (slot >= USS_TITLE_SLOTS || length > USS_TITLE_MAX)
			return -1;
		memcpy(text, uss_slot_text(area, slot), length);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		word = __atomic_load_n(&area->slot[slot], __ATOMIC_ACQUIRE);
		if (USS_SLOT_STAMP(word) == USS_TITLE_STAMP(title))
			return (ssize_t)length;
		/* Others have set many titles meanwhile; or, when the title is the same, the program has overwritten the area. */
	} while (__atomic_load_n(&area->current_title, __ATOMIC_RELAXED) != title);
	return -1;
}
