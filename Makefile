# make            the library, the drop-in and the tool
# make module     the module, for KERNEL=VERSION (see vm/kernel) or KERNEL_DIRECTORY=, what vm/kernel printed
# make install    into DESTDIR and PREFIX
# make stage      installed under build/stage, where vm/run takes it from
# make check-unload CYCLES=N   the module loaded and unloaded N times beside storms
# make check-debug      everything in debug kernels, which it builds; hours
# make stepper STEPS=N    N steps of the differential stepper on KERNEL with CPUS, beginning with SEED
# make check-programs   all real programs, and the suites of python and bash, under the drop-in; two hours
#
# All that is built is under build/.

PREFIX ?= /usr
LIBDIR ?= $(PREFIX)/lib/$(shell $(CC) -print-multiarch)
CFLAGS ?= -O2 -g
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
USER_CFLAGS := -std=c11 -D_GNU_SOURCE -Iinclude $(WARNINGS) $(CFLAGS)
version := $(shell cat VERSION)
soname := libusrsysshm.so.0

all: user

include module/Makefile.inc
include lib/Makefile.inc
include tests/Makefile.inc

user: $(user_targets)

check-programs: user tests
	vm/setup build vm check programs suites
	vm/run --timeout 2400 --memory 3072 env PROGRAM_TIMEOUT=600 tests/real/run
	vm/run --timeout 7200 --memory 3072 env BASH_SOURCE_DIRECTORY=$$(tests/real/bash_source) tests/real/suites

# The module loaded and unloaded beside storms.
CYCLES ?= 1000
check-unload: tests
	vm/run --kernel $(KERNEL) --timeout 86400 --no-module env CYCLES=$(CYCLES) TEST_TIMEOUT=86000 tests/run --without unload_storm

# All tests in kernels that watch themselves.
check-debug: tests
	vm/setup build vm check debug
	for kernel in kasan kcsan; do \
		vm/run --kernel "$$(vm/debug-kernel $$kernel)" --timeout 7200 env TEST_TIMEOUT=1200 tests/run || exit; \
		vm/run --kernel "$$(vm/debug-kernel $$kernel)" --timeout 7200 --no-module env TEST_TIMEOUT=1200 tests/run --without || exit; \
		vm/run --kernel "$$(vm/debug-kernel $$kernel)" --timeout 7200 build/tests/stepper 10000 $(SEED) || exit; \
	done
	vm/run --kernel "$$(vm/debug-kernel kasan)" --timeout 7200 env TEST_TIMEOUT=3000 tests/run --debug load_faults leaks faults

# A walk of its own, as long as one likes.
KERNEL ?= 6.12
STEPS ?= 1000000
SEED ?= 1
CPUS ?= 1
stepper: tests
	vm/run --kernel $(KERNEL) --cpus $(CPUS) --timeout 86400 build/tests/stepper $(STEPS) $(SEED)

clean:
	rm -rf build

.PHONY: all user module install stage check-programs check-unload check-debug stepper clean
.DELETE_ON_ERROR:
