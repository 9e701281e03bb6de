# make            the library, the drop-in and the tool
# make module     the module, for the running kernel, KERNEL=VERSION (see vm/kernel) or KERNEL_DIRECTORY=, what vm/kernel printed
# make install    the library, the drop-in, the tool, manual pages, completions and the systemd unit, into DESTDIR and PREFIX
# make modules_install   the module, for the kernel that `make module` builds for, with what loads it at boot
# make uninstall  removes what both have installed
# make deb        Debian packages, in build/deb/
# make rpm        RPM packages, in build/rpm/
# make check-packages   installs, upgrades and removes the packages in virtual machines; see tests/packages/run
# make stage      installed under build/stage, where vm/run takes it from
# make check-unload CYCLES=N   loads and unloads the module N times beside storms
# make check-debug      all tests in debug kernels, which it builds; hours
# make lint             shellcheck, codespell, clang-format and mandoc on all sources
# make check-coexistence   beside bpftrace, perf, profilers and LKRG, on both kernels; LKRG_SOURCE=DIRECTORY, without which LKRG is skipped
# make check-selftest   breaks the module in about twenty ways, and checks that `usrsysshm selftest` finds each
# make stepper STEPS=N    N steps of the differential stepper on KERNEL with CPUS, beginning with SEED
# make check-all        all tests on every kernel that vm/kernel knows, or on KERNELS="6.1 6.12-cloud"; writes docs/kernels.md; hours
# make bench, make bench-native   measures in the guest and on this machine, and draws the results: docs/performance
# make bench-check      which results are older than the code that they measure
# make check-programs   all real programs, and the suites of python and bash, under the drop-in; two hours
#
# Everything that is built is under build/.
#
# ARCHITECTURE=arm64: compiles for arm64, with what `vm/setup kernels` installs, in build/arm64/build/. build/arm64 is a tree of links.

goals := $(or $(MAKECMDGOALS),all)
native := $(shell dpkg --print-architecture)
ifneq ($(filter-out $(native),$(ARCHITECTURE)),)

$(goals): cross
	@:
