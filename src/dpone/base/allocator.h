// The process's allocator. Call once, before the first thread.
#pragma once

namespace dpone {

// Makes malloc give back what big buffers took. glibc raises its thresholds whenever a mapped block is freed, up to 32
// MiB; from then on the buffers of big rows come from the heap of each thread, which keeps them.
void limit_kept_memory();

}  // namespace dpone
