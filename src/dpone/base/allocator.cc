#include "dpone/base/allocator.h"

#include <malloc.h>

namespace dpone {
namespace {

// From here on a block is mapped, and unmapped when it is freed. The buffers of usual batches are smaller: mapping each
// of them anew would cost a page fault every 4 KiB.
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
