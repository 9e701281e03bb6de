// SPDX-License-Identifier: GPL-2.0-only
/*
 * space.c - address spaces that have pages, and whom their process page speaks for
 *
 * 1. A struct uss_space belongs to one mm from the moment our first VMA comes into it (the process asked for its pages, or fork
 *    copied the VMA) until the last one goes (munmap, exec, exit). It is found by its mm. The VMAs go before the mm is freed, so
 *    an mm pointer in the table is never a stale one. (A space that is dead can stay to be found, under RCU, for a moment.)
 *
 * 2. The process page is valid for one process: the owner, named by its signal_struct, which all its threads share. The owner is the
 *    process that asked; after fork it is the child, known only after the mm was copied. Until then, and after the owner has left,
 *    there is none and the pid reads 0.
 *
 * 3. Other processes can run in the owner's mm: vfork, posix_spawn, CLONE_VM. Each of them is a sharer, remembered from before
 *    it is woken until it leaves by exec or by the exit of its last thread. While there is one the pid reads 0.
 *    They are a list, not a count: leaving twice (an exec that fails half-way, then exit) takes nothing from the others.
 *
 * 4. A sharer that was there before the process asked is found by ask.c, which looks at all processes. One that is made later is
 *    seen by a tracepoint. When a sharer cannot be remembered for lack of memory the space is given up: its pid reads 0 from then
 *    on. To miss a leaving is harmless: the pid stays 0 and readers fall back to the system call.
 *
 * 5. A page is made at first touch, under no lock, and filled and installed under space->lock, which every change of a field
 *    takes too. So the page begins right and stays right; a page nobody touched costs nothing. Only the process itself makes its
 *    pages: another process that reads its memory gets a copy and changes nothing (map.c).
 *
 * 6. No lock is shared by all processes: the table has a lock for each bucket, and counts are per processor.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/personality.h>
#include <linux/percpu.h>
#include <linux/pid_namespace.h>
#include <linux/rculist.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <linux/time_namespace.h>
#include <linux/timekeeping.h>
#include <usrsysshm/abi.h>

#include "map.h"
#include "space.h"
#include "title.h"
#include "uts.h"

#define USS_FEATURES	(USS_FEATURE_PID | USS_FEATURE_FORKID | USS_FEATURE_START_TIME | USS_FEATURE_TITLE | \
			 USS_FEATURE_NAMES | USS_FEATURE_LOADAVG | USS_FEATURE_NPROCS)

/* A process in somebody else's address space. */
struct uss_sharer {
	struct list_head node;
	struct signal_struct *signal;	/* compared, never followed */
	u64 forkid;
};

struct uss_space {
	struct hlist_node node;
	struct mm_struct *mm;		/* the key */
	refcount_t vmas;
	struct rcu_head rcu;
	u64 forkid;
	unsigned int round;		/* of uss_spaces_get_mm() */

	spinlock_t lock;		/* all below */
	bool dead;			/* its last VMA has gone */
	bool given_up;			/* a sharer could not be remembered */
	bool settling;			/* the owner has asked; who else is in its memory is being found out */
	bool was_owned;			/* there has been an owner: nobody else becomes one */
	u32 speaks;
	struct signal_struct *owner;	/* compared, never followed; NULL: nobody */
	struct uts_namespace *uts_ns;	/* where all threads of the owner are; NULL: not in one, or no owner */
	struct uss_uts *uts;		/* what is known of it, once the system page was touched */
	pid_t pid;			/* as the owner sees itself */
	u64 start_time;
	struct list_head sharers;
	unsigned long title_area;	/* where the process has its title area; 0: it did not ask for one */
	struct page *process_page;
	struct page *title_pages[USS_TITLE_PAGES];
	struct uss_title title;
	struct uss_withdrawal *withdrawal;	/* ready for use, since the system page was touched */
};

#define USS_SPACE_BITS	12

/* Read under RCU; changed under the lock. */
static struct uss_bucket {
	struct hlist_head spaces;
	spinlock_t lock;
} uss_buckets[1 << USS_SPACE_BITS];

/* One processor counts what comes, another one what goes: only the sum means something. */
static DEFINE_PER_CPU(int, uss_processes);
static DEFINE_PER_CPU(int, uss_pages);

static atomic64_t uss_last_forkid;
static struct page *uss_empty;

/* Not charged to a memory cgroup, which every fork would pay for. One space for each mm, which is charged and far larger. */
static struct kmem_cache *uss_space_cache;

