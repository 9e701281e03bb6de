#!/bin/sh
# Without the module, too, a call of the drop-in's ends as libc's does, whatever the buffer.
exec tests/dropin/dropin_buffers.sh
