"""processor_time.py - the processor time of commands, in rounds, as rows of CSV"""
import os


def of(command):
    """Nanoseconds that a command and its children take, which all end before it. It must succeed."""
    null = os.devnull
    # Not the guest's stdout, because its pipe would wait for the host.
    process = os.posix_spawnp(command[0], command, os.environ,
                              file_actions=[(os.POSIX_SPAWN_OPEN, 1, null, os.O_WRONLY, 0), (os.POSIX_SPAWN_OPEN, 2, null, os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    if status:
        raise SystemExit(f"{command}: status {status}")
    return (usage.ru_utime + usage.ru_stime) * 1e9


def print_row(what, times):
    """The median and the quartiles."""
    times = sorted(times)
    number = len(times)
    print(f"{what},{times[number // 2]:.1f},{times[number // 4]:.1f},{times[number * 3 // 4]:.1f}")