static int uss_sum(const int __percpu *counts)
{
	int cpu, sum = 0;

	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(counts, cpu);
	return sum;
}

int uss_count_processes(void)
{
	return uss_sum(&uss_processes);
}

int uss_count_pages(void)
{
	return uss_sum(&uss_pages) + uss_uts_count();
}

static struct uss_bucket *uss_bucket(const struct mm_struct *mm)
{
	return &uss_buckets[hash_ptr(mm, USS_SPACE_BITS)];
}

static u64 uss_next_forkid(void)
{
	return atomic64_inc_return(&uss_last_forkid);
}

/* Under rcu_read_lock(). */
static struct uss_space *uss_space_find(const struct mm_struct *mm)
{
	struct uss_space *space;

	hlist_for_each_entry_rcu(space, &uss_bucket(mm)->spaces, node)
		if (space->mm == mm)
			return space;
	return NULL;
}

bool uss_space_call(const struct mm_struct *mm, void (*function)(struct uss_space *space, void *data), void *data)
{
	struct uss_space *space;
	bool called = false;

	/* Pairs with itself: either an event finds the space, or ask.c sees what the task did before its event (its point 2). */
	smp_mb();
	rcu_read_lock();
	space = uss_space_find(mm);
	if (space) {
		spin_lock(&space->lock);
		called = !space->dead;
		if (called)
			function(space, data);
		spin_unlock(&space->lock);
	}
	rcu_read_unlock();
	return called;
}

/*
 * The process page
 */

/* Writes what can change. Here alone it is decided whether the page says who its reader is. */
static void uss_write_facts(struct uss_space *space, struct uss_process_page *facts)
{
	bool alone = space->owner && !space->settling && list_empty(&space->sharers) && !space->given_up;

	lockdep_assert_held(&space->lock);
	WRITE_ONCE(facts->start_time, space->start_time);
	/* While settling it is not yet known what all threads have in common. */
	WRITE_ONCE(facts->speaks, space->settling ? 0 : space->speaks);
	WRITE_ONCE(facts->title_area, space->title_area);
	/* Release: who sees the pid sees what it vouches for. */
	smp_store_release(&facts->pid, alone ? space->pid : 0);
}

static void uss_publish(struct uss_space *space)
{
	if (space->process_page)
		uss_write_facts(space, page_address(space->process_page));
}

void uss_fill_header(struct uss_header *header, u32 magic, u32 size)
{
	header->magic = magic;
	header->abi_version = USS_ABI_VERSION;
	header->size = size;
	header->features = USS_FEATURES;
}

static void uss_fill_process_page(struct uss_space *space, void *page)
{
	struct uss_process_page *facts = page;

	uss_fill_header(&facts->header, USS_MAGIC_PROCESS, sizeof(*facts));
	facts->forkid = space->forkid;
	facts->system_offset = USS_SYSTEM_PGOFF * PAGE_SIZE;
	facts->machine_offset = USS_MACHINE_PGOFF * PAGE_SIZE;
	uss_write_facts(space, facts);
}

static struct page *uss_alloc_page(gfp_t gfp)
{
	return alloc_page(gfp | GFP_KERNEL_ACCOUNT | __GFP_ZERO);
}

/* Puts @new into @slot, filled, unless another toucher was first; returns the winner, referenced. */
static struct page *uss_install_page(struct uss_space *space, struct page **slot, struct page *new,
				     void (*fill)(struct uss_space *space, void *page))
{
	struct page *page;

	spin_lock(&space->lock);
	if (!*slot) {
		if (fill)
			fill(space, page_address(new));
		/* Pairs with the acquire in uss_installed_page(): who finds the page finds it filled. */
		smp_store_release(slot, new);
		new = NULL;
		this_cpu_inc(uss_pages);
	}
	page = *slot;
	get_page(page);
	spin_unlock(&space->lock);
	if (new)
		__free_page(new);
	return page;
}

static struct page *uss_installed_page(struct page **slot)
{
	struct page *page = smp_load_acquire(slot);

	/* The caller's fault holds the VMA, which holds the space, which holds the page. */
	if (page)
		get_page(page);
	return page;
}

struct page *uss_space_process_page(struct uss_space *space)
{
	struct page *page = uss_installed_page(&space->process_page);

	if (page)
		return page;
	/* Do not invoke the OOM killer for this page: without it readers fall back to the system call. */
	page = uss_alloc_page(__GFP_RETRY_MAYFAIL | __GFP_NOWARN);
	if (!page)
		return NULL;
	return uss_install_page(space, &space->process_page, page, uss_fill_process_page);
}

