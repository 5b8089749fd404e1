#include "dpone/base/allocator.h"

#include <malloc.h>

namespace dpone {
namespace {

// Blocks of this size and more are mapped, and unmapped when freed. The buffers of usual batches are smaller: mapping
// each of them would cost a page fault every 4 KiB.
constexpr int kMappedBytes = 1 << 20;
// What may stay at the top of a heap.
constexpr int kKeptBytes = 4 << 20;

}  // namespace

void limit_kept_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, kMappedBytes);
  mallopt(M_TRIM_THRESHOLD, kKeptBytes);
#endif
}

}  // namespace dpone
