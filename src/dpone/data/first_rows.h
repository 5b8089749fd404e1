// The first rows of a batch, as a batch of their own. Pure.
#pragma once

#include <cstdint>

#include "dpone/data/batch.h"

namespace dpone {

// REQUIRES 0 <= rows <= batch.num_rows(). Shares the columns where it takes all of them.
Batch first_rows(const Batch& batch, std::int64_t rows);

}  // namespace dpone