static void uss_fill_title_page(struct uss_space *space, void *page)
{
	struct uss_title_page *title = page;

	uss_fill_header(&title->header, USS_MAGIC_TITLE, sizeof(*title));
	uss_title_fill_page(&space->title, page);
}

struct page *uss_space_title_page(struct uss_space *space, pgoff_t index)
{
	struct page *page = uss_installed_page(&space->title_pages[index]);

	if (page)
		return page;
	page = uss_alloc_page(0);
	if (!page)
		return NULL;
	return uss_install_page(space, &space->title_pages[index], page, index ? NULL : uss_fill_title_page);
}

bool uss_space_has_title_area(const struct uss_space *space)
{
	return space->title_area != 0;
}

void uss_space_set_title_area(struct uss_space *space, unsigned long area)
{
	spin_lock(&space->lock);
	space->title_area = area;
	uss_publish(space);
	spin_unlock(&space->lock);
}

void uss_space_unset_title_area(struct uss_space *space, unsigned long area)
{
	spin_lock(&space->lock);
	if (space->title_area == area) {
		space->title_area = 0;
		uss_publish(space);
	}
	spin_unlock(&space->lock);
}

static void uss_open_window(struct uss_space *space, void *data)
{
	unsigned long *area = data;

	*area = space->title_area;
	if (*area)
		uss_title_open_window(&space->title, space->mm, *area + USS_SLOT_OFFSET(0));
}

unsigned long uss_space_open_window(struct mm_struct *mm)
{
	unsigned long area = 0;

	uss_space_call(mm, uss_open_window, &area);
	return area;
}

/* Under @space's lock: the page, if there is one already. */
static struct page *uss_page_at(struct uss_space *space, pgoff_t pgoff)
{
	if (pgoff == USS_PROCESS_PGOFF)
		return space->process_page;
	if (pgoff == USS_SYSTEM_PGOFF)
		return space->uts ? uss_uts_page(space->uts) : NULL;
	if (pgoff >= USS_RO_PAGES && pgoff < USS_ALL_PAGES)
		return space->title_pages[pgoff - USS_RO_PAGES];
	return NULL;
}

void uss_space_peek(struct uss_space *space, pgoff_t pgoff, void *copy)
{
	struct page *page;

	memset(copy, 0, PAGE_SIZE);
	spin_lock(&space->lock);
	page = uss_page_at(space, pgoff);
	if (page)
		memcpy(copy, page_address(page), PAGE_SIZE);
	else if (pgoff == USS_PROCESS_PGOFF)
		uss_fill_process_page(space, copy);
	spin_unlock(&space->lock);
}

static bool uss_prepare_withdrawal(struct uss_space *space)
{
	struct uss_withdrawal *new;

	if (READ_ONCE(space->withdrawal))
		return true;
	new = uss_map_prepare_withdrawal();
	if (!new)
		return false;
	spin_lock(&space->lock);
	if (!space->withdrawal)
		swap(space->withdrawal, new);
	spin_unlock(&space->lock);
	kfree(new);
	return true;
}

/* The system page of the owner's namespace, which is *@new if it has none yet. */
static struct page *uss_find_system_page(struct uss_space *space, struct uss_uts **new, bool *needs_new)
{
	struct page *page = NULL;

	spin_lock(&space->lock);
	/* As long as the owner is in its namespace, that stays; leaving it takes our lock. */
	if (space->uts_ns && !space->uts)
		space->uts = uss_uts_get(space->uts_ns, new);
	if (space->uts) {
		page = uss_uts_page(space->uts);
		get_page(page);
	}
	*needs_new = space->uts_ns && !space->uts;
	spin_unlock(&space->lock);
	return page;
}

struct page *uss_space_system_page(struct uss_space *space)
{
	struct uss_uts *new = NULL;
	struct page *page;
	bool needs_new;

	/* Taken back from those who leave the namespace: for that, memory must be there when they do. */
	if (!uss_prepare_withdrawal(space))
		return NULL;
	page = uss_find_system_page(space, &new, &needs_new);
	if (needs_new) {
		new = uss_uts_alloc(uss_alloc_page(__GFP_RETRY_MAYFAIL | __GFP_NOWARN));
		page = uss_find_system_page(space, &new, &needs_new);
		uss_uts_free(new);
	}
	return page;
}