cross:
	@mkdir -p build/$(ARCHITECTURE)
	@ln -sfn $(filter-out $(CURDIR)/build,$(wildcard $(CURDIR)/*)) build/$(ARCHITECTURE)/
	@root=$$(vm/root $(ARCHITECTURE)) && directory=$$(vm/compiler --cross $(ARCHITECTURE)) && cross="$(CURDIR)/vm/compiler $$directory" && \
		env CC="$$cross aarch64-linux-gnu-gcc --sysroot=$$root" CC_32="$$cross arm-linux-gnueabihf-gcc" AR="$$cross aarch64-linux-gnu-ar" \
		$(MAKE) --no-print-directory -C build/$(ARCHITECTURE) ARCHITECTURE= $(goals)
.PHONY: cross $(goals)

else
# One build at a time in a checkout: make runs itself again under a lock, unless BUILD_LOCK=held says that the caller (vm/run) has it. The
# targets that start guests do not take the lock, because each of their builds does.
ifeq ($(BUILD_LOCK)$(filter check-% debug-% coexistence-% bench bench-% stepper lint,$(goals)),)

$(goals): locked
	@:
locked:
	@flock Makefile $(MAKE) --no-print-directory BUILD_LOCK=held $(goals)
.PHONY: locked $(goals)

else

PREFIX ?= /usr
LIBDIR ?= $(PREFIX)/lib/$(shell $(CC) -print-multiarch)
# The drop-ins may have a directory of their own.
DROPIN_DIR ?= $(LIBDIR)
CFLAGS ?= -O2 -g
# The compiler for 32-bit programs.
CC_32 ?= $(CC) -m32
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
version := $(shell cat VERSION)
USER_CFLAGS := -std=c11 -D_GNU_SOURCE -Iinclude -DUSS_VERSION='"$(version)"' $(WARNINGS) $(CFLAGS)
soname := libusrsysshm.so.0

all: user

include module/Makefile.inc
include lib/Makefile.inc
include packaging/Makefile.inc
include tests/Makefile.inc

user: $(user_targets)

lint:
	vm/setup lint
	tests/lint

check-programs:
	vm/setup build vm check programs cputime suites
	bench/run real-guest suites-guest bash-guest
	bench/tables

bench:
	vm/setup build vm check programs cputime bench
	bench/run $$(bench/run --list guest | grep -v 'suites\|bash') $$(bench/run --list instructions)
	bench/plot
	bench/tables

bench-native:
	vm/setup build check bench
	bench/run $$(bench/run --list native)
	bench/plot

bench-check:
	bench/run --check

# Loads and unloads the module beside storms of processes.
CYCLES ?= 1000
check-unload:
	vm/setup build vm check
	$(MAKE) tests
	vm/run --kernel $(or $(KERNEL),6.12) --timeout 86400 --no-module env CYCLES=$(CYCLES) TEST_TIMEOUT=86000 tests/run --without unload_storm

# Beside other programs that hook the kernel. LKRG is not in Debian.
check-coexistence: $(addprefix coexistence-,$(or $(KERNEL),6.1 6.12))
coexistence-%:
	vm/setup build vm check coexistence
	$(if $(LKRG_SOURCE),mkdir -p build/lkrg-$* && cp -r $(LKRG_SOURCE)/. build/lkrg-$* && \
		$(MAKE) -s -C "$$(vm/kernel $*)/build" M="$(CURDIR)/build/lkrg-$*" modules)
	vm/run --kernel $* --timeout 3000 --no-module env LKRG=$(CURDIR)/build/lkrg-$*/lkrg.ko tests/coexist/run

# What the cloud flavour and arm64 need is installed only if one of them is asked for.
check-all:
	vm/setup build vm check $(if $(KERNELS),$(if $(findstring -,$(KERNELS)),kernels),kernels) $(if $(findstring debug-,$(KERNELS)),debug)
	tests/kernels $(KERNELS)

check-selftest:
	vm/setup build vm
	tests/selftest_mutants

# All tests in debug kernels, where a fork takes twenty times as long; two guests at a time. Under KASAN, leaks are looked for at the
# end. Each guest is also a target of its own.
debug_kernels := kasan kcsan rt lean clang
debug_targets := $(debug_kernels:%=debug-%-tests) debug-kasan-faults $(debug_kernels:%=debug-%-stepper) $(debug_kernels:%=debug-%-without)
# The steps need namespaces of host names, which lean lacks.
debug_targets := $(filter-out debug-lean-stepper,$(debug_targets))

check-debug:
	vm/setup build vm check debug
	$(MAKE) -k -j2 -Otarget $(debug_targets)

debug_guest = $(MAKE) tests && vm/run --kernel "$$(vm/debug-kernel $*)" --timeout 10000 $(1) env TEST_TIMEOUT=1200 TEST_PROCESSES=2000 TEST_READS=20000 \
	sh -c "$(2) $(if $(filter kasan,$*),; status=\$$?; tests/run --debug leaks && exit \$$status)"

# All tests, or those that the kernel can run.
debug_tests = tests/run $(1) $$(tests/run $(1) --list | grep -vxF -f $(or $(wildcard vm/debug/$*.without),/dev/null) | tr '\n' ' ')

$(debug_kernels:%=debug-%-tests): debug-%-tests:
	$(call debug_guest,,$(call debug_tests))
$(debug_kernels:%=debug-%-without): debug-%-without:
	$(call debug_guest,--no-module,$(call debug_tests,--without))
$(debug_kernels:%=debug-%-stepper): debug-%-stepper:
	$(call debug_guest,,build/tests/stepper 10000 $(SEED))
debug-kasan-faults: debug-%-faults:
	$(call debug_guest,,TEST_TIMEOUT=3000 tests/run --debug load_faults faults)

# A walk of any length.
STEPS ?= 1000000
SEED ?= 1
CPUS ?= 1
stepper:
	vm/setup build vm check
	$(MAKE) tests
	vm/run --kernel $(or $(KERNEL),6.12) --cpus $(CPUS) --timeout 86400 build/tests/stepper $(STEPS) $(SEED)

clean:
	rm -rf build

.PHONY: all user module stage lint bench bench-native bench-check check-all check-programs check-unload check-debug check-coexistence check-selftest $(debug_targets) stepper clean
.DELETE_ON_ERROR:
endif
endif
