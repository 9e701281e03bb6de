import ctypes, threading, time, yappi

libc = ctypes.CDLL(None)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]


def raw():
    """CLOCK_THREAD_CPUTIME_ID by the raw system call."""
    now = Timespec()
    assert libc.syscall(228, 3, ctypes.byref(now)) == 0
    return now.seconds * 1000000000 + now.nanoseconds


def leaf(n):
    return n + 1


def work():
    for n in range(3000):
        leaf(n)
    for _ in range(500):
        before = raw()
        between = time.thread_time_ns()
        assert before <= between <= raw()


yappi.set_clock_type("cpu")
yappi.start()
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
work()
yappi.stop()
stats = {stat.name: stat for stat in yappi.get_func_stats()}
assert stats["leaf"].ncall == 4 * 3000, stats["leaf"].ncall
assert 0 < stats["leaf"].ttot < stats["work"].ttot