struct page *uss_empty_page(void)
{
	get_page(uss_empty);
	return uss_empty;
}

/*
 * The owner is about to leave its UTS namespace, which may then go. Under @space's lock. First nobody trusts the page any more, then
 * it may cease to be kept right; and who goes on in this memory is not to see it.
 */
static void uss_leave_uts(struct uss_space *space, bool somebody_goes_on)
{
	struct uss_uts *uts = space->uts;

	space->uts = NULL;
	space->uts_ns = NULL;
	space->speaks &= ~(USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME);
	uss_publish(space);
	if (!uts)
		return;
	uss_uts_put(uts);
	if (somebody_goes_on) {
		uss_map_withdraw(space->withdrawal, space->mm);
		space->withdrawal = NULL;
	}
}

/*
 * Lifecycle
 */

struct uss_space *uss_space_create(struct mm_struct *mm, gfp_t gfp)
{
	struct uss_space *space = kmem_cache_zalloc(uss_space_cache, GFP_KERNEL | gfp);

	if (!space)
		return NULL;
	space->mm = mm;
	space->forkid = uss_next_forkid();
	refcount_set(&space->vmas, 1);
	spin_lock_init(&space->lock);
	INIT_LIST_HEAD(&space->sharers);
	spin_lock(&uss_bucket(mm)->lock);
	hlist_add_head_rcu(&space->node, &uss_bucket(mm)->spaces);
	spin_unlock(&uss_bucket(mm)->lock);
	this_cpu_inc(uss_processes);
	return space;
}

struct uss_space *uss_space_get(struct mm_struct *mm)
{
	struct uss_space *space;

	rcu_read_lock();
	space = uss_space_find(mm);
	/* Its VMAs come one after the other, under the mmap_lock; dead it is when the program has just unmapped the last one. */
	if (space && !refcount_inc_not_zero(&space->vmas))
		space = NULL;
	rcu_read_unlock();
	return space;
}

struct uss_space *uss_space_attach(struct mm_struct *mm)
{
	return uss_space_get(mm) ?: uss_space_create(mm, __GFP_NOFAIL);
}

static void uss_free_page(struct page *page)
{
	if (!page)
		return;
	put_page(page);
	this_cpu_dec(uss_pages);
}

static void uss_space_free(struct rcu_head *rcu)
{
	kmem_cache_free(uss_space_cache, container_of(rcu, struct uss_space, rcu));
}

void uss_space_put(struct uss_space *space)
{
	struct uss_sharer *sharer, *next;
	LIST_HEAD(sharers);
	int i;

	if (!refcount_dec_and_test(&space->vmas))
		return;
	spin_lock(&uss_bucket(space->mm)->lock);
	hlist_del_rcu(&space->node);
	spin_unlock(&uss_bucket(space->mm)->lock);

	/* Whoever found it before may still come with an event; from here on it is told that there is nothing to do. */
	spin_lock(&space->lock);
	space->dead = true;
	list_splice_init(&space->sharers, &sharers);
	uss_leave_uts(space, false);
	uss_title_close_window(&space->title, space->mm);
	spin_unlock(&space->lock);

	list_for_each_entry_safe(sharer, next, &sharers, node)
		kfree(sharer);
	kfree(space->withdrawal);
	uss_free_page(space->process_page);
	for (i = 0; i < USS_TITLE_PAGES; i++)
		uss_free_page(space->title_pages[i]);
	this_cpu_dec(uss_processes);
	call_rcu(&space->rcu, uss_space_free);
}

/* Under @space's lock. */
static bool uss_copy_title(struct uss_space *space, char *text, u32 *length)
{
	lockdep_assert_held(&space->lock);
	if (space->title_pages[0])
		return uss_title_copy(space->title_pages, text, length);
	if (!space->title.inherited)
		return false;
	*length = space->title.inherited_length;
	memcpy(text, space->title.inherited, *length);
	return true;
}

void uss_space_inherit_title(struct uss_space *child, struct uss_space *parent)
{
	bool titled;
	char *text;
	u32 length;

	/* Once, by the first of the child's VMAs; most processes have no title. */
	if (child == parent || child->title.window || !READ_ONCE(parent->title.window))
		return;
	text = kmalloc(USS_TITLE_MAX, GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	spin_lock(&parent->lock);
	child->title = parent->title;
	titled = uss_copy_title(parent, text, &length);
	spin_unlock(&parent->lock);
	if (!titled) {
		kfree(text);
		text = NULL;
		length = 0;
	}
	child->title.inherited = text;
	child->title.inherited_length = length;
	uss_title_inherit_window(&child->title, child->mm);
}

bool uss_space_has_window(struct mm_struct *mm)
{
	struct uss_space *space;
	bool has;

	rcu_read_lock();
	space = uss_space_find(mm);
	has = space && READ_ONCE(space->title.window);
	rcu_read_unlock();
	return has;
}

struct uss_title_copy {
	struct uss_title *title;
	char *text;
	u32 *length;
	bool titled;
};

static void uss_get_title(struct uss_space *space, void *data)
{
	struct uss_title_copy *copy = data;

	*copy->title = space->title;
	copy->titled = uss_copy_title(space, copy->text, copy->length);
}

bool uss_space_get_title(struct mm_struct *mm, struct uss_title *title, char *text, u32 *length)
{
	struct uss_title_copy copy = { title, text, length, false };

	memset(title, 0, sizeof(*title));
	uss_space_call(mm, uss_get_title, &copy);
	return copy.titled;
}

struct mm_struct *uss_spaces_get_mm(unsigned int round)
{
	struct mm_struct *mm = NULL;
	struct uss_space *space;
	size_t i;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(uss_buckets) && !mm; i++) {
		hlist_for_each_entry_rcu(space, &uss_buckets[i].spaces, node) {
			spin_lock(&space->lock);
			/* Not dead: its VMAs are not all closed, so the mm is there, if only for its last moments. */
			if (!space->dead && space->round != round && mmget_not_zero(space->mm)) {
				space->round = round;
				mm = space->mm;
			}
			spin_unlock(&space->lock);
			if (mm)
				break;
		}
	}
	rcu_read_unlock();
	return mm;
}

bool uss_spaces_are_empty(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_buckets); i++)
		if (!hlist_empty(&uss_buckets[i].spaces))
			return false;
	return true;
}

/*
 * What happens to processes
 */

/* As field 22 of /proc/PID/stat, which the task itself would read, before it is rounded. */
static u64 uss_start_time(struct task_struct *task)
{
	u64 start = task->group_leader->start_boottime;

#ifdef CONFIG_TIME_NS
	start += timespec64_to_ns(&task->nsproxy->time_ns->offsets.boottime);
#endif
	return start;
}

/* Does uname(2) tell @task the truth about release and machine? */
static bool uss_sees_uname(struct task_struct *task)
{
	return !(task->personality & UNAME26) && personality(task->personality) != PER_LINUX32;
}

static void uss_set_owner(struct uss_space *space, struct task_struct *task)
{
	space->owner = task->signal;
	space->was_owned = true;
	space->pid = task_tgid_nr_ns(task, task_active_pid_ns(task));
	space->start_time = uss_start_time(task);
	space->uts_ns = task->nsproxy->uts_ns;
	space->speaks = USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | (uss_sees_uname(task) ? USS_SPEAKS_UNAME : 0);
	uss_publish(space);
}

static struct uss_sharer *uss_find_sharer(struct uss_space *space, struct signal_struct *signal)
{
	struct uss_sharer *sharer;

	list_for_each_entry(sharer, &space->sharers, node)
		if (sharer->signal == signal)
			return sharer;
	return NULL;
}

/* Once: a process that is made while another one asks is seen by both the tracepoint and ask.c. */
void uss_space_add_sharer(struct uss_space *space, struct task_struct *task)
{
	struct uss_sharer *sharer;

	if (uss_find_sharer(space, task->signal))
		return;
	sharer = kmalloc(sizeof(*sharer), GFP_ATOMIC | __GFP_NOWARN);
	if (sharer) {
		sharer->signal = task->signal;
		sharer->forkid = uss_next_forkid();
		list_add(&sharer->node, &space->sharers);
	} else {
		space->given_up = true;
	}
	uss_publish(space);
}

static void uss_remove(struct uss_space *space, struct task_struct *task)
{
	struct uss_sharer *sharer = uss_find_sharer(space, task->signal);

	if (sharer) {
		list_del(&sharer->node);
		kfree(sharer);
	} else if (space->owner == task->signal) {
		space->owner = NULL;
		uss_leave_uts(space, !list_empty(&space->sharers) || space->given_up);
	}
	uss_publish(space);
}

static void uss_lose_start_time(struct uss_space *space, struct task_struct *task)
{
	if (space->owner == task->signal)
		space->speaks &= ~USS_SPEAKS_START_TIME;
	uss_publish(space);
}

