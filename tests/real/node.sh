#!/bin/sh
# node: process.pid, os.hostname, os.loadavg, a child process and a worker.
exec node -e '
const os = require("os"), fs = require("fs"), { execFileSync } = require("child_process"), { Worker } = require("worker_threads");
const check = (a, b) => { if (a !== b) { throw new Error(a + " is not " + b) } };
check(process.pid, parseInt(fs.readFileSync("/proc/self/stat")));
check(os.hostname(), fs.readFileSync("/proc/sys/kernel/hostname", "utf8").trim());
check(os.release(), fs.readFileSync("/proc/sys/kernel/osrelease", "utf8").trim());
check(os.loadavg().length, 3);
for (let i = 0; i < 1000; i++) { process.pid; os.hostname(); }
check(execFileSync("hostname", { encoding: "utf8" }).trim(), os.hostname());
new Worker("require(\"os\").hostname()", { eval: true });'
