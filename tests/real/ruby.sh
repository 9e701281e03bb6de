#!/bin/sh
# ruby: Logger, Process.pid, Socket.gethostname, Etc, and $0=, which uses libruby's own setproctitle.
exec ruby -e '
require "logger"; require "socket"; require "etc"; require "stringio"
check = lambda { raise "pid" unless Process.pid == syscall(39) and $$ == Process.pid; raise "host" unless Socket.gethostname == Etc.uname[:nodename] }
check.call
out = StringIO.new
log = Logger.new(out)
5000.times { |i| log.info("line #{i}") }
pid = "##{syscall(39)}"
raise "log" unless out.string.lines.all? { |l| l.include?(pid) }
10000.times { Process.pid }
20.times { pid = fork { check.call; exit!(0) }; raise unless Process.wait2(pid)[1].success? }
raise "processors" unless Etc.nprocessors > 0
$0 = "a ruby worker"
raise "title: " + File.read("/proc/self/cmdline") unless File.read("/proc/self/cmdline").start_with?("a ruby worker")
long = "a ruby worker " + "x" * 200
$0 = long
raise "long title" unless File.read("/proc/self/cmdline").start_with?("a ruby worker xxx")
' 2>&1
