#!/bin/sh
# Without the module, too, each call of the drop-in ends as libc's does, whatever the buffer.
exec tests/dropin/dropin_buffers.sh
