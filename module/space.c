// SPDX-License-Identifier: GPL-2.0-only
/*
 * space.c - address spaces that have pages, and whom their process page speaks for
 *
 * 1. A struct uss_space belongs to one mm from the moment our first VMA comes into it (exec, or the copy that fork makes)
 *    until the last one goes (munmap, exec, exit). It is found by its mm. The VMAs go before the mm is freed, so
 *    an mm pointer in the table is never a stale one. (A space that is dead can stay to be found, under RCU, for a moment.)
 *
 * 2. The process page speaks for one process: the owner, named by its signal_struct, which all its threads share.
 *    At exec the owner is the process that did it; at fork it is the child, known only after the mm was copied.
 *    Until then, and after the owner has left, there is none and the pid reads 0.
 *
 * 3. Other processes can run in the owner's mm: vfork, posix_spawn, CLONE_VM. Each of them is a sharer, remembered from before
 *    it is woken until it leaves by exec or by the exit of its last thread. While there is one the pid reads 0.
 *    They are a list, not a count: leaving twice (an exec that fails half-way, then exit) takes nothing from the others.
 *
 * 4. Coming must not be missed, and is seen by a tracepoint. When a sharer cannot be remembered for lack of memory the
 *    space is given up: its pid reads 0 from then on. To miss a leaving is harmless: the pid stays 0, the kernel is asked.
 *
 * 5. A page is made at first touch, under no lock, and filled and installed under space->lock, which every change of a fact
 *    takes too. So the page begins right and stays right; a page nobody touched costs nothing.
 */
#include <linux/hashtable.h>
#include <linux/memcontrol.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/personality.h>
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
	u32 speaks;
	struct signal_struct *owner;	/* compared, never followed; NULL: nobody */
	struct uts_namespace *uts_ns;	/* where all threads of the owner are; NULL: not in one, or no owner */
	struct uss_uts *uts;		/* what is known of it, once the system page was touched */
	pid_t pid;			/* as the owner sees itself */
	u64 start_time;
	struct list_head sharers;
	struct page *process_page;
	struct page *title_pages[USS_TITLE_PAGES];
	struct uss_title title;
	struct uss_withdrawal *withdrawal;	/* ready for use, since the system page was touched */
};

/* Read under RCU. */
static DEFINE_HASHTABLE(uss_spaces, 12);
static DEFINE_SPINLOCK(uss_spaces_lock);
static atomic_t uss_processes, uss_pages;
static atomic64_t uss_last_forkid;
static struct page *uss_empty;

int uss_count_processes(void)
{
	return atomic_read(&uss_processes);
}

int uss_count_pages(void)
{
	return atomic_read(&uss_pages) + uss_uts_count();
}

static u64 uss_next_forkid(void)
{
	return atomic64_inc_return(&uss_last_forkid);
}

/* Under rcu_read_lock(). */
static struct uss_space *uss_space_find(const struct mm_struct *mm)
{
	struct uss_space *space;

	hash_for_each_possible_rcu(uss_spaces, space, node, (unsigned long)mm)
		if (space->mm == mm)
			return space;
	return NULL;
}

/*
 * The process page
 */

/* Writes what can change. Here alone it is decided whether the page says who its reader is. */
static void uss_write_facts(struct uss_space *space, struct uss_process_page *facts)
{
	bool alone = space->owner && list_empty(&space->sharers) && !space->given_up;

	lockdep_assert_held(&space->lock);
	WRITE_ONCE(facts->start_time, space->start_time);
	WRITE_ONCE(facts->speaks, space->speaks);
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
	facts->title_offset = USS_RO_PAGES * PAGE_SIZE;
	facts->title_size = USS_TITLE_PAGES * PAGE_SIZE;
	facts->machine_offset = USS_MACHINE_PGOFF * PAGE_SIZE;
	uss_write_facts(space, facts);
}

/*
 * The toucher may be a debugger: the page is charged to the memory cgroup of the space's owner all the same.
 */
