# make            the library, the drop-in and the tool
# make module     the module, for KERNEL=VERSION (see vm/kernel) or KERNEL_DIRECTORY=, what vm/kernel printed
# make install    into DESTDIR and PREFIX
# make stage      installed under build/stage, where vm/run takes it from
# make stepper STEPS=N    N steps of the differential stepper on KERNEL, beginning with SEED
# make check-programs   all real programs, and the suites of python and bash, under the drop-in; an hour
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

# A walk of its own, as long as one likes.
KERNEL ?= 6.12
STEPS ?= 1000000
SEED ?= 1
stepper: tests
	vm/run --kernel $(KERNEL) --timeout 86400 build/tests/stepper $(STEPS) $(SEED)

clean:
	rm -rf build

.PHONY: all user module install stage check-programs stepper clean
.DELETE_ON_ERROR:
