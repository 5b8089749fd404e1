// The 12-column orders table of the benchmarks, made in memory as a COPY BINARY stream: about 199 bytes a row.
#pragma once

#include <cstdint>
#include <string>

#include "dpone/data/type.h"

namespace dpone::bench {

Schema orders_schema();
// Rows first..first+count-1 as tuples, without header and trailer. The same arguments make the same bytes.
std::string make_orders(std::int64_t first, std::int64_t count);

}  // namespace dpone::bench
