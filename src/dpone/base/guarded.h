// guarded: the edge where exceptions end. The standard library throws when memory runs out, and nothing else should.
#pragma once

#include <exception>
#include <new>
#include <system_error>

#include "dpone/base/result.h"

namespace dpone {

// Returns the Result of `work`, or an error for an exception that it throws: `out_of_memory`, otherwise `internal`.
template <class Work>
auto guarded(Work&& work) -> decltype(work()) {
  // Created in advance, because memory may run out before it is needed.
  Error exhausted = out_of_memory_error();
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return exhausted;
  } catch (const std::system_error& error) {
    // A thread that could not be begun.
    if (error.code() == std::errc::resource_unavailable_try_again) return exhausted;
    return internal_error(error.what());
  } catch (const std::exception& exception) {
    return internal_error(exception.what());
  }
}

}  // namespace dpone
