#!/bin/bash
# java: ThreadMXBean's CPU time of the current thread never goes backwards, and grows with work but not while the thread sleeps.
set -eu
cd "$WORK"
cat >CpuTime.java <<'END'
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

public class CpuTime {
	static final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	static void check() {
		long last = 0, start = threads.getCurrentThreadCpuTime();
		for (int i = 0; i < 3000; i++) {
			long now = threads.getCurrentThreadCpuTime();
			if (now < last || now <= 0)
				throw new AssertionError("CPU time went from " + last + " to " + now);
			last = now;
		}
		if (last <= start)
			throw new AssertionError("3000 calls took no CPU time");
	}

	public static void main(String[] arguments) throws Exception {
		Thread[] others = new Thread[3];
		for (int i = 0; i < others.length; i++) {
			others[i] = new Thread(CpuTime::check);
			others[i].setUncaughtExceptionHandler((thread, error) -> { error.printStackTrace(); System.exit(1); });
			others[i].start();
		}
		check();
		for (Thread other : others)
			other.join();
		long before = threads.getCurrentThreadCpuTime();
		Thread.sleep(1000);
		long used = threads.getCurrentThreadCpuTime() - before;
		if (used > 900000000L)
			throw new AssertionError("a sleep of a second used " + used + " ns");
	}
}
END
java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 CpuTime.java