static struct page *uss_alloc_page(struct mm_struct *mm, gfp_t gfp)
{
	struct mem_cgroup *memcg = get_mem_cgroup_from_mm(mm);
	struct mem_cgroup *before = set_active_memcg(memcg);
	struct page *page = alloc_page(gfp | GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	set_active_memcg(before);
	mem_cgroup_put(memcg);
	return page;
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
		atomic_inc(&uss_pages);
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
	/* Nobody is to die for want of this page: without it one asks the kernel. */
	page = uss_alloc_page(space->mm, __GFP_RETRY_MAYFAIL | __GFP_NOWARN);
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

static void uss_open_window(struct uss_space *space, unsigned long area)
{
	spin_lock(&space->lock);
	uss_title_open_window(&space->title, space->mm, area + USS_SLOT_OFFSET(0));
	spin_unlock(&space->lock);
}

struct page *uss_space_title_page(struct uss_space *space, pgoff_t index, unsigned long area)
{
	struct page *page = uss_installed_page(&space->title_pages[index]);

	if (page)
		return page;
	page = uss_alloc_page(space->mm, 0);
	if (!page)
		return NULL;
	if (index == 0)
		uss_open_window(space, area);
	return uss_install_page(space, &space->title_pages[index], page, index ? NULL : uss_fill_title_page);
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
	if (space->uts)
		page = uss_uts_page(space->uts);
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
		new = uss_uts_alloc(uss_alloc_page(space->mm, __GFP_RETRY_MAYFAIL | __GFP_NOWARN));
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

static struct uss_space *uss_space_create(struct mm_struct *mm, gfp_t gfp)
{
	struct uss_space *space = kzalloc(sizeof(*space), GFP_KERNEL_ACCOUNT | gfp);

	if (!space)
		return NULL;
	space->mm = mm;
	space->forkid = uss_next_forkid();
	refcount_set(&space->vmas, 1);
	spin_lock_init(&space->lock);
	INIT_LIST_HEAD(&space->sharers);
	spin_lock(&uss_spaces_lock);
	hash_add_rcu(uss_spaces, &space->node, (unsigned long)mm);
	spin_unlock(&uss_spaces_lock);
	atomic_inc(&uss_processes);
	return space;
}

struct uss_space *uss_space_attach(struct mm_struct *mm, gfp_t gfp)
{
	struct uss_space *space;

	rcu_read_lock();
	space = uss_space_find(mm);
	/* Its VMAs come one after the other, under the mmap_lock; dead it is when the program has just unmapped the last one. */
	if (space && !refcount_inc_not_zero(&space->vmas))
		space = NULL;
	rcu_read_unlock();
	return space ?: uss_space_create(mm, gfp);
}

static void uss_free_page(struct page *page)
{
	if (!page)
		return;
	put_page(page);
	atomic_dec(&uss_pages);
}

void uss_space_put(struct uss_space *space)
{
	struct uss_sharer *sharer, *next;
	LIST_HEAD(sharers);
	int i;

	if (!refcount_dec_and_test(&space->vmas))
		return;
	spin_lock(&uss_spaces_lock);
	hash_del_rcu(&space->node);
	spin_unlock(&uss_spaces_lock);

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
	atomic_dec(&uss_processes);
	kfree_rcu(space, rcu);
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

bool uss_space_get_title(struct mm_struct *mm, struct uss_title *title, char *text, u32 *length)
{
	struct uss_space *space;
	bool titled = false;

	memset(title, 0, sizeof(*title));
	rcu_read_lock();
	space = uss_space_find(mm);
	if (space) {
		spin_lock(&space->lock);
		if (!space->dead) {
			*title = space->title;
			titled = uss_copy_title(space, text, length);
		}
		spin_unlock(&space->lock);
	}
	rcu_read_unlock();
	return titled;
}

struct mm_struct *uss_spaces_get_mm(unsigned int round)
{
	struct mm_struct *mm = NULL;
	struct uss_space *space;
	int bucket;

	rcu_read_lock();
	hash_for_each_rcu(uss_spaces, bucket, space, node) {
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
	rcu_read_unlock();
	return mm;
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
	space->pid = task_tgid_nr_ns(task, task_active_pid_ns(task));
	space->start_time = uss_start_time(task);
	space->uts_ns = task->nsproxy->uts_ns;
	space->speaks = USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | (uss_sees_uname(task) ? USS_SPEAKS_UNAME : 0);
	uss_publish(space);
}

static void uss_add_sharer(struct uss_space *space, struct task_struct *task)
{
	struct uss_sharer *sharer = kmalloc(sizeof(*sharer), GFP_ATOMIC | __GFP_NOWARN);

	if (sharer) {
		sharer->signal = task->signal;
		sharer->forkid = uss_next_forkid();
		list_add(&sharer->node, &space->sharers);
	} else {
		space->given_up = true;
	}
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
static void uss_event(const struct mm_struct *mm, struct task_struct *task,
		      void (*event)(struct uss_space *space, struct task_struct *task))
{
	struct uss_space *space;

	rcu_read_lock();
	space = uss_space_find(mm);
	if (space) {
		spin_lock(&space->lock);
		if (!space->dead)
			event(space, task);
		spin_unlock(&space->lock);
	}
	rcu_read_unlock();
}

/* The current @task, alone in its mm, has just mapped the pages. */
void uss_space_exec(struct task_struct *task)
{
	uss_event(task->mm, task, uss_set_owner);
}

/* @child is complete and has not run yet. */
void uss_space_fork(struct task_struct *parent, struct task_struct *child)
{
	if (child->signal != parent->signal)
		uss_event(child->mm, child, child->mm == parent->mm ? uss_add_sharer : uss_set_owner);
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

u64 uss_current_forkid(void)
{
	struct uss_sharer *sharer;
	struct uss_space *space;
	u64 forkid = 0;

	rcu_read_lock();
	space = uss_space_find(current->mm);
	if (space) {
		spin_lock(&space->lock);
		sharer = uss_find_sharer(space, current->signal);
		if (sharer)
			forkid = sharer->forkid;
		else if (space->owner == current->signal)
			forkid = space->forkid;
		spin_unlock(&space->lock);
	}
	rcu_read_unlock();
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
	/* Fork ids start where the clock is: a number of an earlier load of this module can never come again. */
	atomic64_set(&uss_last_forkid, ktime_get_boottime_ns());
	uss_empty = alloc_page(GFP_KERNEL | __GFP_ZERO);
	return uss_empty ? 0 : -ENOMEM;
}

void uss_spaces_exit(void)
{
	put_page(uss_empty);
}
