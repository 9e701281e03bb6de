/* SPDX-License-Identifier: MIT */
/*
 * title_slots.c - the title fact: a title in its slots, by the protocol of <usrsysshm/abi.h>
 *
 * Any number of threads and signal handlers may write and read concurrently, and any of them may exit at any instruction.
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

/* Whether the slot with this word is current. Load the word before: a slot is current at most once with the same stamp. */
static bool uss_slot_is_current(const struct uss_title_page *area, unsigned int slot, __u64 word)
{
	__u64 title = __atomic_load_n(&area->current_title, __ATOMIC_SEQ_CST);

	return USS_TITLE_SLOT(title) == slot && USS_TITLE_STAMP(title) == USS_SLOT_STAMP(word);
}

/* Whether the kernel is reading the slot. Check this after the slot was found not to be current. */
static bool uss_slot_is_read(const struct uss_title_page *area, unsigned int slot)
{
	return USS_TITLE_SLOT(__atomic_load_n(&area->reading, __ATOMIC_SEQ_CST)) == slot;
}

static bool uss_has_exited(pid_t pid)
{
	/* For this process's own threads and interrupted functions no system call is needed. */
	bool exited = pid != uss_getpid() && syscall(SYS_kill, pid, 0) < 0 && errno == ESRCH;

	/* The kernel looks the pid up without a lock. After this fence, everything is visible that the writer did. */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return exited;
}

/* Whether the slot can be claimed; with @reclaim, also from a writer that has exited. */
static bool uss_slot_is_claimable(const struct uss_title_page *area, unsigned int slot, __u64 word, bool reclaim)
{
	switch (USS_SLOT_STATE(word)) {
	case USS_SLOT_FREE:
		break;
	case USS_SLOT_PUBLISHED:
		if (uss_slot_is_current(area, slot, word))
			return false;
		break;
	case USS_SLOT_WRITING:
		if (!reclaim || !uss_has_exited(USS_SLOT_PID(word)) || uss_slot_is_current(area, slot, word))
			return false;
		break;
	default:
		return false;
	}
	return !uss_slot_is_read(area, slot);
}

/* The slot of the title that was removed last, for the next claim to start from. Only a hint: a concurrent claim may see the one before. */
static unsigned int uss_removed_from = USS_TITLE_SLOTS - 1;

/*
 * Claims a slot. Returns its number, with its new word in @claimed, or -1.
 *
 * The first slot is skipped if it cannot be claimed; only for the following ones kill(2) checks whether the writer has exited. So no two
 * adjacent slots stay with writers that have exited, and at least half of all slots remain usable.
 */
static int uss_slot_claim(struct uss_title_page *area, __u64 *claimed)
{
	/* Start after the current slot: that slot has been unused for longest, so slow readers of its text are least likely. */
	__u64 title = __atomic_load_n(&area->current_title, __ATOMIC_RELAXED), word;
	unsigned int i, slot, first;

	first = (title ? USS_TITLE_SLOT(title) : __atomic_load_n(&uss_removed_from, __ATOMIC_RELAXED)) + 1;

	/* Try the first slot again at the end. */
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

/*
 * The store comes first: from the swap on, another writer can claim the slot if it is not current. The swap is the full fence between this
 * store of current_title and the load of `reading` by the next claim.
 */
static void uss_slot_publish(struct uss_title_page *area, __u64 title, __u64 claimed)
{
	__u64 published = USS_SLOT(USS_SLOT_STAMP(claimed), 0, USS_SLOT_PUBLISHED);

	__atomic_store_n(&area->current_title, title, __ATOMIC_RELEASE);
	__atomic_compare_exchange_n(&area->slot[USS_TITLE_SLOT(title)], &claimed, published, 0, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static void uss_slot_remove(struct uss_title_page *area)
{
	__u64 before = __atomic_exchange_n(&area->current_title, 0, __ATOMIC_SEQ_CST);

	if (before)
		__atomic_store_n(&uss_removed_from, USS_TITLE_SLOT(before), __ATOMIC_RELAXED);
}

const char *uss_title_slots_set(struct uss_title_page *area, const char *text, size_t length)
{
	__u64 claimed = 0;
	int slot;

	if (!text) {
		uss_slot_remove(area);
		return NULL;
	}
	slot = uss_slot_claim(area, &claimed);
	if (slot < 0) {
		errno = EAGAIN;
		return NULL;
	}
	/* A reader that sees a byte of the text also sees the claim. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	memcpy(uss_slot_text(area, (unsigned int)slot), text, length);
	uss_slot_text(area, (unsigned int)slot)[length] = '\0';
	uss_slot_publish(area, USS_TITLE((unsigned int)slot, length, USS_SLOT_STAMP(claimed)), claimed);
	return uss_slot_text(area, (unsigned int)slot);
}

ssize_t uss_title_slots_get(const struct uss_title_page *area, char *text)
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
		/* Acquire: after the claim of another writer has been seen, current_title, loaded again below, is not older. */
		word = __atomic_load_n(&area->slot[slot], __ATOMIC_ACQUIRE);
		if (USS_SLOT_STAMP(word) == USS_TITLE_STAMP(title))
			return (ssize_t)length;
		/* Other writers have set many titles meanwhile; or, if the title is the same, the program has overwritten the area. */
	} while (__atomic_load_n(&area->current_title, __ATOMIC_RELAXED) != title);
	return -1;
}