static void uss_lose_uname(struct uss_space *space, struct task_struct *task)
{
	if (space->owner == task->signal)
		space->speaks &= ~USS_SPEAKS_UNAME;
	uss_publish(space);
}

/* The thread @task leaves; the others do not, but there is one page for all. */
static void uss_lose_uts(struct uss_space *space, struct task_struct *task)
{
	if (space->owner == task->signal && space->uts_ns)
		uss_leave_uts(space, true);
}

/* Does to the space of @mm, if it has one, what has happened to @task. */
struct uss_event {
	void (*event)(struct uss_space *space, struct task_struct *task);
	struct task_struct *task;
};

static void uss_do_event(struct uss_space *space, void *data)
{
	struct uss_event *event = data;

	event->event(space, event->task);
}

static void uss_event(const struct mm_struct *mm, struct task_struct *task,
		      void (*event)(struct uss_space *space, struct task_struct *task))
{
	uss_space_call(mm, uss_do_event, &(struct uss_event){ event, task });
}

bool uss_space_begin_settling(struct uss_space *space, struct task_struct *task)
{
	if (space->was_owned)
		return false;
	space->settling = true;
	uss_set_owner(space, task);
	return true;
}

void uss_space_settled(struct uss_space *space)
{
	space->settling = false;
	uss_publish(space);
}

void uss_space_compare(struct uss_space *space, struct task_struct *thread, bool in_doubt)
{
	if (space->uts_ns && (in_doubt || thread->nsproxy->uts_ns != space->uts_ns))
		uss_leave_uts(space, true);
	if (in_doubt || !uss_sees_uname(thread))
		space->speaks &= ~USS_SPEAKS_UNAME;
}

/* @child is complete and has not run yet. */
void uss_space_fork(struct task_struct *parent, struct task_struct *child)
{
	if (child->signal != parent->signal)
		uss_event(child->mm, child, child->mm == parent->mm ? uss_space_add_sharer : uss_set_owner);
	else if (child->nsproxy->uts_ns != parent->nsproxy->uts_ns)
		/* A thread; its process is here already. But it was made with CLONE_NEWUTS. */
		uss_event(child->mm, child, uss_lose_uts);
}

/* The current @task will not run user code in its present mm any more, nor will another thread of its process. */
void uss_space_leave(struct task_struct *task)
{
	uss_event(task->mm, task, uss_remove);
}

/* The current @task is about to enter the namespaces of @new: what it was told is not what it would be told there. */
void uss_space_namespaces(struct task_struct *task, struct nsproxy *new)
{
#ifdef CONFIG_TIME_NS
	if (new->time_ns != task->nsproxy->time_ns)
		uss_event(task->mm, task, uss_lose_start_time);
#endif
	if (new->uts_ns != task->nsproxy->uts_ns)
		uss_event(task->mm, task, uss_lose_uts);
}

/* The current @task sets its personality, which is each thread's own. */
void uss_space_personality(struct task_struct *task)
{
	uss_event(task->mm, task, uss_lose_uname);
}

static void uss_find_forkid(struct uss_space *space, void *data)
{
	struct uss_sharer *sharer = uss_find_sharer(space, current->signal);
	u64 *forkid = data;

	if (sharer)
		*forkid = sharer->forkid;
	else if (space->owner == current->signal)
		*forkid = space->forkid;
}

u64 uss_current_forkid(void)
{
	u64 forkid = 0;

	uss_space_call(current->mm, uss_find_forkid, &forkid);
	return forkid;
}

u64 uss_current_start_time(void)
{
	u64 start;

	/* The leader changes when another thread execs. */
	rcu_read_lock();
	start = uss_start_time(current);
	rcu_read_unlock();
	return start;
}

int uss_spaces_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_buckets); i++)
		spin_lock_init(&uss_buckets[i].lock);
	/* Fork ids start where the clock is: a number of an earlier load of this module can never come again. */
	atomic64_set(&uss_last_forkid, ktime_get_boottime_ns());
	uss_space_cache = KMEM_CACHE(uss_space, 0);
	if (!uss_space_cache)
		return -ENOMEM;
	uss_empty = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (uss_empty)
		return 0;
	kmem_cache_destroy(uss_space_cache);
	return -ENOMEM;
}

void uss_spaces_exit(void)
{
	put_page(uss_empty);
	/* For uss_space_free(). */
	rcu_barrier();
	kmem_cache_destroy(uss_space_cache);
}
